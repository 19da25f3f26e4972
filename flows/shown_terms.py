"""What a confirm page shows at one moment against the quote that was read from it: pure rules."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from flows.amounts import read_price
from flows.errors import CannotBuy, PageChanged, Reason
from flows.pages.confirm import SEVERAL, button_kind, count_of, only
from flows.pages.confirm_answer import NAME
from flows.values_buying import ButtonKind, Quote

Shown = dict[str, Any]  # button, method, present, total, recipient and lines, as scripts/confirm.js tells them
ASKED = ("objectId", "skuId")


def is_drawn(shown: Shown) -> bool:
    """Whether the parts that count are there; a page that is being loaded again lacks some."""
    return bool(shown["total"] and shown["button"] and shown["recipient"])


def asked_of(url: str) -> tuple[str, ...]:
    """Which product and SKU the address of a confirm page asks for."""
    asked = parse_qs(urlsplit(url).query)
    return tuple(asked.get(name, [""])[0] for name in ASKED)


def why_not_robots(quote: Quote, shown: Shown) -> CannotBuy | None:
    """Why the robot may not press by this quote any more; the chosen payment method counts too.

    Raises PageChanged where the page shows no total, or several.
    """
    button = SEVERAL.join(shown["button"])
    if button != quote.button_text:
        return CannotBuy(Reason.UNKNOWN_BUTTON, f"quote {quote.button_text}, page shows {button}")
    method = SEVERAL.join(shown["method"])
    if (method or None) != quote.payment.method or shown["present"] != quote.payment.present:
        return CannotBuy(Reason.PAYS_AT_ONCE, f"quote {quote.payment.method}, page shows {method}")
    return _other_total(quote, shown) or _other_recipient(quote, shown) or _other_count(quote, shown)


def why_not_persons(quote: Quote, shown: Shown) -> CannotBuy | None:
    """Why a person may not press by this quote any more; how they pay is their own choice."""
    button = SEVERAL.join(shown["button"])
    if button_kind(button) is ButtonKind.UNKNOWN:
        return CannotBuy(Reason.UNKNOWN_BUTTON, f"asked for a known button, page shows {button}")
    try:
        return _other_count(quote, shown) or _other_recipient(quote, shown) or _other_total(quote, shown)
    except PageChanged as unread:
        return CannotBuy(Reason.PRICE_CHANGED, f"quote {quote.total.minor}, page shows {unread.found}")


def why_other_goods(before: Shown, shown: Shown) -> CannotBuy | None:
    """Whether the lines are not those that the page showed before, but for their addresses."""
    titles = [[(line["title"], line["sku"]) for line in one["lines"]] for one in (before, shown)]
    counts = [[line["quantity"] for line in one["lines"]] for one in (before, shown)]
    if len(titles[0]) != len(titles[1]) or counts[0] != counts[1]:
        return CannotBuy(Reason.QUANTITY_CHANGED, f"quote {_told(counts[0])}, page shows {_told(counts[1])}")
    if titles[0] != titles[1]:
        return CannotBuy(Reason.SKU_GONE, f"quote {_told(titles[0])}, page shows {_told(titles[1])}")
    return None


def _other_total(quote: Quote, shown: Shown) -> CannotBuy | None:
    total = read_price(NAME, "total", only(tuple(shown["total"]), "total"))
    if total != quote.total:
        was = f"quote {quote.total.minor} {quote.total.currency}"
        return CannotBuy(Reason.PRICE_CHANGED, f"{was}, page shows {total.minor} {total.currency}")
    return None


def _other_recipient(quote: Quote, shown: Shown) -> CannotBuy | None:
    if shown["recipient"] == quote.recipient:
        return None
    return CannotBuy(Reason.RECIPIENT_DIFFERS, f"quote {quote.recipient}, page shows {shown['recipient']}")


def _other_count(quote: Quote, shown: Shown) -> CannotBuy | None:
    counts = [count_of(line["quantity"]) for line in shown["lines"]]
    asked = [str(line.quantity) for line in quote.lines]
    if not shown["lines"] or counts == asked:
        return None
    return CannotBuy(Reason.QUANTITY_CHANGED, f"quote {asked}, page shows {counts}")


def _told(texts: list[Any]) -> str:
    return "; ".join(" ".join(one) if isinstance(one, tuple) else str(one) for one in texts) or "nothing"

"""The confirm page as it is drawn: recipient, lines, rows, total, payment block and the button that orders."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from playwright.sync_api import Page

from flows.amounts import read_price
from flows.blocks import ITEM_ID, ORDER_NUMBER
from flows.errors import PageChanged, Reason
from flows.page import PageObject
from flows.pages.confirm_answer import ITEM, NAME, Terms
from flows.pages.product_answer import global_id
from flows.selector_files import load
from flows.statuses import plain_word
from flows.two_readers import check_same
from flows.values import Money, Reader, Site, Value
from flows.values_buying import ButtonKind, Payment, Quote, QuoteLine, Wanted

PATH = "/p/trade/confirm.html"
SOURCE = "confirm.js"
LOOK = (
    *("root", "address", "address_change", "address_new", "payment", "payment_chosen", "payment_option"),
    *("line", "line_link", "line_title", "line_sku", "line_quantity", "ship", "row", "row_title", "row_value"),
    *("total", "button", "notice"),
)
AMOUNT = re.compile(r"^(?:[^\d\s]{1,4}\s?){0,2}\d[\d.,'’\s]*$|^\d[\d.,'’\s]*(?:\s?[^\d\s]{1,4}){1,2}$")
SEVERAL = " + "


class DrawnLine(Value):
    """One product line as drawn."""

    title: str
    sku: str
    quantity: str
    link: str


class Sight(Value):
    """All texts of the confirm page at one moment."""

    here: bool
    recipient: str
    lines: tuple[DrawnLine, ...]
    ships: tuple[str, ...]
    rows: tuple[tuple[str, str], ...]
    total: tuple[str, ...]
    present: bool
    payment_drawn: bool
    method: tuple[str, ...]
    button: tuple[str, ...]
    notices: tuple[str, ...]


def address(origin: str, product_id: str, wanted: Wanted, sku_attr: str, address_id: str | None = None) -> str:
    """Where SKU, quantity, country and carrier are confirmed; `product_id` and `origin` are those of the site used.

    Blanks become %20 and "#" %23: labels keep every sign (aliexpress.md 10).
    """
    asked = {
        "objectId": product_id,
        "from": "aliexpress",
        "countryCode": wanted.ship_to.country_code,
        "shippingCompany": wanted.carrier or "",
        "provinceCode": "",
        "cityCode": "",
        "promiseId": "",
        "aeOrderFrom": "main_detail",
        "skuAttr": sku_attr,
        "skuId": wanted.sku_id,
        "skucustomAttr": "null",
        "quantity": str(wanted.quantity),
    }
    more = {"addressId": address_id} if address_id else {}
    return f"{origin}{PATH}?{urlencode({**asked, **more}, quote_via=quote)}"


@cache
def script() -> str:
    """The in-page reader; it declares `dropferryConfirm`."""
    return (Path(__file__).parents[1] / "scripts" / SOURCE).read_text(encoding="utf-8")


def places(site: Site) -> dict[str, list[str]]:
    """Where the in-page reader looks, by name; of payment and button an override adds places and takes none away."""
    found, own = load(NAME, site.selectors), load(NAME)
    kept = {name: own.css(name) for name in ("payment", "payment_chosen", "payment_option", "button")}
    return {name: list(dict.fromkeys((*found.css(name), *kept.get(name, ())))) for name in LOOK}


def from_page(page: Page, site: Site | None = None) -> Quote:
    """The quote as it is drawn; PageChanged where a part that matters is missing."""
    return DrawnConfirm(page, site).quote()


class DrawnConfirm(PageObject):
    """The confirm page as it is drawn."""

    name = NAME
    asks_for = frozenset(LOOK)
    sign = "total"
    inside: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("line_link", "line_title", "line_sku", "line_quantity"), "line"),
        **dict.fromkeys(("row_title", "row_value"), "row"),
    }
    always = frozenset({"root", "line_title", "line_quantity", "row_title", "row_value", "total", "button"})

    def is_here(self) -> bool:
        """Whether this is the confirm page: its frame is drawn."""
        return self.has("root")

    def look(self) -> Sight:
        """All texts of the page, in one round trip."""
        seen = self.page.evaluate(f"css => {{ {script()} return dropferryConfirm(css).look() }}", places(self.site))
        return sight_of(seen)

    def quote(self) -> Quote:
        """What the page says at this moment."""
        return quote_of(self.look(), self.page.url)


def sight_of(seen: Mapping[str, Any]) -> Sight:
    """The in-page reader's table as a value."""
    return Sight(
        here=seen["here"],
        recipient=seen["recipient"],
        lines=tuple(DrawnLine(**line) for line in seen["lines"]),
        ships=tuple(seen["ships"]),
        rows=tuple((row["title"], row["value"]) for row in seen["rows"] if row["value"]),
        total=tuple(seen["total"]),
        present=seen["present"],
        payment_drawn=seen["paymentDrawn"],
        method=tuple(seen["method"]),
        button=tuple(seen["button"]),
        notices=tuple(seen["notices"]),
    )


def quote_of(sight: Sight, url: str, terms: Terms | None = None) -> Quote:
    """The quote that a page shows at `url`; with the answer's `terms` both must agree.

    The page names no SKU id: it is the one that its address asks for, where the page has a single line.
    """
    if not sight.here:
        raise PageChanged(NAME, "page", f"this is another page: {url.split('?', 1)[0]}")
    total = read_price(NAME, "total", only(sight.total, "total"))
    if terms is not None:
        _check_agree(sight, total, terms)
    if not sight.payment_drawn:
        raise PageChanged(NAME, "payment", "nothing there, not even the empty place of a page without payment")
    text = SEVERAL.join(sight.button)
    if not text:
        raise PageChanged(NAME, "button", "nothing there")
    return Quote(
        recipient=sight.recipient,
        lines=_lines(sight, terms, url),
        carrier=terms.carrier if terms else " ".join(sight.ships) or None,
        rows=tuple((title, row_amount(value, total.currency), value) for title, value in sight.rows),
        total=total,
        payment=Payment(present=sight.present, method=SEVERAL.join(sight.method) or None),
        button_text=text,
        button_kind=button_kind(text),
        sellers=terms.sellers if terms else 1,
        reader=Reader.BOTH if terms else Reader.PAGE,
    )


def only(texts: tuple[str, ...], name: str) -> str:
    """The one text of an element that may be drawn twice; PageChanged where there are none or several."""
    if len(texts) != 1:
        raise PageChanged(NAME, name, f"not one: {', '.join(texts) or 'nothing there'}")
    return texts[0]


def button_kind(text: str) -> ButtonKind:
    """What a button of this text does; an unknown text is UNKNOWN, never the nearest one."""
    words = load(NAME).means["button"]
    kinds = {plain_word(word): ButtonKind(kind) for kind, known in words.items() for word in known}
    return kinds.get(plain_word(text), ButtonKind.UNKNOWN)


def row_amount(text: str, currency: str) -> Money | None:
    """The amount of a row, 0 for "Free"; None where it is none, or one whose currency its sign does not tell."""
    if plain_word(text) in {plain_word(word) for word in load(NAME).means["row"]["free"]}:
        return Money(minor=0, currency=currency)
    minus = re.match(r"^[-−–]\s*", text)
    try:
        amount = read_price(NAME, "row", text[minus.end() :] if minus else text)
    except PageChanged:
        return None
    return amount.model_copy(update={"minor": -amount.minor}) if minus else amount


def is_amount(text: str) -> bool:
    """Whether a text is written as an amount, whatever its sign means: "Rs 10.00" is, "2 available" is not."""
    return bool(AMOUNT.match(text.lstrip("-−– ")))


def refusal(notices: tuple[str, ...]) -> tuple[Reason, str] | None:
    """Why the site says that nothing was ordered, and its text; None for words that do not surely say so."""
    for reason, begins in load(NAME).means["refusal"].items():
        for notice in notices:
            if plain_word(notice).startswith(tuple(plain_word(words) for words in begins)):
                return Reason(reason), notice[:200]
    return None


def numbers_in(text: str, url: str) -> tuple[str, ...]:
    """The order numbers that a page shows: in its address, and behind a label in its text."""
    asked = parse_qs(urlsplit(url).query)
    linked = [one for name in ("orderId", "orderIds", "tradeOrderId") for value in asked.get(name, []) for one in
              value.split(",")]  # fmt: skip
    labels = "|".join(re.escape(label) for label in load(NAME).means["labels"]["order_id"])
    listed = re.findall(rf"(?:{labels})s?\s*[:：]?\s*((?:\d{{10,20}}[,\s]*)+)", text, re.IGNORECASE)
    found = [*linked, *(number for each in listed for number in re.findall(r"\d{10,20}", each))]
    return tuple(dict.fromkeys(number for number in found if ORDER_NUMBER.match(number)))


def _check_agree(sight: Sight, total: Money, terms: Terms) -> None:
    check_same(NAME, {"total": _money(terms.total)}, {"total": _money(total)})
    if sight.lines:
        answered = [(plain_word(line.title), str(line.quantity)) for line in terms.lines]
        drawn = [(plain_word(line.title), count_of(line.quantity) or "1") for line in sight.lines]
        check_same(NAME, {"lines": answered}, {"lines": drawn})
    shown = dict(sight.rows)
    for title, text in terms.rows:
        if title in shown:
            check_same(NAME, {title: text}, {title: shown[title]})


def _money(amount: Money) -> str:
    return f"{amount.minor} {amount.currency}"


def count_of(text: str) -> str | None:
    """The quantity in "2" or "x2"; None for another text."""
    found = re.fullmatch(r"[x×]?\s?(\d{1,5})", text)
    return found[1] if found else None


def _lines(sight: Sight, terms: Terms | None, url: str) -> tuple[QuoteLine, ...]:
    asked = parse_qs(urlsplit(url).query)
    sku = asked.get("skuId", [""])[0]
    if terms is not None:
        return tuple(
            QuoteLine(
                product_id=global_id(line.product_id),
                sku_id=_sku_id(sku, len(terms.lines)),
                title=line.title,
                sku_text=line.sku_text,
                quantity=line.quantity,
                unit_price=line.unit_price,
            )
            for line in terms.lines
        )
    return tuple(_drawn_line(line, asked, _sku_id(sku, len(sight.lines))) for line in sight.lines)


def _drawn_line(line: DrawnLine, asked: Mapping[str, list[str]], sku: str) -> QuoteLine:
    linked, count = ITEM.search(line.link), count_of(line.quantity)
    product = linked[1] if linked else asked.get("objectId", [""])[0]
    if not ITEM_ID.match(product) or count is None:
        raise PageChanged(NAME, "line", f"product {product!r:.30}, quantity {line.quantity!r:.30}")
    return QuoteLine(
        product_id=global_id(product),
        sku_id=sku,
        title=line.title,
        sku_text=line.sku,
        quantity=int(count),
        unit_price=None,
    )


def _sku_id(sku: str, lines: int) -> str:
    if lines != 1 or not ITEM_ID.match(sku):
        raise PageChanged(NAME, "line", f"{lines} lines, the address asks for SKU {sku!r:.30}")
    return sku

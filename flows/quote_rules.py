"""What a quote must be before the button may be pressed, and before that, before anything is bought: pure rules."""

from collections.abc import Iterable

from flows.errors import CannotBuy, Reason
from flows.pages.confirm import is_amount
from flows.recipients import bare, missing_from
from flows.selector_files import load
from flows.statuses import plain_word
from flows.values import Money
from flows.values_buying import ButtonKind, Quote, SkuOffer, Wanted


def may_press(quote: Quote, deferred: frozenset[str]) -> Reason | None:
    """Why a press must not happen, None where it cannot charge anything.

    `deferred` are the methods of this account that are known to be paid elsewhere, later; a card, a wallet, a balance
    or a credit line never counts as one of them, whoever listed it.
    """
    refused = why_not(quote, deferred)
    return None if refused is None else refused.reason


def why_not(quote: Quote, deferred: frozenset[str]) -> CannotBuy | None:
    """The same with both values."""
    total = f"{quote.total.minor} {quote.total.currency}"
    if quote.total.minor <= 0:
        return CannotBuy(Reason.ZERO_TOTAL, f"asked for an amount to pay, page shows {total}")
    if quote.button_kind is ButtonKind.UNKNOWN:
        return CannotBuy(Reason.UNKNOWN_BUTTON, f"asked for a known button, page shows {quote.button_text}")
    foreign = foreign_row(quote)
    if foreign is not None:
        return CannotBuy(Reason.CURRENCY_DIFFERS, f"the total is {total}, row {foreign[0]} shows {foreign[1]}")
    method = quote.payment.method
    if not quote.payment.present and method is None and quote.button_kind is ButtonKind.PLACE_ORDER:
        return None
    if method is not None and can_be_deferred(method) and plain_word(method) in {plain_word(one) for one in deferred}:
        return None
    return CannotBuy(Reason.PAYS_AT_ONCE, f"button {quote.button_text}, payment {method or 'not chosen'}")


def can_be_deferred(method: str) -> bool:
    """Whether a payment method may be listed as paid later: never a card, a wallet, a balance or a credit line."""
    plain = f" {plain_word(method)} "
    words = (word for known in load("confirm").means["never_deferred"].values() for word in known)
    return bool(plain.strip()) and not any(_is_in(plain, word) for word in words)


def foreign_row(quote: Quote) -> tuple[str, str] | None:
    """The first row whose amount is not in the total's currency, title and text; None where all are."""
    for title, amount, text in quote.rows:
        if is_amount(text) if amount is None else amount.currency != quote.total.currency:
            return title, text
    return None


def check_wanted(wanted: Wanted, offer: SkuOffer, quote: Quote) -> None:
    """CannotBuy with both values at the first difference between what is wanted and what the page would order."""
    if len(quote.lines) != 1:
        titles = "; ".join(line.title for line in quote.lines) or "nothing"
        raise CannotBuy(Reason.QUANTITY_CHANGED, f"asked 1 product, page shows {len(quote.lines)}: {titles}")
    line = quote.lines[0]
    if line.product_id != wanted.product_id:
        raise CannotBuy(Reason.PRODUCT_GONE, f"asked {wanted.product_id}, page shows {line.product_id}")
    if line.sku_id != wanted.sku_id or not shows_options(line.sku_text, offer):
        shown = f"{line.sku_id} {line.sku_text}".strip()
        asked = ", ".join(value for _, value in offer.options)
        raise CannotBuy(Reason.SKU_GONE, f"asked {wanted.sku_id} {asked}".strip() + f", page shows {shown}")
    if line.quantity != wanted.quantity:
        raise CannotBuy(Reason.QUANTITY_CHANGED, f"asked {wanted.quantity}, page shows {line.quantity}")
    _check_currency(wanted.currency, quote)
    missing = missing_from(quote.recipient, wanted.ship_to)
    if missing is not None:
        asked = f"asked {missing.field} {missing.value}"
        raise CannotBuy(Reason.RECIPIENT_DIFFERS, f"{asked}, page shows {quote.recipient or 'no address'}")
    if wanted.carrier is not None and quote.carrier != wanted.carrier:
        raise CannotBuy(Reason.CARRIER_GONE, f"asked {wanted.carrier}, page shows {quote.carrier or 'none'}")


def shows_options(sku_text: str, offer: SkuOffer) -> bool:
    """Whether the options that a line shows are those of the SKU; a line without any text says nothing.

    The seller's own label counts too: a page may show either.
    """
    if not sku_text or not offer.options:
        return True
    labels = [part.partition("#")[2] for part in offer.sku_attr.split(";")]
    values = [value for _, value in offer.options]
    pairs = zip(values, [*labels, *[""] * len(values)], strict=False)
    return all(any(_shows(sku_text, name) for name in names) for names in pairs)


def _shows(text: str, name: str) -> bool:
    """Whether words stand in a text; a name of signs alone must stand there as it is."""
    return bool(name) and (f" {bare(name)} " in f" {bare(text)} " if bare(name) else name in text)


def _check_currency(currency: str, quote: Quote) -> None:
    amounts: Iterable[Money | None] = (quote.total, *(line.unit_price for line in quote.lines))
    other = next((amount.currency for amount in amounts if amount is not None and amount.currency != currency), None)
    if other is not None:
        raise CannotBuy(Reason.CURRENCY_DIFFERS, f"asked {currency}, page shows {other}")
    foreign = foreign_row(quote)
    if foreign is not None:
        raise CannotBuy(Reason.CURRENCY_DIFFERS, f"asked {currency}, row {foreign[0]} shows {foreign[1]}")


def _is_in(plain: str, word: str) -> bool:
    """A word that ends with a blank must stand alone; others may be part of a longer one."""
    return f" {plain_word(word)} " in plain if word.endswith(" ") else plain_word(word) in plain

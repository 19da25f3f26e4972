"""What a purchase costs and what is left of the sale: pure reckoning in whole minor units."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from flows.amounts import digits_of
from flows.values import Money
from flows.values_buying import Quote

SHIPPING_WORDS = ("shipping", "freight", "delivery", "vận chuyển")
TAX_WORDS = ("tax", "vat", "additional charge", "thuế")


@dataclass(frozen=True, slots=True)
class Cost:
    """A quote taken apart; `items` is the rest of the total, so the parts always add up to it."""

    items: Money
    shipping: Money
    tax: Money
    total: Money


def cost_of(quote: Quote) -> Cost:
    """Take a quote apart by the titles of its rows; only rows in the total's currency count."""
    currency = quote.total.currency
    shipping = _rows(quote, SHIPPING_WORDS)
    tax = _rows(quote, TAX_WORDS)
    items = quote.total.minor - shipping - tax
    return Cost(
        Money(minor=items, currency=currency),
        Money(minor=shipping, currency=currency),
        Money(minor=tax, currency=currency),
        quote.total,
    )


def convert(amount: Money, currency: str, rates: Mapping[str, Decimal]) -> Money | None:
    """An amount in another currency by the configured rates, either way round; None where there is no rate."""
    if amount.currency == currency:
        return amount
    straight, back = rates.get(f"{amount.currency}/{currency}"), rates.get(f"{currency}/{amount.currency}")
    rate = straight if straight is not None else 1 / back if back else None
    if rate is None:
        return None
    value = Decimal(amount.minor).scaleb(-digits_of(amount.currency)) * rate
    minor = value.scaleb(digits_of(currency)).quantize(Decimal(1), ROUND_HALF_EVEN)
    return Money(minor=int(minor), currency=currency)


def margin_percent(sale: Money, total: Money, rates: Mapping[str, Decimal]) -> Decimal | None:
    """What is left of the sale price after the purchase, in percent of it; None where no rate joins the currencies."""
    cost = convert(total, sale.currency, rates)
    if cost is None or sale.minor <= 0:
        return None
    return (Decimal(sale.minor - cost.minor) * 100 / Decimal(sale.minor)).quantize(Decimal("0.1"))


def _rows(quote: Quote, words: tuple[str, ...]) -> int:
    return sum(
        amount.minor
        for title, amount, _ in quote.rows
        if amount is not None
        and amount.currency == quote.total.currency
        and any(word in title.casefold() for word in words)
    )

"""A quote taken apart, converted and held against the sale: whole minor units throughout."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pricing import convert, cost_of, margin_percent
from flows.values import Money, Reader
from flows.values_buying import ButtonKind, Payment, Quote


def quote(total: int, *rows: tuple[str, int | None]) -> Quote:
    """A quote with these rows, in dollars."""
    shown = tuple(
        (title, None if minor is None else Money(minor=minor, currency="USD"), title) for title, minor in rows
    )
    return Quote(
        recipient="", lines=(), carrier=None, rows=shown, total=Money(minor=total, currency="USD"),
        payment=Payment(present=False, method=None), button_text="Pay now", button_kind=ButtonKind.PAY_NOW, sellers=1,
        reader=Reader.BOTH,
    )  # fmt: skip


def test_cost_is_taken_apart_by_its_rows() -> None:
    """Proves that shipping and tax are told by their titles, and that the rest of the total is what the items cost."""
    told = quote(1723, ("Subtotal", 1500), ("Shipping fee", 150), ("Tax", 123), ("Coins", -50), ("Promo codes", None))
    cost = cost_of(told)
    assert (1450, 150, 123, 1723) == (cost.items.minor, cost.shipping.minor, cost.tax.minor, cost.total.minor)


@given(
    st.integers(1, 10**7), st.lists(st.tuples(st.sampled_from(["Shipping", "VAT", "Bonus"]), st.integers(-999, 999)))
)
def test_parts_always_add_up(total: int, rows: list[tuple[str, int | None]]) -> None:
    """Proves that whatever the rows say, items, shipping and tax make the total."""
    cost = cost_of(quote(total, *rows))
    assert total == cost.items.minor + cost.shipping.minor + cost.tax.minor


@pytest.mark.parametrize(
    ("minor", "currency", "target", "expected"),
    [
        (1000, "USD", "USD", 1000),
        (1000, "USD", "VND", 254_000),
        (254_000, "VND", "USD", 1000),
        (1000, "USD", "KWD", 3070),
        (1000, "USD", "EUR", None),
    ],
)
def test_converting_uses_a_rate_either_way_round(minor: int, currency: str, target: str, expected: int | None) -> None:
    """Proves the digits of each currency, and that a missing rate is no amount."""
    rates = {"USD/VND": Decimal(25_400), "USD/KWD": Decimal("0.307")}
    found = convert(Money(minor=minor, currency=currency), target, rates)
    assert expected == (found.minor if found is not None else None)


def test_margin_is_a_tenth_of_a_percent_exact() -> None:
    """Proves the margin of a gain and of a loss, and that a sale for nothing has none."""
    sale, cost = Money(minor=1995, currency="USD"), Money(minor=861, currency="USD")
    assert Decimal("56.8") == margin_percent(sale, cost, {})
    assert Decimal("-131.7") == margin_percent(cost, sale, {})
    assert margin_percent(Money(minor=0, currency="USD"), cost, {}) is None

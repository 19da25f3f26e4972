"""The caps and checks between a quote and a press: which one holds, by how much, and what an approval reaches."""

from decimal import Decimal
from typing import Any

import pytest

from bot.config_buying import Buying, Limits
from bot.guardrails import Offer, Spent, check
from bot.holds import Hold
from flows.values import Money


def usd(minor: int) -> Money:
    """So many cents."""
    return Money(minor=minor, currency="USD")


def held(
    total: int = 1000,
    *,
    items: int | None = None,
    expected: Money | None = None,
    sale: Money | None = None,
    spent: Spent | None = None,
    least: str = "0",
    rates: dict[str, Decimal] | None = None,
    approved: dict[str, Any] | None = None,
    currency: str = "USD",
) -> tuple[str, dict[str, Any]] | None:
    """What holds an offer on an account with caps of 20, 50 and 100 dollars and three purchases an hour."""
    found = check(
        Offer(usd(total), usd(total if items is None else items), expected, sale or usd(2500)),
        currency=currency,
        limits=Limits.model_validate({"per_order": 20, "per_run": 50, "per_day": 100, "per_hour": 3}),
        buying=Buying.model_validate({"drift_percent": 10, "least_margin_percent": least}),
        spent=spent or Spent(),
        rates=rates or {},
        approved=approved or {},
    )
    return (found.code, found.data) if found is not None else None


@pytest.mark.parametrize(
    ("total", "spent", "expected"),
    [
        (2000, Spent(), None),
        (2001, Spent(), (Hold.OVER_ORDER, {"asked": "20.00 USD", "found": "20.01 USD", "found_minor": 2001})),
        (1000, Spent(run=4000), None),
        (1001, Spent(run=4000), (Hold.OVER_RUN, {"asked": "50.00 USD", "found": "10.01 USD", "before": "40.00"})),
        (1000, Spent(day=9000), None),
        (1001, Spent(day=9000), (Hold.OVER_DAY, {"asked": "100.00 USD", "found": "10.01 USD", "before": "90.00"})),
        (1000, Spent(hour=2), None),
        (1000, Spent(hour=3), (Hold.TOO_MANY, {"asked": 3, "found": 3})),
    ],
)
def test_each_cap_says_by_how_much(total: int, spent: Spent, expected: tuple[str, dict[str, Any]] | None) -> None:
    """Proves that a cap lets its own amount pass, holds one cent more, and names both values."""
    found = held(total, spent=spent)
    if expected is None:
        assert found is None
    else:
        assert found is not None
        assert expected[0] == found[0]
        assert expected[1].items() <= found[1].items()


def test_another_currency_is_held_before_any_cap() -> None:
    """Proves that no amount is compared with caps that are in another currency."""
    assert (Hold.OTHER_CURRENCY, {"asked": "BRL", "found": "USD"}) == held(1, currency="BRL")
    other = Money(minor=100, currency="EUR")
    assert (Hold.OTHER_CURRENCY, {"asked": "EUR", "found": "USD"}) == held(100, expected=other)


@pytest.mark.parametrize(("items", "is_held"), [(520, False), (572, False), (573, True), (100, False)])
def test_price_may_drift_by_a_tenth(items: int, is_held: bool) -> None:
    """Proves that up to ten percent above the mapped cost pass, shipping and tax apart, and a lower price always."""
    found = held(items + 900, items=items, expected=usd(520))
    assert is_held == (found is not None)
    if found is not None:
        both = {"asked": "5.20 USD", "found": "5.73 USD", "percent": "10", "found_minor": 573}
        assert (Hold.PRICE_DRIFT, both) == found


@pytest.mark.parametrize(
    ("cause", "amount", "approved", "is_held"),
    [
        (Hold.PRICE_DRIFT, 590, 590, False),
        (Hold.PRICE_DRIFT, 591, 590, True),
        (Hold.OVER_ORDER, 2500, 2500, False),
        (Hold.OVER_ORDER, 2501, 2500, True),
    ],
)
def test_approval_reaches_as_far_as_was_shown(cause: Hold, amount: int, approved: int, is_held: bool) -> None:
    """Proves that an approved amount passes, and that one that has grown since asks again."""
    expected = usd(520) if cause is Hold.PRICE_DRIFT else None
    found = held(amount, expected=expected, approved={cause: approved})
    assert is_held == (found is not None and found[0] == cause)


@pytest.mark.parametrize(
    ("spent", "cause"),
    [(Spent(run=5000), Hold.OVER_RUN), (Spent(day=10_000), Hold.OVER_DAY), (Spent(hour=9), Hold.TOO_MANY)],
)
def test_caps_of_run_day_and_hour_cannot_be_approved(spent: Spent, cause: Hold) -> None:
    """Proves that an approval of one purchase does not lift what all of them together may cost."""
    found = held(1000, spent=spent, approved={cause.value: 10_000})
    assert cause == (found and found[0])


LOW = {"asked": "20", "found": "19.9", "found_minor": 1000}
VND, RATE = Money(minor=300_000, currency="VND"), {"USD/VND": Decimal(25000)}


@pytest.mark.parametrize(
    ("sale", "rates", "approved", "expected"),
    [
        (usd(1250), {}, {}, None),
        (usd(1249), {}, {}, (Hold.LOW_MARGIN, LOW)),
        (usd(1249), {}, {Hold.LOW_MARGIN: 1000}, None),
        (usd(1249), {}, {Hold.LOW_MARGIN: 999}, (Hold.LOW_MARGIN, LOW)),
        (Money(minor=312_500, currency="VND"), RATE, {}, None),
        (VND, RATE, {}, (Hold.LOW_MARGIN, {"asked": "20", "found": "16.7", "found_minor": 1000})),
        (VND, {}, {}, (Hold.NO_RATE, {"pair": "USD/VND", "found_minor": 1000})),
        (VND, {}, {Hold.NO_RATE: 1000}, None),
    ],
)
def test_least_margin(
    sale: Money, rates: dict[str, Decimal], approved: dict[str, Any], expected: tuple[str, dict[str, Any]] | None
) -> None:
    """Proves that a purchase that leaves too little of the sale is held, or that cannot be reckoned; an approval holds
    for the total that was seen."""
    assert expected == held(1000, sale=sale, least="20", rates=rates, approved=approved)


def test_margin_is_not_checked_unless_asked_for() -> None:
    """Proves that a loss passes where no least margin is set."""
    assert held(2000, sale=usd(1)) is None

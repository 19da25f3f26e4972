"""Another look at what stands unpaid: the tab, the pages of what left it, and what it leaves alone."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from bot.facts import Tab
from bot.jobs.recheck import Rechecked, has_unpaid_orders, recheck
from bot.sandbox.shop_goods import CATALOGUE
from flows.errors import PersonNeeded, TryLater
from flows.values import AliStatus
from tests.merchant import (  # noqa: F401
    Merchant,
    context_fixture,
    empty_database_fixture,
    merchant_fixture,
    one_context_fixture,
    stand_ins_fixture,
)

TOTE = (CATALOGUE[0], 1)


def look(merchant: Merchant, context: BrowserContext, **how: Any) -> Rechecked:
    """One look at the account."""
    return recheck(merchant.database, context, merchant.sandbox.site, merchant.account, clock=merchant.clock, **how)


def unpaid(merchant: Merchant, *, read: bool = True) -> tuple[str, str]:
    """An order that stands unpaid on AliExpress, as a sync has read it."""
    name, number = merchant.bought_unpaid(TOTE)
    if read:
        merchant.read(number)
    return name, number


def test_each_goes_where_it_belongs(merchant: Merchant, context: BrowserContext) -> None:
    """Paid, expired, cancelled and still unpaid are told apart in one look, with as many pages as have changed."""
    orders = {what: unpaid(merchant) for what in ("paid", "expired", "cancelled", "still")}
    look(merchant, context)
    for what, act in (("paid", merchant.ali.pay), ("expired", merchant.ali.expire), ("cancelled", merchant.ali.cancel)):
        act([orders[what][1]])
    merchant.ali.page_loads.clear()
    found = look(merchant, context)
    assert (4, 1, 1, 2, []) == (found.open, found.paid, found.still, found.over, found.problems)
    assert {"list": 1, "detail": 3} == dict(merchant.ali.page_loads)
    tabs = {what: merchant.tab(name) for what, (name, _) in orders.items()}
    assert {
        "paid": Tab.AWAITING_SHIPMENT,
        "expired": Tab.FAILED,
        "cancelled": Tab.FAILED,
        "still": Tab.AWAITING_PAYMENT,
    } == tabs
    assert "was not paid in time" in merchant.why(orders["expired"][0])


def test_what_was_never_read_is(merchant: Merchant, context: BrowserContext) -> None:
    """An order that was placed a moment ago gets its status, its amount and its deadline."""
    _, number = unpaid(merchant, read=False)
    assert (1, 1) == (look(merchant, context).open, look(merchant, context).still)
    row = merchant.ali_order(number)
    assert (AliStatus.UNPAID, "USD") == (row.status, row.currency)
    assert row.pay_deadline is not None


@pytest.mark.long
def test_a_payment_that_the_list_does_not_show_yet(merchant: Merchant, context: BrowserContext) -> None:
    """The list lags: an order that is named is believed by its own page, and one that is not is left for later."""
    _, number = unpaid(merchant)
    _, other = unpaid(merchant)
    look(merchant, context)
    merchant.ali.set_faults({"lag": 2})
    merchant.ali.pay([number, other])
    found = look(merchant, context, also=[number])
    assert (1, 1) == (found.paid, found.still)
    assert (AliStatus.TO_SHIP, AliStatus.UNPAID) == (
        merchant.ali_order(number).status,
        merchant.ali_order(other).status,
    )
    merchant.ali.set_faults({"lag": None})
    assert 1 == look(merchant, context).paid


def test_nothing_unpaid_opens_nothing(merchant: Merchant, context: BrowserContext) -> None:
    """Where nothing waits for payment no page is opened."""
    merchant.bought(TOTE)
    assert has_unpaid_orders(merchant.database, merchant.account)  # not read yet, so nobody knows
    look(merchant, context)
    merchant.ali.page_loads.clear()
    assert not has_unpaid_orders(merchant.database, merchant.account)
    assert Rechecked() == look(merchant, context)
    assert {} == dict(merchant.ali.page_loads)


@pytest.mark.long
def test_one_page_that_cannot_be_read_holds_up_no_other(merchant: Merchant, context: BrowserContext) -> None:
    """An order whose page says something unknown is named and stays what it was; the rest is read."""
    _, odd = unpaid(merchant)
    _, fine = unpaid(merchant)
    look(merchant, context)
    merchant.ali.pay([odd, fine])
    merchant.ali.set_faults({"unknown_status": "Quarantined", "only_orders": (odd,)})
    found = look(merchant, context)
    assert (1, 1) == (found.paid, len(found.problems))
    assert odd in found.problems[0]
    assert AliStatus.UNPAID is merchant.ali_order(odd).status
    assert merchant.ali_order(odd).missing_since is None


@pytest.mark.parametrize(
    ("faults", "trouble"), [({"captcha": True}, PersonNeeded), ({"traffic_limit": True}, TryLater)]
)
def test_trouble_with_the_tab_is_raised(
    merchant: Merchant, context: BrowserContext, faults: dict[str, Any], trouble: type[Exception]
) -> None:
    """A tab that cannot be read says nothing of any order."""
    _, number = unpaid(merchant)
    merchant.ali.set_faults(faults)
    with pytest.raises(trouble):
        look(merchant, context)
    assert AliStatus.UNPAID is merchant.ali_order(number).status


@pytest.mark.long
def test_it_ends_after_the_page_at_hand(merchant: Merchant, context: BrowserContext) -> None:
    """A look that is asked to stop keeps what it has read."""
    numbers = [unpaid(merchant, read=False)[1] for _ in range(3)]
    answers = iter([False, False, True])
    stopped: Callable[[], bool] = lambda: next(answers, True)  # noqa: E731
    found = look(merchant, context, stopped=stopped, tabs=1)
    assert found.stopped
    read = [number for number in numbers if merchant.ali_order(number).detail_read_at is not None]
    assert 1 <= len(read) < 3

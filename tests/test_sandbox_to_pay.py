"""Unpaid orders of the stand-in AliExpress: ticked and paid together, their deadline, and cancelling them."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox.aliexpress.answers import OPERATION_API
from bot.sandbox.aliexpress.orders import OrderState
from bot.sandbox.aliexpress.state import AliWorld
from bot.sandbox.payer import Payer, result_said
from tests.asking import DETAIL, TOTE, Asker, block, code
from tests.asking import GRACE as RECIPIENT
from tests.shopping import Shopper, context_fixture, shopper_fixture

context = context_fixture
shopper = shopper_fixture
STATUS = "detail_order_status_block"


@pytest.fixture(name="payer")
def payer_fixture() -> Payer:
    """The person."""
    return Payer()


def to_pay(shopper: Shopper, count: int) -> list[str]:
    """So many unpaid orders, their tab open; their numbers, newest first."""
    numbers = [shopper.ali.buy(RECIPIENT, [TOTE], shopper.buyer.account)[0] for _ in range(count)]
    shopper.page.goto(f"{shopper.sandbox.aliexpress}/p/order/index.html?tab=unpaid")
    shopper.page.locator(".order-item-select").first.wait_for()
    return numbers[::-1]


@pytest.mark.long  # test_pay_together meets it as well
def test_ticked_orders_are_paid_at_once(shopper: Shopper, payer: Payer) -> None:
    """Proves that ticked orders alone go to one payment, which is open until the cashier's button is pressed."""
    numbers = to_pay(shopper, 3)
    button = shopper.page.get_by_role("button", name="Pay for selected orders")
    assert button.is_disabled()
    payer.tick(shopper.page, numbers[:2])
    payer.pay_selected(shopper.page)
    assert [None] * 3 == [shopper.ali.order(number).paid_at for number in numbers]
    assert "$15.96" == shopper.page.locator(".cashier-total b").text_content()
    payer.pay_at_cashier(shopper.page)
    assert "Payment Successful" == result_said(shopper.page)
    assert [True, True, False] == [shopper.ali.order(number).paid_at is not None for number in numbers]
    assert ["to_pay"] == [one.place for one in shopper.ali.market.payments.values() if one.orders == numbers[:2]]


def test_no_more_than_twenty(shopper: Shopper, asker: Asker, payer: Payer) -> None:
    """Proves that the twenty-first box does not stay ticked, all at once neither, and that the answer refuses too."""
    numbers = to_pay(shopper, 21)
    for shown in (20, 21):
        shopper.page.locator(".order-more button").click()
        shopper.page.locator(".order-item").nth(shown - 1).wait_for()
    payer.tidy(shopper.page)
    shopper.page.locator(".order-pay-all input").click()
    toast = shopper.page.locator(".comet-toast").text_content()
    assert "Sorry, you can only pay up to 20 orders at one time." == toast
    assert 20 == shopper.page.locator(".order-item-select input:checked").count()
    assert "FAIL_BIZ_MERGE" == code(asker.post(OPERATION_API, {"operation": "pay", "orderIds": ",".join(numbers)}))
    payer.pay_selected(shopper.page)
    assert "20 order(s)" == shopper.page.locator(".cashier-orders").text_content()


def test_what_cannot_be_paid_is_said(shopper: Shopper, asker: Asker, payer: Payer) -> None:
    """Proves the words for an order that expired meanwhile and for a payment the site refuses; a stranger's stays."""
    first, second = to_pay(shopper, 2)
    shopper.ali.expire(first)
    page = shopper.page
    page.locator(".order-item", has_text=first).get_by_role("button", name="Pay now").click()
    page.get_by_text("The order can't be paid any more.").wait_for()
    shopper.ali.set_faults({"pay_refused": "Payment is not possible now."})
    payer.tick(page, [second])
    page.locator(".order-pay-selected").click()
    page.get_by_text("Payment is not possible now.").wait_for()
    shopper.ali.set_faults({"pay_refused": None})
    (foreign,) = shopper.ali.buy(RECIPIENT, [TOTE], "somebody")
    assert "FAIL_BIZ_ORDER_NOT_EXIST" == code(asker.post(OPERATION_API, {"operation": "pay", "orderIds": foreign}))
    (other,) = shopper.ali.buy(RECIPIENT, [TOTE], shopper.buyer.account, currency="EUR")
    mixed = {"operation": "pay", "orderIds": f"{second},{other}"}
    assert "FAIL_BIZ_MERGE" == code(asker.post(OPERATION_API, mixed))


def test_deadline_is_told_or_not(ali: AliWorld, asker: Asker, me: str) -> None:
    """Proves the time left of an unpaid order, that it may be short, and that a page may not tell it."""
    ali.set_faults({"pay_hours": 30.5})
    (number,) = ali.buy(RECIPIENT, [TOTE], me)
    order = ali.order(number)
    assert timedelta(hours=30.5) == order.pay_deadline - order.created_at
    told = [block(asker.data(DETAIL, {"tradeOrderId": number}), STATUS)["reminder"]]
    ali.set_faults({"no_deadline": True})
    told.append(block(asker.data(DETAIL, {"tradeOrderId": number}), STATUS)["reminder"])
    assert ["Please pay within 1 days 6 hours, or the order will be closed automatically.", ""] == told
    assert order.pay_deadline - datetime.now(UTC) < timedelta(hours=30.5)


def test_unpaid_order_is_paid_from_its_own_page(shopper: Shopper, payer: Payer) -> None:
    """Proves that the detail page leads to the cashier, and that the page of a paid order does not."""
    (number,) = shopper.ali.buy(RECIPIENT, [TOTE], shopper.buyer.account)
    address = f"{shopper.sandbox.aliexpress}/p/order/detail.html?orderId={number}"
    shopper.page.goto(address)
    shopper.page.get_by_role("button", name="Pay now").click()
    payer.pay_at_cashier(shopper.page)
    assert "Payment Successful" == result_said(shopper.page)
    shopper.page.goto(address)
    shopper.page.get_by_role("button", name="Add to cart").wait_for()
    assert 0 == shopper.page.get_by_role("button", name="Pay now").count()


@pytest.mark.long  # test_pay_together meets it as well
def test_cancel_shows_late_and_cancels(shopper: Shopper, asker: Asker, payer: Payer) -> None:
    """Proves that Cancel comes after the page, ends an unpaid and a paid order, and is refused for a sent one."""
    unpaid, paid, sent = (shopper.ali.buy(RECIPIENT, [TOTE], shopper.buyer.account)[0] for _ in range(3))
    shopper.ali.pay([paid, sent])
    shopper.ali.ship([sent])
    for number in (unpaid, paid):
        shopper.page.goto(f"{shopper.sandbox.aliexpress}/p/order/detail.html?orderId={number}")
        shopper.page.locator(".order-status").wait_for()
        payer.cancel_order(shopper.page)
        shopper.page.get_by_text("Canceled").wait_for()
    states = [shopper.ali.order(number).state for number in (unpaid, paid)]
    refund = [shopper.ali.order(number).refund_note for number in (unpaid, paid)]
    assert ([OrderState.CANCELED] * 2, [False, True]) == (states, refund)
    asked = {"operation": "cancel", "tradeOrderId": sent, "reason": "none"}
    assert "FAIL_BIZ_CANCEL" == code(asker.post(OPERATION_API, asked))

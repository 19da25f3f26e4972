"""Paying on the stand-in AliExpress in a real Chromium: what cards do, the To pay tab, deadlines, and the player."""

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page

from bot.sandbox.aliexpress.errors import SiteSaysNoError
from bot.sandbox.aliexpress.faults import FaultError
from bot.sandbox.aliexpress.orders import AliOrder, OrderState
from bot.sandbox.aliexpress.payments import Payment, answer_bank, come_back, pay_later, submit
from bot.sandbox.aliexpress.state import AliWorld
from bot.sandbox.payer import CARD, REFUSED_CARD, Payer, result_said
from bot.sandbox.server import Sandbox
from tests.asking import GRACE as RECIPIENT
from tests.asking import LAMP, LIST, TOTE, Asker, orders
from tests.shopping import Shopper, context_fixture, shopper_fixture

context = context_fixture
shopper = shopper_fixture
# What the tests of paying meet as well (test_pay_page, test_pay_run): they would fail too.
met_by_the_flows = pytest.mark.long
BANK = "http://bank.localhost:*/acs/*"
STATUS = "detail_order_status_block"
BY_CARD = {"number": CARD, "expiry": "12/30", "cvc": "737"}


@pytest.fixture(name="card")
def card_fixture(shopper: Shopper) -> Shopper:
    """An account of today: Pay now with a saved card."""
    shopper.buyer.kind = "pay_now_card"
    return shopper


@pytest.fixture(name="payer")
def payer_fixture() -> Payer:
    """The person."""
    return Payer()


def pressed(shopper: Shopper, payer: Payer, way: str) -> AliOrder:
    """Presses the order button with a card that behaves so, and gives the order that stands from then on."""
    shopper.ali.set_faults({"payment": way})
    shopper.open_confirm()
    with shopper.page.expect_navigation():
        payer.press(shopper.page)
    (order,) = shopper.orders()
    return order


def by_top(payer: Payer, page: Page) -> None:
    """Confirms on the bank's own page."""
    page.wait_for_url(BANK)
    payer.confirm_3ds(page)


def by_frame(payer: Payer, page: Page) -> None:
    """Confirms in the frame of the cashier."""
    page.frame_locator("iframe.cashier-bank").get_by_role("button", name="Confirm").wait_for()
    payer.confirm_3ds(page)


def by_popup(payer: Payer, page: Page) -> None:
    """Confirms in a pop-up, which closes by itself."""
    popup = payer.open_bank(page)
    payer.confirm_3ds(popup)


def by_code(payer: Payer, page: Page) -> None:
    """Mistypes the code once."""
    page.wait_for_url(BANK)
    payer.type_otp(page, "111111")
    page.get_by_role("alert").wait_for()
    payer.type_otp(page)


def by_card(payer: Payer, page: Page) -> None:
    """Types a card."""
    payer.type_card(page)


def at_once(_payer: Payer, _page: Page) -> None:
    """Nothing is asked."""


WAYS: dict[str, Callable[[Payer, Page], None]] = {
    "charged": at_once,
    "3ds": by_top,
    "3ds_iframe": by_frame,
    "3ds_popup": by_popup,
    "otp": by_code,
    "card_form": by_card,
}


@met_by_the_flows
@pytest.mark.parametrize("way", WAYS)
def test_each_way_of_paying(card: Shopper, payer: Payer, sandbox: Sandbox, way: str) -> None:
    """Proves that the order stands unpaid until its owner has answered, then paid once, and what is told of it."""
    charges = card.ali.market.charges
    order = pressed(card, payer, way)
    before = order.paid_at is not None
    WAYS[way](payer, card.page)
    assert "Payment Successful" == result_said(card.page)
    assert (way == "charged", OrderState.PROCESSING, charges + 1) == (before, order.state, card.ali.market.charges)
    state = sandbox.world.state()
    told = next(one for one in state["aliexpress_orders"] if one["number"] == order.number)
    payment = state["payments"][-1]
    assert (True, way, order.recipient.name) == (told["paid"], told["paid_by"], told["recipient"])
    assert ([order.number], way, "confirm", "paid") == tuple(payment[k] for k in ("orders", "way", "place", "outcome"))


@met_by_the_flows
@pytest.mark.parametrize("way", ["3ds", "3ds_iframe", "card_form"])
def test_window_closed_half_way(card: Shopper, payer: Payer, asker: Asker, way: str) -> None:
    """Proves that an order whose payment was left stands in To pay, to be ticked, and no money has flowed."""
    charges = card.ali.market.charges
    order = pressed(card, payer, way)
    payer.close_tab(card.page)
    unpaid = [(one["orderId"], one["showSelectBox"]) for one in orders(asker.data(LIST, {"statusTab": "unpaid"}))]
    assert ([(order.number, True)], OrderState.TO_PAY) == (unpaid, order.state)
    assert charges == card.ali.market.charges


@met_by_the_flows
def test_refused_card_leaves_the_order_to_pay(card: Shopper, payer: Payer, asker: Asker) -> None:
    """Proves the words of a refusal, the unpaid order, and that another card pays it, once."""
    charges = card.ali.market.charges
    order = pressed(card, payer, "refused")
    said = result_said(card.page), card.page.locator(".pay-result-text").text_content() or ""
    assert all("unsuccessful" in text for text in said)
    assert [order.number] == [one["orderId"] for one in orders(asker.data(LIST, {"statusTab": "unpaid"}))]
    card.page.get_by_text("Pay again").click()
    card.page.get_by_text("Use another card").click()
    payer.type_card(card.page, REFUSED_CARD)
    assert "Payment unsuccessful" == result_said(card.page)
    card.page.get_by_text("Pay again").click()
    card.page.get_by_text("Use another card").click()
    payer.type_card(card.page, "4111 1111 1111 1112")
    card.page.get_by_text("Please check your card number.").wait_for()
    card.page.reload()
    payer.type_card(card.page)
    assert ("Payment Successful", "card_form") == (result_said(card.page), order.paid_by)
    assert charges + 1 == card.ali.market.charges


def test_payment_that_is_still_verified(card: Shopper, payer: Payer) -> None:
    """Proves that an order can stand in neither state for a while: the page says paid, the order has no date of it."""
    order = pressed(card, payer, "checking")
    assert ("Payment Successful", OrderState.PAYMENT_CHECK) == (result_said(card.page), order.state)
    assert order.paid_at is None


@met_by_the_flows
def test_bank_is_told_no(card: Shopper, payer: Payer) -> None:
    """Proves that Cancel at the bank, and a third wrong code, end in a refusal and an unpaid order."""
    order = pressed(card, payer, "3ds")
    payer.confirm_3ds(card.page, refuse=True)
    assert ("Payment unsuccessful", OrderState.TO_PAY) == (result_said(card.page), order.state)
    payment = Payment("1", "me", [order.number], 1, "USD", "confirm", "otp")
    assert [False, False, True] == [answer_bank(payment, code="1", confirmed=True) for _ in range(3)]
    come_back(card.ali, payment)
    assert ("refused", OrderState.TO_PAY) == (payment.outcome, order.state)


def test_result_page_has_no_number_and_opens_the_list_beside_it(card: Shopper, payer: Payer) -> None:
    """Proves that the page after paying shows no order number, and that "Check order" opens another tab."""
    order = pressed(card, payer, "charged")
    assert order.number not in (card.page.locator("body").text_content() or "")
    with card.page.expect_popup() as opened:
        card.page.get_by_text("Check order").click()
    assert "/p/order/index.html" in opened.value.url
    opened.value.close()


@met_by_the_flows
@pytest.mark.parametrize("way", ["form", "beacon"])
def test_bank_is_reached_whichever_way_the_order_went(card: Shopper, payer: Payer, way: str) -> None:
    """Proves that a page which sends its order without waiting for the answer comes to the bank too."""
    card.ali.set_faults({"order_by": way, "payment": "3ds"})
    card.open_confirm()
    payer.press(card.page)
    by_top(payer, card.page)
    assert "Payment Successful" == result_said(card.page)
    for tab in card.page.context.pages:
        if tab is not card.page:
            tab.close()
    assert ["3ds"] == [order.paid_by for order in card.orders()]


@met_by_the_flows
@pytest.mark.parametrize(("how", "made"), [("lost", 1), ("500", 1), ("lost_before", 0)])
def test_lost_order_call_never_reaches_the_bank(card: Shopper, payer: Payer, how: str, made: int) -> None:
    """Proves that the order stands, unpaid, where the answer that leads to the bank was lost."""
    card.ali.set_faults({"order_call": how, "payment": "3ds"})
    card.open_confirm()
    payer.press(card.page)
    card.page.locator(".comet-toast").wait_for()
    assert [OrderState.TO_PAY] * made == [order.state for order in card.orders()]


@met_by_the_flows
def test_money_is_taken_and_the_answer_lost(card: Shopper, payer: Payer) -> None:
    """Proves that the result page may never come though the order is paid; the order list tells it."""
    order = pressed(card, payer, "3ds")
    card.page.wait_for_url(BANK)
    card.ali.set_faults({"payment_lost": True})
    with card.page.expect_event("requestfailed", lambda request: "/pay/return" in request.url):
        payer.confirm_3ds(card.page)
    assert (OrderState.PROCESSING, 0) == (order.state, card.page.locator(".pay-result-title").count())


def test_one_run_mixes_cards(card: Shopper, payer: Payer, sandbox: Sandbox) -> None:
    """Proves that `payment_for` finds an order by SKU, recipient's name, phone and name of the store order."""
    sold = sandbox.shop.seed(1, plain=True)[0]
    assert sold.address is not None
    faults = {"payment": "otp", "payment_for": {sold.name: "3ds", "Minh Tran": "refused"}}
    phone = sandbox.world.set_faults(faults)["payment_for"]
    assert f"+1 {sold.address['phone'][2:]}" == next(iter(phone))
    to_store = card.ali.buy(RECIPIENT.__class__("X", next(iter(phone)), "US", "1 A St", "P", "O", "9"), [TOTE], "x")
    others = card.ali.buy(RECIPIENT, [LAMP], "x")
    assert ["3ds", "otp"] == [way_of(card.ali, number) for number in (*to_store, *others)]
    card.ali.set_faults({"payment_for": {TOTE.sku_id: "card_form", "grace kessler": "3ds_iframe"}})
    assert ["card_form", "3ds_iframe"] == [way_of(card.ali, number) for number in (*to_store, *others)]
    with pytest.raises(FaultError, match="no order #9999"):
        sandbox.world.set_faults({"payment_for": {"#9999": "3ds"}})
    with pytest.raises(FaultError, match="payment_for"):
        sandbox.world.set_faults({"payment_for": {"Minh Tran": "by magic"}})


def way_of(ali: AliWorld, number: str) -> str:
    """How the saved card behaves for an order of the account "x" that is paid from the To pay tab."""
    payment = pay_later(ali, "x", [number])
    submit(ali, payment, None)
    return payment.way


def test_order_goes_where_the_entry_points_at_the_press(card: Shopper, payer: Payer) -> None:
    """Proves that an address-book entry changed under an open confirm page changes where its order goes."""
    book = card.buyer.book
    card.open_confirm()
    shown = card.page.locator("[data-pl=pl-address-detail]").text_content() or ""
    chosen = book.find(book.default)
    assert chosen is not None
    other = type(chosen)(chosen.id, "Ann", "Lee", *(getattr(chosen, name) for name in chosen.__slots__[3:]))
    book.change(other, default=False)
    payer.press(card.page)
    result_said(card.page)
    (order,) = card.orders()
    assert ("Minh Tran" in shown, "Ann Lee") == (True, order.recipient.name)


def test_nothing_is_charged_twice_nor_after_the_end(ali: AliWorld, me: str) -> None:
    """Proves that of two payments of one order the second is refused, and that a cancelled order takes no money."""
    (number,), (gone,) = ali.buy(RECIPIENT, [TOTE], me), ali.buy(RECIPIENT, [TOTE], me)
    charges = ali.market.charges
    ali.set_faults({"payment": "3ds"})
    at_bank, late = pay_later(ali, me, [number]), pay_later(ali, me, [gone])
    for payment in (at_bank, late):
        submit(ali, payment, None)
    meanwhile = pay_later(ali, me, [number])
    submit(ali, meanwhile, BY_CARD)
    ali.cancel(gone)
    for payment in (at_bank, late, meanwhile):
        payment.approved = True
        come_back(ali, payment)
    assert ["refused", "refused", "paid"] == [one.outcome for one in (at_bank, late, meanwhile)]
    assert (charges + 1, OrderState.CANCELED) == (ali.market.charges, ali.order(gone).state)
    with pytest.raises(SiteSaysNoError, match="has been paid"):
        submit(ali, meanwhile, BY_CARD)


@pytest.mark.parametrize(
    ("typed", "trouble"),
    [
        ({"number": "4111"}, "card number"),
        ({"number": "4111111111111112"}, "card number"),
        ({"expiry": "13/30"}, "expiry"),
        ({"expiry": "12"}, "expiry"),
        ({"cvc": "12"}, "security code"),
    ],
)
def test_what_is_no_card_is_refused(ali: AliWorld, me: str, typed: dict[str, str], trouble: str) -> None:
    """Proves that a mistyped card leaves the payment open, and that no number is kept of one that was right."""
    payment = pay_later(ali, me, ali.buy(RECIPIENT, [TOTE], me))
    with pytest.raises(SiteSaysNoError, match=trouble):
        submit(ali, payment, {**BY_CARD, **typed})
    assert ("open", False) == (payment.outcome, payment.submitted)
    submit(ali, payment, BY_CARD)
    assert ("paid", "1111") == (payment.outcome, payment.card)
    assert "4111111111111111" not in repr(ali.market.payments)


def test_payments_are_told_and_cards_are_not(card: Shopper, payer: Payer, sandbox: Sandbox) -> None:
    """Proves that a typed card number reaches the cashier alone, and that the control routes do not know it."""
    bodies: list[str] = []
    card.page.on("request", lambda request: bodies.append(f"{request.url} {request.post_data or ''}"))
    pressed(card, payer, "card_form")
    payer.type_card(card.page)
    result_said(card.page)
    assert {f"{sandbox.cashier}/pay/submit"} == {body.partition("?")[0] for body in bodies if CARD in body}
    with httpx.Client(headers={"Authorization": f"Bearer {sandbox.token}"}, trust_env=False) as client:
        told = client.get(f"{sandbox.control}/state").text
    assert all(number not in told for number in (CARD, CARD.replace(" ", "")))

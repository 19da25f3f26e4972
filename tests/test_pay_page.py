"""A page that is prepared, handed to a person, pressed and paid by them: what it orders, what it never orders."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from bot.sandbox.aliexpress.address_book import typed_entry
from bot.sandbox.payer import BUTTON, REFUSED_CARD
from flows import pay_page
from flows.errors import CannotBuy, PageChanged, Reason
from flows.pay_page import finish, requote, warm
from flows.place_order import press
from flows.values_paying import PayStep, Sight
from tests.buying import HERE, THERE, soon, typed
from tests.person_site import Counter, context_fixture, counter_fixture

context, counter = context_fixture, counter_fixture
QUANTITY = ".comet-input-number-input"


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_persons_press_orders_once_and_pays(counter: Counter, by: str) -> None:
    """Proves that one press by mouse or keyboard, never the robot's, makes one order for the address that was set."""
    quote = counter.hand_over()
    assert PayStep.WAITING is counter.watch().step
    assert 1 == counter.page.evaluate("[...document.images].filter((one) => one.naturalWidth > 0).length")
    with pytest.raises(PageChanged, match="armed while"):
        press(counter.page, counter.site, counter.guard, quote, soon())
    counter.payer.press(counter.page, by=by, times=2)  # type: ignore[arg-type]
    sight = counter.until(PayStep.DONE)
    assert (True, (), "Payment Successful") == (sight.pressed, sight.numbers, sight.detail[:18])
    (order,) = counter.orders()
    assert (quote.total.minor, "Nguyen Van Duc", 2) == (order.total, order.recipient.name, order.lines[0].quantity)
    assert (1, True) == (len(counter.held.let_through), order.paid_at is not None)


def pay_by_card(counter: Counter) -> None:
    """Types a card that is good."""
    counter.payer.type_card(counter.page)


def pay_in_pop_up(counter: Counter) -> None:
    """Opens the bank in a pop-up and says yes there."""
    counter.payer.confirm_3ds(counter.payer.open_bank(counter.page))


def refuse_card(counter: Counter) -> None:
    """Types a card that the bank refuses."""
    counter.payer.type_card(counter.page, REFUSED_CARD)


def confirm_in_frame(counter: Counter) -> None:
    """Says yes to the bank in its frame."""
    counter.page.frame_locator("iframe.cashier-bank").get_by_role("button", name="Confirm").wait_for()
    counter.payer.confirm_3ds(counter.page)


PAYMENTS: dict[str, tuple[str, str, Callable[[Counter], None], PayStep]] = {
    "frame": ("3ds_iframe", "cashier", confirm_in_frame, PayStep.DONE),
    "pop-up": ("3ds_popup", "cashier", pay_in_pop_up, PayStep.DONE),
    "card": ("card_form", "cashier", pay_by_card, PayStep.DONE),
    "refused": ("card_form", "cashier", refuse_card, PayStep.FAILED),
}


@pytest.mark.parametrize(
    "how", ["frame", "refused", *(pytest.param(each, marks=pytest.mark.long) for each in ("pop-up", "card"))]
)
def test_payment_is_the_persons_alone(counter: Counter, how: str) -> None:
    """Proves that cashier, bank, code, card and pop-up work as without a robot, that nothing of them is noted."""
    way, host, act, step = PAYMENTS[how]
    counter.sandbox.ali.set_faults({"payment": way})
    counter.hand_over()
    noted = len(counter.guard.aborted)
    counter.payer.press(counter.page)
    counter.until_seen(lambda seen: seen.step is PayStep.PAYING and f"//{host}." in counter.page.url, host)
    act(counter)
    sight = counter.until(PayStep.DONE, PayStep.FAILED)
    assert (step, None) == (sight.step, sight.reason)
    assert (1, int(step is PayStep.FAILED)) == (len(counter.orders()), len(counter.unpaid()))
    assert noted == len(counter.guard.aborted)


@pytest.mark.long
def test_press_after_a_refused_card_orders_nothing_more(counter: Counter) -> None:
    """Proves that who opens the confirm page again after an unsuccessful payment, and presses, orders no second one."""
    counter.sandbox.ali.set_faults({"payment": "refused"})
    counter.hand_over()
    counter.payer.press(counter.page)
    counter.until(PayStep.FAILED)
    counter.page.go_back()
    assert PayStep.UNCLEAR is counter.watch().step
    confirm = counter.page.url
    counter.page.goto(f"{counter.site.www}/item/{counter.product.id}.html")
    counter.page.locator("h1").wait_for()
    counter.page.goto(confirm)
    counter.page.locator(BUTTON).wait_for()
    counter.page.wait_for_function("window.press.state.settled === true")
    counter.payer.press(counter.page)
    counter.page.locator(".comet-toast").wait_for()
    assert (PayStep.UNCLEAR, 1) == (counter.watch().step, len(counter.orders()))
    assert any("placeorder" in name for name in counter.held.aborted)


def test_next_page_is_warmed_and_finished_in_its_turn(counter: Counter) -> None:
    """Proves that warming beside a page that waits touches no address, that its own turn does, each to its buyer."""
    counter.hand_over()
    book = counter.book()
    beside = counter.guard.open_page()
    warmed = warm(beside, counter.site, counter.wanted(ship_to=THERE, quantity=1), counter.guard)
    assert (book, PayStep.WAITING) == (counter.book(), counter.watch().step)
    with pytest.raises(ValueError, match="waits for its press"):
        finish(warmed, counter.own)
    beside.locator(BUTTON).click()
    beside.evaluate("document.querySelector('.pl-order-toal-container__btn-box button').click()")
    assert (book, []) == (counter.book(), counter.orders())
    counter.payer.press(counter.page)
    counter.until(PayStep.DONE)
    counter.guard.take_back(counter.page)
    counter.page, before = beside, counter.page
    quote = finish(warmed, counter.own)
    counter.guard.hand_over(beside, quote, soon(60))
    again = warm(before, counter.site, counter.wanted(), counter.guard)
    counter.payer.press(beside)
    counter.until(PayStep.DONE)
    again.close()
    sent = [(order.recipient.name, order.lines[0].quantity) for order in counter.orders()]
    assert [("Nguyen Van Duc", 2), ("Ann Lee", 1)] == sent


def refused(counter: Counter, reason: Reason) -> Sight:
    """The sight that tells why a press would be refused; a press then does nothing."""
    sight = counter.until_seen(lambda seen: seen.reason is reason, reason)
    counter.payer.press(counter.page)
    assert (PayStep.REFUSED_PRESS, False, []) == (sight.step, sight.pressed, counter.orders())
    return sight


def test_quantity_that_the_person_changed_is_refused(counter: Counter) -> None:
    """Proves that another quantity is told and not ordered, is no new quote, and that the old one counts again."""
    counter.hand_over()
    counter.page.fill(QUANTITY, "3")
    counter.page.locator(QUANTITY).blur()
    assert "quote 2, page shows 3" == refused(counter, Reason.QUANTITY_CHANGED).detail
    counter.page.fill(QUANTITY, "2")
    counter.page.locator(QUANTITY).blur()
    counter.until(PayStep.WAITING)
    counter.armed()
    counter.payer.press(counter.page)
    counter.until(PayStep.DONE)
    assert [2] == [order.lines[0].quantity for order in counter.orders()]


def test_address_that_the_person_changed_is_refused_and_set_anew(counter: Counter) -> None:
    """Proves that another recipient is told and not ordered, is no new quote, and that finishing sets it right."""
    counter.buyer.book.add(typed_entry(typed(THERE)), default=True)
    counter.hand_over()
    counter.page.locator(".pl-address-item__arrrow a").click()
    counter.page.locator(".ae-address-item-wrapper", has_text="Ann Lee").locator("label").click()
    assert "Ann Lee" in refused(counter, Reason.RECIPIENT_DIFFERS).detail
    assert counter.warmed is not None
    with pytest.raises(CannotBuy, match="recipient_differs"):
        requote(counter.warmed)
    quote = finish(counter.warmed, counter.own)
    counter.guard.hand_over(counter.page, quote, soon(60))
    counter.payer.press(counter.page)
    counter.until(PayStep.DONE)
    assert ["Nguyen Van Duc"] == [order.recipient.name for order in counter.orders()]


@pytest.mark.long
def test_page_that_the_person_loaded_anew_in_vain_is_finished_again(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves that a reload which fails, and then another page, are told, and mended by finishing the page again."""
    monkeypatch.setattr("flows.guarded_page.DRAWS_WITHIN", 0.2)
    counter.hand_over()
    counter.page.reload()
    counter.until(PayStep.AWAY)
    counter.page.goto(f"{counter.site.www}/p/order/index.html")
    assert PayStep.AWAY is counter.watch().step
    assert counter.warmed is not None
    counter.guard.hand_over(counter.page, finish(counter.warmed, counter.own), soon(60))
    counter.payer.press(counter.page)
    counter.until(PayStep.DONE)
    assert 1 == len(counter.orders())


def test_total_that_changed_is_quoted_anew(counter: Counter) -> None:
    """Proves that a coupon changes the total, that it is told and not ordered, and ordered once it is quoted again."""
    before = counter.hand_over()
    counter.buyer.coupon = 100
    counter.page.locator("[class*=group-ship-options--title]").click()
    counter.page.locator("[class*=group-ship-options--option]").first.click()
    refused(counter, Reason.PRICE_CHANGED)
    assert counter.warmed is not None
    quote = requote(counter.warmed)
    assert quote.total.minor < before.total.minor
    counter.guard.hand_over(counter.page, quote, soon(60))
    counter.payer.press(counter.page)
    counter.until(PayStep.DONE)
    assert [quote.total.minor] == [order.total for order in counter.orders()]
    with pytest.raises(ValueError, match="the page is the person's"):
        requote(counter.warmed)


def test_confirm_page_in_a_second_tab_orders_nothing(counter: Counter, context: BrowserContext) -> None:
    """Proves that the same page in a tab of the person's own neither orders nor edits the entry that was set."""
    counter.hand_over()
    book, tab = counter.book(), context.new_page()
    tab.goto(counter.page.url.replace("confirm.html", "confirm.html"))
    tab.goto(f"{counter.site.www}/item/{counter.product.id}.html")
    tab.locator("h1").wait_for()
    tab.goto(counter.page.url)
    tab.locator(BUTTON).click()
    edit_address(tab)
    assert ([], book, PayStep.WAITING) == (counter.orders(), counter.book(), counter.watch().step)
    assert any("address" in name and "save" in name for name in counter.guard.of(tab).aborted)


def edit_address(tab: Page) -> None:
    """Opens the first entry of the address book and saves it under another name."""
    tab.locator(".pl-address-item__arrrow a").click()
    tab.locator(".ae-address-item-edit-btn").first.click()
    tab.locator("input.one-textinput").nth(1).fill("Somebody")
    tab.locator("button.form-button-confirm").click()
    tab.wait_for_timeout(200)


def grow_old(counter: Counter, patch: pytest.MonkeyPatch) -> None:
    """The answer is older than what is believed where no address has to be set."""
    patch.setattr(pay_page, "FRESH", 0.8)
    counter.page.wait_for_timeout(900)


STALE: dict[str, Callable[[Counter, pytest.MonkeyPatch], object]] = {
    "left": lambda one, _: one.page.goto(f"{one.site.www}/p/order/index.html"),
    "old answer": grow_old,
}


@pytest.mark.parametrize("how", ["old answer", pytest.param("left", marks=pytest.mark.long)])
def test_stale_page_is_opened_again(counter: Counter, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """Proves that a warmed page that was left, or whose answer has grown old, is finished all the same, and fresh."""
    counter.buyer.book.add(typed_entry(typed(HERE)), default=True)
    warmed = warm(counter.page, counter.site, counter.wanted(), counter.guard)
    STALE[how](counter, monkeypatch)
    counter.buyer.bonus = 100
    quote = finish(warmed, counter.own)
    assert ("Bonus", -100) == next((title, row.minor) for title, row, _ in quote.rows if row and title == "Bonus")
    assert "Nguyen Van Duc" in quote.recipient

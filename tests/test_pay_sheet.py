"""The To pay tab made ready for a payment: what is ticked, what is left, and that nothing else is pressed."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page

from bot.sandbox.aliexpress.orders import OrderState
from bot.sandbox.aliexpress.state import AliWorld
from bot.sandbox.payer import Payer
from bot.sandbox.server import Sandbox
from flows.errors import PageChanged, PersonNeeded
from flows.pages.order_list import DrawnOrderList
from flows.pay_sheet import Ticked, open_to_pay
from tests.asking import GRACE, LAMP
from tests.reading import signed_in_tab
from tests.shopping import context_fixture

context = context_fixture


@pytest.fixture(name="page")
def page_fixture(context: BrowserContext, ali: AliWorld, me: str) -> Iterator[Page]:
    """A tab that is signed in to this test's account."""
    with signed_in_tab(context, ali, me) as page:
        yield page


def on(page: Page) -> list[str]:
    """The orders whose boxes are ticked, as AliExpress counts them."""
    return [box.input_value() for box in page.locator(".order-item .comet-checkbox-input:checked").all()]


def open_tab(page: Page, sandbox: Sandbox, numbers: list[str]) -> Ticked:
    """The tab with these orders ticked, as far as that is possible."""
    return open_to_pay(page, sandbox.site, numbers)


def test_the_orders_asked_for_are_ticked(page: Page, sandbox: Sandbox, ali: AliWorld, me: str) -> None:
    """Those that are there and no others, in the order asked for; paid and unknown ones are said to be absent. Nothing
    was paid, and what the robot leaves is what AliExpress pays when the person presses."""
    numbers = ali.bulk(4, me, state=OrderState.TO_PAY)
    (paid,) = ali.pay([numbers[3]])
    charges = ali.market.charges
    asked = [numbers[2], "8190000000000001", numbers[0], paid]
    ticked = open_tab(page, sandbox, asked)
    assert (numbers[2], numbers[0]) == ticked.ticked
    assert (("8190000000000001", paid), (), ()) == (ticked.absent, ticked.left, ticked.unable)
    assert {numbers[0], numbers[2]} == set(on(page))
    assert [ali.order(number).total for number in ticked.ticked] == [card.total.minor for card in ticked.shown]
    assert (charges, []) == (ali.market.charges, list(ali.market.payments))
    Payer().pay_selected(page)
    (payment,) = ali.market.payments.values()
    assert {numbers[0], numbers[2]} == set(payment.orders)


def test_at_most_as_many_as_aliexpress_pays_together(page: Page, sandbox: Sandbox, ali: AliWorld, me: str) -> None:
    """The first twenty of 24 are ticked, on the pages behind "View orders", too; the rest is said to be left."""
    numbers = ali.bulk(24, me, state=OrderState.TO_PAY)
    ticked = open_tab(page, sandbox, numbers)
    assert (tuple(numbers[:20]), tuple(numbers[20:]), 20) == (ticked.ticked, ticked.left, ticked.together)
    assert set(numbers[:20]) == set(on(page))


def test_an_order_that_the_page_does_not_let_be_ticked(page: Page, sandbox: Sandbox, ali: AliWorld, me: str) -> None:
    """AliExpress takes a tick back where the orders have more than 200 lines together; what is left is told."""
    wide = [ali.buy(GRACE, [LAMP] * 90, me)[0] for _ in range(3)]
    ticked = open_tab(page, sandbox, wide)
    assert (tuple(wide[:2]), tuple(wide[2:])) == (ticked.ticked, ticked.unable)
    assert set(wide[:2]) == set(on(page))


def test_a_pop_up_over_the_page(page: Page, sandbox: Sandbox, ali: AliWorld, me: str) -> None:
    """What lies over the page keeps nothing from being ticked, and is left for the person to close."""
    (number,) = ali.bulk(1, me, state=OrderState.TO_PAY)
    ali.set_faults({"popup": True})
    assert (number,) == open_tab(page, sandbox, [number]).ticked


def test_nothing_there_to_pay(page: Page, sandbox: Sandbox, ali: AliWorld, me: str) -> None:
    """An empty tab ticks nothing and says so."""
    (number,) = ali.pay(ali.bulk(1, me, state=OrderState.TO_PAY))
    assert Ticked(ticked=(), absent=(number,)) == open_tab(page, sandbox, [number])


def test_a_tab_without_boxes(page: Page, sandbox: Sandbox, ali: AliWorld, me: str) -> None:
    """Where a card has no box, or something that is none, nothing is clicked and the order is named."""
    numbers = ali.bulk(2, me, state=OrderState.TO_PAY)
    open_tab(page, sandbox, [])
    page.evaluate("document.querySelectorAll('.order-item-select').forEach(box => box.remove())")
    screen = DrawnOrderList(page, sandbox.site)
    page.evaluate("""window.clicks = 0; document.addEventListener("click", () => clicks += 1, true)""")
    screen.tick(numbers)
    assert dict.fromkeys(reversed(numbers)) == screen.boxes()
    assert 0 == page.evaluate("clicks")
    page.evaluate("""for (const card of document.querySelectorAll(".order-item")) {
        const box = document.createElement("span");
        box.setAttribute("role", "checkbox");
        box.onclick = () => box.setAttribute("aria-checked", "true");
        card.append(box);
    }""")
    screen.tick(numbers[:1])
    assert {numbers[0]: True, numbers[1]: False} == screen.boxes()


def test_a_tick_that_nobody_asked_for(page: Page, sandbox: Sandbox, ali: AliWorld, me: str) -> None:
    """A page that ticks others along is not one to hand over."""
    numbers = ali.bulk(2, me, state=OrderState.TO_PAY)
    page.add_init_script("""document.addEventListener("change", () => {
        for (const box of document.querySelectorAll(".order-item .comet-checkbox-input")) box.checked = true;
    })""")
    with pytest.raises(PageChanged, match="not asked for"):
        open_tab(page, sandbox, numbers[:1])


def test_signed_out(page: Page, sandbox: Sandbox, ali: AliWorld, me: str) -> None:
    """A person who is asked for is called, before anything is ticked."""
    ali.set_faults({"signed_out": True})
    with pytest.raises(PersonNeeded):
        open_tab(page, sandbox, [])
    ali.set_faults({"signed_out": False})

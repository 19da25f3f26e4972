"""The player of the person: that the bar is found and used, and that plans are followed on the page in front alone."""

from typing import Any

import pytest
from playwright.sync_api import Browser

from bot.sandbox.payer import BUTTON, Payer, Plan
from bot.sandbox.server import Sandbox
from tests.shopping import Shopper, context_fixture, shopper_fixture

context = context_fixture
shopper = shopper_fixture
# A strip of two choices in a closed shadow root, as the bar of a pay run is; what is taken is noted in the title.
BAR = """() => {
  const host = document.createElement('div');
  document.documentElement.append(host);
  const root = host.attachShadow({ mode: 'closed' });
  root.innerHTML = '<div style="position: fixed; top: 0; left: 0">' +
    '<button aria-keyshortcuts="Alt+S">Skip <kbd>S</kbd></button><button aria-keyshortcuts="Alt+H">Hold</button></div>';
  const take = (event, name) => { if (event.isTrusted) document.title = name; };
  const [skip, hold] = root.querySelectorAll('button');
  skip.onclick = (event) => take(event, 'Skip');
  hold.onclick = (event) => take(event, 'Hold');
  addEventListener('keydown', (event) => { if (event.altKey && event.code === 'KeyS') take(event, 'Skip'); });
}"""


@pytest.fixture(name="card")
def card_fixture(shopper: Shopper) -> Shopper:
    """An account of today: Pay now with a saved card."""
    shopper.buyer.kind = "pay_now_card"
    return shopper


@pytest.fixture(name="payer")
def payer_fixture() -> Payer:
    """The person."""
    return Payer()


def test_bar_is_used_by_mouse_and_by_keyboard(card: Shopper, payer: Payer) -> None:
    """Proves that the player finds the choices behind a closed shadow root and takes them with trusted events."""
    card.page.set_content("<p>a page</p>")
    assert [] == payer.bar_buttons(card.page)
    card.page.evaluate(BAR)
    assert [("Skip S", "Alt+S"), ("Hold", "Alt+H")] == [(one.label, one.keys) for one in payer.bar_buttons(card.page)]
    taken = []
    for label, by in (("Hold", "mouse"), ("Skip", "keyboard")):
        payer.bar(card.page, label, by=by)  # type: ignore[arg-type]
        taken.append(card.page.title())
    assert ["Hold", "Skip"] == taken
    with pytest.raises(AssertionError, match="offers"):
        payer.bar(card.page, "Sk")


def test_player_follows_its_plans(card: Shopper, sandbox: Sandbox) -> None:
    """Proves that as `rest` it presses and pays the page in front alone, skips what is to be skipped, slowly."""
    context, me = card.page.context, card.buyer.book.entries[0]
    payer = Payer({me.full_phone: [Plan(by="keyboard", slow=3, codes=("1", "246810")), Plan("skip")]}, sandbox)
    card.ali.set_faults({"payment": "otp"})
    card.open_confirm()
    behind, card.page = card.page, context.new_page()
    card.open_confirm()
    assert 2 == sum(tab.locator(BUTTON).count() for tab in context.pages)
    assert payer.front(context) is None
    card.page.evaluate(BAR)
    assert card.page is payer.front(context)
    while "pay-result" not in card.page.url:
        payer(context)
    assert ([1, "otp"], True) == ([len(card.orders()), card.orders()[0].paid_by], payer.looks > 6)
    card.open_confirm()
    card.page.evaluate(BAR)
    payer(context)
    payer(context)
    assert ("Skip", 1) == (card.page.title(), len(card.orders()))
    assert ["pay", "confirm", "confirm", "skip"] == [deed for _, deed in payer.did]
    behind.close()


def test_player_presses_again_where_nothing_came_of_it(card: Shopper) -> None:
    """Proves that a press which a page ignored is repeated after the stated number of looks, and no sooner."""
    payer = Payer(usual=Plan(again=3))
    card.open_confirm()
    deaf = "selector => { const one = document.querySelector(selector); one.replaceWith(one.cloneNode(true)); }"
    card.page.evaluate(deaf, BUTTON)
    card.page.evaluate(BAR)
    for _ in range(5):
        payer(card.page.context)
    assert (["pay", "pay"], 0) == ([deed for _, deed in payer.did], len(card.orders()))


def test_player_closes_the_browser(browser: Browser, browser_type_launch_args: dict[str, Any], payer: Payer) -> None:
    """Proves that it closes a whole browser from outside, tabs and all."""
    other = browser.browser_type.launch(**browser_type_launch_args)
    page = other.new_page()
    payer.close_browser(page.context)
    assert (True, False) == (page.is_closed(), other.is_connected())

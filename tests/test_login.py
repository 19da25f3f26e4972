"""Whether an account is signed in, and waiting while a person signs in, in a real Chromium."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from bot.sandbox.aliexpress.sessions import PASSWORD
from bot.sandbox.aliexpress.sign_in_faults import SIGN_IN_CODE
from bot.sandbox.aliexpress.state import AliWorld
from bot.sandbox.server import Sandbox
from flows.errors import FlowError, NeedKind, PageChanged, PersonNeeded, TryLater
from flows.login import open_sign_in, probe, wait_for_sign_in
from flows.pages.login import LoginPage
from flows.tab import close_tab
from tests.reading import signed_in_tab


@pytest.fixture(scope="module")
def context(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[BrowserContext]:
    """One context for the whole module; each test signs it in to its own account."""
    opened = browser.new_context(**browser_context_args)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext, ali: AliWorld, me: str) -> Iterator[Page]:
    """A tab that is signed in to this test's account."""
    with signed_in_tab(context, ali, me) as tab:
        yield tab


@pytest.fixture
def stranger(context: BrowserContext, ali: AliWorld, me: str) -> Iterator[Page]:
    """A tab of somebody who has an account but is not signed in."""
    ali.account(me)
    context.clear_cookies()
    tab = context.new_page()
    yield tab
    if not tab.is_closed():
        close_tab(tab)


def person(page: Page, email: str, code: str = "") -> Callable[[], bool]:
    """A person at the browser, who does the next thing each time the robot looks up; never asks it to stop."""
    steps: list[Callable[[], None]] = [
        lambda: page.locator("input[label='Email or phone number']").fill(email),
        lambda: page.get_by_role("button", name="Continue", exact=True).click(),
        lambda: page.locator("#fm-login-password").fill(PASSWORD),
        lambda: page.get_by_role("button", name="Sign in").click(),
    ]
    if code:
        digits = page.locator("input[data-id]")
        steps += [digits.last.wait_for]
        steps += [partial(digits.nth(place).fill, sign) for place, sign in enumerate(code)]
        steps += [page.locator("button#j-test").click]
    left = iter(steps)

    def look_up() -> bool:
        next(left, lambda: None)()
        return False

    return look_up


def test_signed_in_account_is_proved(sandbox: Sandbox, page: Page) -> None:
    """Proves that the probe returns for a signed-in account, one without any order too."""
    probe(page, sandbox.site)
    assert "/p/order/index.html" in page.url


def test_signed_in_account_is_proved_without_calls(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that drawn cards prove it too, where no call answers."""
    ali.bulk(1, me)
    ali.set_faults({"no_calls": True})
    probe(page, sandbox.site)


@pytest.mark.parametrize(
    ("faults", "kind"),
    [
        ({"signed_out": True}, NeedKind.SIGNED_OUT),
        ({"captcha": True}, NeedKind.CAPTCHA),
        ({"account_limited": True}, NeedKind.ACCOUNT_LIMITED),
    ],
)
def test_need_for_a_person_is_told(
    sandbox: Sandbox, ali: AliWorld, page: Page, faults: dict[str, Any], kind: NeedKind
) -> None:
    """Proves that the probe says what a person has to do."""
    ali.set_faults(faults)
    with pytest.raises(PersonNeeded) as raised:
        probe(page, sandbox.site)
    assert kind is raised.value.kind


def test_stranger_is_signed_out(sandbox: Sandbox, stranger: Page) -> None:
    """Proves that a browser without a session is led to the sign-in page, which is told without its address's query."""
    with pytest.raises(PersonNeeded) as raised:
        probe(stranger, sandbox.site)
    assert (NeedKind.SIGNED_OUT, f"{sandbox.login}/") == (raised.value.kind, raised.value.detail)


@pytest.mark.parametrize(
    ("faults", "error"),
    [({"http_500": True}, TryLater), ({"empty_skeleton": True}, PageChanged), ({"html": True}, PageChanged)],
)
def test_other_trouble_is_named(
    sandbox: Sandbox, ali: AliWorld, page: Page, faults: dict[str, Any], error: type[FlowError]
) -> None:
    """Proves that trouble of the site is neither "signed in" nor "signed out"."""
    ali.set_faults(faults)
    with pytest.raises(error):
        probe(page, sandbox.site)


def test_session_that_ends_is_noticed_at_the_next_probe(sandbox: Sandbox, ali: AliWorld, page: Page) -> None:
    """Proves that one tab can be used for probe after probe, signed in, out, and in again."""
    probe(page, sandbox.site)
    ali.set_faults({"signed_out": True})
    with pytest.raises(PersonNeeded):
        probe(page, sandbox.site)
    ali.set_faults({"signed_out": False})
    probe(page, sandbox.site)


def test_person_signs_in(sandbox: Sandbox, ali: AliWorld, stranger: Page, me: str) -> None:
    """Proves that the robot notices when a person has signed in, proves it, and leaves the person's tab alone."""
    open_sign_in(stranger, sandbox.site)
    assert wait_for_sign_in(stranger, sandbox.site, person(stranger, ali.account(me).email), timeout=60)
    assert [stranger] == stranger.context.pages
    probe(stranger, sandbox.site)


def test_person_signs_in_with_a_mailed_code(sandbox: Sandbox, ali: AliWorld, stranger: Page, me: str) -> None:
    """Proves that a code by mail is waited out, and is not taken for being signed in."""
    ali.set_faults({"email_code": True})
    acting = person(stranger, ali.account(me).email, SIGN_IN_CODE)
    kinds: set[NeedKind | None] = set()

    def look_up() -> bool:
        kinds.add(LoginPage(stranger, sandbox.site).asks_for_person())
        return acting()

    open_sign_in(stranger, sandbox.site)
    assert wait_for_sign_in(stranger, sandbox.site, look_up, timeout=60)
    assert {NeedKind.SIGNED_OUT, NeedKind.EMAIL_CODE} <= kinds


def test_account_that_is_signed_in_already_is_proved_at_once(sandbox: Sandbox, page: Page) -> None:
    """Proves that somebody who is still signed in, and goes to their orders, is recognised."""
    came: list[bool] = []

    def look_up() -> bool:
        if not came:
            page.goto(f"{sandbox.aliexpress}/")
            came.append(True)
        return False

    open_sign_in(page, sandbox.site)
    assert wait_for_sign_in(page, sandbox.site, look_up, timeout=60)


def test_waiting_ends_when_told_or_when_the_time_is_over(sandbox: Sandbox, stranger: Page) -> None:
    """Proves that nobody signing in ends in False: at once when told to stop, else when the time is over."""
    open_sign_in(stranger, sandbox.site)
    assert not wait_for_sign_in(stranger, sandbox.site, lambda: True, timeout=600)
    assert not wait_for_sign_in(stranger, sandbox.site, lambda: False, timeout=0.6)


def test_closed_window_is_told(sandbox: Sandbox, stranger: Page) -> None:
    """Proves that closing the window is not taken for anything but not having signed in."""

    def close() -> bool:
        close_tab(stranger)
        return False

    open_sign_in(stranger, sandbox.site)
    with pytest.raises(PersonNeeded, match="the window was closed") as raised:
        wait_for_sign_in(stranger, sandbox.site, close, timeout=60)
    assert NeedKind.SIGNED_OUT is raised.value.kind


def test_form_is_known(sandbox: Sandbox, stranger: Page) -> None:
    """Proves that the sign-in page is told by its address, and its form by its fields."""
    stranger.goto(f"{sandbox.login}/")
    screen = LoginPage(stranger, sandbox.site)
    assert screen.drawn(seconds=5)
    assert screen.is_here()
    stranger.goto(f"{sandbox.aliexpress}/")
    assert (False, None) == (screen.is_here(), screen.asks_for_person(look=True))


@pytest.mark.parametrize(
    "overlay", ['<div id="baxia-dialog-content">x</div>', '<iframe src="about:blank?/punish"></iframe>']
)
def test_human_check_over_a_page_is_seen(stranger: Page, overlay: str) -> None:
    """Proves that a human check that lies over an ordinary page is a captcha when it is looked for."""
    stranger.set_content(f"<main>Orders</main>{overlay}")
    screen = LoginPage(stranger)
    assert (None, NeedKind.CAPTCHA) == (screen.asks_for_person(), screen.asks_for_person(look=True))

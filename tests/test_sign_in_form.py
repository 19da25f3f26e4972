"""The sign-in form, filled in from what is kept as secrets, in a real Chromium, up to whatever asks for a person."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route

from bot.sandbox.aliexpress.sessions import PASSWORD
from bot.sandbox.aliexpress.state import AliWorld
from bot.sandbox.server import Sandbox
from flows.errors import NeedKind, PageChanged
from flows.login import open_sign_in, probe, wait_for_sign_in
from flows.pages.login import is_sign_in_origin
from flows.sign_in_form import SignIn, fill_form
from flows.tab import close_tab

OTHERS = ("login.aliexpress.com", "passport.aliexpress.com")


@pytest.fixture(name="context", scope="module")
def context_fixture(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[BrowserContext]:
    """One context for the whole module; each test begins signed out."""
    opened = browser.new_context(**browser_context_args)
    yield opened
    opened.close()


@pytest.fixture(name="page")
def page_fixture(context: BrowserContext, sandbox: Sandbox, ali: AliWorld, me: str) -> Iterator[Page]:
    """A tab of somebody who has an account and is not signed in."""
    ali.account(me)
    context.clear_cookies()
    tab = context.new_page()
    yield tab
    close_tab(tab)


def kept(ali: AliWorld, me: str, password: str = PASSWORD) -> SignIn:
    return SignIn(ali.account(me).email, password)


@pytest.mark.parametrize("form", ["2026", "2019", "frame"])
def test_form_of_each_age_is_filled_in(sandbox: Sandbox, ali: AliWorld, page: Page, me: str, form: str) -> None:
    """Proves that name and password go into each design of the form, and that the account is then signed in."""
    ali.set_faults({"sign_in_form": form})
    open_sign_in(page, sandbox.site)
    assert fill_form(page, sandbox.site, kept(ali, me)) is None
    assert wait_for_sign_in(page, sandbox.site, lambda: False, timeout=30)
    probe(page, sandbox.site)


@pytest.mark.parametrize(
    ("faults", "kind"),
    [
        ({"email_code": True}, NeedKind.EMAIL_CODE),
        ({"second_factor": True}, NeedKind.SECOND_FACTOR),
        ({"terms": True}, NeedKind.TERMS),
        ({"account_limited": True}, NeedKind.ACCOUNT_LIMITED),
        ({"sign_in_form": "2019", "email_code": True}, NeedKind.EMAIL_CODE),
        ({"sign_in_form": "frame", "terms": True}, NeedKind.TERMS),
    ],
)
def test_what_a_person_has_to_do_is_left_to_them(
    sandbox: Sandbox, ali: AliWorld, page: Page, *, me: str, faults: dict[str, Any], kind: NeedKind
) -> None:
    """Proves that whatever the site asks for beside name and password is named, and nothing of it is done."""
    ali.set_faults(faults)
    open_sign_in(page, sandbox.site)
    assert kind is fill_form(page, sandbox.site, kept(ali, me))


@pytest.mark.parametrize("form", ["2026", "2019", "frame"])
def test_password_that_is_refused_is_typed_once(
    sandbox: Sandbox, ali: AliWorld, page: Page, me: str, form: str
) -> None:
    """Proves that a wrong password is told as such, and that it is not tried a second time."""
    ali.set_faults({"sign_in_form": form})
    tries: list[str] = []
    page.on("request", lambda request: tries.append(request.url) if "login.do" in request.url else None)
    open_sign_in(page, sandbox.site)
    assert NeedKind.WRONG_PASSWORD is fill_form(page, sandbox.site, kept(ali, me, "not it"))
    assert 1 == len(tries)


def test_name_that_nobody_has_is_told(sandbox: Sandbox, page: Page) -> None:
    """Proves that an address which AliExpress offers to register is a wrong sign-in, and no password is typed."""
    open_sign_in(page, sandbox.site)
    assert NeedKind.WRONG_PASSWORD is fill_form(page, sandbox.site, SignIn("nobody@example.com", "secret"))
    assert 0 == page.locator("input[type=password]").count()


def test_slider_is_never_touched(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that with a slider over the form nothing is typed and nothing in the page is pressed or dragged."""
    ali.set_faults({"sign_in_check": True})
    open_sign_in(page, sandbox.site)
    page.locator("#nc_1_wrapper").wait_for()
    page.evaluate(
        "window.touched = 0; for (const kind of ['pointerdown', 'mousedown', 'keydown', 'input', 'click'])"
        " addEventListener(kind, () => { touched += 1; }, true)"
    )
    assert NeedKind.CAPTCHA is fill_form(page, sandbox.site, kept(ali, me))
    assert 0 == page.evaluate("touched")


def test_password_is_typed_on_the_sign_in_host_alone(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that the same form on any other host, in the page or in a frame of it, gets neither name nor password."""
    form = (
        "<input id='fm-login-id'><input id='fm-login-password' type='password'>"
        "<button class='fm-submit' onclick='pressed = 1'>Sign in</button>"
    )
    elsewhere = f"{sandbox.aliexpress}/login/index.html"

    def served(route: Route) -> None:
        route.fulfill(body=f"<script>pressed = 0</script>{form}", content_type="text/html")

    page.route("**/login/index.html", served)
    page.route(
        "**/?return_url=*",
        lambda route: route.fulfill(
            body=f"<iframe id='alibaba-login-box' src='{elsewhere}'></iframe>", content_type="text/html"
        ),
    )
    for address in (elsewhere, f"{sandbox.login}/?return_url=x"):
        page.goto(address)
        with pytest.raises(PageChanged, match="user: nothing there"):
            fill_form(page, sandbox.site, kept(ali, me), seconds=1)
        fields = [one.input_value() for frame in page.frames for one in frame.locator("input").all()]
        assert ["", ""] == fields


def test_password_is_in_no_message(sandbox: Sandbox, ali: AliWorld, me: str) -> None:
    """Proves that what is typed shows in no text that is made of it."""
    assert PASSWORD not in repr(kept(ali, me))


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        ("https://login.aliexpress.com/?return_url=x", True),
        ("https://passport.aliexpress.com/mini_login.htm?lang=en", True),
        ("http://login.aliexpress.com/", False),
        ("https://login.aliexpress.com.example.net/", False),
        ("https://login.aliexpress.com@example.net/", False),
        ("https://login.aliexpress.com:8443/", False),
        ("https://xlogin.aliexpress.com/", False),
        ("https://www.aliexpress.com/login", False),
        ("about:blank", False),
    ],
)
def test_host_is_compared_whole(url: str, ours: bool) -> None:
    """Proves that only the sign-in hosts themselves count, over https, without port or user."""
    assert ours == is_sign_in_origin(url, "https://login.aliexpress.com", OTHERS)


def test_sandbox_has_one_sign_in_host() -> None:
    """Proves that the sandbox's form is filled in on its own host alone, never on the real ones."""
    ours = "http://login.aliexpress.localhost:9"
    assert is_sign_in_origin(f"{ours}/mini_login.htm", ours, OTHERS)
    assert not is_sign_in_origin("https://login.aliexpress.com/", ours, OTHERS)
    assert not is_sign_in_origin("http://login.aliexpress.localhost:10/", ours, OTHERS)

"""Signing in: cookies of a file, a person in a window, a plain Chrome that stays open; all against the stand-in.

What starts a Playwright of its own runs aside, in a thread: beside the one of these tests there can be none.
"""

import json
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from bot import attached
from bot.account_states import need_arose, state_of
from bot.browser import WINDOW
from bot.config import Config, load
from bot.cookies import member_of
from bot.db import Database, open_database
from bot.errors import ConfigError
from bot.home import Home
from bot.models_running import AccountState
from bot.opening import browser_of, now
from bot.profile_lock import owner_of
from bot.sandbox.aliexpress.sessions import PASSWORD
from bot.sandbox.aliexpress.state import AliWorld
from bot.sandbox.ready_home import COOKIES_FILE, cookie_file
from bot.sandbox.server import Sandbox
from bot.secrets import Secret, store_in_file
from bot.sign_in import InWindow, NobodySignedIn, SigningIn, from_file
from bot.work import Workplace
from flows.errors import NeedKind, PersonNeeded
from flows.tab import close_tab

_Told = TypeVar("_Told")


def aside(work: Callable[[], _Told]) -> _Told:
    """Do it in a thread of its own and give what came of it."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(work).result()


class Ashore:
    """A home of the sandbox with an account "main", and what a merchant does and sees there."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self.ali = sandbox.ali
        sandbox.write_home(folder)
        self.home = Home(folder)
        self.config: Config = load(self.home)
        self.database: Database = open_database(f"sqlite:///{self.home.database_file}")
        self.said: list[str] = []

    def signing_in(self, *, replace: bool = False) -> SigningIn:
        """What every way of signing in needs."""
        return SigningIn(self.home, self.config, self.database, "main", replace, self.said.append)

    def state(self) -> AccountState:
        """How the account stands."""
        with self.database.read() as session:
            return state_of(session, "main")

    def is_known(self) -> None:
        """It is known from before who signs the account in."""
        with self.database.write() as session:
            state = state_of(session, "main")
            state.member = self.ali.account("main").member
            session.add(state)

    def saved(self, account: str) -> Path:
        """A file with the cookies of a browser that is signed in to an account."""
        file = self.home.path / f"{account}.json"
        file.write_text(json.dumps(cookie_file(self.ali, account)), encoding="utf-8")
        return file

    def bring(self, file: Path, *, replace: bool = False) -> None:
        """`login --cookies FILE`."""
        aside(lambda: from_file(self.signing_in(replace=replace), file))

    def probe(self, *, even_if_paused: bool = False) -> None:
        """Look whether the account is signed in, as a job does."""
        place = Workplace(self.home, self.config, self.database, self.said.append)
        aside(lambda: place.probe("main", even_if_paused=even_if_paused))

    def who(self) -> str | None:
        """Whose cookies are in the account's profile."""

        def look() -> str | None:
            with browser_of(self.home, self.config, "main", wait_seconds=0, even_if_paused=True) as context:
                return member_of(context.cookies(), self.config.site)

        return aside(look)


@pytest.fixture(name="ashore")
def ashore_fixture(sandbox: Sandbox, ali: AliWorld, tmp_path: Path) -> Iterator[Ashore]:
    assert ali is sandbox.ali  # its faults are off again afterwards
    made = Ashore(sandbox, tmp_path / "Nguyễn Văn Đức")
    yield made
    made.database.close()


class TestFromFile:
    """`login --cookies`."""

    def test_a_good_file(self, ashore: Ashore) -> None:
        """Good cookies sign the account in, end what it waited for, and tell who it is."""
        need_arose(ashore.database, "main", PersonNeeded(NeedKind.SIGNED_OUT), now())
        ashore.bring(ashore.home.path / COOKIES_FILE)
        state = ashore.state()
        assert (True, None, ashore.ali.account("main").member) == (state.probe_ok, state.waits_for, state.member)
        assert state.signed_in_since is not None
        assert [f"Cookies of AliExpress in {ashore.home.path / COOKIES_FILE}: 2.", "Opening the order list …"] == (
            ashore.said
        )

    def test_a_file_of_another_account(self, ashore: Ashore) -> None:
        """Cookies of somebody else are refused before anything is opened, unless the change is meant."""
        ashore.is_known()
        theirs = ashore.saved("somebody")
        with pytest.raises(ConfigError, match="of another AliExpress account") as caught:
            ashore.bring(theirs)
        assert "dropferry login main --cookies FILE --replace" in caught.value.fix
        assert (None, False) == (ashore.state().waits_for, ashore.home.profile("main", sandbox=True).exists())
        ashore.bring(theirs, replace=True)
        assert (ashore.ali.account("somebody").member, True) == (ashore.state().member, ashore.state().probe_ok)

    def test_a_file_that_signs_nobody_in(self, ashore: Ashore) -> None:
        """Cookies that have ended are told as such, and the good ones before them are put back: nothing is lost."""
        ashore.bring(ashore.saved("main"))
        file = ashore.home.path / COOKIES_FILE
        ended = json.loads(file.read_text(encoding="utf-8"))
        ended["cookies"][0]["value"] = "gone"
        file.write_text(json.dumps(ended), encoding="utf-8")
        with pytest.raises(NobodySignedIn, match="sign nobody in"):
            ashore.bring(file)
        assert ashore.state().waits_for is None
        ashore.probe()
        assert ashore.state().probe_ok

    @pytest.mark.long
    def test_a_slider_says_nothing_against_them(self, ashore: Ashore) -> None:
        """Where AliExpress wants to see a person first, the cookies stay and the account waits."""
        ashore.ali.set_faults({"captcha": True})
        with pytest.raises(PersonNeeded):
            ashore.bring(ashore.saved("main"))
        assert NeedKind.CAPTCHA is ashore.state().waits_for
        ashore.ali.set_faults({"captcha": None})
        ashore.probe(even_if_paused=True)
        assert ashore.state().waits_for is None
        assert 'account "main" is signed in again and goes on' == ashore.said[-1]


class TestAnotherPersonsSession:
    """A session of somebody else in the account's own profile."""

    def test_it_stops_every_job(self, ashore: Ashore) -> None:
        """Before anything is read, a job notices that somebody else is signed in, pauses the account, and says how
        either way out is."""
        ashore.ali.bulk(1, "main")
        ashore.bring(ashore.saved("somebody"))
        ashore.is_known()
        ashore.ali.page_loads.clear()
        with pytest.raises(PersonNeeded) as caught:
            ashore.probe()
        assert (NeedKind.OTHER_ACCOUNT, "main", True) == (
            caught.value.kind,
            caught.value.account,
            caught.value.is_news,
        )
        assert {} == dict(ashore.ali.page_loads)
        with pytest.raises(PersonNeeded) as again:
            ashore.probe()
        assert not again.value.is_news


class TestInWindow:
    """What a person meets in the window; the browser of these tests stands for it."""

    @pytest.fixture(name="page")
    def page_fixture(self, browser: Browser, browser_context_args: dict[str, Any], ashore: Ashore) -> Iterator[Page]:
        ashore.ali.account("main")
        with browser.new_context(**browser_context_args) as context:
            tab = context.new_page()
            yield tab
            close_tab(tab)

    def keep(self, ashore: Ashore, password: str = PASSWORD) -> None:
        """Keep name and password as secrets."""
        store_in_file(ashore.home, "sandbox-main-aliexpress-user", Secret(ashore.ali.account("main").email))
        store_in_file(ashore.home, "sandbox-main-aliexpress-password", Secret(password))

    def waiting(self, ashore: Ashore, minutes: float, *, again: bool = False) -> InWindow:
        return InWindow(ashore.signing_in(), minutes, lambda _account: again)  # type: ignore[arg-type]

    def test_kept_name_and_password_do(self, ashore: Ashore, page: Page) -> None:
        """With both kept nobody has to type anything."""
        self.keep(ashore)
        self.waiting(ashore, 1)._wait_in(page)
        assert ["Name and password are kept here and are typed in for you …"] == ashore.said

    def test_nothing_is_typed_without_both(self, ashore: Ashore, page: Page) -> None:
        """With a name alone the form is left to the person, whose time is then over."""
        store_in_file(ashore.home, "sandbox-main-aliexpress-user", Secret("main@sandbox.example"))
        with pytest.raises(PersonNeeded, match="nobody signed in within") as caught:
            self.waiting(ashore, 0.01)._wait_in(page)
        assert (NeedKind.SIGNED_OUT, []) == (caught.value.kind, ashore.said)

    def test_what_is_left_to_the_person_is_said(self, ashore: Ashore, page: Page) -> None:
        """A code by mail is asked for in plain words, and is what is told where nobody types it."""
        self.keep(ashore)
        ashore.ali.set_faults({"email_code": True})
        with pytest.raises(PersonNeeded) as caught:
            self.waiting(ashore, 0.01)._wait_in(page)
        assert NeedKind.EMAIL_CODE is caught.value.kind
        assert "AliExpress has mailed you a code and wants it typed in: go on in the window." == ashore.said[-1]

    def test_a_refused_password_is_not_typed_again(self, ashore: Ashore, page: Page) -> None:
        """After a refusal the next sign-in types nothing until a person says that the password is another one."""
        self.keep(ashore, "not it")
        tries: list[str] = []
        page.on("request", lambda request: tries.append(request.url) if "login.do" in request.url else None)
        for again, expected in ((False, 1), (False, 1), (True, 2)):
            with pytest.raises(PersonNeeded):
                self.waiting(ashore, 0.01, again=again)._wait_in(page)
            assert expected == len(tries)
            assert NeedKind.WRONG_PASSWORD is ashore.state().waits_for
        assert not any("not it" in line for line in ashore.said)


class TestPlainChrome:
    """`login --attach`."""

    @pytest.mark.parametrize(
        "url",
        [
            "http://192.168.1.7:9222",
            "http://127.0.0.1.example.net:9222",
            "http://user@127.0.0.1:9222",
            "https://127.0.0.1:9222",
            "ws://127.0.0.1:9222/devtools/browser/x",
            "http://127.0.0.1",
            "http://127.0.0.1:9222/json",
            "http://127.0.0.1:x",
            "9222",
        ],
    )
    def test_only_this_computer(self, url: str) -> None:
        """Any address but a plain one of this computer is refused before anything is asked there."""
        with pytest.raises(ConfigError, match="only a browser on this computer"):
            attached.port_of(url)

    def test_ways_to_write_this_computer(self) -> None:
        """Each name of loopback gives the port."""
        urls = ["http://127.0.0.1:9222", "http://localhost:9222/", "http://[::1]:9222"]
        assert [9222] * 3 == [attached.port_of(url) for url in urls]

    def test_a_port_where_no_chrome_is(self, ashore: Ashore, sandbox: Sandbox) -> None:
        """A port that answers something else is told as such, with the way to have the right one started."""
        with pytest.raises(ConfigError, match="no browser answers there") as caught:
            attached.must_be_running(ashore.home.profile("main", sandbox=True), sandbox.shopbase)
        assert "dropferry login --attach start" in caught.value.fix

    def test_it_is_started_signed_in_and_read_in(self, ashore: Ashore) -> None:
        """A plain Chrome is started on the account's own profile; its sign-in is proved in a page of our own; reading
        goes on in it while it is open, nothing else does, another browser is refused, and it is never closed."""
        ashore.bring(ashore.saved("main"))
        aside(lambda: self.try_plain_chrome(ashore))
        assert ashore.state().probe_ok

    def try_plain_chrome(self, ashore: Ashore) -> None:
        profile = ashore.home.profile("main", sandbox=True)
        in_window = InWindow(ashore.signing_in(), 1, lambda _account: False)
        in_window.in_plain_chrome(None)
        owner = owner_of(profile)
        assert owner is not None
        try:
            found = attached.running(profile)
            assert found is not None
            assert f'open at {found.url}, with dropferry\'s own profile of account "main".' in " ".join(ashore.said)
            in_window.in_plain_chrome(found.url)
            ashore.probe()
            with sync_playwright() as playwright, attached.looked_into(playwright, ashore.config, found) as context:
                assert ["about:blank"] == [page.url for page in context.pages]
                looks = context.pages[0].evaluate("[outerWidth, outerHeight, navigator.language]")
            assert [*WINDOW, "en-US"] == looks
            with pytest.raises(ConfigError, match="in it dropferry only reads"):
                ashore.who()
            (profile / "DevToolsActivePort").write_text(f"{found.port}\n/devtools/browser/another", encoding="ascii")
            with pytest.raises(ConfigError, match="does not work in dropferry's own profile"):
                attached.must_be_running(profile, found.url)
            with pytest.raises(ConfigError, match="another browser has this profile open"):
                ashore.who()
        finally:
            os.kill(owner[1], signal.SIGTERM)
            attached.left_open.pop().wait(timeout=30)

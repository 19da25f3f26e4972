"""The browser of an account: a real Chromium on a profile of its own."""

import contextlib
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import BrowserContext, Playwright
from playwright.sync_api import Error as PlaywrightError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot import browser
from bot.browser import account_browser, import_cookies, open_account, own_download
from bot.browser_install import Machine, find
from bot.config import Config
from bot.cookies import LOCALE_COOKIE
from bot.errors import ConfigError
from bot.home import Home
from tests.serving import serve

SANDBOX_COOKIE = ".aliexpress.localhost\tTRUE\t/\tFALSE\t4000000000\tsession\tplay\n"


def config(port: int = 9, executable: str = "") -> Config:
    """Two accounts of a sandbox that need not run."""
    hosts = {name: f"http://{name}.aliexpress.localhost:{port}" for name in ("www", "acs", "login")}
    return Config.model_validate(
        {
            "shops": {"main": {"url": f"http://127.0.0.1:{port}", "account": "main"}},
            "accounts": {"main": {}, "second": {}},
            "aliexpress": hosts,
            "browser": {"executable": executable},
        }
    )


def real_config() -> Config:
    shops = {"main": {"url": "https://my-shop.onshopbase.com", "account": "main"}}
    return Config.model_validate({"shops": shops, "accounts": {"main": {}}})


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "Nguyễn Văn Đức")
    made.ensure()
    return made


def names(context: BrowserContext) -> list[str | None]:
    return [cookie.get("name") for cookie in context.cookies()]


def test_a_profile_is_kept_and_the_same_on_every_run(playwright: Playwright, home: Home, tmp_path: Path) -> None:
    """Cookies last from run to run in the account's own profile; size and language never change; a service worker
    that was left in the profile is gone."""
    worker = home.profile("main", sandbox=True) / "Default" / "Service Worker" / "Database" / "left"
    cookies = tmp_path / "cookies.txt"
    cookies.write_text(SANDBOX_COOKIE, encoding="utf-8")
    looks = []
    for run in range(2):
        worker.parent.mkdir(parents=True, exist_ok=True)
        worker.write_text("", encoding="utf-8")
        with account_browser(playwright, config(), home, "main", headless=True) as context:
            assert not worker.exists()
            if run == 0:
                assert 1 == import_cookies(context, cookies, config().site)
            looks.append(context.pages[0].evaluate("[innerWidth, innerHeight, navigator.language]"))
            assert {"session", LOCALE_COOKIE} == set(names(context))
    assert [[1280, 900, "en-US"]] * 2 == looks
    with account_browser(playwright, config(), home, "second", headless=True) as context:
        assert [LOCALE_COOKIE] == names(context)


def test_the_sandbox_reaches_no_other_host(playwright: Playwright, home: Home) -> None:
    """With both sites on loopback no other name can even be resolved."""
    with account_browser(playwright, config(), home, "main", headless=True) as context:
        page = context.pages[0]
        with pytest.raises(PlaywrightError, match="ERR_NAME_NOT_RESOLVED"):
            page.goto("https://www.aliexpress.com/")
        with pytest.raises(PlaywrightError, match="ERR_UNSAFE_PORT"):
            page.goto("http://www.aliexpress.localhost:9/")


def test_nothing_is_downloaded(playwright: Playwright, home: Home) -> None:
    """A file that a page sends to be saved is refused, and lies nowhere."""

    def letter(_: Request) -> Response:
        return Response(b"MZ letter", headers={"Content-Disposition": "attachment; filename=letter.exe"})

    with (
        serve(Starlette(routes=[Route("/letter", letter)])) as url,
        account_browser(playwright, config(), home, "main", headless=True) as context,
    ):
        with context.pages[0].expect_download() as sent, contextlib.suppress(PlaywrightError):
            context.pages[0].goto(f"{url}/letter")
        assert sent.value.failure() is not None
        with pytest.raises(PlaywrightError):
            sent.value.path()
    assert [] == [each for each in home.path.rglob("*") if each.is_file() and each.read_bytes().startswith(b"MZ")]


def test_a_profile_that_is_open_elsewhere_is_named(playwright: Playwright, home: Home) -> None:
    """A second browser on the same profile is refused with the fix, and the first one goes on."""
    found = find(Machine.here(), "", own_download(playwright))  # a headless shell does not guard its profile
    assert found is not None
    whole = config(executable=str(found.path))
    with account_browser(playwright, whole, home, "main", headless=True) as context:
        with pytest.raises(ConfigError, match="another browser has this profile open"):
            open_account(playwright, whole, home, "main", headless=True)
        assert "about:blank" == context.pages[0].url


def test_a_hung_browser_is_closed_all_the_same(
    playwright: Playwright, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A browser that answers no more is ended within the time that closing may take."""
    monkeypatch.setattr(browser, "CLOSING_SECONDS", 1.0)
    with account_browser(playwright, config(), home, "main", headless=True) as context:
        assert context.browser is not None
        told = context.browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
        (pid,) = (each["id"] for each in told["processInfo"] if each["type"] == "browser")
        psutil.Process(pid).suspend()
        begun = time.monotonic()
    assert time.monotonic() - begun < 10
    assert not psutil.pid_exists(pid)


def test_root_is_refused_on_the_real_sites(playwright: Playwright, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root would need --no-sandbox, which is for loopback alone; nothing is opened and no profile made."""
    monkeypatch.setattr(browser, "runs_as_root", lambda: True)
    with pytest.raises(ConfigError, match="dropferry runs as root") as caught:
        open_account(playwright, real_config(), home, "main", headless=True)
    assert "ordinary user" in caught.value.fix
    assert [] == list((home.path / "profiles").iterdir())


def test_a_window_needs_a_display(playwright: Playwright, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a Linux without a display the message names Xvfb and the way by cookies."""
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(ConfigError, match="no display") as caught:
        open_account(playwright, config(), home, "main", headless=False)
    assert "install the program Xvfb" in caught.value.fix
    assert "dropferry login --cookies FILE" in caught.value.fix


def test_a_window_for_a_person_needs_one_who_sees_it(
    playwright: Playwright, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a display a window that a person has to press in is never made an invisible one: the message names the
    computer with a screen and the one database, which with SQLite is still to be had, and the cookies for a sign-in."""
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    shared = config().model_copy(update={"database": "postgresql://bot@db.example/shop"})
    for settings, database in ((config(), 'now it is "sqlite"'), (shared, "postgresql://bot@db.example/shop")):
        with pytest.raises(ConfigError, match="you have to see and press") as caught:
            open_account(playwright, settings, home, "main", headless=True, attended=True)
        assert "a computer with a screen" in caught.value.fix
        assert database in caught.value.fix
        assert "dropferry login --cookies FILE" in caught.value.fix
        assert "xvfb" not in caught.value.fix
    assert [] == list((home.path / "profiles").iterdir())


def test_an_unknown_account_opens_nothing(playwright: Playwright, home: Home) -> None:
    """A misspelt account gets no profile."""
    with pytest.raises(ConfigError, match='no account "mian"'):
        open_account(playwright, config(), home, "mian", headless=True)
    assert [] == list((home.path / "profiles").iterdir())


def test_a_program_that_is_no_browser_is_named(playwright: Playwright, home: Home) -> None:
    """A configured program that does not start as a browser is named with the choices."""
    with pytest.raises(ConfigError, match="does not start") as caught:
        open_account(playwright, config(executable=sys.executable), home, "main", headless=True)
    assert sys.executable in caught.value.what
    assert "browser install" in caught.value.fix


def test_signals_are_left_to_dropferry(playwright: Playwright, home: Home) -> None:
    """Opening a browser takes over no signal: dropferry decides when the step at hand is done."""
    kinds = [signal.SIGINT, signal.SIGTERM]
    before = [signal.getsignal(kind) for kind in kinds]
    with account_browser(playwright, config(), home, "main", headless=True) as context:
        assert before == [signal.getsignal(kind) for kind in kinds]
        assert context.pages
    assert home.profile("main", sandbox=True).is_dir()

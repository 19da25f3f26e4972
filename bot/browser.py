"""Opens Chromium with the profile of one account: plain, the same on every run, and closed for certain."""

import contextlib
import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import BrowserContext, Playwright
from playwright.sync_api import Error as PlaywrightError

from bot import virtual_display
from bot.browser_install import CHOICES, Found, Machine, find, none_here, runs_as_root
from bot.browser_profile import keep_nothing_typed
from bot.config import Config
from bot.cookies import in_english, read_cookies
from bot.errors import ConfigError
from bot.home import Home, private_folder
from bot.language import _
from bot.locks import Note
from bot.profile_lock import in_use, make_sure_it_is_free
from flows.values import Site

if TYPE_CHECKING:
    from playwright._impl._api_structures import SetCookieParam  # the public module does not name it

WINDOW = (1280, 900)
LANGUAGE = "en-US"
CLOSING_SECONDS = 15.0

# Nothing but loopback can be resolved, whatever a page asks for.
ONLY_LOOPBACK = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost"
# Where nobody looks no picture is asked for, which spares each of them the way through the guard. The rest of the value
# is what Playwright sets itself, and this takes the place of.
NO_PICTURES = (
    "--blink-settings=imagesEnabled=false,primaryHoverType=2,availableHoverTypes=2,"
    "primaryPointerType=4,availablePointerTypes=4"
)
_QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-default-browser-check",
    "--no-first-run",
    f"--lang={LANGUAGE}",
    f"--window-size={WINDOW[0]},{WINDOW[1]}",
)


@contextlib.contextmanager
def account_browser(
    playwright: Playwright,
    config: Config,
    home: Home,
    account: str,
    headless: bool,
    *,
    attended: bool = False,
    left: Note | None = None,
) -> Iterator[BrowserContext]:
    """The account's browser while the block runs; it is closed within 15 seconds, hung or not.

    Whoever calls holds the account's lock, and hands on what it was given with it (`left`); `attended`: a person has
    to see it. Without a display of the machine's own it is shown on one that nobody sees, where Xvfb is installed.
    Raises ConfigError where no browser can be started.
    """
    hidden = not headless and not attended and not has_display() and virtual_display.is_here()
    with virtual_display.hidden_display() if hidden else contextlib.nullcontext() as display:
        context = open_account(
            playwright, config, home, account, headless, attended=attended, left=left, display=display
        )
        try:
            process = _browser_process(context)
            context.add_cookies(in_english(context.cookies(), config.site))
            yield context
        finally:
            _close(context, process, CLOSING_SECONDS)


def open_account(
    playwright: Playwright,
    config: Config,
    home: Home,
    account: str,
    headless: bool,
    *,
    attended: bool = False,
    left: Note | None = None,
    display: Mapping[str, str] | None = None,
) -> BrowserContext:
    """Start Chromium with the account's own profile; the caller closes the context.

    With `attended` a person has to see it and press in it, so it is shown; `display` names one that is to be used, by
    environment variables. Raises ConfigError: no browser, no display, root on the real sites, the profile in use
    elsewhere.
    """
    headless = headless and not attended
    config.account(account)
    sandbox = config.is_sandbox
    as_root = is_root(config)
    found = found_browser(own_download(playwright), config, headless)
    if not headless and display is None:
        need_display(config, attended=attended)
    profile = prepared_profile(home, account, sandbox, left)
    try:
        return playwright.chromium.launch_persistent_context(
            profile,
            executable_path=found.path,
            headless=headless,
            chromium_sandbox=not as_root,
            args=[*switches(sandbox), *([NO_PICTURES] if headless else [])],
            env={**os.environ, **display} if display else None,
            viewport={"width": WINDOW[0], "height": WINDOW[1]},
            locale=LANGUAGE,
            service_workers="block",
            accept_downloads=False,
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
            timeout=60_000,
        )
    except PlaywrightError as error:
        raise _not_started(found, profile, str(error)) from error


def switches(sandbox: bool) -> list[str]:
    """The command line of every browser of an account: the same on every run."""
    return [*_QUIET, *([ONLY_LOOPBACK] if sandbox else [])]


def is_root(config: Config) -> bool:
    """Whether dropferry runs as root, which is for the sandbox alone; ConfigError on the real sites."""
    as_root = runs_as_root()
    if as_root and not config.is_sandbox:
        raise ConfigError(
            _("dropferry runs as root, and Chromium's own protection does not work for root"),
            _("run it as an ordinary user; root is fine for the sandbox alone"),
        )
    return as_root


def prepared_profile(home: Home, account: str, sandbox: bool, left: Note | None = None) -> Path:
    """The account's own profile, ready to be opened; ConfigError, with nothing changed, while a browser has it open."""
    profile = home.profile(account, sandbox)
    private_folder(profile)
    make_sure_it_is_free(profile, left)
    # A service worker left in the profile would answer and send behind the back of every route.
    shutil.rmtree(profile / "Default" / "Service Worker", ignore_errors=True)
    keep_nothing_typed(profile)
    return profile


def import_cookies(context: BrowserContext, file: Path, site: Site) -> int:
    """Put the AliExpress cookies of a file into the profile; returns how many there were. Raises ConfigError."""
    cookies = read_cookies(file, site)
    add_cookies(context, cookies, file, site)
    return len(cookies)


def add_cookies(context: BrowserContext, cookies: "Sequence[SetCookieParam]", file: Path, site: Site) -> None:
    """Put cookies of `file` into the profile, and have the pages come in English. Raises ConfigError."""
    try:
        context.add_cookies(cookies)
        context.add_cookies(in_english(context.cookies(), site))
    except PlaywrightError as error:
        told = str(error).splitlines()[0]
        raise ConfigError(
            _("{file}: the browser does not take these cookies: {told}").format(file=file, told=told),
            _("save them again"),
        ) from error


def own_download(playwright: Playwright) -> Path:
    """Where Playwright's own Chromium is, or would be."""
    return Path(playwright.chromium.executable_path)


def found_browser(own: Path, config: Config, headless: bool) -> Found:
    """The browser to use; `own` is where Playwright's would be. ConfigError where there is none."""
    windowless = headless and config.is_sandbox
    found = find(Machine.here(), config.browser.executable, own, windowless=windowless)
    if found is None:
        raise none_here()
    return found


def has_display() -> bool:
    """Whether a window can be shown here; only Linux may be without a display."""
    on_linux = sys.platform.startswith("linux")
    return not on_linux or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def need_display(config: Config, *, attended: bool) -> None:
    """ConfigError where no window can be shown; for one that a person has to see it names where it can be."""
    if has_display():
        return
    if not attended:
        raise ConfigError(
            _("there is no display here to show the browser on"),
            _(
                "run it in a desktop session, or install the program Xvfb, which dropferry then uses by "
                "itself; to sign in, bring cookies from another machine: dropferry login --cookies FILE"
            ),
        )
    raise ConfigError(
        _("there is no display here, and in this browser you have to see and press something yourself"),
        _elsewhere(config),
    )


def _elsewhere(config: Config) -> str:
    if config.database == "sqlite":
        return _(
            "run it on a computer with a screen that shares one PostgreSQL database with this one "
            '(database = "postgresql://…" in both config.toml files; now it is "sqlite", a file of this computer '
            "alone); only to sign in here, bring the cookies of a browser where you are signed in: "
            "dropferry login --cookies FILE"
        )
    return _(
        "run it on a computer with a screen whose config.toml names the same database, {database}, after dropferry "
        "login there; only to sign in here, bring the cookies of a browser where you are signed in: "
        "dropferry login --cookies FILE"
    ).format(database=config.database)


def _not_started(found: Found, profile: Path, told: str) -> ConfigError:
    if "ProcessSingleton" in told or "already in use" in told:
        return in_use(profile)
    if "sandboxing failed" in told:
        return ConfigError(
            _("{path} cannot protect itself here: this system does not let it make its sandbox").format(
                path=found.path
            ),
            _("install Google Chrome or your system's own Chromium, which may; or allow unprivileged user namespaces"),
        )
    lines = [line for line in told.splitlines() if "][err]" in line] or told.splitlines()
    return ConfigError(
        _("{browser} does not start: {problem}").format(browser=found.path, problem=lines[-1].strip()[:300]), _(CHOICES)
    )


def _browser_process(context: BrowserContext) -> int | None:
    """The process id of the browser itself, known before it may hang."""
    if context.browser is None:
        return None
    try:
        told = context.browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
    except PlaywrightError:
        return None
    return next((each["id"] for each in told["processInfo"] if each["type"] == "browser"), None)


def _close(context: BrowserContext, process: int | None, seconds: float) -> None:
    hung = threading.Timer(seconds, _kill, args=(process,))
    hung.daemon = True
    hung.start()
    try:
        with contextlib.suppress(PlaywrightError):
            context.close()
    finally:
        hung.cancel()


def _kill(process: int | None) -> None:
    if process is not None:
        with contextlib.suppress(OSError):
            os.kill(process, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)

"""A plain Chrome that dropferry started on an account's own profile, for a person to sign in to and for reading in.

It shows itself as any Chrome does and stays open. dropferry looks in through Chrome's debugging port, on loopback alone
and in pages of its own; nothing is ever ordered there. That it is the right browser is proved by the address that
Chrome itself wrote into the profile.
"""

import contextlib
import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Playwright
from playwright.sync_api import Error as PlaywrightError

from bot.browser import found_browser, is_root, need_display, prepared_profile, switches
from bot.config import Config
from bot.cookies import in_english
from bot.errors import ConfigError
from bot.home import Home
from bot.language import _
from bot.locks import Note

# What was started here goes on after this process; until then it is not forgotten.
left_open: "list[subprocess.Popen[bytes]]" = []

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
START_SECONDS = 30.0
ASK_SECONDS = 5.0
# Written by Chrome into the profile once it has chosen its port: that port, and a path that nobody guesses.
_WRITTEN = "DevToolsActivePort"


@dataclass(frozen=True, slots=True)
class Running:
    """The Chrome that has the account's profile open: its port on 127.0.0.1, and its path there."""

    port: int
    path: str

    @property
    def url(self) -> str:
        """What a person may type after --attach."""
        return f"http://127.0.0.1:{self.port}"


def port_of(url: str) -> int:
    """The port that an address of this computer names; ConfigError for any other address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    host = parts.netloc.rpartition(":")[0]
    if parts.scheme != "http" or host not in LOOPBACK or port is None or parts.path.strip("/") or parts.query:
        raise ConfigError(
            _("{url}: only a browser on this computer can be attached to").format(url=url),
            _("write it as http://127.0.0.1:PORT, or have one started: dropferry login --attach start"),
        )
    return port


def running(profile: Path) -> Running | None:
    """The Chrome that has this profile open and can be looked into; None where none answers."""
    try:
        lines = (profile / _WRITTEN).read_text(encoding="ascii").split("\n")
        found = Running(int(lines[0]), lines[1].strip())
    except (OSError, ValueError, IndexError):
        return None
    return found if _path_at(found.port) == found.path else None


def must_be_running(profile: Path, url: str) -> Running:
    """The Chrome at `url`; ConfigError where it is not one that has this profile open."""
    port = port_of(url)
    found = running(profile)
    if found is not None and found.port == port:
        return found
    if _path_at(port) is None:
        raise ConfigError(
            _("{url}: no browser answers there").format(url=url),
            _("have one started: dropferry login --attach start"),
        )
    raise ConfigError(
        _("{url}: that browser does not work in dropferry's own profile, {profile}").format(url=url, profile=profile),
        _("close it, and have the right one started: dropferry login --attach start"),
    )


def start(config: Config, home: Home, account: str, own: Path, left: Note | None) -> Running:
    """Start a plain Chrome on the account's profile and leave it open; the caller holds the account's lock.

    `own` is where Playwright's Chromium would be. Raises ConfigError: no browser, no display, profile in use.
    """
    as_root = is_root(config)
    headless = config.browser.headless and config.is_sandbox
    found = found_browser(own, config, headless=False)
    if not headless:
        need_display(config, attended=True)
    profile = prepared_profile(home, account, config.is_sandbox, left)
    (profile / _WRITTEN).unlink(missing_ok=True)
    command = [
        str(found.path),
        f"--user-data-dir={profile}",
        "--remote-debugging-port=0",
        *switches(config.is_sandbox),
        *(["--no-sandbox"] if as_root else []),
        *(["--headless=new"] if headless else []),
        "about:blank",
    ]
    process = _left_alone(command)
    left_open.append(process)
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        opened = running(profile)
        if opened is not None:
            return opened
        if process.poll() not in (None, 0):
            break
        time.sleep(0.1)
    raise ConfigError(
        _("{browser} did not start so that it can be looked into").format(browser=found.path),
        _("sign in without it: dropferry login"),
    )


def must_be_closed(account: str) -> ConfigError:
    """The refusal to do anything but read while that Chrome has the profile open."""
    return ConfigError(
        _('the Chrome window of account "{account}" is open, and in it dropferry only reads').format(account=account),
        _("close that window, then run this again"),
    )


@contextlib.contextmanager
def looked_into(playwright: Playwright, config: Config, found: Running) -> Iterator[BrowserContext]:
    """The Chrome's own context while the block runs; Chrome stays open, and the block closes the pages that it opens.

    Raises ConfigError where it is gone.
    """
    try:
        browser = playwright.chromium.connect_over_cdp(f"ws://127.0.0.1:{found.port}{found.path}", timeout=15_000)
    except PlaywrightError as error:
        raise ConfigError(
            _("{url}: the browser cannot be looked into: {why}").format(url=found.url, why=str(error).splitlines()[0]),
            _("close its window and run this again"),
        ) from error
    context = browser.contexts[0]
    try:
        context.add_cookies(in_english(context.cookies(), config.site))
        yield context
    finally:
        with contextlib.suppress(PlaywrightError):
            browser.close()  # lets go of it: a browser that was attached to stays open


def _path_at(port: int) -> str | None:
    """The debugging path that a browser on this computer tells at `port`; None where none answers."""
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=ASK_SECONDS)
    try:
        asked.request("GET", "/json/version")
        told = json.loads(asked.getresponse().read(65_536))
        return urlsplit(str(told["webSocketDebuggerUrl"])).path
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return None
    finally:
        asked.close()


def _left_alone(command: list[str]) -> "subprocess.Popen[bytes]":
    """Start a program that goes on when dropferry, or its terminal, ends."""
    nowhere = subprocess.DEVNULL
    if sys.platform == "win32":
        apart = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
        return subprocess.Popen(command, stdin=nowhere, stdout=nowhere, stderr=nowhere, creationflags=apart)  # noqa: S603
    return subprocess.Popen(command, stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True)  # noqa: S603

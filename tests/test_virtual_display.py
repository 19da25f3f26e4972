"""A display that nobody sees: the visible browser of a machine without a display is shown there, where nobody looks."""

import os
import socket
import struct
import sys
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Playwright

from bot import virtual_display
from bot.browser import account_browser, own_download
from bot.browser_install import Machine, find
from bot.errors import ConfigError
from bot.home import POSIX, Home
from bot.virtual_display import hidden_display, is_here
from tests.test_browser import config

REFUSED, TAKEN = 0, 1


def hello(display: str, cookie: bytes) -> int:
    """What an X server answers first to whoever shows this cookie."""
    name = b"MIT-MAGIC-COOKIE-1"
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(f"\0/tmp/.X11-unix/X{display[1:]}")
        connection.sendall(struct.pack("<cxHHHHxx", b"l", 11, 0, len(name), len(cookie)) + name + b"\0\0" + cookie)
        return connection.recv(1)[0]


def servers() -> list[psutil.Process]:
    return [child for child in psutil.Process().children(recursive=True) if child.name() == virtual_display.PROGRAM]


@pytest.fixture(autouse=True)
def no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY"):
        monkeypatch.delenv(name, raising=False)


if is_here() and sys.platform == "linux":

    def test_a_visible_browser_without_a_display(playwright: Playwright, tmp_path: Path) -> None:
        """Where Xvfb is installed the visible browser opens on a display of its own, which ends with it; this
        process's environment stays as it was, so a window for a person is never put there."""
        home = Home(tmp_path)
        home.ensure()
        found = find(Machine.here(), "", own_download(playwright))
        assert found is not None
        with account_browser(playwright, config(executable=str(found.path)), home, "main", headless=False) as context:
            assert [1280, 900] == context.pages[0].evaluate("[innerWidth, innerHeight]")
            assert "HeadlessChrome" not in context.pages[0].evaluate("navigator.userAgent")
            assert 1 == len(servers())
            assert "DISPLAY" not in os.environ
        assert [] == servers()

    def test_nobody_else_may_look() -> None:
        """The display asks for the cookie in the file, which is its owner's alone and gone afterwards."""
        with hidden_display() as display:
            authority = Path(display["XAUTHORITY"])
            assert 0o600 == authority.stat().st_mode & 0o777
            assert 0o700 == authority.parent.stat().st_mode & 0o777
            (server,) = servers()
            assert "-nolisten tcp" in " ".join(server.cmdline())
            cookie = authority.read_bytes()[-16:]
            assert (REFUSED, TAKEN) == (hello(display["DISPLAY"], b"x" * 16), hello(display["DISPLAY"], cookie))
        assert not authority.parent.exists()


if POSIX:

    @pytest.mark.parametrize("script", ["exit 1", "kill $$"])
    def test_a_server_that_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
        """Where Xvfb ends without a display it is named, with the way to see why."""
        (tmp_path / "Xvfb").write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (tmp_path / "Xvfb").chmod(0o700)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/usr/bin{os.pathsep}/bin")
        with pytest.raises(ConfigError, match="Xvfb does not start") as caught, hidden_display():
            pass
        assert "Xvfb :99" in caught.value.fix


def test_no_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Xvfb is not installed nothing is claimed."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not is_here()

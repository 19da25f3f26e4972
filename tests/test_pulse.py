"""Signs of life to systemd: from the steps of the work itself, and none while a hand of the service hangs."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.service.pulse import Pulse
from bot.service.sd_notify import tell, watchdog_seconds

MINUTE = 60.0


class Watch:
    """A clock that the test moves, and what was told."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.told: list[str] = []

    def __call__(self) -> float:
        return self.now

    def pulse(self, seconds: float | None = 10 * MINUTE) -> Pulse:
        return Pulse(seconds, self, self.told.append)


@pytest.fixture(name="watch")
def watch_fixture() -> Watch:
    return Watch()


class TestPulse:
    """When a sign is given."""

    def test_a_sign_a_minute(self, watch: Watch) -> None:
        """However often the loop turns, a sign is given ten times in the time that systemd waits."""
        pulse = watch.pulse()
        for _second in range(601):
            pulse.office()
            watch.now += 1
        assert ["WATCHDOG=1"] * 11 == watch.told

    def test_a_browser_at_rest(self, watch: Watch) -> None:
        """Between its jobs the browser need not move."""
        pulse = watch.pulse()
        with pulse.browsing():
            pulse.browser()
        watch.now += 24 * 60 * MINUTE
        pulse.browser()
        watch.now += 60 * MINUTE
        pulse.office()
        assert 1 == len(watch.told)

    def test_a_browser_that_hangs(self, watch: Watch) -> None:
        """Once a job of the browser has not moved for the whole time, the loop's turning gives no sign any more; a
        step of it does again."""
        pulse = watch.pulse()
        with pulse.browsing():
            for _minute in range(10):
                watch.now += MINUTE
                pulse.office()
            assert 10 == len(watch.told)
            watch.now += 1
            pulse.office()
            watch.now += MINUTE
            pulse.office()
            assert 10 == len(watch.told)
            pulse.browser()
            pulse.office()
        assert 11 == len(watch.told)

    def test_an_office_that_hangs(self, watch: Watch) -> None:
        """The browser's steps alone give no sign: the loop has to turn."""
        pulse = watch.pulse()
        with pulse.browsing():
            for _step in range(100):
                watch.now += MINUTE
                pulse.browser()
        assert [] == watch.told

    def test_nobody_watches(self, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without a watchdog nothing is told."""
        monkeypatch.delenv("WATCHDOG_USEC", raising=False)
        pulse = watch.pulse(None)
        pulse.office()
        assert [] == watch.told


class TestWatchdog:
    """Whether systemd watches, by what it says in the environment."""

    @pytest.mark.parametrize(
        ("usec", "pid", "seconds"),
        [
            ("600000000", None, 600.0),
            ("600000000", "me", 600.0),
            ("600000000", "1", None),
            ("0", None, None),
            ("soon", None, None),
            (None, "me", None),
        ],
    )
    def test_asked(
        self, monkeypatch: pytest.MonkeyPatch, usec: str | None, pid: str | None, seconds: float | None
    ) -> None:
        """Only a time that is meant for this process counts."""
        for name, value in (("WATCHDOG_USEC", usec), ("WATCHDOG_PID", str(os.getpid()) if pid == "me" else pid)):
            monkeypatch.delenv(name, raising=False)
            if value is not None:
                monkeypatch.setenv(name, value)
        assert seconds == watchdog_seconds()


if hasattr(socket, "AF_UNIX"):

    @pytest.fixture(name="listening")
    def listening_fixture() -> Iterator[socket.socket]:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
            listening.settimeout(5)
            yield listening

    def test_what_systemd_hears(listening: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """States arrive in one message, one a line, at a socket with a path."""
        listening.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        tell("READY=1", "STATUS=Đang chạy\nREADY=0")
        assert "READY=1\nSTATUS=Đang chạy READY=0" == listening.recv(4096).decode()

    def test_a_socket_without_a_path(listening: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
        """The @ of an abstract address is understood."""
        name = f"dropferry-{os.getpid()}"
        listening.bind(f"\0{name}")
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}")
        tell("STOPPING=1")
        assert b"STOPPING=1" == listening.recv(4096)


def test_nobody_listens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No socket, or one that is gone, is no trouble."""
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    tell("READY=1")
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    tell("READY=1")

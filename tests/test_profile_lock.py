"""Chromium's lock in a profile: cleared when its owner is gone, respected while it lives."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.errors import ConfigError
from bot.profile_lock import make_sure_it_is_free, owner_of

HERE = socket.gethostname()
LEFT = {"pid": 7, "host": "ferry-1", "since": "2026-11-22T00:00:00+00:00", "command": "dropferry run"}


@pytest.fixture(name="profile")
def profile_fixture(tmp_path: Path) -> Path:
    folder = tmp_path / "Nguyễn Văn Đức" / "main"
    folder.mkdir(parents=True)
    return folder


def locked(profile: Path, host: str, process: int) -> Path:
    """The three links that Chromium leaves behind."""
    for name, target in (("SingletonSocket", "/tmp/x/SingletonSocket"), ("SingletonCookie", "1")):
        (profile / name).symlink_to(target)
    (profile / "SingletonLock").symlink_to(f"{host}-{process}")
    return profile


@contextmanager
def browser_with(profile: Path) -> "Iterator[subprocess.Popen[str]]":
    """A process that looks like a browser with this profile, until it is told to end."""
    command = [sys.executable, "-c", "print(flush=True); input()", f"--user-data-dir={profile}", "--no-first-run"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield process
        finally:
            process.kill()


def ended() -> int:
    """The number of a process that is gone."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_a_profile_without_a_lock(profile: Path) -> None:
    """A new profile, and one that was closed in order, are free."""
    make_sure_it_is_free(profile, None)
    assert owner_of(profile) is None


def test_a_dead_owner(profile: Path) -> None:
    """The lock of a browser that is gone is cleared away, with what lies beside it."""
    make_sure_it_is_free(locked(profile, HERE, ended()), None)
    assert [] == list(profile.iterdir())


def test_a_number_that_was_given_out_again(profile: Path, tmp_path: Path) -> None:
    """A process of the same number that is no browser, or the browser of another profile, does not hold the lock."""
    make_sure_it_is_free(locked(profile, HERE, os.getpid()), None)
    other = tmp_path / "second"
    other.mkdir()
    with browser_with(other) as process:
        make_sure_it_is_free(locked(profile, HERE, process.pid), None)
    assert [] == list(profile.iterdir())


def test_a_living_owner(profile: Path, tmp_path: Path) -> None:
    """A browser that lives keeps its profile, also by another way to the same folder; nothing is touched."""
    way = tmp_path / "way"
    way.symlink_to(profile.parent)
    with browser_with(way / "main") as process:
        locked(profile, HERE, process.pid)
        with pytest.raises(ConfigError, match="another browser has this profile open") as caught:
            make_sure_it_is_free(profile, None)
        assert str(process.pid) in caught.value.what
    assert (HERE, process.pid) == owner_of(profile)


def test_an_owner_that_is_just_dying(profile: Path) -> None:
    """After a dropferry was killed its browser ends a moment later, and that moment is waited for."""
    with browser_with(profile) as process:
        locked(profile, HERE, process.pid)
        assert process.stdin is not None
        process.stdin.close()
        make_sure_it_is_free(profile, {**LEFT, "host": HERE})
    assert [] == list(profile.iterdir())


def test_a_container_with_a_new_name(profile: Path) -> None:
    """What a dropferry of an earlier container left behind is cleared away: it has let go of the account's lock."""
    make_sure_it_is_free(locked(profile, "ferry-1", 57), LEFT)
    assert [] == list(profile.iterdir())


@pytest.mark.parametrize("left", [None, {**LEFT, "host": "ferry-2"}])
def test_another_host_that_may_live(profile: Path, left: dict[str, object] | None) -> None:
    """A lock of a host of which nothing is known stays, and both ways out of it are named."""
    with pytest.raises(ConfigError, match="a browser on ferry-1 \\(process 57\\) has this profile open") as caught:
        make_sure_it_is_free(locked(profile, "ferry-1", 57), left)
    assert f"gone for good, delete {profile / 'SingletonLock'}" in caught.value.fix
    assert ("ferry-1", 57) == owner_of(profile)

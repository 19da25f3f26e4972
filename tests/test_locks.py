"""Locks, held by real processes that are really killed."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.errors import AlreadyRunning
from bot.home import Home
from bot.locks import account_lock, hold, owner, run_lock

HOLDER = """
import sys
from pathlib import Path
from bot.locks import hold
with hold(Path(sys.argv[1]), "the press"):
    print("held", flush=True)
    sys.stdin.read()
"""
KILLED = signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL


@contextmanager
def other_process(lock: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process that holds the lock until its standard input ends."""
    command = [sys.executable, "-c", HOLDER, str(lock), "--for", "a test"]
    root = Path(__file__).resolve().parents[1]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdout is not None
        assert "held\n" == process.stdout.readline()
        try:
            yield process
        finally:
            process.kill()


def test_the_second_one_is_told_who_holds_it(tmp_path: Path) -> None:
    """A held lock is refused at once, naming process, host, time and command of its holder."""
    lock = tmp_path / "locks" / "a.lock"
    with other_process(lock) as process:
        who = owner(lock)
        with pytest.raises(AlreadyRunning) as caught, hold(lock, "the press"):
            pytest.fail("two hold it")
    assert who is not None
    assert process.pid == who["pid"]
    told = f"the press is in use by process {process.pid} on {who['host']} since {who['since']} ("
    assert told in caught.value.what
    assert "--for a test)" in caught.value.what


def test_a_dead_owner_frees_it_at_once(tmp_path: Path) -> None:
    """After kill -9 the lock is free though its owner's note still lies there."""
    lock = tmp_path / "a.lock"
    with other_process(lock) as process:
        os.kill(process.pid, KILLED)
        process.wait()
        assert owner(lock) is not None
        with hold(lock, "the press"):
            now = owner(lock)
    assert now is not None
    assert os.getpid() == now["pid"]


def test_waiting_is_told_and_ends_when_it_is_free(tmp_path: Path) -> None:
    """Whoever waits is told for whom, and goes on when the other one is done."""
    lock = tmp_path / "a.lock"
    told: list[str] = []
    with other_process(lock) as process:

        def end_the_other(text: str) -> None:
            told.append(text)
            assert process.stdin is not None
            process.stdin.close()

        with hold(lock, "the press", wait_seconds=60, say=end_the_other):
            assert owner(lock) is not None
    assert 1 == len(told)
    assert f"in use by process {process.pid}" in told[0]


def test_waiting_ends_when_time_is_up(tmp_path: Path) -> None:
    """A wait that is too short ends in the same refusal."""
    lock = tmp_path / "a.lock"
    with other_process(lock), pytest.raises(AlreadyRunning), hold(lock, "the press", wait_seconds=0.05):
        pytest.fail("two hold it")


def test_it_is_free_again_after_trouble(tmp_path: Path) -> None:
    """An exception inside frees the lock and takes the note away."""
    lock = tmp_path / "a.lock"
    with pytest.raises(KeyError), hold(lock, "the press"):
        raise KeyError
    assert owner(lock) is None
    with hold(lock, "the press"):
        assert os.getpid() == (owner(lock) or {})["pid"]


def test_a_note_that_cannot_be_read_changes_nothing(tmp_path: Path) -> None:
    """The note is only for the message: a broken one neither holds nor frees the lock."""
    lock = tmp_path / "a.lock"
    with other_process(lock):
        lock.with_suffix(".json").write_text(json.dumps([1]), encoding="utf-8")
        with pytest.raises(AlreadyRunning, match="in use by another process"), hold(lock, "the press"):
            pytest.fail("two hold it")


def test_accounts_do_not_wait_for_each_other(tmp_path: Path) -> None:
    """Each account has a lock of its own, the sandbox's too, and the scheduler another one."""
    home = Home(tmp_path)
    with (
        run_lock(home),
        account_lock(home, "main", sandbox=False),
        account_lock(home, "main", sandbox=True),
        account_lock(home, "second", sandbox=False),
    ):
        with pytest.raises(AlreadyRunning, match='the browser of account "main" is in use'):
            account_lock(home, "main", sandbox=False).__enter__()
        with pytest.raises(AlreadyRunning, match="this home folder is in use"):
            run_lock(home).__enter__()


def test_the_note_of_a_dead_owner_is_handed_on(tmp_path: Path) -> None:
    """Whoever comes after a process that was killed learns who that was; after one that ended in order, nobody."""
    lock = tmp_path / "a.lock"
    with other_process(lock) as process:
        os.kill(process.pid, KILLED)
        process.wait()
    with hold(lock, "the press") as left:
        assert process.pid == (left or {})["pid"]
    with hold(lock, "the press") as left:
        assert left is None

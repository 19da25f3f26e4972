"""One process at a time: for the scheduler of a home folder, and for the browser of an account."""

import contextlib
import json
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import AlreadyRunning, ConfigError
from bot.home import Home, private_folder, profile_name, write_private
from bot.language import _

if TYPE_CHECKING:
    from filelock import FileLock


Say = Callable[[str], None]
Stopped = Callable[[], bool]
Note = dict[str, Any]

LOOK_UP_SECONDS = 0.5  # how often a wait looks whether it is to end


def run_lock(
    home: Home, wait_seconds: float = 0, say: Say | None = None
) -> contextlib.AbstractContextManager[Note | None]:
    """Held by `dropferry run`: one scheduler a home folder; raises AlreadyRunning."""
    return hold(home.locks / "run.lock", _("this home folder"), wait_seconds, say)


def account_lock(
    home: Home,
    account: str,
    sandbox: bool,
    wait_seconds: float = 0,
    say: Say | None = None,
    *,
    stopped: Stopped | None = None,
) -> contextlib.AbstractContextManager[Note | None]:
    """Held by whoever works in the account's browser profile; raises AlreadyRunning.

    Gives the note of the one before, if they died at it: what they left in the profile may then be cleared away.
    """
    name = profile_name(account, sandbox)
    what = _('the browser of account "{account}"').format(account=account)
    return hold(home.locks / f"account-{name}.lock", what, wait_seconds, say, stopped=stopped)


def shop_lock(
    home: Home, shop: str, wait_seconds: float = 0, say: Say | None = None, *, stopped: Stopped | None = None
) -> contextlib.AbstractContextManager[Note | None]:
    """Held by whoever pulls or pushes a shop: two at once could tell a number twice; raises AlreadyRunning."""
    what = _('shop "{shop}"').format(shop=shop)
    return hold(home.locks / f"shop-{shop}.lock", what, wait_seconds, say, stopped=stopped)


@contextlib.contextmanager
def hold(
    path: Path, what: str, wait_seconds: float = 0, say: Say | None = None, *, stopped: Stopped | None = None
) -> Iterator[Note | None]:
    """Hold the lock while the block runs, after waiting for it at most so long; `say` is told before a wait.

    The system frees it at once when its owner dies; the note that such a one left is what the block gets. Raises
    AlreadyRunning, which says who holds `what` since when; also as soon as `stopped` says so during a wait.
    """
    from filelock import FileLock

    private_folder(path.parent)
    lock = FileLock(path, mode=0o600)
    if not _taken(lock, path, 0):
        if say is not None and wait_seconds > 0:
            told = _("{trouble}; waiting for it, {seconds:.0f} seconds at most")
            say(told.format(trouble=_in_use(what, path), seconds=wait_seconds))
        if wait_seconds <= 0 or not _taken_in_time(lock, path, wait_seconds, stopped or _never):
            raise AlreadyRunning(_in_use(what, path), _("wait until that is done, or end it"))
    try:
        left = owner(path)
        write_private(_beside(path), json.dumps(_me()))
        yield left
    finally:
        _beside(path).unlink(missing_ok=True)
        lock.release()


def _never() -> bool:
    return False


def _taken_in_time(lock: "FileLock", path: Path, seconds: float, stopped: Stopped) -> bool:
    until = time.monotonic() + seconds
    while not stopped():
        left = until - time.monotonic()
        if _taken(lock, path, min(max(left, 0), LOOK_UP_SECONDS)):
            return True
        if left <= 0:
            return False
    return False


def _taken(lock: "FileLock", path: Path, seconds: float) -> bool:
    from filelock import Timeout

    try:
        lock.acquire(timeout=seconds)
    except Timeout:
        return False
    except (OSError, NotImplementedError) as error:
        raise ConfigError(
            _("{path}: cannot be locked: {problem}").format(path=path, problem=error),
            _("keep the home folder on a disk of this machine"),
        ) from error
    return True


def owner(path: Path) -> Note | None:
    """Who wrote itself down beside the lock: pid, host, since (ISO, UTC) and command; None where nobody did."""
    try:
        told = json.loads(_beside(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) else None


def _beside(path: Path) -> Path:
    return path.with_suffix(".json")


def _me() -> Note:
    return {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": " ".join(["dropferry", *sys.argv[1:]]),
    }


def _in_use(what: str, path: Path) -> str:
    who = owner(path)
    if who is None:
        return _("{what} is in use by another process").format(what=what)
    told = _("{what} is in use by process {pid} on {host} since {since} ({command})")
    return told.format(what=what, **{key: who.get(key) for key in ("pid", "host", "since", "command")})

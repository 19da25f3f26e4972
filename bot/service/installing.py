"""Puts the service into the system, takes it out again, and says how it stands."""

import contextlib
import shlex
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import AlreadyRunning, DropferryError
from bot.home import Home, write_private_bytes
from bot.language import _
from bot.locks import owner, run_lock
from bot.service.kinds import Commands, Kind
from bot.service.plan import Plan

Say = Callable[[str], None]


class NotTaken(DropferryError):
    """The system has refused a command; `what` says which, and in its own words why."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How the service stands: `file` is None where it is not installed, `since` and `pid` where it does not run."""

    name: str
    file: Path | None
    is_current: bool
    system_says: str
    pid: int | None
    since: str | None
    command: str | None

    @property
    def runs(self) -> bool:
        """Whether dropferry runs in this home, started by the system or by hand."""
        return self.pid is not None


def install(kind: Kind, plan: Plan) -> Path:
    """Write the file and have the system run it; one that is there is replaced. Raises ConfigError.

    Raises NotTaken where the system refuses it; a new file is then taken away again.
    """
    file = kind.file(plan)
    is_new = not file.exists()
    if not is_new:
        with contextlib.suppress(NotTaken):  # the system may not know it any more
            _run(kind.end(plan))
    write_private_bytes(file, kind.content(plan))
    try:
        _run(kind.start(plan))
    except NotTaken:
        if is_new:
            file.unlink()
        raise
    return file


def remove(kind: Kind, plan: Plan) -> Path | None:
    """End the service for good and delete its file; None where there was none. Raises NotTaken: the file stays."""
    file = kind.file(plan)
    if not file.exists():
        return None
    _run(kind.end(plan))
    file.unlink()
    _run(kind.after_removal())
    return file


def standing(kind: Kind, plan: Plan, home: Home) -> Standing:
    """What is installed, what the system says of it, and which process runs in this home, if any."""
    file = kind.file(plan)
    installed = file.is_file()
    running = _who_runs(home)
    return Standing(
        name=plan.name,
        file=file if installed else None,
        is_current=installed and _bare(file.read_bytes()) == _bare(kind.content(plan)),
        system_says=_asked(kind.ask(plan)) if installed else "",
        pid=running.get("pid") if running else None,
        since=running.get("since") if running else None,
        command=running.get("command") if running else None,
    )


def is_running(home: Home) -> bool:
    """Whether another process holds the run lock; what it wrote beside it may be left over from a crash."""
    try:
        with run_lock(home):
            return False
    except AlreadyRunning:
        return True


def _bare(content: bytes) -> list[bytes]:
    """A service's file without the lines that hand in secrets: only who installs it knows where those lie."""
    return [line for line in content.splitlines() if not line.startswith(b"LoadCredential=")]


def _who_runs(home: Home) -> dict[str, Any] | None:
    return (owner(home.locks / "run.lock") or {"pid": 0}) if is_running(home) else None


def _run(commands: Commands) -> None:
    for command in commands:
        try:
            done = subprocess.run(command, capture_output=True, check=False, timeout=300)  # noqa: S603
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NotTaken(f"{command[0]}: {error}", _by_hand(command)) from error
        if done.returncode != 0:
            told = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()
            raise NotTaken(f"{command[0]}: {told[0] if told else done.returncode}", _by_hand(command))


def _by_hand(command: list[str]) -> str:
    return _(
        "do it in a session of the user who runs dropferry, not through su or sudo; what was run is: {command}"
    ).format(command=shown(command))


def shown(command: list[str]) -> str:
    """A command as one types it."""
    return subprocess.list2cmdline(command) if command[0] == "schtasks" else shlex.join(command)


def _asked(command: list[str]) -> str:
    """The first line of what the system says, or that it does not know the service."""
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=30)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    lines = (done.stdout or done.stderr).decode("utf-8", "replace").strip().splitlines()
    return lines[0].strip()[:200] if lines else _("it does not know this service")

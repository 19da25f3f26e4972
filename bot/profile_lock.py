"""Who has a browser profile open, by Chromium's own lock in it; a lock whose owner is gone is cleared away.

Chromium leaves `SingletonLock`, a link that names host and process, behind when it is killed. On the same host it finds
out by itself that the owner is gone; after a container has got a new host name it refuses the profile for ever.
"""

import re
import socket
import subprocess
import time
from pathlib import Path

from bot.errors import ConfigError
from bot.language import _
from bot.locks import Note

LOCK = "SingletonLock"
_BESIDE = (LOCK, "SingletonSocket", "SingletonCookie")
_FOLDER = re.compile(r"--user-data-dir=([^\0]+?)(?=\0| --|\s*$)")
# A browser whose dropferry was killed ends by itself a moment later.
DYING_SECONDS = 5.0


def owner_of(profile: Path) -> tuple[str, int] | None:
    """Host and process that the profile's lock names, alive or not; None without a lock (as on Windows)."""
    try:
        host, _dash, process = str((profile / LOCK).readlink()).rpartition("-")
    except OSError:
        return None
    return (host, int(process)) if process.isdecimal() else None


def make_sure_it_is_free(profile: Path, left: Note | None) -> None:
    """Clear away the lock of a browser that is gone; the caller holds the account's lock.

    `left` is the note of a dropferry that died in this profile. Raises ConfigError, with nothing changed, while a
    browser has the profile open, or where a lock of another host cannot be told to be a dead one's.
    """
    found = owner_of(profile)
    if found is None:
        return
    host, process = found
    if host != socket.gethostname():
        if left is None or left.get("host") != host:
            raise ConfigError(
                _("{profile}: a browser on {host} (process {process}) has this profile open").format(
                    profile=profile, host=host, process=process
                ),
                _("close it there; if that computer or container is gone for good, delete {lock}").format(
                    lock=profile / LOCK
                ),
            )
    elif _is_alive(process, profile, DYING_SECONDS if left is not None else 0):
        raise in_use(profile, process)
    for name in _BESIDE:
        (profile / name).unlink(missing_ok=True)


def in_use(profile: Path, process: int | None = None) -> ConfigError:
    """The refusal of a profile that a living browser has open."""
    told = _("{profile}: another browser has this profile open")
    if process is not None:
        told = _("{profile}: another browser has this profile open (process {process})")
    return ConfigError(
        told.format(profile=profile, process=process),
        _("close that browser window"),
    )


def _is_alive(process: int, profile: Path, seconds: float) -> bool:
    """Whether a browser with this profile runs as that process, after waiting so long for its end."""
    until = time.monotonic() + seconds
    while _runs_with(process, profile):
        if time.monotonic() >= until:
            return True
        time.sleep(0.1)
    return False


def _runs_with(process: int, profile: Path) -> bool:
    """The process may be another program by now, or the browser of another profile: numbers are given out again."""
    told = _command_of(process)
    if told is None:
        return True
    return any(_is_same(Path(named), profile) for named in _FOLDER.findall(told))


def _command_of(process: int) -> str | None:
    """The command line of a process, its words apart by NUL where the system tells; None where it cannot be asked."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{process}/cmdline").read_bytes().decode(errors="replace")
        except OSError:
            return ""
    asked = ["ps", "-ww", "-o", "command=", "-p", str(process)]
    try:
        return subprocess.run(asked, capture_output=True, text=True, timeout=10, check=False).stdout  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None


def _is_same(folder: Path, profile: Path) -> bool:
    try:
        return folder.samefile(profile)
    except OSError:
        return False

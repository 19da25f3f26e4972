"""Who may look into a folder on Windows, by what `icacls /save` writes, which names users by number in any language.

Not tested by us on Windows itself.
"""

import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bot.errors import ConfigError
from bot.language import _

# The system and the administrators may do everything everywhere; creator and owner are whoever made the folder.
ALWAYS = frozenset({"SY", "S-1-5-18", "BA", "S-1-5-32-544", "CO", "S-1-3-0", "OW", "S-1-3-4"})
_ENTRY = re.compile(r"\(([A-Z]+);([A-Z]*);([^;]*);([^;]*);([^;]*);([^;)]+)")
_USER = re.compile(r"S-1-[0-9-]+")


class NotReadable(ValueError):
    """The text is no list of rights as icacls writes it."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """One entry that gives rights to somebody: a SID or the two letters for a well-known one."""

    who: str
    rights: str


def allowed(saved: str) -> list[Allowed]:
    """Who has rights by a text as `icacls FOLDER /save FILE` writes it: the folder's name, then its rights as SDDL.

    Raises NotReadable.
    """
    lines = [line.strip() for line in saved.splitlines() if line.strip()]
    if len(lines) != 2 or not lines[1].startswith("D:"):
        raise NotReadable(saved[:200])
    rights = lines[1]
    if "NO_ACCESS_CONTROL" in rights:  # no list at all means everything to everybody
        return [Allowed("WD", "FA")]
    entries = _ENTRY.findall(rights)
    if len(entries) != len(re.findall(r"(?:^D:[A-Z]*|\))\(", rights)):
        raise NotReadable(saved[:200])
    return [Allowed(who, given) for kind, _flags, given, _object, _from, who in entries if "D" not in kind]


def others(saved: str, me: str) -> list[str]:
    """Whoever has rights but me, the system and the administrators. Raises NotReadable."""
    return sorted({entry.who for entry in allowed(saved)} - ALWAYS - {me})


def decoded(saved: bytes) -> str:
    """The text of a file that icacls has written: UTF-16, with or without its mark."""
    try:
        return saved.decode("utf-16" if saved[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-16-le")
    except UnicodeDecodeError as error:
        raise NotReadable(str(error)) from error


def user_of(told: str) -> str:
    """My SID out of what `whoami /user /fo csv /nh` says. Raises NotReadable."""
    found = _USER.search(told)
    if found is None:
        raise NotReadable(told[:200])
    return found[0]


def check_folder(folder: Path) -> None:
    """Raises ConfigError where others have rights on the folder, with the command that takes them away.

    Where icacls cannot be asked nothing is said: a user's own folder is closed to others by Windows itself.
    """
    try:
        me = user_of(_said_by("whoami", "/user", "/fo", "csv", "/nh"))
        wide = others(_saved(folder), me)
    except (OSError, subprocess.SubprocessError, NotReadable):
        return
    if wide:
        raise ConfigError(
            _("{folder}: other users of this machine may look into this folder ({who})").format(
                folder=folder, who=", ".join(wide)
            ),
            _("run: {command}").format(command=closing(folder, me)),
        )


def closing(folder: Path, me: str) -> str:
    """The command that leaves the folder to me, the system and the administrators."""
    grants = " ".join(f'"*{who}:(OI)(CI)F"' for who in (me, "S-1-5-18", "S-1-5-32-544"))
    return f'icacls "{folder}" /inheritance:r /grant:r {grants}'


def _saved(folder: Path) -> str:
    with tempfile.TemporaryDirectory() as place:
        file = Path(place, "rights")
        _said_by("icacls", str(folder), "/save", str(file), "/q")
        return decoded(file.read_bytes())


def _said_by(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, check=True, timeout=20)  # noqa: S603  # fixed commands
    return done.stdout.decode("ascii", "replace")

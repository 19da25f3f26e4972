"""One archive for a bug report: what happened and how this home stands, without secrets and without anybody's data.

Screenshots, pages and traces are never in it: nobody can say what is on them. Everything else is taken through the
redaction once more, with all buyers of the database known to it, and with order and tracking numbers cut short.
"""

import contextlib
import io
import json
import os
import platform
import re
import socket
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import DropferryError
from bot.home import Home, write_private_bytes
from bot.language import _, mark
from bot.log_files import KEPT, numbered
from bot.redaction import Redactor, known
from bot.rights import FILES, FOLDERS

if TYPE_CHECKING:
    from bot.db import Database

LOGS = ("dropferry.jsonl", "errors.log")
# Of what was seen on a page, only this much leaves the home.
_OF_EVIDENCE = ("at", "kind", "problem", "state")
_TOKEN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]{8,40}(?![A-Za-z0-9])")
_SHOP = re.compile(r"[a-z0-9-]+(?=\.onshopbase\.com)", re.IGNORECASE)
_MANY = 2_000_000


class NotBundledError(DropferryError):
    """The archive cannot be made there."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the archive: its name, what it is in words of the merchant's language, and how large it is."""

    name: str
    about: str
    size: int


_ABOUT = {
    "about.json": mark("versions, and what is in the home folder"),
    "config.toml": mark("your configuration"),
    "database.json": mark("how many orders stand where, and the last runs and events"),
    "evidence.json": mark("what was kept of pages, by name and size alone"),
    "logs": mark("lines of what happened"),
}


def make_bundle(home: Home, file: Path, database: "Callable[[], Database]") -> list[Member]:
    """Write the archive, its owner's alone, and return what is in it; `database` opens the home's.

    A configuration or a database that cannot be read is what a report may be about: then that is what it says.
    Raises NotBundledError, ConfigError.
    """
    if file.exists():
        raise NotBundledError(_("{file}: this file is there already").format(file=file), _("name another"))
    members = dict(_members(home, database))
    listed = [Member(name, _(_ABOUT[name.split("/")[0]]), len(content)) for name, content in members.items()]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    write_private_bytes(file, packed.getvalue())
    return listed


def _members(home: Home, database: "Callable[[], Database]") -> Iterator[tuple[str, bytes]]:
    redactor, numbers = _redactor(home), dict[str, str]()
    told: dict[str, Any] = {}
    trouble = None
    try:
        opened = database()
    except Exception as error:  # noqa: BLE001  # whatever it is, the report is about it
        trouble = f"{type(error).__name__}: {error}"
    else:
        try:
            from bot.bundled_tables import know_everybody, known_numbers, tables

            know_everybody(opened, redactor)
            numbers = known_numbers(opened)
            told = tables(opened)
        finally:
            opened.close()
    out = _Outgoing(redactor, numbers)
    yield "about.json", out.json({**_about(home), "database": trouble or "opened"})
    if home.config_file.is_file():
        yield "config.toml", out.text(home.config_file.read_text(encoding="utf-8", errors="replace"))
    if told:
        yield "database.json", out.json(told)
    yield "evidence.json", out.json(_evidence(home))
    for log in LOGS:
        for number in range(KEPT, -1, -1):
            lines = numbered(home.logs / log, number)
            if lines.is_file():
                yield f"logs/{lines.name}", out.log(lines.read_text(encoding="utf-8", errors="replace"))


def _redactor(home: Home) -> Redactor:
    """One that knows every secret of this home, wherever it lies, and where things are on this machine."""
    from bot.config import load
    from bot.secrets import know_all, read_secrets_file

    redactor = Redactor(people=_MANY)
    secrets = [value for name, value in os.environ.items() if name.startswith("DROPFERRY_SECRET_")]
    with contextlib.suppress(DropferryError):  # what cannot be read stands in no line either
        secrets += read_secrets_file(home.secrets_file).values()
    with contextlib.suppress(DropferryError):
        know_all(home, load(home))
    for secret in [*secrets, *known.secrets]:
        redactor.know_secret(secret)
    redactor.know_place(home.path, "[home]")
    redactor.know_place(Path.home(), "~")
    return redactor


@dataclass(frozen=True, slots=True)
class _Outgoing:
    """Everything that leaves goes through here."""

    redactor: Redactor
    numbers: dict[str, str]

    def text(self, text: str) -> bytes:
        return self._clean(text).encode("utf-8", "replace")

    def json(self, value: Any) -> bytes:
        clean = self.redactor.value(json.loads(json.dumps(value, default=str)))
        return self._short(json.dumps(clean, ensure_ascii=False, indent=1)).encode("utf-8", "replace")

    def log(self, lines: str) -> bytes:
        """JSON lines field by field, others as text."""
        return "".join(f"{self._line(line)}\n" for line in lines.splitlines()).encode("utf-8", "replace")

    def _line(self, line: str) -> str:
        try:
            told = json.loads(line)
        except ValueError:
            return self._clean(line)
        return self._short(json.dumps(self.redactor.value(told), ensure_ascii=False))

    def _clean(self, text: str) -> str:
        return self._short(self.redactor.text(text))

    def _short(self, text: str) -> str:
        text = _TOKEN.sub(lambda found: self.numbers.get(found[0].upper(), found[0]), text)
        text = _SHOP.sub("[shop]", text)
        host = socket.gethostname()
        return re.sub(rf"(?<![\w.-]){re.escape(host)}(?![\w-])", "[host]", text) if len(host) > 2 else text


def _about(home: Home) -> dict[str, Any]:
    from bot.cli.output import version

    return {
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "dropferry": version(),
        "python": sys.version,
        "system": platform.platform(),
        "machine": platform.machine(),
        "home": [
            f"{name}: {_size(home.path / name)} bytes" for name in (*FILES, *FOLDERS) if (home.path / name).exists()
        ],
    }


def _size(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(each.stat().st_size for each in path.rglob("*") if each.is_file() and not each.is_symlink())


def _evidence(home: Home) -> list[dict[str, Any]]:
    found = []
    for folder in sorted(home.evidence.glob("2*Z-*"), reverse=True)[:200]:
        files = {each.name: each.stat().st_size for each in sorted(folder.iterdir()) if each.is_file()}
        found.append({"folder": folder.name, "files": files, "told": [*_told(folder)]})
    return found


def _told(folder: Path) -> Iterator[dict[str, Any]]:
    """What was written beside the pictures: what kind of trouble it was, no more."""
    for file in sorted(folder.glob("*.json")):
        try:
            told = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            told = None
        if isinstance(told, dict):
            yield {"file": file.name, **{name: told[name] for name in _OF_EVIDENCE if name in told}}

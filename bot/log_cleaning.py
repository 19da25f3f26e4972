"""Takes people out of log files that are written already, and lines that are too old."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from bot.home import Home, write_private
from bot.log_files import KEPT, numbered, writing
from bot.logs import FILE
from bot.redaction import Redactor

ERRORS = "errors.log"


def clean_logs(home: Home, redactor: Redactor, now: datetime, older_than_days: int | None = None) -> int:
    """Clean all log files of a home; returns how many lines were changed or went. Raises ConfigError."""
    before = now - timedelta(days=older_than_days) if older_than_days is not None else None
    changed = 0
    for name in (FILE, ERRORS):
        with writing(home.logs / name):
            for number in range(KEPT + 1):
                file = numbered(home.logs / name, number)
                if file.is_file():
                    changed += _clean(file, redactor, before)
    return changed


def _clean(file: Path, redactor: Redactor, before: datetime | None) -> int:
    lines = file.read_text(encoding="utf-8", errors="backslashreplace").splitlines()
    kept = list(_young(lines, before))
    clean = [_cleaned(line, redactor) for line in kept]
    changed = len(lines) - len(kept) + sum(old != new for old, new in zip(kept, clean, strict=True))
    if changed:
        write_private(file, "".join(f"{line}\n" for line in clean))
    return changed


def _cleaned(line: str, redactor: Redactor) -> str:
    """A line of JSON field by field, so that it stays one."""
    try:
        told = json.loads(line)
    except ValueError:
        return redactor.text(line)
    clean = redactor.value(told)
    return line if clean == told else json.dumps(clean, ensure_ascii=False)


def _young(lines: list[str], before: datetime | None) -> Iterator[str]:
    """The lines from `before` on; a line without a time belongs to the one above it."""
    keep = True
    for line in lines:
        at = _time_of(line)
        keep = keep if at is None or before is None else at >= before
        if keep:
            yield line


def _time_of(line: str) -> datetime | None:
    said = line.partition(" ")[0]
    if line.startswith("{"):
        try:
            said = str(json.loads(line).get("at"))
        except ValueError:
            return None
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None

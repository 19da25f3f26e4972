"""A file of lines that several processes write to at once, and that never grows beyond its bounds."""

import contextlib
import logging
import os
from pathlib import Path

from bot.home import private_folder

AT_MOST = 5_000_000
KEPT = 5


class JsonLines(logging.Handler):
    """Appends each line whole, under a lock; a full file becomes `.1`, that one `.2`, and the oldest goes.

    The file is opened anew for each line: no process holds it open, so any of them may turn it over, on Windows too.
    A line that cannot be written is lost, and the job goes on.
    """

    def __init__(self, file: Path, at_most: int = AT_MOST, kept: int = KEPT) -> None:
        super().__init__()
        self.file = file
        self._at_most, self._kept = at_most, kept
        # The lock has lines of its own to log.
        self.addFilter(lambda record: not record.name.startswith("filelock"))

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        from filelock import Timeout

        try:
            line = self.format(record).replace("\n", "\\n").encode("utf-8", "backslashreplace") + b"\n"
            private_folder(self.file.parent)
            with writing(self.file):
                if self.file.exists() and self.file.stat().st_size + len(line) > self._at_most:
                    self._turn_over()
                append_private(self.file, line)
        except (OSError, Timeout, ValueError, TypeError):
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is the library's
        """A full disk ends no job."""

    def _turn_over(self) -> None:
        for number in range(self._kept, 0, -1):
            older = self.file if number == 1 else numbered(self.file, number - 1)
            if older.exists():
                older.replace(numbered(self.file, number))


def writing(file: Path) -> contextlib.AbstractContextManager[object]:
    """The lock under which a log file is written, turned over or rewritten."""
    from filelock import FileLock

    return FileLock(file.with_name(f".{file.name}.lock"), timeout=5, mode=0o600)


def numbered(file: Path, number: int) -> Path:
    """Where the lines of earlier are."""
    return file.with_name(f"{file.name}.{number}")


def append_private(file: Path, content: bytes) -> None:
    """Put bytes at the end of a file that is its owner's alone."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(file, flags, 0o600), "ab") as opened:
        opened.write(content)

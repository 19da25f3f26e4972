"""A file of lines that several processes write to at once, and that never grows beyond its bounds."""

import contextlib
import logging
import os
from pathlib import Path

from bot.errors import ConfigError
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
        try:
            line = self.format(record).replace("\n", "\\n").encode("utf-8", "backslashreplace") + b"\n"
            append(self.file, line, self._at_most, self._kept)
        except (OSError, ConfigError, ValueError, TypeError):
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is the library's
        """A full disk ends no job."""


def append(file: Path, content: bytes, at_most: int = AT_MOST, kept: int = KEPT) -> None:
    """Put bytes at the end of a file that is its owner's alone, after turning over a full one.

    Raises OSError, also where the file is being written by others for too long, and ConfigError.
    """
    private_folder(file.parent)
    with writing(file):
        if file.exists() and file.stat().st_size + len(content) > at_most:
            for number in range(kept, 0, -1):
                newer = numbered(file, number - 1)
                if newer.exists():
                    newer.replace(numbered(file, number))
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(file, flags, 0o600), "ab") as opened:
            opened.write(content)


def writing(file: Path) -> contextlib.AbstractContextManager[object]:
    """The lock under which a log file is written, turned over or rewritten."""
    from filelock import FileLock

    # Each line takes a fraction of a millisecond.
    return FileLock(file.with_name(f".{file.name}.lock"), timeout=5, mode=0o600, poll_interval=0.002)


def numbered(file: Path, number: int) -> Path:
    """Where the lines of earlier are; 0 is the file itself."""
    return file.with_name(f"{file.name}.{number}") if number else file

"""The trouble a command can end in, each class with the exit code that tells a script what has to happen next.

DropferryError     what happened, and what to do about it
├── ConfigError    3, the configuration, the home folder or a secret has to be mended first
├── AlreadyRunning 6, another process is at it
└── DoneInPart     7, some of the work is done, the rest is named
"""

from typing import ClassVar


class DropferryError(Exception):
    """Trouble that is told in one line: `what` happened and the `fix`, which may be empty."""

    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix


class ConfigError(DropferryError):
    """The configuration, the home folder or a secret has to be mended first; `what` names the file and the key."""

    exit_code = 3


class AlreadyRunning(DropferryError):
    """Another process holds the lock; `what` says which, since when and what it does."""

    exit_code = 6


class DoneInPart(DropferryError):
    """Some of the work is done and kept; `what` says what is left."""

    exit_code = 7

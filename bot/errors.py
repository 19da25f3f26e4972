"""The trouble a command can end in, each class named after what has to happen next.

DropferryError     what happened, and what to do about it
├── ConfigError    the configuration, the home folder or a secret has to be mended first
├── AlreadyRunning another process is at it
└── DoneInPart     some of the work is done, the rest is named
"""


class DropferryError(Exception):
    """Trouble that is told in one line: `what` happened and the `fix`, which may be empty."""

    def __init__(self, what: str, fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix


class ConfigError(DropferryError):
    """The configuration, the home folder or a secret has to be mended first; `what` names the file and the key."""


class AlreadyRunning(DropferryError):
    """Another process holds the lock; `what` says which, since when and what it does."""


class DoneInPart(DropferryError):
    """Some of the work is done and kept; `what` says what is left."""

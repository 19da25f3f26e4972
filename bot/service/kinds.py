"""The three systems that can run dropferry as a service, each with its file and its commands."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.errors import ConfigError
from bot.language import _
from bot.service import launchd, systemd, tasks
from bot.service.plan import Plan

Commands = list[list[str]]


@dataclass(frozen=True, slots=True)
class Kind:
    """What one system wants: a file with its content, and the commands that start, end and ask for it."""

    title: str
    encoding: str
    tested: bool
    file: Callable[[Plan], Path]
    content: Callable[[Plan], bytes]
    start: Callable[[Plan], Commands]
    end: Callable[[Plan], Commands]
    after_removal: Callable[[], Commands]
    ask: Callable[[Plan], list[str]]


def _kind(module: object, title: str, encoding: str = "utf-8", *, tested: bool = False) -> Kind:
    names = ("file", "content", "start", "end", "after_removal", "ask")
    return Kind(title, encoding, tested, *(getattr(module, name) for name in names))


KINDS = {
    "linux": _kind(systemd, "systemd", tested=True),
    "macos": _kind(launchd, "launchd (macOS)"),
    "windows": _kind(tasks, "Task Scheduler (Windows)", "utf-16"),
}
_HERE = {"linux": "linux", "darwin": "macos", "win32": "windows"}


def here(platform: str = sys.platform) -> str:
    """Which of them this machine has: linux, macos or windows. Raises ConfigError for any other."""
    if platform not in _HERE:
        raise ConfigError(
            _("dropferry knows no service of this system ({platform})").format(platform=platform),
            _("have `dropferry run` started by whatever starts programs there"),
        )
    return _HERE[platform]

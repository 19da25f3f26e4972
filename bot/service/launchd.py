"""The service as a launch agent of macOS. Not tested by us."""

import os
import plistlib
from pathlib import Path

from bot.service.plan import RESTART_SECONDS, STOPPING_SECONDS, Plan

_NOTE = b"<!-- Written by dropferry service install. Not tested by us on macOS itself. -->\n"


def file(plan: Plan) -> Path:
    """Where launchd looks for a user's own agents."""
    return Path.home() / "Library" / "LaunchAgents" / f"{label(plan)}.plist"


def label(plan: Plan) -> str:
    """Its name among the agents."""
    return f"local.{plan.name}"


def content(plan: Plan) -> bytes:
    """The property list. Secrets come from the keyring or from secrets.toml in the home, never from here."""
    listed = plistlib.dumps(
        {
            "Label": label(plan),
            "ProgramArguments": list(plan.command),
            "WorkingDirectory": str(plan.home),
            "RunAtLoad": True,
            # Again after a crash, not after `dropferry stop`.
            "KeepAlive": {"SuccessfulExit": False},
            "ThrottleInterval": RESTART_SECONDS,
            "ExitTimeOut": STOPPING_SECONDS,
            # The browser's window needs the desktop of whoever has signed in.
            "LimitLoadToSessionType": "Aqua",
            "ProcessType": "Interactive",
            "Umask": 0o077,
            # What it says is in the home's own log; this one is for trouble before that is open.
            "StandardOutPath": "/dev/null",
            "StandardErrorPath": str(plan.home / "logs" / "service.log"),
        },
        sort_keys=False,
    )
    head, tag, rest = listed.partition(b"<plist")
    return head + _NOTE + tag + rest


def start(plan: Plan) -> list[list[str]]:
    """The command that makes it run, now and from each sign-in on."""
    return [["launchctl", "bootstrap", _domain(), str(file(plan))]]


def end(plan: Plan) -> list[list[str]]:
    """The command that ends it for good; its file is deleted after it."""
    return [["launchctl", "bootout", f"{_domain()}/{label(plan)}"]]


def after_removal() -> list[list[str]]:
    """Nothing is left to do once its file is gone."""
    return []


def ask(plan: Plan) -> list[str]:
    """The command that fails where launchd does not know it."""
    return ["launchctl", "print", f"{_domain()}/{label(plan)}"]


def _domain() -> str:
    return f"gui/{os.getuid() if hasattr(os, 'getuid') else 501}"

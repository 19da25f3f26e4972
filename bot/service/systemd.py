"""The service as a unit of systemd's user manager, for Linux."""

import os
from pathlib import Path

from bot.service.plan import RESTART_SECONDS, STOPPING_SECONDS, WATCHDOG_SECONDS, Plan

# A browser shown on the desktop can only start once there is one.
_DESKTOP = ["PartOf=graphical-session.target", "After=graphical-session.target"]
_SPECIAL = {"\\": "\\\\", '"': '\\"', "%": "%%", "$": "$$"}


def file(plan: Plan) -> Path:
    """Where systemd looks for a user's own units."""
    named = os.environ.get("XDG_CONFIG_HOME", "")
    base = Path(named) if named and Path(named).is_absolute() else Path.home() / ".config"
    return base / "systemd" / "user" / unit(plan)


def content(plan: Plan) -> bytes:
    """The unit. No secret is in it: those come from the home's own places, or as credentials from files."""
    lines = [
        "[Unit]",
        f"Description={_plain(plan.title)}",
        *(_DESKTOP if plan.needs_desktop else []),
        "# A network or a database that is away for a while is tried again without end.",
        "StartLimitIntervalSec=0",
        "",
        "[Service]",
        "Type=notify",
        "NotifyAccess=main",
        f"ExecStart={' '.join(_quoted(word) for word in plan.command)}",
        *(f"LoadCredential={name}:{_plain(path)}" for name, path in plan.credentials),
        "Restart=on-failure",
        f"RestartSec={RESTART_SECONDS}",
        f"WatchdogSec={WATCHDOG_SECONDS}",
        "TimeoutStartSec=600",
        f"TimeoutStopSec={STOPPING_SECONDS}",
        "# The end is asked of dropferry alone, which closes its browser itself.",
        "KillMode=mixed",
        "UMask=0077",
        "LimitCORE=0",
        "",
        "[Install]",
        f"WantedBy={'graphical-session' if plan.needs_desktop else 'default'}.target",
    ]
    return ("\n".join(lines) + "\n").encode()


def unit(plan: Plan) -> str:
    """Its name among the units."""
    return f"{plan.name}.service"


def start(plan: Plan) -> list[list[str]]:
    """The commands that make it run, now and from each sign-in on."""
    return [
        ["systemctl", "--user", "daemon-reload"],
        ["systemctl", "--user", "enable", unit(plan)],
        ["systemctl", "--user", "restart", unit(plan)],
    ]


def end(plan: Plan) -> list[list[str]]:
    """The commands that end it for good; its file is deleted after them."""
    return [["systemctl", "--user", "disable", "--now", unit(plan)]]


def after_removal() -> list[list[str]]:
    """What is left to do once its file is gone."""
    return [["systemctl", "--user", "daemon-reload"]]


def ask(plan: Plan) -> list[str]:
    """The command whose first line says how the system sees it."""
    return ["systemctl", "--user", "is-active", unit(plan)]


def _quoted(word: str) -> str:
    return f'"{"".join(_SPECIAL.get(letter, letter) for letter in word)}"'


def _plain(text: object) -> str:
    return str(text).replace("%", "%%")

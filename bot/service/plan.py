"""What the system is to run: which program, for which home, under which name, with which secrets handed in."""

import hashlib
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import ConfigError
from bot.home import Home
from bot.language import _
from bot.rights import check_file
from bot.virtual_display import is_here

if TYPE_CHECKING:
    from bot.config import Config
    from bot.secrets import Secrets

WATCHDOG_SECONDS = 600  # no single step of a job may take longer
STOPPING_SECONDS = 180  # the step at hand is finished, and the browser closed
RESTART_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Plan:
    """One service: `command` is the program with its arguments, `credentials` are secrets by name with their files."""

    name: str
    home: Path
    command: tuple[str, ...]
    credentials: tuple[tuple[str, Path], ...] = ()
    needs_desktop: bool = False

    @property
    def title(self) -> str:
        """What the system's own lists call it."""
        return f"dropferry ({self.home})"


def plan_for(home: Home, config: "Config", credentials: Path | None = None, *, windows: bool = False) -> Plan:
    """The service of one home. Raises ConfigError where a path in it cannot be written into the system's files."""
    for path in (str(home.path), sys.executable, str(credentials or "")):
        if re.search(r"[\x00-\x1f\x7f]", path):
            raise ConfigError(
                _("{path!r}: a service cannot be given such a path").format(path=path), _("name another folder")
            )
    return Plan(
        name=name_of(home),
        home=home.path,
        command=(_interpreter(windows=windows), "-P", "-m", "bot", "--home", str(home.path), "run"),
        credentials=_credentials(config, credentials) if credentials else (),
        needs_desktop=not config.browser.headless and not is_here(),
    )


def name_of(home: Home) -> str:
    """`dropferry` for the usual home; any other home has a service of its own, named by its path."""
    from platformdirs import user_data_path

    if home.path == user_data_path("dropferry", appauthor=False):
        return "dropferry"
    return f"dropferry-{hashlib.sha256(os.fsencode(home.path)).hexdigest()[:8]}"


def check_secrets(config: "Config", secrets: "Secrets", handed_in: tuple[tuple[str, Path], ...]) -> list[str]:
    """Raises ConfigError where the service would not find a secret; returns what to know of those that it finds.

    The environment of a terminal is not the service's, and no secret is ever written into the service's file.
    """
    from bot.secrets import MissingSecret, wanted

    given = {pair[0] for pair in handed_in}
    keyring = False
    for name, needed in wanted(config).items():
        place = secrets.place_of(name) if name not in given else "credential"
        if place is None and needed:
            raise MissingSecret(name)
        if place in ("environment", "file"):
            raise ConfigError(
                _('the secret "{name}" comes from this terminal\'s environment, which a service does not have').format(
                    name=name
                ),
                _("run: dropferry secret set {name} --file").format(name=name),
            )
        keyring = keyring or place == "keyring"
    if not keyring:
        return []
    return [
        _(
            "Secrets are in the keyring, which opens when you sign in to this machine. On a machine where nobody signs "
            "in keep them in secrets.toml: dropferry secret set NAME --file"
        )
    ]


def _interpreter(*, windows: bool) -> str:
    """Python itself, not a script that may move; on Windows the one that opens no console window."""
    python = Path(sys.executable)
    return str(python.with_name("pythonw.exe")) if windows else str(python)


def _credentials(config: "Config", folder: Path) -> tuple[tuple[str, Path], ...]:
    from bot.secrets import wanted

    folder = Path(os.path.abspath(folder.expanduser()))  # noqa: PTH100  # resolve() would follow links
    found = [(name, folder / name) for name in wanted(config) if (folder / name).is_file()]
    if not found:
        raise ConfigError(
            _("{folder}: there is no file in it that is named like a secret").format(folder=folder),
            _("it has one file for each, named {names}").format(names=", ".join(wanted(config))),
        )
    for pair in found:
        check_file(pair[1])
    return tuple(found)

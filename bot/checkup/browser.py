"""The browser: there is one, it can be shown, and it is not too old for a shop that looks at its visitors."""

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.browser import found_browser, is_root, need_display
from bot.browser_install import Found
from bot.checkup.finding import Finding, look, trouble, well
from bot.config import Config
from bot.errors import ConfigError
from bot.language import _

OLD = timedelta(days=60)
_VERSION = re.compile(r"\d+(?:\.\d+){3}")


def browser(config: Config, own: Path, now: datetime) -> list[Finding]:
    """Whether a browser can be started for this configuration; `own` is where Playwright's would be."""
    try:
        is_root(config)
        found = found_browser(own, config, config.browser.headless)
    except ConfigError as error:
        return [trouble("browser", error)]
    built = built_on(found)
    findings = [_age(config, found, built, now)]
    if not config.browser.headless:
        findings += _display(config)
    return findings


def built_on(found: Found) -> datetime | None:
    """When this browser was made or put here; None where its files do not tell a time one can believe."""
    try:
        moment = datetime.fromtimestamp(_told_by(found.path.resolve()).stat().st_mtime, UTC)
    except (OSError, OverflowError, ValueError):
        return None
    return moment if moment.year > 2015 else None


def _told_by(program: Path) -> Path:
    """On Windows the folder of its version, which is new with each update; else the program itself."""
    folders = [each for each in program.parent.iterdir() if _VERSION.fullmatch(each.name)]
    return max(folders, key=_numbers, default=program)


def _numbers(folder: Path) -> tuple[int, ...]:
    return tuple(int(number) for number in folder.name.split("."))


def _age(config: Config, found: Found, built: datetime | None, now: datetime) -> Finding:
    named = _("browser: {version} ({path})").format(version=_version(found), path=found.path)
    if built is None:
        return well("browser", named)
    days = max(0, (now - built) // timedelta(days=1))
    told = _("{browser}, {days} days old").format(browser=named, days=days)
    if now - built <= OLD or config.is_sandbox:
        return well("browser", told)
    return look("browser", told, _update(found))


def _update(found: Found) -> str:
    if "playwright" in str(found.path).casefold():
        return _("get a newer one: pip install --upgrade playwright, then dropferry browser install")
    return _("update it as your system does; an old browser is asked for proofs more often, and is less safe")


def _version(found: Found) -> str:
    """What the program says of itself; on Windows asking would open a window, so there its folder tells."""
    if sys.platform == "win32":
        return _told_by(found.path.resolve()).name
    try:
        done = subprocess.run([found.path, "--version"], capture_output=True, timeout=15, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return found.path.name
    told = " ".join(done.stdout.decode("utf-8", "replace").split())
    version = _VERSION.search(told)
    return told[: version.end()] if version else told[:60] or found.path.name


def _display(config: Config) -> list[Finding]:
    from bot.virtual_display import is_here

    if is_here():
        return []
    try:
        need_display(config, attended=False)
    except ConfigError as error:
        return [trouble("display", error)]
    return []

"""What Chromium must not keep in a profile: what a person types while they pay would otherwise lie in its files."""

import json
import shutil
from pathlib import Path
from typing import Any

from bot.home import write_private

# Form history, cards, passwords and the addresses of visited pages.
OFF: dict[str, dict[str, Any]] = {
    "autofill": {"enabled": False, "profile_enabled": False, "credit_card_enabled": False},
    "history": {"saving_disabled": True},
    "profile": {"password_manager_enabled": False},
}
OFF_ALONE = {"credentials_enable_service": False}


def keep_nothing_typed(profile: Path) -> None:
    """Switch off whatever would save typed text in the profile; nobody may have it open.

    The session files hold the text of every form of every open tab, and no preference stops that: a file that stands in
    the place of their folder does, also for a browser that is killed (seen with Chromium 156).
    """
    default = profile / "Default"
    default.mkdir(parents=True, exist_ok=True, mode=0o700)
    sessions = default / "Sessions"
    if sessions.is_dir():
        shutil.rmtree(sessions, ignore_errors=True)
    if not sessions.exists():
        write_private(sessions, "")
    preferences = default / "Preferences"
    known = _read(preferences)
    wanted = {**known, **{name: {**_table(known, name), **off} for name, off in OFF.items()}, **OFF_ALONE}
    if wanted != known:
        write_private(preferences, json.dumps(wanted))


def _table(known: dict[str, Any], name: str) -> dict[str, Any]:
    table = known.get(name)
    return table if isinstance(table, dict) else {}


def _read(preferences: Path) -> dict[str, Any]:
    """Empty where there are none, or none that Chromium itself could read."""
    try:
        known = json.loads(preferences.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}

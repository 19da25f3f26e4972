"""Keeps what a page looked like when it could not be read. Personal data is in it: folders are the user's alone.

A disk that is full ends neither a sync nor what follows a press: what cannot be kept is logged, and the merchant told.
"""

import errno
import json
import os
import secrets
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from bot import logs
from flows.errors import FlowError
from flows.page import as_drawn

# When AliExpress changes a page, every order shows it: a few of them tell all that there is to tell.
AT_MOST = 20
# Below this a page and its picture have no room.
LEAST_ROOM = 5_000_000


class Evidence:
    """One folder a finding, named by an id of our own; nothing from a page gets into a path.

    One object serves one run and keeps its first 20 findings.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kept = 0

    def keep(self, page: Page, error: FlowError) -> None:
        """Keep the page as drawn and as a picture, and name the folder in `error.evidence`, if it can be written."""
        if self.kept >= AT_MOST:
            return
        self.kept += 1
        about = {"url": page.url, "kind": type(error).__name__, "problem": str(error)}
        try:
            place = _new_folder(self.folder)
            error.evidence = place.name
            _keep(place, "page", page, about)
        except OSError as trouble:
            _log(trouble)


class PressEvidence:
    """What was seen before and after one press: a picture, the page, and what was read from it.

    Raises OSError where no folder can be made for it.
    """

    def __init__(self, folder: Path) -> None:
        self._place = _new_folder(folder)

    @property
    def name(self) -> str:
        """The id of the folder."""
        return self._place.name

    def must_keep(self, page: Page, stage: str, told: Mapping[str, Any], *, picture: bool = True) -> None:
        """Keep the page at a stage ("before") with what was told of it. Raises OSError where it cannot be written."""
        _keep(self._place, stage, page, {"url": page.url, **told}, picture=picture)

    def keep(self, page: Page, stage: str, told: Mapping[str, Any]) -> None:
        """The same where something was or may have been pressed ("after"): what follows is more than its picture."""
        try:
            self.must_keep(page, stage, told)
        except OSError as trouble:
            _log(trouble)


def why_not_kept(folder: Path) -> str | None:
    """Why nothing can be kept in the folder just now; None where it can be, or where nothing was kept yet."""
    probe = folder / f".probe-{secrets.token_hex(3)}"
    try:
        _write(probe, b" " * 4096)
        probe.unlink()
        free = shutil.disk_usage(folder).free
    except FileNotFoundError:
        return None
    except OSError as trouble:
        return trouble.strerror or str(trouble)
    return os.strerror(errno.ENOSPC) if free < LEAST_ROOM else None


def forget_old(folder: Path, days: int, now: datetime | None = None) -> int:
    """Delete evidence that is older than so many days by now (UTC); returns how many folders went."""
    before = f"{(now or datetime.now(UTC)) - timedelta(days=days):%Y%m%dT%H%M%SZ}"
    old = [place for place in folder.glob("2*Z-*") if place.is_dir() and place.name < before]
    for place in old:
        shutil.rmtree(place, ignore_errors=True)
    return len(old)


def _log(trouble: OSError) -> None:
    logs.warn("what a page looked like could not be kept", problem=str(trouble))


def _new_folder(folder: Path) -> Path:
    place = folder / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    place.mkdir(parents=True, mode=0o700)
    return place


def _keep(place: Path, stage: str, page: Page, about: Mapping[str, Any], *, picture: bool = True) -> None:
    told = {"at": datetime.now(UTC).isoformat(), **about}
    _write(place / f"{stage}.json", json.dumps(told, ensure_ascii=False, indent=2, default=str).encode())
    try:
        _write(place / f"{stage}.html", as_drawn(page).encode("utf-8", "replace"))
        if picture:
            _write(place / f"{stage}.jpg", page.screenshot(type="jpeg", timeout=5000))
    except PlaywrightError as trouble:
        # A page that is gone cannot be pictured; the finding itself still stands.
        _write(place / f"{stage}-no-picture.txt", str(trouble).encode("utf-8", "replace"))


def _write(file: Path, content: bytes) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600), "wb") as f:
        f.write(content)

"""Keeps what a page looked like when it could not be read. Personal data is in it: folders are the user's alone."""

import json
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from flows.errors import FlowError

# When AliExpress changes a page, every order shows it: a few of them tell all that there is to tell.
AT_MOST = 20


class Evidence:
    """One folder a finding, named by an id of our own; nothing from a page gets into a path.

    One object serves one run and keeps its first 20 findings.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kept = 0

    def keep(self, page: Page, error: FlowError) -> None:
        """Keep the page as drawn and as a picture, and name the folder in `error.evidence`."""
        if self.kept >= AT_MOST:
            return
        self.kept += 1
        now = datetime.now(UTC)
        name = f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
        place = self.folder / name
        place.mkdir(parents=True, mode=0o700)
        about = {"at": now.isoformat(), "url": page.url, "kind": type(error).__name__, "problem": str(error)}
        _write(place / "about.json", json.dumps(about, ensure_ascii=False, indent=2).encode())
        error.evidence = name
        try:
            _write(place / "page.html", page.content().encode("utf-8", "replace"))
            _write(place / "page.png", page.screenshot(timeout=5000))
        except PlaywrightError as trouble:
            # A page that is gone cannot be pictured; the finding itself still stands.
            _write(place / "no-picture.txt", str(trouble).encode("utf-8", "replace"))


def _write(file: Path, content: bytes) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600), "wb") as f:
        f.write(content)

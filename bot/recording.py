"""Keeps a Playwright trace of a purchase that failed, without the headers that would let somebody be the merchant."""

import contextlib
import json
import os
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page
from playwright.sync_api import Error as PlaywrightError

from bot import logs
from bot.evidence import PressEvidence
from bot.redaction import GONE, known

SECRET_HEADERS = frozenset({"cookie", "set-cookie", "authorization", "proxy-authorization"})


class Recording:
    """Records one purchase after another in a context; what went well is forgotten at once.

    Pages and requests are recorded from the first failure on: they cost each purchase more than all its checks.
    """

    def __init__(self, context: BrowserContext, folder: Path) -> None:
        self._context = context
        self._folder = folder
        self._in_full = False

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Record while the block runs; nothing is kept beyond it but what `keep` kept."""
        self._context.tracing.start(snapshots=self._in_full)
        try:
            yield
        finally:
            with contextlib.suppress(PlaywrightError):
                self._context.tracing.stop()

    def begin(self) -> None:
        """A new purchase begins; what was recorded before it is forgotten."""
        self._context.tracing.start_chunk()

    def forget(self) -> None:
        """The purchase went well."""
        self._context.tracing.stop_chunk()

    def keep(self, page: Page, told: dict[str, Any]) -> str | None:
        """Keep trace, picture and page of a purchase that failed; returns the name of the folder.

        None where none can be made: a disk that is full ends nothing.
        """
        try:
            evidence = PressEvidence(self._folder)
        except OSError as trouble:
            logs.warn("what a page looked like could not be kept", problem=str(trouble))
            with contextlib.suppress(PlaywrightError):
                self.forget()
            return None
        evidence.keep(page, "failure", told)
        self._keep_trace(self._folder / evidence.name / "trace.zip")
        self._record_in_full()
        return evidence.name

    def _record_in_full(self) -> None:
        """What failed once fails again, if it is the page that changed; then there is more to see."""
        if self._in_full:
            return
        self._in_full = True
        with contextlib.suppress(PlaywrightError):
            self._context.tracing.stop()
            self._context.tracing.start(snapshots=True)

    def _keep_trace(self, clean: Path) -> None:
        try:
            with tempfile.TemporaryDirectory() as place:
                raw = Path(place) / "trace.zip"
                with contextlib.suppress(PlaywrightError):
                    self._context.tracing.stop_chunk(path=raw)
                if raw.exists():
                    strip_headers(raw, clean)
        except (OSError, zipfile.BadZipFile) as trouble:
            logs.warn("a trace could not be kept", problem=str(trouble))
            with contextlib.suppress(PlaywrightError):
                self.forget()
            with contextlib.suppress(OSError):
                clean.unlink(missing_ok=True)


def strip_headers(raw: Path, clean: Path) -> None:
    """Copy a trace without cookies, authorization and the secrets of this home; readable by its owner alone."""
    descriptor = os.open(clean, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with (
        os.fdopen(descriptor, "wb") as target,
        zipfile.ZipFile(raw) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as cleaned,
    ):
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename.endswith((".trace", ".network")):
                content = b"\n".join(_clean_line(line) for line in content.split(b"\n"))
            cleaned.writestr(entry, content)


def _clean_line(line: bytes) -> bytes:
    if not line.strip():
        return line
    clean = json.dumps(_clean(json.loads(line)), ensure_ascii=False)
    for secret in known.secrets:
        clean = clean.replace(json.dumps(secret, ensure_ascii=False)[1:-1], GONE)
    return clean.encode()


def _clean(value: Any) -> Any:
    """The value without secret headers, wherever in it they stand, and without cookies."""
    if isinstance(value, list):
        return [_clean(each) for each in value if not _is_secret(each)]
    if isinstance(value, dict):
        return {
            key: [] if key == "cookies" else _clean(each)
            for key, each in value.items()
            if str(key).lower() not in SECRET_HEADERS
        }
    return value


def _is_secret(value: Any) -> bool:
    return isinstance(value, dict) and str(value.get("name", "")).lower() in SECRET_HEADERS

"""Runs a page's readers on what was saved of it: an answer as .json, a page as .html, or a recorded case folder.

A case folder holds page.html, calls.json (a list of `{"api", "answer"}`, each answer as AliExpress sent it) and
about.toml (`url`); one of the first two may be missing.
"""

import json
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from flows.errors import AnswerChanged, PageChanged, PersonNeeded
from flows.mtop import unwrap
from flows.pages import order_detail, order_list, tracking
from flows.values import Site, Value

if TYPE_CHECKING:
    from playwright.sync_api import Page

# No path of AliExpress: what a saved page is must show in itself.
NOWHERE = f"{Site().www}/saved.html"


class _Readers(NamedTuple):
    api: str
    answer: Callable[[object, str | None], Value]
    drawn: "Callable[[Page, str | None], Value]"


READERS = {
    "order-list": _Readers(
        order_list.API, lambda data, _: order_list.from_answer(data), lambda page, _: order_list.from_page(page, Site())
    ),
    "order-detail": _Readers(
        order_detail.API, order_detail.from_answer, lambda page, _: order_detail.from_page(page, Site())
    ),
    "tracking": _Readers(
        tracking.API, tracking.from_answer, lambda page, order_id: tracking.from_page(page, Site(), order_id)
    ),
}


def read_saved(kind: str, path: Path, executable: Callable[[], Path]) -> Value:
    """The values of one saved page; `executable` is asked for a browser only where something is drawn.

    Raises the reader's own error: PageChanged, PersonNeeded or TryLater.
    """
    readers = READERS[kind]
    if path.is_dir():
        return _read_case(readers, kind, path, executable)
    text = _text(kind, path)
    if path.suffix.lower() in {".html", ".htm"} or text.lstrip().startswith("<"):
        return _read_drawn(readers, text, NOWHERE, executable)
    return readers.answer(unwrap(text, readers.api), None)


def _read_case(readers: _Readers, kind: str, folder: Path, executable: Callable[[], Path]) -> Value:
    url = _address(kind, folder / "about.toml")
    calls, page = folder / "calls.json", folder / "page.html"
    if not calls.is_file() and not page.is_file():
        raise PageChanged(kind, "case", f"neither calls.json nor page.html is in {folder}")
    unread: AnswerChanged | None = None
    if calls.is_file():
        try:
            return readers.answer(_answer(readers, _text(kind, calls)), _order_id(url))
        except AnswerChanged as error:
            unread = error  # as in the live flow, the drawn page may still be read
    if not page.is_file():
        assert unread is not None
        raise unread
    return _read_drawn(readers, _text(kind, page), url, executable)


def _answer(readers: _Readers, text: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError as error:
        raise AnswerChanged(readers.api, "calls.json", f"broken JSON: {error}") from error
    for call in told if isinstance(told, list) else []:
        if isinstance(call, dict) and str(call.get("api", "")).lower() == readers.api:
            answer = call.get("answer")
            return unwrap(answer if isinstance(answer, str) else json.dumps(answer), readers.api)
    raise AnswerChanged(readers.api, "calls.json", "no answer of this call is in it")


def _read_drawn(readers: _Readers, html: str, url: str, executable: Callable[[], Path]) -> Value:
    from flows.pages.login import LoginPage

    with _page_of(html, url, executable()) as page:
        kind = LoginPage(page, Site()).asks_for_person(look=True)
        if kind is not None:
            raise PersonNeeded(kind, "the saved page asks for a person")
        return readers.drawn(page, _order_id(url))


@contextmanager
def _page_of(html: str, url: str, executable: Path) -> "Iterator[Page]":
    """The saved page under the address it had; its scripts do not run and nothing leaves the machine."""
    from playwright.sync_api import sync_playwright

    from bot.browser import ONLY_LOOPBACK
    from bot.browser_install import runs_as_root

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, chromium_sandbox=not runs_as_root(), args=[ONLY_LOOPBACK]
        )
        try:
            context = browser.new_context(java_script_enabled=False, service_workers="block", locale="en-US")
            context.route("**/*", lambda route: route.abort())
            context.route(url, lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
            page = context.new_page()
            page.goto(url, wait_until="domcontentloaded")
            yield page
        finally:
            browser.close()


def _text(kind: str, file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PageChanged(kind, file.name, "this is not UTF-8 text") from error


def _address(kind: str, about: Path) -> str:
    if not about.is_file():
        return NOWHERE
    try:
        url = tomllib.loads(_text(kind, about)).get("url")
    except tomllib.TOMLDecodeError as error:
        raise PageChanged(kind, "about.toml", f"this is not TOML: {error}") from error
    return url if isinstance(url, str) and url.startswith("https://") else NOWHERE


def _order_id(url: str) -> str | None:
    return next(iter(parse_qs(urlsplit(url).query).get("tradeOrderId", [])), None)

"""The command `read`: what a maintainer uses when AliExpress has changed a page."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import output
from bot.language import _

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext


class PageKind(StrEnum):
    """The pages that have readers."""

    ORDER_LIST = "order-list"
    ORDER_DETAIL = "order-detail"
    TRACKING = "tracking"
    PRODUCT = "product"
    CONFIRM = "confirm"


def read(
    page: Annotated[PageKind, typer.Argument(help="which page it is")],
    path: Annotated[
        Path, typer.Argument(help="an answer as .json, a page as .html, or a recorded case folder", exists=True)
    ],
    as_json: Annotated[bool, typer.Option("--json", help="print JSON for a program to read")] = False,
) -> None:
    """Read a saved AliExpress page or answer.

    Prints the values that the robot would see, or ends with the error it would meet and that error's exit code.
    """
    from flows.read_file import read_saved

    if path.suffix.lower() == ".json" and path.is_file():
        read = read_saved(page.value, path)
    else:
        with windowless_context() as context:
            read = read_saved(page.value, path, context)
    value = read.model_dump(mode="json")
    if as_json:
        output.print_json(value)
    else:
        for line in _outline(value):
            output.say(line)


@contextmanager
def windowless_context() -> "Iterator[BrowserContext]":
    """A browser without a profile or a way out, for a page that is only drawn."""
    from playwright.sync_api import sync_playwright

    from bot.browser import LANGUAGE, ONLY_LOOPBACK, own_download
    from bot.browser_install import Machine, find, none_here, runs_as_root
    from bot.cli.setup import configured_browser

    with sync_playwright() as playwright:
        found = find(Machine.here(), configured_browser(), own_download(playwright), windowless=True)
        if found is None:
            raise none_here()
        # Chromium's own protection does not work for root. What is drawn here gets by without: a saved page runs no
        # script at all (flows/read_file.py switches them off, and its requests are aborted), a recorded case was kept
        # without its scripts, and nothing of either leaves this machine.
        browser = playwright.chromium.launch(
            executable_path=found.path, chromium_sandbox=not runs_as_root(), args=[ONLY_LOOPBACK]
        )
        try:
            yield browser.new_context(locale=LANGUAGE, service_workers="block")
        finally:
            browser.close()


def _outline(value: Any, name: str = "", depth: int = 0) -> list[str]:
    """The value as lines, each level further in; an empty list or text shows as such."""
    before = "  " * depth + (f"{name}: " if name else "")
    if isinstance(value, dict) and set(value) == {"minor", "currency"}:
        return [before + _("{minor} minor units {currency}").format(**value)]
    if isinstance(value, dict) and value:
        inner = [line for key, each in value.items() for line in _outline(each, key, depth + bool(name))]
        return [before.rstrip(), *inner] if name else inner
    if isinstance(value, list) and value:
        rows = (_outline(each, f"{name} {number}".strip(), depth) for number, each in enumerate(value, start=1))
        return [line for row in rows for line in row]
    return [f"{before}{'-' if value in (None, '', [], {}) else value}"]

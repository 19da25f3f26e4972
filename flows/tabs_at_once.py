"""Reads many pages of one kind in a few tabs at once: while one tab is read, the others load."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import ExitStack
from itertools import islice
from typing import TypeVar

from playwright.sync_api import BrowserContext, Page

from flows.errors import FlowError, PersonNeeded, TryLater
from flows.page import block_heavy
from flows.tab import OnTrouble, Tab, browser_trouble, close_tab
from flows.values import Site

Read = TypeVar("Read")
SILENT = 3  # so many pages in a row without an answer: the site is down, not the page


def in_tabs(
    where: BrowserContext | Sequence[Page],
    site: Site,
    api: str,
    visits: Iterable[tuple[str, str]],
    read: Callable[[Tab, str], Read],
    *,
    tabs: int = 4,
    on_trouble: OnTrouble | None = None,
) -> Generator[tuple[str, Read | FlowError], None, None]:
    """Opens the address of each visit (key, address) and reads it, in order, `tabs` at a time.

    `where` is a context in which tabs are opened and closed again, or the pages to use. A bad page is yielded as its
    error after `on_trouble` saw it, and the others go on; PersonNeeded, or a site that stays silent, ends it.
    """
    waiting = iter(visits)
    first = list(islice(waiting, tabs if isinstance(where, BrowserContext) else len(where)))
    with ExitStack() as opened:
        pages = _opened(where, len(first), opened) if isinstance(where, BrowserContext) else list(where)
        free = [opened.enter_context(Tab(page, site, [api])) for page in pages]
        loading = deque((tab, _started(tab, visit)) for tab, visit in zip(free, first, strict=False))
        silent = 0
        while loading:
            tab, (key, lost) = loading.popleft()
            result: Read | FlowError = _outcome(tab, key, read, on_trouble) if lost is None else lost
            silent = silent + 1 if isinstance(result, TryLater) else 0
            if isinstance(result, TryLater) and silent == SILENT:
                raise result
            if (following := next(waiting, None)) is not None:
                loading.append((tab, _started(tab, following)))
            yield key, result


def _opened(context: BrowserContext, count: int, closing: ExitStack) -> list[Page]:
    pages = []
    with browser_trouble("new tab"):
        for _ in range(count):
            page = context.new_page()
            closing.callback(close_tab, page)
            block_heavy(page)
            pages.append(page)
    return pages


def _started(tab: Tab, visit: tuple[str, str]) -> tuple[str, TryLater | None]:
    key, address = visit
    try:
        tab.start(address)
    except TryLater as lost:
        return key, lost
    return key, None


def _outcome(tab: Tab, key: str, read: Callable[[Tab, str], Read], on_trouble: OnTrouble | None) -> Read | FlowError:
    try:
        with browser_trouble(key):
            return read(tab, key)
    except PersonNeeded:
        raise
    except FlowError as error:
        if on_trouble is not None:
            on_trouble(tab.page, error)
        return error

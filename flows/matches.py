"""Tells whoever watches by which place to look an element was found, page after page."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Told for each match: page, element, and which place to look it was (see `SelectorFile.entry_of`).
Noted = Callable[[str, str, int], None]
_watchers: list[Noted] = []


@contextmanager
def watched(noted: Noted) -> Iterator[None]:
    """While the block runs, `noted` is told of every match in this process."""
    _watchers.append(noted)
    try:
        yield
    finally:
        _watchers.remove(noted)


def note(page: str, element: str, entry: int) -> None:
    """Tell all who watch."""
    for noted in tuple(_watchers):
        noted(page, element, entry)

"""Lets all databases of a process share what SQLAlchemy has put together of each statement; tests open thousands.

An engine keeps that for itself, and tells engines apart by their dialect, of which each has one of its own. Here those
of one kind count as the same; they differ in nothing but their address.
"""

from typing import Any

from sqlalchemy import Engine, util
from sqlalchemy.engine.default import DefaultDialect

from bot import db

KNOWN: "util.LRUCache[Any, Any]" = util.LRUCache(2000)


def share() -> None:
    """From here on, in this process and those that are forked from it."""
    made = db._engine

    def sharing(url: str) -> Engine:
        engine = made(url)
        engine._compiled_cache = KNOWN
        return engine

    db._engine = sharing
    DefaultDialect.__eq__ = lambda mine, other: type(mine) is type(other)  # type: ignore[method-assign]
    DefaultDialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]

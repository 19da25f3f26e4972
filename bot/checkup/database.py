"""The database: it can be read, is of this version and whole, and its tabs say what the facts say."""

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import quote

from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from bot.checkup.finding import Finding, bad, look, trouble, well
from bot.config import Config
from bot.db import HEAD, Database
from bot.errors import ConfigError
from bot.facts import PushMode
from bot.home import Home
from bot.language import _
from bot.models import Order
from bot.opening import database_url
from bot.order_rows import load
from bot.standing import standing_of

NEWEST = 5000  # of so many orders the tabs are recomputed


@contextlib.contextmanager
def reading(home: Home, config: Config) -> Iterator[Session]:
    """A session that can change nothing, not even the version. Raises SQLAlchemyError, ConfigError."""
    url = database_url(home, config)
    engine = _read_only(home) if url.startswith("sqlite") else Database(url).engine
    try:
        with Session(engine) as session:
            yield session
    finally:
        engine.dispose()


def _read_only(home: Home) -> Engine:
    file = f"file:{quote(home.database_file.as_posix())}?mode=ro"
    return create_engine("sqlite://", creator=lambda: sqlite3.connect(file, uri=True, timeout=10))


def is_new(home: Home, config: Config) -> bool:
    """Whether there is none yet: the first command makes it."""
    return config.database == "sqlite" and not home.database_file.exists()


def version(home: Home, config: Config) -> tuple[Finding, bool]:
    """Whether it can be read and by this version, and whether its tables may be asked."""
    if is_new(home, config):
        return well("database", _("database: none yet; the first command makes it")), False
    try:
        with reading(home, config) as session:
            return _version(session)
    except ConfigError as error:
        return trouble("database", error), False
    except SQLAlchemyError as error:
        return _unreadable(home, config, error), False


def _unreadable(home: Home, config: Config, error: SQLAlchemyError) -> Finding:
    why = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    told = _("database: it cannot be read: {why}").format(why=why[:300])
    if config.database == "sqlite":
        fix = _("put {file} back from a backup: dropferry restore FILE").format(file=home.database_file)
    else:
        fix = _("see whether that PostgreSQL server runs and lets you in; its password is the secret database-password")
    return bad("database", told, fix)


def _version(session: Session) -> tuple[Finding, bool]:
    found = None
    if inspect(session.connection()).has_table("alembic_version"):
        found = session.connection().execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    if found is None:
        return well("database", _("database: empty; the first command fills it")), False
    if str(found) > HEAD:
        text_ = _("database: of version {found}, made by a newer dropferry than this one").format(found=found)
        return bad("database", text_, _("update dropferry, or restore a backup made by this version")), False
    whole = _is_whole(session)
    if whole is not None:
        text_ = _("database: it is damaged: {why}").format(why=whole)
        return bad("database", text_, _("put it back from a backup: dropferry restore FILE")), False
    if str(found) < HEAD:
        text_ = _("database: of version {found}; the next command brings it to {head}, after a copy")
        return well("database", text_.format(found=found, head=HEAD)), False
    return well("database", _("database: version {found}, whole").format(found=found)), True


def _is_whole(session: Session) -> str | None:
    """What SQLite finds wrong in its file; PostgreSQL sees to that itself."""
    if session.connection().dialect.name != "sqlite":
        return None
    said = str(session.connection().exec_driver_sql("PRAGMA quick_check(1)").scalar_one())
    return None if said == "ok" else said.splitlines()[0][:200]


def tabs(session: Session, now: datetime) -> Finding:
    """Each order stands in the tab that its facts put it in."""
    newest = session.exec(select(Order.id).order_by(col(Order.id).desc()).limit(NEWEST)).all()
    wrong = [
        rows.order.name
        for rows in load(session, [each for each in newest if each is not None])
        if standing_of(rows, {}, PushMode.OFF, now).tab is not rows.order.tab
    ]
    if not wrong:
        return well("tabs", _("tabs: {count} orders stand where they belong").format(count=len(newest)))
    return look(
        "tabs",
        _("tabs: {count} orders stand in another tab than they belong to: {names}").format(
            count=len(wrong), names=", ".join(wrong[:5])
        ),
        _("dropferry pull puts open ones right once a day; if they stay there, report it: dropferry bundle"),
    )

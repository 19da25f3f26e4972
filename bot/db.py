"""Opens the database: SQLite by default, PostgreSQL by URL, migrated to this version before use."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlmodel import Session

from bot.language import _

if TYPE_CHECKING:
    from alembic.config import Config as AlembicConfig

MIGRATIONS = Path(__file__).parent / "migrations"
# The version that this program's tables are of: the newest file in migrations/versions.
HEAD = "0004"
LOOKING = "dropferry_looking"


class DatabaseError(Exception):
    """The database cannot be used as it is; the message names it and the fix."""


class Database:
    """The tables of one home: `write()` for changes, `read()` for looking.

    On SQLite a write transaction takes the write lock when it begins: the default mode of the driver lets two processes
    read the same row and silently lose one of their updates.
    """

    def __init__(self, url: str) -> None:
        # psycopg 3 is the driver that is installed; SQLAlchemy's plain name would look for psycopg2.
        self.url = url.replace("postgresql://", "postgresql+psycopg://", 1)
        self.is_sqlite = self.url.startswith("sqlite")
        self.engine = _engine(self.url)
        # One engine in two ways, so that each statement is put together once for both.
        self._reading = self.engine.execution_options(**{LOOKING: True})

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One write transaction: committed at the end, rolled back on any exception."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for looking only; it takes no write lock."""
        with Session(self._reading, expire_on_commit=False) as session:
            yield session

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def open_database(url: str, backups: Path | None = None) -> Database:
    """Open the database at `url` and bring it to this program's version.

    Before a migration of a SQLite file that holds data, a copy is put into `backups`. Raises DatabaseError when it
    cannot be reached, was written by a newer dropferry, or cannot be migrated (the old data then stands as it was).
    """
    _make_private(url)
    database = Database(url)
    try:
        _bring_up_to_date(database, backups)
    except OperationalError as error:
        database.close()
        raise DatabaseError(_("The database cannot be opened: {error}").format(error=_first_line(error))) from error
    except BaseException:
        database.close()
        raise
    return database


def _make_private(url: str) -> None:
    """Make a new SQLite file readable by its owner alone, whatever the umask; the files beside it follow it."""
    file = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite:///") and file.parent.is_dir() and not file.exists():
        file.touch(mode=0o600)


def _engine(url: str) -> Engine:
    # What a row holds may be a buyer's, so no error tells it.
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, hide_parameters=True)
    engine = create_engine(url, hide_parameters=True)
    event.listen(engine, "connect", _prepare_connection)
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    if not connection.get_execution_options().get(LOOKING):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _prepare_connection(connection: Any, _record: Any) -> None:
    # The driver's own idea of transactions is switched off, so that BEGIN is ours and DDL is rolled back too.
    connection.isolation_level = None
    for pragma in ("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def alembic_config() -> "AlembicConfig":
    """Where the migrations are, without an ini file."""
    from alembic.config import Config as AlembicConfig

    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _bring_up_to_date(database: Database, backups: Path | None) -> None:
    now = _revision(database)
    if now == HEAD:
        return
    if now is not None:
        refuse_newer(now)
        _back_up(database, backups, now)
    _migrate(database, now)


def _revision(database: Database) -> str | None:
    """The version that the tables are of, None where there are none. Without Alembic, which takes long to load."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
        return str(found) if found is not None else None


def refuse_newer(revision: str) -> None:
    """Raises DatabaseError for tables of a version that this program does not know."""
    from alembic.script import ScriptDirectory

    known = {each.revision for each in ScriptDirectory.from_config(alembic_config()).walk_revisions()}
    if revision not in known:
        raise DatabaseError(
            _(
                "The database was written by a newer dropferry (its version is {revision}). Update "
                "dropferry, or restore a backup made by this version."
            ).format(revision=revision)
        )


def _back_up(database: Database, backups: Path | None, revision: str) -> None:
    if not database.is_sqlite or backups is None:
        return
    backups.mkdir(parents=True, exist_ok=True, mode=0o700)
    copy = backups / f"before-migration-from-{revision}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.db"
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.rollback()
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("VACUUM INTO ?", (str(copy),))
    copy.chmod(0o600)


def _migrate(database: Database, revision: str | None) -> None:
    from alembic import command

    config = alembic_config()
    try:
        if database.is_sqlite:
            _migrate_sqlite(database, config)
        else:
            with database.engine.begin() as connection:
                # Two computers may start at once: the second waits here, then finds nothing left to do.
                connection.execute(text("SELECT pg_advisory_xact_lock(6374281)"))
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
    except (SQLAlchemyError, NotImplementedError) as error:
        raise DatabaseError(
            _(
                "The database could not be brought from version {revision} to this one: {error}. Nothing "
                "was changed; the old version of dropferry still works with it."
            ).format(revision=revision or _("none"), error=_first_line(error))
        ) from error


def _migrate_sqlite(database: Database, config: "AlembicConfig") -> None:
    from alembic import command

    with database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        # Batch migrations rebuild tables; with foreign keys on, dropping the old one would delete its children.
        # The pragma only works outside a transaction, so it goes to the driver before ours begins.
        raw.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise DatabaseError(
                        _("The migration would leave rows without their parent: {broken}").format(broken=broken[:3])
                    )
        finally:
            raw.execute("PRAGMA foreign_keys=ON")


def _first_line(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]

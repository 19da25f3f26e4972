"""The database: times, words, lost updates, migrations and what happens when they fail."""

import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import SQLModel, select

from bot.db import HEAD, Database, DatabaseError, alembic_config, open_database
from bot.facts import Tab
from bot.models import JobRun, Line, Order, PullCursor, Purchase, PurchaseState
from tests import rows
from tests.forking import WAYS

LATEST = HEAD
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def test_tables_match_the_migrations(database: Database) -> None:
    """The migrations build exactly the tables that the models declare."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_the_program_knows_its_newest_migration() -> None:
    """The version that the program holds the database against is that of the newest migration."""
    assert ScriptDirectory.from_config(alembic_config()).get_current_head() == HEAD


def test_times_come_back_in_utc(database: Database) -> None:
    """A time written with any offset comes back as the same moment in UTC."""
    hanoi = timezone(timedelta(hours=7))
    with database.write() as session:
        session.add(PullCursor(shop="main", updated_to=datetime(2026, 11, 22, 17, 0, tzinfo=hanoi)))
    with database.read() as session:
        cursor = session.get(PullCursor, "main")
        assert cursor is not None
        assert cursor.updated_to == NOW
        assert cursor.updated_to.utcoffset() == timedelta(0)


def test_a_time_without_a_zone_is_refused(sqlite: Database) -> None:
    """A naive time is an error when it is stored, not a guess when it is read."""
    with pytest.raises(StatementError, match="without a zone"), sqlite.write() as session:
        session.add(PullCursor(shop="main", updated_to=datetime(2026, 11, 22)))  # noqa: DTZ001


def test_words_are_stored_by_value(database: Database) -> None:
    """A tab is stored as the word that merchants see, so a column can be read without the program."""
    with database.write() as session:
        rows.order(session, tab=Tab.AWAITING_ORDER)
    with database.engine.connect() as connection:
        stored = connection.exec_driver_sql("SELECT tab FROM store_order").scalar_one()
    assert stored == "awaiting-order"


def test_one_open_purchase_a_line(database: Database) -> None:
    """The database itself refuses a second open purchase of a line, and allows one after the first is over."""
    with database.write() as session:
        line = rows.order(session, lines=1)[1][0]
        assert line.id is not None
        first = Purchase(line_id=line.id, state=PurchaseState.PLACED, created_at=NOW)
        session.add(first)
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(Purchase(line_id=line.id, state=PurchaseState.PLACED, created_at=NOW))
    with database.write() as session:
        first.state = PurchaseState.CLOSED
        session.add(first)
        session.flush()
        session.add(Purchase(line_id=line.id, state=PurchaseState.PLACED, created_at=NOW))


def test_a_slot_runs_once(database: Database) -> None:
    """Two runs of one job for one slot cannot both be recorded."""
    with database.write() as session:
        session.add(JobRun(name="sync:main", slot=NOW, started_at=NOW))
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(JobRun(name="sync:main", slot=NOW, started_at=NOW))


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    """An exception inside a write takes back all of it."""
    with pytest.raises(RuntimeError), database.write() as session:
        rows.order(session, lines=2)
        session.flush()
        raise RuntimeError
    with database.read() as session:
        assert session.exec(select(Order)).all() == []
        assert session.exec(select(Line)).all() == []


def _count_up(url: str, times: int) -> None:
    database = Database(url)
    for _ in range(times):
        with database.write() as session:
            run = session.exec(select(JobRun).with_for_update()).one()
            run.counts = {"n": run.counts["n"] + 1}
            session.add(run)
    database.close()


def test_no_update_is_lost_between_processes(database: Database) -> None:
    """Two processes that read, add one and write end at the sum of all their turns."""
    with database.write() as session:
        session.add(JobRun(name="count", slot=NOW, started_at=NOW, counts={"n": 0}))
    workers = [WAYS.Process(target=_count_up, args=(database.url, 20)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    with database.read() as session:
        assert session.exec(select(JobRun)).one().counts == {"n": 40}


def test_a_newer_database_is_refused(database_url: str) -> None:
    """A database written by a newer version is refused by name, and left alone."""
    database = open_database(database_url)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    with pytest.raises(DatabaseError, match=r"newer dropferry.*9999.*Update dropferry"):
        open_database(database_url)


def test_a_copy_is_kept_before_a_migration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the tables are changed, the file as it was is copied beside it, readable by its owner alone."""
    url, backups = f"sqlite:///{tmp_path / 'a.db'}", tmp_path / "backups"
    _with_second_migration(tmp_path, monkeypatch, "op.add_column('pull_cursor', sa.Column('extra', sa.Integer()))")
    _at_first_version(url)
    open_database(url, backups).close()
    (copy,) = backups.iterdir()
    with sqlite3.connect(copy) as connection:
        assert connection.execute("SELECT shop FROM pull_cursor").fetchall() == [("kept",)]
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(LATEST,)]
    connection.close()
    assert copy.stat().st_mode & 0o077 == 0


def test_a_failed_migration_leaves_the_old_file_usable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration that fails half-way is taken back whole: old version, old data, still readable."""
    url = f"sqlite:///{tmp_path / 'a.db'}"
    broken = "op.add_column('pull_cursor', sa.Column('extra', sa.Integer())); op.execute('SELECT x FROM nowhere')"
    _with_second_migration(tmp_path, monkeypatch, broken)
    _at_first_version(url)
    with pytest.raises(DatabaseError, match="Nothing was changed"):
        open_database(url, tmp_path / "backups")
    with sqlite3.connect(tmp_path / "a.db") as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(pull_cursor)")]
        assert "extra" not in columns
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(LATEST,)]
    connection.close()


def _with_second_migration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """Put a copy of the real migrations, with one more after them, in the program's place."""
    import shutil

    import bot.db

    folder = tmp_path / "migrations"
    shutil.copytree(bot.db.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    head = f"import sqlalchemy as sa\nfrom alembic import op\nrevision = '0999'\ndown_revision = '{HEAD}'\n"
    (folder / "versions" / "0999_more.py").write_text(f"{head}\n\ndef upgrade() -> None:\n    {body}\n")
    monkeypatch.setattr(bot.db, "MIGRATIONS", folder)
    monkeypatch.setattr(bot.db, "HEAD", "0999")


def _at_first_version(url: str) -> None:
    from alembic import command

    database = Database(url)
    with database.engine.connect() as connection, connection.begin():
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, LATEST)
        connection.exec_driver_sql("INSERT INTO pull_cursor (shop) VALUES ('kept')")
    database.close()


def test_an_unreachable_database_is_named(tmp_path: Path) -> None:
    """A database that cannot be opened is one clear line, not a stack of calls."""
    with pytest.raises(DatabaseError, match="cannot be opened"):
        open_database(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder' / 'a.db'}")

"""Restoring: all of a backup is put back, what it replaces is kept, and buying waits until one has looked."""

import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.buying_home import MayNotBuyError, check_may_buy, note_reconciled
from bot.config import load
from bot.db import Database
from bot.errors import AlreadyRunning
from bot.home import POSIX, Home, write_private
from bot.locks import account_lock, run_lock
from tests.backups import CONFIG, NOW, backed_up, everything, restore, runs, worked_in
from tests.processes import called, told


@pytest.fixture(name="home")
def home_fixture(tmp_path: Path, migrated: Path) -> Home:
    """A home in which somebody has worked."""
    return worked_in(tmp_path / "Nguyễn Văn Đức", migrated)


@pytest.fixture(name="file")
def file_fixture(home: Home, tmp_path: Path) -> Path:
    """A backup of it."""
    return backed_up(home, tmp_path / "backup.zip")


def work_on(home: Home) -> None:
    """What happened after the backup."""
    with closing(sqlite3.connect(home.database_file)) as writing:
        writing.execute("UPDATE job_run SET name = 'push:main'")
        writing.commit()
    write_private(home.config_file, CONFIG + "\n[sync]\ntabs = 2\n")
    write_private(home.path / "recordings" / "order_list" / "empty" / "page.html", "<p>second</p>")


class TestPutBack:
    """A sound backup."""

    def test_all_of_it(self, home: Home, file: Path) -> None:
        """Database, configuration and recordings are as they were, private; what they replace is kept whole."""
        work_on(home)
        kept = restore(home, file)
        assert ["sync:main"] == runs(home)
        assert CONFIG == home.config_file.read_text(encoding="utf-8")
        page = Path("recordings", "order_list", "empty", "page.html")
        assert "<p>first</p>" == (home.path / page).read_text(encoding="utf-8")
        assert kept is not None
        assert "tabs = 2" in (kept / "config.toml").read_text(encoding="utf-8")
        assert "<p>second</p>" == (kept / page).read_text(encoding="utf-8")
        with closing(sqlite3.connect(kept / "dropferry.db")) as reading:
            assert [("push:main",)] == reading.execute("SELECT name FROM job_run").fetchall()
        if POSIX:
            files = [each for each in home.path.rglob("*") if each.is_file()]
            assert {0o600} == {stat.S_IMODE(each.stat().st_mode) for each in files}
        load(home)

    def test_into_an_empty_folder(self, file: Path, tmp_path: Path) -> None:
        """On another machine the home is complete but for profiles and secrets; nothing was replaced."""
        other = Home(tmp_path / "other")
        other.ensure()
        assert None is restore(other, file)
        assert ["sync:main"] == runs(other)
        load(other)

    def test_what_a_crash_left_in_the_log_is_kept_with_the_old_one(self, home: Home, file: Path) -> None:
        """What stood only beside the old database is in the old one that is kept, and never mixed into the new one."""
        writing = sqlite3.connect(home.database_file)
        writing.execute("PRAGMA journal_mode=WAL")
        writing.execute("UPDATE job_run SET name = 'late'")
        writing.commit()
        left = {name: (home.path / name).read_bytes() for name in ("dropferry.db", "dropferry.db-wal")}
        writing.close()
        for name, content in left.items():
            write_bytes(home.path / name, content)
        kept = restore(home, file)
        assert ["sync:main"] == runs(home)
        assert kept is not None
        with closing(sqlite3.connect(kept / "dropferry.db")) as reading:
            assert [("late",)] == reading.execute("SELECT name FROM job_run").fetchall()

    def test_over_a_damaged_database(self, home: Home, file: Path) -> None:
        """A database that cannot be opened any more does not stand in the way, and is kept as it is."""
        write_bytes(home.database_file, b"not a database at all" * 1000)
        kept = restore(home, file)
        assert ["sync:main"] == runs(home)
        assert kept is not None
        assert (kept / "dropferry.db").read_bytes().startswith(b"not a database")


def write_bytes(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    file.chmod(0o600)


def test_nothing_is_bought_until_one_has_looked(home: Home, file: Path) -> None:
    """A restored home may not buy, though the backup says it may, until `reconcile` was run after it."""
    database = Database(f"sqlite:///{home.database_file}")
    with database.read() as session:
        check_may_buy(session, home, "main")
    database.close()
    restore(home, file)
    database = Database(f"sqlite:///{home.database_file}")
    with database.read() as session, pytest.raises(MayNotBuyError, match="it was restored from a backup") as caught:
        check_may_buy(session, home, "main")
    assert "dropferry reconcile --account main" in caught.value.fix
    with database.write() as session:
        note_reconciled(session, home, "main", NOW, datetime.now(UTC) + timedelta(seconds=1))
    with database.read() as session:
        check_may_buy(session, home, "main")
    database.close()


class TestInUse:
    """Nothing is put back under somebody's hands."""

    def test_the_service_or_a_browser(self, home: Home, file: Path) -> None:
        """While the service runs or an account's browser is open it is refused with who it is; all stays."""
        before = everything(home)
        with run_lock(home), pytest.raises(AlreadyRunning, match="this home folder is in use by process"):
            restore(home, file)
        with account_lock(home, "main", sandbox=False), pytest.raises(AlreadyRunning):
            restore(home, file)
        assert before == everything(home)

    def test_a_command_in_the_middle_of_something(self, home: Home, file: Path) -> None:
        """A command that has the database open, which holds no lock, is noticed too."""
        with closing(sqlite3.connect(home.database_file)) as busy:
            busy.execute("PRAGMA journal_mode=WAL")
            busy.execute("SELECT name FROM job_run").fetchall()
            with pytest.raises(AlreadyRunning, match="in use by another dropferry"):
                restore(home, file)
        assert ["sync:main"] == runs(home)


class TestCommand:
    """As a merchant calls it."""

    def test_it_asks_before_it_replaces(self, home: Home, file: Path) -> None:
        """Where nobody can be asked nothing is replaced without --yes; --dry-run only checks."""
        refused = called(home.path, "restore", file)
        assert (3, True) == (refused.returncode, "add --yes" in told(refused))
        dry = called(home.path, "restore", file, "--dry-run")
        assert (0, True) == (dry.returncode, "The file is sound" in dry.stdout)
        done = called(home.path, "restore", file, "--yes")
        assert 0 == done.returncode, done.stderr
        for words in (
            "The backup is put back.",
            "is kept in",
            "main-shopbase-key is missing",
            "reconcile --account main",
        ):
            assert words in done.stdout

    def test_a_bad_file(self, home: Home, tmp_path: Path) -> None:
        """A file that is not there is one line with code 1."""
        done = called(home.path, "restore", tmp_path / "none.zip")
        assert (1, True) == (done.returncode, "there is no such file" in told(done))

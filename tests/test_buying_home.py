"""Whether a home may buy: it has looked, its database is not older than its folder, and the folder is not a copy."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.buying_home import (
    MayNotBuyError,
    check_may_buy,
    home_id,
    is_stopped,
    note_intent,
    note_reconciled,
    remember_intent,
    stop_buying,
    stop_file,
)
from bot.db import Database
from bot.home import Home

NOW = datetime(2026, 11, 22, 10, 0, 0, 123456, tzinfo=UTC)
SINCE = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(name="home")
def home_fixture(tmp_path: Path) -> Home:
    """A home folder."""
    home = Home(tmp_path / "home")
    home.ensure()
    return home


def may_buy(database: Database, home: Home, account: str = "main") -> None:
    """Raises where it may not."""
    with database.read() as session:
        check_may_buy(session, home, account)


def reconciled(database: Database, home: Home, account: str = "main") -> None:
    """The home has looked."""
    with database.write() as session:
        note_reconciled(session, home, account, SINCE, NOW)


def intent(database: Database, home: Home, at: datetime) -> None:
    """A press of that time, as it is written on both sides."""
    with database.write() as session:
        note_intent(session, home, "main", at)
    remember_intent(home, "main", at)


def test_home_looks_before_it_buys_for_each_account(database: Database, home: Home) -> None:
    """Proves that a new home may not buy before it has looked, account by account, and that the fix is named."""
    with pytest.raises(MayNotBuyError, match="has not yet looked") as refused:
        may_buy(database, home)
    assert (4, True) == (refused.value.exit_code, "dropferry reconcile --account main" in str(refused.value.fix))
    reconciled(database, home)
    may_buy(database, home)
    with pytest.raises(MayNotBuyError):
        may_buy(database, home, "second")


def test_database_that_knows_less_than_its_folder_may_not_buy(database: Database, home: Home) -> None:
    """Proves that an intent the database lost is found out, and that looking again mends it."""
    reconciled(database, home)
    intent(database, home, NOW)
    may_buy(database, home)
    remember_intent(home, "main", NOW + timedelta(microseconds=1))
    with pytest.raises(MayNotBuyError, match="restored from a backup"):
        may_buy(database, home)
    reconciled(database, home)
    may_buy(database, home)


def test_intent_that_only_the_database_knows_is_no_backup(database: Database, home: Home) -> None:
    """Proves that a crash between the two notes, before any press, does not stop the next run."""
    reconciled(database, home)
    with database.write() as session:
        note_intent(session, home, "main", NOW)
    may_buy(database, home)


def test_copied_folder_is_another_home(sqlite: Database, home: Home, tmp_path: Path) -> None:
    """Proves that the copy of a folder gets a name of its own and has to look, and that the first one keeps its own."""
    reconciled(sqlite, home)
    name = home_id(home)
    shutil.copytree(home.path, tmp_path / "copy")
    copy = Home(tmp_path / "copy")
    assert name != home_id(copy)
    with pytest.raises(MayNotBuyError):
        may_buy(sqlite, copy)
    may_buy(sqlite, home)
    assert [name] * 2 == [home_id(home), json.loads((home.path / "buying.json").read_text(encoding="utf-8"))["id"]]


def test_moved_folder_stays_the_same_home(sqlite: Database, home: Home, tmp_path: Path) -> None:
    """Proves that a folder keeps its name where it is moved on the same disk."""
    reconciled(sqlite, home)
    home.path.rename(tmp_path / "moved")
    may_buy(sqlite, Home(tmp_path / "moved"))


def test_stop_says_why(home: Home) -> None:
    """Proves that the file STOP, however it came there, stops buying, and that the robot's own says why."""
    assert not is_stopped(home)
    stop_file(home).touch()
    assert is_stopped(home)
    stop_buying(home, "AliExpress order 1 was paid at once")
    assert "AliExpress order 1 was paid at once" in stop_file(home).read_text(encoding="utf-8")

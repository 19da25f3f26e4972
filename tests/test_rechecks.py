"""When unpaid orders are read again after a person may have paid."""

from datetime import timedelta

from bot import rechecks
from bot.db import Database
from tests.rows import NOW

MINUTE = timedelta(minutes=1)


def test_once_soon_and_once_when_all_has_settled(database: Database) -> None:
    """Proves that two looks are asked for, that each is due at its time, and that one look is enough for both."""
    with database.write() as session:
        assert [NOW + 5 * MINUTE, NOW + 30 * MINUTE] == rechecks.ask_again(session, "main", NOW)
    with database.read() as session:
        assert None is rechecks.due(session, "main", NOW + 4 * MINUTE)
        assert None is rechecks.due(session, "second", NOW + 60 * MINUTE)
        assert NOW + 5 * MINUTE == rechecks.due(session, "main", NOW + 5 * MINUTE)
        assert NOW + 30 * MINUTE == rechecks.due(session, "main", NOW + 90 * MINUTE)
    with database.write() as session:
        rechecks.note_read(session, "main", NOW + 6 * MINUTE, NOW + 7 * MINUTE)
        assert [NOW + 30 * MINUTE] == rechecks.waiting(session, "main")
        rechecks.note_read(session, "main", NOW + 31 * MINUTE, NOW + 32 * MINUTE)
        assert [] == rechecks.waiting(session, "main")


def test_asking_again_replaces_what_comes_later(database: Database) -> None:
    """Proves that a second pay sheet puts off the late look, never the one that is due before its own."""
    with database.write() as session:
        rechecks.ask_again(session, "main", NOW)
        rechecks.ask_again(session, "main", NOW + 2 * MINUTE)
        rechecks.ask_again(session, "second", NOW + 2 * MINUTE)
        assert [NOW + each * MINUTE for each in (5, 7, 32)] == rechecks.waiting(session, "main")

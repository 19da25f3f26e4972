"""How each account stands: paused for a person, told once, on again after a sign-in or a good look."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from bot.account_states import check_not_paused, check_same_person, is_signed_in, need_arose, paused, state_of
from bot.db import Database
from bot.models import JobRun
from bot.models_running import AccountState
from flows.errors import NeedKind, PersonNeeded

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
H = timedelta(hours=1)


def stands(database: Database, account: str = "main") -> AccountState:
    with database.read() as session:
        return state_of(session, account)


def arose(database: Database, kind: NeedKind, now: datetime = NOW) -> PersonNeeded:
    need = PersonNeeded(kind)
    need_arose(database, "main", need, now)
    return need


def test_an_unknown_account_may_be_opened(sqlite: Database) -> None:
    """An account that was never looked at waits for nobody, and nothing is claimed of it."""
    check_not_paused(sqlite, "main", NOW)
    assert (None, None, None) == (stands(sqlite).probe_ok, stands(sqlite).probed_at, stands(sqlite).waits_for)


def test_who_waits_is_paused_and_the_others_go_on(sqlite: Database) -> None:
    """The account that needs a person is not opened, with the reason; another one is."""
    arose(sqlite, NeedKind.SIGNED_OUT)
    with pytest.raises(PersonNeeded, match="since ") as caught:
        check_not_paused(sqlite, "main", NOW + 1000 * H)
    assert (NeedKind.SIGNED_OUT, "main", False) == (caught.value.kind, caught.value.account, caught.value.is_news)
    check_not_paused(sqlite, "second", NOW)


def test_the_merchant_is_told_once(sqlite: Database) -> None:
    """The same need is news once, however often it comes back; another one is news, and any after a sign-in."""
    news = [arose(sqlite, kind).is_news for kind in [NeedKind.CAPTCHA] * 3 + [NeedKind.SIGNED_OUT] * 2]
    assert [True, False, False, True, False] == news
    is_signed_in(sqlite, "main", NOW, None, by_person=True)
    assert arose(sqlite, NeedKind.SIGNED_OUT).is_news


def test_each_rest_is_longer_and_begins_with_the_last_look(sqlite: Database) -> None:
    """After its rest the account may be looked at again; the same answer makes the next rest longer."""
    arose(sqlite, NeedKind.CAPTCHA)
    assert paused(sqlite, "main", NOW + 5.9 * H)
    assert paused(sqlite, "main", NOW + 6 * H) is None
    arose(sqlite, NeedKind.CAPTCHA, NOW + 6 * H)
    assert paused(sqlite, "main", NOW + 29 * H)
    assert paused(sqlite, "main", NOW + 30 * H) is None
    assert NOW == stands(sqlite).waits_since


def test_a_slider_does_not_sign_out(sqlite: Database) -> None:
    """A human check leaves the sign-in as it was known; a session that ended does not."""
    is_signed_in(sqlite, "main", NOW, None, by_person=True)
    arose(sqlite, NeedKind.CAPTCHA, NOW + H)
    assert (NOW, False, NOW + H) == (
        stands(sqlite).signed_in_since,
        stands(sqlite).probe_ok,
        stands(sqlite).probed_at,
    )
    arose(sqlite, NeedKind.SIGNED_OUT)
    assert stands(sqlite).signed_in_since is None


def test_a_refused_password_is_remembered(sqlite: Database) -> None:
    """That nobody has signed in since does not hide why, or the password would be typed again."""
    arose(sqlite, NeedKind.WRONG_PASSWORD)
    need = arose(sqlite, NeedKind.SIGNED_OUT, NOW + H)
    assert (NeedKind.WRONG_PASSWORD, False) == (need.kind, need.is_news)
    assert NeedKind.WRONG_PASSWORD is stands(sqlite).waits_for
    is_signed_in(sqlite, "main", NOW + 2 * H, None, by_person=True)
    assert NeedKind.SIGNED_OUT is arose(sqlite, NeedKind.SIGNED_OUT).kind


def test_a_good_look_lets_it_go_on(sqlite: Database) -> None:
    """A good look ends the wait and says so once; since when it is signed in stays, until somebody signs in anew."""
    assert not is_signed_in(sqlite, "main", NOW, None, by_person=False)
    arose(sqlite, NeedKind.CAPTCHA, NOW + H)
    assert is_signed_in(sqlite, "main", NOW + 7 * H, None, by_person=False)
    state = stands(sqlite)
    assert (None, None, None, 0) == (state.waits_for, state.waits_since, state.retry_at, state.tries)
    assert (NOW, True, NOW + 7 * H) == (state.signed_in_since, state.probe_ok, state.probed_at)
    assert not is_signed_in(sqlite, "main", NOW + 8 * H, None, by_person=True)
    assert NOW + 8 * H == stands(sqlite).signed_in_since


def test_what_was_cut_short_is_due_at_once(sqlite: Database) -> None:
    """After a sign-in the sync that had ended in trouble is tried again at the next look; one that went well is not."""
    arose(sqlite, NeedKind.SIGNED_OUT)
    with sqlite.write() as session:
        for name, ok in (("sync:main", False), ("sync:second", False), ("pull:main", False)):
            session.add(JobRun(name=name, slot=NOW, started_at=NOW, ok=ok))
    is_signed_in(sqlite, "main", NOW + H, None, by_person=True)
    with sqlite.read() as session:
        again = {run.name: run.again_at for run in session.exec(select(JobRun))}
    assert {"sync:main": NOW + H, "sync:second": None, "pull:main": None} == again


def test_another_person_is_noticed(sqlite: Database) -> None:
    """Somebody else's session is refused without showing their whole number; unknown ones say nothing."""
    check_same_person(sqlite, "main", "2000000123")
    is_signed_in(sqlite, "main", NOW, "2000000123", by_person=True)
    check_same_person(sqlite, "main", "2000000123")
    check_same_person(sqlite, "main", None)
    with pytest.raises(PersonNeeded, match="…456, before …123") as caught:
        check_same_person(sqlite, "main", "2000000456")
    assert NeedKind.OTHER_ACCOUNT is caught.value.kind
    assert "2000000" not in str(caught.value)
    is_signed_in(sqlite, "main", NOW, None, by_person=False)
    assert "2000000123" == stands(sqlite).member
    is_signed_in(sqlite, "main", NOW, None, by_person=True, replace=True)
    check_same_person(sqlite, "main", "2000000456")

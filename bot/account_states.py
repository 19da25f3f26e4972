"""How each AliExpress account stands: who waits for a person, since when, and whether the merchant was told."""

from datetime import datetime

from sqlmodel import Session

from bot import persons, runs
from bot.db import Database
from bot.language import _
from bot.models_running import AccountState
from bot.wording import when
from flows.errors import NeedKind, PersonNeeded


def state_of(session: Session, account: str) -> AccountState:
    """What is known of the account; nothing yet for one that was never opened."""
    return session.get(AccountState, account) or AccountState(account=account)


def is_paused(state: AccountState, now: datetime) -> bool:
    """Whether its browser stays closed: a person is waited for, and it is not time to look again."""
    return state.waits_for is not None and (state.retry_at is None or now < state.retry_at)


def paused(database: Database, account: str, now: datetime) -> AccountState | None:
    """The state of an account that waits for a person; None where its browser may be opened."""
    with database.read() as session:
        state = state_of(session, account)
    return state if is_paused(state, now) else None


def check_not_paused(database: Database, account: str, now: datetime) -> None:
    """Raises PersonNeeded, marked as told before, while the account waits for a person."""
    state = paused(database, account, now)
    if state is not None and state.waits_for is not None:
        since = "" if state.waits_since is None else _("since {when}").format(when=when(state.waits_since))
        need = PersonNeeded(state.waits_for, since)
        need.account, need.is_news = account, False
        raise need


def need_arose(database: Database, account: str, need: PersonNeeded, now: datetime) -> None:
    """Pause the account; `need` learns its account, and is no news where the merchant was told of it before."""
    with database.write() as session:
        state = state_of(session, account)
        if (state.waits_for, need.kind) == (NeedKind.WRONG_PASSWORD, NeedKind.SIGNED_OUT):
            need.kind = NeedKind.WRONG_PASSWORD  # that is why nobody is signed in, and it must not be typed again
        same = state.waits_for is need.kind
        need.account, need.is_news = account, not (same and state.told)
        state.tries = state.tries + 1 if same else 1
        state.waits_since = state.waits_since if same else now
        state.waits_for, state.told = need.kind, True
        state.retry_at = persons.look_again_at(need.kind, state.tries, now)
        state.probed_at, state.probe_ok = now, False
        if need.kind in persons.SIGNS_OUT:
            state.signed_in_since = None
        session.add(state)


def note_trouble(database: Database, account: str, trouble: Exception, now: datetime) -> None:
    """Pause the account where the trouble of a job is that a person is needed."""
    if isinstance(trouble, PersonNeeded):
        need_arose(database, account, trouble, now)


def is_signed_in(
    database: Database, account: str, now: datetime, member: str | None, *, by_person: bool, replace: bool = False
) -> bool:
    """A look has proved that the account is signed in: it goes on. True where it had waited for a person.

    `member` is who is signed in, as far as that can be told; `by_person`: they have just signed in; `replace`: whoever
    they are, they stand for the account from now on.
    """
    with database.write() as session:
        state = state_of(session, account)
        had_waited = state.waits_for is not None
        state.waits_for = state.waits_since = state.retry_at = None
        state.tries, state.told = 0, False
        state.probed_at, state.probe_ok = now, True
        state.signed_in_since = now if by_person or state.signed_in_since is None else state.signed_in_since
        state.member = member if replace else member or state.member
        session.add(state)
        if had_waited:
            # What was cut short is read at the service's next look, not at the next slot.
            runs.try_again(session, f"sync:{account}", now)
    return had_waited


def check_same_person(database: Database, account: str, member: str | None) -> None:
    """Raises PersonNeeded(OTHER_ACCOUNT) where somebody else is signed in than before."""
    with database.read() as session:
        before = state_of(session, account).member
    if before is not None and member is not None and before != member:
        raise PersonNeeded(NeedKind.OTHER_ACCOUNT, f"…{member[-3:]}, before …{before[-3:]}")

"""When the unpaid orders of an account are to be read again: 5 and 30 minutes after a person may have paid."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from bot.models_buying import Recheck

# AliExpress's list lags behind, and a payment may be looked at for a while: once soon, once when all has settled.
AFTER = (timedelta(minutes=5), timedelta(minutes=30))


def ask_again(session: Session, account: str, now: datetime, reason: str = "paid") -> list[datetime]:
    """Ask for the unpaid orders of `account` to be read again; returns when (UTC).

    What was asked for before and is due later than the first of these is replaced: one look more tells no more.
    """
    times = [now + after for after in AFTER]
    for later in _open(session, account):
        if later.at >= times[0]:
            session.delete(later)
    session.add_all(Recheck(account=account, at=at, reason=reason) for at in times)
    return times


def due(session: Session, account: str, now: datetime) -> datetime | None:
    """The latest of the times asked for that has come, which stands for all missed ones; None where none has."""
    return max((each.at for each in _open(session, account) if each.at <= now), default=None)


def waiting(session: Session, account: str) -> list[datetime]:
    """All times asked for at which nobody has looked yet, the earliest first."""
    return sorted(each.at for each in _open(session, account))


def note_read(session: Session, account: str, begun: datetime, now: datetime) -> None:
    """The unpaid orders were read by a look that began at `begun`: what was due by then is done."""
    for each in _open(session, account):
        if each.at <= begun:
            each.done_at = now
            session.add(each)


def _open(session: Session, account: str) -> list[Recheck]:
    query = select(Recheck).where(Recheck.account == account, col(Recheck.done_at).is_(None))
    return list(session.exec(query))

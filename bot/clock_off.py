"""Whether this machine's clock agrees with the store's: compared at every pull, and kept with its record."""

import sys
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from bot.buying_home import MayNotBuyError
from bot.config import Config
from bot.language import _
from bot.models import JobRun
from bot.runs import Counts

OFF, FAR_OFF = timedelta(minutes=2), timedelta(minutes=10)
_KEPT = "clock_ahead_seconds"


def noted(now: datetime, server_time: datetime | None) -> Counts:
    """What the record of a pull keeps of it; the store's Date header has whole seconds."""
    return {} if server_time is None else {_KEPT: round((now - server_time).total_seconds())}


def far_off(session: Session, config: Config) -> timedelta | None:
    """How far the clock was ahead of a store's when that was last pulled, if days and deadlines are wrong by it."""
    found = [ahead for shop in config.shops if (ahead := _last(session, shop)) is not None and abs(ahead) >= FAR_OFF]
    return max(found, key=abs, default=None)


def _last(session: Session, shop: str) -> timedelta | None:
    # By the order in which they were written: the times of a clock that was wrong may lie ahead.
    query = select(JobRun.counts).where(JobRun.name == f"pull:{shop}", col(JobRun.finished_at).is_not(None))
    counts = session.exec(query.order_by(col(JobRun.id).desc()).limit(1)).first()
    seconds = (counts or {}).get(_KEPT)
    return timedelta(seconds=seconds) if isinstance(seconds, int) else None


def check_clock(session: Session, config: Config) -> None:
    """Raises MayNotBuyError where caps a day, waits and deadlines would be counted by a wrong clock."""
    ahead = far_off(session, config)
    if ahead is not None:
        fix = _("{fix}; then: dropferry pull").format(fix=how_to_set())
        raise MayNotBuyError(_("{clock}, so nothing is ordered live").format(clock=in_words(ahead)), fix)


def in_words(ahead: timedelta) -> str:
    """How far this machine's clock is off, where it is."""
    told = (
        _("clock: this machine's is {minutes} minutes ahead of ShopBase's")
        if ahead > timedelta(0)
        else _("clock: this machine's is {minutes} minutes behind ShopBase's")
    )
    return told.format(minutes=round(abs(ahead) / timedelta(minutes=1)))


def how_to_set() -> str:
    """The fix, by system."""
    if sys.platform == "win32":
        return _("set it by the network: Settings > Time & language > Date & time > Sync now")
    if sys.platform == "darwin":
        return _("set it by the network: System Settings > General > Date & Time > Set time automatically")
    return _("set it by the network: timedatectl set-ntp true")

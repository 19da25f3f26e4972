"""Tells the merchant, wherever they are, what needs them: each trouble once, until it is another one.

What there is to tell is read from the database each time, and what was told is written down only once it is out. So a
service that is down, or a process that ends in between, loses nothing: it is told at the next look.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlmodel import Session, col, delete, or_, select

from bot import logs, slots
from bot.alarms import Alarm
from bot.errors import DropferryError
from bot.language import _, counted
from bot.models_running import Told
from bot.notifying import digest, jobs, needs
from bot.notifying.machine import machine_in_trouble
from bot.notifying.notice import Notice, Weight, is_wanted
from bot.notifying.pages import pages_changed
from bot.notifying.sending import Sent, send
from bot.order_rows import TOGETHER
from bot.secrets import NOTIFY_URLS, Secrets
from bot.wording import when

if TYPE_CHECKING:
    from bot.work import Workplace

__all__ = ["Notice", "Notifier", "Weight", "notify", "notify_urls"]

# A service that is down is not asked at every look.
AGAIN_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30))
URLS_KEPT = timedelta(minutes=10)
# A message is read on a phone.
LINES_AT_MOST = 12
# What stands until it is mended, and may come again; an alarm's key is another one each time.
STANDING = ("stop", "account:", "held:", "unknown:", "order:", "warning:", "job:", "page:", "machine:")
ALARMS_KEPT = timedelta(days=90)


def notify(place: "Workplace", notice: Notice) -> bool:
    """Tell one thing, unless it was told before; returns whether the merchant knows of it now. Nothing is raised."""
    return Notifier(place).tell([notice])


def notify_urls(place: "Workplace") -> str:
    """The addresses that notifications go to; empty without any. Raises ConfigError."""
    found = Secrets(place.home, place.config.is_sandbox).find(NOTIFY_URLS)
    return found.get_secret_value().strip() if found is not None else ""


@dataclass(slots=True)
class Notifier:
    """Looks what there is to tell, and tells it; while a service is down it waits longer from try to try."""

    place: "Workplace"
    _not_before: datetime | None = field(default=None, init=False)
    _failed: int = field(default=0, init=False)
    _urls: str = field(default="", init=False, repr=False)
    _urls_at: datetime | None = field(default=None, init=False)

    def look(self) -> bool:
        """Tell all that is due and was not told yet; returns whether that is so now."""
        now, config = self.place.clock(), self.place.config
        waits = self._not_before is not None and now < self._not_before
        if config.notify.level == "off" or waits or not self._known_urls(now):
            return False
        with self.place.database.read() as session:
            standing = [
                *needs.standing(session, self.place.home, config, now),
                *pages_changed(session, self.place.home, config),
                *jobs.jobs_in_trouble(session, config, now),
                *machine_in_trouble(session, self.place.home, config),
            ]
            due = [*standing, *needs.alarms(session, config, now, _told_alarms), *self._digest(session, now)]
        self._forget_mended({key for notice in standing for key in notice.keys}, now)
        return self.tell(due)

    def tell(self, notices: Sequence[Notice]) -> bool:
        """Tell these in one message, but for what was told before or is not wanted."""
        with self.place.database.read() as session:
            level = self.place.config.notify.level
            fresh = [each for each in notices if is_wanted(level, each) and not _is_told(session, each)]
        if not fresh:
            return True
        urls = self._known_urls(self.place.clock())
        # The digest is a message of its own: it comes every day, and has many lines.
        together = [each for each in fresh if each.level is not Weight.DIGEST]
        alone = [[each] for each in fresh if each.level is Weight.DIGEST]
        # A service that is down is not asked a second time at once.
        return bool(urls) and all(self._send(urls, each) for each in (together, *alone) if each)

    def _known_urls(self, now: datetime) -> str:
        """The addresses; asked for now and then, because a keyring may be slow to answer."""
        if self._urls_at is None or now - self._urls_at >= URLS_KEPT:
            try:
                self._urls, self._urls_at = notify_urls(self.place), now
            except DropferryError as error:
                logs.warn("the addresses for notifications cannot be read", problem=str(error))
        return self._urls

    def _send(self, urls: str, notices: Sequence[Notice]) -> bool:
        title, text = message(notices)
        picture = notices[0].picture if len(notices) == 1 and self.place.config.notify.pictures else None
        try:
            sent = send(urls, title, text, picture)
        except Exception as error:  # noqa: BLE001  # over two hundred services: none of them may end a job
            logs.trouble("a notification could not be sent", error)
            sent = [Sent("?", ok=False, why=type(error).__name__)]
        failed = [each for each in sent if not each.ok]
        if len(failed) == len(sent):
            self._put_off(failed)
            return False
        self._not_before, self._failed = None, 0
        self._note_told(notices)
        logs.note("notified", keys=[key for notice in notices for key in notice.keys])
        if failed:
            self.place.say(_("a notification did not reach {services}").format(services=_named(failed)))
        return True

    def _put_off(self, failed: Sequence[Sent]) -> None:
        after = AGAIN_AFTER[min(self._failed, len(AGAIN_AFTER) - 1)]
        self._failed += 1
        self._not_before = self.place.clock() + after
        self.place.say(
            _("notifications could not be sent by {services}; the next try is at {when}").format(
                services=_named(failed), when=when(self._not_before)
            )
        )

    def _note_told(self, notices: Sequence[Notice]) -> None:
        now = self.place.clock()
        with self.place.database.write() as session:
            for notice in notices:
                for key in notice.keys:
                    session.merge(Told(key=key, fingerprint=notice.fingerprint, at=now))

    def _forget_mended(self, standing: set[str], now: datetime) -> None:
        """What does not stand any more is told again when it comes back."""
        of_standing = or_(*(col(Told.key).startswith(kind) for kind in STANDING))
        with self.place.database.read() as session:
            mended = set(session.exec(select(Told.key).where(of_standing))) - standing
            old = select(Told.key).where(col(Told.key).startswith("alarm:"), col(Told.at) < now - ALARMS_KEPT)
            gone = sorted(mended | set(session.exec(old)))
        if gone:
            with self.place.database.write() as session:
                for start in range(0, len(gone), TOGETHER):
                    session.exec(delete(Told).where(col(Told.key).in_(gone[start : start + TOGETHER])))

    def _digest(self, session: Session, now: datetime) -> list[Notice]:
        """The digest of the latest slot; the first slot of a home only begins the count."""
        slot = slots.latest([self.place.config.notify.digest_at], now)
        last = session.get(Told, digest.KEY)
        if last is None:
            with self.place.database.write() as writing:
                writing.merge(Told(key=digest.KEY, fingerprint=slot.isoformat(), at=now))
            return []
        return [digest.digest(session, self.place.config, slot, last.at)] if last.fingerprint < slot.isoformat() else []


def message(notices: Sequence[Notice]) -> tuple[str, str]:
    """Title and text of the message for these."""
    lines = _lines(notices)
    if len(notices) == 1:
        return f"dropferry: {notices[0].title}", lines[0]
    shown = [f"- {line}" for line in lines[:LINES_AT_MOST]]
    left = len(lines) - len(shown)
    if left:
        shown.append(_("… and {count} more: dropferry orders").format(count=left))
    urgent = sum(notice.level is Weight.NEEDS_YOU for notice in notices)
    if urgent:
        title = counted("{count} thing needs you", "{count} things need you", urgent)
    else:
        title = _("{count} things to know").format(count=len(notices))
    return f"dropferry: {title}", "\n".join(shown)


def _lines(notices: Sequence[Notice]) -> list[str]:
    """One line a notice, but one for all that say the same of lines of orders."""
    lines: dict[str, list[str]] = {}
    for notice in notices:
        lines.setdefault(notice.text, []).extend(filter(None, [notice.about]))
    return [f"{', '.join(about)}: {text}" if about else text for text, about in lines.items()]


def _is_told(session: Session, notice: Notice) -> bool:
    row = session.get(Told, notice.key)
    if notice.level is Weight.DIGEST:
        return row is not None and row.fingerprint >= notice.fingerprint
    return row is not None and row.fingerprint == notice.fingerprint


def _told_alarms(session: Session, alarms: Iterable[Alarm]) -> set[str]:
    """Those of the alarms' keys that have gone out."""
    keys = [f"alarm:{key}" for alarm in alarms for key in alarm.keys]
    found: set[str] = set()
    for start in range(0, len(keys), TOGETHER):
        found |= set(session.exec(select(Told.key).where(col(Told.key).in_(keys[start : start + TOGETHER]))))
    return {key.removeprefix("alarm:") for key in found}


def _named(sent: Sequence[Sent]) -> str:
    return ", ".join(f"{each.service} ({each.why})" if each.why else each.service for each in sent)

"""The daily digest: that dropferry ran, what it did since the last one, and what waits for whom."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from bot import persons
from bot.account_states import state_of
from bot.config import Config
from bot.facts import Tab
from bot.language import _, counted
from bot.listing import count_tabs
from bot.models import AliOrder, Event, JobRun
from bot.notifying.notice import Notice, Weight
from bot.paying import totals
from bot.unpaid import waiting_for_payment
from bot.wording import when
from bot.wording_alarms import amounts

KEY = "digest"


def digest(session: Session, config: Config, slot: datetime, since: datetime) -> Notice:
    """What happened from `since` until now, for the digest of `slot` (both UTC)."""
    lines = [_("Since {when}:").format(when=when(since)), *_done(session, since), "", *_waits(session, config)]
    return Notice(Weight.DIGEST, KEY, slot.isoformat(), _("What dropferry did"), "\n".join(lines))


def _done(session: Session, since: datetime) -> Iterator[str]:
    finished = select(JobRun).where(col(JobRun.finished_at) >= since)
    runs: Counter[str] = Counter()
    bad: Counter[str] = Counter()
    did: Counter[str] = Counter()
    for run in session.exec(finished):
        job = run.name.partition(":")[0]
        runs[job] += 1
        bad[job] += run.ok is False
        counts = run.counts or {}
        told = counts.get("told")
        for where, names in (
            (counts, ("new", "numbers")),
            (told if isinstance(told, dict) else {}, ("sent", "mailed")),
        ):
            did.update({name: int(where.get(name) or 0) for name in names})
    if not runs:
        yield _("- nothing: no job has run")
        return
    yield "- " + _times(_("fetched orders from ShopBase"), runs["pull"], bad["pull"])
    yield "- " + counted("{count} new order", "{count} new orders", did["new"])
    yield "- " + _times(_("read AliExpress"), runs["sync"], bad["sync"])
    placed = _count(session, select(func.count()).where(Event.what == "placed", col(Event.at) >= since))
    paid = _count(session, select(func.count()).where(col(AliOrder.paid_seen_at) >= since))
    yield "- " + counted("{count} AliExpress order placed", "{count} AliExpress orders placed", placed)
    yield "- " + counted("{count} AliExpress order paid", "{count} AliExpress orders paid", paid)
    yield "- " + counted("{count} new tracking number", "{count} new tracking numbers", did["numbers"])
    yield "- " + counted("{count} fulfilment told to ShopBase", "{count} fulfilments told to ShopBase", did["sent"])
    yield "- " + counted("{count} buyer mailed", "{count} buyers mailed", did["mailed"])


def _times(what: str, times: int, bad: int) -> str:
    if bad:
        return _("{what}: {times} times, {bad} of them with trouble").format(what=what, times=times, bad=bad)
    return _("{what}: {times} times").format(what=what, times=times)


def _count(session: Session, query: "object") -> int:
    return int(session.exec(query).one())  # type: ignore[call-overload]  # a count is a query like others


def _waits(session: Session, config: Config) -> Iterator[str]:
    yield _("Now:")
    tabs = count_tabs(session)
    unpaid = [each for each in waiting_for_payment(session, list(config.accounts)).unpaid if each.not_to_pay is None]
    yield "- " + counted(
        "{count} order waits to be ordered", "{count} orders wait to be ordered", tabs[Tab.AWAITING_ORDER]
    )
    pays = counted(
        "{count} order waits for your payment", "{count} orders wait for your payment", tabs[Tab.AWAITING_PAYMENT]
    )
    sums = totals(each.amount for each in unpaid)
    yield "- " + (_("{orders}: {amount}").format(orders=pays, amount=amounts(sums)) if sums else pays)
    yield "- " + counted(
        "{count} order waits for its supplier", "{count} orders wait for their suppliers", tabs[Tab.AWAITING_SHIPMENT]
    )
    yield "- " + counted("{count} order needs you", "{count} orders need you", tabs[Tab.FAILED])
    for name in config.accounts:
        need = state_of(session, name).waits_for
        if need is not None:
            fix = persons.what_to_do(need, name, sandbox=config.is_sandbox)
            yield "- " + _('account "{account}" waits for you: {fix}').format(account=name, fix=fix)

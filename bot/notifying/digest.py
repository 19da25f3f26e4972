"""The daily digest: that dropferry ran, what it did since the last one, and what waits for whom."""

from collections import Counter, defaultdict
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
from flows.values import Money

KEY = "digest"
_WAITING = (Tab.AWAITING_ORDER, Tab.AWAITING_PAYMENT, Tab.AWAITING_SHIPMENT, Tab.FAILED)
_COUNTED = ("new", "numbers", "sent", "mailed")


def digest(session: Session, config: Config, slot: datetime, since: datetime) -> Notice:
    """What happened from `since` until now, for the digest of `slot` (both UTC)."""
    lines = [
        _("Since {when}:").format(when=when(since)),
        *_done(session, since),
        "",
        _("Now:"),
        *_waits(session, config),
    ]
    return Notice(Weight.DIGEST, KEY, slot.isoformat(), _("What dropferry did"), "\n".join(lines))


def _done(session: Session, since: datetime) -> Iterator[str]:
    runs, did = _runs(session, since)
    if not runs:
        yield _("- nothing: no job has run")
        return
    pulls, reads = sum(runs["pull"].values()), sum(runs["sync"].values())
    yield counted("- fetched orders from ShopBase {count} time", "- fetched orders from ShopBase {count} times", pulls)
    yield counted("- read AliExpress {count} time", "- read AliExpress {count} times", reads)
    bad = sum(ended[False] for ended in runs.values())
    if bad:
        yield counted("- {count} run had trouble", "- {count} runs had trouble", bad)
    placed = _count(session, select(func.count()).where(Event.what == "placed", col(Event.at) >= since))
    paid = _count(session, select(func.count()).where(col(AliOrder.paid_seen_at) >= since))
    new, numbers, sent, mailed = (did[name] for name in _COUNTED)
    for count, line in (
        (new, counted("- {count} new order", "- {count} new orders", new)),
        (placed, counted("- {count} AliExpress order placed", "- {count} AliExpress orders placed", placed)),
        (paid, counted("- {count} AliExpress order paid", "- {count} AliExpress orders paid", paid)),
        (numbers, counted("- {count} new tracking number", "- {count} new tracking numbers", numbers)),
        (sent, counted("- {count} fulfilment told to ShopBase", "- {count} fulfilments told to ShopBase", sent)),
        (mailed, counted("- {count} buyer mailed", "- {count} buyers mailed", mailed)),
    ):
        if count:
            yield line


def _runs(session: Session, since: datetime) -> tuple[dict[str, Counter[bool]], Counter[str]]:
    """How the runs of each job ended, and what all of them did."""
    ended: dict[str, Counter[bool]] = defaultdict(Counter)
    did: Counter[str] = Counter()
    for run in session.exec(select(JobRun).where(col(JobRun.finished_at) >= since)):
        ended[run.name.partition(":")[0]][run.ok is not False] += 1
        told = (run.counts or {}).get("told")
        for where in (run.counts or {}, told if isinstance(told, dict) else {}):
            did.update({name: int(where.get(name) or 0) for name in _COUNTED})
    return ended, did


def _count(session: Session, query: "object") -> int:
    return int(session.exec(query).one())  # type: ignore[call-overload]  # a count is a query like others


def _waits(session: Session, config: Config) -> Iterator[str]:
    tabs = count_tabs(session)
    order, pay, ship, failed = (tabs[tab] for tab in _WAITING)
    if not order + pay + ship + failed:
        yield _("- no order waits for anything")
    if order:
        yield counted("- {count} order waits to be ordered", "- {count} orders wait to be ordered", order)
    if pay:
        waits = counted("- {count} order waits for your payment", "- {count} orders wait for your payment", pay)
        yield _("{orders}: {amount}").format(orders=waits, amount=amounts(_to_pay(session, config)))
    if ship:
        yield counted("- {count} order waits for its supplier", "- {count} orders wait for their suppliers", ship)
    if failed:
        yield counted("- {count} order needs you", "- {count} orders need you", failed)
    for name in config.accounts:
        need = state_of(session, name).waits_for
        if need is not None:
            fix = persons.what_to_do(need, name, sandbox=config.is_sandbox)
            yield _('- account "{account}" waits for you: {fix}').format(account=name, fix=fix)


def _to_pay(session: Session, config: Config) -> tuple[Money, ...]:
    unpaid = waiting_for_payment(session, list(config.accounts)).unpaid
    return totals(each.amount for each in unpaid if each.not_to_pay is None)

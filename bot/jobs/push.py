"""Pushes a shop's tracking numbers to ShopBase, which mails the buyers."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select

from bot import checkpoints, logs
from bot.config import Config
from bot.db import Database
from bot.facts import PushMode, Tab
from bot.jobs.tell import Teller, Told, retry_refused
from bot.language import _
from bot.models import (
    AliOrder,
    Fulfillment,
    FulfillmentParcel,
    FulfillmentState,
    Line,
    Order,
    Parcel,
    Purchase,
    PurchaseOrder,
    PurchaseState,
)
from bot.push_mode import push_mode
from bot.shopbase import ShopBase, ShopRefused, ShopReplyChanged, ShopUnavailable
from bot.standing import OrderRows, load, read, restand

# A refusal seldom goes away by itself, so it is asked again once a day, or when the merchant says so.
RETRY_AFTER = timedelta(hours=20)
GIVE_UP_AFTER = 3
TOGETHER = 200


@dataclass(frozen=True, slots=True)
class Ready:
    """One fulfilment that the next push would make or mend. `mail` is who will be mailed, None for nobody."""

    order_id: int
    order: str
    number: str
    carrier: str
    lines: tuple[str, ...]
    correction: bool
    mail: str | None


@dataclass(slots=True)
class Pushed:
    """What one push did. `waits` says why nothing was told although something is ready: "off", "first" or "many".

    `problems` names orders that are not through, `unanswered` those of them for which the store gave no answer;
    `stopped` says that it was asked to end before it was through.
    """

    ready: int = 0
    waits: str | None = None
    told: Told = field(default_factory=Told)
    problems: list[str] = field(default_factory=list)
    unanswered: int = 0
    stopped: bool = False


def what_is_ready(database: Database, config: Config, shop: str) -> list[Ready]:
    """All that the next push of this shop would tell, oldest order first. Looks only."""
    with database.read() as session:
        candidates = _candidates(session, shop)
        parts = (candidates[start : start + TOGETHER] for start in range(0, len(candidates), TOGETHER))
        return [each for part in parts for rows in load(session, part) for each in _ready(rows, config, shop)]


def push(
    database: Database,
    shopbase: ShopBase,
    config: Config,
    shop: str,
    *,
    clock: Callable[[], datetime],
    yes: bool = False,
    retry: bool = False,
    stopped: Callable[[], bool] = lambda: False,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Pushed:
    """Tell ShopBase every tracking number that is ready.

    Without `yes` the first push of a shop and one of more than `confirm_above` fulfilments only say so. Each order's
    fulfilments are read before anything is sent, so what a lost answer left behind is found and not sent again.
    """
    pushed = Pushed()
    with database.write() as session:
        mode = push_mode(session, config, shop)
        if mode is PushMode.ON or (yes and mode is PushMode.FIRST):
            freed = retry_refused(session, shop, clock() if retry else clock() - RETRY_AFTER)
            restand(session, freed, clock())
    checkpoints.reached("push: refusals freed")
    ready = what_is_ready(database, config, shop)
    pushed.ready = len(ready)
    pushed.waits = None if yes and mode is not PushMode.OFF else _waits(mode, len(ready), config.push.confirm_above)
    if pushed.waits is not None or not ready:
        return pushed
    teller = Teller(database, shopbase, config.shop(shop), config.push, clock, told=pushed.told)
    _tell_all(teller, {each.order_id: each.order for each in ready}, pushed, stopped, progress)
    return pushed


def _waits(mode: PushMode, ready: int, confirm_above: int) -> str | None:
    if not ready:
        return None
    if mode is not PushMode.ON:
        return mode.value
    return "many" if ready > confirm_above else None


def _tell_all(
    teller: Teller,
    orders: dict[int, str],
    pushed: Pushed,
    stopped: Callable[[], bool],
    progress: Callable[[int, int], None],
) -> None:
    silent = 0
    for done, (order_id, name) in enumerate(orders.items()):
        if stopped():
            pushed.stopped = True
            return
        with logs.about(order=name):
            trouble = _tell(teller, order_id, name, pushed)
        pushed.unanswered += trouble
        silent = silent + 1 if trouble else 0
        progress(done + 1, len(orders))
        left = len(orders) - done - 1
        if silent >= GIVE_UP_AFTER and left:
            pushed.problems.append(_("ShopBase does not answer: {count} more not tried").format(count=left))
            return


def _tell(teller: Teller, order_id: int, name: str, pushed: Pushed) -> bool:
    """Tell one order, whose trouble holds up no other; returns whether the store gave no answer."""
    before = teller.told.unsure
    try:
        teller.tell(order_id)
    except ShopUnavailable as problem:
        pushed.problems.append(f"{name}: {problem}")
        logs.warn("not told", problem=str(problem))
        return True
    except (ShopReplyChanged, ShopRefused) as problem:
        pushed.problems.append(f"{name}: {problem}")
        logs.warn("not told", problem=str(problem))
        return False
    unsure = teller.told.unsure > before
    if unsure:
        pushed.problems.append(
            _("{name}: ShopBase gave no answer; the next push looks whether it knows").format(name=name)
        )
    return unsure


def _candidates(session: Session, shop: str) -> list[int]:
    """Orders with a parcel whose number ShopBase has not been told for that order."""
    told = (
        select(FulfillmentParcel.parcel_id)
        .join(Fulfillment, col(Fulfillment.id) == FulfillmentParcel.fulfillment_id)
        .where(
            FulfillmentParcel.parcel_id == Parcel.id,
            Fulfillment.order_id == Order.id,
            Fulfillment.number == Parcel.number,
            Fulfillment.state == FulfillmentState.SENT,
        )
        .exists()
    )
    query = (
        select(Order.id, Order.created_at)
        .join(Line, col(Line.order_id) == Order.id)
        .join(Purchase, col(Purchase.line_id) == Line.id)
        .join(PurchaseOrder, col(PurchaseOrder.purchase_id) == Purchase.id)
        .join(AliOrder, col(AliOrder.id) == PurchaseOrder.ali_order_id)
        .join(Parcel, col(Parcel.ali_order_id) == AliOrder.id)
        .where(Order.shop == shop, Purchase.state == PurchaseState.PLACED)
        .where(col(Order.tab).not_in([Tab.CANCELED, Tab.PENDING]))
        .where(col(Parcel.number).is_not(None), col(Parcel.gone).is_(False))
        # One number may be told twice, for lines that came up one after the other: open lines are looked at.
        .where(or_(~told, col(Order.tab).in_([Tab.AWAITING_SHIPMENT, Tab.FAILED])))
        .distinct()
        .order_by(col(Order.created_at), col(Order.id))
    )
    return [order_id for order_id, _created in session.exec(query) if order_id is not None]


def _ready(rows: OrderRows, config: Config, shop: str) -> Iterator[Ready]:
    assert rows.order.id is not None
    order_id = rows.order.id
    settings = config.shop(shop)
    reading = read(rows, config.push.carriers)
    titles = {line.id: line.title for line in rows.lines}
    buyer = rows.order.email or _("the buyer")

    def named(lines: Iterable[tuple[int, int]]) -> tuple[str, ...]:
        return tuple(f"{quantity} x {titles[line]}" for line, quantity in lines)

    for telling in reading.plan.new:
        mail = buyer if settings.notify_first else None
        lines = named(telling.lines.items())
        yield Ready(order_id, rows.order.name, telling.number, telling.carrier, lines, correction=False, mail=mail)
    for change in reading.plan.corrections:
        mail = buyer if settings.notify_corrections else None
        yield Ready(order_id, rows.order.name, change.number, change.carrier, (), correction=True, mail=mail)

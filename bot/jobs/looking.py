"""Looks on AliExpress for what a press made: reads the list back, and opens an order where the list leaves doubt."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from playwright.sync_api import BrowserContext, Page
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from bot import checkpoints
from bot.db import Database
from bot.holds import Hold
from bot.home import Home
from bot.jobs import tripwire
from bot.language import _
from bot.models import AliOrder, Event, Line, Order, Purchase, PurchaseOrder, PurchaseState
from bot.reconcile import Asked, Seen, Verdict, holds, may_be_for, reconcile
from bot.standing import restand
from flows.check_orders import ListAhead, read_details, read_list
from flows.values import AliLine, AliStatus, ListedOrder, OrderDetail, Site
from flows.values_buying import ShipTo, Wanted

GIVE_UP_LOOKS = 3
GIVE_UP_AFTER = timedelta(minutes=30)
CALLED_OFF = frozenset({AliStatus.CANCELED, AliStatus.EXPIRED, AliStatus.CLOSED, AliStatus.REFUNDED})
# A purchase in these has no number yet.
OPEN = (PurchaseState.NEW, PurchaseState.HELD, PurchaseState.INTENT)
# More details than this are opened side by side.
FEW = 3


@dataclass(slots=True)
class ListView:
    """The order list as far back as it was read, newest first."""

    seen: list[Seen] = field(default_factory=list)

    @property
    def newest(self) -> str | None:
        """The newest number, None for an empty list."""
        return max((order.number for order in self.seen), key=int, default=None)

    def followed_by(self, older: "ListView") -> "ListView":
        """This view with what an older one knows beyond it."""
        here = {order.number for order in self.seen}
        return ListView([*self.seen, *(order for order in older.seen if order.number not in here)])


def look_back(
    page: Page, site: Site, *, since: date | None = None, down_to: str | None = None, ahead: ListAhead | None = None
) -> ListView:
    """Read the list back to the day `since`, or to the order number `down_to`; `ahead` has begun to load it.

    Raises FlowError.
    """
    view = ListView()
    with closing(ahead.pages() if ahead is not None else read_list(page, site)) as pages:
        for listed in pages:
            view.seen += [Seen(each.order_id, each.ordered_on, _lines(each), each.status) for each in listed.orders]
            # A card that cannot be believed may be the very order that is looked for: its own page has to tell.
            view.seen += [Seen(card.order_id, None, ()) for card in listed.unread]
            dates = [each.ordered_on for each in listed.orders if each.ordered_on is not None]
            if since is not None and dates and max(dates) < since:
                break
            if down_to is not None and any(int(each.order_id) <= int(down_to) for each in listed.orders):
                break
    return view


def _lines(listed: ListedOrder) -> tuple[AliLine, ...]:
    """The lines of a card; none where it shows only some of them, so that the order's own page is asked."""
    return listed.lines if listed.line_count in (None, len(listed.lines)) else ()


def has_unknown_outcomes(database: Database, account: str) -> bool:
    """Whether any purchase of the account may have been placed and was not found yet."""
    with database.read() as session:
        return session.exec(_unknown(account).limit(1)).first() is not None


def _unknown(account: str) -> SelectOfScalar[Purchase]:
    return select(Purchase).where(
        Purchase.account == account,
        col(Purchase.state).in_([PurchaseState.INTENT, PurchaseState.HELD]),
        col(Purchase.intent_at).is_not(None),
    )


def owned_numbers(session: Session, account: str) -> set[str]:
    """All AliExpress numbers of an account that belong to a purchase, over or not; a tie taken back is none."""
    query = (
        select(AliOrder.number)
        .join(PurchaseOrder, col(PurchaseOrder.ali_order_id) == AliOrder.id)
        .join(Purchase, col(Purchase.id) == PurchaseOrder.purchase_id)
        .where(AliOrder.account == account, Purchase.state != PurchaseState.CANCELLED)
    )
    return set(session.exec(query))


def owner_of(session: Session, account: str, number: str, besides: int | None) -> tuple[str, int] | None:
    """To which order and line, but for the purchase `besides`, an AliExpress number belongs already."""
    query = (
        select(Order.name, Line.position)
        .join(Line, col(Line.order_id) == Order.id)
        .join(Purchase, col(Purchase.line_id) == Line.id)
        .join(PurchaseOrder, col(PurchaseOrder.purchase_id) == Purchase.id)
        .join(AliOrder, col(AliOrder.id) == PurchaseOrder.ali_order_id)
        .where(AliOrder.account == account, AliOrder.number == number)
        .where(Purchase.state != PurchaseState.CANCELLED, Purchase.id != besides)
    )
    return session.exec(query.limit(1)).first()


def _numbers_of(session: Session, purchase: Purchase) -> set[str]:
    query = select(AliOrder.number).join(PurchaseOrder, col(PurchaseOrder.ali_order_id) == AliOrder.id)
    return set(session.exec(query.where(PurchaseOrder.purchase_id == purchase.id)))


def asked_of(purchase: Purchase) -> Asked:
    """What was asked for with the press of a purchase."""
    assert purchase.ship_to is not None
    assert purchase.intent_at is not None
    assert purchase.product_id is not None
    assert purchase.sku_id is not None
    to = ShipTo.model_validate(purchase.ship_to)
    asked = _asked_for(to, purchase.product_id, purchase.sku_id, purchase.units or 1, purchase.intent_at.date())
    return replace(asked, known_number=purchase.known_number)


def _asked(wanted: Wanted, on: date) -> Asked:
    return _asked_for(wanted.ship_to, wanted.product_id, wanted.sku_id, wanted.quantity, on)


def _asked_for(to: ShipTo, product_id: str, sku_id: str, quantity: int, on: date) -> Asked:
    return Asked(
        product_id=product_id,
        sku_id=sku_id,
        quantity=quantity,
        known_number=None,
        pressed_on=on,
        recipient=to.full_name,
        phone=f"{to.phone_code}{to.phone}",
        country=to.country_code,
        post_code=to.zip,
    )


@dataclass(slots=True)
class Looker:
    """Settles the open intents of one account by looking; in `tabs` where opening others would disturb somebody."""

    home: Home
    database: Database
    context: BrowserContext
    site: Site
    account: str
    clock: Callable[[], datetime]
    tabs: Sequence[Page] = ()
    recipients: dict[str, Seen] = field(default_factory=dict)

    def settle(self, page: Page) -> list[str]:
        """Look once for every purchase that may have been placed; returns what was found or given up, in words."""
        with self.database.read() as session:
            open_ones = session.exec(_unknown(self.account)).all()
        if not open_ones:
            return []
        since = min(each.intent_at for each in open_ones if each.intent_at is not None)
        started = self.clock()
        view = look_back(page, self.site, since=since.date() - timedelta(days=2))
        return [line for each in open_ones if (line := self.settle_one(each, view, started)) is not None]

    def settle_one(self, purchase: Purchase, view: ListView, looked_at: datetime) -> str | None:
        """Decide one purchase by a list that was read from `looked_at` on; None where nothing can be said yet."""
        asked = asked_of(purchase)
        with self.database.read() as session:
            owned = owned_numbers(session, self.account)
        verdict = reconcile(asked, view.seen, owned)
        if verdict.found or verdict.unclear:
            # Read later than the press itself: only the order's own page tells to whom it goes.
            verdict = reconcile(asked, self._with_recipients([*verdict.found, *verdict.unclear], view), owned)
        if not verdict.found:
            return self._not_found(purchase, verdict, looked_at)
        if not self.mark_placed(purchase, verdict.found, view):
            return None
        return _("found: AliExpress order {numbers}").format(numbers=", ".join(verdict.found))

    def settle_own_press(self, purchase: Purchase, view: ListView, shown: tuple[str, ...], *, arrived: bool) -> Verdict:
        """Decide a purchase right after its press in this process.

        `shown` are the numbers on the page of the result. Without them, where that page `arrived`, the one new order
        that fits is it; where it did not, the order may be somebody else's, so its own page has to tell for whom it is.
        """
        with self.database.read() as session:
            owned = owned_numbers(session, self.account)
        if shown and not owned & set(shown):
            verdict = Verdict(found=shown)
        else:
            verdict = reconcile(asked_of(purchase), view.seen, owned)
            doubtful = verdict.unclear if arrived else (*verdict.found, *verdict.unclear)
            if doubtful:
                verdict = reconcile(asked_of(purchase), self._with_recipients(doubtful, view), owned)
        if verdict.found and not self.mark_placed(purchase, verdict.found, view):
            return Verdict(unclear=verdict.found)
        return verdict

    def suspects(self, view: ListView, wanted: Wanted, *, since: date) -> list[str]:
        """Numbers that nobody owns, for the same product, SKU and recipient as what is wanted; not called-off ones.

        An order from before `since`, when the buyer had not paid yet, was for something else.
        """
        with self.database.read() as session:
            owned = owned_numbers(session, self.account)
        alike = [
            order.number
            for order in view.seen
            if order.number not in owned
            and order.status not in CALLED_OFF
            and (order.ordered_on is None or order.ordered_on >= since)
            and (not order.lines or holds(order.lines, wanted.product_id, wanted.sku_id))
        ]
        unread = [number for number in alike if number not in self.recipients]
        self.recipients |= {order.number: order for order in self._with_recipients(unread, view)}
        asked = _asked(wanted, self.clock().date())
        return [
            order.number
            for order in (self.recipients[number] for number in alike if number in self.recipients)
            if (not order.lines or holds(order.lines, wanted.product_id, wanted.sku_id))
            and (order.recipient is None or may_be_for(asked, order.recipient))
        ]

    def _with_recipients(self, numbers: Sequence[str], view: ListView) -> list[Seen]:
        by_number = {order.number: order for order in view.seen}
        seen: list[Seen] = []
        tabs = 1 if len(numbers) <= FEW else 4
        for number, detail in read_details(self.tabs or self.context, self.site, numbers, tabs=tabs):
            if isinstance(detail, OrderDetail):
                seen.append(Seen(number, detail.ordered_on, detail.lines, detail.status, detail.recipient))
            elif number in by_number:
                seen.append(by_number[number])
        return seen

    def mark_placed(self, purchase: Purchase, numbers: Sequence[str], view: ListView) -> bool:
        """Write down the numbers of a purchase, at once; an order that is paid already stops all buying.

        False, and nothing is written, where a person has said something else meanwhile, or a number has an owner.
        """
        now = self.clock()
        paid = self._paid(numbers, view) if tripwire.is_fresh(purchase, now) else []
        if paid:
            tripwire.stop(self.home, paid)
        with self.database.write() as session:
            row = session.get_one(Purchase, purchase.id, with_for_update=True)
            if row.state is PurchaseState.PLACED and set(numbers) <= _numbers_of(session, row):
                return True
            if row.state not in OPEN or any(owner_of(session, self.account, each, row.id) for each in numbers):
                return False
            place(session, row, numbers, self.account, now, who="robot")
            if paid:
                tripwire.distrust(session, self.account, row, paid, now)
            line = session.get_one(Line, row.line_id)
            restand(session, [line.order_id], now)
            checkpoints.reached("place: before placed commit")
        purchase.state = PurchaseState.PLACED
        return True

    def _paid(self, numbers: Sequence[str], view: ListView) -> list[str]:
        """Those that somebody has paid, or is paying; an order that the list does not show yet is opened."""
        status = {order.number: order.status for order in view.seen}
        unlisted = [number for number in numbers if number not in status]
        status |= {order.number: order.status for order in self._with_recipients(unlisted, view)}
        return [number for number in numbers if status.get(number) not in (*tripwire.NOT_PAID, None)]

    def _not_found(self, purchase: Purchase, verdict: Verdict, looked_at: datetime) -> str | None:
        assert purchase.intent_at is not None
        with self.database.write() as session:
            row = session.get_one(Purchase, purchase.id)
            row.looks, row.last_look_at = row.looks + 1, looked_at
            late = looked_at - _last_moment(row, purchase.intent_at) >= GIVE_UP_AFTER
            give_up = bool(verdict.unclear) or (row.looks >= GIVE_UP_LOOKS and late)
            if give_up and row.state is PurchaseState.INTENT:
                row.state, row.hold = PurchaseState.HELD, Hold.OUTCOME_UNKNOWN
                row.hold_data = {"candidates": list(verdict.unclear)}
                line = session.get_one(Line, row.line_id)
                data = {"looks": row.looks, "candidates": list(verdict.unclear)}
                session.add(
                    Event(at=self.clock(), who="robot", what="outcome unknown", order_id=line.order_id, data=data)
                )
                session.add(row)
                restand(session, [line.order_id], self.clock())
            session.add(row)
        return _("outcome unknown: a person has to say") if give_up else None


def _last_moment(purchase: Purchase, intent_at: datetime) -> datetime:
    """Until when the order may have been made: a person's window is open for longer than a press takes."""
    return (purchase.watched_until or purchase.deadline or intent_at) if purchase.attended else intent_at


def place(
    session: Session, purchase: Purchase, numbers: Iterable[str], account: str, now: datetime, *, who: str
) -> None:
    """Tie a purchase to its AliExpress numbers; from here on the sync follows them."""
    assert purchase.id is not None
    for number in numbers:
        query = select(AliOrder).where(AliOrder.account == account, AliOrder.number == number)
        ali = session.exec(query).one_or_none() or AliOrder(account=account, number=number, linked_at=now)
        session.add(ali)
        session.flush()
        assert ali.id is not None
        join = PurchaseOrder(
            purchase_id=purchase.id, ali_order_id=ali.id, product_id=purchase.product_id, sku_id=purchase.sku_id
        )
        session.add(join)
        line = session.get_one(Line, purchase.line_id)
        session.add(Event(at=now, who=who, what="placed", order_id=line.order_id, ali_number=number, data={}))
    purchase.state, purchase.placed_at = PurchaseState.PLACED, now
    purchase.hold, purchase.hold_data = None, {}
    session.add(purchase)
    session.flush()

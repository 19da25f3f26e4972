"""Looks on AliExpress for what a press made: reads the list back, and opens an order where the list leaves doubt."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from playwright.sync_api import BrowserContext, Page
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.buying_home import stop_buying
from bot.db import Database
from bot.holds import Hold
from bot.home import Home
from bot.models import AliOrder, Event, Line, Purchase, PurchaseOrder, PurchaseState
from bot.models_buying import ProvenMethod
from bot.reconcile import Asked, Seen, Verdict, holds, reconcile, same_recipient
from bot.standing import restand
from flows.check_orders import read_details, read_list
from flows.values import AliStatus, OrderDetail, Site
from flows.values_buying import Quote, ShipTo, Wanted

# A paid order this soon after the robot's press was not paid by a person.
TRIPWIRE = timedelta(minutes=10)
GIVE_UP_LOOKS = 3
GIVE_UP_AFTER = timedelta(minutes=30)
NOT_PAID = frozenset({AliStatus.UNPAID, AliStatus.CANCELED, AliStatus.EXPIRED, AliStatus.CLOSED})

CALLED_OFF = frozenset({AliStatus.CANCELED, AliStatus.EXPIRED, AliStatus.CLOSED, AliStatus.REFUNDED})


@dataclass(slots=True)
class ListView:
    """The order list as far back as it was read, newest first."""

    seen: list[Seen] = field(default_factory=list)

    @property
    def newest(self) -> str | None:
        """The newest number, None for an empty list."""
        return max((order.number for order in self.seen), key=int, default=None)


def look_back(page: Page, site: Site, *, since: date | None = None, down_to: str | None = None) -> ListView:
    """Read the list back to the day `since`, or to the order number `down_to`. Raises FlowError."""
    view = ListView()
    for listed in read_list(page, site):
        view.seen += [Seen(each.order_id, each.ordered_on, each.lines, each.status) for each in listed.orders]
        dates = [each.ordered_on for each in listed.orders if each.ordered_on is not None]
        if since is not None and dates and max(dates) < since:
            break
        if down_to is not None and any(int(each.order_id) <= int(down_to) for each in listed.orders):
            break
    return view


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
    """All AliExpress numbers of an account that belong to a purchase, over or not."""
    query = (
        select(AliOrder.number)
        .join(PurchaseOrder, col(PurchaseOrder.ali_order_id) == AliOrder.id)
        .where(AliOrder.account == account)
    )
    return set(session.exec(query))


def asked_of(purchase: Purchase) -> Asked:
    """What was asked for with the press of a purchase."""
    assert purchase.ship_to is not None
    assert purchase.intent_at is not None
    assert purchase.product_id is not None
    assert purchase.sku_id is not None
    to = ShipTo.model_validate(purchase.ship_to)
    return Asked(
        product_id=purchase.product_id,
        sku_id=purchase.sku_id,
        quantity=purchase.units or 1,
        known_number=purchase.known_number,
        pressed_on=purchase.intent_at.date(),
        recipient=to.full_name,
        phone=f"{to.phone_code}{to.phone}",
        country=to.country_code,
        post_code=to.zip,
    )


@dataclass(slots=True)
class Looker:
    """Settles the open intents of one account by looking."""

    home: Home
    database: Database
    context: BrowserContext
    site: Site
    account: str
    clock: Callable[[], datetime]
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
        if verdict.found:
            self.mark_placed(purchase, verdict.found, view)
            return f"found: AliExpress order {', '.join(verdict.found)}"
        return self._not_found(purchase, verdict, looked_at)

    def settle_own_press(self, purchase: Purchase, view: ListView) -> Verdict:
        """Decide a purchase right after its press in this process: one new order that fits is it."""
        with self.database.read() as session:
            owned = owned_numbers(session, self.account)
        verdict = reconcile(asked_of(purchase), view.seen, owned)
        if verdict.unclear:
            seen = self._with_recipients(verdict.unclear, view)
            verdict = reconcile(asked_of(purchase), seen, owned)
        if verdict.found:
            self.mark_placed(purchase, verdict.found, view)
        return verdict

    def suspects(self, view: ListView, wanted: Wanted) -> list[str]:
        """Numbers that nobody owns, for the same product, SKU and recipient as what is wanted; not called-off ones."""
        with self.database.read() as session:
            owned = owned_numbers(session, self.account)
        alike = [
            order.number
            for order in view.seen
            if order.number not in owned
            and order.status not in CALLED_OFF
            and (not order.lines or holds(order.lines, wanted.product_id, wanted.sku_id))
        ]
        to = wanted.ship_to
        asked = Asked(
            product_id=wanted.product_id,
            sku_id=wanted.sku_id,
            quantity=wanted.quantity,
            known_number=None,
            pressed_on=self.clock().date(),
            recipient=to.full_name,
            phone=f"{to.phone_code}{to.phone}",
            country=to.country_code,
            post_code=to.zip,
        )
        unread = [number for number in alike if number not in self.recipients]
        self.recipients |= {order.number: order for order in self._with_recipients(unread, view)}
        read = [self.recipients[number] for number in alike if number in self.recipients]
        return [order.number for order in read if order.recipient is None or same_recipient(asked, order.recipient)]

    def _with_recipients(self, numbers: Sequence[str], view: ListView) -> list[Seen]:
        by_number = {order.number: order for order in view.seen}
        seen: list[Seen] = []
        for number, detail in read_details(self.context, self.site, numbers, tabs=1):
            if isinstance(detail, OrderDetail):
                seen.append(Seen(number, detail.ordered_on, detail.lines, detail.status, detail.recipient))
            elif number in by_number:
                seen.append(by_number[number])
        return seen

    def mark_placed(self, purchase: Purchase, numbers: Iterable[str], view: ListView) -> None:
        """Write down the numbers of a purchase, at once; an order that is paid already stops all buying."""
        now = self.clock()
        status = {order.number: order.status for order in view.seen}
        with self.database.write() as session:
            row = session.get_one(Purchase, purchase.id)
            place(session, row, numbers, self.account, now, who="robot")
            line = session.get_one(Line, row.line_id)
            restand(session, [line.order_id], now)
        purchase.state = PurchaseState.PLACED
        paid = [number for number in numbers if status.get(number) not in (*NOT_PAID, None)]
        if paid and purchase.intent_at is not None and now - purchase.intent_at <= TRIPWIRE:
            self._alarm(purchase, paid)

    def _alarm(self, purchase: Purchase, paid: list[str]) -> None:
        """An order that the robot pressed was charged: nothing more is pressed, and its method is no longer trusted."""
        stop_buying(self.home, f"AliExpress order {', '.join(paid)} was paid at once, although the robot never pays")
        method = Quote.model_validate(purchase.quote).payment.method if purchase.quote else None
        with self.database.write() as session:
            proven = session.get(ProvenMethod, (self.account, method)) if method else None
            if proven is not None:
                session.delete(proven)
            data = {"numbers": paid, "method": method}
            session.add(Event(at=self.clock(), who="robot", what="ALARM: paid at once", ali_number=paid[0], data=data))

    def _not_found(self, purchase: Purchase, verdict: Verdict, looked_at: datetime) -> str | None:
        assert purchase.intent_at is not None
        with self.database.write() as session:
            row = session.get_one(Purchase, purchase.id)
            row.looks, row.last_look_at = row.looks + 1, looked_at
            late = looked_at - purchase.intent_at >= GIVE_UP_AFTER
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
        return "outcome unknown: a person has to say" if give_up else None


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

"""Opens each order that a person's press made, takes in what it says, and warns where it is not what was prepared."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta

from sqlmodel import Session, col, select

from bot import checkpoints
from bot.ali_intake import restand_orders_of, take_detail
from bot.comparing import differences
from bot.jobs.desk import Desk
from bot.jobs.looking import asked_of
from bot.jobs.paid import PaidOrder
from bot.models import AliOrder, Event, Line, Order, Purchase, PurchaseOrder
from flows.check_orders import DetailAhead, read_details
from flows.errors import FlowError
from flows.pages.order_detail import address
from flows.values import AliStatus, OrderDetail
from flows.values_buying import Quote, ShipTo

SAME, OTHER = "as prepared", "ALARM: not as prepared"
BACK = timedelta(days=2)
NOT_PAID = frozenset({AliStatus.UNPAID, AliStatus.EXPIRED, AliStatus.CANCELED, AliStatus.CLOSED})


@dataclass(slots=True)
class Comparing:
    """The orders of a run that have still to be held against what was prepared."""

    desk: Desk
    told: Callable[[PaidOrder], None] = lambda _outcome: None
    _waiting: list[tuple[int, tuple[str, ...], PaidOrder | None]] = field(default_factory=list)
    _opened: DetailAhead | None = None

    def add(self, purchase: Purchase, outcome: PaidOrder) -> None:
        """An order was placed just now."""
        assert purchase.id is not None
        self._waiting.append((purchase.id, outcome.numbers, outcome))

    def add_left(self) -> None:
        """Those that a run before this one placed and could not compare any more."""
        since = self.desk.place.clock() - BACK
        with self.desk.place.database.read() as session:
            query = select(Purchase).where(
                Purchase.account == self.desk.account, col(Purchase.attended), col(Purchase.placed_at) >= since
            )
            for purchase in session.exec(query).all():
                numbers = _numbers(session, purchase)
                if numbers and not _is_compared(session, numbers):
                    self._waiting.append((purchase.id or 0, numbers, None))

    def step(self) -> None:
        """Go on with the oldest one without waiting for AliExpress: open its page, or compare what has come of it."""
        if self._opened is not None and not self._opened.has_come:
            return
        if self._opened is not None or not self._waiting or len(self._waiting[0][1]) > 1:
            self.one()
            return
        try:
            self._opened = DetailAhead(self.desk.office, self.desk.site, self._waiting[0][1][0])
        except FlowError:
            self._waiting.pop(0)  # as one that cannot be read

    def let_go(self) -> None:
        """The robot's own tab is wanted for something else; what was begun is begun again later."""
        opened, self._opened = self._opened, None
        if opened is not None:
            opened.close()

    def one(self) -> bool:
        """Compare the oldest one; False where there is none."""
        if not self._waiting:
            return False
        purchase, numbers, outcome = self._waiting.pop(0)
        details = self._read(numbers)
        if len(details) == len(numbers):
            self._compare(purchase, details, outcome)
            checkpoints.reached("pay: compared")
        return True

    def all(self) -> None:
        """Compare what is left."""
        while not self.desk.place.stopped() and self.one():
            pass

    def _read(self, numbers: tuple[str, ...]) -> list[OrderDetail]:
        """The pages of these orders; those that cannot be read now are left to the next run."""
        opened, self._opened = self._opened, None
        try:
            if opened is not None:
                with closing(opened):
                    return [opened.read()]
            with closing(read_details([self.desk.office], self.desk.site, numbers, tabs=1)) as read:
                return [detail for _, detail in read if isinstance(detail, OrderDetail)]
        except FlowError:
            return []

    def _compare(self, purchase_id: int, details: list[OrderDetail], outcome: PaidOrder | None) -> None:
        desk, now = self.desk, self.desk.place.clock()
        with desk.place.database.write() as session:
            purchase = session.get_one(Purchase, purchase_id)
            line = session.get_one(Line, purchase.line_id)
            order = session.get_one(Order, line.order_id)
            rows = [self._take_in(session, detail) for detail in details]
            quote = Quote.model_validate(purchase.quote) if purchase.quote else None
            to = ShipTo.model_validate(purchase.ship_to)
            what = differences(asked_of(purchase), to, quote.total if quote is not None else None, details)
            event = Event(at=now, who="robot", what=OTHER if what else SAME, order_id=order.id, data={"what": what})
            event.ali_number = details[0].order_id
            session.add(event)
            restand_orders_of(session, rows, now)
            checkpoints.reached("pay: before compared commit")
        if outcome is not None:
            outcome.is_paid = all(detail.status not in NOT_PAID for detail in details)
            outcome.differs = tuple(what)
            self.told(outcome)
        if what:
            self._warn(order.name, details[0].order_id, what)

    def _take_in(self, session: Session, detail: OrderDetail) -> AliOrder:
        query = select(AliOrder).where(AliOrder.account == self.desk.account, AliOrder.number == detail.order_id)
        ali = session.exec(query).one()
        take_detail(session, ali, detail, self.desk.place.clock())
        return ali

    def _warn(self, order: str, number: str, what: list[str]) -> None:
        face = self.desk.faces.differs(order, number, what, address(self.desk.site, number))
        self.desk.warnings.append(face)
        self.desk.place.say(face.message)


def _numbers(session: Session, purchase: Purchase) -> tuple[str, ...]:
    query = select(AliOrder.number).join(PurchaseOrder, col(PurchaseOrder.ali_order_id) == AliOrder.id)
    return tuple(session.exec(query.where(PurchaseOrder.purchase_id == purchase.id)))


def _is_compared(session: Session, numbers: tuple[str, ...]) -> bool:
    query = select(Event.id).where(col(Event.ali_number).in_(numbers), col(Event.what).in_([SAME, OTHER]))
    return session.exec(query.limit(1)).first() is not None

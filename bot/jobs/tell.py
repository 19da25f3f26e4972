"""Tells ShopBase about one order: looks at its fulfilments first, then makes, mends or finishes them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from bot import checkpoints
from bot.config import Push, Shop
from bot.db import Database
from bot.intake import WAITING, settle
from bot.language import _, mark
from bot.models import Event, Fulfillment, FulfillmentParcel, FulfillmentState, Order
from bot.shopbase import FulfillmentReply, FulfillmentRequest, LineQuantity, ShopBase, ShopRefused, ShopUnavailable
from bot.shopbase import FulfillmentState as StoreState
from bot.shopbase.replies import FulfilledLine
from bot.standing import OrderRows, load, read, restand
from bot.telling import Correction, Telling, clean_number

DETACH = mark(
    "the product is still attached to another fulfilment app: in ShopBase open the product and detach it from the old "
    "app (Ali Dropship Connector), then: dropferry push --retry"
)


@dataclass(slots=True)
class Told:
    """What became of an order's numbers; `unsure` were sent without an answer and are settled by the next push."""

    sent: int = 0
    corrected: int = 0
    found: int = 0
    refused: int = 0
    stuck: int = 0
    unsure: int = 0
    mailed: int = 0


@dataclass(slots=True)
class Teller:
    """Tells ShopBase about the orders of one shop."""

    database: Database
    shopbase: ShopBase
    shop: Shop
    push: Push
    clock: Callable[[], datetime]
    who: str = "robot"
    told: Told = field(default_factory=Told)

    def tell(self, order_id: int) -> None:
        """Bring the store's fulfilments of one order in step with its parcels.

        Raises ShopUnavailable when the store cannot even be read; everything before that is kept.
        """
        replies, rows = self.look(order_id)
        reading = read(rows, self.push.carriers)
        for correction in reading.plan.corrections:
            self._correct(rows, correction)
        for telling in reading.plan.new:
            self.send(rows, replies, telling)

    def look(self, order_id: int) -> tuple[list[FulfillmentReply], OrderRows]:
        """The store's fulfilments of an order as they are now, and our rows brought in step with them."""
        with self.database.read() as session:
            (rows,) = load(session, [order_id])
        replies = self.shopbase.fulfillments(rows.order.store_id)
        checkpoints.reached("push: fulfilments read")
        now = self.clock()
        with self.database.write() as session:
            (rows,) = load(session, [order_id])
            unsettled = [row for row in rows.fulfillments if row.state is FulfillmentState.SENDING]
            corrections = {each.fulfillment: each.number for each in read(rows, self.push.carriers).plan.corrections}
            before = {row.id: row.number for row in rows.fulfillments}
            settle(session, rows.order, replies, now)
            session.flush()
            (rows,) = load(session, [order_id])
            plan = read(rows, self.push.carriers).plan
            for parcel, fulfillment in plan.already.items():
                _tie(session, fulfillment, [parcel])
            found = self._settle_own(session, rows.order, unsettled, {telling.number for telling in plan.new})
            for row in rows.fulfillments:
                if row.id in corrections and row.number == corrections[row.id]:
                    # The store has the new number already: the answer to our correction was lost.
                    self._note_correction(session, rows.order, row.number, before[row.id])
            self.told.found += len(found | set(plan.already.values()))
            restand(session, [order_id], now)
            session.flush()
            (rows,) = load(session, [order_id])
        checkpoints.reached("push: settled what was there")
        return replies, rows

    def _settle_own(self, session: Session, order: Order, unsettled: list[Fulfillment], to_send: set[str]) -> set[int]:
        """What was sent without hearing the answer is in the store now, or never came there; returns the found ones.

        A row that is neither there nor to be sent again (its parcel has another number by now) is of no use.
        """
        found: set[int] = set()
        for row in unsettled:
            if row.state is FulfillmentState.SENT and row.id is not None:
                found.add(row.id)
                data = {"number": row.number, "carrier": row.carrier, "mailed": row.mailed}
                self._event(session, order, "told ShopBase", data)
            elif row.number not in to_send:
                session.delete(row)
        session.flush()
        return found

    def _correct(self, rows: OrderRows, correction: Correction) -> None:
        row = next(each for each in rows.fulfillments if each.id == correction.fulfillment)
        if row.store_fulfillment_id is None:
            return
        mail = self.shop.notify_corrections
        link = self._link(correction.number)
        try:
            self.shopbase.update_tracking(
                rows.order.store_id,
                row.store_fulfillment_id,
                number=correction.number,
                company=correction.carrier,
                url=link,
                notify_customer=mail,
            )
        except ShopRefused as refusal:
            self._keep(rows.order, _refused_copy(row, correction), FulfillmentState.REFUSED, refusal.detail)
            self.told.refused += 1
            return
        checkpoints.reached("push: corrected")
        with self.database.write() as session:
            for other in rows.fulfillments:
                if other.number == correction.number:
                    session.delete(other)
            session.flush()
            before, row.number = row.number, correction.number
            row.carrier, row.link = correction.carrier, link
            session.add(row)
            _tie(session, correction.fulfillment, correction.parcels)
            self._note_correction(session, rows.order, correction.number, before)
            restand(session, [row.order_id], self.clock())
        self.told.corrected += 1
        self.told.mailed += mail

    def send(self, rows: OrderRows, replies: list[FulfillmentReply], telling: Telling) -> Fulfillment:
        """Make one fulfilment; what the store then holds is written down, whatever came of it."""
        lines = {self._store_line(rows, line): quantity for line, quantity in telling.lines.items()}
        row = self._record(rows, telling, lines)
        checkpoints.reached("push: recorded")
        try:
            reply = self._make(rows.order, row, lines, replies)
        except ShopRefused as refusal:
            self._keep(rows.order, row, FulfillmentState.REFUSED, refusal.detail)
            self.told.refused += 1
            return row
        except ShopUnavailable:
            self.told.unsure += 1
            return row
        checkpoints.reached("push: sent")
        if reply is None or reply.status != StoreState.SUCCESS:
            self._keep(rows.order, row, FulfillmentState.STUCK, _(DETACH))
            self.told.stuck += 1
            return row
        whole = reply.model_copy(update={"line_items": reply.line_items or _lines(lines)})
        self._done(rows.order, row, whole, replies, telling.parcels)
        checkpoints.reached("push: written")
        return row

    def _record(self, rows: OrderRows, telling: Telling, lines: Mapping[str, int]) -> Fulfillment:
        """Write down what is about to be told, so that a crash is settled by looking for it in the store."""
        same = [each for each in rows.fulfillments if telling.number and each.number == telling.number]
        order_id = rows.order.id
        assert order_id is not None
        row = (
            same[0] if same else Fulfillment(order_id=order_id, state=FulfillmentState.SENDING, created_at=self.clock())
        )
        row.state = FulfillmentState.SENDING
        row.number = telling.number or None
        row.carrier = telling.carrier
        row.link = self._link(telling.number) if telling.number else None
        row.lines = dict(lines)
        row.mailed = self.shop.notify_first
        row.by_hand = self.who == "person"
        row.tried_at = self.clock()
        row.problem = None
        with self.database.write() as session:
            # The parcels are tied once the store has it: tied before, a crash here would make them look told.
            session.add(row)
        return row

    def _make(
        self, order: Order, row: Fulfillment, lines: Mapping[str, int], replies: list[FulfillmentReply]
    ) -> FulfillmentReply | None:
        waiting = [each for each in replies if each.status in WAITING]
        same = [each for each in waiting if row.number and row.number in map(clean_number, each.tracking_numbers)]
        if same:
            return self._finish(order, same[0])
        held = {each.id: {line.id: line.quantity for line in each.line_items or ()} for each in waiting}
        for each in waiting:
            if held[each.id] == dict(lines) and not each.tracking_numbers and row.number:
                return self._take_over(order, row, each)
        if any(lines_of.keys() & lines.keys() for lines_of in held.values()):
            return None
        reply = self.shopbase.create_fulfillment(order.store_id, self._request(row, lines))
        checkpoints.reached("push: created")
        return self._finish(order, reply) if reply.status in WAITING else reply

    def _take_over(self, order: Order, row: Fulfillment, waiting: FulfillmentReply) -> FulfillmentReply:
        """Give a fulfilment of the old app that has no number ours, and finish it.

        One that was made to mail the buyer does so when it is completed; the number is then not mailed a second time.
        """
        assert row.number is not None
        self.shopbase.update_tracking(
            order.store_id,
            waiting.id,
            number=row.number,
            company=row.carrier,
            url=row.link,
            notify_customer=row.mailed and not waiting.notify_customer,
        )
        checkpoints.reached("push: taken over")
        return self._finish(order, waiting)

    def _finish(self, order: Order, reply: FulfillmentReply) -> FulfillmentReply:
        """Open and complete a fulfilment that an old app's service left waiting."""
        if reply.status == StoreState.PENDING:
            reply = self.shopbase.open_fulfillment(order.store_id, reply.id)
            checkpoints.reached("push: opened")
        if reply.status in (StoreState.OPEN, StoreState.PROCESSING):
            reply = self.shopbase.complete_fulfillment(order.store_id, reply.id)
            checkpoints.reached("push: completed")
        return reply

    def _request(self, row: Fulfillment, lines: Mapping[str, int]) -> FulfillmentRequest:
        return FulfillmentRequest(
            lines=tuple(LineQuantity(line_id=line, quantity=quantity) for line, quantity in lines.items()),
            notify_customer=row.mailed,
            tracking_number=row.number,
            tracking_company=row.carrier if row.number else None,
            tracking_url=row.link,
        )

    def _done(
        self,
        order: Order,
        row: Fulfillment,
        reply: FulfillmentReply,
        replies: list[FulfillmentReply],
        parcels: Iterable[int],
    ) -> None:
        now = self.clock()
        replies[:] = [*(each for each in replies if each.id != reply.id), reply]
        with self.database.write() as session:
            row.state = FulfillmentState.SENT
            row.store_fulfillment_id = reply.id
            row.sent_at = now
            session.add(row)
            session.flush()
            assert row.id is not None
            _tie(session, row.id, parcels)
            settle(session, order, replies, now)
            data = {"number": row.number, "carrier": row.carrier, "mailed": row.mailed}
            self._note(session, order, "told ShopBase", data)
            checkpoints.reached("push: before commit")
        self.told.sent += 1
        self.told.mailed += row.mailed

    def _keep(self, order: Order, row: Fulfillment, state: FulfillmentState, problem: str) -> None:
        with self.database.write() as session:
            row.state, row.problem, row.tried_at = state, problem, self.clock()
            session.add(row)
            self._note(session, order, f"ShopBase {state.value}", {"number": row.number, "problem": problem})
        checkpoints.reached("push: refusal written")

    def _note(self, session: Session, order: Order, what: str, data: Mapping[str, object]) -> None:
        self._event(session, order, what, data)
        assert order.id is not None
        restand(session, [order.id], self.clock())

    def _note_correction(self, session: Session, order: Order, number: str, before: str | None) -> None:
        data = {"number": number, "before": before, "mailed": self.shop.notify_corrections}
        self._event(session, order, "tracking corrected", data)

    def _event(self, session: Session, order: Order, what: str, data: Mapping[str, object]) -> None:
        session.add(Event(at=self.clock(), who=self.who, what=what, order_id=order.id, data=dict(data)))

    def _link(self, number: str) -> str:
        return self.push.link.replace("{number}", number)

    def _store_line(self, rows: OrderRows, line_id: int) -> str:
        return next(line.store_line_id for line in rows.lines if line.id == line_id)


def _lines(lines: Mapping[str, int]) -> tuple[FulfilledLine, ...]:
    return tuple(FulfilledLine(id=line, quantity=quantity) for line, quantity in lines.items())


def _refused_copy(row: Fulfillment, correction: Correction) -> Fulfillment:
    """The fulfilment stands with its old number; the refused one is kept beside it."""
    return Fulfillment(
        order_id=row.order_id,
        state=FulfillmentState.REFUSED,
        number=correction.number,
        carrier=correction.carrier,
        lines=row.lines,
        created_at=row.created_at,
    )


def _tie(session: Session, fulfillment: int, parcels: Iterable[int]) -> None:
    for parcel in parcels:
        if session.get(FulfillmentParcel, (fulfillment, parcel)) is None:
            session.add(FulfillmentParcel(fulfillment_id=fulfillment, parcel_id=parcel))


def retry_refused(session: Session, shop: str, tried_before: datetime) -> list[int]:
    """Free the numbers that ShopBase did not take up to `tried_before`, to be told again; returns their orders."""
    query = (
        select(Fulfillment)
        .join(Order, col(Order.id) == Fulfillment.order_id)
        .where(Order.shop == shop, col(Fulfillment.state).in_([FulfillmentState.REFUSED, FulfillmentState.STUCK]))
        .where(col(Fulfillment.tried_at) <= tried_before)
    )
    orders: list[int] = []
    for row in session.exec(query):
        row.state = FulfillmentState.SENDING
        session.add(row)
        orders.append(row.order_id)
    return orders

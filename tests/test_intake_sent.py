"""What is sent of an order, whoever sent it, and the numbers that ShopBase already has."""

from typing import Any

import pytest
from sqlmodel import Session, col, select

from bot.db import Database
from bot.facts import Tab, Why
from bot.intake import settle
from bot.models import Fulfillment, FulfillmentParcel, FulfillmentState, Line, Order
from bot.order_rows import load
from bot.shipping import read
from bot.shopbase import FulfillmentState as StoreState
from flows.values import AliStatus
from tests import rows
from tests.rows import NOW
from tests.store_orders import OTHER_ID, fulfilments, line_of, lines_of, order_of, refund, sent_at, take, tried_at, why
from tests.stores import LINE_ID, a_fulfilment, a_line


class TestSent:
    """How much of a line is sent, whoever sent it, however little the order tells of it."""

    @pytest.mark.parametrize(
        ("line", "refunds", "fulfilled", "pending"),
        [
            (a_line(quantity=3, fulfillment_status="fulfilled", fulfillable_quantity=0), [], 3, 0),
            (a_line(quantity=3, fulfillment_status="fulfilled", fulfillable_quantity=0), [refund(1, "cancel")], 2, 0),
            (a_line(quantity=3, fulfillment_status="partial", fulfillable_quantity=1), [], 2, 0),
            (a_line(quantity=3, fulfillment_status="partial", fulfillable_quantity=2), [refund(2, "no_restock")], 1, 0),
            (a_line(quantity=3, fulfillment_status="partial", fulfillable_quantity=1), [refund(1, "cancel")], 2, 0),
            # Sent and called off overlap: at least one was sent.
            (a_line(quantity=4, fulfillment_status="partial", fulfillable_quantity=2), [refund(2, "cancel")], 1, 0),
            (a_line(quantity=3, fulfillment_status="partial"), [], 0, 0),
            (a_line(quantity=3, fulfillment_status="processing", fulfillable_quantity=0), [], 0, 3),
            (a_line(quantity=3, fulfillment_status="processing"), [refund(1)], 0, 2),
            # Some of it is sent or waits for another app, and nobody says how many of which.
            (a_line(quantity=3, fulfillment_status="partial-processing", fulfillable_quantity=1), [], 0, 2),
            (a_line(quantity=3, fulfillment_status="not_eligible", fulfillable_quantity=0), [], 0, 0),
            (a_line(quantity=3, fulfillment_status=None, fulfillable_quantity=3), [], 0, 0),
        ],
    )
    def test_where_only_the_status_tells(
        self, sqlite: Database, line: dict[str, Any], refunds: list[dict[str, Any]], fulfilled: int, pending: int
    ) -> None:
        """Without fulfilments that name their lines, the line's status tells as far as it goes, never more."""
        with sqlite.write() as session:
            take(session, a_line(quantity=3))
            take(session, line, minutes=5, refunds=refunds)
            found = line_of(session)
            assert (fulfilled, pending) == (found.fulfilled_quantity, found.pending_quantity)

    @pytest.mark.parametrize(
        ("told", "fulfilled", "pending"),
        [
            ([a_fulfilment(line_items=[{"id": LINE_ID, "quantity": 1}])], 1, 0),
            ([a_fulfilment(line_items=[{"line_item_id": LINE_ID, "id": 5, "quantity": 2}])], 2, 0),
            ([a_fulfilment(status="pending", line_items=[{"id": LINE_ID, "quantity": 2}])], 0, 2),
            ([a_fulfilment(status="open", line_items=[{"id": LINE_ID, "quantity": 1}])], 0, 1),
            ([a_fulfilment(status="cancelled")], 0, 0),
            ([a_fulfilment(status="error"), a_fulfilment(id=2, status="failure")], 0, 0),
            (
                [
                    a_fulfilment(line_items=[{"id": LINE_ID, "quantity": 1}]),
                    a_fulfilment(id=2, status="open", line_items=[{"id": LINE_ID, "quantity": 1}]),
                ],
                1,
                1,
            ),
        ],
    )
    def test_where_the_fulfilments_name_their_lines(
        self, sqlite: Database, told: list[dict[str, Any]], fulfilled: int, pending: int
    ) -> None:
        """Only what is through counts as sent; what waits for another app is neither free nor sent."""
        with sqlite.write() as session:
            take(session, a_line(quantity=3))
            take(session, a_line(quantity=3), minutes=5, fulfillments=told)
            found = line_of(session)
            assert (fulfilled, pending) == (found.fulfilled_quantity, found.pending_quantity)

    def test_what_was_settled_is_not_taken_back_by_an_answer_of_before(self, sqlite: Database) -> None:
        """A page read before a push and written after it does not make a sent line unsent."""
        with sqlite.write() as session:
            take(session)
            settle(session, order_of(session), fulfilments(a_fulfilment()), NOW)
            assert 2 == line_of(session).fulfilled_quantity
            take(session, a_line(fulfillable_quantity=2))
            assert (2, Tab.FULFILLED) == (line_of(session).fulfilled_quantity, order_of(session).tab)

    def test_what_the_list_told_stays_where_the_order_does_not_say(self, sqlite: Database) -> None:
        """One sent and one waiting, known from the fulfilments' own list, stay so under a status that says neither."""
        told = fulfilments(
            a_fulfilment(line_items=[{"id": LINE_ID, "quantity": 1}]),
            a_fulfilment(id=2, status="pending", line_items=[{"id": LINE_ID, "quantity": 1}]),
        )
        with sqlite.write() as session:
            take(session)
            settle(session, order_of(session), told, NOW)
            half = a_line(fulfillment_status="partial-processing", fulfillable_quantity=0)
            take(session, half, minutes=5)
            line = line_of(session)
            assert (1, 1) == (line.fulfilled_quantity, line.pending_quantity)

    def test_a_fulfilment_that_was_taken_back(self, sqlite: Database) -> None:
        """A line whose fulfilment was cancelled in the store is open again."""
        with sqlite.write() as session:
            take(session, a_line(), a_line(id=OTHER_ID))
            take(session, a_line(), a_line(id=OTHER_ID), minutes=5, fulfillments=[a_fulfilment()])
            assert [2, 0] == [line.fulfilled_quantity for line in lines_of(session)]
            cancelled = [a_fulfilment(status="cancelled")]
            take(session, a_line(), a_line(id=OTHER_ID), minutes=6, fulfillments=cancelled)
            assert [0, 0] == [line.fulfilled_quantity for line in lines_of(session)]


class TestNumbers:
    """The numbers that ShopBase already has."""

    def numbers(self, session: Session) -> list[tuple[str | None, str, str | None]]:
        """What we know of fulfilments: number, state, the store's id."""
        session.flush()
        found = session.exec(select(Fulfillment).order_by(col(Fulfillment.id)))
        return [(row.number, row.state.value, row.store_fulfillment_id) for row in found]

    def sent_line(self, session: Session, number: str = "LX100000001CN") -> tuple[Order, Line, Fulfillment]:
        """An order whose only line the robot has told with a parcel's number."""
        take(session, a_line(quantity=1))
        order, line = order_of(session), line_of(session)
        ali = rows.bought(session, [line], AliStatus.SENT)
        parcel = rows.parcel(session, ali, number)
        row = rows.fulfilment(session, order, number, [line], parcel, store_fulfillment_id="255858046")
        line.fulfilled_quantity = 1
        return order, line, row

    def test_a_number_told_by_somebody_else(self, database: Database) -> None:
        """A number that another app or a person told is known, cleaned, and not told again, on both databases."""
        with database.write() as session:
            take(session, a_line(quantity=1))
            order, line = order_of(session), line_of(session)
            rows.parcel(session, rows.bought(session, [line], AliStatus.SENT), "LX100000001CN")
            told = a_fulfilment(tracking_number="lx 100 000 001 cn", tracking_company="4PX", line_items=None)
            settle(session, order, fulfilments(told), NOW)
            assert [("LX100000001CN", "sent", "255858046")] == self.numbers(session)
            row = session.exec(select(Fulfillment)).one()
            assert (True, "4PX", {}) == (row.by_hand, row.carrier, row.lines)
            (loaded,) = load(session, [order.id or 0])
            plan = read(loaded, {}).plan
            assert ((), 1) == (plan.new, len(plan.already))

    def test_what_was_under_way_is_found(self, sqlite: Database) -> None:
        """A fulfilment whose answer was lost is the one that the store has."""
        with sqlite.write() as session:
            order, line, row = self.sent_line(session)
            row.state, row.store_fulfillment_id, row.sent_at = FulfillmentState.SENDING, None, None
            line.fulfilled_quantity = 0
            lines = [{"id": LINE_ID, "quantity": 1}]
            settle(session, order, fulfilments(a_fulfilment(tracking_number="LX100000001CN", line_items=lines)), NOW)
            assert [("LX100000001CN", "sent", "255858046")] == self.numbers(session)
            assert (False, 1) == (row.by_hand, line.fulfilled_quantity)
            assert NOW == sent_at(row)

    def test_what_was_under_way_without_a_number_is_found(self, sqlite: Database) -> None:
        """A fulfilment by hand without a number is known by its lines."""
        with sqlite.write() as session:
            take(session, a_line(quantity=1))
            order, line = order_of(session), line_of(session)
            rows.fulfilment(session, order, None, [line], state=FulfillmentState.SENDING)
            other = a_fulfilment(id=7, tracking_number="", line_items=[{"id": OTHER_ID, "quantity": 1}])
            same = a_fulfilment(id=8, tracking_number=None, line_items=[{"id": LINE_ID, "quantity": 1}])
            settle(session, order, fulfilments(other, same), NOW)
            assert [(None, "sent", "8"), (None, "sent", "7")] == self.numbers(session)

    @pytest.mark.parametrize("state", [FulfillmentState.REFUSED, FulfillmentState.STUCK])
    def test_what_was_not_taken_and_is_there_now(self, sqlite: Database, state: FulfillmentState) -> None:
        """A number that the merchant put in by hand after a refusal is told."""
        with sqlite.write() as session:
            order, _, row = self.sent_line(session)
            row.state, row.store_fulfillment_id, row.problem = state, None, "no"
            settle(session, order, fulfilments(a_fulfilment(tracking_number="LX100000001CN")), NOW)
            assert [("LX100000001CN", "sent", "255858046")] == self.numbers(session)
            assert row.problem is None

    def test_lines_are_learnt_later(self, sqlite: Database) -> None:
        """The order's own answer does not name the lines of a fulfilment; their list does, and is believed."""
        with sqlite.write() as session:
            take(session)
            take(session, minutes=5, fulfillments=[a_fulfilment(line_items=None, tracking_number="LX100000001CN")])
            row = session.exec(select(Fulfillment)).one()
            assert {} == row.lines
            settle(session, order_of(session), fulfilments(a_fulfilment(tracking_number="LX100000001CN")), NOW)
            assert {str(LINE_ID): 2} == row.lines

    def test_two_fulfilments_with_one_number(self, sqlite: Database) -> None:
        """Two fulfilments of one order with one number are one row, and both count as sent."""
        with sqlite.write() as session:
            take(session)
            told = [
                a_fulfilment(id=number, tracking_number="LX100000001CN", line_items=[{"id": LINE_ID, "quantity": 1}])
                for number in (7, 8)
            ]
            settle(session, order_of(session), fulfilments(*told), NOW)
            settle(session, order_of(session), fulfilments(*told), NOW)
            assert [("LX100000001CN", "sent", "7")] == self.numbers(session)
            assert 2 == line_of(session).fulfilled_quantity

    def test_a_number_that_a_person_changed_in_the_store(self, database: Database) -> None:
        """A number mended by hand in ShopBase stands: the robot does not correct it back to the parcel's."""
        with database.write() as session:
            order, _, row = self.sent_line(session)
            settle(session, order, fulfilments(a_fulfilment(tracking_number="BY-HAND-1")), NOW)
            assert [("BY-HAND-1", "sent", "255858046")] == self.numbers(session)
            assert [] == list(session.exec(select(FulfillmentParcel)))
            (loaded,) = load(session, [order.id or 0])
            reading = read(loaded, {})
            assert ((), ()) == (reading.plan.new, reading.plan.corrections)
            assert {"LX100000001CN": (row.order_id,)}.keys() == reading.plan.further.keys()

    def test_a_correction_whose_answer_was_lost(self, sqlite: Database) -> None:
        """Where the store already has the parcel's new number, nothing more is corrected."""
        with sqlite.write() as session:
            order, _, row = self.sent_line(session, "9400100000001")
            row.number = "LP100000001CN"
            settle(session, order, fulfilments(a_fulfilment(tracking_number="9400100000001")), NOW)
            assert "9400100000001" == row.number
            (loaded,) = load(session, [order.id or 0])
            plan = read(loaded, {}).plan
            assert ((), (), {}) == (plan.new, plan.corrections, plan.already)

    def test_a_correction_is_not_taken_back_by_an_answer_of_before(self, sqlite: Database) -> None:
        """A page read before a correction and written after it leaves the new number."""
        with sqlite.write() as session:
            _, _, row = self.sent_line(session, "9400100000001")
            old = a_fulfilment(tracking_number="LP100000001CN", line_items=None)
            take(session, a_line(quantity=1), fulfillments=[old])
            assert "9400100000001" == row.number
            assert 1 == len(session.exec(select(FulfillmentParcel)).all())

    def test_a_fulfilment_cancelled_in_the_store(self, sqlite: Database) -> None:
        """What a person cancelled in ShopBase is Failed with its number, and not told again by itself."""
        with sqlite.write() as session:
            order, line, row = self.sent_line(session)
            row.tried_at = NOW
            gone = a_fulfilment(status=StoreState.CANCELLED.value, tracking_number="LX100000001CN")
            take(session, a_line(quantity=1), minutes=5, fulfillments=[gone])
            assert [("LX100000001CN", "stuck", "255858046")] == self.numbers(session)
            assert (None, 0) == (tried_at(row), line.fulfilled_quantity)
            assert (Tab.FAILED, Why.STUCK) == (order.tab, why(session))
            (loaded,) = load(session, [order.id or 0])
            assert () == read(loaded, {}).plan.new
            # Told again by hand, it stays told although the cancelled one is still listed.
            row.state = FulfillmentState.SENDING
            again = a_fulfilment(id=9, tracking_number="LX100000001CN", line_items=[{"id": LINE_ID, "quantity": 1}])
            settle(session, order, fulfilments(gone, again), NOW)
            assert [("LX100000001CN", "sent", "9")] == self.numbers(session)
            assert 1 == line.fulfilled_quantity

    @pytest.mark.parametrize("status", ["pending", "open", "processing", "error", "failure"])
    def test_what_is_not_through_is_no_number_told(self, sqlite: Database, status: str) -> None:
        """A fulfilment that waits or failed has told the buyer nothing."""
        with sqlite.write() as session:
            take(session)
            settle(session, order_of(session), fulfilments(a_fulfilment(status=status)), NOW)
            assert [] == self.numbers(session)

"""What the store changes after something was ordered, or just before: nothing is bought for nobody, and all is told."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.db import Database
from bot.facts import PushMode, Tab, Warn
from bot.intake_changes import address_text
from bot.models import Event, Purchase, PurchaseState
from bot.order_rows import load
from bot.standing import standing_of
from flows.values import AliStatus
from tests import rows
from tests.rows import NOW
from tests.store_orders import OTHER_ID, events_of, line_of, lines_of, order_of, refund, take
from tests.stores import a_line

OLD = {"name": "Ann Lee", "address1": "1 Old St", "city": "Utica", "zip": "13501", "country": "United States"}
NEW = {**OLD, "address1": "2 New St"}
HOUR = timedelta(hours=1)


def waiting(session: Session, position: int = 1, **facts: Any) -> Purchase:
    """A purchase of a line that is not placed yet."""
    line = next(line for line in lines_of(session) if line.position == position)
    assert line.id is not None
    row = Purchase(line_id=line.id, created_at=NOW, **({"state": PurchaseState.NEW} | facts))
    session.add(row)
    session.flush()
    return row


def placed(session: Session, *positions: int, status: AliStatus = AliStatus.TO_SHIP) -> None:
    """These lines were bought, an hour before the store changes anything."""
    chosen = [line for line in lines_of(session) if line.position in (positions or (1,))]
    ali = rows.bought(session, chosen, status)
    for purchase in session.exec(select(Purchase)):
        purchase.created_at = NOW - HOUR
        session.add(purchase)
    assert ali.id is not None


def warned(session: Session) -> list[tuple[Any, dict[str, Any]]]:
    """The warnings of the only order, with what their sentences need."""
    session.flush()
    (loaded,) = load(session, [order_of(session).id or 0])
    return [(said.code, said.data) for said in standing_of(loaded, {}, PushMode.ON, NOW).warnings]


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"cancelled_at": "2021-03-01T11:00:00Z"}, "cancelled in the store"),
        ({"financial_status": "refunded"}, "refunded in the store"),
        ({"financial_status": "voided"}, "voided in the store"),
        ({"refunds": [refund(2)], "financial_status": "partially_refunded"}, "refunded in the store"),
    ],
)
@pytest.mark.parametrize("facts", [{}, {"state": PurchaseState.HELD, "hold": "price_drift"}], ids=["new", "held"])
def test_what_is_not_ordered_yet_is_not_ordered(
    sqlite: Database, facts: dict[str, Any], change: dict[str, Any], cause: str
) -> None:
    """A waiting or held purchase is cancelled at once, whichever way the store called it off, and that is told."""
    with sqlite.write() as session:
        take(session)
        purchase = waiting(session, **facts)
        take(session, minutes=1, **change)
        assert PurchaseState.CANCELLED is purchase.state
        assert ("will not be ordered", {"line": 1, "cause": cause}) in events_of(session)
        assert Tab.CANCELED is order_of(session).tab
        assert [] == warned(session)


def test_only_the_line_that_was_called_off(sqlite: Database) -> None:
    """A refund of one line cancels its purchase alone, and asking again tells nothing twice."""
    with sqlite.write() as session:
        take(session, a_line(), a_line(id=OTHER_ID))
        first, second = waiting(session), waiting(session, 2)
        for minute in (1, 2):
            take(session, a_line(), a_line(id=OTHER_ID), minutes=minute, refunds=[refund(2, line=OTHER_ID)])
        assert (PurchaseState.NEW, PurchaseState.CANCELLED) == (first.state, second.state)
        assert 1 == sum(what == "will not be ordered" for what, _ in events_of(session))
        take(session, a_line(id=OTHER_ID), minutes=3)
        assert PurchaseState.CANCELLED is first.state
        assert ("will not be ordered", {"line": 1, "cause": "taken off the order"}) in events_of(session)


@pytest.mark.parametrize("state", [PurchaseState.INTENT, PurchaseState.HELD])
def test_what_may_have_been_ordered_is_looked_for(database: Database, state: PurchaseState) -> None:
    """A press whose outcome is unknown is left to be found, and the cancelled order warns of it."""
    with database.write() as session:
        take(session)
        purchase = waiting(session, state=state, intent_at=NOW, account="main")
        take(session, minutes=1, cancelled_at="2021-03-01T11:00:00Z")
        assert state is purchase.state
        assert [Warn.PERHAPS_AT_STAKE] == [code for code, _ in warned(session)]


@pytest.mark.parametrize(
    ("status", "warning"),
    [
        (AliStatus.UNPAID, Warn.DO_NOT_PAY),
        (AliStatus.TO_SHIP, Warn.MONEY_AT_STAKE),
        (AliStatus.SENT, Warn.MONEY_AT_STAKE),
        (AliStatus.CANCELED, None),
    ],
)
def test_what_was_ordered_warns_with_the_place_to_cancel_it(
    sqlite: Database, status: AliStatus, warning: Warn | None
) -> None:
    """A cancelled order that was bought says so with the AliExpress page, as long as money is at stake."""
    with sqlite.write() as session:
        take(session)
        placed(session, status=status)
        take(session, minutes=1, cancelled_at="2021-03-01T11:00:00Z")
        found = warned(session)
        assert ([warning] if warning else []) == [code for code, _ in found]
        for _, data in found:
            assert f"https://www.aliexpress.com/p/order/detail.html?orderId={data['number']}" == data["link"]


class TestAddress:
    """An address that changes after ordering."""

    def test_both_texts_are_told(self, database: Database) -> None:
        """The address that it was ordered to is told beside the one that it should go to, also after a second change;
        once the buyer has the old one back there is nothing to tell."""
        with database.write() as session:
            take(session, shipping_address=OLD)
            placed(session)
            assert [] == warned(session)
            take(session, minutes=1, shipping_address=NEW)
            take(session, minutes=2, shipping_address={**NEW, "zip": "13502"})
            ((code, data),) = warned(session)
            assert Warn.ADDRESS_CHANGED is code
            assert "Ann Lee, 1 Old St, Utica, 13501, United States" == data["before"]
            assert "Ann Lee, 2 New St, Utica, 13502, United States" == data["now"]
            take(session, minutes=3, shipping_address=OLD)
            assert [] == warned(session)
            assert 3 == sum(what == "address changed in store" for what, _ in events_of(session))

    def test_a_change_before_ordering_is_none(self, sqlite: Database) -> None:
        """What was ordered after the change went to the right address; a parcel does not care how a name is parted."""
        with sqlite.write() as session:
            take(session, shipping_address=OLD)
            take(session, minutes=1, shipping_address=NEW)
            rows.bought(session, lines_of(session), AliStatus.TO_SHIP)
            assert [] == warned(session)
            take(session, minutes=2, shipping_address={**NEW, "name": "", "first_name": "Ann", "last_name": "Lee"})
            assert 1 == sum(what == "address changed in store" for what, _ in events_of(session))

    def test_an_address_taken_away(self, sqlite: Database) -> None:
        """An order that loses its address says so; the sentence has no gap."""
        with sqlite.write() as session:
            take(session, shipping_address=OLD)
            placed(session)
            take(session, minutes=1, shipping_address=None)
            ((_, data),) = warned(session)
            assert "-" == data["now"]

    def test_a_text_has_what_a_parcel_needs(self) -> None:
        """Blank parts leave no commas behind, and none of it is no text."""
        assert "Ann, 1 St" == address_text({"name": " Ann ", "address1": "1 St", "address2": "", "zip": None})
        assert "" == address_text(None) == address_text({})


class TestQuantity:
    """A quantity that changes after ordering."""

    @pytest.mark.parametrize(
        ("now", "warning"), [(1, Warn.FEWER_WANTED), (3, Warn.MORE_WANTED), (2, None)], ids=["fewer", "more", "same"]
    )
    def test_it_is_told_with_both_numbers(self, database: Database, now: int, warning: Warn | None) -> None:
        """An edit after ordering warns; the quantity of the day on which it was ordered is remembered."""
        with database.write() as session:
            take(session, a_line(quantity=2))
            placed(session)
            take(session, a_line(quantity=5), minutes=1)
            take(session, a_line(quantity=now, fulfillable_quantity=now), minutes=2)
            assert now == line_of(session).quantity
            found = warned(session)
            assert ([(warning, 2, now)] if warning else []) == [
                (code, data["before"], data["now"]) for code, data in found
            ]

    def test_what_is_not_ordered_yet_follows_by_itself(self, sqlite: Database) -> None:
        """A change before anything was ordered is an edit as ever, and no warning afterwards."""
        with sqlite.write() as session:
            take(session, a_line(quantity=2))
            purchase = waiting(session)
            take(session, a_line(quantity=1, fulfillable_quantity=1), minutes=1)
            purchase.state = PurchaseState.CANCELLED
            session.add(purchase)
            placed(session)
            assert [] == warned(session)
            assert [] == [what for what, _ in events_of(session) if what == "changed after ordering"]


def test_what_was_ordered_again_starts_anew(sqlite: Database) -> None:
    """A change that was told of the first AliExpress order is none of the one that was placed after it."""
    with sqlite.write() as session:
        take(session, shipping_address=OLD)
        placed(session)
        take(session, a_line(quantity=1, fulfillable_quantity=1), minutes=1, shipping_address=NEW)
        assert {Warn.ADDRESS_CHANGED, Warn.FEWER_WANTED} == {code for code, _ in warned(session)}
        first = session.exec(select(Purchase)).one()
        first.state = PurchaseState.CLOSED
        session.add(first)
        session.flush()
        rows.bought(session, lines_of(session), AliStatus.UNPAID)
        second = session.exec(select(Purchase).where(Purchase.state == PurchaseState.PLACED)).one()
        second.intent_at = NOW + HOUR
        session.add(second)
        assert [] == warned(session)
        assert {"store"} == {event.who for event in session.exec(select(Event)) if "changed" in event.what}

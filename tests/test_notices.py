"""The warnings about an order: every one of them, to the day on which it begins."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from bot.ali_pages import order_page
from bot.facts import (
    AliFacts,
    OrderFacts,
    PurchaseFacts,
    Said,
    Standing,
    Tab,
    Warn,
    Why,
)
from bot.tabs import stand
from flows.values import AliStatus
from tests.order_facts import DAY, NOW, NUMBER, a_line, a_parcel, an_order, bought


def warned(order: OrderFacts) -> list[Warn | Why]:
    """The codes of an order's warnings."""
    return [said.code for said in stand(order, NOW).warnings]


@pytest.mark.parametrize("status", list(AliStatus))
def test_money_is_at_stake_until_it_is_safe(status: AliStatus) -> None:
    """A cancelled order warns as long as AliExpress may still keep the money, and no longer."""
    safe = {AliStatus.CANCELED, AliStatus.EXPIRED, AliStatus.CLOSED, AliStatus.REFUNDED}
    found = warned(an_order(a_line(bought=(bought(status),)), cancelled=True))
    warning = Warn.DO_NOT_PAY if status is AliStatus.UNPAID else Warn.MONEY_AT_STAKE
    assert ([] if status in safe else [warning]) == found


def test_what_may_have_been_ordered_is_told_although_it_was_called_off() -> None:
    """A press whose outcome is unknown is not forgotten because the store cancelled the order, or the line alone."""
    unknown = a_line(purchases=(PurchaseFacts(perhaps_placed=True),))
    assert [Warn.PERHAPS_AT_STAKE] == warned(an_order(unknown, cancelled=True))
    assert [Warn.PERHAPS_AT_STAKE] == warned(an_order(a_line(position=2), replace(unknown, refunded=1)))
    assert [] == warned(an_order(unknown))
    assert [] == warned(an_order(a_line(purchases=(PurchaseFacts(hold="over_day"),)), cancelled=True))


@pytest.mark.parametrize("status", list(AliStatus))
def test_an_address_that_changed_after_ordering(status: AliStatus) -> None:
    """Both texts are told until the goods have arrived, or the order on AliExpress is over."""
    over = {AliStatus.CANCELED, AliStatus.EXPIRED, AliStatus.CLOSED, AliStatus.REFUNDED}
    ali = bought(status, sent_to="Ann, Old St", parcels=(a_parcel(),))
    told = Said(
        Warn.ADDRESS_CHANGED,
        {"number": NUMBER, "before": "Ann, Old St", "now": "Ann, New St", "link": ali.link},
    )
    order = an_order(a_line(bought=(ali,)), address="Ann, New St")
    found = [said for said in stand(order, NOW).warnings if said.code is Warn.ADDRESS_CHANGED]
    assert ([] if status in over else [told]) == found
    arrived = replace(ali, parcels=(a_parcel(delivered=True),))
    assert Warn.ADDRESS_CHANGED not in warned(an_order(a_line(bought=(arrived,)), address="Ann, New St"))
    assert Warn.ADDRESS_CHANGED not in warned(replace(order, cancelled=True))


@pytest.mark.parametrize(
    ("quantity", "ordered_for", "fulfilled", "warning"),
    [
        (1, 3, 0, Warn.FEWER_WANTED),
        (1, 3, 1, Warn.FEWER_WANTED),
        (1, 3, 3, None),
        (3, 1, 0, Warn.MORE_WANTED),
        (3, 1, 1, Warn.MORE_WANTED),
        (3, 1, 3, None),
        (2, None, 0, None),
    ],
)
def test_another_quantity_than_was_ordered(
    quantity: int, ordered_for: int | None, fulfilled: int, warning: Warn | None
) -> None:
    """What the store has changed after ordering is told until all is sent that either of the two numbers asks for."""
    line = a_line(
        quantity=quantity,
        fulfilled=fulfilled,
        ordered_for=ordered_for,
        bought=(bought(AliStatus.TO_SHIP), bought(AliStatus.CANCELED, "8000000000000002")),
    )
    assert ([warning] if warning else []) == warned(an_order(line))


def test_goods_that_arrived_are_no_money_at_stake() -> None:
    """Completed and delivered is over, even if the buyer was paid back afterwards."""
    done = bought(AliStatus.COMPLETED, parcels=(a_parcel(delivered=True),))
    assert [] == warned(an_order(a_line(fulfilled=1, bought=(done,)), financial_status="refunded"))


def test_money_is_at_stake_for_a_single_refunded_line_too() -> None:
    """A line refunded after it was bought warns, although the order goes on; one that shares its number does not."""
    refunded = a_line(position=2, refunded=1, bought=(bought(AliStatus.TO_SHIP, "8000000000000002"),))
    standing = stand(an_order(a_line(bought=(bought(AliStatus.TO_SHIP),)), refunded), NOW)
    assert Tab.AWAITING_SHIPMENT is standing.tab
    assert (
        Said(Warn.MONEY_AT_STAKE, {"number": "8000000000000002", "link": order_page("8000000000000002")}),
    ) == standing.warnings
    sharing = replace(refunded, bought=(bought(AliStatus.TO_SHIP),))
    assert [] == warned(an_order(a_line(bought=(bought(AliStatus.TO_SHIP),)), sharing))


def test_a_chargeback_after_buying_warns() -> None:
    """Once something is bought or sent, a disputed payment is a warning that stays until it is won."""
    line = a_line(bought=(bought(AliStatus.TO_SHIP),))
    assert [Warn.CHARGEBACK_OPEN] == warned(an_order(line, chargeback="open"))
    assert [Warn.CHARGEBACK_OPEN] == warned(an_order(a_line(fulfilled=1), chargeback="lost"))
    assert [] == warned(an_order(line, chargeback="won"))


def test_refund_and_dispute_on_aliexpress_are_told() -> None:
    """A refund line on the card and a dispute are worth a look, with AliExpress's own words."""
    ali = bought(AliStatus.IN_DISPUTE, refund_note="Refund processing", parcels=(a_parcel(),))
    standing = stand(an_order(a_line(fulfilled=1, bought=(ali,))), NOW)
    assert (
        Said(Warn.REFUND_ON_ALI, {"number": NUMBER, "note": "Refund processing"}),
        Said(Warn.IN_DISPUTE, {"number": NUMBER}),
    ) == standing.warnings


def test_a_further_parcel_is_told_with_its_line() -> None:
    """A parcel for a line that has nothing left is a warning, never a trouble."""
    standing = stand(an_order(a_line(fulfilled=1, further=("LX2",))), NOW)
    assert Standing(Tab.FULFILLED, None, (Said(Warn.FURTHER_PARCEL, {"number": "LX2", "line": 1}),)) == standing


def test_one_order_for_two_lines_warns_once() -> None:
    """What is said of an AliExpress order is said once, however many lines it was bought for."""
    ali = bought(AliStatus.IN_DISPUTE, parcels=(a_parcel(),))
    assert [Warn.IN_DISPUTE] == warned(an_order(a_line(bought=(ali,)), a_line(position=2, bought=(ali,))))


@pytest.mark.parametrize(("days", "found"), [(0, []), (4, []), (5, [Warn.NO_NUMBER_LONG]), (6, [Warn.NO_NUMBER_LONG])])
def test_paid_without_a_number_for_five_days(days: int, found: list[Warn]) -> None:
    """Paid five calendar days ago (UTC) and still no number warns; a day earlier it does not."""
    ali = bought(AliStatus.TO_SHIP, paid_on=date(2026, 11, 22) - days * DAY)
    assert found == warned(an_order(a_line(bought=(ali,))))
    numbered = replace(ali, status=AliStatus.SENT, parcels=(a_parcel(),))
    assert [] == warned(an_order(a_line(bought=(numbered,))))


def test_no_number_in_another_time_zone() -> None:
    """The day is that of UTC, wherever the clock stands that is asked."""
    ali = bought(AliStatus.TO_SHIP, paid_on=date(2026, 11, 17))
    hanoi = datetime.fromisoformat("2026-11-22T01:00:00+07:00")
    assert () == stand(an_order(a_line(bought=(ali,))), hanoi).warnings
    assert 1 == len(stand(an_order(a_line(bought=(ali,))), hanoi + timedelta(hours=6)).warnings)


def test_completed_without_a_number_warns_only_while_the_line_waits() -> None:
    """Once a line was fulfilled without a number, a completed AliExpress order has nothing more to say."""
    ali = bought(AliStatus.COMPLETED, paid_on=date(2026, 10, 1))
    assert [Warn.NO_NUMBER_LONG] == warned(an_order(a_line(bought=(ali,))))
    assert [] == warned(an_order(a_line(fulfilled=1, bought=(ali,))))


@pytest.mark.parametrize(
    ("ago", "found"),
    [(5 * DAY - timedelta(seconds=1), []), (5 * DAY, [Warn.NO_SCAN_LONG]), (12 * DAY, [Warn.NO_SCAN_LONG])],
)
def test_a_number_without_a_scan_for_five_days(ago: timedelta, found: list[Warn]) -> None:
    """A number that no carrier has scanned warns five days after it was first seen, to the second."""
    parcel = a_parcel(scans=0, number_seen_at=NOW - ago, last_event_at=NOW)
    assert found == warned(an_order(a_line(fulfilled=1, bought=(bought(parcels=(parcel,)),))))


@pytest.mark.parametrize(
    ("ago", "found"),
    [(10 * DAY - timedelta(seconds=1), []), (10 * DAY, [Warn.NO_EVENT_LONG]), (30 * DAY, [Warn.NO_EVENT_LONG])],
)
def test_no_event_for_ten_days(ago: timedelta, found: list[Warn]) -> None:
    """A scanned parcel warns ten days after its last event, to the second."""
    parcel = a_parcel(number_seen_at=NOW - 40 * DAY, last_event_at=NOW - ago)
    assert found == warned(an_order(a_line(fulfilled=1, bought=(bought(parcels=(parcel,)),))))


@pytest.mark.parametrize(
    "ali",
    [
        bought(parcels=(a_parcel(delivered=True, last_event_at=NOW - 30 * DAY),)),
        bought(parcels=(a_parcel(number=None, last_event_at=NOW - 30 * DAY),)),
        bought(AliStatus.COMPLETED, parcels=(a_parcel(last_event_at=NOW - 30 * DAY),)),
        bought(AliStatus.REFUNDED, parcels=(a_parcel(last_event_at=NOW - 30 * DAY, returned=True),)),
        bought(AliStatus.TO_SHIP),
    ],
    ids=["delivered", "no number", "completed", "paid back", "nothing known"],
)
def test_what_stands_still_for_a_good_reason_is_not_told(ali: AliFacts) -> None:
    """Delivered, completed or paid back: nobody waits for another event."""
    assert [] == warned(an_order(a_line(fulfilled=1, bought=(ali,))))


def test_a_returned_parcel_is_told_once_and_nothing_else_of_it() -> None:
    """A parcel on its way back warns, and does not warn of standing still as well."""
    parcel = a_parcel(returned=True, last_event_at=NOW - 30 * DAY)
    assert [Warn.RETURNED] == warned(an_order(a_line(fulfilled=1, bought=(bought(parcels=(parcel,)),))))


@pytest.mark.parametrize(
    ("days", "found"), [(8, []), (7, [Warn.PROTECTION_ENDS]), (0, [Warn.PROTECTION_ENDS]), (-1, [])]
)
def test_buyer_protection_nearly_over(days: int, found: list[Warn]) -> None:
    """The last week of the buyer protection is told up to its last day, and not when it is too late."""
    until = date(2026, 11, 22) + days * DAY
    ali = bought(parcels=(a_parcel(),), protected_until=until)
    assert found == warned(an_order(a_line(fulfilled=1, bought=(ali,))))
    assert [] == warned(an_order(a_line(fulfilled=1, bought=(replace(ali, status=AliStatus.COMPLETED),))))


def test_every_warning_is_shown_somewhere_here() -> None:
    """An order with everything wrong gives every warning that there is."""
    everything = bought(
        AliStatus.IN_DISPUTE,
        refund_note="Refund processing",
        protected_until=date(2026, 11, 25),
        parcels=(
            a_parcel(returned=True),
            a_parcel(number="LX2", scans=0, number_seen_at=NOW - 9 * DAY),
            a_parcel(number="LX3", last_event_at=NOW - 11 * DAY),
        ),
    )
    silent = bought(AliStatus.TO_SHIP, "8000000000000002", paid_on=date(2026, 11, 1))
    refunded = a_line(position=3, refunded=1, bought=(bought(AliStatus.TO_SHIP, "8000000000000003"),))
    unpaid = replace(refunded, position=4, bought=(bought(AliStatus.UNPAID, "8000000000000004"),))
    unknown = a_line(position=5, removed=True, purchases=(PurchaseFacts(perhaps_placed=True),))
    moved = bought(AliStatus.TO_SHIP, "8000000000000006", sent_to="Ann, Old St")
    grown = a_line(position=6, quantity=2, ordered_for=1, bought=(moved,))
    shrunk = a_line(position=7, ordered_for=2, bought=(moved,))
    lines = (
        a_line(bought=(everything,), further=("LX4",)),
        a_line(position=2, bought=(silent,)),
        *(refunded, unpaid, unknown, grown, shrunk),
    )
    assert set(Warn) == set(warned(an_order(*lines, chargeback="open")))

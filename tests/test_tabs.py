"""The tab of an order, its reason and its warnings: every one of them, from facts alone."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.facts import (
    AliFacts,
    LineFacts,
    OrderFacts,
    ParcelFacts,
    PurchaseFacts,
    PushMode,
    Said,
    Standing,
    Tab,
    Warn,
    Why,
)
from bot.tabs import stand
from flows.values import AliStatus

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)
NUMBER = "8214398062177351"


def a_line(**facts: Any) -> LineFacts:
    """One line of one piece that nothing was bought for."""
    return LineFacts(**{"position": 1, "quantity": 1} | facts)


def an_order(*lines: LineFacts, **facts: Any) -> OrderFacts:
    """A paid order of these lines."""
    defaults = {"name": "#1046", "shop": "main", "financial_status": "paid"}
    return OrderFacts(lines=lines or (a_line(),), **(defaults | facts))


def bought(status: AliStatus | None = AliStatus.SENT, number: str = NUMBER, **facts: Any) -> AliFacts:
    """An AliExpress order."""
    return AliFacts(number, status, **facts)


def a_parcel(**facts: Any) -> ParcelFacts:
    """A parcel on its way: a number, scanned an hour ago."""
    hour_ago = NOW - timedelta(hours=1)
    defaults: dict[str, Any] = {"number": "LX1", "number_seen_at": NOW - 3 * DAY, "last_event_at": hour_ago, "scans": 3}
    return ParcelFacts(**(defaults | facts))


def warned(order: OrderFacts) -> list[Warn | Why]:
    """The codes of an order's warnings."""
    return [said.code for said in stand(order, NOW).warnings]


LINE = {"line": 1, "order": "#1046"}
UNBOUGHT = LINE | {"variant": ""}
TROUBLE = Said(Why.REFUSED, {"what": "tracking number LX1 (4PX)", "problem": "no"})

TABLE: list[tuple[str, OrderFacts, Tab, Why | None, dict[str, Any]]] = [
    # Called off in the store.
    ("deleted", an_order(deleted=True), Tab.CANCELED, Why.DELETED, {}),
    ("cancelled", an_order(cancelled=True), Tab.CANCELED, Why.CANCELLED, {}),
    ("refunded", an_order(financial_status="refunded"), Tab.CANCELED, Why.REFUNDED, {"status": "refunded"}),
    ("voided", an_order(financial_status="voided"), Tab.CANCELED, Why.REFUNDED, {"status": "voided"}),
    ("all taken off", an_order(a_line(removed=True)), Tab.CANCELED, Why.NOTHING_LEFT, {}),
    ("all lines refunded", an_order(a_line(quantity=2, refunded=2)), Tab.CANCELED, Why.NOTHING_LEFT, {}),
    ("nothing to send", an_order(a_line(ours=False)), Tab.CANCELED, Why.NOTHING_LEFT, {}),
    # Payment in the store.
    *[
        (word, an_order(financial_status=word), Tab.PENDING, Why.NOT_PAID, {"status": word})
        for word in ("pending", "authorized", "partially_paid", "unpaid")
    ],
    ("odd payment", an_order(financial_status="on_hold"), Tab.FAILED, Why.UNKNOWN_PAYMENT, {"status": "on_hold"}),
    ("partly refunded", an_order(financial_status="partially_refunded"), Tab.AWAITING_ORDER, Why.NOT_BOUGHT, UNBOUGHT),
    # To be bought.
    ("to buy", an_order(), Tab.AWAITING_ORDER, Why.NOT_BOUGHT, UNBOUGHT),
    ("old app", an_order(a_line(old_app=True)), Tab.AWAITING_ORDER, Why.OLD_APP, LINE),
    ("risky", an_order(risky=True), Tab.AWAITING_ORDER, Why.RISKY, {}),
    *[
        (f"chargeback {word}", an_order(chargeback=word), Tab.AWAITING_ORDER, Why.CHARGEBACK, {"status": word})
        for word in ("open", "submitted", "lost", "needs_response")
    ],
    *[
        (f"chargeback {word or 'none'}", an_order(chargeback=word), Tab.AWAITING_ORDER, Why.NOT_BOUGHT, UNBOUGHT)
        for word in ("won", "")
    ],
    (
        "may still grow",
        an_order(waits_until=NOW + timedelta(seconds=1)),
        Tab.AWAITING_ORDER,
        Why.POST_PURCHASE,
        {"until": NOW + timedelta(seconds=1)},
    ),
    ("grows no more", an_order(waits_until=NOW), Tab.AWAITING_ORDER, Why.NOT_BOUGHT, UNBOUGHT),
    ("mapped", an_order(a_line(mapped=True)), Tab.AWAITING_ORDER, Why.READY_TO_BUY, UNBOUGHT),
    ("too old", an_order(before_dropferry=True), Tab.AWAITING_ORDER, Why.BEFORE_DROPFERRY, UNBOUGHT),
    (
        "held and waiting",
        an_order(a_line(purchases=(PurchaseFacts(hold="over_day"),))),
        Tab.AWAITING_ORDER,
        Why.HELD,
        LINE | {"code": "over_day"},
    ),
    (
        "held for a person",
        an_order(a_line(purchases=(PurchaseFacts(hold="price_drift", waits=False),))),
        Tab.FAILED,
        Why.HELD,
        LINE | {"code": "price_drift"},
    ),
    (
        "perhaps placed",
        an_order(a_line(purchases=(PurchaseFacts(perhaps_placed=True),))),
        Tab.FAILED,
        Why.PERHAPS_PLACED,
        LINE,
    ),
    # Bought, to be paid.
    ("not read", an_order(a_line(bought=(bought(None),))), Tab.AWAITING_PAYMENT, Why.NOT_READ, {"number": NUMBER}),
    (
        "unpaid",
        an_order(a_line(bought=(bought(AliStatus.UNPAID, pay_deadline=NOW + DAY),))),
        Tab.AWAITING_PAYMENT,
        Why.UNPAID,
        {"number": NUMBER, "deadline": NOW + DAY},
    ),
    (
        "payment looked at",
        an_order(a_line(bought=(bought(AliStatus.PAYMENT_CHECK),))),
        Tab.AWAITING_PAYMENT,
        Why.PAYMENT_CHECK,
        {"number": NUMBER},
    ),
    # Paid, to be sent.
    (
        "to ship",
        an_order(a_line(bought=(bought(AliStatus.TO_SHIP),))),
        Tab.AWAITING_SHIPMENT,
        Why.TO_SHIP,
        {"number": NUMBER},
    ),
    *[
        (
            f"{status.value} without a number",
            an_order(a_line(bought=(bought(status, parcels=(a_parcel(number=None),)),))),
            Tab.AWAITING_SHIPMENT,
            Why.NO_NUMBER,
            {"number": NUMBER},
        )
        for status in (AliStatus.SENT, AliStatus.PARTLY_SENT, AliStatus.COMPLETED, AliStatus.IN_DISPUTE)
    ],
    (
        "partly told",
        an_order(a_line(quantity=3, fulfilled=1, bought=(bought(parcels=(a_parcel(),)),))),
        Tab.AWAITING_SHIPMENT,
        Why.PART_OPEN,
        {"number": NUMBER, "left": 2, "order": "#1046"},
    ),
    *[
        (
            f"ready, push {mode.value}",
            an_order(a_line(bought=(bought(parcels=(a_parcel(),)),), ready=("LX1",)), push=mode),
            Tab.AWAITING_SHIPMENT,
            why,
            {"number": "LX1", "shop": "main"},
        )
        for mode, why in (
            (PushMode.OFF, Why.PUSH_OFF),
            (PushMode.FIRST, Why.PUSH_FIRST),
            (PushMode.ON, Why.PUSH_NEXT),
        )
    ],
    # Over on AliExpress.
    *[
        (status.value, an_order(a_line(bought=(bought(status),))), Tab.FAILED, why, {"number": NUMBER})
        for status, why in (
            (AliStatus.CANCELED, Why.ALI_CANCELED),
            (AliStatus.CANCELLING, Why.ALI_CANCELLING),
            (AliStatus.EXPIRED, Why.ALI_EXPIRED),
            (AliStatus.CLOSED, Why.ALI_CLOSED),
            (AliStatus.REFUNDED, Why.ALI_REFUNDED),
        )
    ],
    ("missing", an_order(a_line(bought=(bought(missing=True),))), Tab.FAILED, Why.ALI_MISSING, {"number": NUMBER}),
    (
        "unreadable",
        an_order(a_line(bought=(bought(trouble="order-detail: status: Zurückgelegt"),))),
        Tab.FAILED,
        Why.PAGE_TROUBLE,
        {"number": NUMBER, "problem": "order-detail: status: Zurückgelegt"},
    ),
    *[
        (why.value, an_order(a_line(bought=(bought(),), trouble=Said(why, {"a": 1}))), Tab.FAILED, why, {"a": 1})
        for why in (Why.ODD_NUMBER, Why.UNCLEAR_PARCEL, Why.UNKNOWN_CONTENTS, Why.REFUSED, Why.STUCK)
    ],
    # Done.
    ("fulfilled", an_order(a_line(fulfilled=1)), Tab.FULFILLED, None, {}),
    ("fulfilled, old trouble", an_order(a_line(fulfilled=1, trouble=TROUBLE)), Tab.FULFILLED, None, {}),
    (
        "fulfilled, then cancelled on AliExpress",
        an_order(a_line(fulfilled=1, bought=(bought(AliStatus.CANCELED),))),
        Tab.FULFILLED,
        None,
        {},
    ),
    ("sent what was not refunded", an_order(a_line(quantity=3, refunded=1, fulfilled=2)), Tab.FULFILLED, None, {}),
    (
        "taken off after a part was sent",
        an_order(a_line(quantity=3, fulfilled=1, removed=True)),
        Tab.FULFILLED,
        None,
        {},
    ),
    ("sent and then refunded", an_order(a_line(quantity=1, refunded=1, fulfilled=1)), Tab.FULFILLED, None, {}),
]


@pytest.mark.parametrize(("order", "tab", "why", "data"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_every_tab_and_every_reason(order: OrderFacts, tab: Tab, why: Why | None, data: dict[str, Any]) -> None:
    """Each state that an order can get into has its tab, its reason and what the reason's sentence needs."""
    standing = stand(order, NOW)
    assert (tab, Said(why, data) if why else None) == (standing.tab, standing.why)


def test_the_table_knows_every_reason_and_every_tab() -> None:
    """No reason and no tab can be added without a row of the table."""
    assert set(Why) == {row[3] for row in TABLE} - {None}
    assert set(Tab) == {row[2] for row in TABLE}


STEPS = [
    (Tab.AWAITING_ORDER, a_line(position=1)),
    (Tab.AWAITING_PAYMENT, a_line(position=2, bought=(bought(AliStatus.UNPAID, "8000000000000002"),))),
    (Tab.AWAITING_SHIPMENT, a_line(position=3, bought=(bought(AliStatus.TO_SHIP, "8000000000000003"),))),
    (Tab.FULFILLED, a_line(position=4, fulfilled=1)),
]


@pytest.mark.parametrize("least", range(len(STEPS)))
def test_the_least_advanced_line_decides(least: int) -> None:
    """An order stands where its least advanced line stands, whichever place that line has."""
    tab, line = STEPS[least]
    others = [each for _, each in STEPS[least:]]
    for lines in (others, others[::-1]):
        standing = stand(an_order(*lines), NOW)
        assert tab is standing.tab
        assert stand(an_order(line), NOW).why == standing.why


@pytest.mark.parametrize(("tab", "line"), STEPS, ids=[tab.value for tab, _ in STEPS])
def test_failed_wins_over_progress(tab: Tab, line: LineFacts) -> None:
    """One failed line makes the order Failed with that line's reason, however far or not far the others are."""
    failed = a_line(position=9, bought=(bought(AliStatus.EXPIRED, "8000000000000009"),))
    for lines in ((line, failed), (failed, line)):
        standing = stand(an_order(*lines), NOW)
        assert Standing(Tab.FAILED, Said(Why.ALI_EXPIRED, {"number": "8000000000000009"})) == standing


@pytest.mark.parametrize("facts", [{"cancelled": True}, {"financial_status": "refunded"}, {"deleted": True}])
def test_canceled_wins_over_failed(facts: dict[str, Any]) -> None:
    """What the store called off is Canceled even where AliExpress failed as well."""
    failed = a_line(bought=(bought(AliStatus.CANCELED),))
    assert Tab.CANCELED is stand(an_order(failed, **facts), NOW).tab


def test_lines_that_are_called_off_hold_nobody_up() -> None:
    """A refunded line, one taken off and a tip do not keep the rest of the order from being done."""
    lines = (
        a_line(fulfilled=1),
        a_line(position=2, quantity=2, refunded=2),
        a_line(position=3, removed=True),
        a_line(position=4, ours=False),
    )
    assert Standing(Tab.FULFILLED, None) == stand(an_order(*lines, financial_status="partially_refunded"), NOW)


def test_a_line_bought_in_two_orders_waits_for_the_slower_one() -> None:
    """A line that became two AliExpress orders stands where the less advanced of them stands."""
    line = a_line(bought=(bought(AliStatus.TO_SHIP), bought(AliStatus.UNPAID, "8000000000000002")))
    standing = stand(an_order(line), NOW)
    assert (Tab.AWAITING_PAYMENT, "8000000000000002") == (standing.tab, standing.why and standing.why.data["number"])


def test_a_ready_number_does_not_hide_what_is_unpaid() -> None:
    """While a part of a line is still to be paid, that is what the merchant is told, not the number of the other."""
    line = a_line(quantity=2, bought=(bought(), bought(AliStatus.UNPAID, "8000000000000002")), ready=("LX1",))
    standing = stand(an_order(line), NOW)
    assert (Tab.AWAITING_PAYMENT, Why.UNPAID) == (standing.tab, standing.why and standing.why.code)


@pytest.mark.parametrize("status", list(AliStatus))
def test_money_is_at_stake_until_it_is_safe(status: AliStatus) -> None:
    """A cancelled order warns as long as AliExpress may still keep the money, and no longer."""
    safe = {AliStatus.CANCELED, AliStatus.EXPIRED, AliStatus.CLOSED, AliStatus.REFUNDED}
    found = warned(an_order(a_line(bought=(bought(status),)), cancelled=True))
    assert ([] if status in safe else [Warn.MONEY_AT_STAKE]) == found


def test_goods_that_arrived_are_no_money_at_stake() -> None:
    """Completed and delivered is over, even if the buyer was paid back afterwards."""
    done = bought(AliStatus.COMPLETED, parcels=(a_parcel(delivered=True),))
    assert [] == warned(an_order(a_line(fulfilled=1, bought=(done,)), financial_status="refunded"))


def test_money_is_at_stake_for_a_single_refunded_line_too() -> None:
    """A line refunded after it was bought warns, although the order goes on; one that shares its number does not."""
    refunded = a_line(position=2, refunded=1, bought=(bought(AliStatus.TO_SHIP, "8000000000000002"),))
    standing = stand(an_order(a_line(bought=(bought(AliStatus.TO_SHIP),)), refunded), NOW)
    assert Tab.AWAITING_SHIPMENT is standing.tab
    assert (Said(Warn.MONEY_AT_STAKE, {"number": "8000000000000002"}),) == standing.warnings
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
    lines = a_line(bought=(everything,), further=("LX4",)), a_line(position=2, bought=(silent,)), refunded
    assert set(Warn) == set(warned(an_order(*lines, chargeback="open")))

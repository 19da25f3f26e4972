"""The tab of an order and its reason: every one of them, from facts alone."""

from datetime import timedelta
from typing import Any

import pytest

from bot.facts import (
    LineFacts,
    OrderFacts,
    PurchaseFacts,
    PushMode,
    Said,
    Standing,
    Tab,
    Why,
)
from bot.tabs import stand
from flows.values import AliStatus
from tests.order_facts import DAY, NOW, NUMBER, a_line, a_parcel, an_order, bought

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
        (status.value, an_order(a_line(bought=(bought(status),))), Tab.FAILED, why, LINE | {"number": NUMBER})
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
        data = {"number": "8000000000000009", "order": "#1046", "line": 9}
        assert Standing(Tab.FAILED, Said(Why.ALI_EXPIRED, data)) == standing


def test_what_waits_does_not_hide_what_failed() -> None:
    """A line of two items, one of them expired on AliExpress and one still to be bought, is Failed."""
    line = a_line(bought=(bought(AliStatus.EXPIRED),), purchases=(PurchaseFacts(),))
    assert Tab.FAILED is stand(an_order(line), NOW).tab


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

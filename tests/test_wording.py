"""The sentences that a merchant reads: one for each reason and warning, in their own words."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from bot import language, wording, wording_holds
from bot.facts import OrderFacts, PurchaseFacts, Said, Tab, Warn, Why
from bot.holds import Hold
from bot.tabs import stand
from bot.wording import TAB_MOVES, TAB_NAMES, sentence, when
from flows.errors import Reason
from tests.order_facts import NOW, a_line, a_parcel, an_order, bought
from tests.test_tabs import TABLE

# Words of the program's own inside, which mean nothing to a merchant.
INSIDE = re.compile(
    r"\b(intents?|reconcil\w*|orphan\w*|guards?|purchases? row|None|null|NULL|enum|exception|traceback|database)\b",
    re.IGNORECASE,
)
# What is said with data that only rows give; the values are those that bot/shipping.py writes.
FROM_ROWS = [
    Said(Why.ODD_NUMBER, {"number": "ASK SELLER", "ali": "8214398062177351", "order": "#1046", "line": 2}),
    Said(
        Why.UNCLEAR_PARCEL,
        {"number": "8214398062177351", "order": "#1046", "line": 2, "items": ["1005 Bag", "1006 {Cup}"]},
    ),
    Said(
        Why.UNKNOWN_CONTENTS,
        {"number": "8214398062177351", "order": "#1046", "line": 2, "parcels": ["LX100000001CN", "LX100000002CN"]},
    ),
    Said(Why.REFUSED, {"what": "tracking number LX100000001CN (4PX)", "problem": "refunded {lines}"}),
    Said(Why.STUCK, {"what": "the fulfilment without a number", "problem": "detach it"}),
]


def every_said() -> Iterator[Said]:
    """Every reason with the data that the tabs give it, and every warning with the data that the notices give it."""
    for _, order, _, _, _ in TABLE:
        why = stand(order, NOW).why
        if why is not None and why.code not in {said.code for said in FROM_ROWS} and why.code is not Why.HELD:
            yield why
    yield from FROM_ROWS
    yield from (Said(Why.HELD, {"code": "over_day", "found": "1", "asked": "2", "before": "3"}),)
    for order in warned_orders():
        yield from stand(order, NOW).warnings


def warned_orders() -> Iterator[OrderFacts]:
    """Orders that give every warning."""
    parcels = (
        a_parcel(returned=True),
        a_parcel(number=None, returned=True),
        a_parcel(number="LX2", scans=0, number_seen_at=datetime(2026, 11, 1, tzinfo=UTC)),
        a_parcel(number="LX3", last_event_at=datetime(2026, 11, 1, tzinfo=UTC)),
    )
    dispute = wording_status("in_dispute")
    ali = bought(dispute, refund_note="50% {back}", protected_until=date(2026, 11, 25), parcels=parcels)
    silent = bought(wording_status("to_ship"), "8000000000000002", paid_on=date(2026, 11, 1))
    yield an_order(a_line(bought=(ali, silent), further=("LX4",)), chargeback="open")
    yield an_order(a_line(bought=(silent,)), cancelled=True)
    unpaid = bought(wording_status("unpaid"), sent_to="Ann, Old St")
    yield an_order(a_line(bought=(unpaid,), purchases=(PurchaseFacts(perhaps_placed=True),)), cancelled=True)
    yield an_order(a_line(quantity=1, bought=(unpaid,), ordered_for=2), address="Ann, New {St}")
    yield an_order(a_line(quantity=2, bought=(unpaid,), ordered_for=1))


def wording_status(word: str) -> Any:
    """An AliExpress status by its word."""
    from flows.values import AliStatus

    return AliStatus(word)


EVERY = list(every_said())


@pytest.mark.parametrize("said", EVERY, ids=lambda said: said.code.value)
def test_every_reason_and_warning_is_a_sentence(said: Said) -> None:
    """Each is one line that holds all its data, no gap, no word from inside, and an order name that a shell takes."""
    text = sentence(said)
    assert text == text.strip()
    assert "\n" not in text
    assert "#" not in text
    assert INSIDE.search(text) is None, text
    number = said.data.get("number")
    assert number is None or str(number) in text
    assert "  " not in text


def test_nothing_is_left_without_a_sentence() -> None:
    """The sentences above are those of all reasons and all warnings."""
    assert set(Why) | set(Warn) == {said.code for said in EVERY}


@pytest.mark.parametrize("text", [*wording_holds.HELD.values()], ids=list(map(str, wording_holds.HELD)))
def test_what_holds_a_purchase_is_said_in_plain_words(text: str) -> None:
    """No cause that holds a purchase speaks of what is inside the program."""
    assert INSIDE.search(text) is None


def test_every_cause_that_holds_a_purchase_has_its_sentence() -> None:
    """Our own causes and those that a page gives are all told."""
    assert {*map(str, Hold), *map(str, Reason)} == set(map(str, wording_holds.HELD))


def test_every_tab_has_a_name_and_says_whose_move_it_is() -> None:
    """The connector's own words for the tabs, each with one line."""
    assert list(Tab) == list(TAB_NAMES) == list(TAB_MOVES)
    names = "Pending, Awaiting Order, Awaiting Payment, Awaiting Shipment, Fulfilled, Failed, Canceled"
    assert names.split(", ") == list(TAB_NAMES.values())
    assert all(INSIDE.search(move) is None for move in TAB_MOVES.values())


def test_commands_to_copy_name_the_order_without_its_hash() -> None:
    """A shell takes "#1046" for a comment."""
    said = Said(Why.NOT_BOUGHT, {"order": "#1046", "line": 2, "variant": "10000"})
    assert "dropferry link 1046/2 ALIEXPRESS-NUMBER" in sentence(said)


def test_what_has_no_variant_cannot_be_mapped() -> None:
    """A custom item of the store is to be bought by hand; only a variant is offered to be mapped."""
    data = {"order": "#1046", "line": 2}
    by_hand = "not bought yet. Bought it by hand? dropferry link 1046/2 ALIEXPRESS-NUMBER"
    assert by_hand == sentence(Said(Why.NOT_BOUGHT, data | {"variant": ""}))
    mapped = f"{by_hand}. Shall dropferry buy it? dropferry map set 10000 ALIEXPRESS-URL"
    assert mapped == sentence(Said(Why.NOT_BOUGHT, data | {"variant": "10000"}))


def test_data_is_taken_as_it_is() -> None:
    """Braces and percent signs in what AliExpress or ShopBase says are text, not places to fill."""
    refund = Said(Warn.REFUND_ON_ALI, {"number": "8214", "note": "{number} 100%s {}"})
    assert "AliExpress shows a refund on order 8214: {number} 100%s {}" == sentence(refund)
    assert "refunded {lines}" in sentence(FROM_ROWS[3])
    assert "(1005 Bag; 1006 {Cup})" in sentence(FROM_ROWS[1])


def test_a_pay_deadline_that_no_page_tells() -> None:
    """An unpaid order says until when, or that this is not told."""
    deadline = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
    told = sentence(Said(Why.UNPAID, {"number": "8214", "deadline": deadline}))
    assert f"AliExpress order 8214 waits for your payment (until {when(deadline)}): dropferry pay" == told
    untold = sentence(Said(Why.UNPAID, {"number": "8214", "deadline": None}))
    assert "AliExpress order 8214 waits for your payment (it does not say until when): dropferry pay" == untold


def test_times_are_those_of_the_machine() -> None:
    """A time is shown in the machine's own zone first, a day as it is."""
    moment = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
    assert when(moment).startswith(moment.astimezone().strftime("%Y-%m-%d %H:%M"))
    assert "until 2026-11-25" not in sentence(Said(Why.POST_PURCHASE, {"until": moment}))
    ends = Said(Warn.PROTECTION_ENDS, {"number": "8214", "until": date(2026, 11, 25), "days": 3})
    assert sentence(ends).endswith("before 2026-11-25")


@pytest.mark.parametrize(
    ("hours", "spoken", "told"),
    [
        (0, "en", "2026-11-22 20:00 UTC"),
        (7, "en", "2026-11-23 03:00 (2026-11-22 20:00 UTC)"),
        (7, "vi", "03:00 23/11/2026 (20:00 22/11/2026 UTC)"),
        (-5, "en", "2026-11-22 15:00 (20:00 UTC)"),
    ],
)
def test_local_time_first(hours: int, spoken: str, told: str) -> None:
    """The merchant's own time stands first, UTC after it, with its day where that is another one."""
    language.use(spoken)
    try:
        assert told == when(datetime(2026, 11, 22, 20, 0, tzinfo=UTC), timezone(timedelta(hours=hours)))
    finally:
        language.use("en")


def test_a_parcel_without_a_number_is_called_so() -> None:
    """A parcel that goes back before it ever had a number is not called None."""
    text = sentence(Said(Warn.RETURNED, {"number": "8214", "parcel": None}))
    assert "a parcel without a number of AliExpress order 8214 goes back to the sender" == text


def test_no_template_is_left_over() -> None:
    """There is no sentence for a reason that the code no longer gives."""
    assert set(Why) - {Why.HELD} == set(wording._WHY)
    assert set(Warn) == set(wording._WARN)

"""The tracking page's two readers: the real answer, several parcels, odd numbers, damage."""

import copy
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import BrowserContext

from flows.errors import AnswerChanged, FlowError, PageChanged
from flows.pages.tracking import clean_number, compare, from_answer, from_page
from flows.tab import close_tab
from flows.values import ParcelItem, Reader, Tracking
from tests.reading import Json, damaged, real_data

NUMBER = "8212313961591322"


@pytest.fixture
def real(shared: Path) -> Json:
    """The `data` of the real tracking answer, to be altered."""
    return real_data(shared, "tracking.json")


def parcel_of(data: Json) -> Json:
    """The one parcel of the real answer."""
    found: Json = data["module"]["trackingDetailLineList"][0]
    return found


def drawn_parcel(number: str, carrier: str, *events: str) -> str:
    """One parcel as the page draws it."""
    stem = "logistic-info-v2--"
    nodes = "".join(f'<i class="{stem}nodeTitle--x">{one}</i><i class="{stem}nodeDesc--x">…</i>' for one in events)
    number = f'<b class="{stem}mailNoValue--x1">{number}</b>'
    return f'<section>{number}<b class="{stem}carrierValue--x2">{carrier}</b>{nodes}</section>'


def test_real_parcel_is_read_exactly(real: Json) -> None:
    """Proves number, first number, carrier (not the service), link, 26 events and delivery of the real parcel."""
    read = from_answer(real, NUMBER)
    parcel = read.parcels[0]
    assert (NUMBER, 1, Reader.CALLS) == (read.order_id, len(read.parcels), read.reader)
    assert ("AA000000000BR", "LP00000000000000", "J&T Express", "AliExpress standard shipping") == (
        parcel.number,
        parcel.original_number,
        parcel.carrier,
        parcel.service,
    )
    assert ("https://www.jtexpress.com.br/", 26, True, False) == (
        parcel.carrier_link,
        len(parcel.events),
        parcel.delivered,
        parcel.returned,
    )
    assert (ParcelItem(product_id="1005745176332016", sku_id="12008585716928855", count=1),) == parcel.items


def test_real_events_are_read_exactly(real: Json) -> None:
    """Proves that events stay newest first, with their code and their time in UTC."""
    events = from_answer(real).parcels[0].events
    assert (
        "AE_GTMS_SIGNED",
        "Delivered",
        "Package delivered.",
        datetime(2026, 7, 31, 15, 35, 11, 654000, tzinfo=UTC),
    ) == (
        events[0].code,
        events[0].title,
        events[0].text,
        events[0].at,
    )
    assert ["AE_ORDER_PAID", "AE_ORDER_PLACED"] == [event.code for event in events[-2:]]


def test_service_is_never_the_carrier(real: Json) -> None:
    """Proves that where no carrier is told, none is made up from the service."""
    parcel_of(real).pop("logisticsCpInfo")
    parcel = from_answer(real).parcels[0]
    assert (None, None, "AliExpress standard shipping") == (parcel.carrier, parcel.carrier_link, parcel.service)


def test_carrier_never_seen_is_kept(real: Json) -> None:
    """Proves that a carrier in any script is told as it is written, without a link that is no web address."""
    parcel_of(real)["logisticsCpInfo"] = {"cpName": "Giao Hàng Nhanh 🚚", "cpWebSiteUrl": "javascript:alert(1)"}
    parcel = from_answer(real).parcels[0]
    assert ("Giao Hàng Nhanh 🚚", None) == (parcel.carrier, parcel.carrier_link)


def test_several_parcels_are_all_kept(real: Json) -> None:
    """Proves that an order of three parcels gives three, each with its own number and state."""
    second, third = copy.deepcopy(parcel_of(real)), copy.deepcopy(parcel_of(real))
    second.update(mailNo=None, detailList=second["detailList"][1:])
    third.update(mailNo="BB1", detailList=None, packageItemList=None)
    third["mailNo"] = "BB111"
    real["module"]["trackingDetailLineList"] += [second, third]
    assert [("AA000000000BR", True, 26), (None, False, 25), ("BB111", False, 0)] == [
        (parcel.number, parcel.delivered, len(parcel.events)) for parcel in from_answer(real).parcels
    ]


def test_order_that_is_not_sent_has_no_parcels(real: Json) -> None:
    """Proves that an empty list is no parcels yet, and a missing one a changed page."""
    real["module"]["trackingDetailLineList"] = []
    assert () == from_answer(real).parcels
    wrong: list[object] = [None, {}, "x"]
    for empty in wrong:
        real["module"]["trackingDetailLineList"] = empty
        with pytest.raises(AnswerChanged, match="trackingDetailLineList"):
            from_answer(real)


@pytest.mark.parametrize(
    "data", [{"result": True}, {"module": {}}, {"module": None}, {}, [], {"module": {}, "result": False}]
)
def test_empty_skeleton_is_named(data: object) -> None:
    """Proves that SUCCESS with nothing in it is never read as "no parcels"."""
    with pytest.raises(AnswerChanged):
        from_answer(data)


def test_parcel_that_goes_back_is_not_delivered(real: Json) -> None:
    """Proves that a parcel signed for by its sender is returned, not delivered."""
    row = {"trackingName": "Returned to sender", "trackingSecondCode": "NEVER_SEEN", "time": 1785512111655}
    parcel_of(real)["detailList"].insert(0, row)
    parcel = from_answer(real).parcels[0]
    assert (True, False, 27) == (parcel.returned, parcel.delivered, len(parcel.events))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (" AA 000 000 000 BR ", "AA000000000BR"),
        ("AA000\u00a0000\u200b000BR\n", "AA000000000BR"),
        ("92001901755477000000015838", "92001901755477000000015838"),
        ("", None),
        ("  ", None),
        (None, None),
    ],
)
def test_numbers_are_cleaned(text: str | None, number: str | None) -> None:
    """Proves that blanks and invisible signs go, and that nothing is no number."""
    assert number == clean_number("mailNo", text)


@pytest.mark.parametrize("text", ["AA/1234", "not yet known!", "1234", "A" * 41, "<b>12345</b>"])
def test_text_that_is_no_number_is_refused(text: str) -> None:
    """Proves that a text in the place of the number is an error, and never told to a shop as a number."""
    with pytest.raises(PageChanged, match="not a tracking number"):
        clean_number("mailNo", text)


def test_times_far_off_are_refused(real: Json) -> None:
    """Proves that a time outside our days is an error, and that none or 0 is no time."""
    rows = parcel_of(real)["detailList"]
    rows[0]["time"], rows[1]["time"] = None, 0
    assert [None, None] == [event.at for event in from_answer(real).parcels[0].events[:2]]
    rows[0]["time"] = 99999999999999
    with pytest.raises(PageChanged, match="not a time"):
        from_answer(real)


def test_drawn_parcels_are_told_apart(context: BrowserContext) -> None:
    """Proves that each drawn number gets its own carrier and events, whatever the boxes around them are called."""
    page = context.new_page()
    first = drawn_parcel(" AA 0001 BR ", "J&amp;T Express", "Delivered", "In transit")
    second = drawn_parcel("BB0002", "AliExpress standard shipping", "In transit")
    page.set_content(f"<main><div>{first}</div><div>{second}</div></main>")
    read = from_page(page, order_id=NUMBER)
    close_tab(page)
    assert [
        ("AA0001BR", "J&T Express", None, True, ["Delivered", "In transit"]),
        ("BB0002", None, "AliExpress standard shipping", False, ["In transit"]),
    ] == [
        (one.number, one.carrier, one.service, one.delivered, [event.title for event in one.events])
        for one in read.parcels
    ]
    assert (NUMBER, Reader.PAGE) == (read.order_id, read.reader)


def test_page_on_which_nothing_is_drawn_is_refused(context: BrowserContext) -> None:
    """Proves that an empty page is never read as "no parcels"."""
    page = context.new_page()
    page.set_content("<p>Logistics information has not been updated yet.</p>")
    with pytest.raises(PageChanged):
        from_page(page)
    close_tab(page)


def test_drawn_number_that_the_answer_lacks_is_refused(real: Json) -> None:
    """Proves that a drawn number must be one of the answer's, first or last, while fewer may be drawn."""
    read = from_answer(real)
    first_number = read.parcels[0].model_copy(update={"number": "LP00000000000000"})
    compare(read, read)
    compare(read, read.model_copy(update={"parcels": (first_number,)}))
    compare(read, read.model_copy(update={"parcels": ()}))
    other = read.parcels[0].model_copy(update={"number": "ZZ000000000ZZ"})
    with pytest.raises(PageChanged, match="ZZ000000000ZZ"):
        compare(read, read.model_copy(update={"parcels": (other,)}))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_damage_is_a_value_or_a_flow_error(real: Json, data: st.DataObject) -> None:
    """Proves that an answer damaged anywhere is either read or refused by name, and never crashes the reader."""
    try:
        read = from_answer(damaged(real, data))
    except FlowError:
        return
    assert isinstance(read, Tracking)

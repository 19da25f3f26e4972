"""The stand-in AliExpress: its answers against the real ones, and what happens to orders in it."""

import json
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from itertools import pairwise
from pathlib import Path

import pytest

from bot.sandbox.aliexpress.errors import WorldError
from bot.sandbox.aliexpress.faults import Faults
from bot.sandbox.aliexpress.orders import BuyLine, OrderState
from bot.sandbox.aliexpress.state import AliWorld
from bot.sandbox.server import Sandbox
from tests.asking import (
    COUNT,
    DETAIL,
    GRACE,
    LAMP,
    LIST,
    TOTE,
    TRACKING,
    Asker,
    block,
    code,
    in_state,
    next_page,
    orders,
    paths,
)

# Paths that no captured file holds, but that aliexpress.md 5.1 and 6 name.
DOCUMENTED = {
    ".data.data.pc_om_list_order_*.fields.exposeInfo",
    ".data.data.pc_om_list_order_*.fields.exposeInfo.itemList[]",
    ".data.data.pc_om_list_order_*.fields.exposeInfo.itemList[].detailList[]",
    ".data.data.pc_om_list_order_*.fields.exposeInfo.itemList[].detailList[].title",
}
PACKAGES = ".data.data.detail_logistic_package_block_*"


def real(shared: Path, name: str) -> set[tuple[str, str]]:
    """The paths of one real answer."""
    return set(paths(json.loads((shared / "aliexpress" / name).read_text(encoding="utf-8"))))


def test_list_answer_has_no_path_that_the_real_one_has_not(ali: AliWorld, asker: Asker, me: str, shared: Path) -> None:
    """Proves that a list of orders in every state holds only keys and types of the real answer."""
    made = [number for state in OrderState for number in in_state(ali, me, state)]
    ali.buy(GRACE, [TOTE, BuyLine("1005006800000138", "12000038500000092", "Beanie", 1, 300)], me)
    ali.refund(made[2])
    ours = set(paths(asker.get(LIST, {"statusTab": "all"}).json()))
    ours |= set(paths(asker.post(LIST, next_page(asker.data(LIST))).json()))
    beyond = {path for path in ours - real(shared, "order-list.json") if path[0] not in DOCUMENTED}
    assert beyond == set()


def test_count_answer_has_the_paths_of_the_real_one(asker: Asker, shared: Path) -> None:
    """Proves that the counters are built exactly as the real ones."""
    assert real(shared, "order-count.json") == set(paths(asker.get(COUNT).json()))


def test_detail_answer_has_no_path_that_the_real_one_has_not(
    ali: AliWorld, asker: Asker, me: str, shared: Path
) -> None:
    """Proves that details of unpaid, sent and completed orders hold only keys and types of the real answer."""
    made = [in_state(ali, me, state)[0] for state in OrderState]
    answers = [asker.get(DETAIL, {"tradeOrderId": number}).json() for number in made]
    ours = {path for answer in answers for path in paths(answer)}
    beyond = {path for path in ours - real(shared, "order-detail.json") if not path[0].startswith(PACKAGES)}
    assert beyond == set()


def test_tracking_answer_has_no_path_that_the_real_one_has_not(
    ali: AliWorld, asker: Asker, me: str, shared: Path
) -> None:
    """Proves that the journey of a delivered parcel holds only keys and types of the real answer."""
    (number,) = in_state(ali, me, OrderState.COMPLETED)
    ours = set(paths(asker.get(TRACKING, {"tradeOrderId": number}).json()))
    assert set() == ours - real(shared, "tracking.json")


@pytest.mark.parametrize("state", list(OrderState))
def test_each_state_stands_in_its_tabs(ali: AliWorld, asker: Asker, me: str, state: OrderState) -> None:
    """Proves which tabs show an order of each state, and under which word."""
    words = {
        OrderState.TO_PAY: ("To pay", {"unpaid"}),
        OrderState.PAYMENT_CHECK: ("Payment verification", {"processing"}),
        OrderState.PROCESSING: ("Processing", {"processing"}),
        OrderState.PARTLY_SHIPPED: ("Partially shipped", {"shipped"}),
        OrderState.AWAITING_DELIVERY: ("Awaiting delivery", {"shipped"}),
        OrderState.COMPLETED: ("Completed", {"completed"}),
        OrderState.CANCELED: ("Canceled", {"completed"}),
        OrderState.EXPIRED: ("Expired", set()),
        OrderState.CLOSED: ("Closed", set()),
        OrderState.IN_DISPUTE: ("In dispute", set()),
        OrderState.REFUNDED: ("Refunded", set()),
    }
    (number,) = in_state(ali, me, state)
    tabs = ("all", "unpaid", "processing", "shipped", "completed")
    shown = {tab: orders(asker.data(LIST, {"statusTab": tab})) for tab in tabs}
    word, extra = words[state]
    assert {"all", *extra} == {tab for tab, found in shown.items() if found}
    assert [(number, word)] == [(order["orderId"], order["statusText"]) for order in shown["all"]]


def test_paging_needs_the_linkage(ali: AliWorld, asker: Asker, me: str) -> None:
    """Proves that a next page asked with its linkage brings the next ten, and without it SUCCESS and no orders."""
    made = ali.bulk(25, me)
    pages = [asker.data(LIST)]
    while block(pages[-1], "pc_om_list_body")["hasMore"]:
        pages.append(asker.post(LIST, next_page(pages[-1])).json()["data"])
    bare = asker.post(LIST, next_page(pages[0], linkage=False)).json()
    assert [10, 10, 5] == [len(orders(page)) for page in pages]
    assert list(reversed(made)) == [order["orderId"] for page in pages for order in orders(page)]
    assert ("SUCCESS::调用成功", {}) == (bare["ret"][0], bare["data"]["data"])


def test_ten_thousand_orders_are_paged_from_the_end(ali: AliWorld, me: str) -> None:
    """Proves that the last page of ten thousand orders holds the ten oldest ones."""
    made = ali.bulk(10_000, me)
    found, more = ali.list_page(me, "processing", 1000, Faults())
    assert (list(reversed(made[:10])), False) == ([order.number for order in found], more)


def test_stranger_is_told_zeros_and_nothing_else(sandbox: Sandbox, ali: AliWorld) -> None:
    """Proves that order.count answers a stranger with zeros while every other call says that he is signed out."""
    ali.bulk(2)
    with Asker(sandbox) as stranger:
        assert {"unpaid": "0", "processing": "0", "shipped": "0"} == stranger.data(COUNT)["module"]
        assert ["FAIL_SYS_SESSION_EXPIRED"] * 3 == [code(stranger.get(api)) for api in (LIST, DETAIL, TRACKING)]


def test_first_call_without_a_token_renews_it(sandbox: Sandbox, ali: AliWorld, me: str) -> None:
    """Proves that a call without the token cookie is refused once and handed a token for both hosts."""
    with Asker(sandbox, ali.sign_in(me), token=False) as visitor:
        refused = visitor.get(LIST)
        given = refused.headers["set-cookie"]
        visitor.cookies["_m_h5_tk"] = SimpleCookie(given)["_m_h5_tk"].value
        assert ("FAIL_SYS_TOKEN_EMPTY", "SUCCESS") == (code(refused), code(visitor.get(LIST)))
    assert "Domain=aliexpress.localhost" in given


def test_calls_are_jsonp_where_a_callback_is_named(asker: Asker) -> None:
    """Proves the wrapper of a JSONP answer."""
    text = asker.get(LIST, callback="mtopjsonp3", type="originaljsonp").text.strip()
    assert ("mtopjsonp3(", ")") == (text[:11], text[-1])
    assert json.loads(text[11:-1])["ret"] == ["SUCCESS::调用成功"]


@pytest.mark.parametrize("name", ["sign", "t", "appKey", "v"])
def test_call_must_carry_what_a_page_sends(asker: Asker, name: str) -> None:
    """Proves that a call which lacks a parameter is refused as a bad one."""
    assert code(asker.get(LIST, None, **{name: ""})) == "UNKNOWN_FAIL_CODE"


def test_order_of_another_account_is_an_empty_skeleton(ali: AliWorld, asker: Asker) -> None:
    """Proves that nobody sees a foreign order: SUCCESS with nothing in it, as for a question with a wrong key."""
    (number,) = ali.buy(GRACE, [TOTE], "somebody-else")
    assert asker.data(DETAIL, {"tradeOrderId": number})["data"] == {}
    assert asker.data(DETAIL, {"orderId": number})["data"] == {}
    assert asker.data(TRACKING, {"tradeOrderId": number})["module"] == {}


def test_checkout_becomes_one_order_a_store(ali: AliWorld, asker: Asker, me: str) -> None:
    """Proves that two sellers mean two numbers of 16 digits, 20,000 apart, far below 2^53."""
    first, second = ali.buy(GRACE, [TOTE, LAMP], me)
    (later,) = ali.buy(GRACE, [TOTE], me)
    assert (20_000, 16) == (int(second) - int(first), len(first))
    assert int(first) + 9 * 10**10 < int(later) < 2**53
    assert ["Vega Store", "Vega Store", "Lima Store"] == [order["storeName"] for order in orders(asker.data(LIST))]


def test_pay_time_is_there_only_once_paid(ali: AliWorld, asker: Asker, me: str) -> None:
    """Proves that `payTime` tells paid from unpaid, and that an unpaid order says how long it waits."""
    (number,) = ali.buy(GRACE, [TOTE], me)
    before = asker.data(DETAIL, {"tradeOrderId": number})
    ali.pay(number)
    after = asker.data(DETAIL, {"tradeOrderId": number})
    info = "detail_simple_order_info_component"
    assert (False, True) == ("payTime" in block(before, info), "payTime" in block(after, info))
    assert "pay within 11 days 23 hours" in block(before, "detail_order_status_block")["reminder"]


def test_lines_are_dealt_to_parcels(ali: AliWorld, asker: Asker, me: str) -> None:
    """Proves that two parcels share the pieces of an order, each with its own number and the real carrier."""
    (number,) = ali.buy(GRACE, [LAMP], me)
    ali.pay(number)
    ali.ship(number, parcels=2)
    parcels = asker.data(TRACKING, {"tradeOrderId": number})["module"]["trackingDetailLineList"]
    assert [[1], [1]] == [[item["count"] for item in parcel["packageItemList"]] for parcel in parcels]
    assert ({"USPS"}, {"AliExpress standard shipping"}) == (
        {parcel["logisticsCpInfo"]["cpName"] for parcel in parcels},
        {parcel["logisticsCarrierName"] for parcel in parcels},
    )
    assert len({parcel["mailNo"] for parcel in parcels}) == len({parcel["originMailNo"] for parcel in parcels}) == 2


def test_partial_shipment_is_completed_by_the_second(ali: AliWorld, me: str) -> None:
    """Proves that an order is partly shipped until its last line has gone."""
    (number,) = ali.buy(GRACE, [TOTE, BuyLine("1005006800000138", "12000038500000092", "Beanie", 1, 300)], me)
    ali.pay(number)
    ali.ship(number, lines=[0])
    partly = ali.order(number).state
    ali.ship(number, lines=[1])
    assert (OrderState.PARTLY_SHIPPED, OrderState.AWAITING_DELIVERY) == (partly, ali.order(number).state)


def test_last_mile_number_changes_and_parcel_arrives(ali: AliWorld, asker: Asker, me: str) -> None:
    """Proves that a parcel keeps its first number, takes a new one, and ends signed for, scans newest first."""
    day = datetime(2026, 9, 1, 8, tzinfo=UTC)
    (number,) = ali.buy(GRACE, [TOTE], me, at=day)
    ali.pay(number, at=day)
    ali.ship(number, numbers=["LP1"], at=day + timedelta(days=2))
    ali.change_number(number, "9200190175547700000001", at=day + timedelta(days=9))
    ali.deliver(number, at=day + timedelta(days=11))
    (parcel,) = asker.data(TRACKING, {"tradeOrderId": number})["module"]["trackingDetailLineList"]
    codes = [scan["trackingSecondCode"] for scan in parcel["detailList"]]
    times = [scan["time"] for scan in parcel["detailList"]]
    assert ("9200190175547700000001", "LP007") == (parcel["mailNo"], parcel["originMailNo"][:5])
    assert ("AE_GTMS_SIGNED", "AE_ORDER_PLACED") == (codes[0], codes[-1])
    assert ("REAL_DELIVERY", times) == (parcel["etaInfo"]["etaSceneCode"], sorted(times, reverse=True))
    assert times[0] == int((day + timedelta(days=11)).timestamp() * 1000)


def test_parcel_goes_back(ali: AliWorld, asker: Asker, me: str) -> None:
    """Proves that a returned parcel says so in its newest scan and is not delivered afterwards."""
    (number,) = in_state(ali, me, OrderState.AWAITING_DELIVERY)
    ali.return_parcel(number)
    ali.deliver(number, complete=False)
    (parcel,) = asker.data(TRACKING, {"tradeOrderId": number})["module"]["trackingDetailLineList"]
    assert parcel["detailList"][0]["trackingName"] == "Returned to sender"


def test_refund_is_a_line_under_the_card(ali: AliWorld, asker: Asker, me: str) -> None:
    """Proves that a refunded order keeps a status of its own and says Refunded in `exposeInfo`."""
    (number,) = in_state(ali, me, OrderState.AWAITING_DELIVERY)
    ali.refund(number)
    (card,) = orders(asker.data(LIST))
    assert ("Completed", "Refunded") == (
        card["statusText"],
        card["exposeInfo"]["itemList"][0]["detailList"][0]["title"],
    )


def test_what_cannot_happen_names_the_order(ali: AliWorld, me: str) -> None:
    """Proves that a step out of turn is refused by number and state, and that nothing has moved."""
    (number,) = ali.buy(GRACE, [TOTE], me)
    with pytest.raises(WorldError, match=f"order {number} is to_pay and cannot be sent"):
        ali.ship(number)
    with pytest.raises(WorldError, match="there is no order 12"):
        ali.pay("12")
    assert ali.order(number).state is OrderState.TO_PAY


def test_numbers_of_parcels_never_repeat(ali: AliWorld, me: str) -> None:
    """Proves that ten thousand parcels have ten thousand numbers and that numbers of orders rise."""
    made = ali.bulk(3000, me, state=OrderState.AWAITING_DELIVERY)
    numbers = {parcel.number for number in made for parcel in ali.order(number).parcels}
    assert len(made) == len(numbers)
    assert all(int(before) < int(after) for before, after in pairwise(made))

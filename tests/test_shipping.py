"""From rows to what ShopBase is told: which numbers are ready, and what stands in their way."""

from typing import Any

from sqlmodel import Session, select

from bot.db import Database
from bot.facts import Said, Standing, Tab, Warn, Why
from bot.models import AliItem, AliOrder, FulfillmentState, Line, Order, Parcel
from bot.sandbox import shop_fulfilments
from bot.sandbox.shop_goods import CATALOGUE
from bot.telling import Telling
from flows.values import AliStatus
from tests import rows
from tests.merchant import Merchant, empty_database_fixture, merchant_fixture, stand_ins_fixture  # noqa: F401
from tests.standings import reading, standing, told, why


def two_items(session: Session, **facts: Any) -> tuple[Order, list[Line], AliOrder]:
    """An order of two lines, bought with one AliExpress order that was sent."""
    order, lines = rows.order(session, lines=2)
    return order, lines, rows.bought(session, lines, AliStatus.SENT, **facts)


def test_one_parcel_for_everything(sqlite: Database) -> None:
    """A single parcel of an order that is sent as a whole holds all of its lines."""
    with sqlite.write() as session:
        order, lines, ali = two_items(session)
        rows.parcel(session, ali, "LX100000001CN", items=[rows.holding(line) for line in lines])
        assert [("LX100000001CN", {1: 1, 2: 1})] == told(session, order)


def test_two_parcels_need_a_name_for_the_lines(sqlite: Database) -> None:
    """Two lines and two items: unclear until somebody, or the store's SKU, says which is which."""
    with sqlite.write() as session:
        order, lines = rows.order(session, lines=2)
        ali = rows.bought(session, [], AliStatus.SENT)
        for line, product in zip(lines, ("1005006800000137", "1005006800000174"), strict=True):
            rows.tie(session, line, ali)
            session.add(AliItem(ali_order_id=ali.id or 0, product_id=product, title="Bag", quantity=1))
            rows.parcel(session, ali, f"LX{product}", items=[{"product_id": product, "sku_id": None, "count": 1}])
        items = ["1005006800000137 Bag", "1005006800000174 Bag"]
        data = {"number": ali.number, "order": order.name, "line": 1, "items": items}
        assert Said(Why.UNCLEAR_PARCEL, data) == standing(session, order).why
        assert [] == told(session, order)
        lines[1].sku = "1005006800000137-14:193"
        assert [("LX1005006800000137", {2: 1}), ("LX1005006800000174", {1: 1})] == told(session, order)


def test_parcels_that_do_not_tell_their_contents(sqlite: Database) -> None:
    """Two parcels of unknown contents: Failed, and the numbers are there to be told by hand."""
    with sqlite.write() as session:
        order, _, ali = two_items(session)
        rows.parcel(session, ali, "LX100000001CN")
        rows.parcel(session, ali, "LX100000002CN")
        data = {
            "number": ali.number,
            "order": order.name,
            "line": 1,
            "parcels": ["LX100000001CN", "LX100000002CN"],
        }
        assert Standing(Tab.FAILED, Said(Why.UNKNOWN_CONTENTS, data)) == standing(session, order)


def test_partly_sent_is_not_all(sqlite: Database) -> None:
    """While AliExpress says that a part was sent, one silent parcel is not taken for the whole order."""
    with sqlite.write() as session:
        order, lines, ali = two_items(session)
        ali.status = AliStatus.PARTLY_SENT
        parcel = rows.parcel(session, ali, "LX100000001CN")
        assert why(session, order) is Why.UNKNOWN_CONTENTS
        parcel.items = [rows.holding(lines[1])]
        assert why(session, order) is Why.UNCLEAR_PARCEL
        ali.status = AliStatus.SENT
        parcel.items = []
        assert [("LX100000001CN", {1: 1, 2: 1})] == told(session, order)


def test_an_order_that_does_not_come_is_not_told(sqlite: Database) -> None:
    """The number of an AliExpress order that was cancelled or paid back is told to nobody."""
    with sqlite.write() as session:
        order, (line,) = rows.order(session)
        ali = rows.bought(session, [line], AliStatus.REFUNDED)
        rows.parcel(session, ali, "LX100000001CN")
        assert [] == told(session, order)
        assert why(session, order) is Why.ALI_REFUNDED


def test_a_parcel_that_the_page_no_longer_shows_is_not_told(sqlite: Database) -> None:
    """A parcel that has gone from the page before it was told is left out."""
    with sqlite.write() as session:
        order, (line,) = rows.order(session)
        ali = rows.bought(session, [line], AliStatus.SENT)
        rows.parcel(session, ali, "LX100000001CN", gone=True)
        rows.parcel(session, ali, "LX100000002CN")
        assert [("LX100000002CN", {1: 1})] == told(session, order)


def test_the_parcel_with_a_number_goes_first(sqlite: Database) -> None:
    """Of two parcels that may hold the only piece, the one that has its number counts."""
    with sqlite.write() as session:
        order, (line,) = rows.order(session)
        ali = rows.bought(session, [line], AliStatus.SENT)
        rows.parcel(session, ali, None)
        rows.parcel(session, ali, "LX100000002CN")
        assert [("LX100000002CN", {1: 1})] == told(session, order)


def test_each_order_on_a_number_is_told_of_its_own_lines(sqlite: Database) -> None:
    """Two store orders in one AliExpress order get a fulfilment each, with their own lines alone."""
    with sqlite.write() as session:
        first, (line,) = rows.order(session, quantity=2)
        second, (other,) = rows.order(session)
        ali = rows.bought(session, [line], AliStatus.SENT)
        rows.tie(session, other, ali)
        session.add(AliItem(ali_order_id=ali.id or 0, product_id="1005009", title="y", quantity=1))
        rows.parcel(session, ali, "LX100000001CN")
        assert [("LX100000001CN", {1: 2})] == told(session, first)
        assert [("LX100000001CN", {1: 1})] == told(session, second)
        # That it was told for one order is nothing to the other.
        (parcel,) = session.exec(select(Parcel))
        rows.fulfilment(session, first, parcel.number, [line], parcel)
        line.fulfilled_quantity = 2
        assert [] == told(session, first)
        assert [("LX100000001CN", {1: 1})] == told(session, second)


def test_two_aliexpress_orders_in_one_parcel(sqlite: Database) -> None:
    """Two AliExpress orders of one store order with one number become one fulfilment, even if the second is late."""
    with sqlite.write() as session:
        order, (line, other) = rows.order(session, lines=2)
        first = rows.bought(session, [line], AliStatus.SENT)
        second = rows.bought(session, [other], AliStatus.SENT)
        parcel = rows.parcel(session, first, "LX100000001CN")
        late = rows.parcel(session, second, "LX100000001CN")
        assert [("LX100000001CN", {1: 1, 2: 1})] == told(session, order)
        rows.fulfilment(session, order, parcel.number, [line], parcel)
        line.fulfilled_quantity = 1
        expected = Telling("LX100000001CN", "Other", {other.id or 0: 1}, (late.id or 0,))
        assert (expected,) == reading(session, order).plan.new
        assert why(session, order) is Why.PUSH_NEXT


def test_a_refusal_is_failed_with_the_number_to_copy(sqlite: Database) -> None:
    """What ShopBase refused stays Failed and is not told again by itself."""
    with sqlite.write() as session:
        order, (line,) = rows.order(session)
        ali = rows.bought(session, [line], AliStatus.SENT)
        parcel = rows.parcel(session, ali, "LX100000001CN")
        rows.fulfilment(
            session, order, parcel.number, [line], parcel, state=FulfillmentState.REFUSED, problem="refunded"
        )
        data = {"what": "tracking number LX100000001CN (4PX)", "problem": "refunded"}
        assert Standing(Tab.FAILED, Said(Why.REFUSED, data)) == standing(session, order)
        assert [] == told(session, order)


def test_a_refused_number_that_is_no_longer_shown_is_over(sqlite: Database) -> None:
    """A number that was refused and has changed since, or belongs to an order replaced since, holds nothing up."""
    with sqlite.write() as session:
        order, (line,) = rows.order(session)
        ali = rows.bought(session, [line], AliStatus.SENT)
        parcel = rows.parcel(session, ali, "LX100000002CN")
        refused = FulfillmentState.REFUSED
        rows.fulfilment(session, order, "LX100000001CN", [line], parcel, state=refused)
        assert [("LX100000002CN", {1: 1})] == told(session, order)
        assert why(session, order) is Why.PUSH_NEXT


def test_what_a_person_was_refused_is_told(sqlite: Database) -> None:
    """A fulfilment by hand that was refused is Failed too, with or without a number."""
    with sqlite.write() as session:
        order, (line,) = rows.order(session)
        rows.fulfilment(session, order, None, [line], state=FulfillmentState.STUCK, by_hand=True, problem="detach it")
        data = {"what": "the fulfilment without a number", "problem": "detach it"}
        assert Standing(Tab.FAILED, Said(Why.STUCK, data)) == standing(session, order)


def test_an_odd_number_is_failed_and_not_told(sqlite: Database) -> None:
    """What cannot be a tracking number is shown and told to nobody; an odd further parcel holds nothing up."""
    with sqlite.write() as session:
        order, (line,) = rows.order(session)
        ali = rows.bought(session, [line], AliStatus.SENT)
        parcel = rows.parcel(session, ali, "ASK SELLER")
        data = {"number": "ASK SELLER", "ali": ali.number, "order": order.name, "line": 1}
        assert Standing(Tab.FAILED, Said(Why.ODD_NUMBER, data)) == standing(session, order)
        assert [] == told(session, order)
        parcel.number = "LX100000001CN"
        rows.parcel(session, ali, "ASK SELLER")
        assert why(session, order) is Why.PUSH_NEXT


def test_a_last_mile_number_is_a_correction(sqlite: Database) -> None:
    """A number that changes after it was told corrects the fulfilment instead of making another."""
    with sqlite.write() as session:
        order, (line,) = rows.order(session)
        ali = rows.bought(session, [line], AliStatus.SENT)
        parcel = rows.parcel(session, ali, "LP100000001CN", carrier="4PX")
        fulfilment = rows.fulfilment(session, order, parcel.number, [line], parcel)
        line.fulfilled_quantity = 1
        parcel.number = "9400100000001"
        plan = reading(session, order).plan
        assert [(fulfilment.id, "9400100000001")] == [(each.fulfillment, each.number) for each in plan.corrections]
        assert () == plan.new
        assert Standing(Tab.FULFILLED, None) == standing(session, order)


def test_the_fulfilment_that_went_well_counts(sqlite: Database) -> None:
    """A parcel that was refused once and told since is corrected at the fulfilment that ShopBase has."""
    with sqlite.write() as session:
        order, (line,) = rows.order(session)
        ali = rows.bought(session, [line], AliStatus.SENT)
        parcel = rows.parcel(session, ali, "9400100000001")
        sent = rows.fulfilment(session, order, "LP100000001CN", [line], parcel)
        rows.fulfilment(session, order, "LP100000009CN", [line], parcel, state=FulfillmentState.REFUSED)
        line.fulfilled_quantity = 1
        assert [sent.id] == [each.fulfillment for each in reading(session, order).plan.corrections]


def test_a_further_parcel_is_shown(sqlite: Database) -> None:
    """A second parcel for a line that the first one covers is a warning and no trouble."""
    with sqlite.write() as session:
        order, (line,) = rows.order(session)
        ali = rows.bought(session, [line], AliStatus.SENT)
        rows.parcel(session, ali, "LX100000001CN", items=[rows.holding(line)])
        rows.parcel(session, ali, "LX100000002CN", items=[rows.holding(line)])
        assert (Said(Warn.FURTHER_PARCEL, {"number": "LX100000002CN", "line": 1}),) == standing(session, order).warnings
        assert [("LX100000001CN", {1: 1})] == told(session, order)


def test_a_line_refunded_before_it_was_bought_has_no_part(sqlite: Database) -> None:
    """Linking a whole order with a refunded line leaves the other line its parcels."""
    with sqlite.write() as session:
        order, (line, refunded) = rows.order(session, lines=2, financial_status="partially_refunded")
        refunded.refunded_quantity = 1
        ali = rows.bought(session, [line], AliStatus.SENT)
        rows.tie(session, refunded, ali)
        rows.parcel(session, ali, "LX100000001CN", items=[rows.holding(line)])
        rows.parcel(session, ali, "LX100000002CN", items=[rows.holding(line)])
        assert [("LX100000001CN", {1: 1})] == told(session, order)


def test_no_more_is_told_than_is_wanted(sqlite: Database) -> None:
    """Refunded pieces and lines taken off the order are not told, although the parcel holds them."""
    with sqlite.write() as session:
        order, (line, off) = rows.order(session, lines=2, quantity=3, financial_status="partially_refunded")
        line.refunded_quantity, off.removed = 2, True
        ali = rows.bought(session, [line, off], AliStatus.SENT)
        rows.parcel(session, ali, "LX100000001CN")
        assert [("LX100000001CN", {1: 1})] == told(session, order)


class TestWithTheStore:
    """The same with a store that answers: what it holds and whom it mailed in the end."""

    def test_a_number_that_comes_up_again_for_another_line(self, merchant: Merchant) -> None:
        """Two AliExpress orders that end up in one parcel: the late one gets a fulfilment of its own, once."""
        order = merchant.sell((CATALOGUE[0], 1), (CATALOGUE[1], 1))
        merchant.pull()
        numbers = [merchant.buy(order.name), merchant.buy(order.name)]
        first, second = numbers[0][0], numbers[1][0]
        for position, number in ((1, first), (2, second)):
            merchant.link(f"{order.name}/{position}", number)
            merchant.ali.ship([number])
        (told,) = merchant.read(first)
        merchant.push(yes=True)
        merchant.ali.change_number(second, told)
        merchant.read(second)
        assert [("Shipping confirmation", told)] == merchant.mails
        merchant.push()
        assert Tab.FULFILLED is merchant.tab(order.name)
        assert [(order.name, told, "success")] * 2 == merchant.fulfilments
        posts = merchant.posts()
        for _ in range(2):
            merchant.pull()
            merchant.push(retry=True)
        assert (posts, 2) == (merchant.posts(), len(merchant.mails))

    def test_a_number_mended_by_hand_stays(self, merchant: Merchant) -> None:
        """What the merchant changes in ShopBase is not changed back, whatever AliExpress shows."""
        name, _ = merchant.sent((CATALOGUE[0], 1))
        merchant.push(yes=True)
        self.by_hand(merchant, name, "MENDED-1")
        merchant.clock.wait(hours=1)
        for _ in range(2):
            merchant.pull()
            merchant.push()
        assert [(name, "MENDED-1", "success")] == merchant.fulfilments
        assert Tab.FULFILLED is merchant.tab(name)

    def test_a_fulfilment_cancelled_in_the_store_is_for_a_person(self, merchant: Merchant) -> None:
        """What the merchant cancels in ShopBase is Failed, not told again by itself, and told again by hand."""
        name, (number,) = merchant.sent((CATALOGUE[0], 1))
        merchant.push(yes=True)
        order = merchant.store.find(name)
        with merchant.store.lock:
            shop_fulfilments.move(merchant.store, order, order.fulfilments[0], "cancel")
        merchant.clock.wait(days=2)
        merchant.pull()
        merchant.push(retry=True)
        assert (Tab.FAILED, 1) == (merchant.tab(name), merchant.posts())
        merchant.fulfil(name, number, "USPS")
        merchant.pull()
        assert Tab.FULFILLED is merchant.tab(name)
        assert [(name, number, "cancelled"), (name, number, "success")] == merchant.fulfilments

    def by_hand(self, merchant: Merchant, name: str, number: str) -> None:
        """The merchant changes the number of an order's first fulfilment in the store."""
        order = merchant.store.find(name)
        with merchant.store.lock:
            asked = {"fulfillment": {"tracking_number": number, "notify_customer": False}}
            shop_fulfilments.update(merchant.store, order, order.fulfilments[0], asked)

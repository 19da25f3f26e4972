"""What AliExpress pages say, written into our tables: cards, details, parcels, and what is worth reading again."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select

from bot.ali_intake import due_again, entry_of, mark_read, restand_orders_of, take_detail, take_listed, take_tracking
from bot.db import Database
from bot.facts import Tab
from bot.models import AliOrder, Parcel
from flows.values import (
    AliStatus,
    ListedOrder,
    Money,
    Reader,
    TrackingEvent,
)
from tests import rows
from tests.ali_pages import (
    BAG,
    CUP,
    LATER,
    NUMBER,
    a_card,
    a_detail,
    a_parcel,
    an_ali_order,
    bag,
    events_of,
    items_of,
    parcels_of,
    scan,
    tracking,
)
from tests.rows import NOW


class TestCards:
    """Cards of the order list."""

    def test_a_first_card(self, database: Database) -> None:
        """A card's facts are kept, its status is news, and its pages are to be read, on both databases."""
        with database.write() as session:
            ali = an_ali_order(session, missing_since=NOW)
            assert take_listed(session, ali, a_card(refund_note="Refund processing"), NOW)
        with database.read() as session:
            ali = session.exec(select(AliOrder)).one()
            assert (AliStatus.TO_SHIP, "to_ship", "Refund processing") == (ali.status, ali.status_text, ali.refund_note)
            assert (13274, "BRL", "Ferry Store") == (ali.total_minor, ali.currency, ali.store_name)
            assert (date(2026, 11, 20), NOW, NOW) == (ali.ordered_on, ali.list_read_at, ali.paid_seen_at)
            assert (None, None, None) == (ali.missing_since, ali.sent_seen_at, ali.list_entry)
            assert [(BAG, "12000038500000091", 1)] == items_of(session)
            news = {"before": None, "now": "to_ship", "text": "to_ship"}
            assert [("status", news)] == events_of(session)

    def test_a_card_that_was_read_in_full_is_not_taken_in_again(self, sqlite: Database) -> None:
        """The list lags behind the detail page, so an unchanged card does not take back what that page said."""
        with sqlite.write() as session:
            ali, card = an_ali_order(session), a_card()
            assert take_listed(session, ali, card, NOW)
            take_detail(session, ali, a_detail(AliStatus.SENT), NOW)
            mark_read(session, ali, entry_of(card), NOW)
            assert not take_listed(session, ali, card, LATER)
            assert (AliStatus.SENT, LATER) == (ali.status, ali.list_read_at)
            assert take_listed(session, ali, a_card(AliStatus.SENT), LATER)

    @pytest.mark.parametrize(
        "changed",
        [
            a_card(AliStatus.SENT),
            a_card(status_text="Processing"),
            a_card(total=Money(minor=13275, currency="BRL")),
            a_card(total=Money(minor=13274, currency="USD")),
            a_card(refund_note="Refunded"),
            a_card(AliStatus.TO_SHIP, bag(2)),
            a_card(AliStatus.TO_SHIP, bag(), bag(product_id=CUP)),
            a_card(AliStatus.TO_SHIP, bag(sku_id=None)),
        ],
    )
    def test_what_makes_a_card_another(self, changed: ListedOrder) -> None:
        """Anything that a card says of an order makes its pages worth reading."""
        assert entry_of(a_card()) != entry_of(changed)

    def test_what_does_not_make_a_card_another(self) -> None:
        """A title in another language is the same card."""
        assert entry_of(a_card()) == entry_of(a_card(AliStatus.TO_SHIP, bag(title="Bolsa"), store_name="Loja"))

    def test_a_card_that_shows_a_part_of_the_lines(self, sqlite: Database) -> None:
        """A card that shows fewer lines than the order has, or none, does not lose the ones that are known."""
        with sqlite.write() as session:
            ali = an_ali_order(session)
            take_detail(session, ali, a_detail(AliStatus.TO_SHIP, bag(), bag(product_id=CUP)), NOW)
            both = items_of(session)
            assert 2 == len(both)
            take_listed(session, ali, a_card(AliStatus.SENT, line_count=2), NOW)
            assert both == items_of(session)
            take_listed(session, ali, a_card(AliStatus.COMPLETED, lines=()), NOW)
            assert both == items_of(session)
            take_listed(session, ali, a_card(AliStatus.COMPLETED, bag(3), line_count=1), NOW)
            assert [(BAG, "12000038500000091", 3)] == items_of(session)


class TestDetails:
    """The detail page."""

    def test_it_knows_more_than_the_list(self, database: Database) -> None:
        """Days, deadline and total of the detail page are kept, and an old trouble is over, on both databases."""
        with database.write() as session:
            ali = an_ali_order(session, trouble="order-detail: missing", missing_since=NOW)
            deadline = NOW + timedelta(days=3)
            take_detail(session, ali, a_detail(AliStatus.UNPAID, paid_on=None, pay_deadline=deadline), NOW)
        with database.read() as session:
            ali = session.exec(select(AliOrder)).one()
            assert (AliStatus.UNPAID, deadline, 13275) == (ali.status, ali.pay_deadline, ali.total_minor)
            assert (None, None, NOW, None, None) == (
                ali.trouble,
                ali.missing_since,
                ali.detail_read_at,
                ali.paid_on,
                ali.paid_seen_at,
            )

    def test_a_page_that_tells_less_takes_nothing_back(self, sqlite: Database) -> None:
        """Days that are known stay where the drawn page alone was read and does not tell them."""
        with sqlite.write() as session:
            ali = an_ali_order(session)
            take_detail(session, ali, a_detail(AliStatus.SENT, shipped_on=date(2026, 11, 22)), NOW)
            less = a_detail(AliStatus.SENT, ordered_on=None, paid_on=None, store_name="", lines=(), reader=Reader.PAGE)
            take_detail(session, ali, less, LATER)
            assert (date(2026, 11, 20), date(2026, 11, 21)) == (ali.ordered_on, ali.paid_on)
            assert (date(2026, 11, 22), "Ferry Store") == (ali.shipped_on, ali.store_name)
            assert [(BAG, "12000038500000091", 1)] == items_of(session)

    def test_every_turn_is_written_down_once(self, sqlite: Database) -> None:
        """A status that stays leaves no second entry; when it was first seen paid and sent stays as it was."""
        with sqlite.write() as session:
            ali = an_ali_order(session)
            for hours, status in enumerate([AliStatus.UNPAID, AliStatus.TO_SHIP, AliStatus.TO_SHIP, AliStatus.SENT]):
                take_detail(session, ali, a_detail(status), NOW + timedelta(hours=hours))
            take_detail(session, ali, a_detail(AliStatus.COMPLETED), NOW + timedelta(hours=9))
            turns = [(data["before"], data["now"]) for _, data in events_of(session)]
            assert [(None, "unpaid"), ("unpaid", "to_ship"), ("to_ship", "sent"), ("sent", "completed")] == turns
            assert (NOW + timedelta(hours=1), NOW + timedelta(hours=3)) == (ali.paid_seen_at, ali.sent_seen_at)

    def test_items_are_replaced_as_a_whole(self, sqlite: Database) -> None:
        """What the page shows is what the order holds; a cut-off emoji in a text is no hindrance."""
        with sqlite.write() as session:
            ali = an_ali_order(session)
            take_detail(session, ali, a_detail(AliStatus.TO_SHIP, bag(), bag()), NOW)
            take_listed(session, ali, a_card(status_text="\ud83d", refund_note="\udc08"), NOW)
            take_detail(
                session, ali, a_detail(AliStatus.TO_SHIP, bag(2, title="Cat \ud83d"), status_text="\ud83d"), NOW
            )
            mark_read(session, ali, entry_of(a_card(status_text="\ud83d")), NOW)
            assert [(BAG, "12000038500000091", 2)] == items_of(session)


class TestTrackings:
    """The tracking page."""

    def test_a_first_parcel(self, database: Database) -> None:
        """Number, carrier, service, contents and way of a parcel are kept, on both databases."""
        with database.write() as session:
            ali = an_ali_order(session, trouble="tracking: missing")
            seen = a_parcel("lx 100000001 cn", scan(0.5), scan(1), scan(2, "AE_ORDER_SHIPPED"), original_number="lp 1")
            assert 1 == take_tracking(session, ali, tracking(seen), NOW)
            assert (None, NOW) == (ali.trouble, ali.tracking_read_at)
        with database.read() as session:
            row = session.exec(select(Parcel)).one()
            assert ("LX100000001CN", "LP1", NOW, NOW) == (
                row.number,
                row.original_number,
                row.first_seen_at,
                row.number_seen_at,
            )
            assert ("J&T Express", "AliExpress standard shipping") == (row.carrier, row.service)
            assert (2, NOW - timedelta(hours=12), "Departed") == (row.scans, row.last_event_at, row.last_event_text)
            assert [{"product_id": BAG, "sku_id": "12000038500000091", "count": 1}] == row.items
            news = {"before": None, "now": "LX100000001CN", "carrier": "J&T Express"}
            assert ("tracking number", news) in events_of(session)

    def test_the_same_page_again_is_no_news(self, sqlite: Database) -> None:
        """A page read twice leaves one parcel and one entry, also where its number is written with blanks."""
        with sqlite.write() as session:
            ali = an_ali_order(session)
            numbers = ["LX100000001CN", "lx 100 000 001 cn", "LX100000001CN\u200b"]
            news = [take_tracking(session, ali, tracking(a_parcel(number)), NOW) for number in numbers]
            assert [1, 0, 0] == news
            assert [("LX100000001CN", False)] == parcels_of(session)
            assert 1 == len(events_of(session))

    def test_a_number_that_changes(self, sqlite: Database) -> None:
        """A last-mile number is the same parcel's; the first number is kept, and so is when it first had one."""
        with sqlite.write() as session:
            ali = an_ali_order(session)
            take_tracking(session, ali, tracking(a_parcel("LP100000001CN")), NOW)
            last_mile = a_parcel("9400100000001", carrier="USPS")
            assert 1 == take_tracking(session, ali, tracking(last_mile), LATER)
            row = session.exec(select(Parcel)).one()
            assert ("9400100000001", "LP100000001CN") == (row.number, row.original_number)
            assert (NOW, "USPS") == (row.number_seen_at, row.carrier)
            assert {"before": "LP100000001CN", "now": "9400100000001", "carrier": "USPS"} == events_of(session)[-1][1]
            # Back to the first number for a while: still the same parcel.
            take_tracking(session, ali, tracking(a_parcel("LP100000001CN"), a_parcel("LX2")), LATER)
            assert [("LP100000001CN", False), ("LX2", False)] == parcels_of(session)

    @pytest.mark.parametrize("number", [None, "", "  "])
    def test_a_number_that_is_not_there_yet(self, sqlite: Database, number: str | None) -> None:
        """A parcel without a number is a parcel; once it has one it is that same parcel's."""
        with sqlite.write() as session:
            ali = an_ali_order(session)
            assert 0 == take_tracking(session, ali, tracking(a_parcel(number)), NOW)
            assert [(None, False)] == parcels_of(session)
            assert 1 == take_tracking(session, ali, tracking(a_parcel()), LATER)
            assert [("LX100000001CN", False)] == parcels_of(session)
            row = session.exec(select(Parcel)).one()
            assert (NOW, LATER) == (row.first_seen_at, row.number_seen_at)
            # A number that the page no longer tells is not forgotten.
            assert 0 == take_tracking(session, ali, tracking(a_parcel(None)), LATER)
            assert [("LX100000001CN", False)] == parcels_of(session)

    def test_a_parcel_that_disappears_and_comes_back(self, sqlite: Database) -> None:
        """A parcel no longer shown is kept as gone, and is the same one when it is shown again."""
        with sqlite.write() as session:
            ali = an_ali_order(session)
            take_tracking(session, ali, tracking(a_parcel("LX1"), a_parcel("LX2")), NOW)
            take_tracking(session, ali, tracking(a_parcel("LX2")), NOW)
            assert [("LX1", True), ("LX2", False)] == parcels_of(session)
            assert 0 == take_tracking(session, ali, tracking(a_parcel("LX2"), a_parcel("LX1")), NOW)
            assert [("LX1", False), ("LX2", False)] == parcels_of(session)

    def test_a_page_without_parcels_takes_none_away(self, sqlite: Database) -> None:
        """A tracking page that shows nothing at all proves nothing."""
        with sqlite.write() as session:
            ali = an_ali_order(session)
            take_tracking(session, ali, tracking(a_parcel()), NOW)
            assert 0 == take_tracking(session, ali, tracking(), LATER)
            assert [("LX100000001CN", False)] == parcels_of(session)

    def test_a_page_that_tells_less_takes_nothing_back(self, sqlite: Database) -> None:
        """Carrier, contents and scans that are known stay where the drawn page alone was read."""
        with sqlite.write() as session:
            ali = an_ali_order(session)
            take_tracking(session, ali, tracking(a_parcel("LX100000001CN", scan(1), scan(2))), NOW)
            drawn = TrackingEvent(at=None, code="", title="Departed", text="")
            less = a_parcel("LX100000001CN", drawn, carrier=None, carrier_link=None, service=None, items=())
            take_tracking(session, ali, tracking(less), LATER)
            row = session.exec(select(Parcel)).one()
            assert ("J&T Express", "AliExpress standard shipping", 2) == (row.carrier, row.service, row.scans)
            assert (1, NOW - timedelta(days=1)) == (len(row.items), row.last_event_at)

    def test_scans_are_what_a_carrier_did(self, sqlite: Database) -> None:
        """AliExpress's own rows are no scans; of drawn rows without times all but those three are."""
        own = [scan(1, code) for code in ("AE_ORDER_PLACED", "AE_ORDER_PAID", "AE_ORDER_SHIPPED")]
        drawn = [TrackingEvent(at=None, code="", title=str(n), text="") for n in range(5)]
        with sqlite.write() as session:
            ali = an_ali_order(session)
            seen = (
                a_parcel("LX1", *own),
                a_parcel("LX2", scan(0), *own),
                a_parcel("LX3", *drawn),
                a_parcel("LX4", *drawn[:2]),
            )
            take_tracking(session, ali, tracking(*seen), NOW)
            found = {row.number: row.scans for row in session.exec(select(Parcel))}
            assert {"LX1": 0, "LX2": 1, "LX3": 2, "LX4": 0} == found

    def test_delivered_and_returned(self, sqlite: Database) -> None:
        """What the page says last counts."""
        with sqlite.write() as session:
            ali = an_ali_order(session)
            take_tracking(session, ali, tracking(a_parcel(delivered=True)), NOW)
            take_tracking(session, ali, tracking(a_parcel(returned=True)), LATER)
            row = session.exec(select(Parcel)).one()
            assert (False, True) == (row.delivered, row.returned)


class TestDone:
    """What is read again, and when nothing can change any more."""

    @pytest.mark.parametrize(
        ("status", "parcels", "sent_days", "done"),
        [
            (AliStatus.UNPAID, [], None, False),
            (AliStatus.TO_SHIP, [], None, False),
            (AliStatus.SENT, ["LX1"], 400, False),
            (AliStatus.IN_DISPUTE, ["LX1"], 400, False),
            (AliStatus.CANCELLING, [], None, False),
            (AliStatus.COMPLETED, ["LX1"], 5, True),
            (AliStatus.COMPLETED, ["LX1", None], 5, False),
            (AliStatus.COMPLETED, [], 59, False),
            (AliStatus.COMPLETED, [], 61, True),
            *[
                (status, [], None, True)
                for status in (AliStatus.CANCELED, AliStatus.EXPIRED, AliStatus.CLOSED, AliStatus.REFUNDED)
            ],
        ],
    )
    def test_when_an_order_is_done(
        self, sqlite: Database, status: AliStatus, parcels: list[str | None], sent_days: int | None, done: bool
    ) -> None:
        """Over is done, completed is done once all parcels have numbers or none came in two months; else it is read."""
        with sqlite.write() as session:
            sent = NOW - timedelta(days=sent_days) if sent_days is not None else None
            ali = an_ali_order(session, status=status, sent_seen_at=sent)
            for number in parcels:
                rows.parcel(session, ali, number)
            rows.parcel(session, ali, None, gone=True)
            mark_read(session, ali, "card", NOW)
            assert (NOW if done else None, "card") == (ali.finished_at, ali.list_entry)
            mark_read(session, ali, None, LATER)
            assert (NOW if done else None, "card") == (ali.finished_at, ali.list_entry)

    @pytest.mark.parametrize(
        ("sent_days", "read_hours", "due"),
        [
            (1, 22.9, False),
            (1, 23, True),
            (14, 23, True),
            (14.01, 24, False),
            (15, 70.9, False),
            (15, 71, True),
        ],
    )
    def test_when_a_sent_order_is_read_again(self, sent_days: float, read_hours: float, due: bool) -> None:
        """Daily for 14 days after it was sent, then every three days, with an hour of grace."""
        sent, read = NOW - timedelta(days=sent_days), NOW - timedelta(hours=read_hours)
        assert due is due_again(sent, read, NOW)


def test_the_tabs_follow(sqlite: Database) -> None:
    """What a page says moves every store order that was bought with it."""
    with sqlite.write() as session:
        order, (line,) = rows.order(session)
        other, _ = rows.order(session)
        ali = rows.bought(session, [line], number=NUMBER)
        take_detail(session, ali, a_detail(AliStatus.EXPIRED), datetime.now(UTC))
        restand_orders_of(session, [ali], NOW)
        assert (Tab.FAILED, Tab.AWAITING_ORDER) == (order.tab, other.tab)
        restand_orders_of(session, [], NOW)

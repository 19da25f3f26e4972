"""What a merchant sees when they look orders up: the right ones, in words and as JSON."""

import unicodedata
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from bot.config import Config
from bot.db import Database
from bot.facts import Tab
from bot.linking import link
from bot.listing import as_json, count_at_stake, count_tabs, describe, events_of, list_orders
from bot.models import Event, FulfillmentState, Order, Purchase, PurchaseState
from bot.standing import restand
from flows.values import AliStatus
from tests import rows
from tests.rows import NOW


@pytest.fixture
def config() -> Config:
    """Two shops of one account; only the first one pushes."""
    shop = {"url": "https://my-shop.onshopbase.com", "account": "main"}
    other = {"url": "https://other-shop.onshopbase.com", "account": "main"}
    return Config.model_validate(
        {"shops": {"main": shop | {"live_push": True}, "other": other}, "accounts": {"main": {}}}
    )


def names(session: Session, config: Config, **how: Any) -> list[str]:
    """The names of the orders that are listed."""
    session.flush()
    return [each.rows.order.name for each in list_orders(session, config, NOW, **how)]


def told(session: Session, config: Config, order: Order) -> dict[str, Any]:
    """One order as JSON."""
    session.flush()
    (listed,) = describe(session, config, [order.id or 0], NOW)
    return as_json(listed)


def test_the_newest_come_first(database: Database, config: Config) -> None:
    """Orders are listed newest first, the later id first where they are of one moment, and no more than asked for."""
    with database.write() as session:
        for minutes, name in enumerate(["#1", "#2", "#3"]):
            rows.order(session, name=name, created_at=NOW + timedelta(minutes=minutes))
        rows.order(session, name="#4", created_at=NOW + timedelta(minutes=2))
        assert ["#4", "#3", "#2", "#1"] == names(session, config)
        assert ["#4", "#3"] == names(session, config, limit=2)


def test_tabs_and_shops(database: Database, config: Config) -> None:
    """A tab and a shop narrow the list; every tab is counted, also the empty ones, on both databases."""
    with database.write() as session:
        for tab in (Tab.FAILED, Tab.FAILED, Tab.FULFILLED):
            rows.order(session, name=f"#{tab.value}", tab=tab)
        rows.order(session, name="#other", shop="other", tab=Tab.FAILED)
        assert ["#other", "#failed", "#failed"] == names(session, config, tab=Tab.FAILED)
        assert ["#failed", "#failed"] == names(session, config, tab=Tab.FAILED, shop="main")
        assert [] == names(session, config, tab=Tab.CANCELED)
        counts = count_tabs(session)
        assert list(Tab) == list(counts)
        assert {Tab.FAILED: 3, Tab.FULFILLED: 1} == {tab: count for tab, count in counts.items() if count}
        assert {Tab.FAILED: 1} == {tab: count for tab, count in count_tabs(session, "other").items() if count}
        assert 0 == sum(count_tabs(session, "unknown").values())


def test_nothing_there(sqlite: Database, config: Config) -> None:
    """An empty database lists nothing and counts noughts."""
    with sqlite.read() as session:
        assert [] == names(session, config, search="x")
        assert dict.fromkeys(Tab, 0) == count_tabs(session)


SEARCHES = [
    ("1046", ["#1046"]),
    ("#1046", ["#1046"]),
    ("  1046 ", ["#1046"]),
    ("duc@example.com", ["#1046"]),
    ("DUC@EXAMPLE", ["#1046"]),
    ("Nguyễn Văn", ["#1046"]),
    ("nguyễn văn đức", ["#1046"]),
    ("NGUYỄN VĂN ĐỨC", ["#1046"]),
    (unicodedata.normalize("NFD", "Nguyễn Văn Đức"), ["#1046"]),
    ("Áo [/M] đỏ", ["#1046"]),
    ("áo [/m]", ["#1046"]),
    ("sku-14:193", ["#1046"]),
    ("Đỏ / M", ["#1046"]),
    ("8214398062177351", ["#1046"]),
    ("LX100000001CN", ["#1046"]),
    ("lp100000001", ["#1046"]),
    ("OLD-9", ["#1046"]),
    ("فاطمة", ["#1047"]),
    ("100%", ["#1047"]),
    ("50_off", ["#1047"]),
    ("Bob's", ["#1047"]),
    ('"best"', ["#1047"]),
    ("back\\slash", ["#1047"]),
    ("wow!", ["#1047"]),
    ("#10", ["#1047", "#1046"]),
    ("", ["#1047", "#1046"]),
    ("   ", ["#1047", "#1046"]),
    ("%", ["#1047"]),
    ("_", ["#1047"]),
    ("\\", ["#1047"]),
    ("!", ["#1047"]),
    ("' OR 1=1 --", []),
    ("10%46", []),
    ("10_6", []),
    ("[a-z]", []),
    ("🐈", []),
]


def test_searching(database: Database, config: Config) -> None:
    """Words are found wherever a person would look, taken as they are typed, on both databases."""
    with database.write() as session:
        order, (line,) = rows.order(session, name="#1046", email="duc@example.com", address={"name": "Nguyễn Văn Đức"})
        line.title, line.sku, line.variant_title = "Áo [/M] đỏ", "SKU-14:193", "Đỏ / M"
        ali = rows.bought(session, [line], AliStatus.SENT, number="8214398062177351")
        rows.parcel(session, ali, "LX100000001CN", original_number="LP100000001CN")
        rows.fulfilment(session, order, "OLD-9", [line], state=FulfillmentState.REFUSED)
        other, (line,) = rows.order(session, name="#1047", address={"name": "فاطمة العتيبي"})
        line.title = 'Bob\'s "best" 100% 50_off back\\slash wow!'
        rows.order(session, name="#2000", address=None, shop="third")
        found = {words: names(session, config, search=words) for words, _ in SEARCHES}
        assert {words: [n for n in result if n != "#2000"] for words, result in found.items()} == dict(SEARCHES)
        assert [words for words, result in found.items() if "#2000" in result] == ["", "   "]
        assert ["#1047"] == names(session, config, search=other.store_id)
        assert [] == names(session, config, search=other.store_id[:-1])
        assert [] == names(session, config, search="1046", shop="other")
        assert [] == names(session, config, search="1046", tab=Tab.FAILED)


def test_one_order_found_in_many_places_is_listed_once(sqlite: Database, config: Config) -> None:
    """An order of which many lines, parcels and numbers fit is one order."""
    with sqlite.write() as session:
        _, lines = rows.order(session, lines=3, name="#1046")
        for line in lines:
            ali = rows.bought(session, [line], AliStatus.SENT)
            rows.parcel(session, ali, f"LX10000000{line.position}CN")
            rows.parcel(session, ali, f"LX20000000{line.position}CN")
        assert ["#1046"] == names(session, config, search="Thing")
        assert ["#1046"] == names(session, config, search="LX")


def test_an_order_as_json(database: Database, config: Config) -> None:
    """The JSON of an order has what a script needs: shop, name, tab, why, total, currency, lines and parcels."""
    with database.write() as session:
        order, (line, tip) = rows.order(session, lines=2, name="#1046", currency="KWD", total_minor=12345)
        tip.ours = False
        ali = rows.bought(session, [line], AliStatus.SENT, number="8214398062177351")
        rows.parcel(
            session, ali, "LX100000001CN", carrier="4PX", last_event_at=NOW, last_event_text="Departed", scans=1
        )
        rows.parcel(session, ali, "LX100000009CN", gone=True)
        found = told(session, config, order)
        assert ("main", "#1046", "awaiting-shipment") == (found["shop"], found["name"], found["tab"])
        assert ("12.345", 12345, "KWD") == (found["total"], found["total_minor"], found["currency"])
        assert "push_first" == found["reason"]
        assert found["why"].startswith("tracking number LX100000001CN is ready; the first push")
        assert (order.store_id, "paid", [], NOW.isoformat()) == (
            found["store_id"],
            found["financial_status"],
            found["warnings"],
            found["created_at"],
        )
        (only,) = found["lines"]
        assert (1, "Thing 1", 1, "8214398062177351", "sent") == (
            only["line"],
            only["title"],
            only["quantity"],
            only["ali_order_id"],
            only["status"],
        )
        (parcel,) = only["parcels"]
        assert ("LX100000001CN", "4PX", False, "Departed", NOW.isoformat()) == (
            parcel["number"],
            parcel["carrier"],
            parcel["delivered"],
            parcel["last_event"],
            parcel["last_event_at"],
        )


def test_a_line_that_nothing_was_bought_for_as_json(sqlite: Database, config: Config) -> None:
    """What is not bought has no number, no status and no parcels, and a done order has no why."""
    with sqlite.write() as session:
        order, (line,) = rows.order(session)
        (found,) = told(session, config, order)["lines"]
        assert (None, [], None, []) == (
            found["ali_order_id"],
            found["ali_order_ids"],
            found["status"],
            found["parcels"],
        )
        line.fulfilled_quantity = 1
        done = told(session, config, order)
        assert ("fulfilled", None, None) == (done["tab"], done["why"], done["reason"])


def test_each_line_shows_its_own_parcels(sqlite: Database, config: Config) -> None:
    """A parcel is shown with the lines that it holds; where that is unclear, with all it may be for."""
    with sqlite.write() as session:
        order, lines = rows.order(session, lines=2)
        ali = rows.bought(session, [], AliStatus.SENT)
        for line in lines:
            rows.parcel(session, ali, f"LX10000000{line.position}CN", items=[rows.holding(line)])
            rows.tie(session, line, ali)
        both = ["LX100000001CN", "LX100000002CN"]

        def shown() -> list[list[str]]:
            lines_told = told(session, config, order)["lines"]
            return [[parcel["number"] for parcel in line["parcels"]] for line in lines_told]

        assert [both, both] == shown()
        session.add_all(rows.ali_item(line, ali) for line in lines)
        assert [both, both] == shown()
        for line in lines:
            rows.name_item(session, line, rows.product_of(line))
        assert [both[:1], both[1:]] == shown()


def test_what_shopbase_was_told_as_json(sqlite: Database, config: Config) -> None:
    """Fulfilments are told with their state, number and problem."""
    with sqlite.write() as session:
        order, (line,) = rows.order(session)
        rows.fulfilment(session, order, "LX100000001CN", [line], store_fulfillment_id="7", mailed=True)
        rows.fulfilment(session, order, None, [line], state=FulfillmentState.STUCK, by_hand=True, problem="detach it")
        first, second = told(session, config, order)["fulfilments"]
        assert ("7", "sent", "LX100000001CN", "4PX", True, None) == (
            first["id"],
            first["state"],
            first["number"],
            first["carrier"],
            first["mailed"],
            first["problem"],
        )
        assert (None, "stuck", None, "detach it") == (
            second["id"],
            second["state"],
            second["number"],
            second["problem"],
        )


@pytest.mark.parametrize(("shop", "reason"), [("main", "push_first"), ("other", "push_off"), ("taken-out", "push_off")])
def test_each_shop_pushes_as_it_is_set(sqlite: Database, config: Config, shop: str, reason: str) -> None:
    """The reason tells whether this shop's numbers go out, also for a shop that is configured no more."""
    with sqlite.write() as session:
        order, (line,) = rows.order(session, shop=shop)
        rows.parcel(session, rows.bought(session, [line], AliStatus.SENT), "LX100000001CN")
        assert reason == told(session, config, order)["reason"]


def test_after_the_first_push_numbers_go_out_by_themselves(sqlite: Database, config: Config) -> None:
    """Once a fulfilment of the robot's was made, the next number waits for the next push alone."""
    with sqlite.write() as session:
        before, (line,) = rows.order(session)
        rows.fulfilment(session, before, "LX100000009CN", [line])
        order, (line,) = rows.order(session)
        rows.parcel(session, rows.bought(session, [line], AliStatus.SENT), "LX100000001CN")
        assert "push_next" == told(session, config, order)["reason"]


def test_the_tab_that_is_shown_is_the_column(sqlite: Database, config: Config) -> None:
    """The tab in the list is the one that the order is counted in."""
    with sqlite.write() as session:
        order, (line,) = rows.order(session, tab=Tab.PENDING)
        rows.bought(session, [line], AliStatus.EXPIRED)
        restand(session, [order.id or 0], NOW)
        session.flush()
        assert (Tab.FAILED, "failed") == (order.tab, told(session, config, order)["tab"])
        assert 1 == count_tabs(session)[Tab.FAILED]


def test_what_still_costs_money_is_counted(database: Database, config: Config) -> None:
    """Of the orders that the store called off those are counted that AliExpress may keep money for."""
    with database.write() as session:
        off: dict[str, Any] = {"cancelled_at": NOW, "tab": Tab.CANCELED}
        for status in (AliStatus.TO_SHIP, AliStatus.UNPAID, AliStatus.CANCELED):
            rows.bought(session, rows.order(session, **off)[1], status)
        rows.bought(session, rows.order(session, shop="other", **off)[1], AliStatus.SENT)
        _, (line,) = rows.order(session, **off)
        session.add(Purchase(line_id=line.id or 0, created_at=NOW, intent_at=NOW, state=PurchaseState.INTENT))
        rows.bought(session, rows.order(session)[1], AliStatus.TO_SHIP)
        session.flush()
        assert (4, 1) == (count_at_stake(session, config, NOW), count_at_stake(session, config, NOW, "other"))


def test_what_happened(sqlite: Database, config: Config) -> None:
    """The history of an order and of what it was bought with, oldest first, without what was done to other orders."""
    with sqlite.write() as session:
        order, (line,) = rows.order(session)
        other, (another,) = rows.order(session)
        link(session, order, [line], number="8214398062177351", account="main", now=NOW)
        link(session, other, [another], number="8214398062177351", account="main", now=NOW)
        data = {"before": None, "now": "sent", "text": "", "mailed": True, "numbers": ["LX1", "LX2"]}
        session.add(
            Event(at=NOW - timedelta(days=1), who="aliexpress", what="status", ali_number="8214398062177351", data=data)
        )
        session.flush()
        (listed,) = describe(session, config, [order.id or 0], NOW)
        status, linked = events_of(session, listed)
        assert ("aliexpress", "8214398062177351", data) == (status["who"], status["ali_order_id"], status["data"])
        assert "aliexpress: status 8214398062177351 (now sent, mailed yes, numbers LX1 LX2)" == status["line"]
        assert "person: linked 8214398062177351 (lines 1)" == linked["line"]
        assert (NOW.isoformat(), {"lines": [1], "item": None}) == (linked["at"], linked["data"])

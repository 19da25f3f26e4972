"""What variants are bought as: set, replaced, left out, taken away, listed."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from bot.db import Database
from bot.facts import Tab
from bot.finding import NotFoundError
from bot.mapping import (
    Key,
    MappingError,
    Target,
    find,
    ignore,
    list_mappings,
    mark_looked,
    set_mapping,
    sold_as,
    unmapped,
    unset,
    variant_of,
)
from bot.models_buying import Mapping
from tests.rows import NOW, order
from tests.test_ali_links import SKU_ATTRS

KEY = Key("main", "91")
TOTE = Target("1005006800000137", sku_attr="14:193#Natural  canvas", cost_minor=798, cost_currency="USD")


def checked(session: Session, row: Mapping) -> Mapping:
    """The mapping after a check and a look."""
    row.sku_id, row.checked_at, row.looked_at, row.title = "12000038500000091", NOW, NOW, "Canvas Tote Bag"
    session.add(row)
    session.flush()
    return row


class TestSet:
    """A mapping says what is bought, to the letter."""

    @pytest.mark.parametrize("sku_attr", SKU_ATTRS)
    def test_a_sku_is_kept_to_the_letter(self, database: Database, sku_attr: str) -> None:
        """What sellers write in a SKU comes back from the database as it was."""
        target = Target("1005006800000137", sku_attr=sku_attr, options=(("Màu", "đỏ  tươi"),), ship_from="CN", units=2)
        with database.write() as session:
            set_mapping(session, KEY, target, NOW)
        with database.read() as session:
            row = find(session, KEY)
            assert row is not None
            assert target == Target.of(row)

    def test_the_same_goods_need_no_new_look(self, database: Database) -> None:
        """Another carrier or cost keeps what was found and looked at; naming the same SKU again does, too."""
        with database.write() as session:
            checked(session, set_mapping(session, KEY, TOTE, NOW))
        with database.write() as session:
            again = Target(TOTE.product_id, sku_attr=TOTE.sku_attr, carrier="CAINIAO_STANDARD", cost_minor=900)
            row = set_mapping(session, KEY, again, NOW)
            assert ("12000038500000091", NOW, NOW) == (row.sku_id, row.checked_at, row.looked_at)
            assert ("CAINIAO_STANDARD", 900, None) == (row.carrier, row.cost_minor, row.cost_currency)

    @pytest.mark.parametrize(
        "other",
        [
            Target("1005006800000174", sku_attr=TOTE.sku_attr),
            Target(TOTE.product_id, sku_attr="14:193#Natural canvas"),
            Target(TOTE.product_id, sku_id="12000038500000092"),
            Target(TOTE.product_id, options=(("Color", "White"),)),
            Target(TOTE.product_id, sku_attr=TOTE.sku_attr, units=2),
            Target(TOTE.product_id, sku_attr=TOTE.sku_attr, ship_from="US"),
            Target(TOTE.product_id),
        ],
    )
    def test_other_goods_wait_for_a_look(self, database: Database, other: Target) -> None:
        """Another product, SKU, number or place of sending is unproved and not looked at, and nothing old is kept."""
        with database.write() as session:
            checked(session, set_mapping(session, KEY, TOTE, NOW))
        with database.write() as session:
            row = set_mapping(session, KEY, other, NOW)
            assert (None, None, "") == (row.checked_at, row.looked_at, row.title)
            assert other == Target.of(row)

    def test_options_stay_beside_what_they_found(self, database: Database) -> None:
        """A SKU that was found by its options is not lost when the same options are typed again."""
        by_option = Target(TOTE.product_id, options=(("Color", "Natural"),))
        with database.write() as session:
            checked(session, set_mapping(session, KEY, by_option, NOW)).sku_attr = "14:193"
        with database.write() as session:
            row = set_mapping(session, KEY, by_option, NOW)
            assert ("12000038500000091", "14:193", NOW) == (row.sku_id, row.sku_attr, row.looked_at)

    def test_countries_and_items_stand_beside_each_other(self, database: Database) -> None:
        """One variant has a mapping for all countries, others for some, and several items."""
        keys = [KEY, Key("main", "91", "US"), Key("main", "91", "", 1), Key("other", "91")]
        with database.write() as session:
            for key in keys:
                set_mapping(session, key, TOTE, NOW)
        with database.read() as session:
            rows = list_mappings(session)
            assert set(keys) == {Key(row.shop, row.variant_id, row.country, row.position) for row in rows}
            assert 3 == len(list_mappings(session, "main"))
            assert 1 == len(list_mappings(session, "other", ["91"]))


class TestIgnore:
    """A variant that is not from AliExpress is left out, and what was mapped is kept."""

    def test_a_variant_that_was_never_mapped(self, database: Database) -> None:
        """One row says that it is left out; leaving it out twice adds none."""
        with database.write() as session:
            ignore(session, "main", "91", NOW)
            ignore(session, "main", "91", NOW)
            assert [(True, None)] == [(row.ignored, row.product_id) for row in list_mappings(session)]

    def test_and_back(self, database: Database) -> None:
        """Mapping it for one country takes that back for all, and the mapping of before still stands."""
        with database.write() as session:
            set_mapping(session, KEY, TOTE, NOW)
            ignore(session, "main", "91", NOW)
            assert [True] == [row.ignored for row in list_mappings(session)]
            set_mapping(session, Key("main", "91", "US"), TOTE, NOW)
            assert [("", False), ("US", False)] == [(row.country, row.ignored) for row in list_mappings(session)]

    def test_the_mark_goes_with_the_first_mapping(self, database: Database) -> None:
        """A variant that was only left out has just its mapping afterwards."""
        with database.write() as session:
            ignore(session, "main", "91", NOW)
            set_mapping(session, Key("main", "91", "US"), TOTE, NOW)
            assert [("US", False)] == [(row.country, row.ignored) for row in list_mappings(session)]


class TestUnset:
    """A mapping is taken away whole or in part."""

    def test_in_part(self, database: Database) -> None:
        """Country and item narrow what is taken away."""
        with database.write() as session:
            for key in (KEY, Key("main", "91", "US"), Key("main", "91", "US", 1)):
                set_mapping(session, key, TOTE, NOW)
            assert 1 == len(unset(session, "main", "91", "US", 1))
            assert 1 == len(unset(session, "main", "91", ""))
            assert 1 == len(unset(session, "main", "91"))
            assert [] == list(list_mappings(session))

    def test_nothing_there(self, database: Database) -> None:
        """Taking away what is not there is told."""
        with database.write() as session, pytest.raises(MappingError, match="variant 91 of shop main is not mapped"):
            unset(session, "main", "91")


class TestWaiting:
    """Variants that wait to be bought and are not mapped are named with their lines."""

    def test_unmapped(self, database: Database) -> None:
        """Lines of open orders are told by variant; mapped, left out and finished ones are not."""
        with database.write() as session:
            order(session, lines=3, name="#1001", created_at=NOW - timedelta(days=1))
            order(session, lines=1, name="#1002")
            order(session, lines=4, tab=Tab.FULFILLED)
            order(session, lines=1, shop="other")
            set_mapping(session, Key("main", "92"), TOTE, NOW)
            ignore(session, "main", "93", NOW)
            waiting = unmapped(session, "main")
            assert [("91", "Thing 1", ("#1001/1", "#1002/1"))] == [(w.variant_id, w.title, w.lines) for w in waiting]
            assert ["main", "other"] == sorted(each.shop for each in unmapped(session))

    def test_what_is_no_goods(self, database: Database) -> None:
        """Tips, removed lines and lines without a variant wait for nothing."""
        with database.write() as session:
            _, lines = order(session, lines=3)
            lines[0].ours, lines[1].removed, lines[2].variant_id = False, True, None
            session.flush()
            assert [] == unmapped(session)

    def test_sold_as(self, database: Database) -> None:
        """The newest line says how the store calls a variant."""
        with database.write() as session:
            _, lines = order(session, created_at=NOW)
            lines[0].title = "New name"
            order(session, created_at=NOW - timedelta(days=3))
            assert "New name" == sold_as(session)["main", "91"].title


class TestVariant:
    """A variant is named by its id or by a line of an order."""

    def test_by_id_and_by_line(self, database: Database) -> None:
        """A line names shop and variant; an id names the shop where just one has sold it."""
        with database.write() as session:
            order(session, lines=2, name="#1046")
            assert ("main", "92") == variant_of(session, "#1046/2", None)
            assert ("main", "91") == variant_of(session, " 91 ", None)
            assert (None, "1000000310000001") == variant_of(session, "1000000310000001", None)
            order(session, shop="other")
            assert (None, "91") == variant_of(session, "91", None)
            assert ("other", "91") == variant_of(session, "91", "other")

    @pytest.mark.parametrize("typed", ["tote", "", "9" * 21, "٩١"])
    def test_no_variant(self, database: Database, typed: str) -> None:
        """Anything else is refused with both ways to name one."""
        with database.read() as session, pytest.raises(MappingError, match="is no variant"):
            variant_of(session, typed, None)

    def test_no_such_line(self, database: Database) -> None:
        """A line that is not there, or has no variant, is told."""
        with database.write() as session:
            _, lines = order(session, lines=1, name="#1046")
            with pytest.raises(NotFoundError, match="has no line 2"):
                variant_of(session, "1046/2", None)
            lines[0].variant_id = None
            session.flush()
            with pytest.raises(MappingError, match="not one line with a variant"):
                variant_of(session, "1046/1", None)


def test_mark_looked(database: Database) -> None:
    """A person's look is remembered for the mappings that were shown."""
    with database.write() as session:
        rows = [set_mapping(session, key, TOTE, NOW) for key in (KEY, Key("main", "92"))]
        mark_looked(session, rows[:1], NOW)
        assert [NOW, None] == [row.looked_at for row in list_mappings(session)]

"""Mappings go out as CSV and come back whole: all rows or none."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.csv_files import CsvError, csv_text, parse_csv
from bot.db import Database, open_database
from bot.mapping import Key, Target, find, ignore, list_mappings, set_mapping, sold_as
from bot.mapping_csv import COLUMNS, Entry, entries, take_in, to_cells
from bot.models_buying import Mapping
from tests.rows import NOW, order
from tests.test_ali_links import SKU_ATTRS

SHOPS = {"main": "USD", "other": "VND"}
# What a database can hold.
STORABLE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
HEADINGS = "shop,variant_id,product_id"


def exported(database: Database) -> str:
    with database.read() as session:
        return csv_text(COLUMNS, to_cells(list_mappings(session), sold_as(session)))


def read(text: str) -> list[Entry]:
    return entries(parse_csv(text.encode(), COLUMNS, "map.csv"), "map.csv", SHOPS)


def imported(database: Database, text: str) -> int:
    with database.write() as session:
        return take_in(session, read(text), NOW + timedelta(days=1))


def rows(database: Database) -> list[dict[str, Any]]:
    with database.read() as session:
        return [row.model_dump(exclude={"id", "created_at", "checked_at"}) for row in list_mappings(session)]


def fill(database: Database) -> None:
    """Mappings of every kind."""
    with database.write() as session:
        order(session, lines=2)
        for position, sku_attr in enumerate(SKU_ATTRS):
            target = Target("1005010026778896", "12000038500000091", sku_attr, ship_from="CN", cost_minor=520)
            key = Key("main", "1000000310000001", "" if position < 3 else "VN", position)
            row = set_mapping(session, key, target, NOW)
            row.cost_currency = "USD"
        looked = set_mapping(
            session,
            Key("other", "92"),
            Target(
                "3270001",
                options=(("Màu=", '"đỏ";'), ("Size", "=M")),
                carrier="CAINIAO_STANDARD",
                units=3,
                cost_minor=25000,
                cost_currency="VND",
            ),
            NOW,
        )
        looked.title, looked.image, looked.looked_at = "=Đèn ngủ\n'", "https://ae01.alicdn.com/kf/a.jpg", NOW
        ignore(session, "main", "93", NOW)
        set_mapping(session, Key("main", "94"), Target("1005006800000137"), NOW)
        ignore(session, "main", "94", NOW)


class TestRoundTrip:
    """What is exported is imported whole."""

    def test_into_an_empty_home(self, database: Database, tmp_path: Any) -> None:
        """Another home's database holds the same mappings afterwards, and exports the same file."""
        fill(database)
        text = exported(database)
        other = open_database(f"sqlite:///{tmp_path / 'other.db'}")
        try:
            assert len(rows(database)) == imported(other, text)
            assert rows(database) == rows(other)
            assert text.replace("Thing 1", "") == exported(other)
        finally:
            other.close()

    def test_into_the_same_home(self, database: Database) -> None:
        """Taking in what was exported changes nothing, and says so."""
        fill(database)
        before = rows(database)
        assert 0 == imported(database, exported(database))
        assert before == rows(database)

    def test_the_store_s_name_is_for_the_reader(self, database: Database) -> None:
        """The file says how the store calls a variant; what somebody writes there means nothing."""
        fill(database)
        with database.write() as session:
            set_mapping(session, Key("main", "91"), Target("1005006800000137"), NOW)
        text = exported(database)
        assert ",Thing 1\r\n" in text
        assert 0 == imported(database, text.replace("Thing 1", "Something else"))

    @given(
        st.lists(
            st.builds(
                Mapping,
                shop=st.sampled_from(sorted(SHOPS)),
                variant_id=st.from_regex(r"[1-9][0-9]{0,19}", fullmatch=True),
                country=st.sampled_from(["", "VN", "US"]),
                position=st.integers(0, 19),
                product_id=st.integers(10**9, 2**51 - 1).map(str),
                sku_attr=st.sampled_from(SKU_ATTRS) | STORABLE.map("14:29#{}".format),
                options=st.lists(
                    st.tuples(STORABLE.filter(bool), STORABLE.filter(bool)),
                    max_size=2,
                    unique_by=lambda o: o[0].casefold(),
                ),
                ship_from=st.sampled_from([None, "CN"]),
                carrier=st.sampled_from([None, "CAINIAO_STANDARD"]),
                units=st.integers(1, 999),
                cost_minor=st.integers(0, 10**8),
                cost_currency=st.sampled_from(["USD", "VND", "KWD"]),
                title=STORABLE,
            ),
            max_size=3,
            unique_by=lambda row: (row.shop, row.variant_id, row.country, row.position),
        )
    )
    @settings(deadline=None, max_examples=150)
    def test_any_mapping(self, mappings: list[Mapping]) -> None:
        """Whatever a mapping holds, the file gives it back."""
        found = read(csv_text(COLUMNS, to_cells(mappings, {})))
        assert [Target.of(row) for row in mappings] == [entry.target for entry in found]
        assert [row.title for row in mappings] == [entry.title for entry in found]


class TestByHand:
    """A file that a person wrote."""

    def test_the_least(self, database: Database) -> None:
        """Shop, variant and product are enough; an address of the US site and readable options are understood."""
        link = "https://www.aliexpress.us/item/3256809840464144.html"
        cells = f"main,91,{link},Color=Bear; Size=M,5.20,United States"
        assert 1 == imported(database, f"{HEADINGS},options,cost,ship_from\n{cells}\n")
        with database.read() as session:
            row = find(session, Key("main", "91"))
            assert row is not None
            assert ("1005010026778896", [["Color", "Bear"], ["Size", "M"]]) == (row.product_id, row.options)
            assert (520, "USD", 1, None) == (row.cost_minor, row.cost_currency, row.units, row.looked_at)
            assert "US" == row.ship_from

    def test_what_is_not_in_the_file_stays(self, database: Database) -> None:
        """Other mappings are untouched, and a row that changes the goods waits for a look again."""
        with database.write() as session:
            for variant_id in ("91", "92"):
                set_mapping(session, Key("main", variant_id), Target("1005006800000137"), NOW).looked_at = NOW
        assert 1 == imported(database, f"{HEADINGS}\nmain,91,1005006800000174\n")
        assert [("91", None), ("92", NOW)] == [(row["variant_id"], row["looked_at"]) for row in rows(database)]

    def test_left_out(self, database: Database) -> None:
        """A row that says ignored needs no product; blank rows mean nothing."""
        assert 1 == imported(database, f"{HEADINGS},ignored\nmain,91,,yes\n,,,\n")
        assert [("91", True, None)] == [
            (row["variant_id"], row["ignored"], row["product_id"]) for row in rows(database)
        ]

    @pytest.mark.parametrize(
        ("headings", "cells", "word"),
        [
            ("", "shop2,91,1005006800000137", 'there is no shop "shop2"'),
            ("", "main,tote,1005006800000137", "is no variant id"),
            ("", "main,91,", "names no product"),
            ("", "main,91,https://evil.example/item/1005006800000137.html", "is not AliExpress"),
            (",sku_attr", "main,91,1005006800000137,Bear", "is no SKU"),
            (",sku_id", "main,91,1005006800000137,14:29", "is no SKU id"),
            (",options", "main,91,1005006800000137,Bear", "is no option"),
            (",options", 'main,91,1005006800000137,"[[""Color""]]"', "are no options"),
            (",options", "main,91,1005006800000137,Color=a;color=b", "named twice"),
            (",country", "main,91,1005006800000137,UK", "the United Kingdom is GB"),
            (",ship_from", "main,91,1005006800000137,Chine", "is no country"),
            (",carrier", "main,91,1005006800000137,AliExpress Standard", "is no shipping service"),
            (",units", "main,91,1005006800000137,0", "no number of units"),
            (",item", "main,91,1005006800000137,21", "no number of item"),
            (",cost", 'main,91,1005006800000137,"5,20"', "is no cost"),
            (",cost,currency", "main,91,1005006800000137,5.20,JPY", "too many decimals"),
            (",ignored", "main,91,1005006800000137,maybe", "neither yes nor no"),
            (",looked_at", "main,91,1005006800000137,yesterday", "is no time"),
        ],
    )
    def test_a_wrong_row(self, headings: str, cells: str, word: str) -> None:
        """One wrong cell is told by its row."""
        with pytest.raises(CsvError) as refused:
            read(f"{HEADINGS}{headings}\nmain,90,1005006800000137\n{cells}\n")
        assert "row 3: " in refused.value.what
        assert word in refused.value.what

    def test_all_or_nothing(self, sqlite: Database) -> None:
        """With one row wrong no row of the file is taken, and all that are wrong are told."""
        with pytest.raises(CsvError, match=r"row 3: .*row 4: "):
            imported(sqlite, f"{HEADINGS}\nmain,90,1005006800000137\nmain,91,\nmain,92,x\n")
        assert [] == rows(sqlite)

    def test_a_row_twice(self) -> None:
        """Two rows for the same key would make the file's order matter."""
        with pytest.raises(CsvError, match="row 3: the same variant, country and item as row 2"):
            read(f"{HEADINGS}\nmain,91,1005006800000137\nmain,91,1005006800000174\n")

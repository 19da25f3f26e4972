"""CSV files go through a spreadsheet and come back whole, or are refused with row and column."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.csv_files import Column, CsvError, Row, csv_text, parse_csv, read_csv, write_csv

COLUMNS = (Column("shop", required=True), Column("product_id", is_id=True, required=True), Column("note"))
TEXT = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(
    ["=1+1", "'", "''", "'=", "'tis", "-5", "@a", "\t", "\r", "\n", '"', "a,b;c", "14:29#Bear;183:200007741", "\ufeff"]
)


def parsed(text: str) -> list[Row]:
    return parse_csv(text.encode(), COLUMNS, "map.csv")


def rows_of(text: str) -> list[list[str]]:
    """The cells as a spreadsheet sees them, marks and all."""
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


class TestRoundTrip:
    """What is written is read back to the letter."""

    @given(st.lists(st.tuples(TEXT, st.from_regex(r"[1-9][0-9]{0,19}", fullmatch=True), TEXT), max_size=6))
    @settings(deadline=None, max_examples=300)
    def test_any_text_survives(self, table: list[tuple[str, str, str]]) -> None:
        """Whatever is in the cells, an export is read back as it was."""
        assert table == [tuple(row.cells.values()) for row in parsed(csv_text(COLUMNS, table))]

    @given(st.lists(TEXT, min_size=1, max_size=6))
    @settings(deadline=None, max_examples=300)
    def test_any_text_survives_as_an_id(self, cells: list[str]) -> None:
        """A cell of a marked column survives whatever it holds, also one that looks shortened or marked."""
        columns = (Column("sku_attr", is_id=True),)
        text = csv_text(columns, [[cell] for cell in cells])
        assert cells == [row.cells["sku_attr"] for row in parse_csv(text.encode(), columns, "x")]

    @given(TEXT, TEXT)
    @settings(deadline=None)
    def test_no_cell_is_a_formula(self, shop: str, note: str) -> None:
        """No cell that a spreadsheet opens begins like a formula."""
        cells = rows_of(csv_text(COLUMNS, [(shop, "1", note)]))[1]
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)

    def test_the_bytes_of_a_file(self, tmp_path: Path) -> None:
        """A file is UTF-8 with BOM and CRLF, an id carries its mark, and the file is read back."""
        file = tmp_path / "Nguyễn" / "map.csv"
        write_csv(file, COLUMNS, [("main", "1005010026778896", "đỏ")])
        expected = "\ufeffshop,product_id,note\r\nmain,'1005010026778896,đỏ\r\n"
        assert expected.encode() == file.read_bytes()
        assert [Row(2, {"shop": "main", "product_id": "1005010026778896", "note": "đỏ"})] == read_csv(file, COLUMNS)


class TestReading:
    """Files as people and spreadsheets make them."""

    @pytest.mark.parametrize(
        ("text", "cells"),
        [
            ("product_id;shop\r\n1;main\r\n", {"product_id": "1", "shop": "main"}),
            ("shop\tproduct_id\nmain\t'1\n", {"shop": "main", "product_id": "1"}),
            ('"shop", product_id,note\nmain,1\n', {"shop": "main", "product_id": "1", "note": ""}),
            ("shop,product_id,note\n\nmain,1,'tis\n", {"shop": "main", "product_id": "1", "note": "'tis"}),
            ('shop,product_id,note\nmain,1,"a\nb"\n', {"shop": "main", "product_id": "1", "note": "a\nb"}),
        ],
    )
    def test_other_shapes(self, text: str, cells: dict[str, str]) -> None:
        """Semicolons, tabs, other orders, missing cells at the end and bare apostrophes are understood."""
        assert [cells] == [row.cells for row in parsed(text)]

    @pytest.mark.parametrize(
        ("cell", "word"),
        [
            ("1.00501E+15", "row 3, column product_id: a spreadsheet has shortened this id to 1.00501E+15"),
            ("1,00501e+15", "shortened"),
            ("1005010026778890", "may have zeroed the end of this id"),
            ("10050100267788961", None),
        ],
    )
    def test_a_spoilt_id(self, cell: str, word: str | None) -> None:
        """An id that a spreadsheet took for a number is refused by row and column; its text mark saves it."""
        text = f'shop,product_id\nmain,1\nmain,"{cell}"\n'
        if word is None:
            assert cell == parsed(text)[1].cells["product_id"]
            return
        with pytest.raises(CsvError, match=r"map\.csv") as refused:
            parsed(text)
        assert word in refused.value.what
        assert cell == parsed(text.replace(f'"{cell}"', f'"\'{cell}"'))[1].cells["product_id"]

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"", ['the column "shop" is missing', 'the column "product_id" is missing']),
            (b"shop,product_id,colour\n", ['there is no column "colour"']),
            (b"shop,shop,product_id\n", ['the column "shop" is there twice']),
            (b"shop,product_id\nmain,1,2,3\n", ["row 2 has 4 cells for 2 columns"]),
            (b'shop,product_id\n"main,1\n', ["this is no CSV"]),
            ("shop,product_id\nđ,1\n".encode("utf-16"), ["not in UTF-8"]),
            (b"shop,product_id\n\xe1,1\n", ["not in UTF-8"]),
        ],
    )
    def test_no_such_file(self, data: bytes, words: list[str]) -> None:
        """A file of another kind is refused with all that is wrong, and code 2."""
        with pytest.raises(CsvError) as refused:
            parse_csv(data, COLUMNS, "map.csv")
        assert 2 == refused.value.exit_code
        assert all(word in refused.value.what for word in words)

    def test_every_spoilt_cell_is_told(self) -> None:
        """Ten are named, the others counted."""
        lines = "".join(f"main,{number}.1E+15\n" for number in range(12))
        with pytest.raises(CsvError, match="and 2 more") as refused:
            parsed(f"shop,product_id\n{lines}")
        assert "row 2," in refused.value.what
        assert "row 11," in refused.value.what

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        """A mistyped name is told."""
        with pytest.raises(CsvError, match="cannot be read"):
            read_csv(tmp_path / "mpa.csv", COLUMNS)

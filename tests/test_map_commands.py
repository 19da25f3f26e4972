"""`dropferry map` and `dropferry address` as a merchant types them, in a home folder with a Vietnamese name."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from bot.cli.app import run
from bot.db import Database, open_database
from bot.home import HOME_VARIABLE
from bot.models import Event, Order
from bot.sandbox.server import Sandbox
from bot.sandbox.shop_goods import CATALOGUE
from tests import processes
from tests.rows import NOW, order
from tests.test_address import address
from tests.test_ali_links import SKU_ATTRS

CONFIG = """\
[shops.main]
url = "https://my-shop.onshopbase.com"
account = "main"
[accounts.main]
currency = "EUR"
"""
SECOND = """\
[shops.second]
url = "https://second-shop.onshopbase.com"
account = "main"
"""
URL = "https://vi.aliexpress.com/item/1005006800000137.html"


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    error: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Dropferry = Callable[..., Done]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder with one shop, where the commands of this test look."""
    folder = tmp_path / "Nguyễn Văn Đức"
    folder.mkdir()
    (folder / "config.toml").write_text(CONFIG, encoding="utf-8")
    monkeypatch.setenv(HOME_VARIABLE, str(folder))
    return folder


@pytest.fixture
def dropferry(home: Path, capsys: pytest.CaptureFixture[str]) -> Dropferry:
    """Runs one command to its end."""

    def command(*arguments: object) -> Done:
        code = run([str(each) for each in arguments])
        told = capsys.readouterr()
        return Done(code, told.out, told.err)

    return command


@pytest.fixture
def tables(home: Path) -> Iterator[Database]:
    """The database of the home."""
    opened = open_database(f"sqlite:///{home / 'dropferry.db'}")
    yield opened
    opened.close()


def mappings(dropferry: Dropferry) -> list[dict[str, Any]]:
    listed = dropferry("map", "list", "--json").json["mappings"]
    assert isinstance(listed, list)
    return listed


class TestSet:
    """`map set` writes what was typed."""

    def test_everything(self, dropferry: Dropferry) -> None:
        """All options arrive; the cost is in the account's currency; the next step is named."""
        told = ["--sku", SKU_ATTRS[0], "--ship-from", "cn", "--carrier", "CAINIAO_STANDARD", "--units", 2]
        done = dropferry("map", "set", "91", URL, *told, "--cost", "5.20", "--country", "us", "--item", 3)
        assert (0, "") == (done.code, done.error)
        assert done.out.endswith("now prove it: dropferry map check 91\n")
        [row] = mappings(dropferry)
        expected = {
            "shop": "main",
            "variant_id": "91",
            "product_id": "1005006800000137",
            "sku_attr": SKU_ATTRS[0],
            "ship_from": "CN",
            "carrier": "CAINIAO_STANDARD",
            "units": 2,
            "cost": {"amount": "5.20", "currency": "EUR"},
            "country": "US",
            "item": 3,
        }
        assert expected == {name: row[name] for name in expected}

    @pytest.mark.parametrize("sku_attr", SKU_ATTRS)
    def test_a_sku_survives_to_the_letter(
        self, dropferry: Dropferry, tables: Database, home: Path, sku_attr: str
    ) -> None:
        """From the command line through the table, the export, the import and back nothing of it changes."""
        file = home / "bản đồ.csv"
        assert 0 == dropferry("map", "set", "91", URL, "--sku", sku_attr).code
        assert sku_attr in dropferry("map", "list").out
        assert 0 == dropferry("map", "export", file).code
        assert 0 == dropferry("map", "unset", "91").code
        assert {"rows": 1, "changed": 1} == dropferry("map", "import", file, "--json").json
        assert [sku_attr] == [row["sku_attr"] for row in mappings(dropferry)]

    @pytest.mark.parametrize(
        ("arguments", "code", "word"),
        [
            (["91", "https://evil.example/item/1005006800000137.html"], 2, "is not AliExpress"),
            (["91", URL, "--sku", "Bear"], 2, "is no SKU"),
            (["91", URL, "--sku", "14:29", "--option", "Color=Bear"], 2, "not by both"),
            (["91", URL, "--option", "Bear"], 2, "write it as the product page does"),
            (["91", URL, "--cost", "5,20"], 2, "write it as 5.20"),
            (["91", URL, "--ship-from", "Chine"], 2, "is no country"),
            (["91", URL, "--units", "0"], 2, "greater than or equal to 1"),
            (["tote", URL], 2, "is no variant"),
            (["1046/1", URL], 2, "there is no order 1046"),
            (["91", URL, "--shop", "mian"], 3, 'did you mean "main"?'),
        ],
    )
    def test_refused(self, dropferry: Dropferry, arguments: list[str], code: int, word: str) -> None:
        """Each mistake is told with its fix, and nothing is written."""
        done = dropferry("map", "set", *arguments)
        assert code == done.code
        assert word in done.error
        assert [] == mappings(dropferry)

    def test_several_shops(self, dropferry: Dropferry, home: Path, tables: Database) -> None:
        """With several shops the one that sold the variant is meant, else it must be named."""
        (home / "config.toml").write_text(CONFIG + SECOND, encoding="utf-8")
        with tables.write() as session:
            order(session, shop="second", name="#1046")
        assert "shop second" in dropferry("map", "set", "1046/1", URL).out
        assert "--shop main | second" in dropferry("map", "set", "77", URL).error
        assert "shop main" in dropferry("map", "set", "77", URL, "--shop", "main").out


class TestList:
    """`map list` says what is mapped and what waits."""

    def test_what_waits(self, dropferry: Dropferry, tables: Database) -> None:
        """An unmapped variant is named with its lines and the way on; a mapped and a left out one are not."""
        with tables.write() as session:
            order(session, lines=3, name="#1046")
        dropferry("map", "set", "1046/1", URL)
        dropferry("map", "ignore", "92")
        listed = dropferry("map", "list")
        assert "1 variant waits for a mapping:" in listed.out
        assert "#1046/3" in listed.out
        assert "dropferry map ignore VARIANT" in listed.out
        assert [["#1046/3"]] == [each["lines"] for each in dropferry("map", "list", "--json").json["unmapped"]]
        assert [("91", False), ("92", True)] == [(row["variant_id"], row["ignored"]) for row in mappings(dropferry)]

    def test_nothing_yet(self, dropferry: Dropferry) -> None:
        """An empty list says how to begin."""
        assert "nothing is mapped yet: dropferry map set" in dropferry("map", "list").out

    def test_unset(self, dropferry: Dropferry) -> None:
        """What is taken away is gone; taking it away again is told."""
        dropferry("map", "set", "91", URL)
        assert ["91"] == [row["variant_id"] for row in dropferry("map", "unset", "91", "--json").json["unset"]]
        done = dropferry("map", "unset", "91")
        assert (2, True) == (done.code, "is not mapped like that" in done.error)


class TestFiles:
    """`map export` and `map import`."""

    def test_through_the_pipes(self, dropferry: Dropferry, home: Path) -> None:
        """With - the file goes through standard output and input, byte for byte, on a Vietnamese console too."""
        variables = {**os.environ, HOME_VARIABLE: str(home), "PYTHONIOENCODING": "cp1258"}

        def command(*arguments: str, given: bytes = b"") -> bytes:
            typed = [sys.executable, "-m", "bot", "map", *arguments]
            root = Path(__file__).resolve().parents[1]
            done = subprocess.run(typed, input=given, capture_output=True, env=variables, cwd=root, timeout=60)
            assert (0, b"") == (done.returncode, done.stderr)
            return done.stdout

        assert 0 == dropferry("map", "set", "91", URL, "--option", "Màu=đỏ 🔴").code
        text = command("export", "-")
        assert text.startswith(b"\xef\xbb\xbfshop,variant_id,")
        assert "đỏ 🔴" in text.decode()
        assert 0 == dropferry("map", "unset", "91").code
        command("import", "-", given=text)
        assert text == command("export", "-")

    def test_a_spoilt_file(self, dropferry: Dropferry, home: Path) -> None:
        """A file that a spreadsheet has spoilt is code 2 with row and column, and changes nothing."""
        file = home / "map.csv"
        file.write_text("shop,variant_id,product_id\nmain,91,1.00501E+15\n", encoding="utf-8")
        done = dropferry("map", "import", file)
        assert 2 == done.code
        assert "row 2, column product_id" in done.error
        assert "nothing was taken from the file" in done.error
        assert [] == mappings(dropferry)


class TestAddress:
    """`address` shows both sides and keeps what a person sets."""

    @pytest.fixture(autouse=True)
    def _order(self, tables: Database) -> None:
        with tables.write() as session:
            told = address(phone="", zip="1011", address1="Đường Láng 5")
            order(session, name="#1046", address=told, note_attributes=[["Gift", "no"]])

    def test_problems_and_their_fixes(self, dropferry: Dropferry) -> None:
        """The original stands beside what would be typed, and each problem is followed by its fix."""
        shown = dropferry("address", "1046")
        assert 0 == shown.code
        assert "Đường Láng 5" in shown.out
        assert "Duong Lang 5" in shown.out
        assert "! phone: there is no phone number" in shown.out
        assert "dropferry address 1046 --set zip=10115" in shown.out
        told = dropferry("address", "1046", "--json").json
        assert (False, ["phone", "zip"]) == (told["ready"], [each["field"] for each in told["problems"]])

    def test_set_and_unset(self, dropferry: Dropferry, tables: Database) -> None:
        """What is set is kept until it is unset; the buyer's own stays, and the history has no values."""
        mended = dropferry("address", "1046", "--set", "phone=0170 1234567", "--set", "postcode=10115", "--json").json
        assert (True, "1701234567", "10115") == (mended["ready"], mended["typed"]["phone"], mended["typed"]["zip"])
        assert ("1011", {"phone": "0170 1234567", "zip": "10115"}) == (mended["original"]["zip"], mended["overrides"])
        back = dropferry("address", "1046", "--unset", "phone", "--json").json
        assert {"zip": "10115"} == back["overrides"]
        with tables.read() as session:
            assert {"zip": "10115"} == session.exec(select(Order)).one().address_overrides
            events = [event.data for event in session.exec(select(Event).order_by(Event.id))]  # type: ignore[arg-type]
            assert [{"fields": ["phone", "zip"]}, {"fields": ["phone"]}] == events

    def test_an_address_that_fits(self, dropferry: Dropferry) -> None:
        """When nothing stands against it, it says so."""
        done = dropferry("address", "#1046", "--set", "phone=+491701234567", "--set", "zip=10115")
        assert done.out.endswith("AliExpress should take this address.\n")

    @pytest.mark.parametrize(
        ("arguments", "word"),
        [
            (["1046", "--set", "citty=Berlin"], "did you mean city?"),
            (["1046", "--set", "city"], "write it as FIELD=VALUE"),
            (["1046", "--unset", "colour"], 'has no field "colour"'),
            (["1046/1"], "belongs to a whole order"),
            (["1047"], "there is no order 1047"),
        ],
    )
    def test_refused(self, dropferry: Dropferry, arguments: list[str], word: str) -> None:
        """A mistake is code 2, told with what is right."""
        done = dropferry("address", *arguments)
        assert 2 == done.code
        assert word in done.error


class TestCheck:
    """`map check` against the stand-in AliExpress, with a real browser."""

    @pytest.fixture(scope="class")
    def shop_home(self, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Sandbox]]:
        """A home folder of the sandbox, signed in."""
        with Sandbox() as sandbox:
            folder = tmp_path_factory.mktemp("check") / "Nguyễn Văn Đức"
            sandbox.write_home(folder)
            yield folder, sandbox

    def command(self, folder: Path, *arguments: object) -> Done:
        done = processes.dropferry(folder, "map", *arguments)
        return Done(done.returncode, done.stdout, done.stderr)

    def test_what_the_pages_prove(self, shop_home: tuple[Path, Sandbox]) -> None:
        """A SKU is found by its option and by its ids, gets its id, title, picture and price; a wrong one is told."""
        folder, sandbox = shop_home
        tote, lamp = CATALOGUE[0], CATALOGUE[4]
        page = f"{sandbox.aliexpress}/item/{tote.ali_item_id}.html"
        self.command(folder, "set", "91", page, "--option", "Color=Red #2")
        self.command(folder, "set", "92", lamp.ali_item_id, "--sku", "14:29;200007763:201336106", "--ship-from", "US")
        self.command(folder, "set", "93", tote.ali_item_id, "--sku", "14:1#Gone", "--cost", "7.98")
        self.command(folder, "set", "94", "1005999999999999")
        done = self.command(folder, "check", "91", "92", "93", "94", "--json", "--take-cost", "--right")
        assert (1, "2 looked at\n") == (done.code, done.error)
        option, ids, gone, missing = done.json
        assert [True, True, False, False] == [each["fine"] for each in done.json]
        assert "14:10#Red #2" == option["sku_attr"]
        assert (str(int(tote.ali_sku_id) + 2_000_000), "Canvas Tote Bag") == (option["sku_id"], option["title"])
        assert option["price"] == option["cost"]
        assert ("14:29#White, US  plug;200007763:201336106", "US") == (ids["sku_attr"], ids["ship_from"])
        assert ["the SKU 14:1#Gone is gone"] == gone["problems"]
        assert (None, True) == (missing["price"], bool(missing["problems"]))
        states = {
            row["variant_id"]: row["looked_at"] for row in self.command(folder, "list", "--json").json["mappings"]
        }
        assert [True, True, False, False] == [bool(states[variant]) for variant in ("91", "92", "93", "94")]

    def test_both_sides(self, shop_home: tuple[Path, Sandbox]) -> None:
        """A person sees what the store sells beside what AliExpress sells, and the price."""
        folder, _ = shop_home
        database = open_database(f"sqlite:///{folder / 'dropferry.db'}")
        with database.write() as session:
            _, lines = order(session, created_at=NOW)
            lines[0].variant_id, lines[0].title, lines[0].image = "95", "My tote", "https://img.example/tote.jpg"
        database.close()
        self.command(folder, "set", "95", CATALOGUE[0].ali_item_id, "--sku", "14:193")
        shown = self.command(folder, "check", "95")
        assert (0, "") == (shown.code, shown.error)
        assert all(word in shown.out for word in ("My tote", "https://img.example/tote.jpg", "Canvas Tote Bag", "USD"))

    def test_nothing_mapped(self, shop_home: tuple[Path, Sandbox]) -> None:
        """A variant that is not mapped is told without opening a browser."""
        folder, _ = shop_home
        done = self.command(folder, "check", "12345")
        assert (2, True) == (done.code, "not mapped: 12345" in done.error)

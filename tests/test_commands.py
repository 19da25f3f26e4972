"""The commands of every day as processes, against the stand-ins: what they print, and with which code they end."""

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.config import load
from bot.home import Home
from bot.opening import database_of
from bot.sandbox.server import Sandbox
from bot.sandbox.shop_goods import CATALOGUE, US, VN, Goods
from bot.work import Workplace
from tests.merchant import Clock, Merchant
from tests.processes import called, dropferry, told

TOTE, DRIPPER, STAND = ((goods, 1) for goods in CATALOGUE[:3])
TABS = ("pending", "awaiting-order", "awaiting-payment", "awaiting-shipment", "fulfilled", "failed", "canceled")
# A title that would colour, turn, break and erase the line if a console obeyed it.
EVIL = "Cup [bold red]x[/] \x1b[2Jgone \u202eesrever\nnext {line} %s"


@pytest.fixture(name="sandbox", scope="module")
def sandbox_fixture() -> Iterator[Sandbox]:
    """Both stand-ins, for all tests of this module."""
    with Sandbox() as running:
        yield running


@pytest.fixture(name="day", scope="module")
def day_fixture(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in the middle of its day, and two numbers that are ready: nobody writes into it.

    #1001 is bought, sent and read; #1002 bought and paid; #1003 is not bought; #1004 not paid for; #1005 of a stranger
    title, called off.
    """
    home = tmp_path_factory.mktemp("day") / "Nguyễn Văn Đức"
    sandbox.write_home(home)
    config = load(Home(home))
    store = sandbox.shop
    goods = ((TOTE,), (DRIPPER,), (STAND, (CATALOGUE[5], 2)), (TOTE,), ((Goods(77, 78, EVIL, "", 100), 1),))
    for place, lines in enumerate(goods):
        created = store.now() - timedelta(minutes=10 - place)
        financial = "pending" if place == 3 else "paid"
        store.add_order(lines, place=VN if place == 2 else US, financial=financial, created=created)
    with database_of(Home(home), config) as database:
        Workplace(Home(home), config, database, print).pull("main")
        merchant = Merchant(sandbox, Clock(), database, "main")
        for name in ("#1001", "#1002"):
            (number,) = merchant.buy(name)
            merchant.link(name, number)
            if name == "#1001":
                merchant.ali.ship([number])
            merchant.read(number)
        store.cancel("1005")
        Workplace(Home(home), config, database, print).pull("main")
    return home


@pytest.fixture(name="home")
def home_fixture(day: Path, sandbox: Sandbox, tmp_path: Path) -> Iterator[Path]:
    """A copy of it to work in; every fault is off again afterwards."""
    home = tmp_path / "Nguyễn Văn Đức"
    shutil.copytree(day, home)
    yield home
    sandbox.world.set_faults(dict.fromkeys([*type(sandbox.ali.faults).model_fields, *sandbox.shop.faults]))


def configured(home: Path, before: str, after: str) -> None:
    """Change a line of the configuration."""
    file = home / "config.toml"
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")


def printed(home: Path, *arguments: object, run: Callable[..., Any] = called) -> Any:
    """The JSON that a command prints when all is well."""
    done = run(home, *arguments, "--json")
    assert (0, "") == (done.returncode, done.stderr)
    return json.loads(done.stdout)


class TestOrders:
    """`orders` lists what there is, tab by tab."""

    def test_json_has_what_scripts_need(self, day: Path) -> None:
        """Each order has shop, name, tab, why, total, currency and lines; each line title, quantity, AliExpress order,
        status and parcels."""
        listed = printed(day, "orders")
        assert ["#1005", "#1004", "#1003", "#1002", "#1001"] == [order["name"] for order in listed]
        assert {"shop", "name", "tab", "why", "total", "currency", "lines"} <= set(listed[0])
        assert [TABS[6], TABS[0], TABS[1], TABS[3], TABS[3]] == [order["tab"] for order in listed]
        first = listed[-1]
        assert ("main", "24.90", "USD") == (first["shop"], first["total"], first["currency"])
        assert "is ready; the first push of a shop waits for you" in first["why"]
        (line,) = first["lines"]
        assert {"title", "quantity", "ali_order_id", "status", "parcels"} <= set(line)
        assert ("Canvas Tote Bag", 1, "sent") == (line["title"], line["quantity"], line["status"])
        assert line["ali_order_id"].isdigit()
        (parcel,) = line["parcels"]
        assert ("USPS", False) == (parcel["carrier"], parcel["delivered"])
        assert ["Folding Phone Stand", "Áo [/M] đỏ"] == [line["title"] for line in listed[2]["lines"]]
        assert [None, []] == [listed[2]["lines"][0]["ali_order_id"], listed[2]["lines"][0]["parcels"]]

    @pytest.mark.parametrize("tab", ["all", *TABS])
    def test_every_tab(self, day: Path, tab: str) -> None:
        """--tab takes each of the eight tabs, and shows what stands there."""
        listed = printed(day, "orders", "--tab", tab)
        assert [5 if tab == "all" else {"awaiting-shipment": 2, **dict.fromkeys(("pending", "awaiting-order"), 1)}.get(
            tab, int(tab == "canceled")
        )] == [len(listed)]  # fmt: skip
        assert {tab} >= {order["tab"] for order in listed} or tab == "all"

    @pytest.mark.parametrize(
        ("asked", "names"),
        [
            (["--search", "1003"], ["#1003"]),
            (["--search", "áo [/m]"], ["#1003"]),
            (["--search", "buyer1002@"], ["#1002"]),
            (["--search", "9200190175547"], ["#1001"]),
            (["--search", "100%"], []),
            (["--limit", "2"], ["#1005", "#1004"]),
            (["--shop", "main", "--tab", "pending"], ["#1004"]),
        ],
    )
    def test_search_and_limit(self, day: Path, asked: list[str], names: list[str]) -> None:
        """Words are found in order, title, buyer and tracking number, as they stand; --limit takes the newest."""
        assert names == [order["name"] for order in printed(day, "orders", *asked)]

    def test_for_a_person(self, day: Path) -> None:
        """The counts of all eight tabs with whose move it is, then the orders with their reasons."""
        done = dropferry(day, "orders")
        assert (0, "") == (done.returncode, done.stderr)
        lines = done.stdout.splitlines()
        assert ["All", "Pending", "Awaiting Order", "Awaiting Payment", "Awaiting Shipment", "Fulfilled", "Failed"] == [
            line[:18].strip() for line in lines[:7]
        ]
        assert ["5", "1", "1", "0", "2", "0", "0", "1"] == [line[18:26].strip() for line in lines[:8]]
        assert any("#1002" in line and "the supplier has not sent it yet" in line for line in lines)

    def test_on_the_console_of_windows_in_vietnam(self, day: Path) -> None:
        """Letters that the console lacks are written as codes; JSON stays JSON with every letter in it."""
        plain = dropferry(day, "orders", "--tab", "awaiting-order", PYTHONIOENCODING="cp1258")
        assert (0, "") == (plain.returncode, plain.stderr)
        assert "#1003" in plain.stdout
        shown = dropferry(day, "show", "1003", PYTHONIOENCODING="cp1258")
        assert 0 == shown.returncode
        assert "[/M]" in shown.stdout
        listed = json.loads(dropferry(day, "orders", "--json", PYTHONIOENCODING="cp1258").stdout)
        assert "Áo [/M] đỏ" == listed[2]["lines"][1]["title"]

    def test_strange_titles_are_only_text(self, day: Path) -> None:
        """Escape codes, text that runs backwards and markup are printed as text on one line."""
        for asked in (["show", "1005"], ["orders", "--search", "1005"], ["show", "1005", "--json"]):
            text = called(day, *asked).stdout
            assert {"\x1b", "\u202e"}.isdisjoint(text)
        assert "Cup [bold red]x[/] [2Jgone esrever next {line} %s" in called(day, "show", "1005").stdout
        assert EVIL == printed(day, "show", "1005")["lines"][0]["title"]

    @pytest.mark.parametrize(
        ("asked", "code", "says"),
        [
            (["orders", "--tab", "shipped"], 2, "there is no tab 'shipped'"),
            (["orders", "--limit", "0"], 2, "--limit"),
            (["orders", "--shop", "mian"], 3, 'did you mean "main"?'),
            (["show", "2000"], 2, "there is no order 2000"),
            (["show", "1001", "--shop", "other"], 2, "there is no order 1001"),
            (["show", "/"], 2, "names no order"),
            (["show"], 2, "ORDER"),
        ],
    )
    def test_what_is_not_there(self, day: Path, asked: list[str], code: int, says: str) -> None:
        """A tab, a shop or an order that is not there is named, with what there is."""
        done = called(day, *asked)
        assert (code, "") == (done.returncode, done.stdout)
        assert says in done.stderr


class TestShow:
    """`show` tells all of one order."""

    def test_for_a_person(self, day: Path) -> None:
        """Tab, reason, address, lines with what they were bought with, parcels, and what happened in order."""
        done = dropferry(day, "show", "#1001")
        assert (0, "") == (done.returncode, done.stderr)
        lines = done.stdout.splitlines()
        assert lines[0].startswith("#1001  shop main  placed ")
        assert "Awaiting Shipment: the supplier's move, then dropferry's" == lines[1]
        assert lines[3].startswith("To: ")
        assert "Portland, Oregon, 97205, United States" in lines[3]
        assert "Line 1: 1 x Canvas Tote Bag (Natural)" == lines[4]
        assert "7.98 USD, paid " in lines[5]
        assert ", USPS, " in lines[6]
        happened = [line.split("  ")[-1].partition(" ")[0] for line in lines[lines.index("What happened:") + 1 :]]
        assert ["store:", "person:", "aliexpress:", "aliexpress:"] == happened

    def test_json(self, day: Path) -> None:
        """The order as `orders` has it, with its events."""
        shown = printed(day, "show", "1001")
        assert ["pulled", "linked", "status", "tracking number"] == [event["what"] for event in shown["events"]]
        assert printed(day, "orders", "--search", "1001") == [
            {key: value for key, value in shown.items() if key != "events"}
        ]


class TestLink:
    """`link` ties lines to AliExpress orders, and takes a tie back."""

    def test_tie_again_replace_and_undo(self, home: Path) -> None:
        """Lines are tied, twice is no harm, another number needs --replace, --undo frees them."""

        def link(*asked: str) -> Any:
            return printed(home, "link", *asked)

        number, other = "3072999990017351", "3072999990027351"
        tied = dropferry(home, "link", "1003", number)
        assert (0, "") == (tied.returncode, tied.stderr)
        assert f"#1003: lines 1, 2 are now tied to AliExpress order {number}\n" in tied.stdout
        assert {"order": "#1003", "number": number, "tied": [], "already": [1], "also": []} == link("1003/1", number)
        assert ["#1003/1", "#1003/2"] == link("1004", number)["also"]
        refused = called(home, "link", "1003/1,2", other)
        assert 2 == refused.returncode
        assert "add --replace" in told(refused)
        assert [2] == link("1003/2", other, "--replace")["tied"]
        assert {"order": "#1003", "freed": [1, 2]} == link("1003", "--undo")
        assert [None, None] == [line["ali_order_id"] for line in printed(home, "show", "1003")["lines"]]

    @pytest.mark.parametrize(
        ("asked", "code", "says"),
        [
            (["1003", "12"], 2, '"12" is no AliExpress order number'),
            (["1003"], 2, "name the order and its AliExpress number"),
            (["1003", "3072999990017351", "--undo"], 2, "name the order and its AliExpress number"),
            ([], 2, "--suggest"),
            (["1003/7", "3072999990017351"], 2, "order #1003 has no line 7"),
            (["1003", "3072999990017351", "--item", "cup"], 2, '"cup" is no AliExpress item'),
            (["1003", "3072999990017351", "--account", "mian"], 3, 'did you mean "main"?'),
        ],
    )
    def test_what_cannot_be_tied(self, home: Path, asked: list[str], code: int, says: str) -> None:
        """Wrong usage is code 2, an unknown account code 3; nothing is changed."""
        done = called(home, "link", *asked)
        assert (code, "") == (done.returncode, done.stdout)
        assert says in done.stderr

    @pytest.mark.long
    def test_suggestions(self, sandbox: Sandbox, home: Path) -> None:
        """What was bought by hand is found; nothing is tied without a yes; --yes ties the sure ones."""
        sandbox.world.buy("#1003")
        numbers = sandbox.world.bought.pop("#1003")
        found = printed(home, "link", "--suggest", run=dropferry)
        assert [("#1003", 1, 1), ("#1003", 2, 2)] == [(each["order"], each["line"], each["quantity"]) for each in found]
        assert set(numbers) == {each["sure"] for each in found}
        accepted = dropferry(home, "link", "--suggest", "--yes")
        assert (0, "2 tied\n") == (accepted.returncode, accepted.stderr)
        assert "Áo [/M] đỏ" in accepted.stdout
        assert set(numbers) == {line["ali_order_id"] for line in printed(home, "show", "1003")["lines"]}


class TestFulfil:
    """`fulfil` tells ShopBase at a person's word."""

    @pytest.mark.parametrize(
        "asked",
        [
            ["1003"],
            ["1003", "--number", "LX123456789CN"],
            ["1003", "--number", "LX1", "--carrier", "X", "--no-tracking"],
        ],
    )
    def test_number_and_carrier_or_none(self, home: Path, asked: list[str]) -> None:
        """A number without a carrier, neither, or both ways at once is wrong usage."""
        done = called(home, "fulfil", *asked)
        assert 2 == done.returncode
        assert "--carrier" in done.stderr

    def test_with_and_without_tracking(self, sandbox: Sandbox, home: Path) -> None:
        """One line with a number as a sentence, the other without as JSON; doing it again has nothing left."""
        done = dropferry(home, "fulfil", "1003/1", "--number", "lx 123 456 789 cn", "--carrier", "China Post")
        said = "fulfilled 1 of line 1 with LX123456789CN (China Post); ShopBase mails the buyer"
        assert (0, f"#1003: {said}\n", "") == (done.returncode, done.stdout, done.stderr)
        assert {"order": "#1003", "number": None, "carrier": "Other", "lines": {"2": 2}, "mailed": True} == printed(
            home, "fulfil", "1003/2", "--no-tracking"
        )
        again = called(home, "fulfil", "1003", "--no-tracking")
        assert 1 == again.returncode
        assert "nothing is left to fulfil" in told(again)
        assert [("#1003", "LX123456789CN"), ("#1003", "")] == [
            (each["order"], each["tracking_number"]) for each in sandbox.shop.snapshot()["fulfillments"][:2]
        ]

    def test_while_pushing_is_off(self, home: Path) -> None:
        """With live_push off it is code 3, and the line to change is named."""
        configured(home, "live_push = true", "live_push = false")
        done = called(home, "fulfil", "1002", "--no-tracking")
        assert 3 == done.returncode
        assert "set live_push = true under [shops.main]" in told(done)

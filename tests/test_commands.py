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
from bot.locks import account_lock, shop_lock
from bot.opening import database_of
from bot.sandbox.server import Sandbox
from bot.sandbox.shop_goods import CATALOGUE, US, VN, Goods
from bot.work import Workplace
from tests.merchant import Clock, Merchant
from tests.processes import called, dropferry, started, told

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


class TestPull:
    """`pull` fetches the orders."""

    def test_what_it_says(self, home: Path) -> None:
        """What was read is told in a line, or as JSON by shop."""
        done = dropferry(home, "pull")
        assert (0, "") == (done.returncode, done.stderr)
        assert done.stdout.startswith("main: 5 orders read, 0 new, ")
        counts = printed(home, "pull", "--shop", "main")
        assert {"new": 0, "changed": 0, "seen": 5, "deleted": 0, "unreadable": [], "stopped": False} == counts["main"]

    def test_an_order_that_cannot_be_read(self, sandbox: Sandbox, home: Path) -> None:
        """An unreadable order is named and the code says that the work is done in part."""
        order = sandbox.shop.find("1004")
        order.financial, before = "", order.financial
        done = dropferry(home, "pull")
        order.financial = before
        assert 7 == done.returncode
        assert done.stdout.startswith("main: 4 orders read, 0 new, ")
        assert done.stdout.endswith(" changed, 1 could not be understood\n")
        problem, last = done.stderr.splitlines()
        assert f"order {order.id} (#1004): financial_status" in problem
        assert last.startswith("dropferry: not all of it could be done")

    def test_a_wrong_key(self, home: Path) -> None:
        """A key that the store does not take is code 3 with the place to look it up."""
        file = home / "secrets.toml"
        lines = file.read_text(encoding="utf-8").splitlines()
        file.write_text("\n".join(['sandbox-main-shopbase-key = "wrong"', *lines[1:]]), encoding="utf-8")
        done = dropferry(home, "pull")
        assert (3, "") == (done.returncode, done.stdout)
        assert "look both up in ShopBase" in told(done)

    def test_an_unknown_shop(self, home: Path) -> None:
        """A shop that the configuration does not have is code 3."""
        done = called(home, "pull", "--shop", "second")
        assert 3 == done.returncode
        assert 'config.toml has no shop "second"' in told(done)


class TestSync:
    """`sync` reads AliExpress."""

    def test_what_it_says(self, home: Path) -> None:
        """The pages read and what came of them are told in a line, or as JSON by account."""
        done = dropferry(home, "sync")
        assert (0, "") == (done.returncode, done.stderr)
        assert "main: 2 open orders, 4 pages read, 2 changed, 0 new tracking numbers\n" == done.stdout
        counts = printed(home, "sync", "main", run=dropferry)["main"]
        assert {"open": 2, "list_pages": 1, "details": 0, "trackings": 0, "changed": 0, "missing": 0} == {
            key: counts[key] for key in ("open", "list_pages", "details", "trackings", "changed", "missing")
        }

    @pytest.mark.parametrize(
        ("fault", "code", "says"),
        [
            ({"captcha": True}, 4, "dropferry: AliExpress needs you: captcha"),
            ({"signed_out": True}, 4, "run: dropferry login"),
            ({"only_answers": ["list"], "empty_skeleton": True}, 5, "dropferry: a page of AliExpress is not as it was"),
            ({"only_answers": ["list"], "traffic_limit": True}, 1, "dropferry: "),
        ],
        ids=["captcha", "signed_out", "changed", "busy"],
    )
    def test_trouble_has_its_code(
        self, sandbox: Sandbox, home: Path, fault: dict[str, Any], code: int, says: str
    ) -> None:
        """A needed person is 4, a changed page 5 with its evidence, a busy site 1; each is one line."""
        sandbox.ali.set_faults(fault)
        done = dropferry(home, "sync")
        sandbox.ali.set_faults({"signed_out": False})
        assert (code, "") == (done.returncode, done.stdout)
        assert says in told(done)
        kept = [folder.name for folder in (home / "evidence").iterdir()]
        assert all(folder in done.stderr for folder in kept)
        assert len(kept) == (code in {1, 5})

    def test_one_page_that_cannot_be_read(self, sandbox: Sandbox, home: Path) -> None:
        """One unreadable order is named and the code says that the work is done in part."""
        (number,) = sandbox.world.bought["#1002"]
        faults = {"only_orders": [number], "only_answers": ["detail"], "missing_block": "detail_order_status_block"}
        sandbox.ali.set_faults(faults)
        done = dropferry(home, "sync")
        assert 7 == done.returncode
        assert done.stdout.startswith("main: 2 open orders, ")
        assert done.stdout.endswith(", 1 could not be read\n")
        assert f"  {number}: order_detail: detail_order_status_block: missing" in done.stderr

    def test_an_account_in_use(self, home: Path) -> None:
        """While the account's browser is in use, `sync --wait 0` ends with 6 at once."""
        with account_lock(Home(home), "main", sandbox=True):
            done = dropferry(home, "sync", "--wait", "0")
        assert 6 == done.returncode
        assert 'the browser of account "main" is in use by process' in told(done)

    def test_an_unknown_account(self, home: Path) -> None:
        """An account that the configuration does not have is code 3."""
        done = called(home, "sync", "mian")
        assert 3 == done.returncode
        assert 'config.toml has no account "mian"' in told(done)


class TestPush:
    """`push` sends the numbers."""

    def test_off(self, home: Path) -> None:
        """With live_push off nothing is sent, which is said and is no failure."""
        configured(home, "live_push = true", "live_push = false")
        done = called(home, "push", "--yes")
        assert (0, "") == (done.returncode, done.stderr)
        assert 'main: 1 ready; nothing is told, because live_push is off for shop "main"\n' == done.stdout
        assert 'pushing is "off" for this shop' in called(home, "push", "--dry-run").stdout

    def test_the_first_waits_and_a_dry_run_tells_all(self, sandbox: Sandbox, home: Path) -> None:
        """The first push waits for a yes; a dry run lists number, carrier, lines and who will be mailed."""
        sandbox.shop.calls.clear()
        waits = dropferry(home, "push")
        assert (0, "main: 1 ready; the first push of a shop waits for you: dropferry push --yes\n") == (
            waits.returncode,
            waits.stdout,
        )
        listed = called(home, "push", "--dry-run").stdout
        assert "main: 1 ready. Nothing is sent by a dry run" in listed
        (ready,) = printed(home, "push", "--dry-run")["main"]
        assert ("#1001", "USPS", ["1 x Canvas Tote Bag"], False, "buyer1001@example.com") == (
            ready["order"],
            ready["carrier"],
            ready["lines"],
            ready["correction"],
            ready["mail"],
        )
        assert all(words in listed for words in ("#1001", ready["number"], "USPS", "buyer1001@example.com"))
        assert [] == sandbox.shop.calls

    def test_a_store_in_trouble_and_then_a_yes(self, sandbox: Sandbox, home: Path) -> None:
        """An answer that was lost is code 7; the next push finds the fulfilment; each says so."""
        sandbox.world.set_faults({"shopbase_lost": 1})
        unsure = dropferry(home, "push", "--yes")
        assert 7 == unsure.returncode
        assert "1 without an answer (looked for at the next push)" in unsure.stdout
        assert "  #1001: ShopBase gave no answer" in unsure.stderr
        pushed = printed(home, "push", "--yes")["main"]
        assert {"ready": 1, "waits": None, "problems": []} == {
            key: pushed[key] for key in ("ready", "waits", "problems")
        }
        assert (0, 1) == (pushed["told"]["sent"], pushed["told"]["found"])
        nothing = called(home, "push")
        assert (0, "main: nothing new to tell ShopBase\n", "") == (nothing.returncode, nothing.stdout, nothing.stderr)
        assert "fulfilled" == printed(home, "show", "1001")["tab"]
        assert 1 == sum(mail["order"] == "#1001" for mail in sandbox.shop.mails)

    def test_two_at_once(self, sandbox: Sandbox, home: Path) -> None:
        """While another process pulls or pushes the shop, a push says whose it is and waits; then nothing is told
        twice."""
        sandbox.shop.calls.clear()
        with started(home, "push", "--yes") as second:
            with shop_lock(Home(home), "main"):
                second.wait_for('shop "main" is in use by process')
                assert [] == sandbox.shop.calls
            second.wait_for("main: ")
            assert 0 == second.end()

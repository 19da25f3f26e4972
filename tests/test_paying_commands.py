"""`dropferry pay` and `dropferry reorder` as a person types them: what they print, and with which code they end."""

import csv
import io
import json
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from bot import rechecks
from bot.config import load
from bot.db import Database, open_database
from bot.home import Home
from bot.locks import account_lock
from bot.models import AliOrder, Order, Purchase
from bot.sandbox.server import Sandbox
from bot.sandbox.shop_goods import CATALOGUE, US
from flows.values import AliStatus
from tests import rows
from tests.processes import called, told

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(name="sandbox", scope="module")
def sandbox_fixture() -> Iterator[Sandbox]:
    """The stand-ins that the home's configuration names; nothing is asked of them here."""
    with Sandbox() as running:
        yield running


@pytest.fixture(name="whole", scope="module")
def whole_fixture(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home without orders."""
    home = tmp_path_factory.mktemp("paying") / "Nguyễn Văn Đức"
    sandbox.write_home(home)
    return home


@pytest.fixture(name="home")
def home_fixture(whole: Path) -> Iterator[Path]:
    """The same home, emptied again after the test."""
    yield whole
    with opened(whole) as database, database.write() as session:
        for kind in (Order, AliOrder):
            for row in session.exec(select(kind)):
                session.delete(row)


class Opened:
    """The home's database while a block runs."""

    def __init__(self, home: Path) -> None:
        self.database = open_database(f"sqlite:///{home / 'dropferry.db'}")

    def __enter__(self) -> Database:
        return self.database

    def __exit__(self, *_: object) -> None:
        self.database.close()


def opened(home: Path) -> Opened:
    """The home's database."""
    return Opened(home)


def unpaid(session: Session, name: str, minor: int, **facts: Any) -> AliOrder:
    """An order that stands unpaid, with the store order it was bought for."""
    _, lines = rows.order(session, name=name, cancelled_at=facts.pop("cancelled_at", None))
    usual = {"total_minor": minor, "currency": "USD", "list_read_at": NOW - HOUR, "number": f"81900000000{name[1:]}"}
    return rows.bought(session, lines, AliStatus.UNPAID, **{**usual, **facts})


def filled(home: Path) -> None:
    """Three orders to pay, one of unknown deadline; one that was called off; one that nobody has read."""
    with opened(home) as database, database.write() as session:
        unpaid(session, "#10046", 924, pay_deadline=NOW + 3 * HOUR + timedelta(minutes=5))
        unpaid(session, "#10047", 3193, currency="BRL", pay_deadline=NOW + 300 * HOUR)
        unpaid(session, "#10048", 100)
        unpaid(session, "#10049", 5, cancelled_at=NOW)
        rows.bought(session, rows.order(session)[1], None, "8190000000010050")


def test_the_sheet(home: Path) -> None:
    """The most urgent comes first, each with deadline, amount, running total and link; what is called off is a warning,
    and what is not read is said."""
    filled(home)
    done = called(home, "pay")
    assert (0, "") == (done.returncode, done.stderr)
    lines = done.stdout.splitlines()
    numbers = [line.split() for line in lines if "orderId=81900" in line and not line.startswith("!")]
    assert ["10048/1", "10046/1", "10047/1"] == [next(each for each in row if "/1" in each) for row in numbers]
    assert "unknown," in lines[2]
    assert re.search(r"\b[23] h left", lines[3])
    assert "12 days left" in lines[4]
    assert ["1.00 USD", "10.24 USD", "31.93 BRL"] == [" ".join(row[-3:-1]) for row in numbers]
    text = done.stdout
    assert "3 orders to pay: 31.93 BRL + 10.24 USD (read on AliExpress " in text
    assert "! do not pay 8190000000010049, 0.05 USD, for 10049/1 (called off in the store): cancel it: http" in text
    assert "1 AliExpress order was not read yet" in text
    assert "dropferry pay --open" in text
    assert "/p/order/index.html?tab=unpaid" in text


def test_json(home: Path) -> None:
    """Scripts get each order with minor units, ISO times and its link, and the totals by account."""
    filled(home)
    found = json.loads(called(home, "pay", "--json").stdout)
    first = found["unpaid"][1]
    assert ("8190000000010046", ["10046/1"], "9.24", 924) == (
        first["number"],
        first["lines"],
        first["amount"]["amount"],
        first["amount"]["minor"],
    )
    assert datetime.fromisoformat(first["deadline"]) == NOW + 3 * HOUR + timedelta(minutes=5)
    assert {"amount": "10.24", "minor": 1024, "currency": "USD"} == first["running"]
    assert {"main": ["BRL", "USD"]} == {
        account: [each["currency"] for each in totals] for account, totals in found["totals"].items()
    }
    assert ["called_off"] == [each["do_not_pay"] for each in found["not_to_pay"]]
    assert ["8190000000010050"] == found["not_read"]


def test_csv(home: Path, tmp_path: Path) -> None:
    """A spreadsheet gets numbers that it does not round, and what had better not be paid is marked."""
    filled(home)
    file = tmp_path / "pay.csv"
    assert 0 == called(home, "pay", "--csv", file).returncode
    table = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"))))
    assert ["'8190000000010048", "'8190000000010046", "'8190000000010047", "'8190000000010049"] == [
        row["AliExpress order"] for row in table
    ]
    assert ["1.00", "10.24", "31.93", ""] == [row["Running total"] for row in table]
    assert ["", "", "", "called off in the store"] == [row["Do not pay"] for row in table]


def test_nothing_to_pay(home: Path) -> None:
    """Where nothing waits that is said, with and without a browser being asked for."""
    line = "nothing waits for your payment, as far as AliExpress was read; newer: dropferry sync\n"
    assert (0, line) == (called(home, "pay").returncode, called(home, "pay").stdout)
    assert (0, line) == (called(home, "pay", "--open").returncode, called(home, "pay", "--open").stdout)


def test_an_amount_that_moved_or_is_not_known(home: Path) -> None:
    """A price that differs from the quote shows both; one that nobody knows is left out of the total, and said."""
    with opened(home) as database, database.write() as session:
        ali = unpaid(session, "#10046", 924)
        for purchase in session.exec(select(Purchase)):
            purchase.sqlmodel_update({"cost_minor": 900, "cost_currency": "USD", "intent_at": NOW})
            session.add(purchase)
        unpaid(session, "#10047", 1, total_minor=None, currency=None)
        assert ali.account == "main"
    text = called(home, "pay").stdout
    assert "9.24 USD (was 9.00 USD)" in text
    assert "1 of them has no amount that is known, and is not in the total" in text


def test_when_it_is_read_again(home: Path) -> None:
    """While a payment is still to be looked at, the sheet says when that is."""
    filled(home)
    with opened(home) as database, database.write() as session:
        times = rechecks.ask_again(session, "main", NOW)
    shown = ", ".join(f"{each.astimezone():%H:%M}" for each in times)
    assert f"what is unpaid is read again at {shown}, by dropferry run" in called(home, "pay").stdout


def test_a_person_has_to_see_the_browser(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a display the sheet is printed all the same, and the ways to pay are named; one line, code 3."""
    filled(home)
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    done = called(home, "pay", "--open")
    assert 3 == done.returncode
    assert "3 orders to pay" in done.stdout
    assert "a computer with a screen" in told(done)


def test_a_browser_in_use(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another command works in the account's browser, it is named; with --wait 0 nobody waits."""
    filled(home)
    monkeypatch.setenv("DISPLAY", ":99")
    with account_lock(Home(home), "main", sandbox=True):
        done = called(home, "pay", "--open", "--wait", "0")
    assert 6 == done.returncode
    assert 'the browser of account "main" is in use by process' in told(done)


def test_which_account(home: Path) -> None:
    """A misspelt account is told; with several, one has to be named for paying, and all are listed."""
    assert 'no account "mian"' in told(called(home, "pay", "--account", "mian"))
    file = home / "config.toml"
    text = file.read_text(encoding="utf-8")
    try:
        file.write_text(f"{text}\n[accounts.second]\n", encoding="utf-8")
        assert {"main", "second"} == set(load(Home(home)).accounts)
        filled(home)
        listed = called(home, "pay").stdout
        assert 'Account "main":' in listed
        assert 'Account "second":\nnothing waits for your payment' in listed
        assert "--account main | second" in told(called(home, "pay", "--open"))
    finally:
        file.write_text(text, encoding="utf-8")


def test_a_pull_tells_what_the_store_called_off(home: Path, sandbox: Sandbox) -> None:
    """An order that is cancelled after it was bought is told at once and once, with the page to cancel it on; the tabs
    count it."""
    sold = sandbox.shop.add_order(((CATALOGUE[0], 1),), place=US)
    assert 0 == called(home, "pull").returncode
    (number,) = sandbox.world.buy(sold.name)[sold.name]
    assert 0 == called(home, "link", sold.name, number).returncode
    sandbox.shop.cancel(sold.name)
    link = f"{sandbox.aliexpress}/p/order/detail.html?orderId={number}"
    line = f"! {sold.name}: AliExpress order {number} still stands: cancel it there, or ask for a refund: {link}"
    assert [line] == called(home, "pull").stderr.splitlines()
    assert [] == called(home, "pull").stderr.splitlines()
    assert "at AliExpress 1 of them may still cost you" in called(home, "orders").stdout


class TestReorder:
    """`reorder` starts a purchase for a line that came to nothing."""

    def over(self, home: Path, lines: int = 1) -> None:
        """Order #10046 of so many lines; the first has expired."""
        with opened(home) as database, database.write() as session:
            _, bought = rows.order(session, lines, name="#10046")
            rows.bought(session, bought[:1], AliStatus.EXPIRED, "8190000000010046", total_minor=924, currency="USD")

    def test_a_line(self, home: Path) -> None:
        """It says what is bought again and how; the old number stays in what is shown of the order."""
        self.over(home)
        assert "Failed" in called(home, "show", "10046").stdout
        done = called(home, "reorder", "#10046/1")
        assert 0 == done.returncode
        assert [
            "#10046/1 is to be bought again; AliExpress order 8190000000010046 stays in its history",
            "buy it: dropferry place 10046",
        ] == done.stdout.splitlines()
        shown = called(home, "show", "10046").stdout
        assert "earlier: AliExpress order 8190000000010046: expired, 9.24 USD" in shown
        assert "to be ordered again (line 1, over 8190000000010046)" in shown
        (line,) = json.loads(called(home, "show", "10046", "--json").stdout)["lines"]
        assert ([], ["8190000000010046"]) == (line["ali_order_ids"], line["earlier_ali_order_ids"])
        assert "is to be bought already; buy it: dropferry place 10046" in told(called(home, "reorder", "10046"))

    def test_what_is_left(self, home: Path) -> None:
        """For a whole order what is not over is left, and told; as JSON too."""
        self.over(home, lines=2)
        found = json.loads(called(home, "reorder", "10046", "--json").stdout)
        assert [{"line": 1, "over": ["8190000000010046"]}] == found["again"]
        assert ["line 2 of order #10046 was never bought here"] == found["left"]

    @pytest.mark.parametrize(
        ("typed", "says"),
        [
            ("9999", "there is no order 9999"),
            ("10046/3", "order #10046 has no line 3"),
            ("10046/2", "line 2 of order #10046 was never bought here; buy it: dropferry place 10046"),
            ("10046/", "names no order"),
        ],
    )
    def test_what_cannot_be(self, home: Path, typed: str, says: str) -> None:
        """What was typed wrong is told in one line, and nothing is changed."""
        self.over(home, lines=2)
        done = called(home, "reorder", typed)
        assert (2, "") == (done.returncode, done.stdout)
        assert says in told(done)
        assert "to be ordered again" not in called(home, "show", "10046").stdout

"""Forgetting: nothing of the buyer is left in database, evidence and logs; numbers and money stay; open orders too."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text
from sqlmodel import Session, select

from bot.config_text import config_text
from bot.db import Database, open_database
from bot.facts import Tab
from bot.finding import find_order, parse
from bot.forgetting import NotForgottenError, choose, forget, not_chosen, orders_before
from bot.home import Home, write_private
from bot.intake import take_in
from bot.jobs.looking import asked_of
from bot.log_files import append
from bot.logs import FILE
from bot.models import AliOrder, Event, Fulfillment, FulfillmentState, Line, Order, Parcel, Purchase, PurchaseState
from bot.models_buying import OwnAddress
from bot.personal_data import is_forgotten
from flows.values_buying import Quote
from tests import rows
from tests.planted import ALI, BUYER, MAIL, NOW, PERSONAL, RECIPIENT, TRACKING, found_in, plant
from tests.processes import called
from tests.store_orders import reply

COPIES = "Copies of the database in the folder backups still hold all of it: before-migration.db; and so do your own"
LATER = NOW + timedelta(days=400)
PHONE = "2025550173"
TYPED = ("Ngoc Anh", "Nguyen Thi", "128/4B Le Van Sy", "52998224725")


def dumped(database: Database, to: Path) -> Path:
    """All that the tables hold, as text."""
    with database.engine.connect() as connection:
        names = inspect(connection).get_table_names()
        tables = {name: [list(row) for row in connection.execute(text(f'SELECT * FROM "{name}"'))] for name in names}
    to.write_text(json.dumps(tables, ensure_ascii=False, default=str), encoding="utf-8")
    return to


@pytest.fixture(name="home")
def home_fixture(tmp_path: Path) -> Home:
    """A home with evidence and lines of the log about the planted buyer, and about another one."""
    home = Home(tmp_path / "home")
    home.ensure()
    folders = {
        "20261101T100000Z-aaaaaa": {"order": "#1046", "why": BUYER["name"]},
        "20261101T100000Z-bbbbbb": {"url": f"https://www.aliexpress.com/p/order/detail.html?orderId={ALI}"},
        "20261101T100000Z-cccccc": {"order": "#1047", "why": "another"},
        "20261101T100000Z-dddddd": ["no finding"],
    }
    for name, told in folders.items():
        (home.evidence / name).mkdir()
        write_private(home.evidence / name / "page.json", json.dumps(told))
        write_private(home.evidence / name / "page.html", f"{told}")
    lines = [
        {"at": NOW.isoformat(), "event": f"odd: {MAIL}", "order": "#1046"},
        {"at": NOW.isoformat(), "event": "read", "order": "#1047"},
    ]
    append(home.logs / FILE, "".join(json.dumps(line) + "\n" for line in lines).encode())
    append(home.logs / "errors.log", f"{NOW.isoformat()} dropferry\nKeyError: {BUYER['name']}\n".encode())
    return home


def forget_all(database: Database, home: Home, days: int | None = None, now: datetime = LATER) -> Any:
    """Empty every order that may be."""
    with database.read() as session:
        chosen = choose(session, session.exec(select(Order)).all(), even_open=False)
    return forget(database, home, chosen.ids, now, days)


class TestEmptied:
    """What goes and what stays."""

    def test_nothing_of_the_buyer_is_left(self, database: Database, home: Home, tmp_path: Path) -> None:
        """On both databases no table, no evidence and no line of the log holds anything of the buyer, in any spelling;
        numbers, amounts, states, and what was done stay."""
        with database.write() as session:
            plant(session)
        assert found_in(dumped(database, tmp_path / "before.json"), PERSONAL)
        forgotten = forget_all(database, home)
        values = [*PERSONAL, *RECIPIENT.splitlines(), *TYPED, PHONE]
        assert [] == found_in(dumped(database, tmp_path / "after.json"), values) + found_in(home.path, values)
        assert (["#1046"], 2, 2, ["main"]) == (
            forgotten.orders,
            forgotten.evidence,
            forgotten.log_lines,
            forgotten.address_books,
        )
        left = {folder.name[-6:] for folder in home.evidence.iterdir()}
        assert {"cccccc", "dddddd"} == left
        with database.read() as session:
            order, purchase = session.exec(select(Order)).one(), session.exec(select(Purchase)).one()
            ali, parcel = session.exec(select(AliOrder)).one(), session.exec(select(Parcel)).one()
            events = {event.what for event in session.exec(select(Event))}
        assert ("#1046", 2990, "USD") == (order.name, order.total_minor, order.currency)
        assert {"country_code": "US", "forgotten": LATER.isoformat()} == order.address
        assert (924, "USD", PurchaseState.PLACED) == (purchase.cost_minor, purchase.cost_currency, purchase.state)
        assert (ALI, TRACKING) == (ali.number, parcel.number)
        assert {"status", "held", "address changed", "personal data emptied"} <= events

    def test_the_file_itself_holds_nothing(self, sqlite: Database, home: Home, tmp_path: Path) -> None:
        """On SQLite nothing is left in free pages either, nor beside the file, whatever was changed before; while
        somebody else reads, that is said."""
        with sqlite.write() as session:
            order = plant(session)
            for street in range(60):
                order.address = {**BUYER, "address1": f"{street} Le Van Sy, {BUYER['name']}"}
                session.add(order)
                session.flush()
        file = Path(sqlite.url.removeprefix("sqlite:///"))
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN")
            other.execute("SELECT count(*) FROM store_order").fetchone()
            assert not forget_all(sqlite, home).is_compacted
        assert forget(sqlite, home, [], LATER).is_compacted
        content = b"".join(each.read_bytes() for each in file.parent.glob("dropferry.db*"))
        assert [] == [value for value in (MAIL, "Le Van Sy", PHONE) if value.encode() in content]

    def test_it_can_still_be_read(self, sqlite: Database, home: Home) -> None:
        """What is left of a purchase has the shape that every reader of it expects, a held one its sentence."""
        from bot.config import Config
        from bot.listing import describe

        with sqlite.write() as session:
            order = plant(session)
            line = session.exec(select(Line)).one()
            purchase = session.exec(select(Purchase)).one()
            purchase.sqlmodel_update({"product_id": "1005", "sku_id": "1200", "units": 1, "intent_at": NOW})
            detail = {"detail": f"asked {BUYER['name']}", "found_minor": 5}
            held: dict[str, Any] = {"state": PurchaseState.HELD, "hold": "recipient_differs", "hold_data": detail}
            session.add(Purchase(line_id=line.id or 0, item=1, created_at=NOW, **held))
            session.flush()
            forgotten = order.id or 0
        assert ["#1046"] == forget(sqlite, home, [forgotten], LATER).orders
        tables = {"shops": {"main": {"url": "https://x.onshopbase.com", "account": "main"}}, "accounts": {"main": {}}}
        with sqlite.read() as session:
            placed, waiting = session.exec(select(Purchase).order_by(Purchase.item)).all()  # type: ignore[arg-type]
            (listed,) = describe(session, Config.model_validate(tables), [forgotten], LATER)
        assert ("", "US") == (asked_of(placed).recipient, asked_of(placed).country)
        quote = Quote.model_validate(placed.quote)
        assert ("", 924) == (quote.recipient, quote.total.minor)
        assert {"detail": "[removed]", "found_minor": 5} == waiting.hold_data
        assert "shows another recipient ([removed])" in (listed.why or "")

    def test_a_pull_does_not_fill_it_in_again(self, sqlite: Database, home: Home) -> None:
        """What the store tells of the buyer later is left out, what it tells of the order is taken in."""
        with sqlite.write() as session:
            first = reply(name="#1046")
            take_in(session, "main", first, NOW)
            session.exec(select(Order)).one().tab = Tab.FULFILLED
        forget_all(sqlite, home)
        with sqlite.write() as session:
            later = first.model_copy(update={"updated_at": first.updated_at + timedelta(days=1), "tags": ("seen",)})
            take_in(session, "main", later, LATER)
        with sqlite.read() as session:
            order = session.exec(select(Order)).one()
            whats = [event.what for event in session.exec(select(Event))]
        assert (None, "", ["seen"]) == (order.email, order.note, order.tags)
        assert is_forgotten(order)
        assert "address changed in store" not in whats

    def test_another_buyer_stays(self, sqlite: Database, home: Home) -> None:
        """Orders, evidence and lines of others are as they were, and so is the robot's own entry of theirs."""
        other = {"name": "Jo Other", "address1": "5 Oak Road", "phone": "+4915112345678"}
        own = {"first_name": "Jo", "last_name": "Other", "street": "5 Oak Road"}
        with sqlite.write() as session:
            plant(session)
            rows.order(session, name="#1047", address=other, email="jo@example.net", tab=Tab.FULFILLED)
            entry = session.get_one(OwnAddress, "main")
            entry.known = [own, *entry.known]
            session.add(entry)
        with sqlite.read() as session:
            chosen = choose(session, [find_order(session, parse("1046"), None)], even_open=False)
        forget(sqlite, home, chosen.ids, LATER)
        with sqlite.read() as session:
            left = find_order(session, parse("1047"), None)
            assert ("jo@example.net", other) == (left.email, left.address)
            assert [own] == session.get_one(OwnAddress, "main").known
        assert '"order": "#1047"' in (home.logs / FILE).read_text(encoding="utf-8")

    def test_what_is_older_goes_everywhere(self, sqlite: Database, home: Home) -> None:
        """By age, evidence and lines of the log from before go whoever they are of; younger ones stay."""
        young = {"at": (LATER - timedelta(days=1)).isoformat(), "event": "young"}
        append(home.logs / FILE, f"{json.dumps(young)}\n".encode())
        forgotten = forget(sqlite, home, [], LATER, 180)
        assert (4, 4) == (forgotten.evidence, forgotten.log_lines)
        assert [] == list(home.evidence.iterdir())
        assert "" == (home.logs / "errors.log").read_text(encoding="utf-8")
        assert [young] == [json.loads(line) for line in (home.logs / FILE).read_text(encoding="utf-8").splitlines()]


class TestChosen:
    """Which orders may be emptied."""

    def states(self, session: Session) -> dict[str, Order]:
        """An order of each kind."""
        made = {}
        for tab in Tab:
            made[tab.value], _ = rows.order(session, name=f"#{tab.value}", tab=tab)
        made["waits"], (line,) = rows.order(session, name="#waits", tab=Tab.FULFILLED)
        session.add(Purchase(line_id=line.id or 0, state=PurchaseState.NEW, created_at=NOW))
        made["sending"], _ = rows.order(session, name="#sending", tab=Tab.FULFILLED)
        told: dict[str, Any] = {"state": FulfillmentState.SENDING, "created_at": NOW}
        session.add(Fulfillment(order_id=made["sending"].id or 0, **told))
        for state in (PurchaseState.INTENT, PurchaseState.HELD):
            made[state.value], (line,) = rows.order(session, name=f"#{state.value}", tab=Tab.FAILED)
            pressed: dict[str, Any] = {"state": state, "created_at": NOW, "intent_at": NOW, "account": state.value}
            session.add(Purchase(line_id=line.id or 0, **pressed))
        session.flush()
        return made

    def test_what_is_under_way_is_refused(self, sqlite: Database) -> None:
        """Only what is fulfilled or called off, with nothing left to do, is chosen; with --even-open the rest, but
        never an order that is found again by its address alone."""
        with sqlite.write() as session:
            orders = list(self.states(session).values())
            careful = choose(session, orders, even_open=False)
            bold = choose(session, orders, even_open=True)
        assert {"#fulfilled", "#canceled"} == set(careful.names)
        open_ones = {"#pending", "#awaiting-order", "#awaiting-payment", "#awaiting-shipment", "#failed", "#waits"}
        assert open_ones | {"#sending"} == set(careful.under_way)
        assert {"#intent", "#held"} == set(careful.unknown) == set(bold.unknown)
        assert ([], open_ones | {"#sending", "#fulfilled", "#canceled"}) == (bold.under_way, set(bold.names))
        with pytest.raises(NotForgottenError, match="perhaps ordered"):
            raise not_chosen(bold)

    def test_older_ones(self, sqlite: Database) -> None:
        """By age, and by shop where one is named."""
        with sqlite.write() as session:
            for days, shop in ((10, "main"), (200, "main"), (300, "second")):
                rows.order(session, name=f"#{days}", shop=shop, created_at=NOW - timedelta(days=days))
            before = NOW - timedelta(days=180)
            assert ["#300", "#200"] == [order.name for order in orders_before(session, before, None)]
            assert ["#200"] == [order.name for order in orders_before(session, before, "main")]


class TestCommand:
    """`dropferry forget` as a merchant calls it."""

    @pytest.fixture(name="here")
    def here_fixture(self, home: Home, migrated: Path) -> Home:
        """A home with the planted buyer's fulfilled order, one under way, and a copy of the database."""
        write_private(home.config_file, config_text("main", "https://one.onshopbase.com", "main"))
        write_private(home.secrets_file, "")
        write_private(home.database_file, "")
        home.database_file.write_bytes(migrated.read_bytes())
        write_private(home.path / "backups" / "before-migration.db", "")
        for case, redacted in (("20261122-100000", "false"), ("20261122-110000", "true")):
            write_private(home.path / "recordings" / "order-detail" / case / "about.toml", f"redacted = {redacted}\n")
        database = open_database(f"sqlite:///{home.database_file}")
        with database.write() as session:
            plant(session)
            rows.order(session, name="#1047", tab=Tab.AWAITING_SHIPMENT)
        database.close()
        return home

    def test_one_order(self, here: Home) -> None:
        """Without somebody to ask nothing is changed; with --yes it is told what went and what is left elsewhere."""
        asked = called(here.path, "forget", "1046")
        assert (2, "") == (asked.returncode, asked.stdout)
        assert "nobody is there to be asked, and nothing was changed; add --yes" in asked.stderr
        done = called(here.path, "forget", "#1046", "--yes")
        assert (0, "") == (done.returncode, done.stderr)
        left = "Pages that you recorded with --keep-personal-data are as they were; delete them: "
        assert [
            "1 order emptied; numbers and money stay",
            "2 folders of evidence deleted, 2 lines of the log cleaned",
            'The AliExpress address book of "main" still shows this buyer; delete the entry there',
            f"{left}recordings/order-detail/20261122-100000",
            COPIES,
        ] == done.stdout.splitlines()
        again = called(here.path, "forget", "1046", "--yes")
        assert (2, True) == (again.returncode, "nothing is left to be emptied there" in again.stderr)
        shown = called(here.path, "show", "1046")
        assert "by dropferry forget" in shown.stdout

    def test_one_that_is_under_way(self, here: Home) -> None:
        """An order under way is refused with the way out, which works."""
        refused = called(here.path, "forget", "1047", "--yes")
        assert 2 == refused.returncode
        assert "#1047: still under way; wait until it is fulfilled, or add --even-open" in refused.stderr
        assert 0 == called(here.path, "forget", "1047", "--yes", "--even-open").returncode

    def test_by_age(self, here: Home) -> None:
        """All that is old enough goes; what is under way is named and left. What is no number of days is refused."""
        database = open_database(f"sqlite:///{here.database_file}")
        with database.write() as session:
            for order in session.exec(select(Order)):
                order.created_at = datetime(2020, 1, 1, tzinfo=UTC)
                session.add(order)
        database.close()
        for wrong in (["--older-than", "x"], ["--older-than", "0d"], ["1046", "--older-than", "9d"], []):
            assert 2 == called(here.path, "forget", *wrong, "--yes").returncode
        done = json.loads(called(here.path, "forget", "--older-than", "180d", "--yes", "--json").stdout)
        assert (["#1046"], ["#1047"], True) == (done["orders"], done["left"], done["is_compacted"])

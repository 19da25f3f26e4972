"""Notifications: each trouble once until it is another, to real addresses; nothing is lost while a service is down."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from bot import account_states, logs
from bot.config import Config
from bot.db import Database
from bot.home import Home
from bot.models import Purchase, PurchaseState
from bot.models_running import Told
from bot.notify import LINES_AT_MOST, Notice, Notifier, Weight, message, notify
from bot.notifying.sending import send
from bot.secrets import NOTIFY_URLS, variable
from bot.work import Workplace
from flows.errors import NeedKind, PersonNeeded
from tests import rows
from tests.listening import Listener, listening

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
TABLES: dict[str, Any] = {
    "shops": {"main": {"url": "https://one.onshopbase.com", "account": "main"}},
    "accounts": {"main": {}, "second": {}},
}


@pytest.fixture(name="listener", scope="module")
def listener_fixture() -> Iterator[Listener]:
    with listening() as made:
        yield made


class Desk:
    """A merchant who is told, with a clock that the test moves."""

    def __init__(self, home: Home, database: Database, listener: Listener, notify: dict[str, Any]) -> None:
        self.now = NOW
        self.said: list[str] = []
        self.listener = listener
        config = Config.model_validate({**TABLES, "notify": notify})
        self.place = Workplace(home, config, database, self.said.append, clock=lambda: self.now)
        self.notifier = Notifier(self.place)

    def look(self, **later: float) -> list[tuple[str, list[str]]]:
        """What is told at a look so much later."""
        self.now += timedelta(**later)
        self.notifier.look()
        return self.listener.told()

    def needs(self, kind: NeedKind, account: str = "main") -> None:
        """AliExpress asks for a person."""
        account_states.need_arose(self.place.database, account, PersonNeeded(kind), self.now)

    def goes_on(self, account: str = "main") -> None:
        """A look has proved that the account is signed in."""
        account_states.is_signed_in(self.place.database, account, self.now, None, by_person=False)

    def keys(self) -> list[str]:
        """What is remembered as told, but for the digest."""
        with self.place.database.read() as session:
            return sorted(key for key in session.exec(select(Told.key)) if key != "digest")


@pytest.fixture(name="desk")
def desk_fixture(tmp_path: Path, sqlite: Database, listener: Listener, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A merchant who wants to hear of everything."""
    listener.forget()
    monkeypatch.setenv(variable(NOTIFY_URLS), listener.url)
    return Desk(Home(tmp_path), sqlite, listener, {})


class TestOnce:
    """The same trouble is told once until it changes."""

    def test_an_account_that_waits(
        self, tmp_path: Path, database: Database, listener: Listener, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What an account waits for is told once, another kind again, and the same once more after it was over."""
        listener.forget()
        monkeypatch.setenv(variable(NOTIFY_URLS), listener.url)
        desk = Desk(Home(tmp_path), database, listener, {})
        desk.needs(NeedKind.CAPTCHA)
        ((title, lines),) = desk.look()
        assert 'dropferry: AliExpress account "main" needs you' == title
        assert "a person is there" in lines[0]
        assert "dropferry login main" in lines[0]
        desk.needs(NeedKind.CAPTCHA)
        assert [] == desk.look(hours=1) + desk.look(hours=9)
        desk.needs(NeedKind.SIGNED_OUT)
        ((_, lines),) = desk.look(minutes=1)
        assert "signed in" in lines[0]
        desk.goes_on()
        assert ([], []) == (desk.look(minutes=1), desk.keys())
        desk.needs(NeedKind.SIGNED_OUT)
        assert 1 == len(desk.look(hours=1))
        assert ["account:main"] == desk.keys()

    def test_a_restart_tells_nothing_twice(self, desk: Desk) -> None:
        """What was told is known to the next process."""
        desk.needs(NeedKind.TERMS)
        assert 1 == len(desk.look())
        assert [] == Desk(desk.place.home, desk.place.database, desk.listener, {}).look()

    def test_one_thing_by_another_module(self, desk: Desk) -> None:
        """`notify` tells one thing of anybody's, once for its fingerprint, and says whether it is known."""
        first = Notice(Weight.NEEDS_YOU, "disk", "full", "The disk is full", "Make room.")
        again = Notice(Weight.NEEDS_YOU, "disk", "really full", "The disk is full", "Make room.")
        assert [True, True] == [notify(desk.place, first), notify(desk.place, first)]
        assert [("dropferry: The disk is full", ["Make room."])] == desk.listener.told()
        assert notify(desk.place, again)
        assert 1 == len(desk.listener.told())


class TestMessages:
    """Several things are one message, and short."""

    def notices(self, count: int, level: Weight = Weight.NEEDS_YOU, **facts: Any) -> list[Notice]:
        """So many things to tell."""
        return [Notice(level, f"k{n}", "f", f"Title {n}", f"Text {n}", **facts) for n in range(count)]

    def test_one_by_itself(self) -> None:
        """One thing has its own title."""
        assert ("dropferry: Title 0", "Text 0") == message(self.notices(1))

    def test_many_are_counted_and_cut(self) -> None:
        """Many things are lines, no more than a phone shows; the rest is counted."""
        title, text = message(self.notices(LINES_AT_MOST + 3))
        assert f"dropferry: {LINES_AT_MOST + 3} things need you" == title
        assert LINES_AT_MOST + 1 == len(text.splitlines())
        assert "… and 3 more: dropferry orders" == text.splitlines()[-1]
        assert "dropferry: 2 things to know" == message(self.notices(2, Weight.INFO))[0]

    def test_the_same_of_several_lines(self) -> None:
        """What is the same for several lines of orders is one line."""
        held = [Notice(Weight.NEEDS_YOU, f"h{n}", "f", "Held", "sold out", about=f"104{n}/1") for n in range(3)]
        title, text = message([*held, *self.notices(1)])
        assert ("dropferry: 4 things need you", "- 1040/1, 1041/1, 1042/1: sold out\n- Text 0") == (title, text)
        assert ("dropferry: Held", "1040/1: sold out") == message(held[:1])


class TestLevels:
    """How much is told is the merchant's choice."""

    @pytest.mark.parametrize(("level", "told"), [("all", "nid"), ("needs-you", "nd"), ("digest", "d"), ("off", "")])
    def test_each_level(self, level: str, told: str, desk: Desk) -> None:
        """What needs somebody, what is good to know and the digest come with the levels that want them."""
        desk = Desk(desk.place.home, desk.place.database, desk.listener, {"level": level})
        weights = {"n": Weight.NEEDS_YOU, "i": Weight.INFO, "d": Weight.DIGEST}
        desk.notifier.tell([Notice(weight, letter, "f", letter, "-") for letter, weight in weights.items()])
        assert sorted(told) == desk.keys()

    def test_what_was_not_wanted_is_told_when_it_is(self, desk: Desk) -> None:
        """A level that is raised tells what still stands."""
        quiet = Desk(desk.place.home, desk.place.database, desk.listener, {"level": "digest"})
        quiet.needs(NeedKind.EMAIL_CODE)
        assert [] == quiet.look()
        assert 1 == len(desk.look())


class TestDown:
    """A service that is down loses nothing and ends nothing."""

    def test_it_is_tried_again(self, desk: Desk) -> None:
        """The tries come further and further apart, each is told in the lines of the service, and what came up
        meanwhile is told with the rest."""
        desk.listener.down = True
        desk.needs(NeedKind.CAPTCHA)
        for minutes in (0, 0.5, 0.5, 1, 3.9, 0.1, 14, 1, 29, 1):
            desk.look(minutes=minutes)
        assert 5 == desk.listener.asked
        assert (5, []) == (len(desk.said), desk.keys())
        assert "JSON (Failed to send JSON POST notification: " in desk.said[0]
        assert "the next try is at" in desk.said[0]
        assert desk.listener.url.rpartition("/")[2] not in "".join(desk.said)
        desk.listener.down = False
        desk.needs(NeedKind.SIGNED_OUT, "second")
        ((title, lines),) = desk.look(minutes=30)
        assert ("dropferry: 2 things need you", 2) == (title, len(lines))
        desk.listener.down = True
        desk.needs(NeedKind.TERMS)
        desk.look(minutes=1)
        desk.look(minutes=1)
        assert 8 == desk.listener.asked

    def test_one_of_two_is_enough(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where one service took it, the merchant knows; the other one is named."""
        monkeypatch.setenv(variable(NOTIFY_URLS), f"json://127.0.0.1:1/token-of-mine {desk.listener.url}")
        desk.needs(NeedKind.CAPTCHA)
        assert 1 == len(desk.look())
        (line,) = desk.said
        assert line.startswith("a notification did not reach 1. JSON (A Connection error")
        assert "token-of-mine" not in line
        assert [] == desk.look(minutes=5)

    def test_an_address_that_is_none(self) -> None:
        """What apprise does not know is told by its place alone, and stops no other."""
        (sent,) = send("nonsense-with-my-password", "title", "text")
        assert (False, "?", "apprise knows no service of such an address") == (sent.ok, sent.service, sent.why)

    def test_without_addresses(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nothing is told and nothing is taken for told; an address that comes later hears of it all."""
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        monkeypatch.delenv(variable(NOTIFY_URLS))
        desk.needs(NeedKind.CAPTCHA)
        assert ([], []) == (desk.look(), desk.keys())
        monkeypatch.setenv(variable(NOTIFY_URLS), desk.listener.url)
        assert 1 == len(desk.look(minutes=11))

    def test_an_address_that_cannot_be_read(self, desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """A place for the secret that is damaged is told in the log, and ends nothing."""
        monkeypatch.delenv(variable(NOTIFY_URLS))
        monkeypatch.setenv(f"{variable(NOTIFY_URLS)}_FILE", str(tmp_path / "missing"))
        desk.needs(NeedKind.CAPTCHA)
        with logs.kept(desk.place.home):
            assert [] == desk.look()
        assert "cannot be read" in (desk.place.home.logs / logs.FILE).read_text(encoding="utf-8")


def test_pictures_go_along_where_they_may(desk: Desk, tmp_path: Path) -> None:
    """A picture is sent with its trouble only where the configuration says so."""
    (tmp_path / "page.png").write_bytes(b"\x89PNG")
    shown = Notice(Weight.NEEDS_YOU, "page", "1", "A page", "has changed", picture=tmp_path / "page.png")
    desk.notifier.tell([shown])
    (plain,) = desk.listener.got
    desk.listener.forget()
    open_one = Desk(desk.place.home, desk.place.database, desk.listener, {"pictures": True})
    open_one.notifier.tell([Notice(Weight.NEEDS_YOU, "page", "2", "A page", "has changed", picture=shown.picture)])
    (pictured,) = desk.listener.got
    assert ([], ["page.png"]) == (plain["attachments"], [each["filename"] for each in pictured["attachments"]])


def test_a_purchase_is_told_until_it_is_mended(desk: Desk) -> None:
    """A held purchase is told with its reason, another reason again, and once more when it is held a second time."""
    with desk.place.database.write() as session:
        _, (line,) = rows.order(session, name="#1046")
        held = Purchase(line_id=line.id or 0, state=PurchaseState.HELD, created_at=NOW, hold="sold_out")
        session.add(held)
    told = [desk.look()]
    for state, hold in ((PurchaseState.HELD, "sku_gone"), (PurchaseState.NEW, None), (PurchaseState.HELD, "sku_gone")):
        with desk.place.database.write() as session:
            row = session.get_one(Purchase, held.id)
            row.state, row.hold = state, hold
            session.add(row)
        told.append(desk.look(minutes=1))
    assert [1, 1, 0, 1] == [len(each) for each in told]
    assert ("dropferry: #1046 is held back", ["1046/1: sold out on AliExpress"]) == told[0][0]

"""`dropferry notify` as a merchant calls it, and the service that tells by itself."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomlkit

from bot import logs
from bot.config import load
from bot.db import open_database
from bot.home import Home, write_private
from bot.models import Purchase, PurchaseState
from bot.sandbox.server import Sandbox
from bot.scheduler import Service
from bot.work import Workplace
from tests import rows
from tests.listening import Listener, listening
from tests.processes import called
from tests.rows import NOW


@pytest.fixture(name="listener", scope="module")
def listener_fixture() -> Iterator[Listener]:
    with listening() as made:
        yield made


@pytest.fixture(name="home")
def home_fixture(sandbox: Sandbox, tmp_path: Path, listener: Listener) -> Home:
    """A sandbox home with a purchase that is held, and an address that is listened to."""
    listener.forget()
    home = Home(tmp_path / "home")
    sandbox.write_home(home.path)
    set_urls(home, listener.url)
    database = open_database(f"sqlite:///{home.database_file}")
    with database.write() as session:
        _, (line,) = rows.order(session, name="#1046")
        held = Purchase(line_id=line.id or 0, state=PurchaseState.HELD, created_at=NOW, hold="sold_out")
        session.add(held)
    database.close()
    return home


def set_urls(home: Home, *urls: str) -> None:
    """Keep these addresses in the home, or none."""
    kept = tomlkit.parse(home.secrets_file.read_text(encoding="utf-8")).unwrap()
    kept.pop("sandbox-notify-urls", None)
    write_private(
        home.secrets_file, tomlkit.dumps({**kept, **({"sandbox-notify-urls": " ".join(urls)} if urls else {})})
    )


def set_level(home: Home, level: str, language: str = "en") -> None:
    """Change the configuration."""
    document = tomlkit.parse(home.config_file.read_text(encoding="utf-8"))
    document["notify"] = {"level": level}
    document["language"] = language
    write_private(home.config_file, tomlkit.dumps(document))


class TestTest:
    """`notify test` proves each address."""

    def test_it_arrives(self, home: Home, listener: Listener) -> None:
        """A message goes to every address, and each is said to be well; nothing is taken for told."""
        done = called(home.path, "notify", "test")
        assert (0, "JSON: sent\n", "") == (done.returncode, done.stdout, done.stderr)
        ((title, lines),) = listener.told()
        assert ("dropferry: a test", 1) == (title, len(lines))

    def test_one_that_is_down(self, home: Home, listener: Listener) -> None:
        """Which address it is, is said by its place; code 7 where some took it, 1 where none did."""
        set_urls(home, listener.url, "json://127.0.0.1:1/of-mine", "nonsense")
        some = called(home.path, "notify", "test")
        assert 7 == some.returncode
        first, second, third = some.stdout.splitlines()
        assert "1. JSON: sent" == first
        assert second.startswith("2. JSON: not sent: A Connection error")
        assert "3. ?: not sent: apprise knows no service of such an address" == third
        assert "the message did not go out to all; look at the address" in some.stderr
        listener.down = True
        set_urls(home, listener.url)
        assert 1 == called(home.path, "notify", "test").returncode

    def test_without_an_address(self, home: Home) -> None:
        """Where none is set, the command that sets one is named."""
        set_urls(home)
        for command in ("test", "now"):
            done = called(home.path, "notify", command)
            assert (3, True) == (done.returncode, "dropferry secret set sandbox-notify-urls" in done.stderr)

    def test_off_is_said(self, home: Home) -> None:
        """A test goes out whatever the level is, and says that nothing else does."""
        set_level(home, "off")
        done = called(home.path, "notify", "test")
        assert (0, True) == (done.returncode, 'Only tests are sent while level is "off"' in done.stdout)
        refused = called(home.path, "notify", "now")
        assert (3, True) == (refused.returncode, 'set it to "all", "needs-you" or "digest"' in refused.stderr)


class TestNow:
    """`notify now` is for homes without the service."""

    def test_what_stands_is_told_once(self, home: Home, listener: Listener) -> None:
        """The first call tells what stands, the second one nothing more."""
        for told in ([("dropferry: #1046 is held back", ["1046/1: sold out on AliExpress"])], []):
            done = called(home.path, "notify", "now")
            assert (0, "All that is to be told is told.\n") == (done.returncode, done.stdout)
            assert told == [message for message in listener.told() if "held back" in message[0]]

    def test_a_service_that_is_down(self, home: Home, listener: Listener) -> None:
        """What could not be told is code 1 with the reason, and is told the next time."""
        listener.down = True
        done = called(home.path, "notify", "now")
        assert 1 == done.returncode
        assert "notifications could not be sent by JSON (Failed to send JSON POST" in done.stderr
        assert "not all could be told; the lines above say why" in done.stderr
        listener.down = False
        assert 0 == called(home.path, "notify", "now").returncode
        assert 1 == len(listener.told())


def test_the_service_tells_by_itself(home: Home, sandbox: Sandbox, listener: Listener) -> None:
    """At its looks the service tells what stands, once, and goes on while nobody takes it; its lines and the log say
    what could not be told."""
    config, said = load(home), list[str]()
    database = open_database(f"sqlite:///{home.database_file}")
    sandbox.shop.key, right = "another", sandbox.shop.key
    listener.down = True
    try:
        with logs.kept(home, said.append):
            place = Workplace(home, config, database, logs.say)
            service = Service(place, place, threading.Event(), lambda: None)
            service.tick()
            listener.down = False
            assert [] == listener.told()
            service.tick()
            assert [] == listener.told(), "the next try is a minute later"
            other = Service(place, place, threading.Event(), lambda: None)
            other.tick()
            other.tick()
    finally:
        sandbox.shop.key = right
        database.close()
    ((title, lines),) = listener.told()
    assert "dropferry: 2 things need you" == title
    assert "- 1046/1: sold out on AliExpress" == lines[0]
    assert "dropferry secret set sandbox-main-shopbase-key" in lines[1]
    assert 1 == sum(line.startswith("notifications could not be sent by JSON") for line in said)
    events = [json.loads(line)["event"] for line in (home.logs / logs.FILE).read_text(encoding="utf-8").splitlines()]
    assert "notified" in events

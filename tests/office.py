"""A home with a shop and an account, and the service at work in it, whose clock the test sets."""

import queue
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.cli.serving import _ping
from bot.config import Config, load
from bot.home import Home
from bot.models import JobRun
from bot.sandbox.server import Sandbox
from bot.sandbox.shop_bucket import LeakyBucket
from bot.scheduler import Service
from bot.work import Workplace
from tests.merchant import Clock, Merchant, empty_database_fixture, merchant_fixture, stand_ins_fixture  # noqa: F401
from tests.serving import serve

PATIENCE = 30


class Heart:
    """A heartbeat service on loopback that counts."""

    def __init__(self) -> None:
        self.beats = 0
        self.app = Starlette(routes=[Route("/ping", self._beat)])

    async def _beat(self, _: Request) -> PlainTextResponse:
        self.beats += 1
        return PlainTextResponse("ok")


class Running:
    """A service at work in a thread of its own; the test tells it when to look."""

    def __init__(self, office: "Office") -> None:
        self.office = office
        self.lines: queue.Queue[str] = queue.Queue()
        self.history: list[tuple[str, str]] = []
        self.stop = threading.Event()
        places = [
            Workplace(
                office.home,
                office.config,
                office.merchant.database,
                self._say,
                clock=office.merchant.clock,
                stopped=self.stop.is_set,
                wait_seconds=office.wait_seconds,
            )
            for _ in range(2)
        ]
        self.browsing = places[1]
        self.service = Service(
            places[0], places[1], self.stop, lambda: _ping(f"{office.heart_url}/ping"), tick_seconds=3600
        )
        self.thread = threading.Thread(target=self.service.run)

    def _say(self, text: str) -> None:
        self.history.append((f"{self.office.merchant.clock():%H:%M}", text))
        self.lines.put(text)

    def __enter__(self) -> "Running":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()

    def at(self, moment: str) -> None:
        """Let the clock be at that time of the day and the service look what is due."""
        self.office.at(moment)
        self.service.tick()

    def wait_for(self, *beginnings: str) -> list[str]:
        """The next lines that begin so, one after the other."""
        found = []
        for beginning in beginnings:
            line = ""
            while not line.startswith(beginning):
                line = self.lines.get(timeout=PATIENCE)
            found.append(line)
        return found

    def times(self, beginning: str) -> list[str]:
        """When lines that begin so were said."""
        return [when for when, text in self.history if text.startswith(beginning)]


class Office:
    """A home with a shop and an account, and everything a service in it needs."""

    def __init__(self, home: Home, config: Config, merchant: Merchant, heart: Heart, heart_url: str) -> None:
        self.home = home
        self.config = config
        self.merchant = merchant
        self.heart = heart
        self.heart_url = heart_url
        self.wait_seconds = 600.0
        self.day = merchant.clock().date()

    def at(self, moment: str, days: int = 0) -> None:
        """Put the clock to a time of the first day, or of one so many days later."""
        hours, minutes = map(int, moment.split(":"))
        self.merchant.clock.at = datetime(
            self.day.year, self.day.month, self.day.day, hours, minutes, 5, tzinfo=UTC
        ) + timedelta(days=days)

    def runs(self, name: str) -> list[tuple[str, int, bool | None]]:
        """The runs of a job: slot, tries and how it went."""
        with self.merchant.database.read() as session:
            rows = session.exec(select(JobRun).where(JobRun.name == name).order_by(JobRun.slot)).all()  # type: ignore[arg-type]
        return [(f"{row.slot:%H:%M}", row.tries, row.ok) for row in rows]

    def run_once(self) -> Running:
        """Start a service, let it do what is due, and stop it."""
        with Running(self) as running:
            running.wait_for("sync main", "push main")
        return running


@pytest.fixture(name="heart", scope="module")
def heart_fixture() -> Iterator[tuple[Heart, str]]:
    heart = Heart()
    with serve(heart.app) as url:
        yield heart, url


@pytest.fixture(name="office")
def office_fixture(
    stand_ins: tuple[Sandbox, Clock], merchant: Merchant, tmp_path: Path, heart: tuple[Heart, str]
) -> Office:
    """A service's home at ten to twelve; the store's rate limit lives by the real clock, as its client does."""
    sandbox, clock = stand_ins
    home = Home(tmp_path / "home")
    sandbox.write_home(home.path)
    sandbox.shop.bucket = LeakyBucket(time.monotonic)
    heart[0].beats = 0
    ours = Merchant(sandbox, clock, merchant.database, "main")
    made = Office(home, load(home), ours, *heart)
    made.at("11:50")
    return made

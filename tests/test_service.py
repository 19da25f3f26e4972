"""`dropferry run` as a process: one a home, ended in three ways, nothing left behind."""

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from sqlmodel import select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.config import load
from bot.db import Database
from bot.home import Home
from bot.locks import account_lock, run_lock
from bot.models import AliOrder, JobRun
from bot.opening import database_of
from bot.sandbox.server import Sandbox
from tests.processes import Started, dropferry, started, told, wait_until
from tests.serving import serve

WAYS = ["stop"] if sys.platform == "win32" else ["stop", "SIGTERM", "Ctrl-C"]


@pytest.fixture(name="sandbox")
def sandbox_fixture() -> Iterator[Sandbox]:
    """Both stand-ins for one test."""
    with Sandbox() as running:
        yield running


@pytest.fixture(name="home")
def home_fixture(sandbox: Sandbox, tmp_path: Path) -> Path:
    """A home that works with the stand-ins, called as people are."""
    home = tmp_path / "Nguyễn Văn Đức"
    sandbox.write_home(home)
    return home


def with_orders(sandbox: Sandbox, home: Path, count: int) -> None:
    """So many AliExpress orders to read, one page after the other, each of them taking its time."""
    with (home / "config.toml").open("a", encoding="utf-8") as file:
        file.write("\n[sync]\ntabs = 1\n")
    with database_of(Home(home), load(Home(home))) as database, database.write() as session:
        for number in sandbox.ali.bulk(count):
            session.add(AliOrder(account="main", number=number, linked_at=datetime.now(UTC)))
    sandbox.ali.set_faults({"slow_ms": 500})


def read_details(home: Path) -> int:
    """How many AliExpress orders have been opened."""
    with Database(f"sqlite:///{home / 'dropferry.db'}").read() as session:
        return sum(ali.detail_read_at is not None for ali in session.exec(select(AliOrder)))


def end(running: Started, way: str, home: Path) -> None:
    """Ask a running command to end, as a person, a service manager or a terminal does."""
    if way == "stop":
        done = dropferry(home, "stop")
        assert (0, "stopped\n", "") == (done.returncode, done.stdout, done.stderr)
    elif way == "SIGTERM":
        running.process.terminate()
    else:
        # A terminal sends it to every process of the group: to the browser and its driver as well.
        os.killpg(running.process.pid, signal.SIGINT)


class TestOneRunAHome:
    """Two services in one home would do everything twice."""

    def test_the_second_one_says_who_is_there(self, home: Path) -> None:
        """A second `run` ends with code 6 and names the process, since when and what it does; the first goes on."""
        with started(home, "run") as running:
            running.wait_for("AliExpress is read next at")
            second = dropferry(home, "run")
            assert 6 == second.returncode
            assert f"is in use by process {running.process.pid} on " in told(second)
            assert "run)" in second.stderr
            assert running.process.poll() is None
            end(running, WAYS[-1], home)
            assert 0 == running.end()
        assert "stopped\n" == running.said[-1].split("  ")[1]

    def test_nothing_to_stop(self, home: Path) -> None:
        """Where nothing runs, `stop` says so; it leaves nothing behind that would end the next run."""
        assert "dropferry is not running here\n" == dropferry(home, "stop").stdout
        with run_lock(Home(home)):
            late = dropferry(home, "stop", "--wait", 0)
        assert 1 == late.returncode
        assert f"process {os.getpid()} is still finishing its step" in told(late)
        with started(home, "run") as running:
            running.wait_for("sync main: no open AliExpress orders")
            end(running, "stop", home)
            assert 0 == running.end()


class TestTheEnd:
    """However it is ended, the step at hand is finished and no browser stays."""

    @pytest.mark.parametrize("way", [*WAYS[:2], *(pytest.param(each, marks=pytest.mark.long) for each in WAYS[2:])])
    def test_in_the_middle_of_a_sync(self, sandbox: Sandbox, home: Path, way: str) -> None:
        """Ended while pages load, the process is gone within seconds with its browser, keeps what it read, and the
        run is marked to be made up."""
        with_orders(sandbox, home, 15)
        with started(home, "run") as running:
            wait_until(lambda: read_details(home) >= 2, "two pages are read")
            children = running.children()
            assert any("chrom" in child.name() for child in children)
            begun = time.monotonic()
            end(running, way, home)
            assert 0 == running.end(), "".join(running.said)
            assert time.monotonic() - begun < 15
            _, left = psutil.wait_procs(children, timeout=5)
        assert [] == left
        assert 2 <= read_details(home) < 15
        with Database(f"sqlite:///{home / 'dropferry.db'}").read() as session:
            run = session.exec(select(JobRun).where(JobRun.name == "sync:main")).one()
        assert (False, True) == (run.ok, run.again_at is not None)
        assert "Traceback" not in "".join(running.said)

    @pytest.mark.parametrize("way", [*WAYS[2:], *(pytest.param(each, marks=pytest.mark.long) for each in WAYS[1:2])])
    def test_a_single_sync(self, sandbox: Sandbox, home: Path, way: str) -> None:
        """A `sync` by hand that is interrupted keeps what it read, leaves no browser and ends with code 7."""
        with_orders(sandbox, home, 15)
        with started(home, "sync") as running:
            wait_until(lambda: read_details(home) >= 2, "two pages are read")
            children = running.children()
            end(running, way, home)
            assert 7 == running.end(), "".join(running.said)
            _, left = psutil.wait_procs(children, timeout=5)
        assert [] == left
        assert "stopped before the end; what was done is kept" in running.said[-1]
        assert 2 <= read_details(home) < 15

    def test_killed_outright(self, sandbox: Sandbox, home: Path) -> None:
        """After SIGKILL no browser stays either, and the next run takes home and profile over at once."""
        with_orders(sandbox, home, 4)
        with started(home, "run") as running:
            wait_until(lambda: read_details(home) >= 1, "a page is read")
            children = running.children()
            running.process.kill()
            _, left = psutil.wait_procs(children, timeout=10)
        assert [] == left
        sandbox.ali.set_faults({"slow_ms": 0})
        with started(home, "run") as again:
            again.wait_for("sync main: 4 open orders")
            end(again, WAYS[-1], home)
            assert 0 == again.end()
        assert 4 == read_details(home)


class TestBeside:
    """A single command beside a running one."""

    def test_a_sync_waits_and_leaves(self, sandbox: Sandbox, home: Path) -> None:
        """While the account's browser is in use a `sync` says whose it is, waits as long as told, and ends with 6."""
        with_orders(sandbox, home, 1)
        with account_lock(Home(home), "main", sandbox=True):
            done = dropferry(home, "sync", "--wait", 1)
        assert 6 == done.returncode
        waiting, over = done.stderr.splitlines()
        owner = f'the browser of account "main" is in use by process {os.getpid()} on '
        assert waiting.startswith(owner)
        assert waiting.endswith("waiting for it, 1 seconds at most")
        assert over.startswith(f"dropferry: {owner}")
        assert 0 == sandbox.ali.page_loads["list"]

    def test_a_sync_waits_and_goes_on(self, sandbox: Sandbox, home: Path) -> None:
        """Once the browser is free the waiting `sync` does its work."""
        with_orders(sandbox, home, 1)
        with started(home, "sync") as running:
            with account_lock(Home(home), "main", sandbox=True, wait_seconds=0):
                running.wait_for("waiting for it, 600 seconds at most")
            running.wait_for("main: 1 open order, 2 pages read, 1 changed")
            assert 0 == running.end()


if hasattr(socket, "AF_UNIX"):

    def test_systemd_hears_of_it(home: Path, tmp_path: Path) -> None:
        """As a unit it says when it is ready, that it lives, what it does, and when it begins to end."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
            systemd.bind(str(tmp_path / "notify"))
            systemd.settimeout(60)
            heard: list[str] = []

            def hear(words: str) -> None:
                while not heard or words not in heard[-1]:
                    heard.append(systemd.recv(4096).decode())

            with started(home, "run", NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="2000000") as running:
                hear("READY=1")
                hear("STATUS=sync main: no open AliExpress orders")
                hear("WATCHDOG=1")
                end(running, WAYS[-1], home)
                hear("STOPPING=1")
                assert 0 == running.end()
        assert "STATUS=dropferry works from" in heard[0]


class Heart:
    """A heartbeat service on loopback."""

    def __init__(self) -> None:
        self.beats = 0
        self.app = Starlette(routes=[Route("/alive", self._beat)])

    async def _beat(self, _: Request) -> PlainTextResponse:
        self.beats += 1
        return PlainTextResponse("ok")


def test_a_good_run_beats_and_says_what_it_does(sandbox: Sandbox, home: Path) -> None:
    """The service says where it works, for which shops it pushes and when it reads next; each job is a line with its
    time; the heartbeat address of the configuration is opened."""
    sandbox.shop.seed(2)
    heart = Heart()
    with serve(heart.app) as url:
        with (home / "config.toml").open("a", encoding="utf-8") as file:
            file.write(f'\n[heartbeat]\nurl = "{url}/alive"\n')
        with started(home, "run") as running:
            for words in (
                f"dropferry works from {home}",
                "tracking numbers go to ShopBase for: main",
                "pull main: 2 orders read, 2 new, 0 changed",
                "sync main: no open AliExpress orders, nothing to read",
                "push main: nothing new to tell ShopBase",
            ):
                running.wait_for(words)
            wait_until(lambda: heart.beats, "the heart beats")
            end(running, WAYS[-1], home)
            assert 0 == running.end()
    assert 1 == heart.beats
    with Database(f"sqlite:///{home / 'dropferry.db'}").read() as session:
        runs = {run.name: run for run in session.exec(select(JobRun))}
    assert [True] * 3 == [runs[f"{job}:main"].ok for job in ("pull", "sync", "push")]
    assert 2 == runs["pull:main"].counts["new"]
    assert runs["pull:main"].slot <= datetime.now(UTC)

"""The log: readable on a terminal, JSON in the home, bounded, whole with several writers; each line says its run."""

import json
import logging
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from bot import logs, runs
from bot.db import Database
from bot.errors import ConfigError
from bot.facts import Tab
from bot.home import POSIX, Home
from bot.log_files import JsonLines, append, numbered
from bot.models import Event, JobRun, Order
from flows.errors import PageChanged, TryLater
from tests.forking import ROOT
from tests.processes import environment

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
WRITER = """
import sys; from pathlib import Path; from bot.log_files import append
for number in range(100):
    append(Path(sys.argv[1]), f"{sys.argv[2]} {number:03d}\\n".encode(), at_most=300, kept=9)
"""


def lines(home: Home) -> list[dict[str, Any]]:
    """What the home's log holds."""
    return [json.loads(line) for line in (home.logs / logs.FILE).read_text(encoding="utf-8").splitlines()]


@pytest.fixture(name="home")
def home_fixture(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def add_order(database: Database, name: str) -> int:
    """An order in the database."""
    facts: dict[str, Any] = {
        "store_id": name,
        "created_at": AT,
        "financial_status": "paid",
        "currency": "USD",
        "total_minor": 100,
    }
    with database.write() as session:
        order = Order(shop="main", name=name, tab=Tab.AWAITING_ORDER, **facts)
        session.add(order)
        session.flush()
        assert order.id is not None
        return order.id


class TestLines:
    """What a line says, and where it goes."""

    def test_what_is_said_is_shown_and_kept(self, home: Home) -> None:
        """A line for the merchant is text on the terminal and JSON in the log; a note is in the log alone."""
        shown: list[str] = []
        with logs.kept(home, shown.append):
            logs.say("pull main: Áo dài, 3 orders read")
            logs.note("begun", counts={"seen": 3})
            logs.warn("slow")
        assert ["pull main: Áo dài, 3 orders read"] == shown
        said, noted, warned = lines(home)
        assert ("pull main: Áo dài, 3 orders read", "info") == (said["event"], said["level"])
        assert ("begun", {"seen": 3}, "warning") == (noted["event"], noted["counts"], warned["level"])
        assert datetime.now(UTC).date() == datetime.fromisoformat(said["at"]).date()

    def test_a_command_shows_by_its_own_means(self, home: Home) -> None:
        """What a command tells its reader is logged as well."""
        shown: list[str] = []
        with logs.kept(home):
            logs.spoken(shown.append)("waiting for the browser")
        assert (["waiting for the browser"], "waiting for the browser") == (shown, lines(home)[0]["event"])

    def test_nothing_is_kept_outside(self, home: Home, capsys: pytest.CaptureFixture[str]) -> None:
        """Before and after, lines go nowhere: not to a file, not to the terminal."""
        logs.say("before")
        with logs.kept(home):
            logs.note("within")
        logs.warn("after")
        with logs.about(order="#1"):
            logs.note("after")
        assert ["within"] == [line["event"] for line in lines(home)]
        assert ("", "") == tuple(capsys.readouterr())

    def test_other_libraries_are_heard_when_they_warn(self, home: Home) -> None:
        """What a library warns of is a line like ours; its chatter is not."""
        with logs.kept(home):
            logging.getLogger("some.library").info("chatter")
            logging.getLogger("some.library").warning("the %s is full", "disk")
            logging.getLogger("flows.page").info("found")
        assert [("the disk is full", "some.library"), ("found", "flows.page")] == [
            (line["event"], line["logger"]) for line in lines(home)
        ]

    def test_an_unforeseen_error_is_kept_whole(self, home: Home) -> None:
        """The story of an error, with what caused it, is one line of the log."""
        with logs.kept(home):
            try:
                try:
                    {"here": 1}["gone"]
                except KeyError as cause:
                    raise ValueError("no such thing") from cause
            except ValueError as error:
                logs.trouble("went wrong", error)
        (line,) = lines(home)
        assert ("error", "ValueError") == (line["level"], line["error"])
        assert "KeyError: 'gone'" in line["exception"]
        assert "ValueError: no such thing" in line["exception"]

    def test_threads_are_about_their_own(self, home: Home) -> None:
        """What the lines of one thread are about is nothing to another's."""

        def work() -> None:
            with logs.about(account="second"):
                logs.note("in the thread")

        with logs.kept(home), logs.about(shop="main", order=None):
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
            logs.note("here")
        first, second = lines(home)
        assert ("second", None) == (first["account"], first.get("shop"))
        assert ("main", None, None) == (second["shop"], second.get("account"), second.get("order"))


class TestRuns:
    """Every line of a job says which run it is of."""

    def test_a_run_from_begin_to_end(self, home: Home, sqlite: Database) -> None:
        """All lines of a run carry job, run, shop or account; the last one tells what it did."""

        def work() -> dict[str, Any]:
            logs.note("at work")
            return {"new": 2}

        with logs.kept(home):
            runs.record(sqlite, "pull:main", AT, lambda: AT, work)
            runs.record(sqlite, "pull:main", AT, lambda: AT, lambda: {"problems": ["#1: odd"]})
            runs.record(sqlite, "sync:second", AT, lambda: AT, dict)
        told = lines(home)
        assert ["begun", "at work", "done"] == [line["event"] for line in told[:3]]
        assert {("pull", "main", "pull:main/20261122T120000Z.1")} == {
            (line["job"], line["shop"], line["run"]) for line in told[:3]
        }
        assert {"new": 2} == told[2]["counts"]
        assert ("done in part", "warning") == (told[4]["event"], told[4]["level"])
        assert "pull:main/20261122T120000Z.2" == told[4]["run"]
        assert ("sync", "second") == (told[5]["job"], told[5]["account"])
        assert "shop" not in told[5]

    def test_trouble_of_a_run(self, home: Home, sqlite: Database) -> None:
        """Foreseen trouble is a line with the next try; the unforeseen is told whole. Evidence is named."""
        changed = PageChanged("order_list", "card", "none")
        changed.evidence = "20261122T120000Z-abc123"
        with logs.kept(home):
            for error in (TryLater("no answer"), changed, RuntimeError("odd")):

                def fail(error: Exception = error) -> dict[str, Any]:
                    raise error

                with pytest.raises(type(error)):
                    runs.record(sqlite, "sync:main", AT, lambda: AT, fail)
        later, page, odd = (line for line in lines(home) if line["event"] == "went wrong")
        assert ("TryLater: no answer", "2026-11-22 12:05:00+00:00") == (later["problem"], later["again_at"])
        assert ("warning", "20261122T120000Z-abc123") == (page["level"], page["evidence"])
        assert "RuntimeError: odd" in odd["exception"]
        with sqlite.read() as session:
            (run,) = session.exec(select(JobRun)).all()
        assert ({}, "RuntimeError: odd") == (run.counts, run.problem)

    def test_events_are_logged_with_their_order(self, home: Home, sqlite: Database) -> None:
        """What is written into an order's history is a line with its name and shop, once it is committed and not if it
        is taken back; what the store wrote for an address stays in the database."""
        order_id = add_order(sqlite, "#1046")
        with logs.kept(home), logs.about(run="place:main/x"):
            with sqlite.write() as session:
                session.add(
                    Event(at=AT, who="robot", what="placed", order_id=order_id, ali_number="8190", data={"n": 1})
                )
                moved = {"before": "Jane Doe, 1 Main St", "now": "Jane Doe, 2 Main St"}
                session.add(Event(at=AT, who="store", what="address changed in store", order_id=order_id, data=moved))
            with pytest.raises(ZeroDivisionError), sqlite.write() as session:
                session.add(Event(at=AT, who="robot", what="held", order_id=order_id))
                session.flush()
                _ = 1 // 0
        placed, changed = lines(home)
        assert ("placed", "#1046", "main", "8190", "place:main/x", {"n": 1}) == tuple(
            placed[key] for key in ("event", "order", "shop", "ali_order", "run", "data")
        )
        assert ("address changed in store", "#1046") == (changed["event"], changed["order"])
        assert "Main St" not in (home.logs / logs.FILE).read_text(encoding="utf-8")


class TestFile:
    """The file is bounded, its owner's alone, and whole."""

    def test_a_full_file_is_turned_over(self, tmp_path: Path) -> None:
        """Of so many files of so many bytes the oldest goes; every line is in one file, whole."""
        handler = JsonLines(tmp_path / "x.jsonl", at_most=100, kept=2)
        for number in range(30):
            handler.emit(logging.LogRecord("bot", logging.INFO, "", 0, f"line {number:010d}", None, None))
        files = [numbered(handler.file, number) for number in range(4)]
        assert [True, True, True, False] == [file.exists() for file in files]
        assert all(file.stat().st_size <= 100 for file in files[:3])
        kept = [line for file in reversed(files[:3]) for line in file.read_text().splitlines()]
        assert [f"line {number:010d}" for number in range(30 - len(kept), 30)] == kept
        if POSIX:
            assert {0o600} == {stat.S_IMODE(file.stat().st_mode) for file in files[:3]}

    def test_several_processes_write_to_one_file(self, tmp_path: Path) -> None:
        """Lines of several processes stay whole, and none is lost when the file is turned over."""
        file = tmp_path / "x.jsonl"
        writers = [
            subprocess.Popen([sys.executable, "-c", WRITER, file, name], cwd=ROOT, env=environment(tmp_path))
            for name in ("a", "b")
        ]
        assert [0, 0] == [writer.wait(60) for writer in writers]
        files = [numbered(file, number) for number in range(10)]
        told = [line for each in files if each.exists() for line in each.read_text().splitlines()]
        assert sorted(f"{name} {number:03d}" for name in "ab" for number in range(100)) == sorted(told)

    def test_a_disk_that_is_full_ends_nothing(self, home: Home) -> None:
        """Where the log cannot be written, its lines are lost, the terminal still shows them, and nothing is raised."""
        home.path.mkdir()
        home.logs.write_text("a file in place of the folder")
        shown: list[str] = []
        with logs.kept(home, shown.append):
            logs.say("still here")
        assert ["still here"] == shown
        with pytest.raises(ConfigError):
            append(home.logs / "x.jsonl", b"x")

"""The checks one by one where a whole home would be too much, and the command `check`."""

import json
import subprocess
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from bot.backup import back_up
from bot.browser_install import Found
from bot.buying_home import note_reconciled
from bot.checkup import browser as of_browser
from bot.checkup.accounts import account, card
from bot.checkup.finding import Finding, Level, bad, code_of, look, well, worst
from bot.checkup.place import disk
from bot.checkup.running import backup, notifications, scheduler
from bot.checkup.store import judge_clock
from bot.config import Config, load
from bot.db import Database
from bot.home import Home
from bot.models_running import AcceptedOverride, AccountState, SelectorUse
from bot.opening import database_of
from bot.sandbox.server import Sandbox
from bot.secrets import NOTIFY_URLS, stored_name, variable
from bot.selector_health import Uses
from tests.listening import listening
from tests.processes import called, told

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
RECORDED = Path(__file__).parent / "recorded"
UNDER_WAY = RECORDED / "order-list" / "under-way"


def configured(**more: Any) -> Config:
    """A configuration for the real sites."""
    account: dict[str, Any] = more.pop("account", {})
    shops = {"main": {"url": "https://my-shop.onshopbase.com", "account": "main"}}
    return Config.model_validate({"shops": shops, "accounts": {"main": account}, **more})


class TestFinding:
    """Findings together."""

    def test_the_code_of_all(self) -> None:
        """Nothing bad is 0, whatever is worth a look; of several codes the one to be mended first counts."""
        fine, hint = well("a", "all is well"), look("b", "old", "renew it")
        assert (0, Level.WARN) == (code_of([fine, hint]), worst([fine, hint]))
        person, page = bad("c", "x", "y", 4), bad("d", "x", "y", 5)
        assert [4, 5, 3, 1] == [
            code_of([fine, person]),
            code_of([person, page]),
            code_of([page, bad("e", "x", "y")]),
            code_of([Finding("f", Level.BAD, "x")]),
        ]
        assert Level.BAD is worst([fine, person, hint])


class TestMachine:
    """What does not lie in the home."""

    @pytest.mark.parametrize(
        ("free", "level", "text"),
        [
            (199_000_000, Level.BAD, "199 MB free"),
            (999_000_000, Level.WARN, "999 MB free"),
            (81_300_000_000, Level.OK, "81.3 GB free"),
        ],
    )
    def test_room(self, tmp_path: Path, free: int, level: Level, text: str) -> None:
        """Below 200 MB nothing can be kept, below 1 GB it is worth a look; the disk itself is asked otherwise."""
        found = disk(Home(tmp_path), free)
        assert (level, True, level is Level.OK) == (found.level, text in found.text, not found.fix)
        assert "free" in disk(Home(tmp_path / "not" / "made" / "yet")).text

    @pytest.mark.parametrize(
        ("ahead", "level"),
        [
            (timedelta(seconds=-119), Level.OK),
            (timedelta(minutes=3), Level.WARN),
            (timedelta(minutes=-9), Level.WARN),
            (timedelta(minutes=11), Level.BAD),
            (timedelta(days=-1), Level.BAD),
        ],
    )
    def test_clock(self, ahead: timedelta, level: Level) -> None:
        """Two minutes are nothing, ten would be wrong days and deadlines; ahead and behind are told apart."""
        found = judge_clock("clock main", ahead)
        assert level is found.level
        if level is not Level.OK:
            assert ("ahead" if ahead > timedelta(0) else "behind") in found.text

    def test_the_age_of_the_browser(self, tmp_path: Path) -> None:
        """Over 60 days it is worth a look with how to renew it, by how it came to be here."""
        program = tmp_path / "chrome"
        program.write_text("#!/bin/sh\necho Chromium 156.0.8078.79 of somebody\n", encoding="utf-8")
        program.chmod(0o700)
        found = Found(program, "installed on this machine")
        built = of_browser.built_on(found)
        assert built is not None
        young = of_browser._age(configured(), found, built, built + timedelta(days=60))
        assert (Level.OK, "browser: Chromium 156.0.8078.79") == (young.level, young.text.split(" (")[0])
        old = of_browser._age(configured(), found, built, built + timedelta(days=61))
        assert (Level.WARN, "61 days old") == (old.level, old.text[-11:])
        assert "update it as your system does" in old.fix
        own = Found(tmp_path / "ms-playwright" / "chrome", "Playwright's own download")
        assert "dropferry browser install" in of_browser._age(configured(), own, built, NOW + timedelta(days=99)).fix
        assert of_browser.built_on(own) is None
        (tmp_path / "120.0.6099.71").mkdir()
        (tmp_path / "156.0.8078.79").mkdir()
        assert "156.0.8078.79" == of_browser._told_by(program).name


class TestAccounts:
    """Accounts without opening AliExpress, and what a saved card means."""

    def test_what_is_known(self, tmp_path: Path) -> None:
        """Signed in when last seen, never looked at, or waiting; nobody was ever signed in without a profile."""
        home, config = Home(tmp_path), configured()
        never = account(home, config, "main", AccountState(account="main"), NOW, ask=True)
        assert (Level.BAD, 4, "sign in: dropferry login main") == (never.level, never.code, never.fix)
        home.profile("main", sandbox=False).mkdir(parents=True)
        unknown = account(home, config, "main", AccountState(account="main"), NOW, ask=False)
        assert (Level.WARN, True) == (unknown.level, "nobody has looked yet" in unknown.text)
        seen = AccountState(account="main", probe_ok=True, probed_at=NOW)
        assert Level.OK is account(home, config, "main", seen, NOW, ask=False).level

    def test_a_card(self, sqlite: Database) -> None:
        """In plain words, by how the account buys; nothing is asked of the merchant while nothing is held for it."""
        says = {
            name: card(configured(account=settings), "main", None)
            for name, settings in {
                "auto": {},
                "fill": {"buying": "fill"},
                "record": {"buying": "record"},
                "later": {"deferred_payment_methods": ["Boleto"]},
            }.items()
        }
        assert {Level.OK} == {each.level for each in says.values()}
        assert "charges at once, or nobody knows" in says["auto"].text
        assert "unpaid" not in says["auto"].text
        assert "dropferry pay-run" in says["auto"].text
        assert "press each order" in says["fill"].text
        assert "by hand" in says["record"].text
        assert "(Boleto)" in says["later"].text
        with sqlite.read() as session:
            assert Level.OK is card(configured(), "main", session).level


class TestUnattended:
    """What nobody watches, on the real sites."""

    def test_nothing_runs_and_nobody_is_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Each is worth a look, with the command that mends it."""
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        home, config = Home(tmp_path), configured()
        home.ensure()
        found = [scheduler(home, config, None, NOW), notifications(home, config), backup(home, config, NOW)]
        assert [Level.WARN] * 3 == [each.level for each in found]
        for each, command in zip(found, ("service install", "secret set notify-urls", "backup FILE"), strict=True):
            assert f"dropferry {command}" in each.fix
        quiet = configured(notify={"level": "off"})
        assert Level.OK is notifications(home, quiet).level

    def test_addresses_of_notifications(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """An address of a service that is known is fine; another one is told by its number, never by its words."""
        monkeypatch.setenv("DROPFERRY_SECRET_NOTIFY_URLS", "json://127.0.0.1:9/in")
        assert Level.OK is notifications(Home(tmp_path), configured()).level
        monkeypatch.setenv("DROPFERRY_SECRET_NOTIFY_URLS", "json://127.0.0.1:9/in teleporter://s3cret@here")
        found = notifications(Home(tmp_path), configured())
        assert (Level.WARN, True, False) == (found.level, "number 2" in found.text, "s3cret" in found.text + found.fix)

    def test_a_backup_grows_old(self, tmp_path: Path) -> None:
        """One of this week is fine and named with its place; after that another one is worth making."""
        home, config = Home(tmp_path / "home"), configured()
        home.ensure()
        (home.path / "config.toml").write_text("", encoding="utf-8")
        with database_of(home, config):
            back_up(home, config, tmp_path / "copy.zip", "test")
        now = datetime.now(UTC)
        fresh = backup(home, config, now)
        assert (Level.OK, True) == (fresh.level, "copy.zip" in fresh.text)
        assert Level.WARN is backup(home, config, now + timedelta(days=8)).level


def in_a_thread(run: Callable[[], "subprocess.CompletedProcess[str]"]) -> "subprocess.CompletedProcess[str]":
    """Playwright of the command needs a thread in which no other test has one."""
    done: list[subprocess.CompletedProcess[str]] = []
    thread = threading.Thread(target=lambda: done.append(run()))
    thread.start()
    thread.join()
    return done[0]


class TestCheckCommand:
    """The command `check` from what is typed to what is printed and noted."""

    @pytest.fixture(name="home")
    def home_fixture(self, sandbox: Sandbox, tmp_path: Path) -> Path:
        """A sandbox home whose merchant has a selector file of their own."""
        home = tmp_path / "Nguyễn Văn Đức"
        sandbox.write_home(home)
        (tmp_path / "own").mkdir()
        text = (home / "config.toml").read_text(encoding="utf-8")
        own = f'[aliexpress]\nselectors = "{(tmp_path / "own").as_posix()}"'
        (home / "config.toml").write_text(text.replace("[aliexpress]", own), encoding="utf-8")
        self.mend(home, ".order-item")
        return home

    def mend(self, home: Path, css: str) -> None:
        """Write the merchant's own file."""
        text = f'card = [{{ css = "{css}", design = "mine", seen = "2026-11" }}]'
        (home.parent / "own" / "order_list.toml").write_text(text, encoding="utf-8")

    def test_an_override_is_accepted_only_when_it_fits(self, home: Path) -> None:
        """One that finds nothing ends with 5 and is not accepted; one that does is, with its SHA-256; what was noted of
        the file before is forgotten."""
        arguments = ("check", "order-list", "--cases", UNDER_WAY, "--accept-override")
        self.mend(home, ".nothing-like-it")
        done = in_a_thread(lambda: called(home, *arguments))
        assert 5 == done.returncode
        assert "BROKEN: order_list card: " in done.stdout
        assert "this waits: reading orders and placing" in done.stdout
        assert "Nothing is accepted while something is broken" in done.stdout
        self.mend(home, ".order-item")
        with database_of(Home(home), load(Home(home))) as database:
            uses = Uses()
            uses.note("order_list", "card", -1)
            uses.save(database, NOW)
        done = in_a_thread(lambda: called(home, *arguments, "--json"))
        assert (0, "") == (done.returncode, done.stderr)
        printed = json.loads(done.stdout)
        assert (["order_list.toml"], {"real": 0, "sandbox": 1, "live": 0}) == (
            printed["accepted"],
            printed["looked_at"],
        )
        (own,) = printed["overrides"]
        assert "accepted" == own["standing"]
        (page,) = printed["pages"]
        first = page["elements"][0]
        assert ("card", "found", True, []) == (first["element"], first["state"], first["own"], page["broken"])
        with database_of(Home(home), load(Home(home))) as database, database.read() as session:
            (row,) = session.exec(select(AcceptedOverride))
            assert ("order_list.toml", own["sha256"]) == (row.file, row.sha256)
            assert not list(session.exec(select(SelectorUse)))

    def test_what_is_wrong_is_said_before_anything_is_opened(self, home: Path) -> None:
        """A page that there is none of, a folder without recordings, a file that cannot be read: each with its fix."""
        done = called(home, "check", "orders")
        assert 2 == done.returncode
        assert "orders" in done.stderr
        assert "order-list" in done.stderr
        done = called(home, "check", "--cases", home)
        assert (3, True) == (done.returncode, "no recorded case" in told(done))
        (home.parent / "own" / "order_list.toml").write_text("cards = []", encoding="utf-8")
        done = called(home, "check")
        assert (3, True) == (done.returncode, "cards: no such entry" in told(done))

    def test_nothing_is_placed_unattended_with_a_new_override(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A home that may buy does not, until somebody has accepted the file; no browser is opened for it, and the
        merchant, who does not see it, is told once."""
        with database_of(Home(home), load(Home(home))) as database, database.write() as session:
            note_reconciled(session, Home(home), "main", NOW, NOW)
        with listening() as listener:
            monkeypatch.setenv(variable(stored_name(NOTIFY_URLS, sandbox=True)), listener.url)
            for messages in (1, 0):
                done = called(home, "place", "--all", "--live")
                assert 4 == done.returncode
                assert "nobody has accepted: order_list.toml" in told(done)
                said = listener.told()
                assert messages == len(said)
                assert all("nobody has accepted: order_list.toml" in lines[0] for _title, lines in said)
        assert not Home(home).profile("main", sandbox=True).exists()

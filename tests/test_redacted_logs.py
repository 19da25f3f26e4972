"""Planted secrets and a planted buyer are in nothing that a home writes down by itself: logs, crash reports, names."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from playwright.sync_api import Browser
from sqlalchemy.exc import IntegrityError

from bot import logs, personal_data, runs
from bot.cli import output
from bot.config import load
from bot.db import open_database
from bot.evidence import Evidence
from bot.home import HOME_VARIABLE, Home, write_private
from bot.recording import Recording
from bot.sandbox.server import Sandbox
from bot.sandbox.shop_goods import CATALOGUE, US
from bot.secrets import Secrets, stored_name, wanted
from bot.shopbase import ShopBaseError
from bot.work import Workplace
from flows.errors import PageChanged
from tests.planted import BUYER, MAIL, NOTE, NOW, PERSONAL, SECRETS, content_of, found_in, order_of_the_buyer

KEEP = "20[0-9]{6}T[0-9]{6}Z-[0-9a-f]{6}"


def keys_of(home: Home) -> dict[str, str]:
    """The home's secrets, the shop's own and the planted ones."""
    config = load(home)
    names = wanted(config)
    assert {stored_name(name, sandbox=True) for name in SECRETS} <= set(names)
    found = {name: Secrets(home, config.is_sandbox).find(name.removeprefix("sandbox-")) for name in names}
    return {name: secret.get_secret_value() for name, secret in found.items() if secret is not None}


@pytest.fixture(name="home")
def home_fixture(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A sandbox home with the planted secrets beside its own, and the planted buyer in its store."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    home = Home(tmp_path / "home")
    sandbox.shop.key, sandbox.shop.password = SECRETS["main-shopbase-key"], SECRETS["main-shopbase-password"]
    sandbox.write_home(home.path)
    planted = {stored_name(name, sandbox=True): value for name, value in SECRETS.items()}
    own = tomlkit.parse(home.secrets_file.read_text(encoding="utf-8")).unwrap()
    write_private(home.secrets_file, tomlkit.dumps({**planted, **own}))
    order = sandbox.shop.add_order(((CATALOGUE[0], 1),), place=US, note=NOTE)
    order.address = (order.address or {}) | {name: value for name, value in BUYER.items() if name != "company"}
    order.email = MAIL
    return home


def everything_planted(home: Home) -> list[str]:
    """What may stand nowhere."""
    return [*PERSONAL, *keys_of(home).values()]


def test_a_day_of_trouble_is_logged_without_them(home: Home, sandbox: Sandbox) -> None:
    """Orders are pulled, one cannot be read, the store lets nobody in, the database refuses a row with all that is in
    it, and a job fails with secrets and the buyer in its message: the log tells all of that, and none of them."""
    personal_data.watch()
    config, shown = load(home), list[str]()
    planted = everything_planted(home)
    database = open_database(f"sqlite:///{home.database_file}")
    with logs.kept(home, shown.append):
        place = Workplace(home, config, database, logs.say)
        place.pull("main")
        name = sandbox.shop.find(max(sandbox.shop.orders)).name
        broken = sandbox.shop.find(name)
        broken.financial, before = "", broken.financial
        assert [name in problem for problem in place.pull("main").unreadable] == [True]
        broken.financial = before
        sandbox.shop.key, right = "another", sandbox.shop.key
        with pytest.raises(ShopBaseError):
            place.pull("main")
        sandbox.shop.key = right

        def doubled() -> dict[str, Any]:
            for _ in range(2):
                with database.write() as session:
                    session.add(order_of_the_buyer())
            return {}

        def odd() -> dict[str, Any]:
            raise RuntimeError(f"{name} of {BUYER['name']}: {' '.join(planted)}")

        for work, error in ((doubled, IntegrityError), (odd, RuntimeError)):
            with pytest.raises(error):
                runs.record(database, "push:main", NOW, lambda: NOW, work)
        place.say(f"push main: nothing for {BUYER['name']} at {BUYER['address1']} with {planted[-1]}")
    database.close()
    told = [json.loads(line) for line in (home.logs / logs.FILE).read_text(encoding="utf-8").splitlines()]
    assert {"pulled", "done", "done in part", "went wrong"} <= {line["event"] for line in told}
    assert name in {line["order"] for line in told if line["event"] == "pulled"}
    assert ["IntegrityError", "RuntimeError"] == [line["error"] for line in told if line["level"] == "error"]
    assert name in told[-2]["exception"]
    assert all({"run", "job", "shop"} <= set(line) for line in told[:-1])
    assert ["push main: nothing for [removed] at [removed] with [removed]"] == shown
    assert [] == found_in(home.logs, planted)


def test_a_crash_report_holds_none_of_them(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    """What nobody foresaw is told on the terminal and kept whole in errors.log, without secrets and without the
    buyer, who was read from the database."""
    personal_data.watch()
    planted = everything_planted(home)
    database = open_database(f"sqlite:///{home.database_file}")
    with database.write() as session:
        session.add(order_of_the_buyer())
    database.close()
    try:
        try:
            {"here": 1}[f"{MAIL} {BUYER['phone']}"]
        except KeyError as cause:
            raise ValueError(" ".join(planted)) from cause
    except ValueError as error:
        code = output.fail(error)
    told = capsys.readouterr().err
    assert (1, True) == (code, "this was not foreseen: ValueError: [removed]" in told)
    report = (home.logs / "errors.log").read_text(encoding="utf-8")
    assert "KeyError" in report
    assert "test_a_crash_report_holds_none_of_them" in report
    write_private(home.path / "terminal.txt", told)
    assert [] == found_in(home.logs, planted) + found_in(home.path / "terminal.txt", planted)


def test_evidence_has_our_names_and_a_trace_no_secret(browser: Browser, home: Home, sandbox: Sandbox) -> None:
    """Whatever a page is called and wherever it is, evidence lies under ids of our own; a secret that was typed or
    asked for stands in no part of the trace that is kept."""
    secrets = [value for value in keys_of(home).values() if value in SECRETS.values()]
    assert len(SECRETS) == len(secrets)
    with browser.new_context() as context:
        recording = Recording(context, home.evidence)
        with recording.running():
            recording.begin()
            page = context.new_page()
            page.goto(f"{sandbox.aliexpress}/{BUYER['name']}/../..?{MAIL}")
            page.set_content(f"<title>{BUYER['name']}</title><input>")
            for secret in secrets:
                page.locator("input").fill(secret)
            page.set_content("<p>over</p>")
            recording.keep(page, {"order": "#1046"})
        Evidence(home.evidence).keep(page, PageChanged("order_list", "card", f"{BUYER['name']}/../x"))
    folders = [folder.name for folder in home.evidence.iterdir()]
    files = {file.name for folder in home.evidence.iterdir() for file in folder.iterdir()}
    assert (2, []) == (len(folders), [name for name in folders if not re.fullmatch(KEEP, name)])
    stages = {f"{stage}.{kind}" for stage in ("failure", "page") for kind in ("html", "json", "jpg")}
    assert {*stages, "trace.zip"} == files
    (trace,) = home.evidence.glob("*/trace.zip")
    assert len(secrets) <= "".join(text for _, text in content_of(trace)).count("[removed]")
    assert [] == found_in(trace, secrets)

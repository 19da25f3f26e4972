"""The doctor: green in a sandbox home, and each way in which a home can be broken is found, with the fix for it."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.checkup.doctor import examine
from bot.checkup.finding import Level, code_of
from bot.config import load
from bot.home import Home
from bot.locks import run_lock
from bot.models import JobRun, Order
from bot.opening import database_of
from bot.work import Workplace
from tests.patients import (  # noqa: F401
    BROKEN,
    Break,
    Patient,
    captcha,
    patient_fixture,
    template_fixture,
    wrong_password,
    wrong_tab,
)
from tests.processes import called, dropferry
from tests.serving import serve


@pytest.mark.parametrize("case", BROKEN, ids=[each[0].__name__ for each in BROKEN])
def test_a_broken_home(patient: Patient, case: tuple[Break, str, Level, str, str]) -> None:
    """Each thing that is broken is found under its name, as bad as it is, with what is to be done about it."""
    break_it, name, level, text, fix = case
    break_it(patient)
    found = patient.examine()[name]
    assert level is found.level
    assert text in found.text
    assert fix in found.fix


def test_enough_ways_are_tried() -> None:
    """A dozen different things at least can be wrong with a home."""
    assert len({name for _break, name, level, _text, _fix in BROKEN if level is Level.BAD}) >= 12


def test_a_home_that_is_well(patient: Patient) -> None:
    """A sandbox home is green in every line, and examining it changes nothing that is kept in it."""
    load(patient.home)
    before = {file: _digest(file) for file in patient.home.path.iterdir() if file.is_file()}
    found = patient.examine()
    after = {file: _digest(file) for file in patient.home.path.iterdir() if file.is_file()}
    looks = {name: (each.text, each.fix) for name, each in found.items() if each.level is not Level.OK}
    # Without opening AliExpress nobody knows whether the account is signed in.
    assert {"account main"} == set(looks)
    assert before == {file: digest for file, digest in after.items() if not file.name.endswith(("-wal", "-shm"))}
    assert {"place", "rights", "disk", "configuration", "secrets", "database", "tabs", "live"} <= set(found)
    assert {"shop main", "clock main", "browser", "selectors", "card main", "scheduler", "runs"} <= set(found)
    assert {"notifications", "backup"} <= set(found)
    assert 0 == code_of(found.values())


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_nothing_is_remembered_or_made(patient: Patient) -> None:
    """The doctor learns no address by heart, migrates nothing, and makes no database where there is none."""
    patient.home.origins_file.unlink(missing_ok=True)
    patient.home.database_file.unlink()
    found = patient.examine()
    assert (Level.OK, "database: none yet; the first command makes it") == (
        found["database"].level,
        found["database"].text,
    )
    assert not patient.home.origins_file.exists()
    assert not patient.home.database_file.exists()
    assert "tabs" not in found
    with database_of(patient.home, load(patient.home)) as database, database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0003'")
    found = patient.examine()
    assert "of version 0003; the next command brings it to" in found["database"].text
    assert "tabs" not in found


def test_a_private_app_that_lacks_a_right(patient: Patient) -> None:
    """A store that lets dropferry in and does not let it read orders names the right to tick."""

    async def store(scope: Any, receive: Any, send: Any) -> None:
        is_shop = Request(scope).url.path.endswith("shop.json")
        answer: Response = JSONResponse({"shop": {"id": 1, "name": "Cửa hàng", "currency": "VND"}})
        if not is_shop:
            answer = JSONResponse({"errors": "read_orders is missing"}, 403)
        await answer(scope, receive, send)

    patient.home.origins_file.unlink(missing_ok=True)
    with serve(store) as url:
        patient.settings(r'url = "http://127\.0\.0\.1:\d+"', f'url = "{url}"')
        found = patient.examine()["shop main"]
    assert (Level.BAD, 3) == (found.level, found.code)
    assert "tick read_orders, write_orders and read_products" in found.fix


def test_what_the_daily_pull_puts_right(patient: Patient) -> None:
    """A tab that has come out of step with the facts is found, and is right again after the day's sweep."""
    wrong_tab(patient)
    assert Level.WARN is patient.examine()["tabs"].level
    config = load(patient.home)
    with database_of(patient.home, config) as database:
        later = datetime.now(UTC) + timedelta(days=2)
        Workplace(patient.home, config, database, lambda _line: None, clock=lambda: later).pull("main")
    assert Level.OK is patient.examine()["tabs"].level


def test_a_running_scheduler_that_does_nothing(patient: Patient) -> None:
    """One that runs is told as such; one that runs and has fetched nothing for hours hangs."""
    at = datetime.now(UTC) - timedelta(hours=5)
    with run_lock(patient.home):
        patient.write(JobRun(name="pull:main", slot=datetime.now(UTC), started_at=datetime.now(UTC), ok=True))
        assert "runs in this home" in patient.examine()["scheduler"].text
        with database_of(patient.home, load(patient.home)) as database, database.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE job_run SET started_at = ?", (at.replace(tzinfo=None).isoformat(" "),))
        found = patient.examine()["scheduler"]
    assert (Level.BAD, "dropferry stop" in found.fix) == (found.level, True)
    assert "has fetched no orders since" in found.text


def test_the_worst_line_decides(patient: Patient) -> None:
    """Of several things the one that has to be mended first gives the code: configuration before a person."""
    captcha(patient)
    assert 4 == code_of(patient.examine().values())
    wrong_password(patient)
    assert 3 == code_of(patient.examine().values())


def test_a_store_order_for_the_tests(patient: Patient) -> None:
    """The template holds one order, or the tests of tabs would prove nothing."""
    with database_of(patient.home, load(patient.home)) as database, database.read() as session:
        assert session.get(Order, 1) is not None


class TestCommand:
    """The command itself, with a browser."""

    def test_green_in_the_sandbox(self, patient: Patient) -> None:
        """Every line says ok, the account's order list was opened, and the code is 0."""
        done = dropferry(patient.home.path, "doctor")
        assert (0, "") == (done.returncode, done.stderr)
        *lines, last = done.stdout.splitlines()
        assert [] == [line for line in lines if not line.startswith("ok    ")]
        assert f"All {len(lines)} things are well" == last
        assert any("signed in; its order list opens" in line for line in lines)

    def test_json_and_code(self, tmp_path: Path) -> None:
        """The same for a program, with the code of the worst line, and not one line of anything else."""
        (tmp_path / "secrets.toml").write_text("", encoding="utf-8")
        done = called(tmp_path, "doctor", "--json")
        assert (3, "") == (done.returncode, done.stderr)
        found = {each["name"]: each for each in json.loads(done.stdout)}
        assert ["place", "rights", "disk", "configuration"] == list(found)
        assert {"name", "level", "text", "fix"} == set(found["configuration"])
        assert ("bad", "run: dropferry init") == (found["configuration"]["level"], found["configuration"]["fix"])
        told = called(tmp_path, "doctor").stdout.splitlines()
        assert ["BAD  ", "1 of 4"] == [told[3][:5], told[4][:6]]
        assert told[3].endswith("there is no such file yet; run: dropferry init")


def test_before_init(tmp_path: Path) -> None:
    """Where there is no home yet the last line says what to do first, and no folder is made."""
    found = list(examine(Home(tmp_path / "none"), browse=True, clock=lambda: datetime.now(UTC)))
    assert ("configuration", Level.BAD, "run: dropferry init") == (found[-1].name, found[-1].level, found[-1].fix)
    assert 3 == code_of(found)
    assert not (tmp_path / "none").exists()

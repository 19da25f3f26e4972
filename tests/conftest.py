"""What the browser tests share: which Chromium, with which switches, in which language."""

import gc
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, Playwright

from bot.browser import NO_PICTURES, own_download
from bot.browser_install import Machine, find
from bot.db import Database, open_database
from tests import statements
from tests.databases import name_of, new_postgres_database, postgres_server

# A home that others may look into is refused, so what tests make is as private as what the program makes.
os.umask(0o077)
# Playwright's driver is started some hundred times: what Node has compiled once is kept beside what is installed.
os.environ.setdefault("NODE_COMPILE_CACHE", str(Path(sys.prefix) / ".node-cache"))

statements.share()

if TYPE_CHECKING:
    from bot.sandbox.aliexpress.state import AliWorld
    from bot.sandbox.server import Sandbox
    from tests.asking import Asker

# Nothing but loopback can be resolved, whatever a page asks for.
ONLY_LOOPBACK = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost"
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-default-browser-check",
    "--no-first-run",
)

# The longest modules go first, so that no worker sits alone with one of them at the end (`make test` measures:
# pytest --durations=0).
LONGEST = (
    "test_place_faults",
    "test_place_crashes",
    "test_place_held",
    "test_pay_run_outcomes",
    "test_pay_run",
    "test_service",
    "test_place_together",
    "test_scheduler",
    "test_demo",
    "test_press",
    "test_place_order",
    "test_crashes",
    "test_pay_crashes",
    "test_crashes_push",
    "test_needs_a_person",
    "test_sync",
    "test_sync_trouble",
    "test_map_commands",
    "test_pay_page",
    "test_check_orders",
    "test_address_form",
    "test_sandbox_buying_faults",
    "test_place_machine",
    "test_commands_working",
    "test_sign_in",
    "test_pay_run_window",
    "test_pay_run_played",
    "test_pay_together",
    "test_sandbox_buying",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of the longest modules first; within a module their order stays."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))


def pytest_collection_finish() -> None:
    """What stands once all tests are known is never looked through for what could be thrown away."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def shared_folder() -> Path:
    """The folder of real answers, beside the checkout unless DROPFERRY_SHARED names another."""
    named = os.environ.get("DROPFERRY_SHARED")
    return Path(named) if named else Path(__file__).resolve().parents[2] / "shared"


def chromium_switches() -> list[str]:
    """Command line of every test browser; root needs `--no-sandbox`, which is fine on loopback alone."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [ONLY_LOOPBACK, *QUIET, *(["--no-sandbox"] if is_root else [])]


def chromium_executable(own: Path) -> str | None:
    """DROPFERRY_TEST_CHROMIUM, else an installed headless shell, else None for Playwright's `own`, else any browser."""
    names = (os.environ.get("DROPFERRY_TEST_CHROMIUM", ""), "chromium-headless-shell")
    named = next((found for name in names if name and (found := shutil.which(name))), None)
    if named is not None or own.is_file():
        return named
    installed = find(Machine.here(), "", None)
    return str(installed.path) if installed else None


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], playwright: Playwright) -> dict[str, Any]:
    """pytest-playwright's launch options, kept to loopback; as where nobody looks, no picture is asked for."""
    executable = chromium_executable(own_download(playwright))
    named = {"executable_path": executable} if executable else {}
    return {**browser_type_launch_args, **named, "args": [*chromium_switches(), NO_PICTURES]}


@pytest.fixture(scope="session")
def seeing(playwright: Playwright, browser_type_launch_args: dict[str, Any]) -> Iterator[Browser]:
    """A second browser, which shows pictures, as that of a person does."""
    opened = playwright.chromium.launch(**{**browser_type_launch_args, "args": chromium_switches()})
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Every context of the tests speaks en-US, as the robot does."""
    return {**browser_context_args, "locale": "en-US", "viewport": {"width": 1280, "height": 900}}


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real answers; a test that needs it is skipped, and says so, where it is not there."""
    folder = shared_folder()
    if not folder.is_dir():
        pytest.skip("the folder of real answers is not there (DROPFERRY_SHARED names it)")
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """One real PostgreSQL for the whole run; the URL of its maintenance database."""
    with postgres_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'dropferry.db'}"
    return new_postgres_database(request.getfixturevalue("postgres"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path, migrated: Path) -> Iterator[Database]:
    """An empty database of this version, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        url = f"sqlite:///{shutil.copy(migrated, tmp_path / 'dropferry.db')}"
    else:
        template = request.getfixturevalue("migrated_postgres")
        url = new_postgres_database(request.getfixturevalue("postgres"), template)
    opened = open_database(url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite file of this version; copying it is quicker than migrating another."""
    file = tmp_path_factory.mktemp("migrated") / "dropferry.db"
    open_database(f"sqlite:///{file}").close()
    return file


@pytest.fixture(scope="session")
def migrated_postgres(postgres: str) -> str:
    """The name of an empty PostgreSQL database of this version, to be copied in the same way."""
    url = new_postgres_database(postgres)
    open_database(url).close()
    return name_of(url)


@pytest.fixture
def sqlite(tmp_path: Path, migrated: Path) -> Iterator[Database]:
    """An empty SQLite database of this version, where the kind of database does not matter."""
    file = tmp_path / "dropferry.db"
    shutil.copy(migrated, file)
    opened = open_database(f"sqlite:///{file}")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def sandbox() -> "Iterator[Sandbox]":
    """One running sandbox for a module; a test keeps to an account of its own in it."""
    from bot.sandbox.server import Sandbox

    with Sandbox() as running:
        yield running


@pytest.fixture
def ali(sandbox: "Sandbox") -> "Iterator[AliWorld]":
    """The sandbox's AliExpress; every fault is off again after the test."""
    yield sandbox.ali
    sandbox.ali.set_faults(dict.fromkeys(type(sandbox.ali.faults).model_fields))


@pytest.fixture
def me(request: pytest.FixtureRequest) -> str:
    """The name of an AliExpress account that no other test has."""
    return str(request.node.name)


@pytest.fixture
def asker(sandbox: "Sandbox", ali: "AliWorld", me: str) -> "Iterator[Asker]":
    """A visitor who is signed in to this test's account."""
    from tests.asking import Asker

    with Asker(sandbox, ali.sign_in(me)) as visitor:
        yield visitor

"""An account that needs a person, as the service meets it: paused, told once, and on again where it was cut short."""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from bot.account_states import need_arose, paused, state_of
from bot.cli.app import run
from bot.home import HOME_VARIABLE
from bot.models_running import AccountState, Told
from bot.notifying.notice import Notice
from bot.notifying.pages import pages_changed
from bot.persons import what_is_the_matter, what_to_do
from bot.sandbox.aliexpress.state import AliWorld
from bot.sandbox.ready_home import cookie_file
from bot.sandbox.server import Sandbox
from bot.sandbox.shop_goods import CATALOGUE
from bot.secrets import NOTIFY_URLS, stored_name, variable
from bot.sign_in import SigningIn, from_file
from flows.errors import NeedKind, PersonNeeded
from tests.listening import Listener, listening
from tests.merchant import empty_database_fixture, merchant_fixture, stand_ins_fixture  # noqa: F401
from tests.office import PATIENCE, Office, Running, heart_fixture, office_fixture  # noqa: F401
from tests.processes import dropferry
from tests.test_sign_in import aside


@pytest.fixture(name="here")
def here_fixture(office: Office) -> Office:
    """A service's home that reads one page after the other, so that it is known which is the fifth."""
    sync = office.config.sync.model_copy(update={"tabs": 1})
    office.config = office.config.model_copy(update={"sync": sync})
    return office


def until(holds: Callable[[], bool]) -> None:
    """Wait for what comes without a word."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        threading.Event().wait(0.05)


def stands(here: Office) -> AccountState:
    with here.merchant.database.read() as session:
        return state_of(session, "main")


def is_told(here: Office, key: str) -> bool:
    """Whether a notice went out and was noted; the service's own look may still be under way before."""
    with here.merchant.database.read() as session:
        return session.get(Told, key) is not None


def sign_in(here: Office) -> None:
    """The merchant brings new cookies, by another process of the same home."""
    file = here.home.path / "new.json"
    file.write_text(json.dumps(cookie_file(here.merchant.ali, "main")), encoding="utf-8")
    signing_in = SigningIn(here.home, here.config, here.merchant.database, "main", False, lambda _text: None)
    aside(lambda: from_file(signing_in, file))


def read_of(here: Office, numbers: list[str]) -> list[str]:
    return [number for number in numbers if here.merchant.ali_order(number).detail_read_at is not None]


def changed_pages(here: Office) -> list[Notice]:
    """What is told of AliExpress's pages."""
    with here.merchant.database.read() as session:
        return list(pages_changed(session, here.home, here.config))


@pytest.fixture(name="listener", scope="module")
def listener_fixture() -> Iterator[Listener]:
    with listening() as made:
        yield made


class TestService:
    """What a running service does."""

    def test_a_session_that_ends_in_the_middle(self, here: Office) -> None:
        """Half of the orders are read and kept; the account pauses and is told of once, through all later slots; after
        the sign-in the rest is read at the next look, and only the rest."""
        numbers = [here.merchant.bought((CATALOGUE[0], 1))[1] for _ in range(5)]
        here.merchant.ali.set_faults({"signed_out_after": 3})
        with Running(here) as running:
            (line,) = running.wait_for("sync main")
            for moment in ("11:55", "12:00", "12:30"):
                running.at(moment)
            read = read_of(here, numbers)
            assert 'account "main" needs you: nobody is signed in any more' in line
            assert "; sign in again: dropferry login main" in line
            assert 1 == len(running.times("sync main"))
            assert 1 <= len(read) < 5
            assert (NeedKind.SIGNED_OUT, False) == (stands(here).waits_for, stands(here).probe_ok)
            sign_in(here)
            assert paused(here.merchant.database, "main", here.merchant.clock()) is None
            here.merchant.ali.page_loads.clear()
            running.at("12:31")
            running.wait_for("sync main")
        assert numbers == read_of(here, numbers)
        assert 5 - len(read) == here.merchant.ali.page_loads["detail"]
        assert (None, True) == (stands(here).waits_for, stands(here).probe_ok)

    @pytest.mark.parametrize(
        ("answered", "kept"),
        [pytest.param(0, 0, id="first page", marks=pytest.mark.long), pytest.param(4, 3, id="fifth page")],
    )
    def test_a_slider_comes_and_goes(self, here: Office, answered: int, kept: int) -> None:
        """A human check on any page pauses the account for six hours; the robot then looks by itself, silently where it
        is still asked, and goes on, saying so, when it is not."""
        numbers = [here.merchant.bought((CATALOGUE[0], 1))[1] for _ in range(5)]
        here.at("00:10")
        here.merchant.ali.set_faults({"captcha_after": answered})
        with Running(here) as running:
            (line,) = running.wait_for("sync main")
            assert 'account "main" needs you: AliExpress wants to see that a person is there' in line
            assert (NeedKind.CAPTCHA, kept) == (stands(here).waits_for, len(read_of(here, numbers)))
            running.at("06:09")
            assert 1 == stands(here).tries
            running.at("06:11")
            until(lambda: stands(here).tries == 2 and not running.service._queued)
            running.at("18:00")
            assert (2, 1) == (stands(here).tries, len(running.times("sync main")))
            here.merchant.ali.set_faults({"captcha_after": None})
            here.at("06:20", days=1)
            running.service.tick()
            running.wait_for('account "main" is signed in again and goes on', "sync main")
        assert numbers == read_of(here, numbers)
        assert stands(here).waits_for is None

    @pytest.mark.parametrize("kind", [NeedKind.SECOND_FACTOR, NeedKind.EMAIL_CODE, NeedKind.TERMS])
    def test_what_a_sign_in_may_ask_for(
        self, here: Office, listener: Listener, monkeypatch: pytest.MonkeyPatch, kind: NeedKind
    ) -> None:
        """A second proof, a code by e-mail or terms to accept pause the account: its pages stay closed at the slots
        that follow, the store is pulled all the same, and the merchant is told once, with the one thing to do."""
        listener.forget()
        monkeypatch.setenv(variable(stored_name(NOTIFY_URLS, sandbox=True)), listener.url)
        here.merchant.bought((CATALOGUE[0], 1))
        need_arose(here.merchant.database, "main", PersonNeeded(kind), here.merchant.clock())
        loads = here.merchant.ali.page_loads.total()
        with Running(here) as running:
            until(lambda: is_told(here, "account:main"))
            for moment in ("11:55", "12:00", "12:30"):
                running.at(moment)
            assert running.times("pull main")[-1] == "12:30"
            assert [] == running.times("sync main")
        assert (kind, loads) == (stands(here).waits_for, here.merchant.ali.page_loads.total())
        told = [line for _title, lines in listener.told() for line in lines]
        (line,) = [line for line in told if "dropferry login" in line]
        assert what_is_the_matter(kind) in line
        assert what_to_do(kind, "main", sandbox=True) in line

    def test_a_page_that_changed_is_told_once(self, here: Office) -> None:
        """Orders whose pages are not as they were are one notice that counts them, with what waits, until the pages are
        as they were again."""
        for _ in range(3):
            here.merchant.bought((CATALOGUE[0], 1))
        here.merchant.ali.set_faults({"only_answers": ["detail"], "missing_block": "detail_order_status_block"})
        with Running(here) as running:
            (line,) = running.wait_for("sync main")
            assert "3 could not be read" in line
            (notice,) = changed_pages(here)
            assert "The order page is not as it was" in notice.text
            assert "so this waits: reading orders and placing" in notice.text
            assert "(3 orders could not be read)" in notice.text
            here.merchant.ali.set_faults({"only_answers": None, "missing_block": None})
            running.at("12:00")
            running.wait_for("sync main")
        assert [] == changed_pages(here)

    def test_a_browser_that_is_killed(self, here: Office) -> None:
        """A browser that dies in the middle of a sync is no need of a person: what was read is kept, and the rest is
        read in a new one five minutes later."""
        sign_in(here)  # a browser that is killed keeps what an earlier one has written
        numbers = [here.merchant.bought((CATALOGUE[0], 1))[1] for _ in range(4)]
        running = Running(here)
        running.browsing.progress = lambda what, done, _: (
            kill_browsers(here) if (what, done) == ("order pages", 2) else None
        )
        with running:
            running.wait_for("sync main")
            read = read_of(here, numbers)
            assert 2 <= len(read) < 4
            assert stands(here).waits_for is None
            running.browsing.progress = lambda *_: None
            running.at("11:56")
            running.wait_for("sync main")
        assert numbers == read_of(here, numbers)


def kill_browsers(here: Office) -> None:
    """Kill the browser of this home, with all that belongs to it; other tests' browsers live on."""
    ours = []
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):  # some end by themselves meanwhile
            if f"--user-data-dir={here.home.path}" in " ".join(process.cmdline()):
                process.kill()
                ours.append(process)
    psutil.wait_procs(ours, timeout=PATIENCE)


class TestAccounts:
    """`dropferry accounts`."""

    @pytest.fixture(name="home")
    def home_fixture(self, sandbox: Sandbox, ali: AliWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        assert ali is sandbox.ali  # its faults are off again afterwards
        folder = tmp_path / "Nguyễn Văn Đức"
        sandbox.write_home(folder)
        monkeypatch.setenv(HOME_VARIABLE, str(folder))
        return folder

    def shown(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
        code = run(["accounts", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    def test_before_anybody_has_looked(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Of a new account nothing is claimed, and both ways to know are named."""
        code, out, _ = self.shown(capsys)
        assert home.is_dir()
        assert code == 0
        assert "not known yet" in out
        assert "main: sign in with dropferry login main, or look: dropferry accounts --probe" in out

    def test_who_waits_and_what_to_do(self, home: Path, ali: AliWorld, capsys: pytest.CaptureFixture[str]) -> None:
        """A look tells what is asked for, the one thing to do and when the robot looks again, with code 4; the next
        good look ends the wait. As JSON it is the same."""
        ali.set_faults({"captcha": True})
        looked = dropferry(home, "accounts", "--probe")
        out = looked.stdout
        assert looked.returncode == 4
        assert "AliExpress wants to see that a person is there" in out
        assert "main: do that check yourself, in the window that this opens: dropferry login main" in out
        assert "main: dropferry looks again by itself at " in out
        assert 'dropferry: account "main" needs you' in looked.stderr
        (told,) = json.loads(self.shown(capsys, "--json")[1])
        assert ("main", False, "captcha") == (told["account"], told["signed_in"], told["waits_for"])
        ali.set_faults({"captcha": None})
        looked = dropferry(home, "accounts", "--probe", "--json")
        assert (0, 'account "main" is signed in again and goes on\n') == (looked.returncode, looked.stderr)
        (told,) = json.loads(looked.stdout)
        assert (True, None, None) == (told["signed_in"], told["waits_for"], told["fix"])

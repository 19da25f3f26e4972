"""The commands that touch a site, as processes: login, read, sandbox, and the browser in use."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from bot.home import Home
from bot.locks import account_lock
from bot.sandbox.ready_home import COOKIES_FILE
from bot.sandbox.server import Sandbox
from tests.processes import dropferry, environment, told
from tests.test_cli import EMPTY, SIGNED_OUT, home_fixture, sandbox_fixture  # noqa: F401


class TestLogin:
    """`login --cookies` against the stand-in AliExpress, with a real browser."""

    def test_good_cookies_are_proved(self, sandbox: Sandbox, home: Path) -> None:
        """Cookies of a signed-in session are imported and proved by the order list; the file goes if that is said."""
        sandbox.write_home(home)
        done = dropferry(home, "login", "--cookies", home / COOKIES_FILE, "--delete")
        assert (0, "", False) == (done.returncode, done.stderr, (home / COOKIES_FILE).exists())
        assert done.stdout.endswith('Account "main" is signed in: its order list opens.\n')
        assert (home / "profiles" / "sandbox-main").is_dir()

    @pytest.mark.long
    def test_cookies_that_hold_no_more(self, sandbox: Sandbox, home: Path) -> None:
        """Cookies that AliExpress does not take mean that a person is needed: code 4; the file is left alone."""
        sandbox.write_home(home)
        state = json.loads((home / COOKIES_FILE).read_text(encoding="utf-8"))
        state["cookies"][0]["value"] = "gone"
        (home / COOKIES_FILE).write_text(json.dumps(state), encoding="utf-8")
        done = dropferry(home, "login", "--cookies", home / COOKIES_FILE)
        assert (4, True) == (done.returncode, (home / COOKIES_FILE).exists())
        assert "these cookies sign nobody in; the ones before them are back in their place" in told(done)

    def test_a_file_without_our_cookies(self, sandbox: Sandbox, home: Path) -> None:
        """A file of other cookies is named with what is wrong: code 3."""
        sandbox.write_home(home)
        file = home / "other.json"
        file.write_text('[{"name": "a", "value": "b", "domain": ".google.com"}]', encoding="utf-8")
        done = dropferry(home, "login", "main", "--cookies", file)
        assert 3 == done.returncode
        assert "none of its 1 cookies belongs to aliexpress.localhost" in told(done)

    def test_an_account_in_use(self, sandbox: Sandbox, home: Path) -> None:
        """While another process works in the account's profile it is code 6, naming that process."""
        sandbox.write_home(home)
        with account_lock(Home(home), "main", sandbox=True):
            done = dropferry(home, "login", "--cookies", home / COOKIES_FILE)
        assert 6 == done.returncode
        assert f'the browser of account "main" is in use by process {os.getpid()}' in told(done)

    def test_an_unknown_account(self, sandbox: Sandbox, home: Path) -> None:
        """A misspelt account is code 3 with the nearest one."""
        sandbox.write_home(home)
        done = dropferry(home, "login", "mian")
        assert 3 == done.returncode
        assert 'did you mean "main"?' in told(done)


class TestRead:
    """`read` ends with the values or with the named error's code."""

    @pytest.mark.parametrize(
        ("answer", "code", "says"),
        [
            (json.dumps(SIGNED_OUT), 4, "AliExpress needs you: nobody is signed in any more"),
            (json.dumps(EMPTY), 5, "a page of AliExpress is not as it was"),
            ("<html>", 5, "an HTML page instead of JSON"),
            ("{", 5, "broken JSON"),
            (json.dumps({**EMPTY, "api": "mtop.other"}), 2, "mtop.other"),
        ],
    )
    def test_an_answer_that_cannot_be_read(self, home: Path, tmp_path: Path, answer: str, code: int, says: str) -> None:
        """Each named error has its code and its line; a home folder is not needed."""
        file = tmp_path / "answer.json"
        file.write_text(answer, encoding="utf-8")
        done = dropferry(home, "read", "order-list", file)
        assert (code, "") == (done.returncode, done.stdout)
        assert says in told(done)

    def test_a_real_answer(self, home: Path, shared: Path) -> None:
        """A real answer gives its values as JSON and as lines for a person."""
        file = shared / "aliexpress" / "tracking.json"
        read = json.loads(dropferry(home, "read", "tracking", file, "--json", PYTHONIOENCODING="cp1258").stdout)
        assert ["J&T Express"] == [parcel["carrier"] for parcel in read["parcels"]]
        lines = dropferry(home, "read", "tracking", file).stdout.splitlines()
        assert "  carrier: J&T Express" in lines

    def test_a_real_drawn_page(self, home: Path, shared: Path) -> None:
        """A saved page is drawn in a browser and read; one of another kind is code 5."""
        file = shared / "aliexpress" / "order-card.copy.html"
        read = json.loads(dropferry(home, "read", "order-list", file, "--json").stdout)
        assert ("page", ["sent"]) == (read["reader"], [order["status"] for order in read["orders"]])
        assert 5 == dropferry(home, "read", "tracking", file).returncode


class TestSandbox:
    """`sandbox` makes a home folder ready and serves until it is stopped."""

    def test_it_serves_what_it_says(self, home: Path) -> None:
        """One line of JSON names the addresses and the token, which work; the folder is ready; a signal ends it."""
        arguments = [sys.executable, "-m", "bot", "sandbox", "--home", str(home), "--json"]
        root = Path(__file__).resolve().parents[1]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, env=environment(home), cwd=root) as process:
            try:
                assert process.stdout is not None
                addresses = json.loads(process.stdout.readline())
                assert ["aliexpress", "shopbase", "control", "token"] == list(addresses)
                bearer = {"Authorization": f"Bearer {addresses['token']}"}
                state = httpx.get(f"{addresses['control']}/state", headers=bearer)
                assert 200 == state.status_code
                listed = dropferry(home, "secret", "list", "--json")
                kept = {row["name"]: row["place"] for row in json.loads(listed.stdout)}
                assert "secrets.toml" == kept["sandbox-main-shopbase-key"]
                process.send_signal(signal.SIGTERM)
                code = process.wait(timeout=30)
            finally:
                process.kill()
        assert code == 0 or sys.platform == "win32"

    def test_it_wants_an_empty_folder(self, home: Path) -> None:
        """A folder that holds anything is left as it is: code 3."""
        home.mkdir(parents=True)
        (home / "letter.txt").write_text("dear", encoding="utf-8")
        done = dropferry(home, "sandbox")
        assert 3 == done.returncode
        assert "only into an empty folder" in told(done)
        assert ["letter.txt"] == [each.name for each in home.iterdir()]


def test_the_browser_in_use_is_shown(home: Path) -> None:
    """`browser show` names a browser that is there, and `browser install` is content with it."""
    shown = json.loads(dropferry(home, "browser", "show", "--json").stdout)
    assert Path(shown["path"]).is_file()
    installed = dropferry(home, "browser", "install")
    assert (0, f"The browser is {shown['path']} ({shown['origin']}).\n") == (installed.returncode, installed.stdout)

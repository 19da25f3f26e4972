"""What pull, sync and push print, as processes, and with which code they end."""

from pathlib import Path
from typing import Any

import pytest

from bot.home import Home
from bot.locks import account_lock, shop_lock
from bot.sandbox.server import Sandbox
from tests.processes import called, dropferry, started, told
from tests.test_commands import configured, day_fixture, home_fixture, printed, sandbox_fixture  # noqa: F401


class TestPull:
    """`pull` fetches the orders."""

    def test_what_it_says(self, home: Path) -> None:
        """What was read is told in a line, or as JSON by shop."""
        done = dropferry(home, "pull")
        assert (0, "") == (done.returncode, done.stderr)
        assert done.stdout.startswith("main: 5 orders read, 0 new, ")
        counts = printed(home, "pull", "--shop", "main")
        assert {"new": 0, "changed": 0, "seen": 5, "deleted": 0, "unreadable": [], "stopped": False} == counts["main"]

    def test_an_order_that_cannot_be_read(self, sandbox: Sandbox, home: Path) -> None:
        """An unreadable order is named and the code says that the work is done in part."""
        order = sandbox.shop.find("1004")
        order.financial, before = "", order.financial
        done = dropferry(home, "pull")
        order.financial = before
        assert 7 == done.returncode
        assert done.stdout.startswith("main: 4 orders read, 0 new, ")
        assert done.stdout.endswith(" changed, 1 could not be understood\n")
        problem, last = done.stderr.splitlines()
        assert f"order {order.id} (#1004): financial_status" in problem
        assert last.startswith("dropferry: not all of it could be done")

    def test_a_wrong_key(self, home: Path) -> None:
        """A key that the store does not take is code 3 with the place to look it up."""
        file = home / "secrets.toml"
        lines = file.read_text(encoding="utf-8").splitlines()
        file.write_text("\n".join(['sandbox-main-shopbase-key = "wrong"', *lines[1:]]), encoding="utf-8")
        done = dropferry(home, "pull")
        assert (3, "") == (done.returncode, done.stdout)
        assert "look both up in ShopBase" in told(done)

    def test_an_unknown_shop(self, home: Path) -> None:
        """A shop that the configuration does not have is code 3."""
        done = called(home, "pull", "--shop", "second")
        assert 3 == done.returncode
        assert 'config.toml has no shop "second"' in told(done)


class TestSync:
    """`sync` reads AliExpress."""

    def test_what_it_says(self, home: Path) -> None:
        """The pages read and what came of them are told in a line, or as JSON by account."""
        done = dropferry(home, "sync")
        assert (0, "") == (done.returncode, done.stderr)
        assert "main: 2 open orders, 4 pages read, 2 changed, 0 new tracking numbers\n" == done.stdout
        counts = printed(home, "sync", "main", run=dropferry)["main"]
        assert {"open": 2, "list_pages": 1, "details": 0, "trackings": 0, "changed": 0, "missing": 0} == {
            key: counts[key] for key in ("open", "list_pages", "details", "trackings", "changed", "missing")
        }

    @pytest.mark.parametrize(
        ("fault", "code", "says"),
        [
            ({"captcha": True}, 4, "do that check yourself, in the window that this opens: dropferry login main"),
            pytest.param({"signed_out": True}, 4, "sign in again: dropferry login main", marks=pytest.mark.long),
            ({"only_answers": ["list"], "empty_skeleton": True}, 5, "dropferry: a page of AliExpress is not as it was"),
            pytest.param({"only_answers": ["list"], "traffic_limit": True}, 1, "dropferry: ", marks=pytest.mark.long),
        ],
        ids=["captcha", "signed_out", "changed", "busy"],
    )
    def test_trouble_has_its_code(
        self, sandbox: Sandbox, home: Path, fault: dict[str, Any], code: int, says: str
    ) -> None:
        """A needed person is 4, a changed page 5 with its evidence, a busy site 1; each is one line."""
        sandbox.ali.set_faults(fault)
        done = dropferry(home, "sync")
        sandbox.ali.set_faults({"signed_out": False})
        assert (code, "") == (done.returncode, done.stdout)
        assert says in told(done)
        kept = [folder.name for folder in (home / "evidence").iterdir()]
        assert all(folder in done.stderr for folder in kept)
        assert len(kept) == (code in {1, 5})

    @pytest.mark.long
    def test_one_page_that_cannot_be_read(self, sandbox: Sandbox, home: Path) -> None:
        """One unreadable order is named and the code says that the work is done in part."""
        (number,) = sandbox.world.bought["#1002"]
        faults = {"only_orders": [number], "only_answers": ["detail"], "missing_block": "detail_order_status_block"}
        sandbox.ali.set_faults(faults)
        done = dropferry(home, "sync")
        assert 7 == done.returncode
        assert done.stdout.startswith("main: 2 open orders, ")
        assert done.stdout.endswith(", 1 could not be read\n")
        assert f'  {number}: order page, "detail_order_status_block": missing' in done.stderr

    def test_an_account_in_use(self, home: Path) -> None:
        """While the account's browser is in use, `sync --wait 0` ends with 6 at once."""
        with account_lock(Home(home), "main", sandbox=True):
            done = dropferry(home, "sync", "--wait", "0")
        assert 6 == done.returncode
        assert 'the browser of account "main" is in use by process' in told(done)

    def test_an_unknown_account(self, home: Path) -> None:
        """An account that the configuration does not have is code 3."""
        done = called(home, "sync", "mian")
        assert 3 == done.returncode
        assert 'config.toml has no account "mian"' in told(done)


class TestPush:
    """`push` sends the numbers."""

    def test_off(self, home: Path) -> None:
        """With live_push off nothing is sent, which is said and is no failure."""
        configured(home, "live_push = true", "live_push = false")
        done = called(home, "push", "--yes")
        assert (0, "") == (done.returncode, done.stderr)
        assert 'main: 1 ready; nothing is told, because live_push is off for shop "main"\n' == done.stdout
        assert 'pushing is "off" for this shop' in called(home, "push", "--dry-run").stdout

    def test_the_first_waits_and_a_dry_run_tells_all(self, sandbox: Sandbox, home: Path) -> None:
        """The first push waits for a yes; a dry run lists number, carrier, lines and who will be mailed."""
        sandbox.shop.calls.clear()
        waits = dropferry(home, "push")
        assert (0, "main: 1 ready; the first push of a shop waits for you: dropferry push --yes\n") == (
            waits.returncode,
            waits.stdout,
        )
        listed = called(home, "push", "--dry-run").stdout
        assert "main: 1 ready. Nothing is sent by a dry run" in listed
        (ready,) = printed(home, "push", "--dry-run")["main"]
        assert ("#1001", "USPS", ["1 x Canvas Tote Bag"], False, "buyer1001@example.com") == (
            ready["order"],
            ready["carrier"],
            ready["lines"],
            ready["correction"],
            ready["mail"],
        )
        assert all(words in listed for words in ("#1001", ready["number"], "USPS", "buyer1001@example.com"))
        assert [] == sandbox.shop.calls

    def test_a_store_in_trouble_and_then_a_yes(self, sandbox: Sandbox, home: Path) -> None:
        """An answer that was lost is code 7; the next push finds the fulfilment; each says so."""
        sandbox.world.set_faults({"shopbase_lost": 1})
        unsure = dropferry(home, "push", "--yes")
        assert 7 == unsure.returncode
        assert "1 without an answer (looked for at the next push)" in unsure.stdout
        assert "  #1001: ShopBase gave no answer" in unsure.stderr
        pushed = printed(home, "push", "--yes")["main"]
        assert {"ready": 1, "waits": None, "problems": []} == {
            key: pushed[key] for key in ("ready", "waits", "problems")
        }
        assert (0, 1) == (pushed["told"]["sent"], pushed["told"]["found"])
        nothing = called(home, "push")
        assert (0, "main: nothing new to tell ShopBase\n", "") == (nothing.returncode, nothing.stdout, nothing.stderr)
        assert "fulfilled" == printed(home, "show", "1001")["tab"]
        assert 1 == sum(mail["order"] == "#1001" for mail in sandbox.shop.mails)

    def test_two_at_once(self, sandbox: Sandbox, home: Path) -> None:
        """While another process pulls or pushes the shop, a push says whose it is and waits; then nothing is told
        twice."""
        sandbox.shop.calls.clear()
        with started(home, "push", "--yes") as second:
            with shop_lock(Home(home), "main"):
                second.wait_for('shop "main" is in use by process')
                assert [] == sandbox.shop.calls
            second.wait_for("main: ")
            assert 0 == second.end()

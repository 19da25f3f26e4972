"""The commands `record` and `replay`, as a merchant meets them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.config import load
from bot.home import POSIX, Home
from bot.opening import database_of
from bot.sandbox.server import Sandbox
from bot.sandbox.shop_goods import CATALOGUE, VN
from bot.work import Workplace
from tests.merchant import Clock, Merchant
from tests.processes import called, dropferry
from tests.test_replay import RECORDED


@pytest.fixture(name="sandbox", scope="module")
def sandbox_fixture() -> Iterator[Sandbox]:
    """Both stand-ins."""
    with Sandbox() as running:
        yield running


@pytest.fixture(name="home", scope="module")
def home_fixture(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that knows one order, which is bought and sent."""
    home = tmp_path_factory.mktemp("recording") / "Nguyễn Văn Đức"
    sandbox.write_home(home)
    config = load(Home(home))
    sandbox.shop.add_order(((CATALOGUE[0], 1),), place=VN)
    with database_of(Home(home), config) as database:
        Workplace(Home(home), config, database, print).pull("main")
        merchant = Merchant(sandbox, Clock(), database, "main")
        (number,) = merchant.buy("#1001")
        merchant.ali.ship([number])
    return home


def test_page_is_recorded_without_its_people_and_replayed(home: Path, sandbox: Sandbox, tmp_path: Path) -> None:
    """Proves the whole way: a number is enough, all that was replaced is listed, and the case is read again."""
    (order,) = sandbox.ali.orders.values()
    folder = tmp_path / "Đơn hàng"
    done = dropferry(home, "record", "order-detail", order.number, "--to", folder)
    assert 0 == done.returncode, done.stderr
    assert "by both readers, which agree" in done.stdout
    assert order.number in done.stdout
    assert "before you share" in done.stdout
    to = order.recipient
    written = "".join(file.read_text(encoding="utf-8") for file in folder.iterdir())
    for secret in (order.number, to.name, to.address, to.phone.split()[-1], to.name.split()[0], "localhost"):
        assert secret not in written
    assert not POSIX or 0o600 == (folder / "page.html").stat().st_mode & 0o777
    replayed = dropferry(home, "replay", folder, "--json")
    assert 0 == replayed.returncode, replayed.stderr
    (row,) = json.loads(replayed.stdout)
    assert ("order-detail", "sandbox", True) == (row["page"], row["source"], row["as_expected"])
    assert "sent" == row["read"]["calls"]["status"]


def test_case_that_reads_otherwise_ends_with_its_code(home: Path, tmp_path: Path) -> None:
    """Proves that a replay tells case by case what is otherwise, counts what is real, and ends with code 5."""
    for file in (RECORDED / "sign-in" / "form").iterdir():
        text = file.read_text(encoding="utf-8").replace('person = "signed_out"', 'person = "captcha"')
        (tmp_path / file.name).write_text(text.replace('source = "sandbox"', 'source = "real"'), encoding="utf-8")
    done = dropferry(home, "replay", tmp_path)
    assert 5 == done.returncode, done.stderr
    assert "page.person: expected 'captcha', read 'signed_out'" in done.stdout
    assert "1 recorded page: 1 real, 0 from the sandbox." in done.stdout
    assert "1 is read otherwise than expected." in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["record", "order-detail"], 2, "say where the page is"),
        (["record", "tracking", "http://evil.example/p/tracking"], 2, "no page of AliExpress"),
        (["record", "product", "https://www.aliexpress.com/item/1005.html"], 2, "no page of AliExpress"),
        (["record", "product", "file:///etc/passwd"], 2, "no page of AliExpress"),
        (["record", "cart"], 2, "order-list"),
        (["record", "order-list", "--account", "nobody"], 3, "nobody"),
        (["record", "order-list", "--to", "."], 3, "there is something already"),
        (["replay", "nowhere"], 3, "there is no recorded case"),
    ],
)
def test_wrong_use_is_told(home: Path, arguments: list[str], code: int, says: str) -> None:
    """Proves that each wrong page, address, account and folder is told in words, and opens no browser."""
    done = called(home, *arguments)
    assert code == done.returncode
    assert says in " ".join((done.stdout + done.stderr).split())
    assert not (home / "recordings").exists()

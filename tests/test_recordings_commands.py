"""The commands `record` and `replay`, as a merchant meets them."""

import contextlib
import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer import BadParameter

from bot.cli.recording import _check_host
from bot.config import Config, load
from bot.home import POSIX, Home
from bot.opening import database_of
from bot.sandbox.server import Sandbox
from bot.sandbox.shop_goods import CATALOGUE, VN
from bot.secrets import Secret, store_in_file, stored_name
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


def test_secrets_of_the_home_are_in_no_case(home: Path, sandbox: Sandbox, tmp_path: Path) -> None:
    """Proves that a page that shows a secret of this home is recorded without it."""
    secret = "Moonlight over Harbour Seven"
    store_in_file(Home(home), stored_name("main-aliexpress-user", sandbox=True), Secret(secret))
    (order,) = sandbox.ali.orders.values()
    lines, title = order.lines, order.lines[0].title
    order.lines = type(lines)([dataclasses.replace(lines[0], title=f"{title} {secret}")])
    try:
        done = dropferry(home, "record", "order-detail", order.number, "--to", tmp_path / "case", "--keep-texts")
    finally:
        order.lines = lines
    assert 0 == done.returncode, done.stderr
    written = "".join(file.read_text(encoding="utf-8") for file in (tmp_path / "case").iterdir())
    assert title.split()[0] in written
    assert secret not in written


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        ("https://www.aliexpress.com/p/order/index.html", True),
        ("https://vi.aliexpress.com/item/1005006800000137.html", True),
        ("https://passport.aliexpress.com/mini_login.htm", True),
        ("https://deep.down.aliexpress.com/p/order/index.html", False),
        ("https://sale.aliexpress.com/x.htm", False),
        ("https://www.aliexpress.com:8443/p/order/index.html", False),
        ("https://me@www.aliexpress.com/p/order/index.html", False),
        ("http://www.aliexpress.com/p/order/index.html", False),
        ("http://www.aliexpress.localhost:9/p/order/index.html", False),
    ],
)
def test_only_hosts_of_the_list_are_opened(url: str, ours: bool) -> None:
    """Proves that the signed-in browser is led to AliExpress's own pages and its sign-in, by whole hosts."""
    config = Config.model_validate(
        {"shops": {"main": {"url": "https://one.onshopbase.com", "account": "main"}}, "accounts": {"main": {}}}
    )
    with contextlib.nullcontext() if ours else pytest.raises(BadParameter, match="no page of AliExpress"):
        _check_host(config, url)


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

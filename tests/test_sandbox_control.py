"""The control routes, the running sandbox, and the home folder that it writes."""

import stat
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.config import load
from bot.cookies import member_of, read_cookies
from bot.errors import ConfigError
from bot.home import POSIX, Home
from bot.sandbox.server import Sandbox
from bot.secrets import Secrets
from tests.asking import LIST, Asker, orders


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox for one test alone."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def control(sandbox: Sandbox) -> Iterator[httpx.Client]:
    """A client that has the token."""
    with httpx.Client(
        base_url=sandbox.control, headers={"Authorization": f"Bearer {sandbox.token}"}, trust_env=False
    ) as client:
        yield client


def done(response: httpx.Response) -> Any:
    """What a route that went well says."""
    assert response.status_code == 200, response.text
    return response.json()


def refused(response: httpx.Response) -> str:
    """Why a route did not do what it was told."""
    assert response.status_code == 422
    return str(response.json()["error"])


def test_state_has_every_key(control: httpx.Client) -> None:
    """Proves which keys the state has before anything happens."""
    state = done(control.get("/state"))
    assert {
        "aliexpress_orders": [],
        "presses": 0,
        "order_calls": 0,
        "charges": 0,
        "payments": [],
        "page_loads": {},
        "bytes": {},
        "shopbase_orders": [],
        "fulfillments": [],
        "mails": [],
        "calls": [],
        "too_many_requests": 0,
        "bought": {},
        "faults": {},
    } == state


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer wrong", "Basic abc"])
def test_nobody_without_the_token(sandbox: Sandbox, token: str) -> None:
    """Proves that every route answers 401 without the token and does nothing."""
    headers = {"Authorization": token} if token else {}
    with httpx.Client(base_url=sandbox.control, headers=headers, trust_env=False) as client:
        answers = [client.get("/state"), client.post("/seed", json={"orders": 3}), client.post("/pay")]
    assert [401, 401, 401] == [answer.status_code for answer in answers]
    assert 0 == len(sandbox.shop.orders)


def test_control_routes_are_not_on_aliexpress(sandbox: Sandbox, control: httpx.Client) -> None:
    """Proves that the hosts of AliExpress know no control route."""
    hosts = [origin.partition("//")[2] for origin in (sandbox.aliexpress, sandbox.acs, sandbox.login)]
    assert [404, 404, 404] == [control.get("/state", headers={"Host": host}).status_code for host in hosts]


def test_order_goes_from_the_store_to_a_parcel(control: httpx.Client) -> None:
    """Proves the whole way by hand: seed, buy, pay, ship, change a number, deliver."""
    (name,) = done(control.post("/seed", json={"orders": 1, "plain": True}))["orders"]
    (number,) = done(control.post("/buy", json={"order": name}))["orders"]
    for step in ("pay", "ship"):
        assert [number] == done(control.post(f"/{step}"))["orders"]
    done(control.post("/change-number", json={"order": name, "number": "9200190175547700000001"}))
    done(control.post("/deliver", json={"order": name}))
    state = done(control.get("/state"))
    (bought,), (sold,) = state["aliexpress_orders"], state["shopbase_orders"]
    (parcel,) = bought["parcels"]
    assert ({name: [number]}, number, "Completed") == (state["bought"], bought["number"], bought["status"])
    assert (sold["shipping_address"]["name"], 1) == (bought["recipient"], bought["quantity"])
    assert bought["lines"][0]["product_id"] in sold["line_items"][0]["sku"]
    assert ("9200190175547700000001", "USPS", True) == (parcel["number"], parcel["carrier"], parcel["delivered"])


def test_all_is_bought_once_and_in_latin_letters(sandbox: Sandbox, control: httpx.Client) -> None:
    """Proves that "all" buys each paid order once, only what ships, spelled as a person types it."""
    done(control.post("/seed", json={"orders": 18, "pending": 2}))
    first = done(control.post("/buy", json={"order": "all"}))["bought"]
    again = done(control.post("/buy", json={"order": "all"}))["bought"]
    told = done(control.get("/state"))["aliexpress_orders"]
    titles = {line["title"] for order in told for line in order["lines"]}
    assert ({f"#{number}" for number in range(1001, 1019)}, {}) == (set(first), again)
    assert all(order["recipient"].isascii() and order["address"]["city"].isascii() for order in told)
    assert all(order["address"]["phone"].startswith("+") and " " in order["address"]["phone"] for order in told)
    assert not titles & {"Tip", "Gift card", "Care guide (PDF)", "Gift wrapping, made to order"}
    assert "Áo [/M] đỏ" in titles


def test_orders_of_several_sellers_get_several_numbers(control: httpx.Client) -> None:
    """Proves that a store order of three products becomes several AliExpress orders, and that its name means all."""
    done(control.post("/seed", json={"orders": 18}))
    numbers = done(control.post("/buy", json={"order": "#1018"}))["orders"]
    assert len(numbers) > 1
    assert sorted(numbers) == sorted(done(control.post("/pay", json={"order": "#1018"}))["orders"])


def test_orders_end_in_their_own_ways(control: httpx.Client) -> None:
    """Proves cancel, close, expire, dispute and refund, each seen in the state."""
    made = done(control.post("/bulk", json={"orders": 5, "state": "to_pay"}))["orders"]
    done(control.post("/expire", json={"orders": made[:1]}))
    done(control.post("/pay", json={"orders": made[1:]}))
    done(control.post("/ship", json={"orders": made[3:], "carrier": "Speedy Post", "numbers": ["SP-12345"]}))
    for step, number in zip(("cancel", "close", "dispute", "refund"), made[1:], strict=True):
        done(control.post(f"/{step}", json={"order": number}))
    done(control.post("/return-parcel", json={"order": made[4]}))
    told = {order["number"]: order for order in done(control.get("/state"))["aliexpress_orders"]}
    assert ["Expired", "Canceled", "Closed", "In dispute", "Completed"] == [told[number]["status"] for number in made]
    assert ("SP-12345", "Speedy Post", True) == tuple(
        told[made[4]]["parcels"][0][key] for key in ("number", "carrier", "returned")
    )


@pytest.mark.parametrize(
    ("path", "body", "why"),
    [
        ("seed", {}, "orders: Field required"),
        ("seed", {"orders": -1}, "orders: Input should be greater than or equal to 0"),
        ("seed", {"orders": 1, "colour": "red"}, "colour: Extra inputs are not permitted"),
        ("buy", {"order": "#9"}, "the sandbox's store has no order #9"),
        ("pay", {"orders": ["123"]}, "there is no order 123 on the sandbox's AliExpress"),
        ("pay", {"order": "#1001"}, "nothing was bought for order #1001 yet"),
        ("cancel", {}, 'name the orders: {"orders": ["…"]}'),
        ("change-number", {"order": "1"}, "number: Field required"),
        ("faults", {"shopbase_magic": 1}, "unknown fault 'shopbase_magic'; ShopBase has shopbase_429,"),
        ("faults", {"captchas": 1}, "unknown fault 'captchas'; there are signed_out, captcha,"),
        ("faults", {"lag": "often"}, "fault 'lag': Input should be a valid integer"),
    ],
)
def test_bad_bodies_are_named(control: httpx.Client, path: str, body: dict[str, Any], why: str) -> None:
    """Proves that a body that cannot be meant gets 422 and one line that names what is wrong."""
    assert refused(control.post(f"/{path}", json=body)).startswith(why)


@pytest.mark.parametrize("content", [b"{", b"[1]", b'"all"', b"\xff"])
def test_body_must_be_a_json_object(control: httpx.Client, content: bytes) -> None:
    """Proves that anything but a JSON object is refused, and that the sandbox goes on."""
    assert refused(control.post("/seed", content=content))
    assert 200 == control.get("/state").status_code


def test_faults_reach_both_stand_ins(sandbox: Sandbox, control: httpx.Client) -> None:
    """Proves that names which start with shopbase_ go to the store, the others to AliExpress, and null takes back."""
    done(control.post("/faults", json={"shopbase_429": 2, "captcha": True}))
    on = dict(sandbox.shop.faults), sandbox.ali.faults.captcha
    left = done(control.post("/faults", json={"shopbase_429": None, "captcha": None, "slow_ms": 5}))["faults"]
    assert ({"shopbase_429": 2}, True) == on
    assert {"slow_ms": 5} == left
    assert {} == sandbox.shop.faults


def test_faults_are_all_set_or_none(sandbox: Sandbox, control: httpx.Client) -> None:
    """Proves that one bad name leaves every other fault of the same body off."""
    refused(control.post("/faults", json={"captcha": True, "shopbase_429": 1, "lag": -1}))
    assert {} == sandbox.world.faults()


def test_store_answers_beside_the_control_routes(sandbox: Sandbox) -> None:
    """Proves that the same address without the prefix is the ShopBase API, with its own key."""
    auth = (sandbox.shop.key, sandbox.shop.password)
    with httpx.Client(base_url=sandbox.shopbase, trust_env=False) as client:
        answers = [client.get("/admin/shop.json", auth=auth), client.get("/admin/shop.json")]
    assert [200, 401] == [answer.status_code for answer in answers]


def test_stop_closes_the_port_and_start_takes_a_named_one() -> None:
    """Proves that a stopped sandbox is gone and that its port can be had again."""
    sandbox = Sandbox()
    sandbox.start()
    port = int(sandbox.shopbase.rpartition(":")[2])
    sandbox.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(sandbox.shopbase, trust_env=False)
    sandbox.start(port)
    state = httpx.get(f"{sandbox.control}/state", headers={"Authorization": f"Bearer {sandbox.token}"}, trust_env=False)
    sandbox.stop()
    assert 200 == state.status_code


def test_written_home_is_ready(sandbox: Sandbox, tmp_path: Path) -> None:
    """Proves that the home folder loads, is private, knows its secrets, and signs in by its cookies."""
    folder = tmp_path / "Nguyễn Văn Đức"
    sandbox.write_home(folder)
    files = [file for file in folder.iterdir() if file.is_file()]
    home = Home(folder)
    config = load(home)
    secrets = Secrets(home, config.is_sandbox)
    shop = config.shop("main")
    assert {"config.toml", "secrets.toml", "aliexpress-cookies.json", "dropferry.db"} == {file.name for file in files}
    assert {0o600} == {stat.S_IMODE(file.stat().st_mode) for file in files} or not POSIX
    assert (sandbox.shopbase, True, sandbox.site) == (shop.url, shop.live_push, config.site)
    assert sandbox.shop.key == secrets.need("main-shopbase-key").get_secret_value()
    assert sandbox.shop.password == secrets.need("main-shopbase-password").get_secret_value()
    cookie, who = read_cookies(folder / "aliexpress-cookies.json", config.site)
    assert sandbox.ali.account("main").member == member_of([who], config.site)
    sandbox.ali.bulk(1)
    with Asker(sandbox, cookie["value"]) as visitor:
        assert 1 == len(orders(visitor.data(LIST)))


def test_home_must_be_empty(sandbox: Sandbox, tmp_path: Path) -> None:
    """Proves that a folder with something in it is refused by name and left as it was."""
    (tmp_path / "config.toml").write_text("language = 'vi'\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="the folder is not empty"):
        sandbox.write_home(tmp_path)
    assert ["config.toml"] == [file.name for file in tmp_path.iterdir()]
    assert {"language": "vi"} == tomllib.loads((tmp_path / "config.toml").read_text(encoding="utf-8"))

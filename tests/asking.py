"""Asks the stand-in AliExpress as a page's script does, without a browser."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx

from bot.sandbox.aliexpress.gateway import SESSION_COOKIE, TOKEN_COOKIE
from bot.sandbox.aliexpress.orders import AliRecipient, BuyLine, OrderState
from bot.sandbox.aliexpress.state import AliWorld
from bot.sandbox.server import Sandbox
from bot.tls import authorities

LIST = "mtop.aliexpress.trade.buyer.order.list"
COUNT = "mtop.aliexpress.trade.buyer.order.count"
DETAIL = "mtop.aliexpress.trade.buyer.order.detail"
TRACKING = "mtop.ae.ld.querydetail"


GRACE = AliRecipient("Grace Kessler", "+1 5035550101", "US", "12 Alder St", "Portland", "Oregon", "97205")
TOTE = BuyLine("1005006800000137", "12000038500000091", "Canvas Tote Bag", 1, 798, store="Vega Store")
LAMP = BuyLine("1005006800000285", "12000038500000455", "LED Desk Lamp", 2, 1310, store="Lima Store")


class Asker:
    """One visitor of the sandbox: signed in where `session` is given; `token` False is a first visit."""

    def __init__(self, sandbox: Sandbox, session: str | None = None, *, token: bool = True) -> None:
        host = urlsplit(sandbox.acs).netloc
        cookies = {SESSION_COOKIE: session} if session else {}
        self.cookies = {**cookies, TOKEN_COOKIE: "0_0"} if token else cookies
        self._client = httpx.Client(
            base_url=sandbox.shopbase, headers={"Host": host}, trust_env=False, verify=authorities()
        )

    def __enter__(self) -> "Asker":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(self, api: str, data: dict[str, Any] | None = None, **more: str) -> httpx.Response:
        """One call by GET; `more` adds or, with "", takes away a parameter."""
        query = {**_carried(api), "data": json.dumps(data or {}), **more}
        return self._client.get(f"/h5/{api}/1.0/", params=query, headers=self._cookie())

    def post(self, api: str, data: dict[str, Any]) -> httpx.Response:
        """One call by POST, its data in the body."""
        form = {"data": json.dumps(data)}
        return self._client.post(f"/h5/{api}/1.0/", params=_carried(api), data=form, headers=self._cookie())

    def data(self, api: str, data: dict[str, Any] | None = None) -> dict[str, Any]:
        """The data of a successful answer."""
        answer = self.get(api, data).json()
        assert answer["ret"] == ["SUCCESS::调用成功"]
        return dict(answer["data"])

    def _cookie(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}


def _carried(api: str) -> dict[str, str]:
    kind = "originaljson"
    return {
        "jsv": "2.5.1",
        "appKey": "12574478",
        "t": "1788850420839",
        "sign": "0" * 32,
        "api": api,
        "v": "1.0",
        "type": kind,
        "dataType": kind,
    }


def next_page(data: dict[str, Any], *, linkage: bool = True) -> dict[str, Any]:
    """The question for the page after the one that `data` is, as "View orders" asks it."""
    body, action = (_key(data, tag) for tag in ("pc_om_list_body", "pc_om_list_header_action"))
    raised = json.loads(json.dumps(data["data"][body]))
    raised["fields"]["pageIndex"] += 1
    both = [body, action]
    parts: dict[str, Any] = {
        "data": {body: raised, action: data["data"][action]},
        "hierarchy": data["hierarchy"],
        "endpoint": data["endpoint"],
    }
    if linkage:
        parts["linkage"] = {"common": {}, "input": both, "request": both, "signature": data["linkage"]["signature"]}
    texts = {name: json.dumps(value) for name, value in parts.items()}
    return {"params": json.dumps({**texts, "operator": body})}


def _key(data: dict[str, Any], tag: str) -> str:
    return next(str(key) for key, block in data["data"].items() if block["tag"] == tag)


def orders(data: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of the orders of a list answer, as they stand on the page."""
    keys = data["hierarchy"]["structure"].get("pc_om_list_body_109702", [])
    return [data["data"][key]["fields"] for key in keys if key in data["data"]]


def block(data: dict[str, Any], tag: str) -> dict[str, Any]:
    """The fields of the block of a tag."""
    return dict(data["data"][_key(data, tag)]["fields"])


def paths(value: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Every path of keys inside an answer with the kind of value there; lists count as one, ids as `*`."""
    if isinstance(value, dict):
        yield at, "object"
        for key, inner in value.items():
            yield from paths(inner, f"{at}.{_plain(key)}")
    elif isinstance(value, list):
        for inner in value:
            yield from paths(inner, f"{at}[]")
    else:
        yield at, type(value).__name__


def _plain(key: str) -> str:
    stem, _, tail = key.rpartition("_")
    if stem and any(sign.isdigit() for sign in tail):
        return f"{stem}_*"
    return "CURRENCY" if len(key) == 3 and key.isupper() else key


def code(response: httpx.Response) -> str:
    """The first `ret` code of an answer."""
    return str(response.json()["ret"][0]).partition("::")[0]


def in_state(ali: AliWorld, account: str, state: OrderState) -> list[str]:
    """One order of two pieces of one product, brought to a state."""
    number = ali.buy(GRACE, [LAMP], account)
    if state is OrderState.EXPIRED:
        return ali.expire(number)
    if state is OrderState.TO_PAY:
        return number
    ali.pay(number, checking=state is OrderState.PAYMENT_CHECK)
    if state in {OrderState.CANCELED, OrderState.CLOSED}:
        return ali.cancel(number) if state is OrderState.CANCELED else ali.close(number)
    if state not in {OrderState.PAYMENT_CHECK, OrderState.PROCESSING}:
        ali.ship(number, lines=[] if state is OrderState.PARTLY_SHIPPED else None)
    endings: dict[OrderState, Any] = {
        OrderState.COMPLETED: ali.deliver,
        OrderState.IN_DISPUTE: ali.dispute,
        OrderState.REFUNDED: lambda which: ali.refund(which, as_status=True),
    }
    return list(endings[state](number)) if state in endings else number

"""The stand-in ShopBase: the documented Admin API over a store in memory.

It writes its own Date header, so serve it with that of uvicorn switched off.
"""

import asyncio
import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import format_datetime
from secrets import compare_digest
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bot.sandbox import shop_fulfilments
from bot.sandbox.shop_filters import matching, page_of, whole, with_fields
from bot.sandbox.shop_fulfilments import RefusalError
from bot.sandbox.shop_json import fulfilment_json, order_json, shop_json
from bot.sandbox.shop_state import ShopFulfilment, ShopOrder, ShopState

_PAGE = """<!DOCTYPE html><html><head><title>Just a moment...</title><style>body{margin:0}</style></head>
<body><h1>Checking your browser</h1><script>var waiting = 1;</script><p>Ray 0000 &amp; co</p></body></html>"""


@dataclass(frozen=True)
class Ask:
    """One request, taken apart."""

    state: ShopState
    path: Mapping[str, int]
    query: Mapping[str, str]
    body: Any

    @property
    def order(self) -> ShopOrder:
        """The order that the path names."""
        order = self.state.orders.get(self.path["order_id"])
        if order is None:
            raise RefusalError(404, {"error": "Not Found"})
        return order

    @property
    def fulfilment(self) -> ShopFulfilment:
        """The fulfilment that the path names."""
        for fulfilment in self.order.fulfilments:
            if fulfilment.id == self.path["fulfillment_id"]:
                return fulfilment
        raise RefusalError(404, {"error": "Not Found"})


def _shop(ask: Ask) -> dict[str, Any]:
    return {"shop": shop_json(ask.state)}


def _orders(ask: Ask) -> dict[str, Any]:
    return {"orders": [with_fields(order_json(order), ask.query) for order in page_of(ask.state, ask.query)]}


def _order_count(ask: Ask) -> dict[str, Any]:
    return {"count": sum(1 for _ in matching(ask.state, ask.query))}


def _order(ask: Ask) -> dict[str, Any]:
    return {"order": with_fields(order_json(ask.order), ask.query)}


def _change_order(ask: Ask) -> dict[str, Any]:
    asked = ask.body.get("order") if isinstance(ask.body, dict) else None
    if not isinstance(asked, dict):
        raise RefusalError(400, {"error": "order is required"})
    order = ask.order
    if "tags" in asked:
        order.tags = [tag.strip() for tag in str(asked["tags"]).split(",") if tag.strip()]
    if "note" in asked:
        order.note = str(asked["note"])
    ask.state.touch(order)
    return {"order": order_json(order)}


def _fulfilments(ask: Ask) -> dict[str, Any]:
    since, limit = whole(ask.query, "since_id", 0), min(whole(ask.query, "limit", 50), 250)
    found = [fulfilment for fulfilment in ask.order.fulfilments if fulfilment.id > since][:limit]
    return {"fulfillments": [fulfilment_json(ask.order, fulfilment) for fulfilment in found] or None}


def _fulfilment_count(ask: Ask) -> dict[str, Any]:
    return {"count": len(ask.order.fulfilments)}


def _fulfilment(ask: Ask) -> dict[str, Any]:
    return {"fulfillments": [fulfilment_json(ask.order, ask.fulfilment)]}


def _create_fulfilment(ask: Ask) -> dict[str, Any]:
    made = shop_fulfilments.create(ask.state, ask.order, ask.body)
    return {"fulfillment": fulfilment_json(ask.order, made)}


def _update_fulfilment(ask: Ask) -> dict[str, Any]:
    changed = shop_fulfilments.update(ask.state, ask.order, ask.fulfilment, ask.body)
    return {"fulfillment": fulfilment_json(ask.order, changed)}


def _mover(step: str) -> Callable[[Ask], dict[str, Any]]:
    def move(ask: Ask) -> dict[str, Any]:
        moved = shop_fulfilments.move(ask.state, ask.order, ask.fulfilment, step)
        return fulfilment_json(ask.order, moved)

    return move


def _nothing_here(_: Ask) -> dict[str, Any]:
    raise RefusalError(404, {"error": "Not Found"})


class _LostResponse(Response):
    """Closes the connection before the answer is complete."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        headers = [(b"content-type", b"application/json"), (b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})


class _Gate:
    """What every request passes: delay, sign-in, bucket and faults, before its own action."""

    def __init__(self, state: ShopState, action: Callable[[Ask], dict[str, Any]]) -> None:
        self._state = state
        self._action = action

    async def __call__(self, request: Request) -> Response:
        state, content = self._state, await request.body()
        delay = state.answer_delay + float(state.faults.get("shopbase_slow_ms") or 0) / 1000
        if delay:
            await asyncio.sleep(delay)
        call: dict[str, Any] = {
            "method": request.method,
            "path": request.url.path,
            "query": dict(request.query_params),
            "body": content.decode(errors="replace"),
        }
        with state.lock:
            response = self._answer(request, content)
            call["status"] = None if isinstance(response, _LostResponse) else response.status_code
            state.calls.append(call)
            state.too_many_requests += response.status_code == 429
            response.headers["Date"] = format_datetime(state.now(), usegmt=True)
        return response

    def _answer(self, request: Request, content: bytes) -> Response:
        state = self._state
        if not self._let_in(request):
            return JSONResponse({"errors": "[API] Invalid API key or password"}, 401)
        taken = state.bucket.take()
        if not taken or state.take_fault("shopbase_429"):
            response: Response = JSONResponse({"message": "Exceeded 2 calls per second for this store"}, 429)
        elif state.take_fault("shopbase_html"):
            response = HTMLResponse(_PAGE, int(state.faults.get("shopbase_html_status") or 200))
        else:
            response = self._act(request, content)
        response.headers["X-Sb-Shop-Api-Call-Limit"] = state.bucket.header
        return response

    def _act(self, request: Request, content: bytes) -> Response:
        pushes = request.method == "POST" and "/fulfillments" in request.url.path
        if pushes and self._state.take_fault("shopbase_500_before"):
            return JSONResponse({"error": "Internal Server Error"}, 500)
        try:
            body = json.loads(content) if content.strip() else None
            told = self._action(Ask(self._state, request.path_params, request.query_params, body))
        except RefusalError as refusal:
            return JSONResponse(refusal.body, refusal.status)
        except ValueError:
            return JSONResponse({"error": "the body is not JSON"}, 400)
        if pushes and self._state.take_fault("shopbase_500_after"):
            return JSONResponse({"error": "Internal Server Error"}, 500)
        if pushes and self._state.take_fault("shopbase_lost"):
            return _LostResponse()
        return JSONResponse(told)

    def _let_in(self, request: Request) -> bool:
        state = self._state
        expected = base64.b64encode(f"{state.key}:{state.password}".encode()).decode()
        told = request.headers.get("Authorization", "")
        secret = request.headers.get("X-ShopBase-Token-Secret", "")
        known = compare_digest(told.encode(), f"Basic {expected}".encode())
        return known and (not state.token_secret or compare_digest(secret.encode(), state.token_secret.encode()))


def build_app(state: ShopState) -> Starlette:
    """Builds the stand-in over `state`, which tests and the control routes may change while it runs."""
    orders = "/admin/orders"
    order = orders + "/{order_id:int}"
    fulfilments = order + "/fulfillments"
    fulfilment = fulfilments + "/{fulfillment_id:int}"
    table: list[tuple[str, str, Callable[[Ask], dict[str, Any]]]] = [
        ("GET", "/admin/shop.json", _shop),
        ("GET", orders + ".json", _orders),
        ("GET", orders + "/count.json", _order_count),
        ("GET", order + ".json", _order),
        ("PUT", order + ".json", _change_order),
        ("GET", fulfilments + ".json", _fulfilments),
        ("POST", fulfilments + ".json", _create_fulfilment),
        ("GET", fulfilments + "/count.json", _fulfilment_count),
        ("GET", fulfilment + ".json", _fulfilment),
        ("PUT", fulfilment + ".json", _update_fulfilment),
        *(("POST", f"{fulfilment}/{step}.json", _mover(step)) for step in ("open", "complete", "cancel")),
    ]
    routes = [Route(path, _Gate(state, action).__call__, methods=[method]) for method, path, action in table]
    anything = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    routes.append(Route("/admin/{rest:path}", _Gate(state, _nothing_here).__call__, methods=anything))
    return Starlette(routes=routes)

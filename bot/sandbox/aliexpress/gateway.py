"""The mtop gateway at acs.aliexpress.localhost: token, session, faults, JSONP (aliexpress.md 4)."""

import asyncio
import base64
import json
import secrets
from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bot.sandbox.aliexpress.answers import KIND_OF_API, Asked, Json, envelope
from bot.sandbox.aliexpress.detail_answer import detail_answer
from bot.sandbox.aliexpress.faults import AnswerKind, Faults
from bot.sandbox.aliexpress.list_answer import count_answer, list_answer
from bot.sandbox.aliexpress.state import AliWorld
from bot.sandbox.aliexpress.tracking_answer import tracking_answer
from flows.values import Site

COOKIE_DOMAIN = "aliexpress.localhost"
SESSION_COOKIE = "xman_t"
TOKEN_COOKIE = "_m_h5_tk"  # noqa: S105 - a name
_CARRIED = ("jsv", "appKey", "t", "sign", "api", "v", "type", "dataType")
_ERROR_PAGE = "<!doctype html><html><head><title>Error</title></head><body><h1>Sorry, busy.</h1></body></html>"
_BUILDERS = {"list": list_answer, "detail": detail_answer, "tracking": tracking_answer}


@dataclass(frozen=True)
class Reply:
    """What goes back for one call: its text, and with which status and type."""

    text: str
    status: int = 200
    media: str = "application/json;charset=UTF-8"
    lost: bool = False


@dataclass(frozen=True)
class Question:
    """One question of a page, by whom; `account` is None for a stranger."""

    kind: AnswerKind
    api: str
    data: Json
    account: str | None


class CutShort(Response):
    """An answer whose connection is closed before its body came."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - Starlette's shape
        """Promise a body and leave: the server then drops the connection."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})


def routes(world: AliWorld, site: Site) -> list[Route]:
    """The one route of the gateway, for GET (JSON or JSONP) and for POST."""

    async def call(request: Request) -> Response:
        sent = await _sent(request)
        reply = await answer(world, site, request, sent)
        response = _response(reply, site, request.query_params.get("callback"))
        if TOKEN_COOKIE not in request.cookies:
            _give_token(response)
        return response

    return [Route("/h5/{api}/{version}/", call, methods=["GET", "POST"])]


async def answer(world: AliWorld, site: Site, request: Request, sent: dict[str, str]) -> Reply:
    """The reply to one call, after the token dance, as the faults and the session allow."""
    api = str(request.path_params["api"])
    kind = KIND_OF_API.get(api.lower())
    if kind is None or any(not sent.get(name) for name in _CARRIED):
        return _failed(api, "UNKNOWN_FAIL_CODE::unknown api or parameter")
    if TOKEN_COOKIE not in request.cookies:
        return _failed(api, "FAIL_SYS_TOKEN_EMPTY::令牌为空")
    data = _object(sent.get("data", "{}"))
    account = world.sessions.account(request.cookies.get(SESSION_COOKIE))
    return await reply_to(world, site, Question(kind, api, data, account))


async def reply_to(world: AliWorld, site: Site, asked: Question) -> Reply:
    """What one question gets, whichever way it came."""
    number = asked.data.get("tradeOrderId")
    faults = world.board.met_by(asked.kind, None if number is None else str(number))
    if faults.slow_ms:
        await asyncio.sleep(faults.slow_ms / 1000)
    broken = _broken(faults)
    if broken:
        return broken
    refusal = _refusal(world, faults)
    if refusal:
        return _failed(asked.api, refusal)
    data = _data(world, site, asked, faults)
    if data is None:
        return _failed(asked.api, "FAIL_SYS_SESSION_EXPIRED::Session过期")
    whole = _said(envelope(asked.api, data))
    return Reply(whole.text[: len(whole.text) // 2]) if faults.broken_json else whole


def _data(world: AliWorld, site: Site, asked: Question, faults: Faults) -> Json | None:
    if asked.kind == "count":
        return count_answer(world, asked.account)
    if asked.account is None:
        return None
    if faults.design == "unknown":
        return _of_unknown_shape()
    return _BUILDERS[asked.kind](world, Asked(asked.data, asked.account, faults, site))


def _broken(faults: Faults) -> Reply | None:
    if faults.lost:
        return Reply("", lost=True)
    if faults.http_500:
        return Reply(_ERROR_PAGE, 500, "text/html;charset=UTF-8")
    return Reply(_ERROR_PAGE, media="text/html;charset=UTF-8") if faults.html else None


def _refusal(world: AliWorld, faults: Faults) -> str | None:
    check = world.board.human_check(faults)
    if check:
        return f"{check}::SM::哎哟喂,被挤爆啦,请稍后重试"
    if faults.account_limited:
        return "FAIL_SYS_ACCESS_DENIED::非法请求"
    return "FAIL_SYS_TRAFFIC_LIMIT::请求过于频繁" if faults.traffic_limit else None


def _of_unknown_shape() -> Json:
    return {"viewModel": {"sections": [{"kind": "purchase-strip", "entries": []}], "schema": 7}}


def _failed(api: str, code: str) -> Reply:
    return _said(envelope(api, {}, code))


def _said(answer: Json) -> Reply:
    return Reply(json.dumps(answer, ensure_ascii=False))


async def _sent(request: Request) -> dict[str, str]:
    """What a call carries: its query, and for POST the form in its body."""
    form = parse_qs((await request.body()).decode(errors="replace")) if request.method == "POST" else {}
    return {**dict(request.query_params), **{name: values[0] for name, values in form.items()}}


def _object(text: str) -> Json:
    try:
        data = json.loads(text)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _response(reply: Reply, site: Site, callback: str | None) -> Response:
    cors = {"Access-Control-Allow-Origin": site.www, "Access-Control-Allow-Credentials": "true"}
    if callback and reply.status == 200 and not reply.media.startswith("text/html"):
        reply = Reply(f" {callback}({reply.text})", media="application/javascript;charset=UTF-8", lost=reply.lost)
    return sent_back(reply, cors)


def sent_back(reply: Reply, headers: dict[str, str]) -> Response:
    """A reply as a response, or as one whose connection breaks."""
    if reply.lost:
        return CutShort(headers={**headers, "Content-Length": "20000"})
    return Response(reply.text, reply.status, {**headers, "Cache-Control": "no-store"}, reply.media)


def _give_token(response: Response) -> None:
    token = f"{secrets.token_hex(16)}_{secrets.randbelow(10**13):013d}"
    for name in (TOKEN_COOKIE, f"{TOKEN_COOKIE}_enc"):
        response.set_cookie(name, token, max_age=86_400, domain=COOKIE_DOMAIN)


def in_script(reply: Reply, name: str) -> Reply:
    """The same reply inside a script that is no mtop answer, for the fault `no_calls`."""
    if reply.status != 200:
        return reply
    packed = base64.b64encode(reply.text.encode()).decode()
    script = f"window.pageData({json.dumps(name)}, {json.dumps(packed)});"
    return Reply(script, media="text/javascript", lost=reply.lost)

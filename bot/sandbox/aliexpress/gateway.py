"""The mtop gateway at acs.aliexpress.localhost: token, session, faults, JSONP (aliexpress.md 4)."""

import asyncio
import json
import secrets
from dataclasses import dataclass, replace
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.sandbox.aliexpress.address_answers import book_answer, divisions_answer, save_answer
from bot.sandbox.aliexpress.answers import KIND_OF_API, Asked, Json, envelope
from bot.sandbox.aliexpress.buying_faults import Stage
from bot.sandbox.aliexpress.checkout_answer import checkout_answer
from bot.sandbox.aliexpress.detail_answer import detail_answer
from bot.sandbox.aliexpress.errors import SiteSaysNoError
from bot.sandbox.aliexpress.faults import AnswerKind, Faults
from bot.sandbox.aliexpress.list_answer import count_answer, list_answer
from bot.sandbox.aliexpress.operations import operation_answer
from bot.sandbox.aliexpress.placing import place_reply
from bot.sandbox.aliexpress.product_answer import product_answer
from bot.sandbox.aliexpress.replies import ERROR_PAGE, Reply, failed, said, sent_back
from bot.sandbox.aliexpress.state import AliWorld
from bot.sandbox.aliexpress.tracking_answer import tracking_answer
from flows.values import Site

COOKIE_DOMAIN = "aliexpress.localhost"
SESSION_COOKIE = "xman_t"
TOKEN_COOKIE = "_m_h5_tk"  # noqa: S105 - a name
_CARRIED = ("jsv", "appKey", "t", "sign", "api", "v", "type", "dataType")
_BUILDERS = {
    "list": list_answer,
    "detail": detail_answer,
    "tracking": tracking_answer,
    "product": product_answer,
    "checkout": checkout_answer,
    "addresses": book_answer,
    "divisions": divisions_answer,
    "address": save_answer,
    "operation": operation_answer,
}
_STAGE_OF: dict[AnswerKind, Stage] = {
    "product": "item",
    "checkout": "confirm",
    "addresses": "confirm",
    "divisions": "confirm",
    "address": "confirm",
    "place": "press",
}
# What a stranger may ask.
_OPEN = {"count", "product"}


@dataclass(frozen=True)
class Question:
    """One question of a page, by whom; `account` is None for a stranger."""

    kind: AnswerKind
    api: str
    data: Json
    account: str | None


def routes(world: AliWorld, site: Site) -> list[Route]:
    """The one route of the gateway, for GET (JSON or JSONP) and for POST."""

    async def call(request: Request) -> Response:
        sent = await _sent(request)
        reply = await answer(world, site, request, sent)
        response = _led_on(reply) if sent.get("type") == "form" else None
        response = response or _response(reply, site, request.query_params.get("callback"))
        if TOKEN_COOKIE not in request.cookies:
            _give_token(response)
        return response

    return [Route("/h5/{api}/{version}/", call, methods=["GET", "POST"])]


def _led_on(reply: Reply) -> Response | None:
    """Where a form leads that was sent as one: on to the page of the result."""
    to = None if reply.lost or reply.status != 200 else json.loads(reply.text)["data"].get("payUrl")
    return RedirectResponse(to, 302) if to else None


async def answer(world: AliWorld, site: Site, request: Request, sent: dict[str, str]) -> Reply:
    """The reply to one call, after the token dance, as the faults and the session allow."""
    api = str(request.path_params["api"])
    kind = KIND_OF_API.get(api.lower())
    if kind is None or any(not sent.get(name) for name in _CARRIED):
        return failed(api, "UNKNOWN_FAIL_CODE::unknown api or parameter")
    if TOKEN_COOKIE not in request.cookies:
        return failed(api, "FAIL_SYS_TOKEN_EMPTY::令牌为空")
    data = _object(sent.get("data", "{}"))
    account = world.sessions.account(request.cookies.get(SESSION_COOKIE))
    return await reply_to(world, site, Question(kind, api, data, account))


async def reply_to(world: AliWorld, site: Site, asked: Question) -> Reply:
    """What one question gets, whichever way it came."""
    number = asked.data.get("tradeOrderId")
    faults = world.board.met_by(asked.kind, None if number is None else str(number))
    if world.board.session_ends():
        world.sessions.end_all(ended=True)
        asked = replace(asked, account=None)
    if faults.slow_ms:
        await asyncio.sleep(faults.slow_ms / 1000)
    broken = _broken(faults)
    if broken:
        return broken
    refusal = _refusal(world, faults) or _half_way(asked.kind, faults)
    if refusal:
        return failed(asked.api, refusal)
    return await _told(world, site, asked, faults)


async def _told(world: AliWorld, site: Site, asked: Question, faults: Faults) -> Reply:
    if asked.account is None and asked.kind not in _OPEN:
        return failed(asked.api, "FAIL_SYS_SESSION_EXPIRED::Session过期")
    question = Asked(asked.data, asked.account or "", faults, site)
    if asked.kind == "place":
        return await place_reply(world, question)
    try:
        data = count_answer(world, asked.account) if asked.kind == "count" else _data(world, question, asked.kind)
    except SiteSaysNoError as no:
        return failed(asked.api, str(no))
    whole = said(envelope(asked.api, data))
    return Reply(whole.text[: len(whole.text) // 2]) if faults.broken_json else whole


def _data(world: AliWorld, asked: Asked, kind: AnswerKind) -> Json:
    return _of_unknown_shape() if asked.faults.design == "unknown" else _BUILDERS[kind](world, asked)


def _broken(faults: Faults) -> Reply | None:
    if faults.lost:
        return Reply("", lost=True)
    if faults.http_500:
        return Reply(ERROR_PAGE, 500, "text/html;charset=UTF-8")
    return Reply(ERROR_PAGE, media="text/html;charset=UTF-8") if faults.html else None


def _refusal(world: AliWorld, faults: Faults) -> str | None:
    check = world.board.human_check(faults)
    if check:
        return f"{check}::SM::哎哟喂,被挤爆啦,请稍后重试"
    if faults.account_limited:
        return "FAIL_SYS_ACCESS_DENIED::非法请求"
    return "FAIL_SYS_TRAFFIC_LIMIT::请求过于频繁" if faults.traffic_limit else None


def _half_way(kind: AnswerKind, faults: Faults) -> str | None:
    """A session that ends, or a human check that comes, in the middle of buying."""
    stage = _STAGE_OF.get(kind)
    if stage is None:
        return None
    if faults.come(faults.signed_out_at, stage):
        return "FAIL_SYS_SESSION_EXPIRED::Session过期"
    return "FAIL_SYS_USER_VALIDATE::SM::请完成验证" if faults.come(faults.captcha_at, stage) else None


def _of_unknown_shape() -> Json:
    return {"viewModel": {"sections": [{"kind": "purchase-strip", "entries": []}], "schema": 7}}


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


def _give_token(response: Response) -> None:
    token = f"{secrets.token_hex(16)}_{secrets.randbelow(10**13):013d}"
    for name in (TOKEN_COOKIE, f"{TOKEN_COOKIE}_enc"):
        response.set_cookie(name, token, max_age=86_400, domain=COOKIE_DOMAIN)

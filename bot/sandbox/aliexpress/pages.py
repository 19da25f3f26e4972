"""The pages of the stand-in AliExpress: shells that fetch their data by script, and the sign-in."""

import json
from functools import cache
from pathlib import Path
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.sandbox.aliexpress.answers import KIND_OF_API
from bot.sandbox.aliexpress.faults import SECOND_FACTOR_CODE
from bot.sandbox.aliexpress.gateway import COOKIE_DOMAIN, SESSION_COOKIE, Question, in_script, reply_to, sent_back
from bot.sandbox.aliexpress.sessions import PASSWORD
from bot.sandbox.aliexpress.state import AliWorld
from bot.sandbox.aliexpress.words import words_for
from flows.values import Site

_STATIC = Path(__file__).parent / "static"
_SHELLS = {
    "/p/order/index.html": ("Orders", "order-list.js", ""),
    "/p/order/detail.html": ("Order details", "order-detail.js", "detail"),
    "/p/tracking/index.html": ("Tracking", "tracking.js", "tracking"),
}
_WEEKS = 60 * 60 * 24 * 28
# A picture of one pixel, for whatever a page shows.
_PIXEL = bytes.fromhex("47494638396101000100800000ffffff00000021f90401000000002c00000000010001000002024401003b")


def www_routes(world: AliWorld, site: Site) -> list[Route]:
    """What `www` serves: home, the three shells, their scripts and pictures."""

    async def home(request: Request) -> Response:
        world.count_page("home")
        return _shell(world, site, "AliExpress", "home.js", signed_in=_account(world, request) is not None)

    async def shell(request: Request) -> Response:
        title, script, kind = _SHELLS[request.url.path]
        if SESSION_COOKIE not in request.cookies:
            return RedirectResponse(f"{site.login}/?return_url={quote(str(request.url), safe='')}", 302)
        if kind:
            world.count_page(kind)
        return _shell(world, site, title, script, signed_in=True)

    async def embedded(request: Request) -> Response:
        asked = request.query_params
        api, kind = asked["api"], KIND_OF_API[asked["api"].lower()]
        question = Question(kind, api, json.loads(asked["data"]), _account(world, request))
        return sent_back(in_script(await reply_to(world, site, question), asked["name"]), {})

    return [
        Route("/", home),
        *(Route(path, shell) for path in _SHELLS),
        Route("/p/page-data.js", embedded),
        Route("/kf/{picture:path}", _picture),
        Route("/_____tmd_____/punish", _human_check),
        Route("/assets/{name}", _asset),
    ]


def login_routes(world: AliWorld, site: Site) -> list[Route]:
    """What `login` serves: the form in two steps, and the code by mail where the site asks for one."""

    async def form(_request: Request) -> Response:
        world.count_page("login")
        return _shell(world, site, "Sign in", "login.js", signed_in=False)

    async def check_email(request: Request) -> Response:
        known = world.account_by_email(str((await request.json()).get("email", "")))
        return JSONResponse({"known": known is not None})

    async def sign_in(request: Request) -> Response:
        typed = await request.json()
        account = world.account_by_email(str(typed.get("email", "")))
        if account is None or typed.get("password") != PASSWORD:
            return JSONResponse({"outcome": "wrong"})
        if world.faults.second_factor and typed.get("code") != SECOND_FACTOR_CODE:
            return JSONResponse({"outcome": "code"})
        response = JSONResponse({"outcome": "welcome", "to": _return_url(site, request)})
        token = world.sign_in(account.name)
        response.set_cookie(SESSION_COOKIE, token, max_age=_WEEKS, domain=COOKIE_DOMAIN, httponly=True)
        return response

    return [
        Route("/", form),
        Route("/account/check.do", check_email, methods=["POST"]),
        Route("/account/login.do", sign_in, methods=["POST"]),
        Route("/assets/{name}", _asset),
    ]


def _return_url(site: Site, request: Request) -> str:
    """Where to go after signing in; never off the stand-in's own hosts."""
    wanted = request.query_params.get("return_url", "")
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(wanted))
    return wanted if origin in (site.www, site.login) else f"{site.www}/p/order/index.html"


def _account(world: AliWorld, request: Request) -> str | None:
    return world.sessions.account(request.cookies.get(SESSION_COOKIE))


def _shell(world: AliWorld, site: Site, title: str, script: str, *, signed_in: bool) -> Response:
    faults = world.faults
    words = words_for(faults.language, faults.design)
    told = {
        "www": site.www,
        "acs": site.acs,
        "login": site.login,
        "signedIn": signed_in,
        "language": words.locale,
        "design": faults.design,
        "embedded": faults.no_calls,
        "popup": faults.popup,
        "disagrees": faults.dom_disagrees,
        "only": faults.only_orders,
        "track": words.track,
    }
    page = _file("shell.html").decode()
    for mark, text in (
        ("{lang}", words.locale.replace("_", "-")),
        ("{title}", title),
        ("{told}", json.dumps(told)),
        ("{script}", script),
    ):
        page = page.replace(mark, text)
    return HTMLResponse(page, headers={"Cache-Control": "no-store"})


async def _asset(request: Request) -> Response:
    name = str(request.path_params["name"])
    known = {file.name for file in _STATIC.iterdir()} - {"shell.html"}
    if name not in known:
        return Response("not found", 404)
    media = "text/css" if name.endswith(".css") else "text/javascript"
    return Response(_file(name), media_type=media, headers={"Cache-Control": "max-age=3600"})


async def _human_check(_request: Request) -> Response:
    return HTMLResponse(
        "<p>Sorry, we have detected unusual traffic from your network.</p><p>Please slide to verify</p>"
    )


async def _picture(_request: Request) -> Response:
    return Response(_PIXEL, media_type="image/gif", headers={"Cache-Control": "max-age=3600"})


@cache
def _file(name: str) -> bytes:
    return (_STATIC / name).read_bytes()

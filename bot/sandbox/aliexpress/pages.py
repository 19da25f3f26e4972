"""The pages of the stand-in AliExpress: shells that fetch their data by script, and the sign-in."""

import json
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.aliexpress.answers import KIND_OF_API
from bot.sandbox.aliexpress.faults import SECOND_FACTOR_CODE
from bot.sandbox.aliexpress.gateway import COOKIE_DOMAIN, SESSION_COOKIE, Question, reply_to
from bot.sandbox.aliexpress.replies import in_script, sent_back
from bot.sandbox.aliexpress.sessions import PASSWORD
from bot.sandbox.aliexpress.shells import account_of, asset, shell, to_sign_in
from bot.sandbox.aliexpress.state import AliWorld
from flows.values import Site

_SHELLS = {
    "/p/order/index.html": ("Orders", ("order-acts.js", "to-pay.js", "order-list.js"), ""),
    "/p/order/detail.html": ("Order details", ("order-acts.js", "order-detail.js"), "detail"),
    "/p/tracking/index.html": ("Tracking", ("tracking.js",), "tracking"),
}
_WEEKS = 60 * 60 * 24 * 28


def www_routes(world: AliWorld, site: Site) -> list[Route]:
    """What `www` serves: home, the three shells and their scripts."""

    async def home(request: Request) -> Response:
        world.count_page("home")
        return shell(world, site, "AliExpress", "home.js", signed_in=account_of(world, request) is not None)

    async def drawn(request: Request) -> Response:
        title, scripts, kind = _SHELLS[request.url.path]
        if SESSION_COOKIE not in request.cookies:
            return to_sign_in(site, request)
        if kind:
            world.count_page(kind)
        return shell(world, site, title, *scripts, signed_in=True)

    async def embedded(request: Request) -> Response:
        asked = request.query_params
        api, kind = asked["api"], KIND_OF_API[asked["api"].lower()]
        question = Question(kind, api, json.loads(asked["data"]), account_of(world, request))
        return sent_back(in_script(await reply_to(world, site, question), asked["name"]), {})

    return [
        Route("/", home),
        *(Route(path, drawn) for path in _SHELLS),
        Route("/p/page-data.js", embedded),
        Route("/_____tmd_____/punish", _human_check),
        Route("/assets/{name}", asset),
    ]


def login_routes(world: AliWorld, site: Site) -> list[Route]:
    """What `login` serves: the form in two steps, and the code by mail where the site asks for one."""

    async def form(_request: Request) -> Response:
        world.count_page("login")
        return shell(world, site, "Sign in", "login.js", signed_in=False)

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
        Route("/assets/{name}", asset),
    ]


def _return_url(site: Site, request: Request) -> str:
    """Where to go after signing in; never off the stand-in's own hosts."""
    wanted = request.query_params.get("return_url", "")
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(wanted))
    return wanted if origin in (site.www, site.login) else f"{site.www}/p/order/index.html"


async def _human_check(_request: Request) -> Response:
    return HTMLResponse(
        "<p>Sorry, we have detected unusual traffic from your network.</p><p>Please slide to verify</p>"
    )

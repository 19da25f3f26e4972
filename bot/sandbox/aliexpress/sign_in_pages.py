"""The sign-in of the stand-in AliExpress: its forms of three ages, and what it may ask for beside name and password."""

import secrets
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.aliexpress.gateway import COOKIE_DOMAIN, SESSION_COOKIE
from bot.sandbox.aliexpress.sessions import PASSWORD
from bot.sandbox.aliexpress.shells import asset, shell
from bot.sandbox.aliexpress.shop_pages import LOCALE_COOKIE
from bot.sandbox.aliexpress.sign_in_faults import SIGN_IN_CODE
from bot.sandbox.aliexpress.state import AliAccount, AliWorld
from flows.values import Site

VERIFY_PATH = "/iv/mini/identity_verify.htm"
FRAME_PATH = "/mini_login.htm"
_WEEKS = 60 * 60 * 24 * 28


def routes(world: AliWorld, site: Site) -> list[Route]:
    """What `login` serves: the form in the design that is set, the second proof, and the calls of both."""
    tickets: dict[str, str] = {}

    def drawn(*scripts: str) -> Callable[[Request], Awaitable[Response]]:
        async def page(_request: Request) -> Response:
            world.count_page("login")
            faults = world.faults
            told = {"form": faults.sign_in_form, "check": faults.sign_in_check, "frame": FRAME_PATH}
            return shell(world, site, "Sign in", *scripts, signed_in=False, more=told)

        return page

    async def check_email(request: Request) -> Response:
        known = world.account_by_email(str((await request.json()).get("email", "")))
        return JSONResponse({"known": known is not None})

    async def sign_in(request: Request) -> Response:
        typed = await request.json()
        account = world.account_by_email(str(typed.get("email", "")))
        asked = _asked(world, account, typed)
        if asked == "verify" and account is not None:
            ticket = secrets.token_hex(8)
            tickets[ticket] = account.name
            back = {"return_url": request.query_params.get("return_url", ""), "ticket": ticket}
            return JSONResponse({"outcome": "verify", "to": f"{VERIFY_PATH}?{urlencode(back)}"})
        return JSONResponse({"outcome": asked}) if asked or account is None else _welcome(account, request)

    async def verify(request: Request) -> Response:
        typed = await request.json()
        name = tickets.get(str(typed.get("ticket", "")))
        if name is None or typed.get("code") != SIGN_IN_CODE:
            return JSONResponse({"outcome": "wrong"})
        return _welcome(world.account(name), request)

    def _welcome(account: AliAccount, request: Request) -> Response:
        response = JSONResponse({"outcome": "welcome", "to": _return_url(site, request)})
        token = world.sign_in(account.name)
        response.set_cookie(SESSION_COOKIE, token, max_age=_WEEKS, domain=COOKIE_DOMAIN, httponly=True)
        response.set_cookie(LOCALE_COOKIE, _locale(request, account), max_age=_WEEKS, domain=COOKIE_DOMAIN)
        return response

    return [
        Route("/", drawn("login-calls.js", "login-one.js", "login.js")),
        Route(FRAME_PATH, drawn("login-calls.js", "login-one.js")),
        Route(VERIFY_PATH, drawn("login-calls.js", "login-verify.js")),
        Route("/account/check.do", check_email, methods=["POST"]),
        Route("/account/login.do", sign_in, methods=["POST"]),
        Route("/account/verify.do", verify, methods=["POST"]),
        Route("/assets/{name}", asset),
    ]


def _asked(world: AliWorld, account: AliAccount | None, typed: dict[str, Any]) -> str:
    """What stands between name and password and the sign-in; empty where nothing does."""
    faults = world.faults
    if account is None or typed.get("password") != PASSWORD:
        return "wrong"
    if faults.account_limited:
        return "limited"
    if faults.email_code and typed.get("code") != SIGN_IN_CODE:
        return "code"
    if faults.terms and not typed.get("agreed"):
        return "terms"
    return "verify" if faults.second_factor else ""


def _locale(request: Request, account: AliAccount) -> str:
    """The cookie of language, currency and country, which now tells who is signed in as well."""
    kept = dict(parse_qsl(request.cookies.get(LOCALE_COOKIE, "").strip('"')))
    return "&".join(f"{name}={value}" for name, value in {**kept, "x_alimid": account.member}.items())


def _return_url(site: Site, request: Request) -> str:
    """Where to go after signing in; never off the stand-in's own hosts."""
    wanted = request.query_params.get("return_url", "")
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(wanted))
    return wanted if origin in (site.www, site.login) else f"{site.www}/p/order/index.html"

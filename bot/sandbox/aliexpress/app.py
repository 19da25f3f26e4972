"""The stand-in AliExpress as one application: which of its hosts a request is for, and what it weighs."""

from http.cookies import CookieError, SimpleCookie

from starlette.applications import Starlette
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.sandbox.aliexpress import gateway, pages, paying_pages, shop_pages, sign_in_pages
from bot.sandbox.aliexpress.hosts import bank_of, cashier_of
from bot.sandbox.aliexpress.placing import note_presses
from bot.sandbox.aliexpress.state import AliWorld
from flows.values import Site

# The beginning of a path, and what is behind it; all else is a document.
_KINDS = {"/h5/": "data", "/p/page-data.js": "data", "/assets/": "script", "/sw.js": "script"}
_KINDS |= {"/kf/": "image", "/fonts/": "font", "/v.gif": "analytics"}
# Where the confirm page notes each press of its button, so that one is known even if all its calls were stopped.
PRESSES_COOKIE = "ae_presses"


def build_app(world: AliWorld, site: Site) -> ASGIApp:
    """An application that answers as www, acs, login and cashier of `site`, and as the bank; another host gets 404."""
    www = [*pages.www_routes(world, site), *shop_pages.routes(world, site)]
    apps = {
        _host(site.www): Starlette(routes=www),
        _host(site.acs): Starlette(routes=gateway.routes(world, site)),
        _host(site.login): Starlette(routes=sign_in_pages.routes(world, site)),
        _host(cashier_of(site)): Starlette(routes=paying_pages.cashier_routes(world, site)),
        _host(bank_of(site)): Starlette(routes=paying_pages.bank_routes(world, site)),
    }
    nobody = Starlette()

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        note_presses(world, _presses(headers.get(b"cookie", "")))
        kind = next((kind for start, kind in _KINDS.items() if scope["path"].startswith(start)), "document")

        async def weighed(message: Message) -> None:
            if message["type"] == "http.response.body":
                world.count_bytes(kind, len(message.get("body", b"")))
            await send(message)

        await apps.get(headers.get(b"host", "").lower(), nobody)(scope, receive, weighed)

    return dispatch


def _presses(cookies: str) -> str:
    if PRESSES_COOKIE not in cookies:
        return ""
    try:
        found = SimpleCookie(cookies).get(PRESSES_COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _host(origin: str) -> str:
    return origin.partition("//")[2].lower()

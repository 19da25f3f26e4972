"""The stand-in AliExpress as one application: which of its hosts a request is for."""

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.sandbox.aliexpress import gateway, pages
from bot.sandbox.aliexpress.state import AliWorld
from flows.values import Site


def build_app(world: AliWorld, site: Site) -> ASGIApp:
    """An application that answers as www, acs and login of `site`; another host gets 404."""
    apps = {
        _host(site.www): Starlette(routes=pages.www_routes(world, site)),
        _host(site.acs): Starlette(routes=gateway.routes(world, site)),
        _host(site.login): Starlette(routes=pages.login_routes(world, site)),
    }
    nobody = Starlette()

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
        await apps.get(host.lower(), nobody)(scope, receive, send)

    return dispatch


def _host(origin: str) -> str:
    return origin.partition("//")[2].lower()

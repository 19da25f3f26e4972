"""The pages of the stand-in AliExpress: shells that fetch their data by script."""

import json

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.sandbox.aliexpress.answers import KIND_OF_API
from bot.sandbox.aliexpress.gateway import SESSION_COOKIE, Question, reply_to
from bot.sandbox.aliexpress.replies import in_script, sent_back
from bot.sandbox.aliexpress.shells import account_of, asset, shell, to_sign_in
from bot.sandbox.aliexpress.state import AliWorld
from flows.values import Site

_SHELLS = {
    "/p/order/index.html": ("Orders", ("order-acts.js", "to-pay.js", "order-list.js"), ""),
    "/p/order/detail.html": ("Order details", ("order-acts.js", "order-detail.js"), "detail"),
    "/p/tracking/index.html": ("Tracking", ("tracking.js",), "tracking"),
}


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


async def _human_check(_request: Request) -> Response:
    return HTMLResponse(
        "<p>Sorry, we have detected unusual traffic from your network.</p><p>Please slide to verify</p>"
    )

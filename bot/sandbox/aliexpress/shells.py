"""A page as the stand-in serves it: a shell, what its scripts are told, and the scripts."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.sandbox.aliexpress.gateway import SESSION_COOKIE
from bot.sandbox.aliexpress.state import AliWorld
from bot.sandbox.aliexpress.words import words_for
from flows.values import Site

_STATIC = Path(__file__).parent / "static"


def shell(
    world: AliWorld,
    site: Site,
    title: str,
    *scripts: str,
    signed_in: bool,
    more: Mapping[str, Any] | None = None,
    inline: Mapping[str, Any] | None = None,
) -> Response:
    """A page without content, which its scripts fill.

    `more` is what they are told beside the usual, `inline` are variables of `window` that the page itself sets.
    """
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
        "acts": {
            "payNow": words.pay_now,
            "paySelected": words.pay_selected,
            "selectAll": words.select_all,
            "cancel": words.cancel,
            "cancelWhy": words.cancel_why,
            "submit": words.submit,
        },
        "cancelMs": faults.cancel_ms,
        **(more or {}),
    }
    given = (inline or {}).items()
    sheets = ("page.css", "shop.css") if "shop.js" in scripts else ("page.css",)
    page = static_file("shell.html").decode()
    for mark, text in (
        ("{lang}", words.locale.replace("_", "-")),
        ("{title}", title),
        ("{inline}", "".join(f"<script>window.{name} = {_in_script(each)};</script>\n" for name, each in given)),
        ("{told}", _in_script(told)),
        # All in the page and one file: a page of many small ones would take longer than what it does.
        ("{style}", "\n".join(static_file(name).decode() for name in sheets)),
        ("{scripts}", "+".join(("mtop.js", "drawing.js", *scripts))),
    ):
        page = page.replace(mark, text)
    return HTMLResponse(page, headers={"Cache-Control": "no-store"})


def _in_script(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).replace("</", "<\\/")


def account_of(world: AliWorld, request: Request) -> str | None:
    """Who is signed in, if anybody is."""
    return world.sessions.account(request.cookies.get(SESSION_COOKIE))


def to_sign_in(site: Site, request: Request) -> Response:
    """On to the sign-in page, and back from there."""
    return RedirectResponse(f"{site.login}/?return_url={quote(str(request.url), safe='')}", 302)


async def asset(request: Request) -> Response:
    """A script, or several one after the other."""
    content = _scripts(str(request.path_params["name"]))
    if content is None:
        return Response("not found", 404)
    return Response(content, media_type="text/javascript", headers={"Cache-Control": "max-age=3600"})


@cache
def _scripts(names: str) -> bytes | None:
    known = {file.name for file in _STATIC.iterdir() if file.suffix == ".js"}
    asked = names.split("+")
    return b"\n".join(static_file(name) for name in asked) if known.issuperset(asked) else None


@cache
def static_file(name: str) -> bytes:
    """One file of the folder `static`."""
    return (_STATIC / name).read_bytes()

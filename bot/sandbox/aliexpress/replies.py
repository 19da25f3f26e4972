"""What goes back over the wire for one call, broken connections included."""

import base64
import json
from dataclasses import dataclass

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.sandbox.aliexpress.answers import Json, envelope

ERROR_PAGE = "<!doctype html><html><head><title>Error</title></head><body><h1>Sorry, busy.</h1></body></html>"


@dataclass(frozen=True)
class Reply:
    """What goes back for one call: its text, and with which status and type."""

    text: str
    status: int = 200
    media: str = "application/json;charset=UTF-8"
    lost: bool = False


class CutShort(Response):
    """An answer whose connection is closed before its body came."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - Starlette's shape
        """Promise a body and leave: the server then drops the connection."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})


def said(answer: Json) -> Reply:
    """An answer in its envelope."""
    return Reply(json.dumps(answer, ensure_ascii=False))


def failed(api: str, code: str) -> Reply:
    """An empty answer whose `ret` says what is wrong."""
    return said(envelope(api, {}, code))


def sent_back(reply: Reply, headers: dict[str, str]) -> Response:
    """A reply as a response, or as one whose connection breaks."""
    if reply.lost:
        return CutShort(headers={**headers, "Content-Length": "20000"})
    return Response(reply.text, reply.status, {**headers, "Cache-Control": "no-store"}, reply.media)


def in_script(reply: Reply, name: str) -> Reply:
    """The same reply inside a script that is no mtop answer, for the fault `no_calls`."""
    if reply.status != 200:
        return reply
    packed = base64.b64encode(reply.text.encode()).decode()
    script = f"window.pageData({json.dumps(name)}, {json.dumps(packed)});"
    return Reply(script, media="text/javascript", lost=reply.lost)

"""A service that takes notifications on loopback, as apprise's json:// sends them; it can be down."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from tests.serving import serve


@dataclass
class Listener:
    """What has arrived; while it is `down` it answers 503."""

    got: list[dict[str, Any]] = field(default_factory=list)
    down: bool = False
    asked: int = 0
    url: str = ""

    async def take(self, request: Request) -> PlainTextResponse:
        """Take one message."""
        self.asked += 1
        if self.down:
            return PlainTextResponse("down", 503)
        self.got.append(await request.json())
        return PlainTextResponse("ok")

    def told(self) -> list[tuple[str, list[str]]]:
        """Title and lines of each message since the last call."""
        messages = [(each["title"], each["message"].splitlines()) for each in self.got]
        self.got.clear()
        return messages

    def forget(self) -> None:
        """As if nothing had come yet."""
        self.got.clear()
        self.down, self.asked = False, 0


@contextmanager
def listening() -> Iterator[Listener]:
    """A listener at work; its `url` is an address that apprise knows."""
    listener = Listener()
    with serve(Starlette(routes=[Route("/hook-of-a-test", listener.take, methods=["POST"])])) as base:
        listener.url = base.replace("http://", "json://") + "/hook-of-a-test"
        yield listener

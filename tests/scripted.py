"""A store that answers what a test tells it to, over real HTTP, for replies too odd for the sandbox."""

import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


@dataclass
class Told:
    """One answer to give: `content` is sent as it stands if it is text, else as JSON."""

    content: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        """The answer as HTTP."""
        content = self.content if isinstance(self.content, str) else json.dumps(self.content, ensure_ascii=False)
        kind = "text/html" if content.startswith("<") else "application/json"
        return Response(content, self.status, {"Content-Type": kind, **self.headers})


class ScriptedStore:
    """Gives the answers in turn, the last one for ever, and keeps every request."""

    def __init__(self) -> None:
        self.answers: deque[Told] = deque()
        self.requests: list[tuple[str, str, dict[str, str], Any]] = []
        self.headers: list[dict[str, str]] = []
        self.app = Starlette(routes=[Route("/{rest:path}", self._answer, methods=["GET", "POST", "PUT", "DELETE"])])

    def tell(self, *answers: Told) -> None:
        """Sets the answers, and forgets what was asked before."""
        self.answers = deque(answers)
        self.requests.clear()
        self.headers.clear()

    async def _answer(self, request: Request) -> Response:
        content = await request.body()
        body = json.loads(content) if content else None
        self.requests.append((request.method, request.url.path, dict(request.query_params), body))
        self.headers.append(dict(request.headers))
        told = self.answers.popleft() if len(self.answers) > 1 else self.answers[0]
        return told.response()


class SteppedTime:
    """A clock that moves only when somebody sleeps on it."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.slept: list[float] = []

    def clock(self) -> float:
        """The seconds that have passed."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Lets time pass at once."""
        self.slept.append(seconds)
        self.seconds += seconds

"""Listens to the page's own data calls (mtop) and waits for the answer of a given one; sends nothing itself."""

import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Frame, Page, Request, Response
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from flows.errors import FlowError, PageChanged, TryLater
from flows.mtop import TokenRenewed, unwrap
from flows.values import Site

DEADLINE = 30.0
GRACE = 1.5  # how long an answer may still come once the page is drawn
LOOK_UP_EVERY = 0.4  # how often a wait looks whether the page was led elsewhere
SUPERSEDED = "ERR_ABORTED"  # what a navigation says that another one replaced


@dataclass(frozen=True)
class Call:
    """One answered call: what was `asked` and the `data` of the answer."""

    api: str
    asked: Mapping[str, Any]
    data: dict[str, Any]


class Calls:
    """The answers that one page got, each kept only until it is read.

    `alarm` is asked while waiting; it raises where the page shows that no answer will come (signed out, a captcha).
    """

    def __init__(self, page: Page, site: Site, apis: Iterable[str], alarm: Callable[[], None]) -> None:
        self.page = page
        self._hosts = _answering_hosts(site)
        self._apis = {api.lower() for api in apis}
        self._alarm = alarm
        self._heard: deque[tuple[str, Response]] = deque()
        self._trouble: FlowError | None = None
        self.arrived = True
        page.on("framenavigated", self._on_arrival)
        page.on("response", self._on_response)
        page.on("requestfailed", self._on_failure)

    def forget(self) -> None:
        """Drops what was heard: a new page begins, and has `arrived` only once the browser shows it."""
        self.arrived = False
        self._heard.clear()
        self._trouble = None

    def close(self) -> None:
        """Stops listening."""
        self.forget()
        self.page.remove_listener("framenavigated", self._on_arrival)
        self.page.remove_listener("response", self._on_response)
        self.page.remove_listener("requestfailed", self._on_failure)

    def answer(
        self,
        api: str,
        fits: Callable[[Call], bool] | None = None,
        deadline: float = DEADLINE,
        drawn: Callable[[], bool] | None = None,
    ) -> Call:
        """The next answer of `api` that fits; others of it are dropped.

        Raises TryLater after `deadline` seconds, or soon after the page is `drawn` without any answer, and what the
        envelope or the page itself says (`flows.mtop`).
        """
        until = time.monotonic() + deadline
        why = "no answer"
        while True:
            for response in self._taken(api.lower()):
                try:
                    call = read_call(api, response)
                except TokenRenewed as renewed:
                    why = str(renewed)
                    continue
                if fits is None or fits(call):
                    return call
            self._alarm()
            if self._trouble is not None:
                raise self._trouble
            left = until - time.monotonic()
            if left <= 0:
                raise TryLater(f"{api}: {why} within {deadline:g} s")
            self._wait(min(left, LOOK_UP_EVERY))
            if drawn is not None and self.arrived and not self._heard and drawn():
                until, drawn = min(until, time.monotonic() + GRACE), None

    def _taken(self, api: str) -> Iterable[Response]:
        while self._heard:
            name, response = self._heard.popleft()
            if name == api:
                yield response

    def _wait(self, seconds: float) -> None:
        try:
            self.page.wait_for_event("response", predicate=lambda _: bool(self._heard), timeout=seconds * 1000)
        except PlaywrightTimeout:
            return

    def _on_arrival(self, frame: Frame) -> None:
        if frame == self.page.main_frame:
            self.arrived = True

    def _on_response(self, response: Response) -> None:
        name = self._name_of(response.url)
        if name in self._apis and not 300 <= response.status < 400:
            self._heard.append((name, response))
        elif response.status >= 400 and self._is_document(response.request):
            self._trouble = _document_trouble(response)

    def _on_failure(self, request: Request) -> None:
        if self._is_document(request) and SUPERSEDED not in (request.failure or ""):
            self._trouble = TryLater(f"{_without_query(request.url)}: {request.failure}")

    def _is_document(self, request: Request) -> bool:
        try:
            return request.is_navigation_request() and request.frame == self.page.main_frame
        except PlaywrightError:  # a request of a worker, or of a frame that is gone, has no frame
            return False

    def _name_of(self, url: str) -> str:
        parts = urlsplit(url)
        path = parts.path.split("/")
        return path[2].lower() if parts.netloc in self._hosts and path[1:2] == ["h5"] and len(path) > 2 else ""


def read_call(api: str, response: Response) -> Call:
    """One answer of `api`; raises TryLater where it was lost, and what its envelope says (`flows.mtop`)."""
    try:
        text = response.text()
    except (PlaywrightError, UnicodeDecodeError) as error:
        raise TryLater(f"{api}: the answer was lost: {str(error).splitlines()[0]}") from error
    return Call(api, _asked(response.request), unwrap(text, api, response.status))


def _asked(request: Request) -> dict[str, Any]:
    """The `data` that a call sent, in its address or as a form; empty where it cannot be told."""
    for text in (urlsplit(request.url).query, request.post_data or ""):
        for value in parse_qs(text).get("data", []):
            try:
                sent = json.loads(value)
            except ValueError:
                continue
            if isinstance(sent, dict):
                return sent
    return {}


def _answering_hosts(site: Site) -> set[str]:
    host = urlsplit(site.acs).netloc
    return {host, "acs.aliexpress.us"} if host.endswith(".aliexpress.com") else {host}


def _document_trouble(response: Response) -> FlowError:
    where = _without_query(response.url)
    if response.status == 429 or response.status >= 500:
        return TryLater(f"{where}: HTTP {response.status}")
    return PageChanged(where, "HTTP status", str(response.status))


def _without_query(url: str) -> str:
    return url.split("?", 1)[0]

"""Listens to the page's own data calls (mtop) and waits for the answer of a given one; sends nothing itself."""

import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Frame, Page, Request, Response
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from flows.errors import AnswerChanged, FlowError, PageChanged, TryLater
from flows.mtop import TokenRenewed, unwrap
from flows.refused_scripts import REFUSED, Statuses
from flows.values import Site

DEADLINE = 30.0
GRACE = 1.5  # how long an answer may still come once the page is drawn
TELLS_WITHIN = 0.5  # how long the browser may take to tell the status of an answer that it does not show
LOOK_UP_EVERY = 0.4  # how often a wait looks whether the page was led elsewhere
SUPERSEDED = "ERR_ABORTED"  # what a navigation says that another one replaced


@dataclass(frozen=True)
class Call:
    """One answered call: what was `asked` and the `data` of the answer."""

    api: str
    asked: Mapping[str, Any]
    data: dict[str, Any]


@dataclass(frozen=True)
class Refused:
    """An answer that the browser does not show, because it is no script; its status is told a moment later."""

    url: str


class Calls:
    """The answers that one page got, each kept only until it is read.

    `alarm` is asked while waiting; it raises where the page shows that no answer will come (signed out, a captcha).
    """

    def __init__(self, page: Page, site: Site, apis: Iterable[str], alarm: Callable[[], None]) -> None:
        self.page = page
        self._hosts = _answering_hosts(site)
        self._apis = {api.lower() for api in apis}
        self._alarm = alarm
        self._heard: dict[str, deque[Response | FlowError | Refused]] = {api: deque() for api in self._apis}
        self._statuses = Statuses(page, "/h5/")
        self._trouble: FlowError | None = None
        self.arrived = True
        page.on("framenavigated", self._on_arrival)
        page.on("response", self._on_response)
        page.on("requestfailed", self._on_failure)

    def forget(self) -> None:
        """Drops what was heard: a new page begins, and has `arrived` only once the browser shows it."""
        self.arrived = False
        for heard in self._heard.values():
            heard.clear()
        self._statuses.forget()
        self._trouble = None

    def close(self) -> None:
        """Stops listening."""
        self.forget()
        self.page.remove_listener("framenavigated", self._on_arrival)
        self.page.remove_listener("response", self._on_response)
        self.page.remove_listener("requestfailed", self._on_failure)
        with suppress(PlaywrightError):  # a closed page has stopped by itself
            self._statuses.close()

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
            for heard in self._taken(api.lower()):
                try:
                    call = read_call(api, heard)
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
            self._wait(api.lower(), min(left, LOOK_UP_EVERY))
            if drawn is not None and self.arrived and not self._heard[api.lower()] and drawn():
                until, drawn = min(until, time.monotonic() + GRACE), None

    def has_heard(self, api: str) -> bool:
        """Whether `answer` would find something at once: an answer of `api`, or trouble."""
        return bool(self._heard[api.lower()]) or self._trouble is not None

    def _taken(self, api: str) -> Iterable[Response]:
        heard = self._heard[api]
        while heard:
            first = heard.popleft()
            if isinstance(first, Refused):
                raise self._refused(api, first.url)
            if isinstance(first, FlowError):
                raise first
            yield first

    def _wait(self, api: str, seconds: float) -> None:
        """Until the next answer, or the next look up; a call that fails is noticed at the next look up."""
        try:
            self.page.wait_for_event("response", predicate=lambda _: bool(self._heard[api]), timeout=seconds * 1000)
        except PlaywrightTimeout:
            return

    def _on_arrival(self, frame: Frame) -> None:
        if frame == self.page.main_frame:
            self.arrived = True

    def _on_response(self, response: Response) -> None:
        name = self._name_of(response.url)
        if name in self._apis and not 300 <= response.status < 400:
            self._heard[name].append(response)
        elif response.status >= 400 and self._is_document(response.request):
            self._trouble = _document_trouble(response)

    def _on_failure(self, request: Request) -> None:
        failure = request.failure or "failed"
        if SUPERSEDED in failure:
            return
        name = self._name_of(request.url)
        if name in self._apis:
            lost = TryLater(f"{name}: {failure}")
            self._heard[name].append(Refused(request.url) if REFUSED in failure else lost)
        elif self._is_document(request):
            self._trouble = TryLater(f"{_without_query(request.url)}: {failure}")

    def _refused(self, api: str, url: str) -> FlowError:
        until = time.monotonic() + TELLS_WITHIN
        while (status := self._statuses.of(url)) is None and time.monotonic() < until:
            self.page.wait_for_timeout(10)
        if status is None or status == 429 or status >= 500:
            return TryLater(f"{api}: {REFUSED}" if status is None else f"{api}: HTTP {status}")
        return AnswerChanged(api, "answer", "an HTML page instead of a script")

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
    if not text or response.request.failure:
        raise TryLater(f"{api}: the answer was lost: {response.request.failure or 'nothing came'}")
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

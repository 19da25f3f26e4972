"""Takes a page of a signed-in account as it is drawn, with the answers of its data calls. Presses nothing."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Frame, Page, Request, Response

import flows
from bot.language import _
from bot.recordings import personal
from bot.recordings.kinds import KINDS, Kind, asked_for
from bot.recordings.nodes import Element, tree_of
from flows.errors import TryLater
from flows.mtop import JSONP, RENEWED_TOKEN, codes_of
from flows.pages.confirm import PATH
from flows.pages.login import LoginPage
from flows.selector_files import load
from flows.values import Site

PATIENCE = 20.0  # how long a page may take until it is drawn
STEP = 0.05
QUIET = 1.0  # how long nothing may move in it
AT_MOST = 8.0  # how long it may go on moving once it is drawn
EMBEDDED = "embedded"
Ready = Callable[[Page], None]


@dataclass
class RecordedCall:
    """One answer as recorded: by which `way` it came ("jsonp", "fetch" or "embedded"), what was asked, what it says.

    `body` is what the JSON holds, or the text that came where it is none.
    """

    api: str
    way: str
    status: int
    asked: Any
    body: Any


@dataclass
class Recording:
    """One page as taken: what was `asked` for, and where the browser ended (`url`)."""

    asked: str
    url: str
    language: str
    title: str
    page: Element
    calls: list[RecordedCall] = field(default_factory=list)
    designs: tuple[str, ...] = ()


class Heard:
    """The answers of a page's data calls, in the order in which they come, and the calls that have none yet."""

    def __init__(self, page: Page, site: Site) -> None:
        self.answers: list[Response] = []
        self.pending: set[Request] = set()
        self._hosts = {urlsplit(site.acs).netloc, "acs.aliexpress.us"}
        self._page = page

    def __enter__(self) -> "Heard":
        for event, act in self._acts().items():
            self._page.on(event, act)  # type: ignore[call-overload]  # one of the names of `_acts`
        return self

    def __exit__(self, *_: object) -> None:
        for event, act in self._acts().items():
            self._page.remove_listener(event, act)

    def names(self) -> set[str]:
        """The calls that were answered."""
        return {name_of(response.url) for response in self.answers}

    def _acts(self) -> dict[str, Callable[..., None]]:
        return {
            "request": self._on_request,
            "response": self._on_response,
            "requestfinished": self._on_end,
            "requestfailed": self._on_end,
        }

    def _on_request(self, request: Request) -> None:
        if urlsplit(request.url).netloc in self._hosts:
            self.pending.add(request)

    def _on_response(self, response: Response) -> None:
        parts = urlsplit(response.url)
        if parts.netloc in self._hosts and name_of(response.url) and not 300 <= response.status < 400:
            self.answers.append(response)

    def _on_end(self, request: Request) -> None:
        self.pending.discard(request)


def capture(
    page: Page, site: Site, kind: Kind, url: str, ready: Ready | None = None, *, quiet: float = QUIET
) -> Recording:
    """Opens `url` and takes what it shows once nothing has moved for `quiet` seconds; `ready` may wait for a person.

    Raises TryLater where the page does not open.
    """
    with Heard(page, site) as heard:
        try:
            for before in _on_the_way(url):
                page.goto(before, wait_until="domcontentloaded", timeout=PATIENCE * 1000)
                _settle(page, site, KINDS["product"], heard, quiet)
                heard.answers.clear()
            page.goto(url, wait_until="domcontentloaded", timeout=PATIENCE * 1000)
            _settle(page, site, kind, heard, quiet)
            if ready is not None:
                ready(page)
                _wait_until_still(page, heard, quiet)
            calls = [call for one in heard.answers if (call := _call(one)) is not None]
            return _taken(page, site, kind, url, calls)
        except PlaywrightError as error:
            raise TryLater(
                _("{address}: the browser says: {problem}").format(
                    address=url.split("?", 1)[0], problem=str(error).splitlines()[0]
                )
            ) from error


def _on_the_way(url: str) -> list[str]:
    """The product page comes before its confirm page: opened without it, that one shows an error."""
    parts = urlsplit(url)
    product_id = asked_for(url, "objectId")
    return [f"{parts.scheme}://{parts.netloc}/item/{product_id}.html"] if parts.path == PATH and product_id else []


def name_of(url: str) -> str:
    """The call that an address is for, "" for another address."""
    path = urlsplit(url).path.split("/")
    return path[2].lower() if path[1:2] == ["h5"] and len(path) > 2 else ""


def _settle(page: Page, site: Site, kind: Kind, heard: Heard, quiet: float) -> None:
    """Until the page is drawn, was answered or asks for a person, and has stopped moving."""
    screen, login = kind.screen(page, site), LoginPage(page, site)
    apis = {api.lower() for api in kind.apis}
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and not (screen.drawn(seconds=0.2) or heard.names() & (apis or heard.names())):
        if login.asks_for_person(look=True) is not None:
            break
    _wait_until_still(page, heard, quiet)


def _wait_until_still(page: Page, heard: Heard, quiet: float) -> None:
    """Until nothing has moved in the page for a while and no call is without an answer; not for ever."""
    until, since, before = time.monotonic() + AT_MOST, time.monotonic(), None
    while time.monotonic() < until and time.monotonic() - since < quiet:
        now = (page.url, page.evaluate("() => [document.readyState, document.documentElement.outerHTML.length]"))
        if now != before or heard.pending or now[1][0] != "complete":
            since, before = time.monotonic(), now
        page.wait_for_timeout(STEP * 1000)


def _taken(page: Page, site: Site, kind: Kind, url: str, calls: list[RecordedCall]) -> Recording:
    drawn = _drawn(page.main_frame, site, kind)
    tree = tree_of(drawn["tree"])
    _inline_frames(page, tree, site, kind)
    for place, held in drawn["embedded"].items():
        if held is not None:
            calls.append(RecordedCall(place, EMBEDDED, 200, {}, held))
    return Recording(
        asked=url,
        url=page.url,
        language=str(drawn["language"]),
        title=str(drawn["title"]),
        page=tree,
        calls=calls,
        designs=_designs(kind, drawn["matched"]),
    )


@cache
def _script() -> str:
    file = Path(flows.__file__).parent / "scripts" / "drawn.js"
    return f"told => {{ {file.read_text(encoding='utf-8')} return dropferryDrawn(told) }}"


def _drawn(frame: Frame, site: Site, kind: Kind) -> dict[str, Any]:
    found: dict[str, Any] = frame.evaluate(
        _script(),
        {"places": _places(kind, site), "every": {"people": personal.PEOPLE, "surely": personal.SURELY_PEOPLE}},
    )
    return found


def _places(kind: Kind, site: Site) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for file in kind.files:
        for name, candidates in load(file, site.selectors).entries.items():
            names.setdefault(name, []).extend(one.selector for one in candidates if one.css)
    return names


def _designs(kind: Kind, matched: dict[str, int]) -> tuple[str, ...]:
    places = {
        name: [one.design for one in candidates if one.css]
        for file in reversed(kind.files)
        for name, candidates in load(file).entries.items()
    }
    return tuple(sorted({places[name][place] for name, place in matched.items() if place < len(places.get(name, []))}))


def _inline_frames(page: Page, tree: Element, site: Site, kind: Kind) -> None:
    """Writes what each frame draws into its element, where readers of the page see it as little as before."""
    elements = {one.attributes.pop("frame"): one for one in tree.walk() if "frame" in one.attributes}
    for frame in page.main_frame.child_frames:
        try:
            place = frame.frame_element().evaluate(
                "one => String([...document.querySelectorAll('iframe, frame')].indexOf(one))"
            )
            drawn = _drawn(frame, site, kind)
        except PlaywrightError:  # gone, or not to be looked into
            continue
        if place in elements:
            elements[place].inside = [tree_of(drawn["tree"])]


def _call(response: Response) -> RecordedCall | None:
    """One answer; None where it was lost, or only renewed the token."""
    request = response.request
    try:
        text = response.text()
    except (PlaywrightError, UnicodeDecodeError):
        return None
    body = body_of(text)
    if isinstance(body, dict) and RENEWED_TOKEN.intersection(codes_of(body.get("ret"))):
        return None
    way = "jsonp" if request.resource_type == "script" else "fetch"
    return RecordedCall(urlsplit(request.url).path.split("/")[2], way, response.status, _asked(request), body)


def body_of(text: str) -> Any:
    """What an answer holds: its JSON without the wrapper, else the text itself."""
    bare = text.lstrip("\ufeff").strip()
    wrapped = JSONP.match(bare)
    try:
        return json.loads(wrapped[1] if wrapped else bare)
    except (ValueError, RecursionError):
        return text


def _asked(request: Request) -> Any:
    for text in (urlsplit(request.url).query, request.post_data or ""):
        for value in parse_qs(text).get("data", []):
            try:
                return json.loads(value)
            except ValueError:
                continue
    return {}

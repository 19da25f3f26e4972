"""Keeps the buying context from ordering: denies by default, on the line and in the page, until armed for one press."""

import json
import re
import secrets
import time
from contextlib import ExitStack, suppress
from datetime import datetime
from enum import Enum
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import BrowserContext, Page, Request, Route, WebSocketRoute
from playwright.sync_api import Error as PlaywrightError

from flows.amounts import read_price
from flows.errors import AnswerChanged, CannotBuy, PageChanged, Reason
from flows.mtop import codes_of, parse
from flows.pages import confirm
from flows.pages.confirm import SEVERAL
from flows.pages.confirm_answer import NAME as CONFIRM
from flows.selector_files import load
from flows.values import Site
from flows.values_buying import Quote

NAME = "guard"
LISTENER = "guard.js"
STATIC = re.compile(r"\.(?:js|mjs|css|woff2?|ttf|otf|svg|png|jpe?g|gif|webp|avif|ico)$", re.IGNORECASE)
VERSION = re.compile(r"^(?:v=)?[\w.-]{0,40}$")
HEAVY = frozenset({"image", "font", "media"})
QUIET = ""  # dropped without a name: pictures, fonts and media, which nobody looks at
RETRY = "FAIL_SYS_TOKEN_"  # nothing was processed: the page repeats the call


class Phase(Enum):
    """How much may leave the browser."""

    READING = "reading"
    SEALED = "sealed"
    ARMED = "armed"
    SENT = "sent"


class Guard:
    """Default-deny over all pages of `context`; pages opened before it are guarded from their next navigation on.

    Use as a context manager, or close it. `let_through` names the order calls that were sent, `aborted` all that was
    stopped since the last `reading`.
    """

    def __init__(self, context: BrowserContext, site: Site) -> None:
        self.context = context
        self.site = site
        self._key = f"_{secrets.token_hex(8)}"
        self._phase = Phase.READING
        self._page: Page | None = None
        self._deadline = 0.0
        self._sent: list[tuple[str, Request]] = []
        self._aborted: list[str] = []
        self._closed = False
        self._was_armed = False
        self._undo = ExitStack()
        self._undo.enter_context(context.add_init_script(_listener(site, self._key)))
        self._undo.enter_context(context.route("**/*", self._on_route))
        context.route_web_socket(re.compile(""), self._on_socket)
        context.on("page", self._on_page)

    def __enter__(self) -> "Guard":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    @property
    def let_through(self) -> tuple[str, ...]:
        """The names of the order calls that were sent since the last `reading`."""
        return tuple(name for name, _ in self._sent)

    @property
    def aborted(self) -> tuple[str, ...]:
        """The names of what was stopped since the last `reading`."""
        return tuple(self._aborted)

    @property
    def is_answered(self) -> bool:
        """Whether the order calls that were sent have been answered, or have failed."""
        return all(request.existing_response is not None or request.failure for _, request in self._sent)

    def close(self) -> None:
        """Lets go of the context; pages keep their listener, which refuses every press, until they navigate."""
        if not self._closed:
            self.leave_page()
            self._closed = True
            self.context.remove_listener("page", self._on_page)
            with suppress(PlaywrightError):
                self._undo.close()

    def reading(self) -> None:
        """A new purchase begins: item page, confirm page and their reading calls may be loaded again."""
        self.leave_page()
        self.rest()
        self._page = None
        self._sent.clear()
        self._aborted.clear()

    @property
    def is_armed(self) -> bool:
        """Whether one press may pass now."""
        return self._phase is Phase.ARMED

    def rest(self) -> None:
        """Nothing may order; pages may be read again. What was stopped and sent stays told until `reading`."""
        self.disarm()
        self._phase = Phase.READING

    def leave_page(self) -> None:
        """Ends the page that was armed: what it may still want to send would leave when the browser lets go of it."""
        page, self._was_armed = (self._page if self._was_armed else None), False
        if page is not None and not page.is_closed():
            with suppress(PlaywrightError):
                page.goto("about:blank")

    def quote_read(self, page: Page) -> None:
        """From here on nothing leaves but GETs of static assets; `page` holds the button that may be armed."""
        self._phase, self._page = Phase.SEALED, page

    def arm(self, quote: Quote, deadline: datetime) -> None:
        """Lets one press through whose page still shows `quote`, until `deadline` (UTC), and its one order call.

        Raises CannotBuy where the page shows something else already, PageChanged where the page is not guarded.
        """
        if self._phase is not Phase.SEALED or self._page is None:
            raise PageChanged(NAME, "order", f"armed while {self._phase.value}")
        until = deadline.timestamp()
        if until <= time.time():
            raise CannotBuy(Reason.PRICE_CHANGED, "the quote is too old: its deadline has passed")
        shown = self._shown()
        _check_shown(quote, shown)
        expected = {
            "button": quote.button_text,
            "method": quote.payment.method or "",
            "present": quote.payment.present,
            "total": shown["total"][0],
            "recipient": shown["recipient"],
            "lines": shown["lines"],
            "deadline": until * 1000,
        }
        if self._reach("arm", expected) is None:
            raise PageChanged(NAME, "listener", "the page was loaded before the guard")
        self._deadline, self._phase, self._was_armed = until, Phase.ARMED, True

    def disarm(self) -> None:
        """Refuses presses and order calls again."""
        if self._phase is Phase.ARMED:
            self._phase = Phase.SEALED
        with suppress(PlaywrightError):
            self._reach("disarm")

    def refused(self) -> tuple[str, ...]:
        """What the page's own listener refused, each as "event: reason"; empty where the page is gone."""
        with suppress(PlaywrightError):
            report = self._reach("report")
            return tuple(report["refused"]) if report else ()
        return ()

    def was_pressed(self) -> bool | None:
        """Whether the listener let a click through; None where the page is gone and cannot tell."""
        with suppress(PlaywrightError):
            report = self._reach("report")
            return bool(report["pressed"]) if report else None
        return None

    def _shown(self) -> dict[str, Any]:
        assert self._page is not None
        css = confirm.places(self.site)
        seen = self._page.evaluate(f"css => {{ {confirm.script()} return dropferryConfirm(css).terms() }}", css)
        return dict(seen)

    def _reach(self, what: str, told: object = None) -> Any:
        if self._page is None or self._page.is_closed():
            return None
        ask = "([key, what, told]) => window[key] ? (window[key][what](told) ?? true) : null"
        return self._page.evaluate(ask, [self._key, what, told])

    def _on_page(self, page: Page) -> None:
        with suppress(PlaywrightError):
            if page.opener() is not None or self._phase is not Phase.READING:
                self._aborted.append(f"pop-up {_place(page.url)}")
                page.close()

    def _on_socket(self, socket: WebSocketRoute) -> None:
        if self._closed:
            socket.connect_to_server()
            return
        self._aborted.append(f"WebSocket {_place(socket.url)}")
        socket.close()

    def _on_route(self, route: Route, request: Request) -> None:
        name = self._why_not(request)
        if name:
            self._aborted.append(name)
        with suppress(PlaywrightError):  # the page may be gone by now
            if name is None:
                route.continue_()
            else:
                route.abort("blockedbyclient")

    def _why_not(self, request: Request) -> str | None:
        """The name under which a request is stopped, QUIET without one; None lets it go."""
        name = f"{request.method} {_place(request.url)}"
        calls = mtop_names(request.url)
        if is_cashier(request.url) or request.service_worker is not None:
            return name
        if calls:
            return self._why_not_call(calls, request)
        if request.resource_type in HEAVY:
            return QUIET
        if self._is_static(request) or self._is_page(request):
            return None
        return name

    def _why_not_call(self, calls: set[str], request: Request) -> str | None:
        name = ", ".join(sorted(calls))
        if all(is_read(call) for call in calls):
            return None if self._phase in {Phase.READING, Phase.SENT} else name
        if not self._may_order(request):
            return name
        self._phase = Phase.SENT
        self._sent.append((name, request))
        return None

    def _may_order(self, request: Request) -> bool:
        if time.time() >= self._deadline or not _on_site(request.url, self.site):
            return False
        if self._phase is Phase.ARMED and not self._sent:
            return True
        return self._phase is Phase.SENT and len(self._sent) == 1 and _was_for_nothing(self._sent[0][1])

    def _is_static(self, request: Request) -> bool:
        parts = urlsplit(request.url)
        if request.method != "GET" or request.resource_type in {"document", "fetch", "xhr", "eventsource", "ping"}:
            return False
        if any(_is_under(parts.hostname or "", host) for host in _means("hosts", "static")):
            return True
        known = _on_site(request.url, self.site) and STATIC.search(parts.path)
        return bool(known) and (self._phase is Phase.READING or bool(VERSION.match(parts.query)))

    def _is_page(self, request: Request) -> bool:
        if request.method != "GET" or request.resource_type != "document" or not _on_site(request.url, self.site):
            return False
        if not _is_main(request):
            return False
        parts = urlsplit(request.url)
        if self._phase is Phase.READING:
            signs_in = parts.netloc == urlsplit(self.site.login).netloc
            return signs_in or parts.path.startswith(_means("pages", "reading"))
        return self._phase is Phase.SENT and parts.path.startswith(_means("pages", "result"))


def mtop_names(url: str) -> set[str]:
    """The names of the data call that an address asks for, by its path and by its query; empty for none."""
    parts = urlsplit(url)
    path = parts.path.split("/")
    named = {path[2].lower()} if path[1:2] == ["h5"] and len(path) > 2 else set()
    asked = {value.lower() for key, value in parse_qsl(parts.query) if key == "api"}
    return {name for name in (*named, *asked) if name}


def is_read(call: str) -> bool:
    """Whether a data call is known to read only, or to keep the address book."""
    return any(fnmatchcase(call, pattern) for pattern in _means("mtop", "read"))


def is_cashier(url: str) -> bool:
    """Whether money is taken at this host."""
    host = (urlsplit(url).hostname or "").lower()
    return any(part in host for part in _means("hosts", "cashier"))


def _on_site(url: str, site: Site) -> bool:
    """The configured origins; for the real site, its regional hosts too."""
    parts = urlsplit(url)
    origins = {urlsplit(origin).netloc for origin in (site.www, site.acs, site.login)}
    if parts.netloc in origins:
        return True
    real = _means("hosts", "site")
    is_real = any(_is_under(urlsplit(site.www).hostname or "", host) for host in real)
    return is_real and parts.scheme == "https" and any(_is_under(parts.hostname or "", host) for host in real)


def _is_under(host: str, parent: str) -> bool:
    return host == parent or host.endswith(f".{parent}")


def _is_main(request: Request) -> bool:
    try:
        return request.is_navigation_request() and request.frame.parent_frame is None
    except PlaywrightError:  # the first request of a page that is not drawn yet: a pop-up
        return False


def _was_for_nothing(request: Request) -> bool:
    """Whether the answer of an order call says that its token was old and nothing was processed."""
    response = request.existing_response
    if response is None:
        return False
    try:
        codes = codes_of(parse(response.text(), NAME).get("ret"))
    except (PlaywrightError, AnswerChanged, UnicodeDecodeError):
        return False
    return bool(codes) and all(code.startswith(RETRY) for code in codes)


def _check_shown(quote: Quote, shown: dict[str, Any]) -> None:
    button = SEVERAL.join(shown["button"])
    if button != quote.button_text:
        raise CannotBuy(Reason.UNKNOWN_BUTTON, f"quote {quote.button_text}, page shows {button}")
    method = SEVERAL.join(shown["method"])
    if (method or None) != quote.payment.method or shown["present"] != quote.payment.present:
        raise CannotBuy(Reason.PAYS_AT_ONCE, f"quote {quote.payment.method}, page shows {method}")
    total = read_price(CONFIRM, "total", confirm.only(tuple(shown["total"]), "total"))
    if total != quote.total:
        raise CannotBuy(Reason.PRICE_CHANGED, f"quote {quote.total.minor}, page shows {total.minor} {total.currency}")
    if shown["recipient"] != quote.recipient:
        raise CannotBuy(Reason.RECIPIENT_DIFFERS, f"quote {quote.recipient}, page shows {shown['recipient']}")
    counts = [confirm.count_of(line["quantity"]) for line in shown["lines"]]
    if shown["lines"] and counts != [str(line.quantity) for line in quote.lines]:
        raise CannotBuy(
            Reason.QUANTITY_CHANGED, f"quote {[line.quantity for line in quote.lines]}, page shows {counts}"
        )


@cache
def _listener(site: Site, key: str) -> str:
    words = [word for known in load(CONFIRM).means["button"].values() for word in known]
    source = (Path(__file__).parent / "scripts" / LISTENER).read_text(encoding="utf-8")
    told = ", ".join(json.dumps(one) for one in (key, confirm.places(site), words))
    return f"(() => {{ {confirm.script()} {source} dropferryGuard({told}); }})()"


def _means(group: str, name: str) -> tuple[str, ...]:
    return load(NAME).means[group][name]


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}"[:120]

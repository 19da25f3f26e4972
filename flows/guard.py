"""Keeps the buying context from ordering: denies by default, page by page, until one press is armed or handed over."""

import json
import secrets
from collections import deque
from contextlib import ExitStack, suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from types import TracebackType

from playwright.sync_api import BrowserContext, Page, Request, Route
from playwright.sync_api import Error as PlaywrightError

from flows import guard_rules as rules
from flows.errors import PageChanged
from flows.guard_gate import Gate, name_of, page_of
from flows.guard_rules import NAME, is_cashier, is_read, mtop_names
from flows.guarded_page import EMPTY, GuardedPage, Phase
from flows.pages import confirm
from flows.pages.confirm_answer import NAME as CONFIRM
from flows.selector_files import load
from flows.tab import close_tab
from flows.values import Site
from flows.values_buying import Quote

__all__ = ["Guard", "GuardedPage", "is_cashier", "is_read", "mtop_names"]

LISTENER = "guard.js"
UNDECIDED = "undecided"  # nothing leaves because the guard itself failed
KEPT = 1000  # so many names of what was stopped are kept
BLANK = ("about:", "chrome:")
ROBOTS = frozenset({Phase.SEALED, Phase.ARMED, Phase.SENT})


class Guard:
    """Default-deny over all pages of `context`; pages opened before it are guarded from their next navigation on.

    Use as a context manager, or close it. What is asked without a page is about the page whose quote was read last,
    which the robot may press. A page that is handed over to a person is asked for by `of`. With `pictures` pages show
    their pictures, but for product pages, at which nobody looks.
    """

    def __init__(self, context: BrowserContext, site: Site, *, pictures: bool = False) -> None:
        self.context = context
        self.site = site
        self._key = f"_{secrets.token_hex(8)}"
        self._pages: dict[Page, GuardedPage] = {}
        self._gate = Gate(site, self._pages, pictures=pictures)
        self._aborted: deque[str] = deque(maxlen=KEPT)
        self._closed = False
        self._undo = ExitStack()
        self._undo.enter_context(context.add_init_script(_listener(site, self._key)))
        self._undo.enter_context(context.route("**/*", self._on_route))
        context.on("page", self._on_page)
        context.on("requestfinished", self._on_end)
        context.on("requestfailed", self._on_end)

    def __enter__(self) -> "Guard":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def of(self, page: Page) -> GuardedPage:
        """What is known of one page."""
        if page not in self._pages:
            over = [
                one for one, held in self._pages.items() if one.is_closed() and not (held.is_handed_over or held.sent)
            ]
            for gone in over:
                del self._pages[gone]
            self._pages[page] = GuardedPage(page, self.site, self._key)
        return self._pages[page]

    @property
    def let_through(self) -> tuple[str, ...]:
        """The names of the order calls that were sent since the last `reading`."""
        return self._gate.robots.let_through if self._gate.robots else ()

    @property
    def aborted(self) -> tuple[str, ...]:
        """The names of what was stopped since the last `reading`, on whichever page; nothing of a person's page."""
        return tuple(self._aborted)

    @property
    def is_answered(self) -> bool:
        """Whether the order calls that were sent have been answered, or have failed."""
        return self._gate.robots is None or self._gate.robots.is_answered

    @property
    def is_armed(self) -> bool:
        """Whether one press of the robot may pass now."""
        return self._gate.phase is Phase.ARMED

    def is_alive(self) -> bool:
        """Whether the browser is there."""
        try:
            self.context.cookies(self.site.www)
        except PlaywrightError:
            return False
        return True

    def close(self) -> None:
        """Lets go of the context; pages keep their listener, which refuses every press, until they navigate.

        A page that waits for a person's press goes blank; one that is the person's stays as it is.
        """
        if not self._closed:
            self.leave_page()
            self._closed = True
            self.context.remove_listener("page", self._on_page)
            self.context.remove_listener("requestfinished", self._on_end)
            self.context.remove_listener("requestfailed", self._on_end)
            for held in self._pages.values():
                if held.phase is Phase.HANDED:
                    held.disarm()
                    held.leave()
                held.stop()
            with suppress(PlaywrightError):
                self._undo.close()

    def open_page(self) -> Page:
        """Opens a tab behind the others, so that nobody who pays is disturbed."""
        browser, beside = self.context.browser, next(iter(self.context.pages), None)
        if browser is None or beside is None:
            return self.context.new_page()
        session = self.context.new_cdp_session(beside)
        whose = session.send("Target.getTargetInfo")["targetInfo"].get("browserContextId")
        session.detach()
        asked = {"url": EMPTY, "background": True, **({"browserContextId": whose} if whose else {})}
        opener = browser.new_browser_cdp_session()
        try:
            with self.context.expect_page() as opened:
                opener.send("Target.createTarget", asked)
            return opened.value
        finally:
            opener.detach()

    def reading(self) -> None:
        """A new purchase begins: item page, confirm page and their reading calls may be loaded again."""
        self.leave_page()
        self.rest()
        if self._gate.robots is not None:
            self._gate.robots.reset()
            self._gate.robots = None
        self._aborted.clear()

    def begin(self, page: Page) -> GuardedPage:
        """A new purchase begins on `page`; ValueError while it is a person's, or its press is waited for."""
        held = self.of(page)
        if held.is_handed_over:
            raise ValueError("the page is handed over to a person: take it back first")
        held.reset()
        if held is self._gate.robots:
            self._gate.robots = None
        return held

    def rest(self) -> None:
        """Nothing may order; pages may be read again. What was stopped and sent stays told until `reading`."""
        self.disarm()
        if self._gate.robots is not None:
            self._gate.robots.phase = Phase.READING

    def leave_page(self) -> None:
        """Ends the page that was armed: what it may still want to send would leave when the browser lets go of it."""
        held = self._gate.robots
        if held is not None and held.was_armed:
            held.leave_armed()

    def quote_read(self, page: Page) -> None:
        """From here on nothing leaves `page` but GETs of static assets; it holds the button that may be armed."""
        self._gate.robots = self.of(page)
        self._gate.robots.phase = Phase.SEALED

    def arm(self, quote: Quote, deadline: datetime) -> None:
        """Lets one press of the robot through whose page still shows `quote`, until `deadline` (UTC), and its one call.

        Raises CannotBuy where the page shows something else already, PageChanged where the page is not guarded.
        """
        if self._gate.robots is None:
            raise PageChanged(NAME, "order", f"armed while {Phase.READING.value}")
        self._gate.robots.arm(quote, deadline)

    def disarm(self) -> None:
        """Refuses presses and order calls again."""
        if self._gate.robots is not None:
            self._gate.robots.disarm()

    def refused(self) -> tuple[str, ...]:
        """What the page's own listener refused, each as "event: reason"; empty where the page is gone."""
        return self._gate.robots.refused() if self._gate.robots else ()

    def was_pressed(self) -> bool | None:
        """Whether the listener let a click through; None where the page is gone and cannot tell."""
        return self._gate.robots.was_pressed() if self._gate.robots else None

    def hand_over(self, page: Page, quote: Quote, deadline: datetime) -> None:
        """Lets one press of a person pass while `page` shows `quote`, until `deadline` (UTC), and its one order call.

        Until that call the page may be read and changed, and its presses are refused while it shows something else;
        from it on the page, its frames and its pop-ups are the person's, and nothing of them is looked at. Raises
        CannotBuy where the page shows something else already, PageChanged where it is not guarded, or its quote not
        read, ValueError while another page waits for its press.
        """
        self.must_be_alone(page)
        self.of(page).hand_over(quote, deadline)
        self._gate.robots = None

    def take_back(self, page: Page) -> None:
        """Ends what `page` was handed over for: it goes blank, its pop-ups are closed, and it may be read again.

        What was sent stays told until the page is used for another purchase. A page that cannot be emptied is closed; a
        tab or a browser that is gone already is fine.
        """
        held = self.of(page)
        held.phase = Phase.SEALED
        for popup in held.tab.popups:
            self._pages.pop(popup, None)
            close_tab(popup)
        held.stop()
        held.leave()
        if not page.is_closed() and page.url != EMPTY:
            close_tab(page)
        held.phase = Phase.READING

    def must_be_alone(self, page: Page) -> None:
        """ValueError while another page waits for its press, or for the answer to it: it shares one address entry."""
        for held in self._pages.values():
            waits = held.phase is Phase.HANDED or (held.is_persons and not held.is_answered)
            if held.page is not page and waits and not held.page.is_closed():
                raise ValueError("another order still waits for its press: take that page back first")

    def _on_page(self, page: Page) -> None:
        with suppress(PlaywrightError):
            opener = page.opener()
            parent = self._pages.get(opener) if opener else None
            if parent is not None and parent.is_persons:
                self._adopt(page, parent)
            elif opener is not None or not self._may_stay(page):
                self._aborted.append(f"pop-up {rules.place(page.url)}")
                page.close()

    def _may_stay(self, page: Page) -> bool:
        """Whether a tab without an opener may stay, guarded: one of the robot, or one that the person opened."""
        if page.url.startswith(BLANK):
            return True
        return not self._gate.is_awaited and self._gate.phase not in ROBOTS

    def _adopt(self, page: Page, parent: GuardedPage) -> None:
        """A pop-up of the person's page is the person's."""
        self.of(page).phase = Phase.PERSONS
        root = parent if parent.sent else self._gate.persons or parent
        root.tab.adopt(page)

    def _on_end(self, request: Request) -> None:
        for held in self._pages.values():
            held.end_call(request)

    def _on_route(self, route: Route, request: Request) -> None:
        name: str | None = UNDECIDED
        try:
            name = self._why_not(request)
        finally:
            if name:
                self._aborted.append(name)
            with suppress(PlaywrightError):  # the page may be gone by now
                if name is None:
                    route.continue_()
                else:
                    route.abort("blockedbyclient")

    def _why_not(self, request: Request) -> str | None:
        if request.service_worker is not None:
            return name_of(request)
        page = page_of(request)
        held = self.of(page) if page is not None else None
        name = self._gate.why_not(held, request)
        if name and held is not None:
            held.stopped.append(name)
        return name


@cache
def _listener(site: Site, key: str) -> str:
    words = [word for known in load(CONFIRM).means["button"].values() for word in known]
    hosts = {
        "exact": sorted(rules.origins(site)),
        "under": rules.regional(site),
        "cashier": rules.means("hosts", "cashier"),
    }
    source = (Path(__file__).parent / "scripts" / LISTENER).read_text(encoding="utf-8")
    told = ", ".join(json.dumps(one) for one in (key, confirm.places(site), words, hosts))
    return f"(() => {{ {confirm.script()} {source} dropferryGuard({told}); }})()"

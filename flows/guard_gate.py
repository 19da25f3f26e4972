"""Decides for each request of the buying context whether it may leave: by what it is, and by whose page asks."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, Request

from flows import guard_rules as rules
from flows.guard_rules import is_cashier, is_read, mtop_names
from flows.guarded_page import GuardedPage, Phase
from flows.values import Site

QUIET = ""  # dropped without a name: pictures, fonts and media, which nobody looks at
UNSEEN = ("/item/", "/i/")  # pages at which nobody looks


class Gate:
    """The gate of a guard over its `pages`; `robots` is the one that the robot may press.

    `pictures` are shown on pages at which somebody looks, unless it is False.
    """

    def __init__(self, site: Site, pages: Mapping[Page, GuardedPage], *, pictures: bool) -> None:
        self.site = site
        self.pages = pages
        self.pictures = pictures
        self.robots: GuardedPage | None = None

    @property
    def phase(self) -> Phase:
        """How much may leave the robot's page, and what has no page yet."""
        return self.robots.phase if self.robots else Phase.READING

    @property
    def persons(self) -> GuardedPage | None:
        """The page that is a person's by its own press, not as a pop-up of one."""
        return next((held for held in self.pages.values() if held.is_persons and held.sent), None)

    @property
    def is_awaited(self) -> bool:
        """Whether a page waits for a person's press."""
        return any(held.phase is Phase.HANDED for held in self.pages.values())

    def why_not(self, held: GuardedPage | None, request: Request) -> str | None:
        """The name under which a request of a page is stopped, QUIET without one; None lets it go.

        `held` is None for the first address of a pop-up, which has no page yet.
        """
        calls = mtop_names(request.url)
        if held is not None and held.is_persons:
            return self._why_not_persons(held, calls, request)
        if held is None and self.persons is not None and not _unknown(calls):
            return None
        if is_cashier(request.url):
            return name_of(request)
        if calls:
            return self._why_not_call(held, calls, request)
        if request.resource_type in rules.HEAVY and not self._may_show(held):
            return QUIET
        return None if self._is_asset(held, request) or self._is_page(held, request) else name_of(request)

    def _why_not_persons(self, held: GuardedPage, calls: set[str], request: Request) -> str | None:
        unknown = _unknown(calls)
        root = held if held.sent else self.persons
        if not unknown or root is None:
            return None
        name = ", ".join(sorted(unknown))
        return None if root.may_pay(name, request, _where(request)) else name

    def _why_not_call(self, held: GuardedPage | None, calls: set[str], request: Request) -> str | None:
        name = ", ".join(sorted(calls))
        if not _unknown(calls):
            return None if self._may_read(held, calls, request) else name
        if not rules.on_site(request.url, self.site):
            return name
        if held is not None and held.phase is Phase.HANDED:
            return None if held.may_begin(name, request) or self._follows(held, calls, request) else name
        robots = self.robots if held in {None, self.robots} else None
        return None if robots is not None and robots.may_order(name, request) else name

    def _may_read(self, held: GuardedPage | None, calls: set[str], request: Request) -> bool:
        phase = held.phase if held else self.phase
        if phase in {Phase.SEALED, Phase.ARMED}:
            return False
        if held is not None and phase is Phase.HANDED:
            held.begin_call(request)
            return True
        return not (self.is_awaited and any(rules.may_change_address(call) for call in calls))

    def _follows(self, held: GuardedPage, calls: set[str], request: Request) -> bool:
        """Whether the page became the person's while this call waited; then it is judged as theirs."""
        return held.is_persons and self._why_not_persons(held, calls, request) is None

    def _may_show(self, held: GuardedPage | None) -> bool:
        if not self.pictures or held is None:
            return False
        return not urlsplit(held.page.url).path.startswith(UNSEEN)

    def _is_asset(self, held: GuardedPage | None, request: Request) -> bool:
        strictly = (held.phase if held else self.phase) is not Phase.READING
        return rules.is_asset(request.url, request.method, request.resource_type, self.site, strictly=strictly)

    def _is_page(self, held: GuardedPage | None, request: Request) -> bool:
        if held is None or request.method != "GET" or request.resource_type != "document" or not _is_main(request):
            return False
        if held.phase in {Phase.READING, Phase.HANDED}:
            return rules.is_reading_page(request.url, self.site)
        return held.phase is Phase.SENT and rules.is_result_page(request.url, self.site)


def page_of(request: Request) -> Page | None:
    """The page that asks; None for the first address of a pop-up, which is not there yet."""
    try:
        return request.frame.page
    except PlaywrightError:
        return None


def name_of(request: Request) -> str:
    """Method, host and path."""
    return f"{request.method} {rules.place(request.url)}"


def _where(request: Request) -> str:
    try:
        return request.frame.url
    except PlaywrightError:
        return ""


def _is_main(request: Request) -> bool:
    try:
        return request.is_navigation_request() and request.frame.parent_frame is None
    except PlaywrightError:
        return False


def _unknown(calls: set[str]) -> set[str]:
    """The calls that may be the one that orders."""
    return {call for call in calls if not is_read(call)}

"""One browser tab with its listener: starts pages without waiting, then waits for the answers that they get."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from flows.calls import DEADLINE, Call, Calls
from flows.errors import FlowError, PageChanged, PersonNeeded, TryLater
from flows.pages.login import LoginPage
from flows.values import Site

CLOSE_TRIES, CLOSE_WAIT_MS = 20, 300
OnTrouble = Callable[[Page, FlowError], None]


class Tab:
    """A page and the answers of `apis` that it gets; use as a context manager, or close it."""

    def __init__(self, page: Page, site: Site, apis: Iterable[str]) -> None:
        self.page = page
        self.site = site
        self._login = LoginPage(page, site)
        self._calls = Calls(page, site, apis, self._look_for_person)

    def __enter__(self) -> "Tab":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stops listening; the page stays."""
        self._calls.close()

    def start(self, url: str) -> None:
        """Starts a navigation and does not wait for it, so that several tabs load at once."""
        self._calls.forget()
        with browser_trouble(url):
            self.page.evaluate("url => { location.href = url }", url)

    def must_have_arrived(self, page: str) -> None:
        """PageChanged while the browser still shows what was there before the navigation."""
        if not self._calls.arrived:
            raise PageChanged(page, "address", "the page has not arrived")

    def answer(
        self,
        api: str,
        fits: Callable[[Call], bool] | None = None,
        deadline: float = DEADLINE,
        drawn: Callable[[], bool] | None = None,
    ) -> Call:
        """The next fitting answer; PersonNeeded where the page asks for a person instead."""
        with browser_trouble(api):
            try:
                return self._calls.answer(api, fits, deadline, drawn)
            except TryLater:
                self._look_for_person(look=True)
                raise

    def has_heard(self, api: str) -> bool:
        """Whether an answer of `api`, or trouble, has come and was not read yet."""
        return self._calls.has_heard(api)

    def _look_for_person(self, look: bool = False) -> None:
        """An address from before the navigation says nothing."""
        kind = self._login.asks_for_person(look) if self._calls.arrived else None
        if kind is not None:
            raise PersonNeeded(kind, self.page.url.split("?", 1)[0])


def close_tab(page: Page) -> None:
    """Closes a tab for sure: Chromium silently drops a close that meets the arrival of a page, so it is repeated.

    (`Page.close` then waits for ever; seen with Chromium 156 and Playwright 1.65, about one close in three while the
    tab is loading.)
    """
    with suppress(PlaywrightError):
        session = page.context.new_cdp_session(page)
        target = session.send("Target.getTargetInfo")["targetInfo"]["targetId"]
        for _ in range(CLOSE_TRIES):
            with suppress(PlaywrightTimeout), page.expect_event("close", timeout=CLOSE_WAIT_MS):
                session.send("Target.closeTarget", {"targetId": target})
            if page.is_closed():
                return


@contextmanager
def browser_trouble(what: str) -> Iterator[None]:
    """Turns trouble of the browser itself (a closed tab, a crash, a lost connection) into TryLater."""
    try:
        yield
    except PlaywrightError as error:
        raise TryLater(f"{what.split('?', 1)[0]}: the browser says: {str(error).splitlines()[0]}") from error

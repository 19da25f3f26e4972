"""An open confirm page: its data calls one over the other, and the moment at which it has stopped moving."""

import time
from collections.abc import Callable

from playwright.sync_api import Page, Request

from flows.amounts import read_price
from flows.calls import read_call
from flows.errors import CannotBuy, PageChanged
from flows.mtop import TokenRenewed
from flows.pages.confirm import DrawnConfirm, Sight, refusal
from flows.pages.confirm_answer import ADJUST, NAME, RENDER, Terms, from_answers
from flows.tab import Tab

STEP = 0.01
QUIET = 0.03  # how long nothing may move
UNANSWERED = 1.5  # how long a drawn page may still get its answer
PATIENCE = 20.0
APIS = (RENDER, ADJUST)


class Checkout:
    """The confirm page in `tab`, opened after this was made; close it, or use it as a context manager."""

    def __init__(self, tab: Tab, names_of: Callable[[str], set[str]]) -> None:
        self.page: Page = tab.page
        self.screen = DrawnConfirm(tab.page, tab.site)
        self._tab = tab
        self._names_of = names_of
        self._pending: set[Request] = set()
        self._done: list[Request] = []
        self._answers: list[object] = []
        self._answered_at = time.monotonic()
        self.page.on("request", self._on_request)
        self.page.on("requestfinished", self._on_finished)
        self.page.on("requestfailed", self._on_failed)

    def __enter__(self) -> "Checkout":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stops listening."""
        self.page.remove_listener("request", self._on_request)
        self.page.remove_listener("requestfinished", self._on_finished)
        self.page.remove_listener("requestfailed", self._on_failed)

    @property
    def age(self) -> float:
        """How many seconds ago the page was last answered."""
        return time.monotonic() - self._answered_at

    def open(self, url: str) -> None:
        """Opens the confirm page and waits for its answer.

        Raises CannotBuy where the site says that it will not sell, and what the answer itself says.
        """
        self.start(url)
        self.opened()

    def start(self, url: str) -> None:
        """Begins to load the confirm page, which `opened` then waits for."""
        self._tab.start(url)

    def opened(self) -> None:
        """Waits for the answer of the page that has begun to load; raises as `open`."""
        try:
            self._tab.answer(RENDER, drawn=self.screen.drawn)
        except PageChanged as error:
            self._raise_refusal(error, seconds=1.0)
            raise

    def recipient(self) -> str:
        """To whom the order goes as the page first draws it; empty where the account has no address yet."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            sight = self.screen.look()
            self._raise_refusal_in(sight)
            if sight.recipient or (sight.here and self.screen.has("address_new")):
                return sight.recipient
            self.page.wait_for_timeout(STEP * 1000)
        raise PageChanged(NAME, "address", f"nothing there within {PATIENCE:g} s")

    def settled(self, ready: Callable[[Sight], bool] = lambda _: True) -> tuple[Sight, Terms | None]:
        """The page once nothing moves, no call is under way, its total is the answered one and it is `ready`.

        A page that stays not `ready` is given back as it is. Raises PageChanged where it never stops moving or shows
        another total than the answer.
        """
        begun = still_since = time.monotonic()
        last: Sight | None = None
        while True:
            sight = self.screen.look()
            now = time.monotonic()
            if sight != last or self._pending:
                last, still_since = sight, now
            self._raise_refusal_in(sight)
            if now - still_since >= QUIET and sight.total and sight.button:
                terms = self.terms()
                waited = now - still_since
                agreed = terms is not None and self._shows(sight, terms)
                if (agreed and ready(sight)) or waited >= UNANSWERED:
                    return sight, terms
            if now - begun > PATIENCE:
                self.terms()
                raise PageChanged(NAME, "total", f"does not stand still within {PATIENCE:g} s")
            self.page.wait_for_timeout(STEP * 1000)

    def terms(self) -> Terms | None:
        """What the answers so far say; None without any."""
        while self._done:
            request = self._done.pop(0)
            response = request.response()
            if response is None or 300 <= response.status < 400:
                continue
            api = next(iter(self._names_of(request.url)))
            try:
                self._answers.append(read_call(api, response).data)
            except TokenRenewed:
                continue
        return from_answers(self._answers) if self._answers else None

    def _shows(self, sight: Sight, terms: Terms) -> bool:
        """Whether the drawn total is the answered one; what cannot be read yet is not."""
        try:
            return len(sight.total) == 1 and read_price(NAME, "total", sight.total[0]) == terms.total
        except PageChanged:
            return False

    def _raise_refusal(self, error: PageChanged, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.page.is_closed():
            said = refusal(self.screen.look().notices)
            if said is not None:
                raise CannotBuy(*said) from error
            self.page.wait_for_timeout(STEP * 1000)

    def _raise_refusal_in(self, sight: Sight) -> None:
        said = refusal((*sight.notices, *sight.ships))
        if said is not None:
            raise CannotBuy(*said)

    def _is_ours(self, request: Request) -> bool:
        return any(name in APIS for name in self._names_of(request.url))

    def _on_request(self, request: Request) -> None:
        if self._is_ours(request):
            self._pending.add(request)

    def _on_finished(self, request: Request) -> None:
        if self._is_ours(request):
            self._pending.discard(request)
            self._done.append(request)
            self._answered_at = time.monotonic()

    def _on_failed(self, request: Request) -> None:
        self._pending.discard(request)

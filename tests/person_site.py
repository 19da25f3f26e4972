"""What the tests of a person's press share: a tab whose confirm page is warmed, finished and handed over."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from bot.sandbox.aliexpress.address_book import typed_entry
from bot.sandbox.aliexpress.orders import AliOrder, OrderState
from bot.sandbox.payer import Payer
from bot.sandbox.ready_home import storage_state
from bot.sandbox.server import Sandbox
from flows.guard import Guard, GuardedPage
from flows.pay_page import Warm, finish, warm
from flows.paying import watch
from flows.values_buying import Quote
from flows.values_paying import PayStep, Sight
from tests.buying import HERE, Till, soon, typed

PATIENCE = 120


class Counter(Till):
    """A till at which a person pays: by a saved card, which is charged at the press."""

    def __init__(self, sandbox: Sandbox, page: Page, guard: Guard, account: str) -> None:
        super().__init__(sandbox, page, guard, account)
        self.payer = Payer()
        self.warmed: Warm | None = None
        self.quote: Quote | None = None

    @property
    def held(self) -> GuardedPage:
        """What the guard knows of the tab."""
        return self.guard.of(self.page)

    def finished(self, **changes: Any) -> Quote:
        """The confirm page, ready for the person."""
        self.warmed = warm(self.page, self.site, self.wanted(**changes), self.guard)
        self.quote = finish(self.warmed, self.own)
        self.payer.tidy(self.page)
        return self.quote

    def hand_over(self, deadline: datetime | None = None, **changes: Any) -> Quote:
        """The same, handed over."""
        quote = self.finished(**changes)
        self.guard.hand_over(self.page, quote, deadline or soon(60))
        return quote

    def watch(self) -> Sight:
        """One look."""
        return watch(self.page, self.site, self.guard)

    def until(self, *steps: PayStep) -> Sight:
        """Looks until one of these steps is seen."""
        return self.until_seen(lambda sight: sight.step in steps, str(steps))

    def until_seen(self, fits: Callable[[Sight], bool], wanted: str) -> Sight:
        """Looks until a sight fits."""
        sight = self.watch()
        for _ in range(PATIENCE):
            if fits(sight):
                return sight
            next(page for page in self.page.context.pages if not page.is_closed()).wait_for_timeout(50)
            sight = self.watch()
        raise AssertionError(f"wanted {wanted}, seen {sight!r}")

    def armed(self) -> None:
        """Looks until the page is armed as it stands."""
        self.until_seen(
            lambda _: not self.held.is_moving and bool((self.held.reach("report") or {}).get("armed")), "armed"
        )

    def unpaid(self) -> list[AliOrder]:
        """The account's orders that nobody has paid."""
        return [order for order in self.orders() if order.state is OrderState.TO_PAY]


@pytest.fixture(scope="module", name="context")
def context_fixture(seeing: Browser, browser_context_args: dict[str, Any]) -> Iterator[BrowserContext]:
    """One context for the whole module; each test signs it in to its own account."""
    opened = seeing.new_context(**browser_context_args, service_workers="block")
    yield opened
    opened.close()


@pytest.fixture(name="counter")
def counter_fixture(context: BrowserContext, sandbox: Sandbox, ali: Any, me: str) -> Iterator[Counter]:
    """A guarded tab, signed in to this test's account, which pays by a saved card."""
    context.clear_cookies()
    context.add_cookies(storage_state(ali.sign_in(me))["cookies"])  # type: ignore[arg-type]
    with Guard(context, sandbox.site, pictures=True) as guard:
        page = context.new_page()
        page.set_default_timeout(8000)
        counter = Counter(sandbox, page, guard, me)
        counter.buyer.kind = "pay_now_card"
        counter.buyer.book.add(typed_entry(typed(HERE)), default=True)
        yield counter
    for opened in context.pages:
        opened.close()

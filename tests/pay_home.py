"""A home whose account pays by a saved card, and a person who presses and pays in its pay runs."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from playwright.sync_api import BrowserContext, Playwright

from bot.browser import account_browser
from bot.db import Database
from bot.jobs.paid import PaidOrder, PaidRun
from bot.jobs.pay_run import PayRun
from bot.jobs.place import PlaceOrders
from bot.jobs.purchasing import Outcome
from bot.jobs.record_only import plan_orders
from bot.models import PurchaseState
from bot.sandbox.aliexpress.orders import AliOrder as Made
from bot.sandbox.payer import Payer, Plan
from bot.sandbox.shop_state import ShopOrder
from bot.sandbox.world import recipient_typed
from bot.work import Workplace
from tests.buying_home import ACCOUNT, Keeper


class PayHome(Keeper):
    """A keeper who buys by pay runs; `said` are the lines for the terminal."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.buyer.kind = "pay_now_card"
        self.said: list[str] = []
        self.enter(self.context)

    def enter(self, context: BrowserContext) -> None:
        """The runs work in this browser now; the person has been there before, so no banner lies over the pages."""
        self.context = context
        self.sign_in()
        context.add_init_script("try { localStorage.gdpr = localStorage.app = '1' } catch {}")

    @contextmanager
    def own_window(self, playwright: Playwright) -> Iterator[None]:
        """A browser with the profile in the home, while the block runs."""
        before = self.context
        try:
            with account_browser(playwright, self.config, self.home, ACCOUNT, headless=True) as context:
                self.enter(context)
                yield
        finally:
            self.context = before

    def made(self, account: str = "") -> dict[tuple[str, int], list[Made]]:
        """What AliExpress holds for each line, in this test's own account."""
        return super().made(account or self.account)

    def workplace(self, database: Database, **how: Any) -> Workplace:
        """As a command has it."""
        return Workplace(self.home, self.config, database, self.said.append, **how)

    def listed(self, place: Workplace, *, dry: bool) -> list[Outcome]:
        """What can be ordered: as a dry run has found it, else without a quote, which is quicker."""
        done = (
            PlaceOrders(place, self.context, ACCOUNT, live=False, attended=True).run()
            if dry
            else plan_orders(place, ACCOUNT)
        )
        assert done.trouble is None, done.trouble
        return [each for each in done.outcomes if each.state == "quoted"]

    def pay(
        self,
        plans: Mapping[str, Plan] | None = None,
        *,
        dry: bool = False,
        between: Callable[[], None] = lambda: None,
        place: Mapping[str, Any] | None = None,
        kind: type[PayRun] = PayRun,
        **how: Any,
    ) -> PaidRun:
        """Pull, list and pay with a person who does as planned."""
        self.pull()
        how = {"sleep": self.slept.append, "rest": Payer(plans or {}, self.sandbox), **how}
        with self.database() as database:
            here = self.workplace(database, **(place or {}))
            ticked = self.listed(here, dry=dry)
            between()
            return kind(here, self.context, ACCOUNT, ticked, **how).run()

    def state_of(self, name: str) -> PurchaseState:
        """Where the purchase of an order of one line stands."""
        return self.purchases()[name, 1][0].state

    def spoil(self) -> None:
        """AliExpress has taken each order down for somebody else, twice as many pieces, and dearer."""
        for order in self.orders():
            order.recipient = replace(order.recipient, name="Nobody Else", phone="+1 2025550199", zip="10001")
            order.lines = tuple(replace(line, quantity=line.quantity * 2) for line in order.lines)
            order.total += 100


def phone_of(order: ShopOrder) -> str:
    """The phone of whom an order is for, as AliExpress has it: by that the stand-in tells orders apart."""
    assert order.address is not None
    return recipient_typed(order.address, order.phone).phone


def states(done: PaidRun) -> dict[str, str]:
    """What became of each order."""
    return {each.candidate.order: each.state for each in done.outcomes}


def by_order(done: PaidRun) -> dict[str, PaidOrder]:
    """Each order's outcome."""
    return {each.candidate.order: each for each in done.outcomes}

"""A home in a browser that people pay in, and the kinds of people that sit before it."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from playwright.sync_api import Browser, BrowserContext

from bot.jobs.desk import Desk
from bot.jobs.faces import Faces
from bot.jobs.paid import Turn
from bot.jobs.pay_run import PayRun
from bot.sandbox.payer import Payer, Plan
from bot.sandbox.server import Sandbox
from flows.values_buying import Quote
from flows.values_paying import BarFace
from tests.pay_home import PayHome


@pytest.fixture(name="context", scope="module")
def context_fixture(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[BrowserContext]:
    """One context for the whole module."""
    opened = browser.new_context(**browser_context_args, service_workers="block")
    yield opened
    opened.close()


@pytest.fixture(name="home")
def home_fixture(sandbox: Sandbox, ali: Any, context: BrowserContext, tmp_path: Path, me: str) -> PayHome:
    """A home with an open browser, an empty store, and an account of this test's own."""
    sandbox.shop.orders.clear()
    sandbox.world.bought.clear()
    return PayHome(sandbox, tmp_path / "home", context, me)


def all_is_well(home: PayHome) -> None:
    """Nothing is bought twice, and no number is a wrong one."""
    assert ([], []) == (home.bought_twice(), home.wrong_numbers())


class Turns:
    """`stopped` of a run, which is asked before each order: sets the faults that are for that order, then none."""

    def __init__(self, ali: Any, *faults: dict[str, Any]) -> None:
        self.ali, self.faults = ali, list(faults)

    def __call__(self) -> bool:
        now = self.faults.pop(0) if self.faults else {}
        self.ali.set_faults({"design": None, "captcha_at": None, **now})
        return False


class Once:
    """`stopped` of a run: True from the moment on at which something holds."""

    def __init__(self, home: PayHome, holds: Any) -> None:
        self.home, self.holds, self.is_so = home, holds, False

    def __call__(self) -> bool:
        self.is_so = self.is_so or bool(self.holds())
        return self.is_so


class Told(Faces):
    """The bar's faces, which keep what they asked the person to press."""

    def ready(self, turn: Turn, quote: Quote) -> BarFace:
        face = super().ready(turn, quote)
        READY.add(face.message)
        return face


READY: set[str] = set()


class Watched(PayRun):
    """A run whose bar is looked at."""

    faces: ClassVar[Faces]

    def _desk(self, *parts: Any) -> Desk:
        desk = super()._desk(*parts)
        desk.faces = Watched.faces = Told(desk.faces.words, desk.faces.pictures)
        return desk


class Unhurried:
    """A person who skips one order, and leaves the next, of another product, open until the store has told of `other`.

    The store is slow from their first look on. `gaps` are the seconds for which nobody served their page meanwhile.
    """

    SLOW_MS = 6000  # so slow that the next page stands in front before all is told
    CALLS = 3  # what is asked of an order, each time anew where the answer came late

    def __init__(self, home: PayHome, skipped: str, other: int) -> None:
        self.store, self.other = home.sandbox.shop, str(other)
        self.payer = Payer({skipped: Plan("skip")}, home.sandbox, usual=Plan("stop"))
        self.gaps: list[float] = []
        self.last = 0.0
        self.first = ""

    def __call__(self, context: BrowserContext) -> None:
        page = self.payer.front(context)
        here = page.url if page is not None and "/p/trade/confirm.html" in page.url else ""
        if not self.first and here:
            self.first = here
            self.store.calls.clear()
            self.store.faults["shopbase_slow_ms"] = self.SLOW_MS
        told = sum(self.other in call["path"] for call in self.store.calls)
        if here in ("", self.first) or told >= self.CALLS:
            self.payer(context)
            return
        now = time.monotonic()
        if self.last:
            self.gaps.append(now - self.last)
        self.last = now
        context.pages[0].wait_for_timeout(200)


class WithCoupon:
    """A person who chooses a shipping anew, upon which a coupon applies, and then takes the total as it is."""

    def __init__(self, home: PayHome) -> None:
        self.home, self.payer, self.accepted = home, Payer(), 0
        self.has_chosen = False

    def __call__(self, context: BrowserContext) -> None:
        page = self.payer.front(context)
        if page is None or "/p/trade/confirm.html" not in page.url:
            return
        labels = [button.label for button in self.payer.bar_buttons(page)]
        if any(label.startswith("Accept") for label in labels):
            self.accepted += 1
            self.payer.bar(page, "Accept")
        elif labels and not self.has_chosen:
            self.has_chosen = True
            self.home.buyer.coupon = 100
            self.payer.tidy(page)
            page.locator("[class*=group-ship-options--title]").click()
            page.locator("[class*=group-ship-options--option]").first.click()
        elif labels and self.accepted:
            self.payer.press(page)


class WithTwin:
    """A person, and somebody else who orders the same by hand just before the press."""

    def __init__(self, home: PayHome, name: str, payer: Payer) -> None:
        self.home, self.name, self.payer, self.done = home, name, payer, False

    def __call__(self, context: BrowserContext) -> None:
        if not self.done:
            self.done = True
            self.home.sandbox.world.buy(self.name, self.home.account)
        self.payer(context)

"""What the tests of a person's press share: a confirm page that is handed over, and what waits for it."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from flows.guard import Guard
from flows.guarded_page import GuardedPage
from flows.paying import watch
from flows.values_paying import PayStep, Sight
from tests.buying import soon
from tests.order_site import BUTTON, OrderSite, order_site, sealed, wait_for


@pytest.fixture(scope="module", name="shop")
def shop_fixture() -> Iterator[OrderSite]:
    """One running site for the module."""
    with order_site() as running:
        yield running


@pytest.fixture(scope="module", name="context")
def context_fixture(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[BrowserContext]:
    """One context for the module."""
    opened = browser.new_context(**browser_context_args, service_workers="block")
    yield opened
    opened.close()


@pytest.fixture(name="guard")
def guard_fixture(context: BrowserContext, shop: OrderSite) -> Iterator[Guard]:
    """A guard over the context, as long as the test runs."""
    with Guard(context, shop.site) as running:
        yield running
    for opened in context.pages:
        opened.close()


@pytest.fixture(name="page")
def page_fixture(context: BrowserContext, shop: OrderSite, guard: Guard) -> Page:
    """The confirm page, handed over for a minute; what reached the site before is forgotten."""
    opened = context.new_page()
    opened.goto(shop.confirm)
    guard.hand_over(opened, sealed(opened, guard), soon(60))
    shop.got.clear()
    shop.ret.clear()
    return opened


@pytest.fixture(name="impatient")
def impatient_fixture(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is waited for is waited for shortly."""
    monkeypatch.setattr("flows.paying.SPEAKS_WITHIN", 0.1)
    monkeypatch.setattr("flows.guarded_page.SENDS_WITHIN", 0.4)


def until(page: Page, guard: Guard, *steps: PayStep) -> Sight:
    """Looks until one of these steps is seen."""
    seen: list[Sight] = []

    def look() -> bool:
        seen.append(watch(page, guard.site, guard))
        return seen[-1].step in steps

    wait_for(look, next(one for one in page.context.pages if not one.is_closed()), lambda: seen[-1])
    return seen[-1]


def armed_again(page: Page, guard: Guard) -> None:
    """Looks until the page is armed as it stands."""

    def is_armed() -> bool:
        assert PayStep.WAITING is watch(page, guard.site, guard).step
        return not guard.of(page).is_moving and bool((guard.of(page).reach("report") or {}).get("armed"))

    wait_for(is_armed, page)


def pressed(page: Page, guard: Guard) -> GuardedPage:
    """Presses and waits until the page is the person's."""
    page.click(BUTTON)
    held = guard.of(page)
    wait_for(lambda: held.is_persons, page)
    return held

"""Reading many tracking pages in a real Chromium, from a stand-in that goes wrong on demand."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from bot.sandbox.aliexpress.orders import OrderState
from bot.sandbox.aliexpress.state import AliWorld
from bot.sandbox.server import Sandbox
from flows.errors import AnswerChanged, FlowError, NeedKind, PageChanged, PersonNeeded
from flows.scrape_tracking import read_tracking
from flows.values import Parcel, Reader, Tracking
from tests.asking import GRACE, LAMP
from tests.reading import signed_in_tab


@pytest.fixture(scope="module")
def context(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[BrowserContext]:
    """One context for the whole module; each test signs it in to its own account."""
    opened = browser.new_context(**browser_context_args)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext, ali: AliWorld, me: str) -> Iterator[Page]:
    """A tab that is signed in to this test's account."""
    with signed_in_tab(context, ali, me) as tab:
        yield tab


def tracking(page: Page, sandbox: Sandbox, number: str) -> Tracking:
    """The parcels of one order, which must be readable."""
    read = dict(read_tracking([page], sandbox.site, [number]))[number]
    assert isinstance(read, Tracking), read
    return read


def test_every_order_gets_its_own_parcels(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that each of many orders, read in several tabs, gets the number that the stand-in holds for it."""
    made = ali.bulk(6, me, state=OrderState.AWAITING_DELIVERY)
    read = dict(read_tracking(page.context, sandbox.site, made, tabs=3))
    assert {number: (number, [one.number for one in ali.order(number).parcels]) for number in made} == {
        number: (one.order_id, [parcel.number for parcel in one.parcels])
        for number, one in read.items()
        if isinstance(one, Tracking)
    }
    assert {Reader.BOTH} == {one.reader for one in read.values() if isinstance(one, Tracking)}
    assert [page] == page.context.pages


def test_several_parcels_with_their_pieces(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that an order in two parcels gives both, each with what it holds, by answer and by drawing."""
    number = ali.buy(GRACE, [LAMP], me)[0]
    ali.pay(number)
    ali.ship(number, parcels=2)
    read = tracking(page, sandbox, number)
    assert [[(LAMP.product_id, LAMP.sku_id, 1)]] * 2 == [
        [(item.product_id, item.sku_id, item.count) for item in parcel.items] for parcel in read.parcels
    ]
    ali.set_faults({"no_calls": True})
    drawn = tracking(page, sandbox, number)
    assert [(one.number, one.carrier, len(one.events)) for one in read.parcels] == [
        (one.number, one.carrier, len(one.events)) for one in drawn.parcels
    ]
    assert (Reader.BOTH, Reader.PAGE) == (read.reader, drawn.reader)


def test_way_of_a_parcel(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves the way of one parcel: nothing, a first number, a last-mile number, delivered."""
    number = ali.bulk(1, me)[0]
    assert () == tracking(page, sandbox, number).parcels
    ali.ship(number)
    sent = tracking(page, sandbox, number).parcels[0]
    ali.change_number(number, "LASTMILE0001")
    changed = tracking(page, sandbox, number).parcels[0]
    ali.deliver(number)
    delivered = tracking(page, sandbox, number).parcels[0]
    assert [False, False, True] == [sent.delivered, changed.delivered, delivered.delivered]
    assert ("LASTMILE0001", sent.original_number) == (changed.number, changed.original_number)
    assert changed.events == delivered.events[-len(changed.events) :]


def test_parcel_that_goes_back(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that a parcel on its way back is returned and not delivered, by answer and by drawing."""
    number = ali.bulk(1, me, state=OrderState.AWAITING_DELIVERY)[0]
    ali.return_parcel(number)

    def state(parcel: Parcel) -> tuple[bool, bool]:
        return parcel.returned, parcel.delivered

    assert (True, False) == state(tracking(page, sandbox, number).parcels[0])
    ali.set_faults({"no_calls": True})
    assert (True, False) == state(tracking(page, sandbox, number).parcels[0])


def test_blanks_in_a_number_are_taken_out(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that a number with blanks in it comes clean from both readers, which agree."""
    number = ali.bulk(1, me, state=OrderState.AWAITING_DELIVERY)[0]
    ali.set_faults({"blank_in_number": True})
    read = tracking(page, sandbox, number)
    assert (ali.order(number).parcels[0].number, Reader.BOTH) == (read.parcels[0].number, read.reader)


@pytest.mark.parametrize(
    ("faults", "error"),
    [
        ({"empty_skeleton": True}, AnswerChanged),
        pytest.param({"missing_block": "trackingDetailLineList"}, AnswerChanged, marks=pytest.mark.long),
        pytest.param({"broken_json": True}, AnswerChanged, marks=pytest.mark.long),
        ({"html": True}, AnswerChanged),
        pytest.param({"design": "unknown"}, AnswerChanged, marks=pytest.mark.long),
        ({"dom_disagrees": "tracking"}, PageChanged),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else value.__name__,
)
def test_one_bad_page_does_not_stop_the_others(
    sandbox: Sandbox, ali: AliWorld, page: Page, *, me: str, faults: dict[str, Any], error: type[FlowError]
) -> None:
    """Proves that a page that cannot be believed is its own error alone, shown to who keeps evidence."""
    made = ali.bulk(3, me, state=OrderState.AWAITING_DELIVERY)
    ali.set_faults({**faults, "only_orders": [] if "design" in faults else [made[1]]})
    kept: list[FlowError] = []
    read = dict(read_tracking(page.context, sandbox.site, made, 2, lambda _, trouble: kept.append(trouble)))
    bad = made if "design" in faults else [made[1]]
    assert {number: error if number in bad else Tracking for number in made} == {
        number: type(one) for number, one in read.items()
    }
    assert kept == [read[number] for number in bad]


def test_person_is_called(sandbox: Sandbox, ali: AliWorld, page: Page, me: str) -> None:
    """Proves that a human check ends the reading at once and leaves no tab behind."""
    made = ali.bulk(4, me, state=OrderState.AWAITING_DELIVERY)
    ali.set_faults({"captcha": True})
    with pytest.raises(PersonNeeded) as raised:
        list(read_tracking(page.context, sandbox.site, made, tabs=2))
    assert NeedKind.CAPTCHA is raised.value.kind
    assert [page] == page.context.pages

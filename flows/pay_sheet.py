"""Gets the To pay tab ready for a payment of several orders together: ticks them, and presses nothing."""

from collections.abc import Sequence
from contextlib import closing

from playwright.sync_api import Page

from flows.check_orders import read_list
from flows.errors import PageChanged
from flows.pages.order_list import NAME, DrawnOrderList
from flows.tab import OnTrouble, browser_trouble
from flows.values import ListedOrder, OrderNumber, Site, Value

# What AliExpress pays together where a page does not say (aliexpress.md 5.1: mergePayLimit).
TOGETHER = 20
TAKES_MS, STEP_MS = 1000, 50


class Ticked(Value):
    """What is ticked in the To pay tab, in the order asked for; the page is the person's from then on.

    `absent` are not in the tab, `left` are more than AliExpress pays `together`, `unable` have no box or the page took
    the tick back; `shown` are the orders asked for as the tab shows them, with the amounts that it asks.
    """

    ticked: tuple[OrderNumber, ...]
    absent: tuple[OrderNumber, ...] = ()
    left: tuple[OrderNumber, ...] = ()
    unable: tuple[OrderNumber, ...] = ()
    shown: tuple[ListedOrder, ...] = ()
    together: int = TOGETHER


def open_to_pay(page: Page, site: Site, numbers: Sequence[str], on_trouble: OnTrouble | None = None) -> Ticked:
    """Open the tab of unpaid orders in `page` and tick the first of `numbers`, as many as AliExpress pays together.

    Nothing is pressed but the boxes, and "View orders" for the rest of the tab. Raises PersonNeeded, TryLater or
    PageChanged.
    """
    wanted = list(dict.fromkeys(numbers))
    shown: dict[str, ListedOrder] = {}
    together = TOGETHER
    with closing(read_list(page, site, "unpaid", on_trouble)) as pages:
        for listed in pages:
            together = listed.pay_together or together
            shown |= {order.order_id: order for order in listed.orders if order.order_id in wanted}
            if len(shown) == len(wanted):
                break
    present = [number for number in wanted if number in shown]
    with browser_trouble("the To pay tab"):
        ticked, unable = _tick(DrawnOrderList(page, site), present, together)
    return Ticked(
        ticked=tuple(ticked),
        absent=tuple(number for number in wanted if number not in shown),
        left=tuple(number for number in present if number not in {*ticked, *unable}),
        unable=tuple(unable),
        shown=tuple(shown[number] for number in present),
        together=together,
    )


def _tick(screen: DrawnOrderList, numbers: Sequence[str], together: int) -> tuple[list[str], list[str]]:
    """Tick the first of the orders that have a box; returns those that are ticked then, and those that cannot be."""
    boxes = screen.boxes()
    able = [number for number in numbers if boxes.get(number) is not None]
    chosen = set(able[:together])
    screen.tick(able[:together])
    ticked = _settled(screen, chosen)
    if ticked - chosen:
        raise PageChanged(NAME, "card_box", f"{len(ticked - chosen)} ticked that were not asked for")
    unable = [number for number in numbers if number not in able or number in chosen - ticked]
    return [number for number in numbers if number in ticked], unable


def _settled(screen: DrawnOrderList, chosen: set[str]) -> set[str]:
    """What is ticked once the page has drawn it; it may take back what it does not pay together."""
    for _ in range(TAKES_MS // STEP_MS):
        ticked = {number for number, on in screen.boxes().items() if on}
        if ticked == chosen:
            return ticked
        screen.page.wait_for_timeout(STEP_MS)
    return ticked

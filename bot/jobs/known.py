"""The orders that stood in AliExpress's list before a press: what may be bought already, and from where on to look."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from playwright.sync_api import Page

from bot.holds import Hold
from bot.jobs.checking import PurchaseRows
from bot.jobs.looking import ListView, Looker, look_back
from bot.models import Order
from bot.work import Workplace
from flows.values import Site
from flows.values_buying import Wanted

# A list older than this is read on before it is trusted: a person may have bought by hand meanwhile.
FRESH = timedelta(minutes=2)


@dataclass(slots=True)
class KnownOrders:
    """The list as far back as it was read, through `page`; `at` is when it was read last."""

    page: Page
    site: Site
    looker: Looker
    clock: Callable[[], datetime]
    view: ListView
    at: datetime

    @classmethod
    def none(cls, page: Page, place: Workplace, looker: Looker) -> "KnownOrders":
        """Nothing was read yet."""
        return cls(page, place.config.site, looker, place.clock, ListView(), place.clock())

    @property
    def newest(self) -> str | None:
        """The newest number, None for an empty list."""
        return self.view.newest

    def keep(self, view: ListView) -> None:
        """A look goes back to the newest number known before; what is older is known already."""
        self.view, self.at = view.followed_by(self.view), self.clock()

    def refresh(self) -> None:
        """Read on where the last look is too long ago. Raises FlowError."""
        if self.clock() - self.at > FRESH:
            self.keep(look_back(self.page, self.site, down_to=self.newest))

    def perhaps_bought(self, rows: PurchaseRows, wanted: Wanted) -> list[str]:
        """Numbers that may be this purchase, bought by somebody else; those that a person has seen to are left out."""
        self.refresh()
        seen_to = str((rows.purchase.approved or {}).get(Hold.PERHAPS_BOUGHT, "")).split(", ")
        suspects = self.looker.suspects(self.view, wanted, since=paid_on(rows.order))
        return [number for number in suspects if number not in seen_to]


def paid_on(order: Order) -> date:
    """The day from which on an order may have been bought, with room for the account's time zone."""
    return (order.paid_at or order.created_at).date() - timedelta(days=1)

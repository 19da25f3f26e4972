"""Opens the confirm pages of the next orders in tabs behind the one that the person works in; none of them is armed."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from playwright.sync_api import Page

from bot import checkpoints
from bot.address import AddressRefused
from bot.holds import Held, Hold
from bot.jobs.asked import wanted_for
from bot.jobs.checking import PurchaseRows, UnmappedError
from bot.jobs.desk import Desk
from bot.jobs.paid import Turn
from bot.shopbase import ShopBaseError
from flows.errors import CannotBuy, FlowError
from flows.pay_page import warm

AHEAD = 2


@dataclass(slots=True)
class Warming:
    """The turns of one run in their order, and the tabs that are free for them."""

    desk: Desk
    turns: Sequence[Turn]
    _free: list[Page] = field(default_factory=list)

    def prepare(self, turn: Turn) -> None:
        """Check one order with the store, and open its pages; what stands in the way is kept in the turn."""
        if turn.is_prepared:
            return
        try:
            turn.no = self._why_not(turn)
            if turn.no is None:
                assert turn.wanted is not None
                page = self._page()
                turn.warm = warm(page, self.desk.site, turn.wanted, self.desk.guard, on_step=reached)
        except CannotBuy as no:
            turn.no = Held(no.reason, {"detail": no.detail})
        except FlowError as trouble:
            turn.trouble = trouble
        checkpoints.reached("pay: warmed")

    def ahead_of(self, turn: Turn) -> bool:
        """Prepare one of the next two orders, if one of them is not; False where nothing was left to do."""
        following = self.turns[turn.place : turn.place + AHEAD]
        following = [each for each in following if not each.is_prepared]
        if following:
            self.prepare(following[0])
        return bool(following)

    def is_done_with(self, page: Page) -> None:
        """A tab whose order is over serves for another one; a page that stays the person's is not given here."""
        if not page.is_closed() and page not in self._free:
            self._free.append(page)

    def _page(self) -> Page:
        while self._free:
            page = self._free.pop()
            if not page.is_closed():
                return page
        return self.desk.guard.open_page()

    def _why_not(self, turn: Turn) -> Held | str | None:
        desk, candidate = self.desk, turn.candidate
        try:
            with desk.place.database.read() as session:
                turn.rows = PurchaseRows.load(session, candidate.purchase)
            turn.wanted = wanted_for(turn.rows, desk.place.config.account(desk.account).currency)
            says = desk.lease(candidate).check(candidate, live=True)
        except UnmappedError as gone:
            return str(gone)
        except AddressRefused as refused:
            return Held(Hold.ADDRESS, {"problems": str(refused)})
        except ShopBaseError as trouble:
            return f"the store could not be read: {trouble}"
        for url in (turn.rows.line.image, turn.rows.mapping.image):
            desk.faces.pictures.ask(url)
        return says.held or says.over


def reached(name: str, _page: Page) -> None:
    """A step of a flow as a checkpoint."""
    checkpoints.reached(f"place: {name}")

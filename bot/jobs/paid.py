"""What becomes of the orders of a pay run, while it lasts and at its end."""

from concurrent.futures import Future
from dataclasses import dataclass, field

from playwright.sync_api import Page

from bot.holds import Held
from bot.jobs.checking import PurchaseRows
from bot.jobs.store_checks import Word
from bot.models import Purchase
from bot.planning import Candidate
from flows.errors import FlowError
from flows.pay_page import Warm
from flows.values_buying import Quote, Wanted
from flows.values_paying import Sight


@dataclass(slots=True)
class Turn:
    """One order of a pay run: `place` is its number in the list, `listed` the quote that the person saw there,
    `accepted` another one that they took instead.

    `asked` is what the store is being asked; `warm` is its opened confirm page; `no` says why it cannot be bought,
    `trouble` what was wrong with the page.
    """

    candidate: Candidate
    place: int
    every: int
    listed: Quote | None = None
    accepted: Quote | None = None
    rows: PurchaseRows | None = None
    wanted: Wanted | None = None
    asked: "Future[Word] | None" = None
    warm: Warm | None = None
    no: Held | str | None = None
    trouble: FlowError | None = None
    is_begun: bool = False

    @property
    def ali_image(self) -> str | None:
        """Where the picture of the option that is bought is: as it was mapped, else as its page shows it."""
        offered = self.warm.offer.image if self.warm is not None and self.warm.has_offer else None
        return (self.rows.mapping.image if self.rows is not None else None) or offered

    @property
    def is_prepared(self) -> bool:
        """Whether its page was opened, or surely cannot be."""
        return self.warm is not None or self.no is not None or self.trouble is not None

    def forget(self) -> None:
        """Prepared pages and what was found out are no longer true."""
        if self.warm is not None:
            self.warm.close()
        self.asked = self.warm = self.no = self.trouble = None
        self.is_begun = False


@dataclass(frozen=True, slots=True)
class Pressed:
    """An order whose press went out, or may have: what became of it has to be looked for."""

    turn: Turn
    purchase: Purchase
    quote: Quote | None
    page: Page
    sight: Sight


@dataclass(slots=True)
class PaidOrder:
    """What became of one order: `state` is placed, skipped, held, unknown, nothing or stopped; `why` says it in words.

    `is_paid`: AliExpress says so; `differs` are sentences on what is not as it was prepared; `chosen`: the person
    wanted it so.
    """

    candidate: Candidate
    state: str
    why: str = ""
    quote: Quote | None = None
    numbers: tuple[str, ...] = ()
    is_paid: bool = False
    differs: tuple[str, ...] = ()
    chosen: bool = False

    @property
    def is_left_unpaid(self) -> bool:
        """Whether the order stands on AliExpress and waits for its payment."""
        return self.state == "placed" and not self.is_paid


@dataclass(slots=True)
class PaidRun:
    """One pay run: what became of each order, and what ended it early, if anything did.

    `is_gone`: the browser was closed, so what became of the last press has still to be looked for.
    """

    outcomes: list[PaidOrder] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)
    ended_by: str | None = None
    trouble: FlowError | None = None
    is_gone: bool = False

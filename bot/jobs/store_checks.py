"""What the store says of the orders that come next, asked beside everything else.

A store may take its time, and be asked again and again; meanwhile a person is paying in a page whose requests all go
through the thread that would wait.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from threading import Event

from bot.address import AddressRefused
from bot.holds import Held, Hold
from bot.jobs.asked import wanted_for
from bot.jobs.checking import PurchaseRows, UnmappedError
from bot.jobs.lease import Lease
from bot.jobs.stores import Stores
from bot.language import _
from bot.planning import Candidate
from bot.shopbase import ShopBaseError
from bot.work import Workplace
from flows.values_buying import Wanted


@dataclass(frozen=True, slots=True)
class Word:
    """What is to be bought for an order, and for whom; `no` says why it cannot be bought."""

    rows: PurchaseRows | None = None
    wanted: Wanted | None = None
    no: Held | str | None = None


def word_on(place: Workplace, account: str, stores: Stores, candidate: Candidate) -> Word:
    """Read an order in the store once more, and lease it. Raises MissingSecret, ConfigError."""
    rows: PurchaseRows | None = None
    try:
        with place.database.read() as session:
            rows = PurchaseRows.load(session, candidate.purchase)
        wanted = wanted_for(rows, place.config.account(account).currency)
        lease = Lease(place.database, stores.of(candidate.shop), place.home, place.clock)
        says = lease.check(candidate, live=True)
    except UnmappedError as gone:
        return Word(no=str(gone))
    except AddressRefused as refused:
        return Word(rows, no=Held(Hold.ADDRESS, {"problems": refused.told}))
    except ShopBaseError as trouble:
        return Word(rows, no=_("the store could not be read: {problem}").format(problem=trouble))
    return Word(rows, wanted, says.held or says.over or says.late)


class StoreChecks:
    """Asks about one order after the other in a thread with connections of its own; use `close` at the end."""

    def __init__(self, place: Workplace, account: str) -> None:
        self._place, self._account = place, account
        self._ended = Event()
        self._stores = Stores(place, sleep=self._rest)
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="store")

    def _rest(self, seconds: float) -> None:
        self._ended.wait(seconds)

    def ask(self, candidate: Candidate) -> "Future[Word]":
        """The word on an order will be wanted."""
        return self._worker.submit(copy_context().run, word_on, self._place, self._account, self._stores, candidate)

    def close(self) -> None:
        """Wait for nothing any more; what is being asked is not tried again."""
        self._ended.set()
        self._worker.shutdown(wait=False, cancel_futures=True)
        self._stores.close()

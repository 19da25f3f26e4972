"""The world of the stand-in AliExpress: accounts, sessions and orders, and what happens to them."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any
from zlib import crc32

from bot.sandbox.aliexpress import catalogue
from bot.sandbox.aliexpress.errors import WorldError
from bot.sandbox.aliexpress.faults import FaultBoard, Faults
from bot.sandbox.aliexpress.index import ListIndex
from bot.sandbox.aliexpress.market import Market
from bot.sandbox.aliexpress.orders import UNSENT, AliOrder, AliRecipient, BuyLine, OrderState
from bot.sandbox.aliexpress.parcels import Shipment, deliver_parcels, new_parcels, return_parcel, take_over
from bot.sandbox.aliexpress.sessions import Sessions

PAY_WINDOW = timedelta(days=12)

# Ids of 16 digits, far below 2^53; siblings of one checkout 20,000 apart, checkouts about 1e11 (aliexpress.md 2).
_FIRST_NUMBER = 3_072_000_000_017_351
_SIBLING_STEP = 20_000
_CHECKOUT_STEP = 100_000_000_000

_CAN_PAY = {OrderState.TO_PAY, OrderState.PAYMENT_CHECK}
_CAN_SHIP = {OrderState.PROCESSING, OrderState.PARTLY_SHIPPED, OrderState.AWAITING_DELIVERY}
_SENT = {OrderState.PARTLY_SHIPPED, OrderState.AWAITING_DELIVERY, OrderState.COMPLETED}

Which = str | Iterable[str]


@dataclass(slots=True)
class AliAccount:
    """A buyer's account; its order list is `index`."""

    name: str
    email: str
    index: ListIndex = field(default_factory=ListIndex)

    @property
    def member(self) -> str:
        """The number by which the site knows the account, the same for the same name."""
        return str(2_000_000_000 + crc32(self.name.encode()) % 1_000_000_000)


class AliWorld:
    """All that the stand-in AliExpress holds. Every method may be called from any thread; `lock` holds it still."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.accounts: dict[str, AliAccount] = {}
        self.orders: dict[str, AliOrder] = {}
        self.board = FaultBoard(self.lock)
        self.sessions = Sessions(self.lock)
        self.page_loads: Counter[str] = Counter()
        self.bytes_sent: Counter[str] = Counter()
        self.market = Market(self.lock)
        self._checkouts = 0
        self._parcels = 0

    def account(self, name: str) -> AliAccount:
        """The account of that name, opened on first use with the address `<name>@sandbox.example`."""
        with self.lock:
            return self.accounts.setdefault(name, AliAccount(name, f"{name}@sandbox.example"))

    def account_by_email(self, email: str) -> AliAccount | None:
        """Whose address this is; None for a stranger's."""
        with self.lock:
            return next((one for one in self.accounts.values() if one.email == email.strip().lower()), None)

    def sign_in(self, account: str) -> str:
        """A new session of an account: the value of its HttpOnly cookie."""
        with self.lock:
            return self.sessions.open(self.account(account).name)

    def set_faults(self, changes: Mapping[str, Any]) -> Faults:
        """Switch faults on, or off with None; a name that does not exist is a FaultError and changes nothing."""
        with self.lock:
            now = self.board.change(changes)
            if "signed_out" in changes:
                self.sessions.end_all(now.signed_out)
            return now

    @property
    def faults(self) -> Faults:
        """What goes wrong at present."""
        return self.board.now

    def count_page(self, kind: str) -> None:
        """One more page of a kind was loaded."""
        with self.lock:
            self.page_loads[kind] += 1

    def count_bytes(self, kind: str, count: int) -> None:
        """So many bytes of a kind (document, data, script, image, font, analytics) were sent."""
        with self.lock:
            self.bytes_sent[kind] += count

    def buy(
        self,
        recipient: AliRecipient,
        lines: Sequence[BuyLine],
        account: str = "main",
        *,
        currency: str = "USD",
        extra: int = 0,
        at: datetime | None = None,
    ) -> list[str]:
        """Buy without paying: one order a store; the numbers of the new orders.

        `extra` is what the first of them costs beside its lines: shipping and tax, less what is taken off. WorldError:
        there are no lines, or a quantity is below 1.
        """
        if not lines or any(line.quantity < 1 for line in lines):
            raise WorldError("a purchase needs lines, each of a quantity of 1 or more")
        by_store = sorted(lines, key=lambda line: line.store)
        created = at or datetime.now(UTC)
        with self.lock:
            index = self.account(account).index
            hours = self.faults.pay_hours
            window = PAY_WINDOW if hours is None else timedelta(hours=hours)
            first = self._next_number()
            numbers = []
            for place, (store, group) in enumerate(groupby(by_store, key=lambda line: line.store)):
                bought = tuple(group)
                number = str(first + place * _SIBLING_STEP)
                total = sum(line.quantity * line.unit_price for line in bought) + (0 if place else extra)
                due = created + window
                order = AliOrder(number, account, bought, recipient, currency, total, store, created, due)
                self.orders[order.number] = order
                index.note(order)
                numbers.append(order.number)
            return numbers

    def bulk(
        self,
        count: int,
        account: str = "main",
        *,
        state: OrderState = OrderState.PROCESSING,
        at: datetime | None = None,
    ) -> list[str]:
        """Make `count` orders of one line each, a minute apart, the last one at `at`; their numbers, oldest first."""
        last = at or datetime.now(UTC)
        with self.lock:
            start = len(self.orders)
            numbers = []
            for place in range(count):
                serial = start + place
                when = last - timedelta(minutes=count - 1 - place)
                line, person = catalogue.line_of(serial), catalogue.recipient_of(serial)
                numbers += self.buy(person, [line], account, at=when)
            self._bring_to(numbers, state)
            return numbers

    def pay(
        self, which: Which = "all", *, checking: bool = False, at: datetime | None = None, by: str = "by hand"
    ) -> list[str]:
        """Pay unpaid orders; with `checking` AliExpress still verifies the payment. The numbers paid."""

        def paid(order: AliOrder) -> None:
            order.state = OrderState.PAYMENT_CHECK if checking else OrderState.PROCESSING
            order.paid_at = None if checking else at or max(order.created_at, datetime.now(UTC))
            order.paid_by = by

        return self._change(which, _CAN_PAY, "paid", paid)

    def ship(
        self,
        which: Which = "all",
        *,
        parcels: int = 1,
        lines: Sequence[int] | None = None,
        carrier: str | None = None,
        numbers: Sequence[str] | None = None,
        at: datetime | None = None,
    ) -> list[str]:
        """Send paid orders in `parcels` parcels (0: sent, but no parcel shows yet). The numbers sent.

        With "all" only orders not yet sent are; one named again gets further parcels. `lines` are the indexes of the
        lines that go, the others stay behind; `numbers` are the last-mile numbers, "" where none is known yet.
        """
        states = {OrderState.PROCESSING} if which == "all" else _CAN_SHIP

        def sent(order: AliOrder) -> None:
            when = at or datetime.now(UTC)
            going = list(range(len(order.lines))) if lines is None else list(lines)
            shipment = Shipment(tuple(going), parcels, when, carrier, tuple(numbers or ()))
            made = new_parcels(order, shipment, self._parcels)
            self._parcels += len(made)
            order.parcels += made
            order.shipped_at = order.shipped_at or when
            gone = {line for parcel in order.parcels for line, _ in parcel.items} | set(going)
            whole = gone >= set(range(len(order.lines)))
            order.state = OrderState.AWAITING_DELIVERY if whole else OrderState.PARTLY_SHIPPED

        return self._change(which, states, "sent", sent)

    def change_number(self, number: str, new: str, *, parcel: int = 0, at: datetime | None = None) -> None:
        """The last-mile carrier has taken a parcel over and gives it a number of its own."""
        with self.lock:
            order = self.order(number)
            if parcel >= len(order.parcels):
                raise WorldError(f"order {number} has {len(order.parcels)} parcels, none with index {parcel}")
            take_over(order.parcels[parcel], new, at)

    def deliver(self, which: Which = "all", *, complete: bool = True, at: datetime | None = None) -> list[str]:
        """Deliver every parcel of sent orders; with `complete` the buyer confirms them too. The numbers delivered."""
        when = at or datetime.now(UTC)

        def delivered(order: AliOrder) -> None:
            deliver_parcels(order, when)
            if complete:
                order.state, order.ended_at = OrderState.COMPLETED, when

        return self._change(which, _SENT - {OrderState.COMPLETED}, "delivered", delivered)

    def return_parcel(self, number: str, *, parcel: int = 0, at: datetime | None = None) -> None:
        """A parcel could not be delivered and goes back."""
        with self.lock:
            order = self.order(number)
            if parcel >= len(order.parcels):
                raise WorldError(f"order {number} has {len(order.parcels)} parcels, none with index {parcel}")
            return_parcel(order.parcels[parcel], at)

    def cancel(self, which: Which) -> list[str]:
        """Cancel orders that are not sent."""
        return self._end(which, UNSENT, "canceled", OrderState.CANCELED)

    def expire(self, which: Which = "all") -> list[str]:
        """The pay window of unpaid orders is over."""
        return self._end(which, {OrderState.TO_PAY}, "expired", OrderState.EXPIRED)

    def close(self, which: Which) -> list[str]:
        """AliExpress or the seller closes orders that are not sent."""
        return self._end(which, UNSENT, "closed", OrderState.CLOSED)

    def dispute(self, which: Which) -> list[str]:
        """The buyer opens a dispute on sent orders."""
        return self._end(which, _SENT, "disputed", OrderState.IN_DISPUTE)

    def refund(self, which: Which, *, as_status: bool = False) -> list[str]:
        """Give the money back: a refund line under the card; the status says Canceled if unsent, Completed if sent.

        With `as_status` the status itself says Refunded.
        """

        def refunded(order: AliOrder) -> None:
            ended = OrderState.CANCELED if order.state in UNSENT else OrderState.COMPLETED
            order.state = OrderState.REFUNDED if as_status else ended
            order.refund_note = True
            order.ended_at = datetime.now(UTC)

        return self._change(which, set(OrderState) - {OrderState.TO_PAY, OrderState.EXPIRED}, "refunded", refunded)

    def order(self, number: str) -> AliOrder:
        """One order; WorldError where there is none of that number."""
        with self.lock:
            if number not in self.orders:
                raise WorldError(f"there is no order {number} on the sandbox's AliExpress")
            return self.orders[number]

    def list_page(self, account: str, tab: str, number: int, faults: Faults) -> tuple[list[AliOrder], bool]:
        """What one list answer shows, and whether more follow; counts as one page of the list."""
        with self.lock:
            index = self.account(account).index
            index.catch_up(faults.lag, faults.lag_seconds)
            self.page_loads["list"] += 1
            return index.page(tab, number)

    def counts(self, account: str | None) -> dict[str, int]:
        """Orders in the three tabs that `order.count` knows; zeros for a stranger."""
        with self.lock:
            index = self.account(account).index if account else ListIndex()
            return {tab: index.count(tab) for tab in ("unpaid", "processing", "shipped")}

    def _next_number(self) -> int:
        spread = self._checkouts * 7_919 % 1_000 * 10_000_000
        number = _FIRST_NUMBER + self._checkouts * _CHECKOUT_STEP + spread
        self._checkouts += 1
        return number

    def _bring_to(self, numbers: list[str], state: OrderState) -> None:
        if state is OrderState.TO_PAY:
            return
        self.pay(numbers, checking=state is OrderState.PAYMENT_CHECK)
        if state in _SENT:
            self.ship(numbers)
        if state is OrderState.COMPLETED:
            self.deliver(numbers)

    def _end(self, which: Which, states: set[OrderState], deed: str, end: OrderState) -> list[str]:
        def ended(order: AliOrder) -> None:
            order.state = end
            order.ended_at = datetime.now(UTC)

        return self._change(which, states, deed, ended)

    def _change(self, which: Which, states: set[OrderState], deed: str, act: Callable[[AliOrder], None]) -> list[str]:
        with self.lock:
            chosen = self._chosen(which, states, deed)
            for order in chosen:
                act(order)
                self.accounts[order.account].index.note(order)
            return [order.number for order in chosen]

    def _chosen(self, which: Which, states: set[OrderState], deed: str) -> list[AliOrder]:
        if which == "all":
            return [order for order in self.orders.values() if order.state in states]
        chosen = [self.order(number) for number in ([which] if isinstance(which, str) else which)]
        for order in chosen:
            if order.state not in states:
                raise WorldError(f"order {order.number} is {order.state.value} and cannot be {deed}")
        return chosen

"""The hypothesis state machine of buying: one merchant, one home folder or two, and all that can happen around them."""

import contextlib
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.buying_home import MayNotBuyError, stop_file
from bot.models import PurchaseState
from bot.sandbox.shop_goods import CATALOGUE, US
from flows.errors import FlowError
from flows.values import AliLine, AliStatus, Recipient
from tests.merchant import Clock
from tests.model_home import ACCOUNT, ModelHome
from tests.model_site import LineName, ModelSite
from tests.model_world import here

# Where a run may stand still: outside of any transaction.
STANDS = (
    *("about to lease", "tagged", "leased", "ready", "quoted", "last word", "intent committed", "intent remembered"),
    *("armed", "pressed", "outcome", "after press", "looked", "placed", "one done"),
)
DIES = (*STANDS, "before intent commit", "before placed commit")
PRESS_FAULTS = ("lost", "lost_before", "refused", "shown", "charged", "nothing")
ORDERS = 3
A_WHILE = timedelta(minutes=6)


class Buying(RuleBasedStateMachine):
    """One merchant with a store, an AliExpress account, and one home folder or two."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.shop = here().open_store(self.clock)
        self.site = ModelSite(self.clock, self.clock.sleep, is_stopped=lambda _account: self._stopped_here())
        self.patch = pytest.MonkeyPatch()
        self.stack = contextlib.ExitStack()
        self.stack.enter_context(self.site.installed(self.patch))
        self.folder = here().folder / str(next(here().numbers))
        self.homes: list[ModelHome] = []
        self.running: ModelHome | None = None

    @initialize(two=st.booleans())
    def move_in(self, two: bool) -> None:
        """One home, or two computers that share the store and the AliExpress account; each has looked once."""
        for name in ("one", "other")[: 2 if two else 1]:
            home = ModelHome(self.folder / name, here().empty, here().config(), self.site, self.clock)
            self.homes.append(home)
            home.reconcile()
        self.sell(False, 0)

    def _stopped_here(self) -> bool:
        runs = [home for home in self.homes if home.run is not None or home is self.running]
        return any(home.is_stopped for home in runs)

    def _home(self, which: int) -> ModelHome | None:
        """A home whose browser is free; a run that stands still keeps its account's lock."""
        free = [home for home in self.homes if home.run is None]
        return free[which % len(free)] if free else None

    def _lines(self) -> list[LineName]:
        return [(order.name, at) for order in self.shop.orders.values() for at in range(1, len(order.lines) + 1)]

    def _open(self, which: int) -> LineName | None:
        """A line that is bought nowhere, and of which no home wonders whether it is."""
        wondered = {
            tied.name
            for home in self.homes
            for tied in home.tied()
            if tied.purchase.intent_at is not None and tied.purchase.state is not PurchaseState.PLACED
        }
        alike = {self._buyer(name) for name in wondered}
        names = [name for name in self._lines() if not self.site.standing(name) and self._buyer(name) not in alike]
        return names[which % len(names)] if names else None

    def _buyer(self, name: LineName) -> str:
        order = self.shop.find(name[0])
        return f"{(order.address or {})['phone']} {order.lines[name[1] - 1].goods.title}"

    # --- what happens -------------------------------------------------------------------------------------------

    @precondition(lambda self: len(self.shop.orders) < ORDERS)
    @rule(again=st.booleans(), product=st.integers(0, 1))
    def sell(self, again: bool, product: int) -> None:
        """A buyer pays: a new one, or the same one once more."""
        goods = ((CATALOGUE[product], 1), (CATALOGUE[1 - product], 2))[: 1 + (len(self.shop.orders) == 1)]
        before = next(reversed(self.shop.orders.values()), None)
        order = self.shop.add_order(goods, place=US, created=self.clock())
        if again and before is not None and len(self.homes) == 1:
            order.address = before.address

    @rule(which=st.integers(0, 1))
    def place(self, which: int) -> None:
        """A run from beginning to end."""
        home = self._home(which)
        if home is not None:
            with self._at_work(home), contextlib.suppress(MayNotBuyError):
                home.buy()

    @rule(which=st.integers(0, 1), point=st.sampled_from(STANDS), visit=st.integers(1, 2))
    def place_until(self, which: int, point: str, visit: int) -> None:
        """A run that stands still at a named point while other things happen."""
        home = self._home(which)
        if home is not None:
            with self._at_work(home), contextlib.suppress(MayNotBuyError):
                home.buy_until(f"place: {point}", visit, dies=False)

    @rule(which=st.integers(0, 1), point=st.sampled_from(DIES), visit=st.integers(1, 2))
    def place_and_die(self, which: int, point: str, visit: int) -> None:
        """A run that is killed at a named point."""
        home = self._home(which)
        if home is not None:
            with self._at_work(home), contextlib.suppress(MayNotBuyError):
                home.buy_until(f"place: {point}", visit, dies=True)

    @precondition(lambda self: any(home.run for home in self.homes))
    @rule(dies=st.booleans(), seconds=st.sampled_from((0, 8, 400)))
    def wake(self, dies: bool, seconds: int) -> None:
        """A run that stood still goes on, or dies after all."""
        self.clock.sleep(seconds)
        home = next(home for home in self.homes if home.run is not None)
        with self._at_work(home), contextlib.suppress(MayNotBuyError):
            home.wake(dies=dies)

    @contextlib.contextmanager
    def _at_work(self, home: ModelHome) -> Iterator[None]:
        self.running = home
        try:
            yield
        finally:
            self.running = None

    @rule(which=st.integers(0, 1))
    def sync(self, which: int) -> None:
        """AliExpress is read."""
        home = self._home(which)
        if home is not None:
            with contextlib.suppress(FlowError):
                home.sync()

    @rule(which=st.integers(0, 1))
    def reconcile(self, which: int) -> None:
        """A home looks for what it does not know of."""
        home = self._home(which)
        if home is not None:
            with contextlib.suppress(FlowError):
                home.reconcile()

    @rule(which=st.integers(0, 1))
    def answer(self, which: int) -> None:
        """A person looks at what is held, and says what is so; also while a run stands still."""
        self.homes[which % len(self.homes)].answer()

    @rule(which=st.integers(0, 9))
    def buy_by_hand(self, which: int) -> None:
        """A person buys a line by hand, which takes a while, and tells nobody."""
        name = self._open(which)
        if name is not None:
            self.clock.at += A_WHILE
            order = self.shop.find(name[0])
            line, address = order.lines[name[1] - 1], order.address or {}
            self.site.buy(ACCOUNT, _item(line), _typed(address), name, by_robot=False, lag=timedelta(0))

    @precondition(lambda self: not any(home.run for home in self.homes))
    @rule(which=st.integers(0, 9))
    def buy_for_oneself(self, which: int) -> None:
        """The account's owner buys the same thing for somebody else."""
        names = self._lines()
        line = self.shop.find(names[which % len(names)][0]).lines[0]
        self.site.buy(ACCOUNT, _item(line), STRANGER, None, by_robot=False, lag=timedelta(0))

    @rule(which=st.integers(0, 9))
    def cancel_in_store(self, which: int) -> None:
        """The merchant cancels an order in the store."""
        orders = [order for order in self.shop.orders.values() if order.cancelled is None]
        if len(orders) > 1:
            self.shop.cancel(orders[which % len(orders)].name)

    @rule(which=st.integers(0, 9))
    def cancel_on_aliexpress(self, which: int) -> None:
        """The merchant cancels an unpaid AliExpress order that is known, and wants the line bought again."""
        known = [(home, tied) for home in self.homes for tied in home.tied() if tied.numbers]
        if not known:
            return
        home, tied = known[which % len(known)]
        for made in self.site.made:
            if made.number in tied.numbers:
                made.status = AliStatus.CANCELED
        home.unlink(tied.name)

    @rule(kind=st.sampled_from(PRESS_FAULTS))
    def next_press_goes_wrong(self, kind: str) -> None:
        """What becomes of the next press."""
        self.site.faults.press = kind

    @rule(kind=st.sampled_from(("sold_out", "changed", "silent", "dear")))
    def next_page_goes_wrong(self, kind: str) -> None:
        """What becomes of the next confirm page."""
        self.site.faults.prepare = kind

    @rule(minutes=st.sampled_from((0, 1, 20)), fails=st.integers(0, 4), details=st.booleans())
    def list_goes_wrong(self, minutes: int, fails: int, details: bool) -> None:
        """How far the list lags behind, and how often it does not answer."""
        self.site.faults.lag = timedelta(minutes=minutes)
        self.site.faults.list_fails, self.site.faults.details_fail = fails, details

    @rule(minutes=st.sampled_from((1, 11, 40)))
    def wait(self, minutes: int) -> None:
        """Time passes."""
        self.clock.wait(minutes=minutes)

    @rule(which=st.integers(0, 1))
    def back_up(self, which: int) -> None:
        """A copy of the database is kept."""
        home = self._home(which)
        if home is not None:
            home.back_up()

    @rule(which=st.integers(0, 1))
    def restore(self, which: int) -> None:
        """The database is restored from an older copy."""
        home = self._home(which)
        if home is not None and home.backup.exists():
            home.restore()

    @rule(which=st.integers(0, 1))
    def lose_what_was_bought(self, which: int) -> None:
        """A run, and then the database as it was before it."""
        home = self._home(which)
        if home is not None:
            home.back_up()
            self.place(which)
            home.restore()

    @precondition(lambda self: any(home.run for home in self.homes))
    @rule(which=st.integers(0, 9))
    def give_up_on_it(self, which: int) -> None:
        """A person does not wait any longer for a run that stands still: says what is so, and buys by hand."""
        self.clock.wait(minutes=40)
        for home in self.homes:
            home.answer()
        self.buy_by_hand(which)

    # --- what must always hold ----------------------------------------------------------------------------------

    @invariant()
    def no_line_is_bought_twice(self) -> None:
        """At most one order stands for each line of the store."""
        twice = [name for name in self._lines() if len(self.site.standing(name)) > 1]
        assert [] == twice

    @invariant()
    def no_number_has_two_owners(self) -> None:
        """Each number belongs to one line, and to the line that it was made for."""
        of_number = {made.number: made for made in self.site.made}
        for home in self.homes:
            ties = [(number, tied.name) for tied in home.tied() for number in tied.numbers]
            assert [] == [number for number, times in Counter(number for number, _ in ties).items() if times > 1]
            assert [] == [(number, name) for number, name in ties if of_number[number].line != name]

    @invariant()
    def nothing_is_pressed_when_stopped(self) -> None:
        """The file STOP holds at once."""
        assert 0 == self.site.pressed_while_stopped

    # --- and in the end -----------------------------------------------------------------------------------------

    def teardown(self) -> None:
        """Every state has a way on: with a person who answers, each line ends placed, once, with its number."""
        try:
            if self.homes and not self._has_failed():
                self._live_on()
        finally:
            for home in self.homes:
                home.close()
            self.stack.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _has_failed(self) -> bool:
        return any(len(self.site.standing(name)) > 1 for name in self._lines())

    def _live_on(self) -> None:
        self.site.faults = type(self.site.faults)()
        for home in self.homes:
            if home.run is not None:
                home.wake(dies=True)
        called_off = {order.name for order in self.shop.orders.values() if order.cancelled is not None}
        wanted = {name for name in self._lines() if name[0] not in called_off}
        for _ in range(5):
            for home in self.homes:
                self.clock.wait(minutes=40)
                stop_file(home.home).unlink(missing_ok=True)
                home.reconcile()
                home.sync()
                home.answer()
                home.buy(supervised=True)
            self.no_line_is_bought_twice()
            self.no_number_has_two_owners()
            if wanted <= self._placed():
                return
        left = [tied for home in self.homes for tied in home.tied() if tied.name in wanted - self._placed()]
        raise AssertionError(f"no way on for {[(each.name, each.purchase.state, each.purchase.hold) for each in left]}")

    def _placed(self) -> set[LineName]:
        return {tied.name for home in self.homes for tied in home.tied() if tied.numbers}


def _item(line: Any) -> AliLine:
    goods = line.goods
    return AliLine(product_id=goods.ali_item_id, sku_id=goods.ali_sku_id, title=goods.title, quantity=line.quantity)


def _typed(address: dict[str, str]) -> Recipient:
    return Recipient(
        name=address["name"], phone=address["phone"], country_code=address["country_code"],
        address=address["address1"], region=address["city"], post_code=address["zip"],
    )  # fmt: skip


STRANGER = Recipient(
    name="Minh Tran", phone="+84 912000111", country_code="VN", address="25 Ly Thuong Kiet", region="Ha Noi",
    post_code="100000",
)  # fmt: skip

"""The store order read again before it is bought, and marked as one home's: what stops it, and who wins a race."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from bot import checkpoints
from bot.buying_home import home_id
from bot.db import Database
from bot.holds import Hold
from bot.home import Home
from bot.intake import take_in
from bot.jobs.lease import LOST, Lease, StoreSays
from bot.models import Line, Order, Purchase, PurchaseState
from bot.planning import Candidate
from bot.sandbox.shop_goods import CATALOGUE, US
from bot.sandbox.shop_state import ShopOrder
from bot.standing import restand
from tests.merchant import Clock
from tests.stores import Store, store_fixture

store = store_fixture


@dataclass
class Shop:
    """A paid order of two lines, pulled, each line with a purchase that waits."""

    store: Store
    database: Database
    folder: Path
    clock: Clock
    sold: ShopOrder

    def lease(self, name: str = "one") -> Lease:
        """The lease of a home of that name."""
        home = Home(self.folder / name)
        home.ensure()
        return Lease(self.database, self.store.client, home, self.clock, rest=self.clock.sleep)

    def candidate(self, position: int = 1) -> Candidate:
        """A line as it was planned."""
        with self.database.read() as session:
            order = session.exec(select(Order)).one()
            line = session.exec(select(Line).where(Line.position == position)).one()
            purchase = session.exec(select(Purchase).where(Purchase.line_id == line.id)).one()
        assert order.id is not None
        assert line.id is not None
        return Candidate(
            order.id, order.name, "main", line.id, position, line.title, line.quantity, purchase=purchase.id
        )

    def purchase(self) -> Purchase:
        """The purchase of the first line."""
        with self.database.read() as session:
            return session.get_one(Purchase, self.candidate().purchase)

    def touch(self) -> None:
        """The store notes a change."""
        self.store.state.touch(self.sold)


@pytest.fixture(name="shop")
def shop_fixture(store: Store, sqlite: Database, tmp_path: Path) -> Shop:
    """The order, as a pull and a plan have left it."""
    sold = store.state.add_order(((CATALOGUE[0], 2), (CATALOGUE[1], 1)), place=US)
    clock = Clock()
    with sqlite.write() as session:
        _, order_id = take_in(session, "main", store.client.order(str(sold.id)), clock())
        session.flush()
        for line in session.exec(select(Line)):
            assert line.id is not None
            session.add(Purchase(line_id=line.id, state=PurchaseState.NEW, created_at=clock()))
        restand(session, [order_id or 0], clock())
    return Shop(store, sqlite, tmp_path, clock, sold)


def cause(says: StoreSays) -> tuple[str, dict[str, Any]] | None:
    """What holds it."""
    return (says.held.code, says.held.data) if says.held is not None else None


def test_live_check_tags_the_order_once(shop: Shop) -> None:
    """Proves that other tags stay, that the tag is put on once, and that a dry run puts none on."""
    shop.sold.tags = ["gift"]
    lease = shop.lease()
    assert StoreSays() == lease.check(shop.candidate(), live=False)
    assert ["gift"] == shop.sold.tags
    for _ in range(2):
        assert StoreSays() == lease.check(shop.candidate(), live=True)
        assert StoreSays() == lease.confirm(shop.candidate())
    assert ["gift", f"dropferry:{home_id(lease.home)}"] == shop.sold.tags
    assert 1 == sum(call["method"] == "PUT" for call in shop.store.state.calls)


def refund(shop: Shop, quantity: int) -> None:
    """So many of the first line are paid back."""
    shop.store.state.refund(shop.sold.id, {shop.sold.lines[0].id: quantity})


@pytest.mark.parametrize(
    ("happens", "over"),
    [
        (lambda shop: shop.store.state.refund(shop.sold.id), "refunded in the store"),
        (lambda shop: shop.store.state.cancel(shop.sold.id), "cancelled in the store"),
        (lambda shop: refund(shop, 2), "nothing of this line is left"),
        (lambda shop: shop.store.state.edit(shop.sold.id, shop.sold.lines[0].id, 0), "nothing of this line is left"),
    ],
)
@pytest.mark.parametrize("when", ["check", "confirm"])
def test_what_is_called_off_is_not_bought(shop: Shop, happens: Callable[[Shop], Any], over: str, when: str) -> None:
    """Proves for the first look and for the last one that a refund, a cancellation or an edit ends the purchase."""
    lease = shop.lease()
    if when == "confirm":
        lease.check(shop.candidate(), live=True)
    candidate = shop.candidate()
    happens(shop)
    says = lease.confirm(candidate) if when == "confirm" else lease.check(candidate, live=True)
    assert over in (says.over or "")
    with shop.database.read() as session:
        assert PurchaseState.CANCELLED is session.get_one(Purchase, candidate.purchase).state


def test_order_that_is_gone_is_not_bought(shop: Shop) -> None:
    """Proves that an order the store no longer has ends there, and that nothing is cancelled on that word alone."""
    candidate = shop.candidate()
    shop.store.state.orders.clear()
    assert "the order is no longer in the store" == shop.lease().check(candidate, live=True).over
    assert PurchaseState.NEW is shop.purchase().state


def moved(shop: Shop) -> None:
    """The buyer moves house."""
    assert shop.sold.address is not None
    shop.sold.address["address1"] = "1 Elsewhere Road"
    shop.touch()


def pending(shop: Shop) -> None:
    """Another app begins to fulfil the first line."""
    shop.sold.lines[0].pending = 1
    shop.touch()


@pytest.mark.parametrize(
    ("happens", "what", "once"),
    [
        (moved, "the address", True),
        (lambda shop: shop.store.state.chargeback(shop.sold.id), "the buyer disputes the payment", False),
        (lambda shop: refund(shop, 1), "the quantity: 2 before, 1 now", False),
        (pending, "another app is at this line", False),
    ],
)
def test_what_has_changed_waits_for_a_person(shop: Shop, happens: Callable[[Shop], Any], what: str, once: bool) -> None:
    """Proves that a change since the plan is held with its name; an address that was looked at does not ask again."""
    candidate = shop.candidate()
    happens(shop)
    assert (Hold.STORE_CHANGED, {"what": what}) == cause(shop.lease().check(candidate, live=True))
    again = cause(shop.lease().check(candidate, live=True))
    assert once == (again is None)


def test_purchase_that_may_be_placed_is_never_cancelled(shop: Shop) -> None:
    """Proves that a refund leaves a purchase alone whose button may have been pressed."""
    with shop.database.write() as session:
        row = session.get_one(Purchase, shop.candidate().purchase)
        row.state, row.intent_at = PurchaseState.INTENT, shop.clock()
    shop.store.state.refund(shop.sold.id)
    shop.lease().check(shop.candidate(), live=True)
    assert PurchaseState.INTENT is shop.purchase().state


def test_order_of_another_home_is_left_to_it(shop: Shop) -> None:
    """Proves that another home's tag holds, before and after our own lease."""
    one, other = shop.lease("one"), shop.lease("other")
    assert StoreSays() == one.check(shop.candidate(), live=True)
    theirs = f"dropferry:{home_id(one.home)}"
    assert (Hold.OTHER_HOME, {"home": theirs}) == cause(other.check(shop.candidate(), live=True))
    assert (Hold.OTHER_HOME, {"home": theirs}) == cause(other.confirm(shop.candidate()))
    assert StoreSays() == one.confirm(shop.candidate())


def test_order_is_taken_over_at_a_persons_word(shop: Shop) -> None:
    """Proves that our tag takes the place of the named one alone, and that the other home then leaves the order."""
    one, other = shop.lease("one"), shop.lease("other")
    theirs = f"dropferry:{home_id(one.home)}"
    shop.sold.tags = ["gift", theirs]
    other.take_over(str(shop.sold.id), theirs)
    ours = f"dropferry:{home_id(other.home)}"
    assert ["gift", ours] == shop.sold.tags
    assert StoreSays() == other.check(shop.candidate(), live=True) == other.confirm(shop.candidate())
    assert (Hold.OTHER_HOME, {"home": ours}) == cause(one.confirm(shop.candidate()))
    other.take_over(str(shop.sold.id), theirs)
    assert ["gift", ours] == shop.sold.tags


@pytest.mark.parametrize("point", ["place: about to lease", "place: tagged"])
@pytest.mark.parametrize("seconds", [0, 3])
def test_of_two_homes_that_tag_at_once_one_buys(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, point: str, seconds: float
) -> None:
    """Proves for each place where the other home may come in between that exactly one of them hears "go on"."""
    one, other = shop.lease("one"), shop.lease("other")
    said: list[StoreSays] = []

    def meanwhile(name: str) -> None:
        if name == point and not said:
            said.append(StoreSays())
            shop.clock.sleep(seconds)
            said[0] = other.check(shop.candidate(), live=True)

    monkeypatch.setattr(checkpoints, "reached", meanwhile)
    first = one.check(shop.candidate(), live=True)
    both = [
        says.held is None and lease.confirm(shop.candidate()).held is None
        for lease, says in ((one, first), (other, said[0]))
    ]
    assert [False, True] == sorted(both)


def test_tag_that_was_written_over_is_noticed(shop: Shop) -> None:
    """Proves that a home whose tag was lost to somebody who replaced all tags does not buy."""
    lease = shop.lease()
    lease.check(shop.candidate(), live=True)
    shop.sold.tags = ["gift"]
    assert (Hold.OTHER_HOME, {"home": LOST}) == cause(lease.confirm(shop.candidate()))


def test_store_that_answers_too_slowly_is_not_leased(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that a tag is never put on by an answer that is seconds old."""
    monkeypatch.setattr(checkpoints, "reached", lambda _name: shop.clock.sleep(3))
    assert "too slowly" in (shop.lease().check(shop.candidate(), live=True).late or "")
    assert [] == shop.sold.tags


@pytest.mark.parametrize(("taken", "rests"), [(0, [5.0]), (3, [2.0]), (60, [])])
def test_last_look_comes_when_no_other_home_can_write_any_more(shop: Shop, taken: float, rests: list[float]) -> None:
    """Proves that a tag which another home writes late over ours is seen before a press, however quick pages are."""
    lease, rested = shop.lease(), []
    assert StoreSays() == lease.check(shop.candidate(), live=True)
    shop.clock.sleep(taken)

    def rest(seconds: float) -> None:
        if seconds:
            rested.append(seconds)
        shop.sold.tags = ["dropferry:0123456789ab"]

    lease.rest = rest
    assert (Hold.OTHER_HOME, {"home": "dropferry:0123456789ab"}) == cause(lease.confirm(shop.candidate()))
    assert rests == rested

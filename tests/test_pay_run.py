"""Pay runs in the sandbox, with a person who presses and pays: each order ends in its right state and number."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from playwright.sync_api import Browser, BrowserContext

from bot import checkpoints
from bot.buying_home import stop_buying
from bot.clock_leap import ClockWatch
from bot.holds import Hold
from bot.jobs.desk import Desk
from bot.jobs.faces import Faces
from bot.jobs.paid import Turn
from bot.jobs.pay_run import PayRun
from bot.models import PurchaseState
from bot.opening import now
from bot.sandbox.payer import Payer, Plan
from bot.sandbox.server import Sandbox
from flows.errors import PageChanged, PersonNeeded, Reason
from flows.values_buying import Quote
from flows.values_paying import BarFace
from tests.pay_home import PayHome, by_order, phone_of, states


@pytest.fixture(name="context", scope="module")
def context_fixture(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[BrowserContext]:
    """One context for the whole module."""
    opened = browser.new_context(**browser_context_args, service_workers="block")
    yield opened
    opened.close()


@pytest.fixture(name="home")
def home_fixture(sandbox: Sandbox, ali: Any, context: BrowserContext, tmp_path: Path, me: str) -> PayHome:
    """A home with an open browser, an empty store, and an account of this test's own."""
    sandbox.shop.orders.clear()
    sandbox.world.bought.clear()
    return PayHome(sandbox, tmp_path / "home", context, me)


def all_is_well(home: PayHome) -> None:
    """Nothing is bought twice, and no number is a wrong one."""
    assert ([], []) == (home.bought_twice(), home.wrong_numbers())


def test_twenty_orders_each_end_in_their_right_state(home: PayHome, ali: Any) -> None:
    """Proves the merchant's day: 12 paid, 3 skipped, 1 held, 1 closed, 3-D Secure, a slow code, a refused card."""
    orders = [home.sell(place % 4) for place in range(20)]
    names = [order.name for order in orders]
    code, refused = names[12], names[16]
    ali.set_faults(
        {"payment_for": {phone_of(orders[8]): "3ds", phone_of(orders[12]): "otp", phone_of(orders[16]): "refused"}}
    )
    skipped = (names[1], names[6], names[18])
    held, closed = names[4], names[10]
    plans = {
        **dict.fromkeys(skipped, Plan("skip", by="keyboard")),
        held: Plan("hold"),
        closed: Plan("close_tab"),
        code: Plan(slow=6),
    }
    before = home.presses
    done = home.pay(plans, kind=Watched)
    expected = dict.fromkeys(names, "placed") | dict.fromkeys((*skipped, closed), "skipped") | {held: "held"}
    assert expected == states(done)
    outcomes = by_order(done)
    assert {refused} == {name for name, each in outcomes.items() if each.state == "placed" and not each.is_paid}
    assert {(held, 1): Hold.BY_PERSON} == home.held()
    assert {PurchaseState.NEW} == {home.state_of(name) for name in (*skipped, closed)}
    assert [] == [name for name, each in outcomes.items() if each.differs]
    assert before + 15 == home.presses
    assert 15 == len(home.orders())
    paid = sum(order.total for order in home.orders() if order.paid_at is not None)
    (unpaid,) = [order.total for order in home.orders() if order.paid_at is None]
    told = (f"Paid in this run: {paid / 100:.2f} USD", f"not paid: {unpaid / 100:.2f} USD")
    assert told == tuple(Watched.faces.so_far().split(" · "))
    (said,) = [text for text in READY if "not paid; pay it later with dropferry pay" in text]
    assert said.startswith(f"Order {refused} ")
    all_is_well(home)


def test_change_since_the_list_is_accepted_or_held(home: PayHome) -> None:
    """Proves that a page that costs more than the list said is asked about, and that nothing is pressed unasked."""
    taken, left = home.sell(0), home.sell(1)

    def dearer() -> None:
        for order in (taken, left):
            home.sandbox.ali.market.change_product(order.lines[0].goods.ali_item_id, {"price": 801})

    plans = {taken.name: Plan(answers=("Accept",)), left.name: Plan(answers=("Hold",))}
    done = home.pay(plans, dry=True, between=dearer)
    assert {taken.name: "placed", left.name: "held"} == states(done)
    assert {(left.name, 1): Hold.BY_PERSON} == home.held()
    outcome = by_order(done)[taken.name]
    assert outcome.quote is not None
    (made,) = home.made()[taken.name, 1]
    assert made.total == outcome.quote.total.minor
    all_is_well(home)


def test_address_that_changes_while_the_order_is_in_front_is_held(
    home: PayHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves that an order typed with the old address is not handed over after a pull has taken in the new one."""
    order = home.sell()
    reached = checkpoints.reached

    def move(name: str) -> None:
        reached(name)
        if name == "pay: in front":
            assert order.address is not None
            order.address["address1"] = "1 Elsewhere Road"
            home.sandbox.shop.touch(order)
            home.pull()

    monkeypatch.setattr(checkpoints, "reached", move)
    before = home.presses
    assert {order.name: "held"} == states(home.pay())
    assert ({(order.name, 1): Hold.STORE_CHANGED}, before) == (home.held(), home.presses)


def test_no_number_of_presses_in_an_hour_is_too_many_for_a_person(home: PayHome) -> None:
    """Proves that the cap on purchases in an hour, which is for the robot, holds back nobody who presses themselves."""
    home.limit(per_hour=1)
    orders = [home.sell(place) for place in range(2)]
    assert dict.fromkeys([each.name for each in orders], "placed") == states(home.pay(dry=True))


@pytest.mark.parametrize(("cap", "why"), [("per_run", Hold.OVER_RUN), ("per_day", Hold.OVER_DAY)])
def test_list_shows_what_the_caps_leave_room_for(home: PayHome, cap: str, why: Hold) -> None:
    """Proves that a dry run adds up what it lists, so that nobody ticks what would be held when it is their turn."""
    first, second = home.sell(), home.sell()
    home.limit(**{cap: 10})
    home.pull()
    with home.database() as database:
        listed = home.listed(home.workplace(database), dry=True)
    assert [first.name] == [each.candidate.order for each in listed]
    assert {(second.name, 1): why} == home.held()


class Turns:
    """`stopped` of a run, which is asked before each order: sets the faults that are for that order, then none."""

    def __init__(self, ali: Any, *faults: dict[str, Any]) -> None:
        self.ali, self.faults = ali, list(faults)

    def __call__(self) -> bool:
        now = self.faults.pop(0) if self.faults else {}
        self.ali.set_faults({"design": None, "captcha_at": None, **now})
        return False


def test_odd_product_costs_no_other_order(home: PayHome, ali: Any) -> None:
    """Proves that a page that changed is told with its reason, in the list and in the run, and costs no other."""
    odd, *others = [home.sell(place) for place in range(3)]
    done = home.pay(place={"stopped": Turns(ali, {"design": "unknown"})})
    assert {odd.name: "nothing", **{each.name: "placed" for each in others}} == states(done)
    assert ("a page of AliExpress is not as it was", None) == (by_order(done)[odd.name].why[:37], done.trouble)
    later = home.sell(1)
    home.pull()
    with home.database() as database:
        place = home.workplace(database, stopped=Turns(ali, {"design": "unknown"}))
        assert [later.name] == [each.candidate.order for each in home.listed(place, dry=True)]
    all_is_well(home)


def test_pages_that_all_changed_end_the_run(home: PayHome, ali: Any) -> None:
    """Proves that a run does not go through all its orders where no page is as it was."""
    for place in range(4):
        home.sell(place)
    done = home.pay(place={"stopped": Turns(ali, *[{"design": "unknown"}] * 40)})
    assert ({"nothing"}, 2) == (set(states(done).values()), len(done.outcomes))
    assert isinstance(done.trouble, PageChanged)


def test_person_who_is_needed_ends_the_run(home: PayHome, ali: Any) -> None:
    """Proves that nobody is asked to do in the window what the guard would not let through: the rest waits."""
    waiting = [home.sell(place) for place in range(2)]
    done = home.pay(place={"stopped": Turns(ali, {"captcha_at": "item"})})
    assert ({}, True) == (states(done), isinstance(done.trouble, PersonNeeded))
    assert {PurchaseState.NEW} == {home.state_of(each.name) for each in waiting}


def test_slow_store_does_not_hold_up_the_persons_page(home: PayHome) -> None:
    """Proves that whoever is at an order is served all the time while the store is asked about the next one."""
    first, second = home.sell(), home.sell(1)
    person = Unhurried(home, second.id)
    try:
        done = home.pay({}, rest=person)
    finally:
        home.sandbox.shop.faults.pop("shopbase_slow_ms", None)
    assert {first.name: "stopped"} == states(done)
    assert max(person.gaps) < person.SLOW_MS / 1000


def test_total_that_changes_in_front_is_accepted_once(home: PayHome) -> None:
    """Proves that who has accepted another total on the page itself is not asked the same once more."""
    order = home.sell()
    person = WithCoupon(home)
    done = home.pay(rest=person, dry=True)
    assert ({order.name: "placed"}, 1) == (states(done), person.accepted)


def test_stop_file_takes_back_what_waits_for_a_press(home: PayHome) -> None:
    """Proves that the file STOP ends a run at once, also while a page is handed over."""
    first, second = home.sell(), home.sell(1)
    done = home.pay(rest=lambda _context: stop_buying(home.home, "a test"))
    assert ({first.name: "stopped"}, True) == (states(done), "STOP" in (done.ended_by or ""))
    assert {PurchaseState.NEW} == {home.state_of(each.name) for each in (first, second)}
    assert [] == home.orders()


def test_nothing_is_handed_over_after_a_sleep(home: PayHome) -> None:
    """Proves that a run ends at its next order once the machine has slept, and says so."""
    first, second = home.sell(), home.sell(1)
    slept = 0.0

    def sleeps(_outcome: object) -> None:
        nonlocal slept
        slept = 600.0

    done = home.pay(progress=sleeps, place={"watch": lambda: ClockWatch(wall=lambda: time.monotonic() + slept)})
    assert ({first.name: "placed"}, True) == (states(done), "slept" in (done.ended_by or ""))
    assert PurchaseState.NEW is home.state_of(second.name)


def test_bank_may_take_its_time(home: PayHome, ali: Any) -> None:
    """Proves that nothing covers or closes the page of a person who is still paying after a quarter of an hour."""
    first, second = home.sell(), home.sell(1)
    ali.set_faults({"payment_for": {phone_of(first): "otp"}})
    later = timedelta(minutes=home.config.buying.person_wait_minutes + 1)
    done = home.pay(
        {first.name: Plan(slow=6)}, place={"clock": lambda: now() + (later if home.orders() else timedelta())}
    )
    assert {first.name: "placed", second.name: "placed"} == states(done)
    assert by_order(done)[first.name].is_paid
    assert 1 == sum("is still being paid" in line for line in home.said)
    all_is_well(home)


def test_person_stops_the_run(home: PayHome) -> None:
    """Proves that Stop leaves this order and those after it as they were."""
    first, second, third = (home.sell(place) for place in range(3))
    done = home.pay({second.name: Plan("stop")})
    assert {first.name: "placed", second.name: "stopped"} == states(done)
    assert {PurchaseState.NEW} == {home.state_of(each.name) for each in (second, third)}
    all_is_well(home)


def test_interrupted_before_the_press_nothing_is_left_open(home: PayHome) -> None:
    """Proves that Ctrl-C while a page waits takes it back."""
    order = home.sell()
    done = home.pay(rest=lambda _context: None, place={"stopped": Once(home, lambda: home.unknown() != [])})
    assert {order.name: "stopped"} == states(done)
    assert (PurchaseState.NEW, []) == (home.state_of(order.name), home.orders())


def test_interrupted_while_paying_the_order_is_finished(home: PayHome, ali: Any) -> None:
    """Proves that Ctrl-C during 3-D Secure lets the person finish, notes the number, and begins no other."""
    first, second = home.sell(), home.sell(1)
    ali.set_faults({"payment_for": {phone_of(first): "3ds"}})
    done = home.pay({first.name: Plan(slow=5)}, place={"stopped": Once(home, lambda: home.orders() != [])})
    assert ({first.name: "placed"}, True) == (states(done), by_order(done)[first.name].is_paid)
    assert PurchaseState.NEW is home.state_of(second.name)
    all_is_well(home)


def test_window_closed_at_the_bank_leaves_an_order_to_pay(home: PayHome, ali: Any) -> None:
    """Proves that an order whose payment was left is found and noted as unpaid, and the run goes on."""
    left, paid = home.sell(), home.sell(1)
    ali.set_faults({"payment_for": {phone_of(left): "3ds"}})
    done = home.pay({left.name: Plan(at_bank="close_tab")})
    assert {left.name: "placed", paid.name: "placed"} == states(done)
    assert [False, True] == [by_order(done)[each.name].is_paid for each in (left, paid)]
    all_is_well(home)


def test_refusal_of_the_site_is_no_unknown_outcome(home: PayHome, ali: Any) -> None:
    """Proves that what AliExpress surely refuses is held with its reason, and leaves its money for the next order."""
    order, other = home.sell(), home.sell(1)
    home.limit(per_run=15)  # room for each alone
    ali.set_faults({"sold_out_at": "press"})
    done = home.pay(progress=lambda _outcome: ali.set_faults({"sold_out_at": None}))
    assert {order.name: "held", other.name: "placed"} == states(done)
    assert {(order.name, 1): Reason.SOLD_OUT} == home.held()


def test_list_that_lags_is_looked_at_again(home: PayHome, ali: Any) -> None:
    """Proves that an order that is not in the list yet is found after a while, and the next one waits for it."""
    first, second = home.sell(), home.sell(1)
    ali.set_faults({"lag": 1})
    done = home.pay()
    assert {first.name: "placed", second.name: "placed"} == states(done)
    assert [10.0, 10.0] == home.slept
    all_is_well(home)


def test_lost_answer_ends_the_run_and_is_found_by_the_next(home: PayHome, ali: Any) -> None:
    """Proves that nothing is pressed while an outcome is open, and that no order is bought a second time for it."""
    first, second = home.sell(), home.sell(1)
    ali.set_faults({"order_call": "lost", "lag_seconds": 3600})
    done = home.pay()
    assert ({first.name: "unknown"}, [(first.name, 1)]) == (states(done), home.unknown())
    assert "do not order it again" in by_order(done)[first.name].why
    assert done.ended_by is not None
    ali.set_faults({"order_call": None, "lag_seconds": None})
    done = home.pay()
    assert {second.name: "placed"} == states(done)
    assert 1 == len(done.settled)
    all_is_well(home)


def test_two_that_may_be_the_order_are_asked_about(home: PayHome) -> None:
    """Proves that of two new orders for the same buyer and thing the person names the one; none is guessed."""
    order = home.sell()
    payer = Payer({order.name: Plan(answers=("No.", "Done"))}, home.sandbox)
    done = home.pay(rest=WithTwin(home, order.name, payer))
    (outcome,) = done.outcomes
    assert ("placed", 1, 2) == (outcome.state, len(outcome.numbers), len(home.orders()))
    assert {(order.name, 1): outcome.numbers} == home.placed()
    assert {outcome.numbers[0]} <= {each.number for each in home.orders()}


def test_two_that_nobody_can_tell_apart_are_held(home: PayHome) -> None:
    """Proves that without the person's word such a purchase is held, still looked for, and the run goes on."""
    order, other = home.sell(), home.sell(1)
    payer = Payer({order.name: Plan(answers=("Not sure",))}, home.sandbox)
    done = home.pay(rest=WithTwin(home, order.name, payer))
    assert {order.name: "held", other.name: "placed"} == states(done)
    assert ({(order.name, 1): Hold.OUTCOME_UNKNOWN}, [(order.name, 1)]) == (home.held(), home.unknown())


def test_order_that_is_not_what_was_prepared_is_a_loud_warning(home: PayHome) -> None:
    """Proves that recipient, quantity and total of the order that was made are held against the quote."""
    home.sell()
    done = home.pay(progress=lambda _outcome: home.spoil())
    (outcome,) = done.outcomes
    assert "placed" == outcome.state
    assert ["It goes", "It holds", "It costs"] == [" ".join(each.split()[:2]) for each in outcome.differs]
    (said,) = [line for line in home.said if line.startswith("Careful")]
    assert f"/p/order/detail.html?orderId={outcome.numbers[0]}" in said


def test_nobody_presses_for_a_long_time(home: PayHome) -> None:
    """Proves that a page nobody presses is taken back, and made ready anew when the person comes back."""
    order = home.sell()
    late = timedelta(minutes=home.config.buying.person_wait_minutes, seconds=-1)
    payer = Payer({}, home.sandbox)

    def rest(context: BrowserContext) -> None:
        if any("Go on" in each for each in home.said):
            payer(context)
        else:
            context.pages[0].wait_for_timeout(50)

    done = home.pay(rest=rest, place={"clock": lambda: now() - (timedelta() if home.said else late)})
    assert {order.name: "placed"} == states(done)
    assert 1 == len(home.orders())


class Once:
    """`stopped` of a run: True from the moment on at which something holds."""

    def __init__(self, home: PayHome, holds: Any) -> None:
        self.home, self.holds, self.is_so = home, holds, False

    def __call__(self) -> bool:
        self.is_so = self.is_so or bool(self.holds())
        return self.is_so


class Told(Faces):
    """The bar's faces, which keep what they asked the person to press."""

    def ready(self, turn: Turn, quote: Quote) -> BarFace:
        face = super().ready(turn, quote)
        READY.add(face.message)
        return face


READY: set[str] = set()


class Watched(PayRun):
    """A run whose bar is looked at."""

    faces: ClassVar[Faces]

    def _desk(self, *parts: Any) -> Desk:
        desk = super()._desk(*parts)
        desk.faces = Watched.faces = Told(desk.faces.words, desk.faces.pictures)
        return desk


class Unhurried:
    """A person who leaves an order open until the store, which is slow from then on, was asked about another one.

    `gaps` are the seconds for which nobody served their page.
    """

    SLOW_MS = 2500

    def __init__(self, home: PayHome, other: int) -> None:
        self.store, self.other = home.sandbox.shop, str(other)
        self.payer = Payer(usual=Plan("stop"))
        self.gaps: list[float] = []
        self.last = 0.0

    def __call__(self, context: BrowserContext) -> None:
        now = time.monotonic()
        if not self.last:
            self.store.calls.clear()
            self.store.faults["shopbase_slow_ms"] = self.SLOW_MS
        else:
            self.gaps.append(now - self.last)
        self.last = now
        if any(self.other in call["path"] for call in self.store.calls):
            self.payer(context)
        else:
            context.pages[0].wait_for_timeout(20)


class WithCoupon:
    """A person who chooses a shipping anew, upon which a coupon applies, and then takes the total as it is."""

    def __init__(self, home: PayHome) -> None:
        self.home, self.payer, self.accepted = home, Payer(), 0
        self.has_chosen = False

    def __call__(self, context: BrowserContext) -> None:
        page = self.payer.front(context)
        if page is None or "/p/trade/confirm.html" not in page.url:
            return
        labels = [button.label for button in self.payer.bar_buttons(page)]
        if any(label.startswith("Accept") for label in labels):
            self.accepted += 1
            self.payer.bar(page, "Accept")
        elif labels and not self.has_chosen:
            self.has_chosen = True
            self.home.buyer.coupon = 100
            self.payer.tidy(page)
            page.locator("[class*=group-ship-options--title]").click()
            page.locator("[class*=group-ship-options--option]").first.click()
        elif labels and self.accepted:
            self.payer.press(page)


class WithTwin:
    """A person, and somebody else who orders the same by hand just before the press."""

    def __init__(self, home: PayHome, name: str, payer: Payer) -> None:
        self.home, self.name, self.payer, self.done = home, name, payer, False

    def __call__(self, context: BrowserContext) -> None:
        if not self.done:
            self.done = True
            self.home.sandbox.world.buy(self.name, self.home.account)
        self.payer(context)

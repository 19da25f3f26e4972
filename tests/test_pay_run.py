"""Pay runs in the sandbox, with a person who presses and pays: each order ends in its right state and number."""

import time
from datetime import timedelta
from typing import Any

import pytest

from bot import checkpoints
from bot.buying_home import stop_buying
from bot.clock_leap import ClockWatch
from bot.holds import Hold
from bot.models import PurchaseState
from bot.opening import now
from bot.sandbox.payer import Plan
from flows.errors import PageChanged, PersonNeeded
from tests.pay_home import PayHome, by_order, phone_of, states
from tests.pay_people import (  # noqa: F401
    READY,
    Once,
    Told,
    Turns,
    Unhurried,
    Watched,
    WithCoupon,
    WithTwin,
    all_is_well,
    context_fixture,
    home_fixture,
)


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


@pytest.mark.long
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


@pytest.mark.long
def test_no_number_of_presses_in_an_hour_is_too_many_for_a_person(home: PayHome) -> None:
    """Proves that the cap on purchases in an hour, which is for the robot, holds back nobody who presses themselves."""
    home.limit(per_hour=1)
    orders = [home.sell(place) for place in range(2)]
    assert dict.fromkeys([each.name for each in orders], "placed") == states(home.pay(dry=True))


@pytest.mark.parametrize(
    ("cap", "why"), [("per_run", Hold.OVER_RUN), pytest.param("per_day", Hold.OVER_DAY, marks=pytest.mark.long)]
)
def test_list_shows_what_the_caps_leave_room_for(home: PayHome, cap: str, why: Hold) -> None:
    """Proves that a dry run adds up what it lists, so that nobody ticks what would be held when it is their turn."""
    first, second = home.sell(), home.sell()
    home.limit(**{cap: 10})
    home.pull()
    with home.database() as database:
        listed = home.listed(home.workplace(database), dry=True)
    assert [first.name] == [each.candidate.order for each in listed]
    assert {(second.name, 1): why} == home.held()


@pytest.mark.long
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


@pytest.mark.long
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


@pytest.mark.long
def test_slow_store_does_not_hold_up_the_persons_page(home: PayHome) -> None:
    """Proves that whoever is at an order is served all the time while the store is asked about the next one."""
    first, second, *_, last = (home.sell(product) for product in (0, 1, 1, 1, 1))
    person = Unhurried(home, first.name, last.id)
    try:
        done = home.pay({}, rest=person)
    finally:
        home.sandbox.shop.faults.pop("shopbase_slow_ms", None)
    assert {first.name: "skipped", second.name: "stopped"} == states(done)
    assert max(person.gaps) < person.SLOW_MS / 1000


@pytest.mark.long
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


@pytest.mark.long
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


@pytest.mark.long
def test_bank_may_take_its_time(home: PayHome, ali: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that nothing covers or closes the page of a person who is still paying after a quarter of an hour."""
    first, second = home.sell(), home.sell(1)
    ali.set_faults({"payment_for": {phone_of(first): "otp"}})
    later = timedelta(minutes=home.config.buying.person_wait_minutes + 1)
    reached: list[str] = []
    monkeypatch.setattr(checkpoints, "reached", reached.append)
    done = home.pay(
        {first.name: Plan(slow=6)},
        place={"clock": lambda: now() + (later if "pay: pressed" in reached else timedelta())},
    )
    assert {first.name: "placed", second.name: "placed"} == states(done)
    assert by_order(done)[first.name].is_paid
    assert 1 == sum("is still being paid" in line for line in home.said)
    all_is_well(home)

"""How a turn of a pay run can end: interrupted, refused, unanswered, not found, not alike."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from bot.holds import Hold
from bot.models import PurchaseState
from bot.opening import now
from bot.sandbox.payer import Payer, Plan
from flows.errors import Reason
from tests.pay_home import PayHome, by_order, phone_of, states
from tests.pay_people import (  # noqa: F401
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


@pytest.mark.long
def test_interrupted_while_paying_the_order_is_finished(home: PayHome, ali: Any) -> None:
    """Proves that Ctrl-C during 3-D Secure lets the person finish, notes the number, and begins no other."""
    first, second = home.sell(), home.sell(1)
    ali.set_faults({"payment_for": {phone_of(first): "3ds"}})
    done = home.pay({first.name: Plan(slow=5)}, place={"stopped": Once(home, lambda: home.orders() != [])})
    assert ({first.name: "placed"}, True) == (states(done), by_order(done)[first.name].is_paid)
    assert PurchaseState.NEW is home.state_of(second.name)
    all_is_well(home)


@pytest.mark.long
def test_window_closed_at_the_bank_leaves_an_order_to_pay(home: PayHome, ali: Any) -> None:
    """Proves that an order whose payment was left is found and noted as unpaid, and the run goes on."""
    left, paid = home.sell(), home.sell(1)
    ali.set_faults({"payment_for": {phone_of(left): "3ds"}})
    done = home.pay({left.name: Plan(at_bank="close_tab")})
    assert {left.name: "placed", paid.name: "placed"} == states(done)
    assert [False, True] == [by_order(done)[each.name].is_paid for each in (left, paid)]
    all_is_well(home)


@pytest.mark.long
def test_refusal_of_the_site_is_no_unknown_outcome(home: PayHome, ali: Any) -> None:
    """Proves that what AliExpress surely refuses is held with its reason, and leaves its money for the next order."""
    order, other = home.sell(), home.sell(1)
    home.limit(per_run=15)  # room for each alone
    ali.set_faults({"sold_out_at": "press"})
    done = home.pay(progress=lambda _outcome: ali.set_faults({"sold_out_at": None}))
    assert {order.name: "held", other.name: "placed"} == states(done)
    assert {(order.name, 1): Reason.SOLD_OUT} == home.held()


@pytest.mark.long
def test_list_that_lags_is_looked_at_again(home: PayHome, ali: Any) -> None:
    """Proves that an order that is not in the list yet is found after a while, and the next one waits for it."""
    first, second = home.sell(), home.sell(1)
    ali.set_faults({"lag": 1})
    done = home.pay()
    assert {first.name: "placed", second.name: "placed"} == states(done)
    assert [10.0, 10.0] == home.slept
    all_is_well(home)


@pytest.mark.long
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


@pytest.mark.long
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


@pytest.mark.long
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

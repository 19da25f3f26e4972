"""Each way in which a press can go wrong ends in a named state with a named reason, and is pressed only where it may.

The jobs run against the stand-ins in a real browser.
"""

import shutil
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from bot import rechecks
from bot.buying_home import stop_file
from bot.facts import Tab
from bot.holds import Hold
from bot.jobs.sync import sync
from bot.models import Event, Order, PurchaseState
from bot.models_buying import Mapping, ProvenMethod
from bot.opening import now
from bot.sandbox.aliexpress.orders import OrderState
from flows.errors import Reason
from tests.buying_home import ACCOUNT, Keeper
from tests.keepers import (  # noqa: F401
    context_fixture,
    keeper_fixture,
    never_fixture,
    other_sandbox_fixture,
    shared_keeper_fixture,
    why_held,
)

A_DAY = 86_400


@pytest.mark.parametrize("what", ["total", pytest.param("recipient", marks=pytest.mark.long)])
def test_page_that_changes_under_the_finger_is_not_pressed(keeper: Keeper, what: str) -> None:
    """Proves that a redraw between the trial and the press lets nothing out, and that the purchase waits.

    All that may change there is proven in test_press.
    """
    keeper.sandbox.ali.set_faults({"redraw": what, "redraw_on": "pointerdown"})
    outcome = keeper.one(keeper.sell().name)
    assert ("failed", []) == (outcome.state, keeper.orders())
    ((purchase, _),) = keeper.purchases().values()
    assert (PurchaseState.NEW, None) == (purchase.state, purchase.intent_at)
    assert "not ordered: the button sent nothing" in events(keeper)


def events(keeper: Keeper) -> list[str]:
    """What happened, in order."""
    with keeper.database() as database, database.read() as session:
        return [event.what for event in session.exec(select(Event).order_by(Event.id))]  # type: ignore[arg-type]


def test_address_that_is_refused_or_altered_is_held(keeper: Keeper) -> None:
    """Proves that an address AliExpress does not take, or changes as it saves it, stops the purchase."""
    keeper.knows_buyers = False
    order, before = keeper.sell(), keeper.presses
    keeper.sandbox.ali.set_faults({"address_refused": "We can't deliver to this address"})
    assert Reason.ADDRESS_REFUSED == why_held(keeper, keeper.one(order.name))
    keeper.sandbox.ali.set_faults({"address_refused": None, "recipient_altered": "Somebody Else"})
    assert why_held(keeper, keeper.one(order.name)) in (Reason.RECIPIENT_DIFFERS, Reason.ADDRESS_REFUSED)
    assert before == keeper.presses


def test_store_that_changes_its_mind_a_second_before_the_press(keeper: Keeper) -> None:
    """Proves that a refund, another address and a file STOP are noticed after the quote, just before the press."""
    refunded, moved, stopped = keeper.sell(), keeper.sell(), keeper.sell()
    before = keeper.presses

    def in_the_store(act: Any) -> Any:
        return lambda _quote: act() or True

    def move() -> None:
        assert moved.address is not None
        moved.address["address1"] = "1 Elsewhere Road"
        keeper.sandbox.shop.touch(moved)

    late = keeper.one(refunded.name, supervised=in_the_store(lambda: bool(keeper.sandbox.shop.refund(refunded.name))))
    assert ("nothing", "refunded in the store") == (late.state, late.why)
    assert (refunded.name, 1) not in keeper.purchases()
    assert Hold.STORE_CHANGED == why_held(keeper, keeper.one(moved.name, supervised=in_the_store(move)))
    halted = keeper.one(stopped.name, supervised=in_the_store(stop_file(keeper.home).touch))
    assert ("nothing", True) == (halted.state, "buying is stopped" in halted.why)
    assert before == keeper.presses


def test_what_a_pull_or_a_person_changes_after_the_address_was_typed_is_not_pressed(keeper: Keeper) -> None:
    """Proves that an address taken in, and goods mapped anew, between quote and press are held, not bought."""
    moved, remapped = keeper.sell(), keeper.sell(1)
    before = keeper.presses

    def move() -> bool:
        assert moved.address is not None
        moved.address["address1"] = "1 Elsewhere Road"
        keeper.sandbox.shop.touch(moved)
        keeper.pull()
        return True

    def remap() -> bool:
        with keeper.database() as database, database.write() as session:
            for row in session.exec(select(Mapping)):
                row.units, row.carrier = 2, "CAINIAO_OTHER"
                session.add(row)
        return True

    assert Hold.STORE_CHANGED == why_held(keeper, keeper.one(moved.name, supervised=lambda _quote: move()))
    late = keeper.one(remapped.name, supervised=lambda _quote: remap())
    assert ("held", True) == (late.state, "what it is mapped to, the quantity: 1 before, 2 now" in late.why)
    assert before == keeper.presses


@pytest.mark.parametrize(
    ("faults", "made"),
    [
        ({"order_call": "lost"}, 1),
        pytest.param({"order_call": "token"}, 1, marks=pytest.mark.long),
        pytest.param({"double_click": True}, 1, marks=pytest.mark.long),
        pytest.param({"shows_number": True, "lag_seconds": A_DAY}, 1, marks=pytest.mark.long),
    ],
    ids=str,
)
def test_order_is_found_whatever_the_answer_was(keeper: Keeper, faults: dict[str, Any], made: int) -> None:
    """Proves that one press makes one order, and that its number is found, at once."""
    keeper.sandbox.ali.set_faults(faults)
    order, before = keeper.sell(), keeper.presses
    outcome = keeper.one(order.name)
    assert ("placed", made, before + 1) == (outcome.state, len(keeper.orders()), keeper.presses), outcome.why
    assert tuple(each.number for each in keeper.orders()) == outcome.numbers
    assert [0.0] == keeper.slept


@pytest.mark.parametrize(
    ("faults", "made"),
    [({"order_call": "500_before"}, 0), pytest.param({"lag_seconds": A_DAY}, 1, marks=pytest.mark.long)],
    ids=str,
)
def test_order_that_does_not_show_is_unknown(keeper: Keeper, faults: dict[str, Any], made: int) -> None:
    """Proves that what may have been ordered is looked for four times, and never pressed again by itself."""
    keeper.sandbox.ali.set_faults(faults)
    order, before = keeper.sell(), keeper.presses
    keeper.sell()
    done = keeper.place()
    assert ["unknown"] == [each.state for each in done.outcomes]
    assert [0.0, 10.0, 30.0, 60.0] == keeper.slept
    keeper.sandbox.ali.set_faults(dict.fromkeys(("order_call",)))
    again = keeper.place()
    assert "may have been placed" in (again.ended_by or "")
    assert (made, before + 1) == (len(keeper.orders()), keeper.presses)
    with keeper.database() as database, database.read() as session:
        assert Tab.FAILED == session.exec(select(Order.tab).where(Order.name == order.name)).one()


def test_language_that_was_switched_is_not_guessed_at(keeper: Keeper) -> None:
    """Proves that a list in words nobody knows leaves the outcome open until they are back."""
    keeper.sandbox.ali.set_faults({"language": "vi"})
    order, before = keeper.sell(), keeper.presses
    outcome = keeper.one(order.name)
    assert ("unknown", True) == (outcome.state, "unknown word" in outcome.why)
    keeper.sandbox.ali.set_faults({"language": None})
    keeper.place()
    assert {(order.name, 1): (keeper.orders()[0].number,)} == keeper.placed()
    assert before + 1 == keeper.presses


def test_lagging_list_shows_the_order_in_the_end(keeper: Keeper) -> None:
    """Proves that a later run finds the order of a press whose list lagged, and goes on with the next line."""
    keeper.sandbox.ali.set_faults({"lag_seconds": A_DAY})
    first = keeper.sell()
    assert "unknown" == keeper.one(first.name).state
    keeper.sandbox.ali.set_faults({"lag_seconds": None})
    second = keeper.sell()
    done = keeper.place()
    assert ([f"found: AliExpress order {keeper.orders()[0].number}"], None) == (done.settled, done.ended_by)
    placed = keeper.placed()
    assert {(first.name, 1), (second.name, 1)} == set(placed)
    assert [order.number for order in keeper.orders()] == [number for each in placed.values() for number in each]


def test_refusal_after_the_press_is_held(keeper: Keeper) -> None:
    """Proves that the site's own word that nothing was ordered ends in that reason, not in an unknown outcome."""
    keeper.sandbox.ali.set_faults({"sold_out_at": "press"})
    order = keeper.sell()
    assert (Reason.SOLD_OUT, []) == (why_held(keeper, keeper.one(order.name)), keeper.orders())
    keeper.sandbox.ali.set_faults({"sold_out_at": None})
    assert "placed" == keeper.one(order.name).state


def test_signed_out_at_the_press_is_unknown_until_a_person_looks(keeper: Keeper) -> None:
    """Proves that a press that met a sign-in page is not repeated after it."""
    keeper.sandbox.ali.set_faults({"signed_out_at": "press"})
    order, before = keeper.sell(), keeper.presses
    outcome = keeper.one(order.name)
    assert "unknown" == outcome.state
    keeper.sandbox.ali.set_faults({"signed_out_at": None})
    keeper.sign_in()
    again = keeper.place()
    assert ("may have been placed" in (again.ended_by or ""), []) == (True, keeper.orders())
    assert before + 1 >= keeper.presses


def test_order_that_shows_as_paid_stops_all_buying(keeper: Keeper) -> None:
    """Proves the tripwire: STOP is written, the method is trusted no more, and nothing else is pressed."""
    first, second = keeper.sell(), keeper.sell()
    before = keeper.presses

    def charged(_seconds: float) -> None:
        keeper.sandbox.ali.pay([each.number for each in keeper.orders() if each.state is OrderState.TO_PAY])

    done = keeper.place(pause=charged)
    assert ("placed", True) == (done.outcomes[0].state, "buying is stopped" in (done.ended_by or ""))
    assert "was paid at once" in stop_file(keeper.home).read_text(encoding="utf-8")
    assert "ALARM: paid at once" in events(keeper)
    with keeper.database() as database, database.read() as session:
        assert session.get(ProvenMethod, (ACCOUNT, "Boleto")) is None
    assert {(first.name, 1)} == set(keeper.placed())
    stop_file(keeper.home).unlink()
    assert Hold.UNPROVEN_METHOD == why_held(keeper, keeper.one(second.name))
    assert before + 1 == keeper.presses


@pytest.mark.long
def test_order_that_a_sync_sees_paid_minutes_after_the_press_stops_all_buying(keeper: Keeper) -> None:
    """Proves the tripwire for a charge that shows only after the number was noted; not for a person's payment."""
    order = keeper.sell()
    assert "placed" == keeper.one(order.name).state
    assert not stop_file(keeper.home).exists()
    keeper.sandbox.ali.pay([each.number for each in keeper.orders()])
    placed = shutil.copy(keeper.home.database_file, keeper.path / "placed.db")
    for minutes, asked, stops in ((11, False, False), (0, True, False), (0, False, True)):
        shutil.copy(placed, keeper.home.database_file)
        later = now() + timedelta(minutes=minutes)
        with keeper.database() as database:
            if asked:
                with database.write() as session:
                    rechecks.ask_again(session, ACCOUNT, later)
            for _ in range(2):
                sync(database, keeper.context, keeper.config.site, ACCOUNT, clock=lambda: later, home=keeper.home)  # noqa: B023
        assert stops is stop_file(keeper.home).exists()
        assert int(stops) == events(keeper).count("ALARM: paid at once")


def test_one_purchase_under_a_persons_eyes_proves_the_method(keeper: Keeper) -> None:
    """Proves that a watched purchase that stays unpaid lets the next one go without anybody."""
    with keeper.database() as database, database.write() as session:
        session.delete(session.get_one(ProvenMethod, (ACCOUNT, "Boleto")))
    first, second = keeper.sell(), keeper.sell()
    refused = keeper.one(first.name, supervised=lambda _quote: False)
    assert ("nothing", "not pressed: you said no", []) == (refused.state, refused.why, keeper.orders())
    assert "placed" == keeper.one(first.name, supervised=lambda _quote: True).state
    assert "placed" == keeper.one(second.name).state


def test_dry_run_of_fifty_orders_presses_nothing(keeper: Keeper) -> None:
    """Proves that fifty orders are prepared up to the button, with what they cost, and no button is pressed."""
    address = keeper.sell().address
    for _ in range(49):
        keeper.sell().address = address
    before = keeper.presses, keeper.sandbox.ali.market.order_calls
    done = keeper.place(live=False)
    assert 50 == [each.state for each in done.outcomes].count("quoted")
    assert (before, []) == ((keeper.presses, keeper.sandbox.ali.market.order_calls), keeper.orders())
    assert not any(tag.startswith("dropferry:") for order in keeper.sandbox.shop.orders.values() for tag in order.tags)


def test_live_run_with_a_saved_card_presses_nothing(keeper: Keeper) -> None:
    """Proves the same for a live run on today's ordinary account: each order is held, and the next one is tried."""
    keeper.buyer.kind = "pay_now_card"
    for _ in range(3):
        keeper.sell()
    before = keeper.presses
    done = keeper.place()
    assert ["held"] * 3 == [each.state for each in done.outcomes]
    assert {Reason.PAYS_AT_ONCE.value} == set(keeper.held().values())
    assert (before, 0, []) == (keeper.presses, keeper.sandbox.ali.market.charges, keeper.orders())

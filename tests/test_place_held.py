"""What forbids a press holds the order with its reason, before anything is pressed.

The jobs run against the stand-ins in a real browser; nothing is ordered, so the tests share one order.
"""

import itertools
from typing import Any

import pytest

from bot import checkpoints
from bot.checkup.accounts import card
from bot.checkup.finding import Level
from bot.clock_leap import ClockWatch
from bot.holds import Hold
from bot.models_buying import ProvenMethod
from bot.sandbox.aliexpress.buyers import PaymentKind
from bot.sandbox.shop_goods import CATALOGUE
from flows.errors import NeedKind, PageChanged, PersonNeeded, Reason
from tests.buying_home import ACCOUNT, Keeper
from tests.keepers import (  # noqa: F401
    context_fixture,
    keeper_fixture,
    never_fixture,
    other_sandbox_fixture,
    shared_keeper_fixture,
    why_held,
)


@pytest.mark.parametrize(
    ("faults", "expected", "says"),
    [
        ({"sku_gone_at": "item"}, Reason.SKU_GONE, "asked {sku}"),
        pytest.param({"sku_gone_at": "confirm"}, Reason.SKU_GONE, "no longer available", marks=pytest.mark.long),
        pytest.param({"sold_out_at": "item"}, Reason.SOLD_OUT, "asked 2, page shows none left", marks=pytest.mark.long),
        ({"sold_out_at": "confirm"}, Reason.SOLD_OUT, "out of stock"),
        pytest.param(
            {"carrier_gone_at": "item"}, Reason.CARRIER_GONE, "page shows CAINIAO_PREMIUM", marks=pytest.mark.long
        ),
        ({"carrier_gone_at": "confirm"}, Reason.CARRIER_GONE, "page shows CAINIAO_PREMIUM"),
        ({"price_jump_at": "confirm"}, Hold.PRICE_DRIFT, ""),
        pytest.param(
            {"currency_at": "item"}, Reason.CURRENCY_DIFFERS, "asked USD, page shows EUR", marks=pytest.mark.long
        ),
        ({"currency_at": "confirm"}, Reason.CURRENCY_DIFFERS, "asked USD, page shows EUR"),
        ({"quantity_reset": True}, Reason.QUANTITY_CHANGED, "asked 2, page shows 1"),
        ({"extra_line": True}, Reason.QUANTITY_CHANGED, "asked 1 product, page shows 2"),
    ],
    ids=str,
)
def test_what_the_pages_say_differently_is_held(
    never: Keeper, faults: dict[str, Any], expected: str, says: str
) -> None:
    """Proves the reason for each difference between what is wanted and what item page or confirm page say."""
    never.sandbox.ali.set_faults(faults)
    outcome = never.one("#1001")
    assert expected == why_held(never, outcome)
    assert says.format(sku=CATALOGUE[0].ali_sku_id) in outcome.why


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("pay_now_card", Reason.PAYS_AT_ONCE),
        pytest.param("pay_now_paypal", Reason.PAYS_AT_ONCE, marks=pytest.mark.long),
        pytest.param("pay_now_unchosen", Reason.PAYS_AT_ONCE, marks=pytest.mark.long),
        pytest.param("place_order_card", Reason.PAYS_AT_ONCE, marks=pytest.mark.long),
        ("unknown_button", Reason.UNKNOWN_BUTTON),
    ],
)
def test_button_that_may_charge_is_not_pressed(never: Keeper, kind: PaymentKind, expected: str) -> None:
    """Proves that a live run presses no button that could charge, and says why."""
    never.buyer.kind = kind
    assert expected == why_held(never, never.one("#1001"))


def test_doctor_says_who_presses_where_no_way_to_pay_is_chosen(never: Keeper) -> None:
    """Proves that a button that charges perhaps is told as that: it is the merchant's to press."""
    never.buyer.kind = "pay_now_unchosen"
    assert Reason.PAYS_AT_ONCE == why_held(never, never.one("#1001"))
    with never.database() as database, database.read() as session:
        says = card(never.config, ACCOUNT, session)
    assert (Level.WARN, True) == (says.level, "or nobody knows that it does not" in says.text)
    assert "dropferry pay-run" in says.fix
    assert "deferred_payment_methods" in says.fix
    assert "take the card out" not in says.fix


def test_total_of_zero_is_not_pressed(never: Keeper) -> None:
    """Proves that an order that coupons have paid already is left to a person."""
    never.buyer.coupon, never.buyer.bonus = 100_000, 100_000
    outcome = never.one("#1001")
    never.buyer.bonus = 0
    assert Reason.ZERO_TOTAL == why_held(never, outcome)


def test_method_that_nobody_has_watched_is_not_pressed(never: Keeper) -> None:
    """Proves that a listed method waits for one purchase under a person's eyes."""
    with never.database() as database, database.write() as session:
        session.delete(session.get_one(ProvenMethod, (ACCOUNT, "Boleto")))
    outcome = never.one("#1001")
    never.allow()
    assert Hold.UNPROVEN_METHOD == why_held(never, outcome)


@pytest.mark.parametrize(
    ("fault", "kind", "place"),
    [
        ("signed_out_at", NeedKind.SIGNED_OUT, "item"),
        ("captcha_at", NeedKind.CAPTCHA, "confirm"),
        pytest.param("signed_out_at", NeedKind.SIGNED_OUT, "confirm", marks=pytest.mark.long),
        pytest.param("captcha_at", NeedKind.CAPTCHA, "item", marks=pytest.mark.long),
    ],
)
def test_person_who_is_needed_half_way_ends_the_run(never: Keeper, fault: str, kind: NeedKind, place: str) -> None:
    """Proves that a sign-in or a human check on the way ends the run, and that the purchase waits as it was."""
    never.sandbox.ali.set_faults({fault: place})
    with pytest.raises(PersonNeeded) as needed:
        never.one("#1001")
    assert kind == needed.value.kind


def test_popup_over_the_button_ends_the_run(never: Keeper) -> None:
    """Proves that a button that cannot be hit is a changed page, with its evidence."""
    never.sandbox.ali.set_faults({"button_popup": True})
    with pytest.raises(PageChanged, match="intercepts pointer events") as changed:
        never.one("#1001")
    assert changed.value.evidence is not None
    assert (never.home.evidence / changed.value.evidence / "failure.jpg").is_file()


@pytest.mark.parametrize(("point", "page"), [(None, "order_list"), ("place: leased", "product")])
def test_design_that_was_switched_ends_the_run(
    never: Keeper, monkeypatch: pytest.MonkeyPatch, point: str | None, page: str
) -> None:
    """Proves that pages in a design nobody knows, from the beginning or half-way, are a changed page and no guess."""
    reached = checkpoints.reached

    def switch(name: str) -> None:
        reached(name)
        if name == point:
            never.sandbox.ali.set_faults({"design": "unknown"})

    monkeypatch.setattr(checkpoints, "reached", switch)
    never.sandbox.ali.set_faults({"design": "unknown"} if point is None else {})
    done = never.place("#1001")
    assert isinstance(done.trouble, PageChanged), done
    assert (page, []) == (done.trouble.page, done.outcomes)
    ((purchase, _),) = never.purchases().values()
    assert purchase.intent_at is None


def test_machine_that_slept_ends_the_run(never: Keeper) -> None:
    """Proves that nothing is bought with pages from before a sleep: the run ends, and says to run it again."""
    wall = itertools.count(0, 3600)
    done = never.place("#1001", watch=lambda: ClockWatch(lambda: next(wall), lambda: 0.0))
    assert ([], True) == (done.outcomes, "the machine slept" in (done.ended_by or ""))

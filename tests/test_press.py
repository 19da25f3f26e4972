"""The one press: what it orders, what it never orders, and what is known of it afterwards."""

import contextlib
from typing import Any

import pytest
from playwright.sync_api import Page

from flows.errors import CannotBuy, OutcomeUnknown, Reason
from flows.place_order import press
from tests.buying import HERE, THERE, Till, context_fixture, soon, till_fixture

context, till = context_fixture, till_fixture


def test_one_press_makes_one_unpaid_order(till: Till) -> None:
    """Proves that a press with a deferred method makes one order, for the address that was set, and charges nothing."""
    till.sandbox.ali.set_faults({"shows_number": True})
    read = till.prepare()
    charges = till.sandbox.ali.market.charges
    result = till.press(read)
    orders = till.orders()
    assert ([order.number for order in orders], None) == (list(result.numbers), result.refused)
    assert (True, True, 1, charges) == (
        result.pressed,
        result.let_through,
        len(orders),
        till.sandbox.ali.market.charges,
    )
    to = orders[0].recipient
    assert ("Nguyen Van Duc", HERE.street, HERE.street2, "97205") == (to.name, to.address, to.address2, to.zip)
    assert (read.total.minor, None) == (orders[0].total, orders[0].paid_at)
    assert ["armed", "pressed", "outcome"] == till.steps[-3:]


def test_result_page_without_a_number_is_unknown(till: Till) -> None:
    """Proves that without a shown number the outcome stays open, and that the order list can be read at once."""
    read = till.prepare()
    with pytest.raises(OutcomeUnknown, match="no order number"):
        till.press(read)
    assert 1 == len(till.orders())
    till.page.goto(f"{till.site.www}/p/order/index.html")
    till.page.locator(".order-item").first.wait_for()


def test_several_sellers_numbers_are_all_read(till: Till) -> None:
    """Proves that each number on the page after the press is told."""
    till.page.route("**/pay-result.html*", lambda route: route.fulfill(
        body="<p>Order ID: 8190000000000001, 8190000000020001</p>", content_type="text/html"
    ))  # fmt: skip
    assert ("8190000000000001", "8190000000020001") == till.press(till.prepare()).numbers


def test_us_site_is_bought_by_its_own_ids(till: Till) -> None:
    """Proves that an account that is led to the US site buys there, and that ids are told as the global ones."""
    till.buyer.us_routed = True
    till.sandbox.ali.set_faults({"shows_number": True})
    read = till.prepare()
    assert till.product.id == read.lines[0].product_id
    assert f"objectId={till.product.us_id}" in till.page.url
    assert 1 == len(till.press(read).numbers)


@pytest.mark.parametrize(
    ("faults", "orders", "says"),
    [
        ({"order_call": "lost"}, 1, "no order number"),
        pytest.param({"order_call": "lost_before"}, 0, "no order number", marks=pytest.mark.long),
        pytest.param({"order_call": "500"}, 1, "no order number", marks=pytest.mark.long),
        ({"order_call": "500_before"}, 0, "no order number"),
        pytest.param({"order_refused": "Something we have never read"}, 0, "no order number", marks=pytest.mark.long),
        ({"signed_out_at": "press"}, 0, "no order number"),
        pytest.param({"captcha_at": "press"}, 0, "no order number", marks=pytest.mark.long),
    ],
    ids=str,
)
def test_press_without_a_clear_answer_is_unknown(till: Till, faults: dict[str, Any], orders: int, says: str) -> None:
    """Proves that after the order call was sent only a number or a known refusal counts; all else stays open."""
    read = till.prepare()
    till.sandbox.ali.set_faults(faults)
    with pytest.raises(OutcomeUnknown, match=says):
        till.press(read)
    assert orders == len(till.orders())
    assert 1 == len(till.guard.let_through)


@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        ({"sold_out_at": "press"}, Reason.SOLD_OUT),
        pytest.param({"sku_gone_at": "press"}, Reason.SKU_GONE, marks=pytest.mark.long),
        ({"order_refused": "Please check your shipping address and delivery method."}, Reason.ADDRESS_REFUSED),
    ],
    ids=str,
)
def test_known_refusal_after_the_press_is_sure(till: Till, faults: dict[str, Any], reason: Reason) -> None:
    """Proves that a text of refusal that is known says surely that nothing was ordered."""
    read = till.prepare()
    till.sandbox.ali.set_faults(faults)
    result = till.press(read)
    assert result.refused is not None
    assert (reason, True, ()) == (result.refused.reason, result.let_through, result.numbers)
    assert [] == till.orders()


@pytest.mark.parametrize(
    "order_by",
    [
        *("fetch", "form", "worker", "socket"),
        *(pytest.param(way, marks=pytest.mark.long) for way in ("beacon", "window", "xhr", "jsonp", "iframe")),
    ],
)
def test_one_order_at_most_whichever_way_it_is_sent(till: Till, order_by: str) -> None:
    """Proves that a press makes one order by the ways that a page has, or none, and that the guard tells which."""
    till.sandbox.ali.set_faults({"order_by": order_by, "shows_number": True})
    read = till.prepare()
    with contextlib.suppress(OutcomeUnknown):
        till.press(read)
    assert len(till.guard.let_through) == len(till.orders())
    assert len(till.orders()) == (0 if order_by in {"worker", "socket"} else 1)


def test_page_that_sends_twice_orders_once(till: Till) -> None:
    """Proves that of two order calls for one press the second is stopped and named."""
    till.sandbox.ali.set_faults({"double_click": True, "shows_number": True})
    result = till.press(till.prepare())
    assert (1, 1) == (len(till.orders()), len(result.numbers))
    assert till.guard.let_through == tuple(name for name in till.guard.aborted if "placeorder" in name)


def test_renewed_token_is_sent_once_more(till: Till) -> None:
    """Proves that the page may repeat its order call where the answer says that nothing was processed."""
    till.sandbox.ali.set_faults({"order_call": "token", "shows_number": True})
    result = till.press(till.prepare())
    assert (2, 1, 1) == (len(till.guard.let_through), len(till.orders()), len(result.numbers))


CHANGED = {
    "total": Reason.PRICE_CHANGED,
    "button": Reason.UNKNOWN_BUTTON,
    "method": Reason.PAYS_AT_ONCE,
    "quantity": Reason.QUANTITY_CHANGED,
    "recipient": Reason.RECIPIENT_DIFFERS,
}


@pytest.mark.parametrize(
    ("redraw", "redraw_on"),
    [*((what, "pointerdown") for what in CHANGED), ("total", "mouseover"), ("button", "mouseover")],
)
def test_page_that_changes_between_trial_and_press_is_not_pressed(till: Till, redraw: str, redraw_on: str) -> None:
    """Proves that a button, method, total, quantity or recipient that changes under the hand stops the press."""
    till.sandbox.ali.set_faults({"redraw": redraw, "redraw_on": redraw_on})
    till.buyer.kind = "place_order" if redraw == "button" else "pay_now_deferred"
    read = till.prepare()
    if redraw_on == "mouseover":  # the trial has moved the mouse there
        with pytest.raises(CannotBuy) as raised:
            till.press(read)
        assert CHANGED[redraw] == raised.value.reason
    else:
        result = till.press(read)
        assert (False, False) == (result.pressed, result.let_through)
        assert any(redraw in one or "lines" in one for one in till.guard.refused())
    assert [] == till.orders()


def test_press_after_the_deadline_does_nothing(till: Till) -> None:
    """Proves that a quote that is too old is not pressed, before and after it was armed."""
    read = till.prepare()
    with pytest.raises(CannotBuy, match="deadline"):
        till.press(read, soon(-1))
    deadline = soon(0.3)
    till.guard.arm(read, deadline)
    till.page.wait_for_function("until => Date.now() > until", arg=deadline.timestamp() * 1000)
    result = till.press(read, deadline)
    assert (False, False, []) == (result.pressed, result.let_through, till.orders())


def test_second_purchase_begins_anew(till: Till) -> None:
    """Proves that after one purchase the next one can be prepared and pressed in the same tab."""
    till.sandbox.ali.set_faults({"shows_number": True})
    first = till.press(till.prepare())
    second = till.press(till.prepare(ship_to=THERE, quantity=1))
    assert 2 == len({*first.numbers, *second.numbers})
    assert [("Nguyen Van Duc", 2), ("Ann Lee", 1)] == [
        (order.recipient.name, order.lines[0].quantity) for order in till.orders()
    ]


@pytest.mark.parametrize("moment", ["armed", "pressed"])
def test_tab_that_closes_under_the_press_is_unknown(till: Till, moment: str) -> None:
    """Proves that a tab which is closed at the press leaves the outcome open: its last call may leave as it closes."""
    read = till.prepare()

    def close(name: str, page: Page) -> None:
        if name == moment:
            page.close()

    with pytest.raises(OutcomeUnknown):
        press(till.page, till.site, till.guard, read, soon(), on_step=close)


def test_order_call_that_comes_too_late_does_not_leave_when_the_tab_is_closed(till: Till) -> None:
    """Proves that a page whose call is still to come when its press is given up is ended before anybody closes it."""
    read = till.prepare()
    till.page.evaluate("""() => {
        const send = window.fetch;
        window.fetch = (...asked) => new Promise((go) => setTimeout(go, 3100)).then(() => send(...asked));
    }""")
    result = till.press(read)
    assert (True, False, "about:blank") == (result.pressed, result.let_through, till.page.url)
    till.page.close()
    assert [] == till.orders()

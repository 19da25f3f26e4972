"""Preparing an order up to the press: against the stand-in, with each of its ways to go wrong."""

from typing import Any
from urllib.parse import quote_plus

import pytest

from flows.errors import CannotBuy, FlowError, NeedKind, PageChanged, PersonNeeded, Reason
from flows.pages import confirm
from flows.pages.confirm import DrawnConfirm
from flows.place_order import may_press
from flows.values import Money, Reader
from flows.values_buying import ButtonKind, Quote
from tests.buying import DEFERRED, THERE, Till, context_fixture, till_fixture

context, till = context_fixture, till_fixture


def test_prepares_in_two_page_loads_and_presses_nothing(till: Till) -> None:
    """Proves the dry run: one item page, one confirm page, the quote both readers agree on, and not a single press."""
    before = dict(till.sandbox.ali.page_loads)
    read = till.prepare(ship_to=THERE)
    loads = {name: count - before.get(name, 0) for name, count in till.sandbox.ali.page_loads.items()}
    assert (1, 1, 0) == (loads["item"], loads["confirm"], loads.get("result", 0))
    assert (Reader.BOTH, ButtonKind.PAY_NOW, "Boleto", 1) == (
        read.reader, read.button_kind, read.payment.method, read.sellers
    )  # fmt: skip
    line = read.lines[0]
    assert (till.product.id, till.sku.id, 2) == (line.product_id, line.sku_id, line.quantity)
    assert line.unit_price is not None
    assert till.sku.cents == line.unit_price.minor
    amounts = [amount.minor for _, amount, _ in read.rows if amount is not None]
    assert sum(amounts) == read.total.minor
    assert ["item page", "confirm page", "address set", "quote read", "ready"] == till.steps
    assert till.page.evaluate("document.cookie.includes('ae_presses')") is False
    assert [] == till.orders()


@pytest.mark.parametrize("label", ["Natural  canvas", "Red #2", "White, US  plug", "02 (2-4 cups)"])
def test_labels_reach_the_confirm_page_to_the_letter(till: Till, label: str) -> None:
    """Proves that double blanks, "#", commas and brackets in a seller's label survive the way to the confirm page."""
    every = [(one, sku) for one in till.sandbox.ali.market.products.values() for sku in one.skus]
    till.product, till.sku = next((one, sku) for one, sku in every if f"#{label}" in one.attr(sku))
    read = till.prepare(quantity=1)
    assert till.sku.id == read.lines[0].sku_id
    assert quote_plus(label).replace("+", "%20") in till.page.url


def test_pictures_fonts_and_visitor_counting_are_not_loaded(till: Till) -> None:
    """Proves that the buying context loads neither pictures nor fonts nor the visitors' pixel."""
    till.sandbox.ali.bytes_sent.clear()
    till.prepare()
    sent = till.sandbox.ali.bytes_sent
    assert {"image": 0, "font": 0, "analytics": 0} == {name: sent[name] for name in ("image", "font", "analytics")}
    assert sent["data"] > 0


@pytest.mark.parametrize("seen", [("2026", "en"), ("2022", "en"), ("2026", "vi")], ids=str)
@pytest.mark.parametrize(
    ("kind", "deferred", "expected"),
    [
        ("place_order", frozenset(), None),
        ("place_order_card", DEFERRED, Reason.PAYS_AT_ONCE),
        ("pay_now_card", DEFERRED, Reason.PAYS_AT_ONCE),
        ("pay_now_paypal", DEFERRED, Reason.PAYS_AT_ONCE),
        ("pay_now_unchosen", DEFERRED, Reason.PAYS_AT_ONCE),
        ("pay_now_deferred", frozenset(), Reason.PAYS_AT_ONCE),
        ("pay_now_deferred", DEFERRED, None),
        ("unknown_button", DEFERRED, Reason.UNKNOWN_BUTTON),
    ],
)
def test_button_table_on_the_page(
    till: Till, kind: Any, deferred: frozenset[str], expected: Reason | None, seen: tuple[str, str]
) -> None:
    """Proves the button table on the drawn page: each kind, in both designs, in English and Vietnamese."""
    till.buyer.kind = kind
    open_item(till)
    assert expected == may_press(drawn_quote(till, *seen), deferred)


def open_item(till: Till) -> None:
    """Loads the item page, as the confirm page asks for."""
    till.page.goto(f"{till.site.www}/item/{till.product.id}.html")
    till.page.locator("h1").wait_for()


def drawn_quote(till: Till, design: str, language: str) -> Quote:
    """The quote of a confirm page of that design and language, by the drawn page alone."""
    till.sandbox.ali.set_faults({"design": design, "language": language})
    till.page.goto(confirm.address(till.site.www, till.product.id, till.wanted(), till.product.attr(till.sku)))
    screen = DrawnConfirm(till.page, till.site)
    assert screen.drawn(seconds=8)
    till.page.wait_for_function("window.press.state.settled === true")
    return screen.quote()


@pytest.mark.parametrize(
    ("faults", "reason", "says"),
    [
        ({"address_refused": "We do not deliver there"}, Reason.ADDRESS_REFUSED, "Street*: We do not deliver there"),
        ({"recipient_altered": "John Doe"}, Reason.RECIPIENT_DIFFERS, "asked name Ann Lee, page shows"),
    ],
    ids=str,
)
def test_address_that_is_not_taken_as_typed_is_not_pressed(
    till: Till, faults: dict[str, Any], reason: Reason, says: str
) -> None:
    """Proves that an address that is refused, or saved as another, ends before the press, with its reason."""
    till.sandbox.ali.set_faults(faults)
    with pytest.raises(CannotBuy) as raised:
        till.prepare(ship_to=THERE)
    assert reason == raised.value.reason
    assert says in raised.value.detail
    assert [] == till.orders()


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"on_sale": False}, Reason.PRODUCT_GONE), ({"carriers": {"US": []}}, Reason.NOT_SHIPPABLE)],
)
def test_product_that_is_not_to_be_had(till: Till, change: dict[str, Any], reason: Reason) -> None:
    """Proves that a product that is gone, or not sent to this country, is named as such."""
    market = till.sandbox.ali.market
    till.product = list(market.products.values())[-1]
    till.sku = till.product.skus[0]
    market.change_product(till.product.id, change)
    try:
        with pytest.raises(CannotBuy) as raised:
            till.prepare()
    finally:
        market.change_product(till.product.id, {"on_sale": True})
        till.product.carriers.clear()
    assert reason == raised.value.reason


@pytest.mark.parametrize(
    ("faults", "error", "kind"),
    [
        pytest.param({"captcha_at": "confirm"}, PersonNeeded, NeedKind.CAPTCHA, marks=pytest.mark.long),
        pytest.param({"button_popup": True}, PageChanged, None, marks=pytest.mark.long),
        pytest.param({"design": "unknown"}, FlowError, None, marks=pytest.mark.long),
        ({"no_calls": True}, FlowError, None),
        ({"http_500": True}, FlowError, None),
    ],
    ids=str,
)
def test_trouble_on_the_way_is_named_and_not_pressed(
    till: Till, faults: dict[str, Any], error: type[FlowError], kind: NeedKind | None
) -> None:
    """Proves that a sign-out, a human check, a pop-up over the button and an unknown page end before the press."""
    till.sandbox.ali.set_faults(faults)
    with pytest.raises(error) as raised:
        till.prepare()
    assert kind == getattr(raised.value, "kind", None)
    assert not isinstance(raised.value, CannotBuy)
    assert [] == till.orders()


@pytest.mark.long
def test_bonus_that_pays_for_all_is_held(till: Till) -> None:
    """Proves that a total of zero, which a press would settle at once, is held."""
    till.buyer.bonus = 10**6
    assert Reason.ZERO_TOTAL == may_press(till.prepare(), DEFERRED)


def test_price_that_jumped_shows_in_the_quote(till: Till) -> None:
    """Proves that the quote has the price of the confirm page, not that of the product page."""
    till.sandbox.ali.set_faults({"price_jump_at": "confirm", "price_jump": 300})
    price = till.prepare().lines[0].unit_price
    assert Money(minor=till.sku.cents + 300, currency="USD") == price


@pytest.mark.parametrize(
    ("redraw", "error"), [("total", PageChanged), ("recipient", CannotBuy), ("quantity", PageChanged)]
)
def test_page_that_differs_from_its_answer_is_not_pressed(till: Till, redraw: str, error: type[FlowError]) -> None:
    """Proves that a page which draws another total, recipient or quantity than it was answered is not pressed."""
    till.sandbox.ali.set_faults({"redraw": redraw})
    with pytest.raises(error):
        till.prepare()
    assert [] == till.orders()


def test_dry_runs_press_nothing(till: Till) -> None:
    """Proves that preparing order after order presses nothing, whatever the button is."""
    presses = len(till.sandbox.ali.market.presses)
    for kind in ("pay_now_card", "pay_now_deferred", "place_order"):
        till.buyer.kind = kind
        till.prepare()
    assert (presses, []) == (len(till.sandbox.ali.market.presses), till.orders())

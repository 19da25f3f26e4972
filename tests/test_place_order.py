"""Preparing an order up to the press, and the press: against the stand-in, with each of its ways to go wrong."""

import contextlib
from typing import Any
from urllib.parse import quote_plus

import pytest

from bot.sandbox.aliexpress.address_book import typed_entry
from flows.errors import CannotBuy, FlowError, NeedKind, OutcomeUnknown, PageChanged, PersonNeeded, Reason
from flows.pages import confirm
from flows.pages.confirm import DrawnConfirm
from flows.place_order import check_offer, may_press, why_not
from flows.quote_rules import can_be_deferred, check_wanted, foreign_row, shows_options
from flows.values import Money, Reader
from flows.values_buying import ButtonKind, Payment, Product, Quote, QuoteLine, SkuOffer, Wanted
from tests.buying import DEFERRED, HERE, THERE, Till, context_fixture, soon, till_fixture, typed

context, till = context_fixture, till_fixture

USD = Money(minor=1723, currency="USD")
LINE = QuoteLine(product_id="1", sku_id="2", title="Bag", sku_text="Black,China", quantity=2, unit_price=USD)
QUOTE = Quote(
    recipient="+1 5035550123 Nguyen Van Duc 123 Main Street, Apt 4 Portland, Oregon, United States, 97205",
    lines=(LINE,),
    carrier="CAINIAO_STANDARD",
    rows=(("Subtotal", USD, "$17.23"), ("Promo codes", None, "Enter")),
    total=USD,
    payment=Payment(present=True, method="Boleto"),
    button_text="Pay now",
    button_kind=ButtonKind.PAY_NOW,
    sellers=1,
    reader=Reader.BOTH,
)
WANTED = Wanted(
    product_id="1", sku_id="2", sku_attr="14:193", quantity=2, carrier="CAINIAO_STANDARD", ship_to=HERE, currency="USD"
)
OFFER = SkuOffer(
    sku_id="2",
    sku_attr="14:193#Bear;200007763:201336100",
    options=(("Color", "Black"), ("Ships From", "China")),
    price=USD,
    stock=5,
    salable=True,
    ship_from="CN",
    image=None,
)
NONE, CARD = Payment(present=False, method=None), Payment(present=True, method="Visa **** 4242")
PAYPAL, BOLETO = Payment(present=True, method="PayPal"), Payment(present=True, method="Boleto")
UNCHOSEN = Payment(present=True, method=None)


def quote(**changes: Any) -> Quote:
    """A quote that may be pressed, but for the changes."""
    return QUOTE.model_copy(update=changes)


@pytest.mark.parametrize(
    ("kind", "payment", "deferred", "expected"),
    [
        (ButtonKind.PLACE_ORDER, NONE, frozenset(), None),
        (ButtonKind.PLACE_ORDER, NONE, DEFERRED, None),
        (ButtonKind.PLACE_ORDER, CARD, DEFERRED, Reason.PAYS_AT_ONCE),
        (ButtonKind.PLACE_ORDER, UNCHOSEN, DEFERRED, Reason.PAYS_AT_ONCE),
        (ButtonKind.PLACE_ORDER, BOLETO, frozenset(), Reason.PAYS_AT_ONCE),
        (ButtonKind.PLACE_ORDER, BOLETO, DEFERRED, None),
        (ButtonKind.PAY_NOW, NONE, DEFERRED, Reason.PAYS_AT_ONCE),
        (ButtonKind.PAY_NOW, CARD, DEFERRED, Reason.PAYS_AT_ONCE),
        (ButtonKind.PAY_NOW, CARD, frozenset({"Visa **** 4242"}), Reason.PAYS_AT_ONCE),
        (ButtonKind.PAY_NOW, PAYPAL, frozenset({"PayPal"}), Reason.PAYS_AT_ONCE),
        (ButtonKind.PAY_NOW, UNCHOSEN, DEFERRED, Reason.PAYS_AT_ONCE),
        (ButtonKind.PAY_NOW, BOLETO, frozenset(), Reason.PAYS_AT_ONCE),
        (ButtonKind.PAY_NOW, BOLETO, DEFERRED, None),
        (ButtonKind.PAY_NOW, Payment(present=True, method="Boleto + Visa"), DEFERRED, Reason.PAYS_AT_ONCE),
        (ButtonKind.UNKNOWN, NONE, DEFERRED, Reason.UNKNOWN_BUTTON),
        (ButtonKind.UNKNOWN, BOLETO, DEFERRED, Reason.UNKNOWN_BUTTON),
    ],
)
def test_button_table(kind: ButtonKind, payment: Payment, deferred: frozenset[str], expected: Reason | None) -> None:
    """Proves for each kind of button and each way of paying whether it may be pressed."""
    assert expected == may_press(quote(button_kind=kind, payment=payment), deferred)


@pytest.mark.parametrize(
    ("changes", "expected", "says"),
    [
        ({"total": Money(minor=0, currency="USD")}, Reason.ZERO_TOTAL, "0 USD"),
        ({"rows": (("Subtotal", Money(minor=1, currency="EUR"), "€0.01"),)}, Reason.CURRENCY_DIFFERS, "€0.01"),
        ({"rows": (("Total item costs", None, "Rs 10.00"),)}, Reason.CURRENCY_DIFFERS, "Total item costs"),
        ({"rows": (("Bonus", Money(minor=-5, currency="USD"), "-$0.05"), ("Promo", None, "2 available"))}, None, ""),
    ],
)
def test_totals_and_rows_hold_too(changes: dict[str, Any], expected: Reason | None, says: str) -> None:
    """Proves that a total of zero and a row in another currency are held, and that a discount is not."""
    refused = why_not(quote(**changes), DEFERRED)
    assert expected == (refused.reason if refused else None)
    assert says in (refused.detail if refused else "")


@pytest.mark.parametrize(
    "method",
    ["Visa", "Add a new card", "Credit/Debit card", "Mastercard •••• 1234", "Google Pay", "Apple Pay", "Google pay",
     "AliExpress Balance", "Bonus : US $3.43", "PayPal", "Alipay", "Klarna", "Thẻ tín dụng", "Ví MoMo", "Ví điện tử",
     "クレジットカード", "신용카드", "Saldo", "Elo ", "", "  "],
)  # fmt: skip
def test_money_that_flows_at_once_is_never_deferred(method: str) -> None:
    """Proves that no card, wallet, balance or credit line can be listed as paid later."""
    assert not can_be_deferred(method)


@pytest.mark.parametrize("method", ["Boleto", "Boleto Bancário", "Konbini", "コンビニ決済", "OXXO", "Bank transfer"])
def test_slips_and_codes_can_be_deferred(method: str) -> None:
    """Proves that what is paid elsewhere, later, can be listed."""
    assert can_be_deferred(method)


@pytest.mark.parametrize(
    ("changes", "reason", "says"),
    [
        ({"lines": ()}, Reason.QUANTITY_CHANGED, "asked 1 product, page shows 0"),
        ({"lines": (LINE, LINE)}, Reason.QUANTITY_CHANGED, "asked 1 product, page shows 2: Bag; Bag"),
        ({"lines": (LINE.model_copy(update={"product_id": "9"}),)}, Reason.PRODUCT_GONE, "asked 1, page shows 9"),
        ({"lines": (LINE.model_copy(update={"sku_id": "9"}),)}, Reason.SKU_GONE, "asked 2 Black, China, page shows 9"),
        ({"lines": (LINE.model_copy(update={"sku_text": "Red"}),)}, Reason.SKU_GONE, "page shows 2 Red"),
        ({"lines": (LINE.model_copy(update={"quantity": 1}),)}, Reason.QUANTITY_CHANGED, "asked 2, page shows 1"),
        ({"total": Money(minor=9, currency="EUR")}, Reason.CURRENCY_DIFFERS, "asked USD, page shows EUR"),
        ({"rows": (("Tax", None, "Rs 1.00"),)}, Reason.CURRENCY_DIFFERS, "asked USD, row Tax shows Rs 1.00"),
        ({"recipient": "Ann Lee 1 Road"}, Reason.RECIPIENT_DIFFERS, "asked name Nguyen Van Duc, page shows Ann Lee"),
        ({"recipient": ""}, Reason.RECIPIENT_DIFFERS, "page shows no address"),
        ({"carrier": None}, Reason.CARRIER_GONE, "asked CAINIAO_STANDARD, page shows none"),
        ({"carrier": "YANWEN_JYT"}, Reason.CARRIER_GONE, "asked CAINIAO_STANDARD, page shows YANWEN_JYT"),
    ],
)
def test_each_difference_has_its_reason_and_both_values(changes: dict[str, Any], reason: Reason, says: str) -> None:
    """Proves that the quote is compared with what was asked, and that each difference names both values."""
    check_wanted(WANTED, OFFER, QUOTE)
    with pytest.raises(CannotBuy) as raised:
        check_wanted(WANTED, OFFER, quote(**changes))
    assert reason == raised.value.reason
    assert says in raised.value.detail


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Black,China", True),
        ("Bear, China", True),
        ("china / BLACK", True),
        ("Blackish,China", False),
        ("Black", False),
        ("", True),
    ],
)
def test_options_of_a_line_are_the_skus(text: str, expected: bool) -> None:
    """Proves that a line is taken for the SKU by its options or the seller's labels, in any order and case."""
    assert expected == shows_options(text, OFFER)


@pytest.mark.parametrize(
    ("sku", "asked", "reason", "says"),
    [
        ({"sku_id": "3"}, {}, Reason.SKU_GONE, "asked 2 14:193, page shows 1 others"),
        ({"sku_attr": "14:29#Bear"}, {}, Reason.SKU_GONE, "page shows 14:29#Bear"),
        ({"stock": 1}, {}, Reason.SOLD_OUT, "asked 2, page shows 1 left"),
        ({"salable": False, "stock": None}, {}, Reason.SOLD_OUT, "asked 2, page shows none left"),
        ({"price": Money(minor=1, currency="EUR")}, {}, Reason.CURRENCY_DIFFERS, "asked USD, page shows EUR"),
    ],
)
def test_offer_is_compared_by_ids(sku: dict[str, Any], asked: dict[str, Any], reason: Reason, says: str) -> None:
    """Proves that a SKU that is not there, not the same or not left stops the purchase on the product page."""
    offer = OFFER.model_copy(update={"sku_attr": "14:193#Other  label", **sku})
    offered = Product(
        product_id="1", title="Bag", on_sale=True, currency="USD", skus=(offer,), shipping=(), image=None,
        reader=Reader.CALLS,
    )  # fmt: skip
    with pytest.raises(CannotBuy) as raised:
        check_offer(WANTED.model_copy(update=asked), offered)
    assert (reason, True) == (raised.value.reason, says in raised.value.detail)


def test_labels_do_not_matter_where_ids_agree() -> None:
    """Proves that a seller's other label for the same ids is the same SKU."""
    offer = OFFER.model_copy(update={"sku_attr": "14:193#Other  label"})
    offered = Product(
        product_id="1", title="Bag", on_sale=True, currency="USD", skus=(offer,), shipping=(), image=None,
        reader=Reader.CALLS,
    )  # fmt: skip
    assert offer == check_offer(WANTED, offered)


def test_first_foreign_row_is_named() -> None:
    """Proves that a row without an amount is no foreign row."""
    assert foreign_row(QUOTE) is None
    assert ("Tax", "R$1,00") == foreign_row(quote(rows=(("Tax", Money(minor=100, currency="BRL"), "R$1,00"),)))


def test_prepares_in_two_page_loads_and_presses_nothing(till: Till) -> None:
    """Proves the dry run: one item page, one confirm page, the quote both readers agree on, and not a single press."""
    before = dict(till.sandbox.ali.page_loads)
    read = till.prepare()
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
    assert ["armed", "pressed"] == till.steps[-2:]


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


# What goes wrong, the reason that is named, and what stands in its detail.
NOT_BOUGHT: list[tuple[dict[str, Any], Reason, str]] = [
    ({"sku_gone_at": "item"}, Reason.SKU_GONE, "asked {sku}"),
    ({"sku_gone_at": "confirm"}, Reason.SKU_GONE, "no longer available"),
    ({"sold_out_at": "item"}, Reason.SOLD_OUT, "asked 2, page shows none left"),
    ({"sold_out_at": "confirm"}, Reason.SOLD_OUT, "out of stock"),
    ({"carrier_gone_at": "item"}, Reason.CARRIER_GONE, "asked CAINIAO_STANDARD, page shows CAINIAO_PREMIUM"),
    ({"carrier_gone_at": "confirm"}, Reason.CARRIER_GONE, "asked CAINIAO_STANDARD, page shows CAINIAO_PREMIUM"),
    ({"currency_at": "item"}, Reason.CURRENCY_DIFFERS, "asked USD, page shows EUR"),
    ({"currency_at": "confirm"}, Reason.CURRENCY_DIFFERS, "asked USD, page shows EUR"),
    ({"address_refused": "We do not deliver there"}, Reason.ADDRESS_REFUSED, "Street*: We do not deliver there"),
    ({"recipient_altered": "John Doe"}, Reason.RECIPIENT_DIFFERS, "asked name Nguyen Van Duc, page shows"),
    ({"quantity_reset": True}, Reason.QUANTITY_CHANGED, "asked 2, page shows 1"),
    ({"extra_line": True}, Reason.QUANTITY_CHANGED, "asked 1 product, page shows 2"),
]


@pytest.mark.parametrize(("faults", "reason", "says"), NOT_BOUGHT, ids=str)
def test_what_cannot_be_bought_is_named_and_not_pressed(
    till: Till, faults: dict[str, Any], reason: Reason, says: str
) -> None:
    """Proves that each way in which a purchase is not what was asked ends before the press, with its reason."""
    till.sandbox.ali.set_faults(faults)
    with pytest.raises(CannotBuy) as raised:
        till.prepare()
    assert reason == raised.value.reason
    assert says.format(sku=till.sku.id) in raised.value.detail
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
        ({"signed_out_at": "confirm"}, PersonNeeded, NeedKind.SIGNED_OUT),
        ({"captcha_at": "item"}, PersonNeeded, NeedKind.CAPTCHA),
        ({"captcha_at": "confirm"}, PersonNeeded, NeedKind.CAPTCHA),
        ({"button_popup": True}, PageChanged, None),
        ({"design": "unknown"}, FlowError, None),
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


@pytest.mark.parametrize("kind", ["pay_now_card", "pay_now_paypal", "unknown_button"])
def test_what_pays_at_once_is_read_and_not_pressed(till: Till, kind: Any) -> None:
    """Proves that a saved card is quoted like any other method, and that the button table then holds it."""
    till.buyer.kind = kind
    assert may_press(till.prepare(), DEFERRED) in {Reason.PAYS_AT_ONCE, Reason.UNKNOWN_BUTTON}
    assert [] == till.orders()


def test_bonus_that_pays_for_all_is_held(till: Till) -> None:
    """Proves that a total of zero, which a press would settle at once, is held."""
    till.buyer.bonus = 10**6
    assert Reason.ZERO_TOTAL == may_press(till.prepare(), DEFERRED)


def test_price_that_jumped_shows_in_the_quote(till: Till) -> None:
    """Proves that the quote has the price of the confirm page, not that of the product page."""
    till.sandbox.ali.set_faults({"price_jump_at": "confirm", "price_jump": 300})
    price = till.prepare().lines[0].unit_price
    assert Money(minor=till.sku.cents + 300, currency="USD") == price


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
        ({"order_call": "lost_before"}, 0, "no order number"),
        ({"order_call": "500"}, 1, "no order number"),
        ({"order_call": "500_before"}, 0, "no order number"),
        ({"order_refused": "Something we have never read"}, 0, "no order number"),
        ({"signed_out_at": "press"}, 0, "no order number"),
        ({"captcha_at": "press"}, 0, "no order number"),
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
        ({"sku_gone_at": "press"}, Reason.SKU_GONE),
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
    "order_by", ["fetch", "xhr", "jsonp", "beacon", "form", "iframe", "window", "worker", "socket"]
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


@pytest.mark.parametrize("redraw", ["total", "button", "method", "quantity", "recipient"])
@pytest.mark.parametrize("redraw_on", ["mouseover", "pointerdown"])
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


@pytest.mark.parametrize(
    ("redraw", "error"), [("total", PageChanged), ("recipient", CannotBuy), ("quantity", PageChanged)]
)
def test_page_that_differs_from_its_answer_is_not_pressed(till: Till, redraw: str, error: type[FlowError]) -> None:
    """Proves that a page which draws another total, recipient or quantity than it was answered is not pressed."""
    till.buyer.book.add(typed_entry(typed(HERE)), default=True)
    till.sandbox.ali.set_faults({"redraw": redraw})
    with pytest.raises(error):
        till.prepare()
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


def test_dry_runs_press_nothing(till: Till) -> None:
    """Proves that preparing order after order presses nothing, whatever the button is."""
    presses = len(till.sandbox.ali.market.presses)
    for kind in ("pay_now_card", "pay_now_deferred", "place_order"):
        till.buyer.kind = kind
        till.prepare()
    assert (presses, []) == (len(till.sandbox.ali.market.presses), till.orders())

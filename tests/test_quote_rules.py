"""The rules before a press: which button may be pressed, and what must agree with what was asked."""

from typing import Any

import pytest

from flows.errors import CannotBuy, Reason
from flows.pay_page import check_offer
from flows.place_order import may_press, why_not
from flows.quote_rules import can_be_deferred, check_wanted, foreign_row, shows_options
from flows.values import Money, Reader
from flows.values_buying import ButtonKind, Payment, Product, Quote, QuoteLine, SkuOffer, Wanted
from tests.buying import DEFERRED, HERE

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

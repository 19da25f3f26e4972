"""The confirm page: its answers and its drawing, what the button does, how it is paid, and what is shown after it."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import BrowserContext, Page

from flows.errors import AnswerChanged, FlowError, PageChanged, Reason
from flows.pages import confirm
from flows.pages.confirm import DrawnConfirm, button_kind, from_page
from flows.pages.confirm_answer import Terms, TermsLine, from_answer, from_answers
from flows.place_order import why_not
from flows.read_file import read_saved
from flows.values import Money, Reader, Site
from flows.values_buying import ButtonKind, Payment, Quote
from tests.buying import context_fixture
from tests.reading import damaged

context = context_fixture

URL = "https://www.aliexpress.com/p/trade/confirm.html?objectId=1005010026778896&skuId=12000057945176350&quantity=2"


def block(tag: str, key: str, fields: dict[str, Any]) -> dict[str, Any]:
    """One block as an answer holds it."""
    return {f"{tag}_{key}": {"fields": fields, "id": key, "tag": tag, "type": tag}}


def row(title: str, text: str) -> dict[str, Any]:
    """One row of the summary, or the total."""
    return {"title": {"title": title}, "content": {"content": text}}


# The blocks that public sources name (aliexpress.md 12).
ANSWER: dict[str, Any] = {
    "data": {
        **block(
            "pc_checkout_product",
            "s1",
            {
                "itemUrl": "//www.aliexpress.com/item/1005010026778896.html",
                "prices": {"children": {"retailPrice": {"value": 4.62, "currency": "USD"}}},
                "quantity": {"current": 2},
                "signature": "s1",
                "sku": {"skuInfo": "Play blue light,CN"},
                "title": "Smart glasses",
            },
        ),
        **block(
            "pc_checkout_shipping_option",
            "s1",
            {"selectedFreightService": {"freightCost": "Free", "serviceName": "CAINIAO_STANDARD"}},
        ),
        **block("checkout_shop_title", "s1", {"title": "Vega Store", "signatures": ["s1"]}),
        **block(
            "checkout_order_summary",
            "TOTAL_SUMMARY",
            {"summaryLines": [row("Summary", ""), row("Subtotal", "US $9.24"), row("Shipping fee", "Free")]},
        ),
        **block("checkout_order_total", "116150", {"priceList": [row("Total", "US $9.24")]}),
    },
    "hierarchy": {"root": "r", "structure": {"r": []}},
}


def altered(tag: str, **fields: Any) -> dict[str, Any]:
    """The answer with other fields in its first block of a tag."""
    changed = copy.deepcopy(ANSWER)
    found = next(one for one in changed["data"].values() if one["tag"] == tag)
    found["fields"] |= fields
    return changed


def without(tag: str) -> dict[str, Any]:
    """The answer without the blocks of a tag."""
    return {**ANSWER, "data": {key: one for key, one in ANSWER["data"].items() if one["tag"] != tag}}


def test_answer_tells_the_terms() -> None:
    """Proves that lines, rows, total, carrier and sellers come out of the answer's blocks."""
    line = TermsLine(
        product_id="1005010026778896",
        title="Smart glasses",
        sku_text="Play blue light,CN",
        quantity=2,
        unit_price=Money(minor=462, currency="USD"),
    )
    assert Terms(
        lines=(line,),
        rows=(("Subtotal", "US $9.24"), ("Shipping fee", "Free")),
        total=Money(minor=924, currency="USD"),
        carrier="CAINIAO_STANDARD",
        sellers=1,
    ) == from_answer(ANSWER)


def test_newer_answer_lies_over_the_older() -> None:
    """Proves that an answer with a part only changes that part, and that a whole one takes the place of all before."""
    total = {"data": block("checkout_order_total", "116150", {"priceList": [row("Total", "US $10.00")]})}
    assert (1000, 2) == ((read := from_answers([ANSWER, total])).total.minor, read.lines[0].quantity)
    three = altered("pc_checkout_product", quantity={"current": 3})
    assert (924, 3) == ((read := from_answers([ANSWER, total, three])).total.minor, read.lines[0].quantity)


def test_products_of_a_group_are_lines_too() -> None:
    """Proves that products grouped by seller are read, and that two sellers are two orders to come."""
    product = ANSWER["data"]["pc_checkout_product_s1"]["fields"]
    group = block("pc_checkout_group_product", "g", {"intentionOrderList": [product, {**product, "title": "Other"}]})
    shop = block("checkout_shop_title", "s2", {"title": "Lima Store", "signatures": ["s2"]})
    read = from_answer({**ANSWER, "data": {**without("pc_checkout_product")["data"], **group, **shop}})
    assert (["Smart glasses", "Other"], 2) == ([line.title for line in read.lines], read.sellers)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (without("pc_checkout_product"), AnswerChanged),
        (without("checkout_order_total"), PageChanged),
        (altered("checkout_order_total", priceList=[row("A", "$1"), row("B", "$2")]), PageChanged),
        (altered("checkout_order_total", priceList=[row("Total", "soon")]), PageChanged),
        (altered("checkout_order_total", priceList=[row("Total", "KWD 1.234")]), PageChanged),
        (altered("pc_checkout_product", quantity={"current": 0}), PageChanged),
        (altered("pc_checkout_product", itemUrl="//www.aliexpress.com/store/1"), PageChanged),
        ({"viewModel": {}}, AnswerChanged),
    ],
)
def test_answer_that_is_not_whole_is_refused(answer: dict[str, Any], error: type[FlowError]) -> None:
    """Proves that no product, no total, two totals or an ambiguous one is a value."""
    with pytest.raises(error):
        from_answer(answer)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_one_damaged_value_is_a_value_or_a_flow_error(data: st.DataObject) -> None:
    """Proves that no single wrong value makes the reader fail in an unnamed way."""
    try:
        read = from_answer(damaged(ANSWER, data))
    except FlowError:
        return
    assert isinstance(read, Terms)


def test_real_copy_is_a_place_order_button_that_is_held(shared: Any, context: BrowserContext) -> None:
    """Proves that the real copy reads as "Place order" with a total of 199 USD minor units, held for its rows."""
    read = read_saved("confirm", shared / "aliexpress" / "confirm-page.copy.html", context)
    assert isinstance(read, Quote)
    assert ("Place order", ButtonKind.PLACE_ORDER, Money(minor=199, currency="USD"), Reader.PAGE) == (
        read.button_text, read.button_kind, read.total, read.reader
    )  # fmt: skip
    assert Payment(present=False, method=None) == read.payment
    assert "+94 700000000 Jane Example 1 Example Road Kandy, Central, Sri Lanka, 20400" == read.recipient
    assert (("Total item costs", None, "Rs 10.00"), ("Promo code", None, "Enter code here")) == read.rows[:2]
    held = why_not(read, frozenset())
    assert held is not None
    assert (Reason.CURRENCY_DIFFERS, True) == (held.reason, "Rs 10.00" in held.detail)


@pytest.fixture(scope="module")
def page(context: BrowserContext) -> Iterator[Page]:
    """One tab for the pages of this module."""
    opened = context.new_page()
    yield opened
    opened.close()


def drawn(page: Page, button: str = "Pay now", payment: str = "", total: str = "US $9.24", more: str = "") -> Quote:
    """The quote of a confirm page with these parts."""
    page.set_content(
        f"""<div id="placeorder_wrap__inner"><div data-pl="pl-address-detail"><b>Ann</b><b>Lee</b>
        <span data-pl="pl-address-change"><a>Change</a></span></div>
        <div class="placeorder-page-payment-container"><div>{payment}</div></div>{more}
        <div class="pl-summary-container"><div class="pl-summary__item-pc"><i data-pl="pl-summary-title">Subtotal</i>
        <i data-pl="pl-summary-content">US $9.24</i></div></div>
        <span class="pl-order-toal-container__item-content">{"".join(f"<i>{one}</i>" for one in total)}</span>
        <div class="pl-order-toal-container__btn-box">{f"<button>{button}</button>" if button else ""}</div></div>"""
    )
    return from_page(page)


CHOSEN = '<div class="chosen-channel--chosen-channel-title--x">{}</div>'
RADIO = '<div class="radio-item--item-row"><input type="radio" {}><span>{}</span></div>'


def test_page_without_a_place_for_payment_is_a_changed_page(page: Page) -> None:
    """Proves that a payment block that cannot be found is not taken for a page without payment."""
    markup = """<div id="placeorder_wrap__inner">
      <span class="pl-order-toal-container__item-content">US $9.24</span>
      <button class="place-order-primary-btn">Place order</button></div>"""
    page.set_content(markup)
    with pytest.raises(PageChanged, match="confirm: payment: nothing there"):
        from_page(page)


@pytest.mark.parametrize(
    ("payment", "expected"),
    [
        ("", Payment(present=False, method=None)),
        ("<div><div></div></div>", Payment(present=False, method=None)),
        ("Payment Methods <button>Select</button>", Payment(present=True, method=None)),
        ('<img src="x">', Payment(present=True, method=None)),
        (CHOSEN.format("Boleto"), Payment(present=True, method="Boleto")),
        (CHOSEN.format('<img alt="Visa **** 4242">'), Payment(present=True, method="Visa **** 4242")),
        (RADIO.format("", "Boleto") + RADIO.format("checked", "Visa"), Payment(present=True, method="Visa")),
        (CHOSEN.format("Boleto") + RADIO.format("checked", "Boleto"), Payment(present=True, method="Boleto")),
        (CHOSEN.format("Boleto") + RADIO.format("checked", "Visa"), Payment(present=True, method="Boleto + Visa")),
        (CHOSEN.format("Bonus : US $3.43") + CHOSEN.format("Boleto"),
         Payment(present=True, method="Bonus : US $3.43 + Boleto")),
    ],
)  # fmt: skip
def test_payment_block(page: Page, payment: str, expected: Payment) -> None:
    """Proves that an empty block is no payment, and that a method is named only where it alone is chosen."""
    assert expected == drawn(page, payment=payment).payment


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Place order", ButtonKind.PLACE_ORDER),
        ("PLACE  ORDER", ButtonKind.PLACE_ORDER),
        ("注文する", ButtonKind.PLACE_ORDER),
        ("Đặt hàng", ButtonKind.PLACE_ORDER),
        ("Pay now", ButtonKind.PAY_NOW),
        ("결제하기", ButtonKind.PAY_NOW),
        ("Thanh toán ngay", ButtonKind.PAY_NOW),
        ("Pay now $9.24", ButtonKind.UNKNOWN),
        ("Place order and pay", ButtonKind.UNKNOWN),
        ("Continue securely", ButtonKind.UNKNOWN),
        ("", ButtonKind.UNKNOWN),
    ],
)
def test_button_is_what_its_whole_text_says(text: str, kind: ButtonKind) -> None:
    """Proves that a button is known by its whole text alone, in each language, and never by the nearest one."""
    assert kind == button_kind(text)


def test_two_buttons_are_an_unknown_one(page: Page) -> None:
    """Proves that two buttons that say different things are not pressed."""
    read = drawn(page, button="Place order</button><button>Pay now")
    assert (ButtonKind.UNKNOWN, "Place order + Pay now") == (read.button_kind, read.button_text)


@pytest.mark.parametrize(
    ("parts", "element"),
    [
        ({"button": ""}, "button"),
        ({"total": ""}, "total"),
        ({"total": "soon"}, "total"),
        ({"total": "KWD 1.234"}, "total"),
    ],
)
def test_page_without_button_or_total_is_refused(page: Page, parts: dict[str, str], element: str) -> None:
    """Proves that a page that has not drawn its button or its total, or an ambiguous one, is no quote."""
    with pytest.raises(PageChanged, match=element):
        drawn(page, **parts)


def test_line_of_a_page_needs_its_ids(page: Page) -> None:
    """Proves that a drawn line without an address that tells its SKU is no quote: nothing else names it."""
    line = '<div class="group-product--wrapper--x"><a class="group-product--title--x" href="/item/5.html">Bag</a></div>'
    with pytest.raises(PageChanged, match="SKU"):
        drawn(page, more=line)


def test_other_page_is_refused(page: Page) -> None:
    """Proves that a page that is no confirm page is named as such."""
    page.set_content("<h1>Orders</h1>")
    with pytest.raises(PageChanged, match="another page"):
        from_page(page)


def test_drawing_and_answer_must_agree() -> None:
    """Proves that another total, quantity, title or row on the page than in the answer is a changed page."""
    terms = from_answer(ANSWER)
    line = {"title": "Smart glasses", "sku": "", "quantity": "2", "link": ""}
    seen = {
        "here": True, "recipient": "Ann Lee", "lines": [line], "ships": [], "present": False,
        "paymentDrawn": True, "method": [],
        "rows": [{"title": "Subtotal", "value": "US $9.24"}], "total": ["US $9.24"], "button": ["Place order"],
        "notices": [],
    }  # fmt: skip
    read = confirm.quote_of(confirm.sight_of(seen), URL, terms)
    assert (Reader.BOTH, "12000057945176350", "CAINIAO_STANDARD") == (read.reader, read.lines[0].sku_id, read.carrier)
    for changes in (
        {"total": ["US $9.25"]},
        {"total": ["€9.24"]},
        {"lines": [{**line, "quantity": "3"}]},
        {"lines": [{**line, "title": "Sun glasses"}]},
        {"lines": [line, line]},
        {"rows": [{"title": "Subtotal", "value": "US $9.23"}]},
    ):
        with pytest.raises(PageChanged, match=r"the answer says|SKU"):
            confirm.quote_of(confirm.sight_of({**seen, **changes}), URL, terms)


def test_override_of_the_payment_block_adds_a_place(tmp_path: Any, page: Page) -> None:
    """Proves that a merchant's selector for payment or button cannot hide the places that the package knows."""
    where = 'payment = [{ css = ".nowhere", design = "mine", seen = "2026" }]\n'
    (tmp_path / "confirm.toml").write_text(where, encoding="utf-8")
    drawn(page, button="Place order", payment=CHOSEN.format("Visa"))
    read = DrawnConfirm(page, Site(selectors=tmp_path)).quote()
    assert Payment(present=True, method="Visa") == read.payment

"""The texts of the confirm page: amounts, refusals, order numbers, labels, the recipient."""

import pytest

from flows.errors import Reason
from flows.pages import confirm
from flows.pages.confirm import is_amount, numbers_in, refusal, row_amount
from flows.recipients import missing_from, same_place
from flows.values import Money
from flows.values_buying import Wanted
from tests.buying import HERE


@pytest.mark.parametrize(
    ("text", "amount", "looks"),
    [
        ("US $9.24", Money(minor=924, currency="USD"), True),
        ("-US $3.43", Money(minor=-343, currency="USD"), True),
        ("− $3.43", Money(minor=-343, currency="USD"), True),
        ("Free", Money(minor=0, currency="USD"), False),
        ("Miễn phí", Money(minor=0, currency="USD"), False),
        ("R$1,00", Money(minor=100, currency="BRL"), True),
        ("Rs 10.00", None, True),
        ("10.00 kr", None, True),
        ("2 available", None, False),
        ("Enter code here", None, False),
    ],
)
def test_amount_of_a_row(text: str, amount: Money | None, looks: bool) -> None:
    """Proves that a row is an amount, none, or one in a currency that its sign does not tell."""
    assert (amount, looks) == (row_amount(text, "USD"), is_amount(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sorry, the quantity you selected is out of stock.", Reason.SOLD_OUT),
        ("Sorry, this item is no longer available!", Reason.PRODUCT_GONE),
        ("The product options you selected are no longer available.", Reason.SKU_GONE),
        ("This product can't be shipped to your address", Reason.NOT_SHIPPABLE),
        ("Please check your shipping address and delivery method.", Reason.ADDRESS_REFUSED),
        ("Query product info failed, query param orderLine DTO is empty", Reason.PAGE_SAYS_NO),
        ("Oops! Something went wrong. Please refresh the page and try again.", None),
        ("Take a coupon! This item is sold out soon", None),
        ("", None),
    ],
)
def test_refusals_are_known_texts_alone(text: str, expected: Reason | None) -> None:
    """Proves that only a text that surely says so counts as "nothing was ordered"."""
    said = refusal((text,))
    assert expected == (said[0] if said else None)


@pytest.mark.parametrize(
    ("text", "url", "expected"),
    [
        ("Order ID: 8190000000000001, 8190000000020001", "https://x/p", ("8190000000000001", "8190000000020001")),
        ("Mã đơn hàng 8190000000000001", "https://x/p", ("8190000000000001",)),
        ("Ref. Number：8190000000000001 Thank you", "https://x/p?pmntId=2001252630066685644", ("8190000000000001",)),
        ("", "https://x/p?orderId=8190000000000001", ("8190000000000001",)),
        ("Order ID: 8190000000000001", "https://x/p?orderId=8190000000000001", ("8190000000000001",)),
        ("Payment Successful. Call 0800123456789", "https://x/p?pmntId=2001252630066685644", ()),
    ],
)
def test_numbers_after_the_press(text: str, url: str, expected: tuple[str, ...]) -> None:
    """Proves that order numbers are told where a page names them as such, and payment ids and phones are not."""
    assert expected == numbers_in(text, url)


def test_address_keeps_every_sign_of_a_label() -> None:
    """Proves that a label's blanks and "#" are escaped as the site does it, and that all that was asked is in it."""
    wanted = Wanted(
        product_id="1005010026778896", sku_id="12", sku_attr="", quantity=3, carrier="CAINIAO_STANDARD", ship_to=HERE,
        currency="USD",
    )  # fmt: skip
    url = confirm.address("https://www.aliexpress.us", "3256809840464144", wanted, "14:202422807#2pcs  B;5:361385#35cm")
    assert "&skuAttr=14%3A202422807%232pcs%20%20B%3B5%3A361385%2335cm&" in url
    assert url.startswith("https://www.aliexpress.us/p/trade/confirm.html?objectId=3256809840464144&")
    for part in ("skuId=12", "quantity=3", "shippingCompany=CAINIAO_STANDARD", "countryCode=US"):
        assert f"&{part}" in f"{url}&"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("+1 5035550123 Nguyen Van Duc 123 Main Street, Apt 4 Portland, Oregon, United States, 97205", None),
        ("NGUYEN VAN DUC | 503-555-0123 | 123 main street / apt 4 / 97205 Portland / Oregon", None),
        ("Nguyễn Văn Đức +15035550123 123 Main Street Apt 4 Other Other 97205", "name"),
        ("Nguyen Van Duc 5035550123 123 Main Street Apt 4 Other Other 97205", None),
        ("Nguyen Van Ducky 5035550123 123 Main Street Apt 4 Portland Oregon 97205", "name"),
        ("Nguyen Van Duc 5035550124 123 Main Street Apt 4 Portland Oregon 97205", "phone"),
        ("Nguyen Van Duc 5035550123 23 Main Street Apt 4 Portland Oregon 97205", "street"),
        ("Nguyen Van Duc 5035550123 123 Main Street Portland Oregon 97205", "street2"),
        ("Nguyen Van Duc 5035550123 123 Main Street Apt 4 Salem Oregon 97205", "city"),
        ("Nguyen Van Duc 5035550123 123 Main Street Apt 4 Portland Maine 97205", "province"),
        ("Nguyen Van Duc 5035550123 123 Main Street Apt 4 Portland Oregon 9720", "zip"),
        ("", "name"),
    ],
)
def test_recipient_is_compared_piece_by_piece(text: str, field: str | None) -> None:
    """Proves that every piece of the address must stand on the page, in any order, and which one does not."""
    missing = missing_from(text, HERE)
    assert field == (missing.field if missing else None)


def test_places_are_the_same_whatever_their_accents() -> None:
    """Proves that a place in a list is found under its plain spelling, and not under another place's."""
    assert same_place("Île-de-France", ["Ile de France"])
    assert not same_place("Ile", ["Ile de France"])
    assert not same_place("", [""])

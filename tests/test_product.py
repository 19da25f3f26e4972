"""The product page: SKUs by id, labels to the letter, prices, stock, ship-from, shipping, regional ids, gone ones."""

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

from flows.errors import AnswerChanged, CannotBuy, FlowError, PageChanged, Reason
from flows.pages import product
from flows.pages.product import Shown
from flows.pages.product_answer import from_answer, global_id, sku_ids
from flows.read_file import read_saved
from flows.read_product import read_product
from flows.values import Money, Reader
from flows.values_buying import Product, ProductGlance
from tests.buying import Till, context_fixture, till_fixture
from tests.reading import damaged, real_text

context, till = context_fixture, till_fixture

# The shapes of aliexpress.md 10 and of public readers: ids of SKUs as text beside rounded numbers, prices by id, one
# of them pointing at another, paths as an object, a label with double blanks, "#", ";" and ",".
MODULES: dict[str, Any] = {
    "GLOBAL_DATA": {"globalData": {"productId": "3256809840464144", "currencyCode": "EUR", "subject": "Glasses"}},
    "PRODUCT_TITLE": {"text": "Smart  glasses"},
    "HEADER_IMAGE_PC": {"imagePathList": ["//ae01.alicdn.com/kf/main.jpg"]},
    "SKU": {
        "skuProperties": [
            {
                "skuPropertyId": 14,
                "skuPropertyName": "Color",
                "skuPropertyValues": [
                    {
                        "propertyValueIdLong": 691,
                        "propertyValueDisplayName": "Play blue light",
                        "skuPropertyImagePath": "https://ae01.alicdn.com/kf/blue.jpg",
                    },
                    {"propertyValueIdLong": 173, "propertyValueName": "Sunglasses"},
                ],
            },
            {
                "skuPropertyId": 200007763,
                "skuPropertyName": "Ships From",
                "skuPropertyValues": [
                    {"propertyValueIdLong": 201441035, "propertyValueDisplayName": "CN"},
                    {
                        "propertyValueIdLong": 201336106,
                        "propertyValueDisplayName": "United States",
                        "skuPropertySendGoodsCountryCode": "US",
                    },
                ],
            },
        ],
        "skuPaths": {
            "a": {
                "skuIdStr": "12000057817555615",
                "skuId": 12000057817555616,
                "path": "14:691,200007763:201441035",
                "skuAttr": "14:691#Play  blue; #2, light;200007763:201441035",
                "skuStock": 7,
                "salable": True,
            },
            "b": {
                "skuIdStr": "12000057817555617",
                "path": "14:173;200007763:201336106",
                "skuAttr": "14:173;200007763:201336106",
                "skuVal": {"availQuantity": 0},
            },
        },
    },
    "PRICE": {
        "targetSkuPriceInfo": {"salePriceString": "67,39€", "originalPrice": {"currency": "EUR", "value": 79.9}},
        "skuIdStrPriceInfoMap": {
            "12000057817555615": {"salePriceLocal": "67,39€|67|39", "salePriceString": "67,39€"},
            "12000057817555617": {"$ref": "$.PRICE.targetSkuPriceInfo"},
        },
    },
    "SHIPPING": {
        "originalLayoutResultList": [
            {
                "bizData": {
                    "deliveryOptionCode": "CAINIAO_FULFILLMENT_STD",
                    "company": "AliExpress Selection Standard",
                    "shippingFee": "free",
                    "deliveryDayMin": 6,
                    "deliveryDayMax": 12,
                    "shipFromCode": "CN",
                    "shipToCode": "FR",
                    "tracking": "visible",
                }
            },
            {
                "bizData": {
                    "deliveryProviderCode": "EMS",
                    "deliveryProviderName": "EMS",
                    "displayAmount": 1.99,
                    "shipToCode": "US",
                    "tracking": "invisible",
                }
            },
            {"bizData": {"unreachable": True, "shipToCode": "FR"}},
        ]
    },
}


def answer(**changes: Any) -> dict[str, Any]:
    """The answer's data, some of its modules replaced, or left out with None."""
    modules = {**copy.deepcopy(MODULES), **changes}
    return {"result": {name: module for name, module in modules.items() if module is not None}}


def test_skus_are_read_by_id() -> None:
    """Proves that SKU ids stay exact, labels keep every sign, and options come as shown."""
    read = from_answer(answer())
    blue, sun = read.skus
    assert ("12000057817555615", "14:691#Play  blue; #2, light;200007763:201441035") == (blue.sku_id, blue.sku_attr)
    assert (("Color", "Play blue light"), ("Ships From", "CN")) == blue.options
    assert (Money(minor=6739, currency="EUR"), 7, True, "CN") == (blue.price, blue.stock, blue.salable, blue.ship_from)
    assert (Money(minor=6739, currency="EUR"), 0, False, "US") == (sun.price, sun.stock, sun.salable, sun.ship_from)
    assert ("https://ae01.alicdn.com/kf/blue.jpg", None) == (blue.image, sun.image)


def test_page_of_the_us_site_has_the_global_id() -> None:
    """Proves that a US page's id is told minus 2^51, that its answer fits the global id, and no other one."""
    read = from_answer(answer(), asked="1005010026778896")
    assert ("1005010026778896", "Smart  glasses", "https://ae01.alicdn.com/kf/main.jpg") == (
        read.product_id, read.title, read.image
    )  # fmt: skip
    assert ["1005010026778896"] * 2 == [global_id(number) for number in ("1005010026778896", "3256809840464144")]
    with pytest.raises(PageChanged, match="3256809840464144 came, 1005010026778897 was asked for"):
        from_answer(answer(), asked="1005010026778897")


def test_shipping_to_another_country_is_left_out() -> None:
    """Proves that fees and days to another country are not told as ours, and that free is 0, not unknown."""
    assert ["CAINIAO_FULFILLMENT_STD", "EMS"] == [option.code for option in from_answer(answer()).shipping]
    (option,) = from_answer(answer(), "FR").shipping
    assert (Money(minor=0, currency="EUR"), 6, 12, "CN", True) == (
        option.fee, option.days_min, option.days_max, option.ship_from, option.tracked
    )  # fmt: skip
    (other,) = from_answer(answer(), "US").shipping
    assert (Money(minor=199, currency="EUR"), None, False) == (other.fee, other.days_min, other.tracked)


@pytest.mark.parametrize(
    ("attr", "ids"),
    [
        ("14:202422807#2pcs  B;5:361385#35cm", ("14:202422807", "5:361385")),
        ("14:201619813#J6-Black;200007763:201336100", ("14:201619813", "200007763:201336100")),
        ("14:29#Bear;183:200007741", ("14:29", "183:200007741")),
        ("14:691,200007763:201441035", ("14:691", "200007763:201441035")),
        ("14:29#a, b; c;5:1", ("14:29", "5:1")),
        ("", ()),
    ],
)
def test_ids_of_a_sku_attr(attr: str, ids: tuple[str, ...]) -> None:
    """Proves that the ids come out of a skuAttr whatever its labels hold."""
    assert ids == sku_ids(attr)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"SKU": None}, AnswerChanged),
        ({"PRICE": None}, AnswerChanged),
        ({"PRODUCT_TITLE": None, "GLOBAL_DATA": None}, FlowError),
        ({"PRICE": {"skuIdStrPriceInfoMap": {"1": {"salePriceString": "1€"}}}}, AnswerChanged),
        ({"SKU": {"skuPaths": []}}, AnswerChanged),
        ({"SKU": {"skuPaths": [{"skuId": 2**60 + 1, "path": "1:2"}]}}, PageChanged),
        ({"SKU": {"skuPaths": [{"skuIdStr": "1", "path": "1:2", "skuAttr": "1:3"}]}}, FlowError),
    ],
)
def test_answer_that_is_not_whole_is_refused(changes: dict[str, Any], error: type[FlowError]) -> None:
    """Proves that without SKUs, prices or a title, with rounded ids or ids not of its path there is no value."""
    with pytest.raises(error):
        from_answer(answer(**changes))


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_one_damaged_value_is_a_value_or_a_flow_error(data: st.DataObject) -> None:
    """Proves that no single wrong value makes the reader fail in an unnamed way."""
    try:
        read = from_answer(damaged(answer(), data))
    except FlowError:
        return
    assert isinstance(read, Product)


def test_real_part_of_an_answer_gives_title_and_prices(shared: Any) -> None:
    """Proves that the real sample of today's answer gives its title, its prices and the fee of its shipping."""
    read = read_saved("product", shared / "aliexpress" / "product-query-2026.trimmed.json")
    assert isinstance(read, ProductGlance)
    usd = {key: price.minor for key, price in read.prices if price.currency == "USD"}
    assert ("UGREEN PD100W USB Type C To USB C Cable", {"a": 462, "b": 876, "target": 462}) == (read.title, usd)
    (option,) = read.shipping
    assert (Money(minor=199, currency="USD"), 6, 12, "China") == (
        option.fee, option.days_min, option.days_max, option.ship_from
    )  # fmt: skip


def test_real_labels_survive_to_the_letter(shared: Any) -> None:
    """Proves that the skuAttr of real SKUs come through unchanged, with their ids."""
    old = real_skus(shared)
    paths = [{"skuIdStr": one["skuIdStr"], "skuAttr": one["skuAttr"], "salable": True} for one in old]
    prices = {one["skuIdStr"]: {"salePriceString": "1€"} for one in old}
    read = from_answer(answer(SKU={"skuPaths": paths}, PRICE={"skuIdStrPriceInfoMap": prices}))
    assert [(one["skuIdStr"], one["skuAttr"]) for one in old] == [(sku.sku_id, sku.sku_attr) for sku in read.skus]
    assert "14:201619813#J6-Black;200007763:201336100" == read.skus[0].sku_attr


def real_skus(shared: Any) -> list[dict[str, Any]]:
    """The real SKUs of a product page of 2023."""
    found: list[dict[str, Any]] = json.loads(real_text(shared, "product-data-2023-component.json"))["priceComponent"][
        "skuPriceList"
    ]
    return found


def test_drawn_page_must_agree() -> None:
    """Proves that another title, or a choice that is not drawn, is a changed page; an undrawn axis is not."""
    read = from_answer(answer())
    product.compare(read, Shown(title="smart glasses", choices=frozenset({"14:691", "14:173"})))
    with pytest.raises(PageChanged, match="title"):
        product.compare(read, Shown(title="Glasses", choices=frozenset()))
    with pytest.raises(PageChanged, match="14:173"):
        product.compare(read, Shown(title="Smart glasses", choices=frozenset({"14:691"})))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.aliexpress.com/item/1005001.html", "1005001"),
        ("https://www.aliexpress.us/item/3256809840464144.html?gatewayAdapt=glo2usa4itemAdapt", "3256809840464144"),
        ("https://www.aliexpress.com/i/33.html", "33"),
        ("https://www.aliexpress.com/item/-/1005001.html", "1005001"),
        ("https://www.aliexpress.com/p/order/index.html", None),
    ],
)
def test_address_tells_the_product(url: str, expected: str | None) -> None:
    """Proves that the id in a product page's address is found in each form of it."""
    assert expected == product.id_in(url)


def test_live_page_is_read_by_both(till: Till) -> None:
    """Proves that the stand-in's page is read by its answer and its drawing, with every SKU it has."""
    read = read_product(till.page, till.site, till.product.id, "US")
    assert (Reader.BOTH, till.product.title, "USD", True) == (read.reader, read.title, read.currency, read.on_sale)
    assert [(sku.id, till.product.attr(sku), sku.cents) for sku in till.product.skus] == [
        (sku.sku_id, sku.sku_attr, sku.price.minor) for sku in read.skus
    ]
    assert ["CAINIAO_STANDARD", "CAINIAO_PREMIUM", "YANWEN_JYT"] == [option.code for option in read.shipping]


def test_ship_from_is_an_axis(till: Till) -> None:
    """Proves that the same colour sent from two countries is two SKUs, each with its country."""
    lamp = next(one for one in till.sandbox.ali.market.products.values() if one.title == "LED Desk Lamp")
    read = read_product(till.page, till.site, lamp.id)
    assert {"China", "United States"} == {sku.ship_from for sku in read.skus}


def test_page_keeps_its_data_for_its_scripts(till: Till) -> None:
    """Proves that without an answer the data that the page keeps are read, and only on a product page."""
    till.page.goto(f"{till.site.www}/item/{till.product.id}.html")
    keep(till.page, MODULES | {"GLOBAL_DATA": {"globalData": {"productId": till.product.id, "currencyCode": "EUR"}}})
    read = product.from_page(till.page, till.site)
    assert (Reader.PAGE, till.product.id, 2) == (read.reader, read.product_id, len(read.skus))
    till.page.evaluate("delete window._d_c_")
    with pytest.raises(PageChanged, match="ids of its SKUs"):
        product.from_page(till.page, till.site)


def keep(page: Page, modules: dict[str, Any]) -> None:
    """Puts modules where a live page keeps them."""
    page.evaluate("data => { window._d_c_ = { lifeCycleEventList: [{ data }] } }", modules)


def test_product_that_is_gone_is_named(till: Till) -> None:
    """Proves that a product nobody knows, and one that is not sold any more, are told as gone, and nothing else is."""
    with pytest.raises(CannotBuy) as unknown:
        read_product(till.page, till.site, "1005009999999999")
    market, last = till.sandbox.ali.market, list(till.sandbox.ali.market.products)[-1]
    market.change_product(last, {"on_sale": False})
    with pytest.raises(CannotBuy) as gone:
        read_product(till.page, till.site, last)
    market.change_product(last, {"on_sale": True})
    assert [Reason.PRODUCT_GONE] * 2 == [unknown.value.reason, gone.value.reason]
    assert "asked 1005009999999999" in unknown.value.detail
    till.sandbox.ali.set_faults({"design": "unknown"})
    with pytest.raises(PageChanged):
        read_product(till.page, till.site, till.product.id)

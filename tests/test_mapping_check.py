"""A mapping held against its product page: the SKU by its ids, what it costs, and what stands against it."""

from typing import Any

import pytest

from bot.mapping import Target
from bot.mapping_check import judge, labels
from flows.values import Money, Reader
from flows.values_buying import Product, ShippingOption, SkuOffer
from tests.test_ali_links import SKU_ATTRS

PRODUCT_ID = "1005006800000137"
USD520 = Money(minor=520, currency="USD")


def offer(number: int, sku_attr: str, *options: str, **changes: Any) -> SkuOffer:
    """One SKU; options are written as Color=Bear."""
    facts: dict[str, Any] = {
        "sku_id": str(12000038500000000 + number),
        "sku_attr": sku_attr,
        "options": tuple(tuple(each.split("=", 1)) for each in options),
        "price": USD520,
        "stock": 12,
        "salable": True,
        "ship_from": None,
        "image": None,
    }
    return SkuOffer(**(facts | changes))


def product(*skus: SkuOffer, on_sale: bool = True, carriers: tuple[str, ...] = ()) -> Product:
    ways = tuple(
        ShippingOption(code=code, name=code, fee=None, days_min=None, days_max=None, ship_from=None, tracked=None)
        for code in carriers
    )
    return Product(
        product_id=PRODUCT_ID,
        title="Night light",
        on_sale=on_sale,
        currency="USD",
        skus=skus,
        shipping=ways,
        image=None,
        reader=Reader.CALLS,
    )


LIGHTS = product(
    offer(1, "14:29#Bear;200007763:201336100", "Color=BLANC", "Ships From=China", ship_from="CN"),
    offer(2, "14:29#Bear;200007763:201336106", "Color=BLANC", "Ships From=United States", ship_from="United States"),
    offer(3, "14:193#Cat;200007763:201336100", "Color=NOIR", "Ships From=China", ship_from="CN"),
)


def target(**changes: Any) -> Target:
    return Target(PRODUCT_ID, **changes)


class TestFinding:
    """Which SKU is meant."""

    @pytest.mark.parametrize(
        ("wanted", "number"),
        [
            (target(sku_id="12000038500000002"), 2),
            (target(sku_attr="14:29#Bear;200007763:201336106"), 2),
            (target(sku_attr="14:29;200007763:201336106"), 2),
            (target(sku_id="12000038500000003", sku_attr="14:193#Cat;200007763:201336100"), 3),
            (target(options=(("Color", "noir"),)), 3),
            (target(options=(("color", "Cat"),)), 3),
            (target(options=(("Color", "Bear"), ("Ships From", "China"))), 1),
            (target(options=(("Color", "Bear"),), ship_from="US"), 2),
            (target(options=(("Color", "BLANC"),), ship_from="CN"), 1),
        ],
    )
    def test_found(self, wanted: Target, number: int) -> None:
        """By its id, its skuAttr with or without labels, its options as shown or as the seller named them."""
        verdict = judge(wanted, LIGHTS)
        assert verdict.offer is not None
        assert (str(12000038500000000 + number), ()) == (verdict.offer.sku_id, verdict.problems)
        assert verdict.is_fine

    def test_a_product_of_one_sku(self) -> None:
        """Where there is one SKU nothing need be named."""
        assert judge(target(), product(offer(1, "14:29"))).is_fine

    @pytest.mark.parametrize(
        ("wanted", "word"),
        [
            (target(), "3 SKUs fit, say which"),
            (target(options=(("Color", "Bear"),)), "2 SKUs fit"),
            (target(options=(("Color", "Dog"),)), "no SKU is Color=Dog; there are: Color=BLANC, Ships From=China | "),
            (target(options=(("Size", "Bear"),)), "no SKU is Size=Bear"),
            (target(options=(("Color", "Bear"),), ship_from="DE"), "no SKU is Color=Bear, from DE"),
            (target(sku_id="12000038500000009"), "the SKU 12000038500000009 is gone"),
            (target(sku_attr="14:10#Dog"), "the SKU 14:10#Dog is gone"),
            (
                target(sku_id="12000038500000009", sku_attr="14:193;200007763:201336100"),
                "its options now have the id 12000038500000003: map it again",
            ),
        ],
    )
    def test_not_found(self, wanted: Target, word: str) -> None:
        """What is not there, or is there more than once, is told with what there is; nothing is guessed."""
        verdict = judge(wanted, LIGHTS)
        assert (None, False) == (verdict.offer, verdict.is_fine)
        assert word in verdict.problems[0]


class TestProblems:
    """What stands against buying a SKU that is there."""

    @pytest.mark.parametrize(
        ("changes", "wanted", "word"),
        [
            ({"stock": 0}, {}, "sold out"),
            ({"salable": False}, {}, "sold out"),
            ({"stock": 2}, {"units": 3}, "3 are needed for one, and 2 are left"),
            ({}, {"carrier": "EMS"}, "the service EMS is not offered; there are: CAINIAO_STANDARD"),
            ({"ship_from": "China"}, {"ship_from": "US"}, "is sent from China, the mapping asks for US"),
            ({}, {"ship_from": "US"}, "no choice of where it is sent from"),
            (
                {"sku_attr": "14:193#Cat"},
                {"sku_attr": "14:29#Bear"},
                "14:193#Cat on the page, 14:29#Bear in the mapping",
            ),
            ({"sku_attr": "14:29#Beer"}, {"sku_attr": "14:29#Bear"}, 'renamed 14:29 from "Bear" to "Beer"'),
            ({"sku_attr": "14:29"}, {"sku_attr": "14:29#Bear"}, 'renamed 14:29 from "Bear" to ""'),
        ],
    )
    def test_told(self, changes: dict[str, Any], wanted: dict[str, Any], word: str) -> None:
        """Each is told with both values."""
        sku = offer(1, **({"sku_attr": "14:29#Bear"} | changes))
        verdict = judge(target(sku_id=sku.sku_id, **wanted), product(sku, carriers=("CAINIAO_STANDARD",)))
        assert not verdict.is_fine
        assert word in "; ".join(verdict.problems)

    def test_a_product_that_is_not_on_sale(self) -> None:
        """The product is named, not its SKU."""
        verdict = judge(target(), product(offer(1, "14:29", salable=False), on_sale=False))
        assert ("the product is not on sale",) == verdict.problems

    def test_unknown_stock_and_unread_carriers_are_no_problem(self) -> None:
        """What a page does not tell does not stand against it."""
        assert judge(target(units=9, carrier="EMS"), product(offer(1, "14:29", stock=None))).is_fine

    @pytest.mark.parametrize(
        ("minor", "currency", "note"),
        [
            (520, "USD", None),
            (519, "USD", "the price is not the mapped cost"),
            (520, "EUR", "prices are in USD, the mapping's cost is in EUR"),
            (None, None, "no cost is set"),
        ],
    )
    def test_the_price(self, minor: int | None, currency: str | None, note: str | None) -> None:
        """A price other than the mapped cost is noted; the guardrails decide at the time of buying."""
        verdict = judge(target(cost_minor=minor, cost_currency=currency), product(offer(1, "14:29")))
        assert verdict.is_fine
        assert bool(note) == bool(verdict.notes)
        assert note is None or note in verdict.notes[0]


@pytest.mark.parametrize(
    ("sku_attr", "expected"),
    zip(
        SKU_ATTRS,
        [
            {"14:202422807": "2pcs  B", "5:361385": "35cm"},
            {"14:201619813": "J6-Black"},
            {"14:29": "Bear"},
            {},
            {"14:29": " a;b ", "5:361385": "=1+1 "},
        ],
        strict=True,
    ),
)
def test_labels(sku_attr: str, expected: dict[str, str]) -> None:
    """The seller's own names come out to the letter."""
    assert expected == labels(sku_attr)


@pytest.mark.parametrize("sku_attr", SKU_ATTRS)
def test_real_sku_attrs_are_found_to_the_letter(sku_attr: str) -> None:
    """A SKU is found by what a seller wrote, beside another that differs in its first id only."""
    other = "9" + sku_attr
    verdict = judge(target(sku_attr=sku_attr), product(offer(1, other), offer(2, sku_attr)))
    assert verdict.offer is not None
    assert (sku_attr, ()) == (verdict.offer.sku_attr, verdict.problems)

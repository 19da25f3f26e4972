"""Which parcel holds how many of which line: shared out exactly, or said to be unclear."""

from collections import Counter
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.parcels import US_OFFSET, BoughtLine, Contents, Item, Shares, UnclearError, global_product, share

BAG, CUP, LAMP = "1005006800000137", "1005006800000174", "1005006800000211"


def item(product: str = BAG, count: int = 1, sku: str | None = "12000038500000091") -> Item:
    """So many of a product."""
    return Item(product, sku, count)


def parcel(number: int, *items: Item) -> Contents:
    """A parcel with what it holds."""
    return Contents(number, items)


def line(number: int = 1, quantity: int = 1, product: str | None = None, sku: str | None = None) -> BoughtLine:
    """A store line."""
    return BoughtLine(number, quantity, product, sku)


CASES: list[tuple[str, list[BoughtLine], list[Item], list[Contents], Shares]] = [
    ("nothing sent", [line()], [item()], [], {}),
    ("one parcel", [line()], [item()], [parcel(7, item())], {7: {1: 1}}),
    ("one parcel, contents not told", [line(1, 2), line(2)], [item(), item(CUP)], [parcel(7)], {7: {1: 2, 2: 1}}),
    ("one parcel, order not told", [line(1, 2)], [], [parcel(7, item())], {7: {1: 2}}),
    (
        "all of two lines in one parcel",
        [line(1, 2), line(2)],
        [item(count=2), item(CUP)],
        [parcel(7, item(count=2), item(CUP))],
        {7: {1: 2, 2: 1}},
    ),
    ("a part so far", [line(1, 3)], [item(count=3)], [parcel(7, item(count=2))], {7: {1: 2}}),
    (
        "one line in two parcels",
        [line(1, 3)],
        [item(count=3)],
        [parcel(7, item(count=2)), parcel(8, item())],
        {7: {1: 2}, 8: {1: 1}},
    ),
    (
        "two lines of one item",
        [line(1), line(2, 2)],
        [item(count=3)],
        [parcel(7, item(count=2)), parcel(8, item())],
        {7: {1: 1, 2: 1}, 8: {2: 1}},
    ),
    (
        "each line its item, as a person said",
        [line(1, 1, BAG), line(2, 1, CUP)],
        [item(), item(CUP)],
        [parcel(7, item(CUP)), parcel(8, item())],
        {7: {2: 1}, 8: {1: 1}},
    ),
    (
        "one named, so the other is the rest",
        [line(1, 1, BAG), line(2)],
        [item(), item(CUP)],
        [parcel(7, item(CUP)), parcel(8, item())],
        {7: {2: 1}, 8: {1: 1}},
    ),
    (
        "two SKUs of one product, named",
        [line(1, 1, BAG, "1"), line(2, 1, BAG, "2")],
        [item(sku="1"), item(sku="2")],
        [parcel(7, item(sku="2")), parcel(8, item(sku="1"))],
        {7: {2: 1}, 8: {1: 1}},
    ),
    (
        "the store's SKU names the product",
        [
            BoughtLine(1, 1, store_sku=f"{BAG}-14:193"),
            BoughtLine(2, 1, store_sku=f"{CUP}-14:29;5:100014064"),
        ],
        [item(CUP), item()],
        [parcel(7, item(CUP)), parcel(8, item())],
        {7: {2: 1}, 8: {1: 1}},
    ),
    (
        "the store's SKU names the product of a US account",
        [BoughtLine(1, 1, store_sku=f"{BAG}-14:193"), line(2)],
        [item(CUP), item(str(int(BAG) + US_OFFSET))],
        [parcel(7, item(CUP)), parcel(8, item(str(int(BAG) + US_OFFSET)))],
        {7: {2: 1}, 8: {1: 1}},
    ),
    (
        "somebody else's goods in the other parcel",
        [line(1, 1, BAG)],
        [item(), item(CUP)],
        [parcel(7, item(CUP)), parcel(8, item())],
        {7: {}, 8: {1: 1}},
    ),
    (
        "pairs sold as one",
        [line(1, 2)],
        [item(count=4)],
        [parcel(7, item(count=2)), parcel(8, item(count=2))],
        {7: {1: 1}, 8: {1: 1}},
    ),
    (
        "a set in two parcels",
        [line(1)],
        [item(count=3)],
        [parcel(7, item(count=2)), parcel(8, item())],
        {7: {1: 1}, 8: {1: 0}},
    ),
    (
        "a pack of three for three",
        [line(1, 3)],
        [item(count=1)],
        [parcel(7, item()), parcel(8, item())],
        {7: {1: 3}, 8: {1: 0}},
    ),
    (
        "the only piece twice, contents not told",
        [line()],
        [item()],
        [parcel(7), parcel(8)],
        {7: {1: 1}, 8: {1: 0}},
    ),
    (
        "sent again",
        [line()],
        [item()],
        [parcel(7, item()), parcel(8, item())],
        {7: {1: 1}, 8: {1: 0}},
    ),
    (
        "a gift beside the goods",
        [line(1, 2)],
        [item(count=2)],
        [parcel(7, item(), item(LAMP)), parcel(8, item())],
        {7: {1: 1}, 8: {1: 1}},
    ),
    ("a line of nothing", [line(1, 0)], [item()], [parcel(7, item()), parcel(8, item())], {7: {1: 0}, 8: {1: 0}}),
]


@pytest.mark.parametrize(
    ("bought", "ordered", "parcels", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_shares(bought: list[BoughtLine], ordered: list[Item], parcels: list[Contents], expected: Shares) -> None:
    """What each parcel holds of each line is what the pages say of it, 0 where earlier parcels hold all of it."""
    assert expected == share(bought, ordered, parcels)


UNCLEAR: list[tuple[str, list[BoughtLine], list[Item], list[Contents], int | None]] = [
    (
        "two lines, two items",
        [line(1), line(2)],
        [item(), item(CUP)],
        [parcel(7, item(CUP)), parcel(8, item())],
        None,
    ),
    (
        "one line, and an item more that may be somebody else's",
        [line(1)],
        [item(), item(CUP)],
        [parcel(7, item(CUP)), parcel(8, item())],
        None,
    ),
    ("named, but not in the order", [line(1, 1, LAMP)], [item(count=2)], [parcel(7, item())], None),
    (
        "two SKUs of the product that is named",
        [line(1, 1, BAG), line(2, 1, BAG)],
        [item(sku="1"), item(sku="2")],
        [parcel(7, item(sku="2")), parcel(8, item(sku="1"))],
        None,
    ),
    (
        "two lines, one piece",
        [line(1), line(2)],
        [item(count=1)],
        [parcel(7, item()), parcel(8, item())],
        None,
    ),
    (
        "two lines, three pieces",
        [line(1), line(2)],
        [item(count=3)],
        [parcel(7, item(count=2)), parcel(8, item())],
        None,
    ),
    (
        "half of a pair for one of two lines",
        [line(1), line(2)],
        [item(count=4)],
        [parcel(7, item(count=1)), parcel(8, item(count=3))],
        None,
    ),
    ("the order's items are not told", [line(1)], [], [parcel(7, item()), parcel(8, item())], None),
    (
        "one of the parcels does not tell its contents",
        [line(1, 2)],
        [item(count=2)],
        [parcel(7, item()), parcel(8)],
        8,
    ),
    ("it holds what nobody ordered", [line(1, 2)], [item(count=2)], [parcel(7, item()), parcel(8, item(LAMP))], 8),
    (
        "it holds either of two SKUs",
        [line(1, 1, BAG, "1"), line(2, 1, BAG, "2")],
        [item(sku="1"), item(sku="2")],
        [parcel(7, item(sku=None))],
        7,
    ),
]


@pytest.mark.parametrize(
    ("bought", "ordered", "parcels", "which"), [case[1:] for case in UNCLEAR], ids=[case[0] for case in UNCLEAR]
)
def test_unclear(bought: list[BoughtLine], ordered: list[Item], parcels: list[Contents], which: int | None) -> None:
    """Where the pages leave a second answer nothing is shared out, and the parcel that does not tell is named."""
    with pytest.raises(UnclearError) as unclear:
        share(bought, ordered, parcels)
    assert which == unclear.value.parcel


def test_a_parcel_that_does_not_tell_is_not_all_while_more_follow() -> None:
    """While AliExpress says that only a part was sent, a parcel of unknown contents is not taken for the whole."""
    with pytest.raises(UnclearError):
        share([line(1, 2)], [item(count=2)], [parcel(7)], all_sent=False)
    with pytest.raises(UnclearError):
        share([line(1, 2)], [], [parcel(7)], all_sent=False)
    assert {7: {1: 1}} == share([line()], [item()], [parcel(7)], all_sent=False)


def test_the_us_site_moves_product_ids() -> None:
    """A product id of the US site is the global one and 2^51; other ids stay as they are."""
    assert BAG == global_product(str(int(BAG) + 2**51)) == global_product(BAG)


def test_names_overlap() -> None:
    """A line named by product and one named by SKU of the same product leave two answers."""
    bought = [line(1, 1, BAG), line(2, 1, BAG, "2")]
    with pytest.raises(UnclearError):
        share(bought, [item(sku="1"), item(sku="2")], [parcel(7, item(sku="2"))])


lines_of_one_item = st.lists(st.integers(1, 4), min_size=1, max_size=4)


@st.composite
def sent_goods(draw: st.DrawFn) -> tuple[list[BoughtLine], list[Item], list[Contents]]:
    """Lines of up to three products, and parcels that hold some of what was ordered."""
    bought: list[BoughtLine] = []
    ordered: list[Item] = []
    pieces: list[str] = []
    for product in draw(st.lists(st.sampled_from([BAG, CUP, LAMP]), min_size=1, max_size=3, unique=True)):
        quantities = draw(lines_of_one_item)
        bought += [BoughtLine(len(bought) + n, q, product) for n, q in enumerate(quantities, start=1)]
        ordered.append(item(product, sum(quantities)))
        pieces += [product] * draw(st.integers(0, sum(quantities)))
    parcels: dict[int, Counter[str]] = {}
    for product in draw(st.permutations(pieces)):
        parcels.setdefault(draw(st.integers(1, 4)), Counter())[product] += 1
    return (
        bought,
        ordered,
        [Contents(n, tuple(item(p, count) for p, count in held.items())) for n, held in sorted(parcels.items())],
    )


@given(sent_goods())
def test_nothing_is_handed_out_that_was_not_bought(goods: tuple[list[BoughtLine], list[Item], list[Contents]]) -> None:
    """No line gets more than its quantity, no parcel gives more of a product than it holds, and nothing is lost."""
    bought, ordered, parcels = goods
    shares = share(bought, ordered, parcels)
    for each in bought:
        assert sum(held.get(each.line, 0) for held in shares.values()) <= each.quantity
    for contents in parcels:
        of_product: Counter[str] = Counter()
        for each in bought:
            of_product[str(each.product_id)] += shares[contents.parcel].get(each.line, 0)
        assert Counter({i.product_id: i.count for i in contents.items}) == +of_product


@given(sent_goods())
def test_the_order_of_parcels_changes_no_total(goods: tuple[list[BoughtLine], list[Item], list[Contents]]) -> None:
    """However the parcels are ordered, the lines of a product get the same number of pieces from each of them."""
    bought, ordered, parcels = goods
    product = {each.line: each.product_id for each in bought}

    def totals(of: list[Contents]) -> dict[int, Counter[str | None]]:
        shares = share(bought, ordered, of)
        found: dict[int, Counter[str | None]] = {}
        for number, held in shares.items():
            found[number] = Counter()
            for number_of_line, count in held.items():
                found[number][product[number_of_line]] += count
        return found

    assert 1 == len({str(sorted(totals(list(order)).items())) for order in list(permutations(parcels))[:6]})

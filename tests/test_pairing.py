"""The parcel seen today is the parcel seen before, whatever became of its number."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pairing import KnownParcel, pair
from flows.values import Parcel, ParcelItem

BAG, CUP = ("1005006800000137", "12000038500000091", 1), ("1005006800000174", None, 2)


def known(parcel: int, number: str | None, original: str | None = None, *items: Any, gone: bool = False) -> KnownParcel:
    """A parcel in the database."""
    return KnownParcel(parcel, number, original, items, gone)


def seen(number: str | None, original: str | None = None, *items: Any) -> Parcel:
    """A parcel on a page."""
    return Parcel(
        number=number,
        original_number=original,
        carrier=None,
        carrier_link=None,
        service=None,
        delivered=False,
        events=(),
        items=tuple(ParcelItem(product_id=p, sku_id=s, count=c) for p, s, c in items),
    )


CASES: list[tuple[str, list[KnownParcel], list[Parcel], list[int | None]]] = [
    ("the first parcel ever", [], [seen("LX1")], [None]),
    ("the same number", [known(1, "LX1")], [seen("LX1")], [1]),
    ("the same number, written with blanks", [known(1, "LX1000")], [seen(" lx 1000\u200b")], [1]),
    ("a last-mile number, the first one kept", [known(1, "LP1")], [seen("9400", "LP1")], [1]),
    ("a last-mile number, known by its first one", [known(1, "9400", "LP1")], [seen("9401", "LP1")], [1]),
    ("back to the first number", [known(1, "9400", "LP1")], [seen("LP1")], [1]),
    (
        "a number, by its contents",
        [known(1, "LX1", None, BAG), known(2, "LX2", None, CUP)],
        [seen("N1", None, CUP)],
        [2],
    ),
    (
        "two new numbers, by their contents",
        [known(1, "LX1", None, BAG), known(2, "LX2", None, CUP)],
        [seen("N1", None, CUP), seen("N2", None, BAG)],
        [2, 1],
    ),
    ("the only one before and after", [known(1, "LX1")], [seen("N1")], [1]),
    ("its number at last", [known(1, None, None, BAG)], [seen("LX1", None, BAG)], [1]),
    ("one more", [known(1, "LX1", None, BAG)], [seen("LX2", None, BAG), seen("LX1", None, BAG)], [None, 1]),
    ("another one alone, with other goods", [known(1, "LX1", None, BAG)], [seen("LX2", None, CUP)], [None]),
    ("another one alone, with another first number", [known(1, "9400", "LP1")], [seen("9401", "LP2")], [None]),
    (
        "two with the same contents, both changed",
        [known(1, "LX1", None, BAG), known(2, "LX2", None, BAG)],
        [seen("N1", None, BAG), seen("N2", None, BAG)],
        [None, None],
    ),
    (
        "two claim the one that is left",
        [known(1, "LX1", None, BAG)],
        [seen("N1", None, BAG), seen("N2", None, BAG)],
        [None, None],
    ),
    ("shown again", [known(1, "LX1", gone=True), known(2, "LX2")], [seen("LX1"), seen("LX2")], [1, 2]),
    ("gone ones claim nothing by contents", [known(1, "LX1", None, BAG, gone=True)], [seen("N1", None, BAG)], [None]),
    ("a gone one steps back", [known(1, "LX1", gone=True), known(2, "LX1")], [seen("LX1")], [2]),
    (
        "one number on two parcels",
        [known(1, "LX1", None, BAG), known(2, "LX1", None, CUP)],
        [seen("LX1", None, BAG), seen("LX1", None, CUP)],
        [1, 2],
    ),
    (
        "a number that both names tell, the present one first",
        [known(1, "A1", "B1")],
        [seen("B1"), seen("A1")],
        [None, 1],
    ),
]


@pytest.mark.parametrize(("before", "now", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_pairs(before: list[KnownParcel], now: list[Parcel], expected: list[int | None]) -> None:
    """A parcel keeps its identity by a number, else by contents nobody else claims, else by being the only one."""
    assert expected == [parcel for parcel, _ in pair(before, now)]
    assert now == [parcel for _, parcel in pair(before, now)]


numbers = st.sampled_from([None, "LX1", "LX2", "LX3", "LP1"])
contents = st.sampled_from([(), (BAG,), (CUP,)])
known_parcels = st.lists(
    st.builds(lambda n, o, i, g: (n, o, i, g), numbers, numbers, contents, st.booleans()), max_size=4
)
seen_parcels = st.lists(st.builds(lambda n, o, i: seen(n, o, *i), numbers, numbers, contents), max_size=4)


@given(known_parcels, seen_parcels, st.randoms(use_true_random=False))
def test_the_order_on_the_page_does_not_matter(before: list[Any], now: list[Parcel], chance: Any) -> None:
    """Each parcel is paired once at most, and with the same one in whatever order the page shows them."""
    was = [known(place, n, o, *items, gone=gone) for place, (n, o, items, gone) in enumerate(before, start=1)]
    pairs = pair(was, now)
    taken = [parcel for parcel, _ in pairs if parcel is not None]
    assert len(set(taken)) == len(taken)
    assert set(taken) <= {each.parcel for each in was}
    mixed = list(now)
    chance.shuffle(mixed)

    def plain(found: list[tuple[int | None, Parcel]]) -> list[str]:
        return sorted(f"{parcel} {seen.model_dump()}" for parcel, seen in found)

    assert plain(pairs) == plain(pair(was, mixed))


@given(known_parcels)
def test_what_is_seen_again_unchanged_is_the_same(before: list[Any]) -> None:
    """A page that shows what it showed before makes no new parcel of one that has a number of its own."""
    was = [known(place, f"N{place}", o, *items) for place, (_, o, items, _) in enumerate(before, start=1)]
    now = [seen(each.number, each.original_number, *each.items) for each in was]
    assert [each.parcel for each in was] == [parcel for parcel, _ in pair(was, now)]

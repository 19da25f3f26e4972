"""What ShopBase is to be told: one fulfilment a number, nothing twice, and the real carrier."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telling import Correction, Plan, ReadyParcel, Telling, Told, carrier_for, clean_number, is_number, plan


def ready(parcel: int, number: str, lines: dict[int, int] | None = None, told: int | None = None) -> ReadyParcel:
    """A parcel with a number."""
    return ReadyParcel(parcel, number, "4PX", None, {1: 1} if lines is None else lines, told)


def sent(fulfillment: int, number: str | None, **facts: Any) -> Told:
    """A fulfilment that ShopBase has, of known lines."""
    return Told(fulfillment, number, **({"sent": True, "knows_lines": True} | facts))


def telling(number: str, lines: dict[int, int], *parcels: int) -> Telling:
    """One fulfilment to make."""
    return Telling(number, "4PX", lines, parcels)


CASES: list[tuple[str, list[ReadyParcel], dict[int, int], list[Told], Plan]] = [
    ("nothing", [], {1: 1}, [], Plan()),
    ("one", [ready(1, "LX100")], {1: 1}, [], Plan((telling("LX100", {1: 1}, 1),))),
    (
        "two lines in one parcel",
        [ready(1, "LX100", {1: 2, 2: 1})],
        {1: 2, 2: 1},
        [],
        Plan((telling("LX100", {1: 2, 2: 1}, 1),)),
    ),
    (
        "two parcels with one number",
        [ready(1, "LX100", {1: 1}), ready(2, "LX100", {1: 1, 2: 1})],
        {1: 2, 2: 1},
        [],
        Plan((telling("LX100", {1: 2, 2: 1}, 1, 2),)),
    ),
    (
        "a part, then the rest",
        [ready(1, "LX100", {1: 2}, told=5), ready(2, "LX200", {1: 1})],
        {1: 1},
        [sent(5, "LX100")],
        Plan((telling("LX200", {1: 1}, 2),)),
    ),
    ("no more than is left", [ready(1, "LX100", {1: 3})], {1: 2}, [], Plan((telling("LX100", {1: 2}, 1),))),
    (
        "a refunded line in the parcel",
        [ready(1, "LX100", {1: 1, 2: 1})],
        {1: 0, 2: 1},
        [],
        Plan((telling("LX100", {2: 1}, 1),)),
    ),
    ("nothing left", [ready(1, "LX100")], {1: 0}, [], Plan(further={"LX100": (1,)})),
    (
        "two numbers for one piece",
        [ready(1, "LX100", {1: 1}), ready(2, "LX200", {1: 1, 2: 0})],
        {1: 1, 2: 1},
        [],
        Plan((telling("LX100", {1: 1}, 1),), further={"LX200": (1, 2)}),
    ),
    ("a line that is not in this order's left", [ready(1, "LX100", {9: 1})], {1: 1}, [], Plan(further={"LX100": (9,)})),
    ("told already", [ready(1, "LX100", told=5)], {1: 0}, [sent(5, "LX100")], Plan()),
    ("told by somebody else", [ready(1, "LX100")], {1: 0}, [sent(5, "LX100")], Plan(already={1: 5})),
    (
        "told by somebody else, who knows for what",
        [ready(1, "LX100")],
        {1: 1},
        [sent(5, "LX100", knows_lines=False)],
        Plan(already={1: 5}),
    ),
    (
        "the same number comes up for goods still open",
        [ready(1, "LX100", {1: 1}, told=5), ready(2, "LX100", {2: 1})],
        {1: 0, 2: 1},
        [sent(5, "LX100")],
        Plan((telling("LX100", {2: 1}, 2),)),
    ),
    (
        "told, although the line was raised since",
        [ready(1, "LX100", {1: 3}, told=5)],
        {1: 1},
        [sent(5, "LX100")],
        Plan(),
    ),
    (
        "a last-mile number",
        [ready(1, "9400", told=5)],
        {1: 0},
        [sent(5, "LP100")],
        Plan(corrections=(Correction(5, "9400", "4PX", (1,)),)),
    ),
    (
        "a last-mile number that was told by hand",
        [ready(1, "9400", told=5)],
        {1: 0},
        [sent(5, "LP100"), sent(6, "9400")],
        Plan(already={1: 6}),
    ),
    (
        "two parcels get one number",
        [ready(1, "9400", {1: 1}, told=5), ready(2, "9400", {2: 1}, told=6)],
        {1: 0, 2: 0},
        [sent(5, "LP100"), sent(6, "LP200")],
        Plan(corrections=(Correction(5, "9400", "4PX", (1, 2)),)),
    ),
    (
        "one of two parcels with one number gets another: the fulfilment keeps what stands on a parcel",
        [ready(1, "9400", {1: 1}, told=5), ready(2, "LP100", {1: 1}, told=5)],
        {1: 0},
        [sent(5, "LP100")],
        Plan(further={"9400": (1,)}),
    ),
    (
        "both of them get another: one is told, the other shown",
        [ready(1, "9400", {1: 1}, told=5), ready(2, "9401", {1: 1}, told=5)],
        {1: 0},
        [sent(5, "LP100")],
        Plan(corrections=(Correction(5, "9400", "4PX", (1,)),), further={"9401": (1,)}),
    ),
    (
        "a correction takes along no goods that nobody told",
        [ready(1, "9400", {1: 1}, told=5), ready(2, "9400", {2: 1})],
        {1: 0, 2: 1},
        [sent(5, "LP100")],
        Plan(corrections=(Correction(5, "9400", "4PX", (1,)),)),
    ),
    (
        "goods told once are not told with another open line's quantity",
        [ready(1, "9400", {1: 1}, told=5), ready(2, "LP100", {1: 1}, told=5)],
        {1: 1},
        [sent(5, "LP100")],
        Plan(further={"9400": (1,)}),
    ),
    (
        "under way when the answer was lost, and not there",
        [ready(1, "LX100", told=5)],
        {1: 1},
        [sent(5, "LX100", sent=False)],
        Plan((telling("LX100", {1: 1}, 1),)),
    ),
    ("fulfilled without a number", [ready(1, "LX100")], {1: 0}, [sent(5, None)], Plan(further={"LX100": (1,)})),
]


@pytest.mark.parametrize(
    ("parcels", "left", "told", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_plans(parcels: list[ReadyParcel], left: dict[int, int], told: list[Told], expected: Plan) -> None:
    """Each parcel leads to one fulfilment, one correction, a tie to what is there, or to being shown."""
    assert expected == plan(parcels, left, told, {})


def test_a_correction_settles_and_does_not_come_back() -> None:
    """After a split number was corrected, the next plan asks for nothing more."""
    parcels = [ready(1, "9400", {1: 1}, told=5), ready(2, "9401", {1: 1}, told=5)]
    (correction,) = plan(parcels, {1: 0}, [sent(5, "LP100")], {}).corrections
    assert () == plan(parcels, {1: 0}, [sent(5, correction.number)], {}).corrections


def test_the_carrier_is_that_of_the_parcel() -> None:
    """The carrier goes through the shop's table on its way into the plan."""
    parcel = ReadyParcel(1, "LX100", "Sendle Down Under", "AliExpress standard shipping", {1: 1})
    (told,) = plan([parcel], {1: 1}, [], {"sendle down under": "Sendle"}).new
    assert "Sendle" == told.carrier


@pytest.mark.parametrize(
    ("carrier", "service", "expected"),
    [
        ("J&T Express", "AliExpress standard shipping", "J&T Express"),
        ("J&T EXPRESS BRAZIL", None, "J&T Express"),
        (" 4px worldwide express ", None, "4PX"),
        ("Correos", "Cainiao", "Correos"),
        ("Hanjin", "Yanwen Express", "Hanjin"),
        ("Bưu điện Việt Nam", None, "Bưu điện Việt Nam"),
        (None, "Yanwen Express", "Yanwen"),
        (None, "AliExpress standard shipping", "Cainiao"),
        ("", "Cainiao Super Economy", "Cainiao"),
        ("  ", "Seller's Shipping Method", "Seller's Shipping Method"),
        (None, None, "Other"),
        ("", " ", "Other"),
    ],
)
def test_carriers(carrier: str | None, service: str | None, expected: str) -> None:
    """The real carrier by the name that ShopBase may know; the service only where AliExpress names no carrier."""
    assert expected == carrier_for(carrier, service, {})


def test_the_shops_own_table_comes_first() -> None:
    """What the merchant wrote wins over the built-in names, whatever the case and the blanks."""
    assert "4PX Worldwide" == carrier_for("4PX", None, {" 4px ": "4PX Worldwide"})
    assert "AliExpress" == carrier_for(
        None, "AliExpress standard shipping", {"aliexpress STANDARD shipping": "AliExpress"}
    )


@pytest.mark.parametrize(
    ("written", "cleaned", "fits"),
    [
        ("LX 123 456 789 CN", "LX123456789CN", True),
        ("lx123456789cn", "LX123456789CN", True),
        ("LX123\u00a0456\u2009789\u200bCN\n", "LX123456789CN", True),
        ("\u202eLX123456789CN\u202c", "LX123456789CN", True),
        ("1Z-999-AA1", "1Z-999-AA1", True),
        ("A" * 5, "A" * 5, True),
        ("A" * 40, "A" * 40, True),
        ("1234", "1234", False),
        ("A" * 41, "A" * 41, False),
        ("LX123456789ıCN", "LX123456789ıCN", False),
        ("LX12345678ßCN", "LX12345678ßCN", False),
        ("１２３４５６", "１２３４５６", False),
        ("LX123_456", "LX123_456", False),
        ("LX123;DROP", "LX123;DROP", False),
        ("not yet!", "NOTYET!", False),
        ("  ", "", False),
    ],
)
def test_numbers(written: str, cleaned: str, fits: bool) -> None:
    """Blanks and invisible signs go, letters become capitals, and only 5 to 40 of A-Z, 0-9 and hyphen fit."""
    assert (cleaned, fits) == (clean_number(written), is_number(clean_number(written)))


@given(st.text())
def test_cleaning_is_done_once(text: str) -> None:
    """Cleaning a cleaned number changes nothing, so that a number read again is the same number."""
    assert clean_number(text) == clean_number(clean_number(text))


parcels_of = st.lists(
    st.tuples(
        st.sampled_from(["LX100", "LX200", "LX300"]),
        st.dictionaries(st.integers(1, 3), st.integers(0, 3), max_size=3),
        st.sampled_from([None, 5, 6]),
    ),
    max_size=5,
)
fulfilments = st.tuples(st.sampled_from(["LX100", "OLD", None]), st.sampled_from(["LX200", "OLDER"]), st.booleans())


@given(parcels_of, st.dictionaries(st.integers(1, 3), st.integers(0, 4)), fulfilments)
def test_never_more_than_is_left_and_no_parcel_twice(
    parcels: list[Any], left: dict[int, int], told: tuple[str | None, str, bool]
) -> None:
    """No plan tells more of a line than is left, names a parcel twice, or corrects a fulfilment twice."""
    at_hand = [ready(place, number, lines, tie) for place, (number, lines, tie) in enumerate(parcels, start=1)]
    known = [sent(5, told[0], knows_lines=told[2]), sent(6, told[1])]
    found = plan(at_hand, left, known, {})
    total: Counter[int] = Counter()
    for each in found.new:
        assert all(quantity > 0 for quantity in each.lines.values())
        total.update(each.lines)
    assert all(quantity <= left.get(line, 0) for line, quantity in total.items())
    named = [parcel for each in found.new for parcel in each.parcels]
    named += [parcel for each in found.corrections for parcel in each.parcels]
    named += found.already
    assert len(set(named)) == len(named)
    corrected = [each.fulfillment for each in found.corrections]
    assert len(set(corrected)) == len(corrected)
    assert not {each.number for each in found.corrections} & {number for number in (told[0], told[1]) if number}


@given(parcels_of, st.dictionaries(st.integers(1, 3), st.integers(0, 4)))
def test_telling_a_plan_leaves_nothing_to_tell(parcels: list[Any], left: dict[int, int]) -> None:
    """Once all of a plan is told, the next plan makes no fulfilment and no correction."""
    at_hand = [ready(place, number, lines) for place, (number, lines, _) in enumerate(parcels, start=1)]
    first = plan(at_hand, left, [], {})
    ids = {each.number: place for place, each in enumerate(first.new, start=10)}
    open_still = Counter(left)
    for each in first.new:
        open_still.subtract(each.lines)
    tied = [ready(p.parcel, p.number, dict(p.lines), ids.get(p.number)) for p in at_hand]
    again = plan(tied, dict(open_still), [sent(place, number) for number, place in ids.items()], {})
    assert ((), (), {}) == (again.new, again.corrections, again.already)

"""Which parcel seen today is the one that was seen before. Pure, no I/O."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.telling import clean_number
from flows.values import Parcel


@dataclass(frozen=True, slots=True)
class KnownParcel:
    """A parcel as it stands in the database; `gone` when the page has ceased to show it."""

    parcel: int
    number: str | None
    original_number: str | None
    items: tuple[tuple[str, str | None, int], ...]
    gone: bool = False


def pair(known: Sequence[KnownParcel], seen: Sequence[Parcel]) -> list[tuple[int | None, Parcel]]:
    """Pair each parcel seen with the known one it is, or with None when it is new.

    The first number stays when the last-mile number replaces it; where even that is gone, the same contents (or being
    the only parcel before and after) tell, as long as nothing else claims the known one. The order in which the page
    shows its parcels does not matter.
    """
    left = sorted(known, key=lambda each: (each.gone, each.parcel))
    pairs: dict[int, int] = {}
    in_order = sorted(range(len(seen)), key=lambda index: _sorting(seen[index]))
    for same in (_same_number, _same_original, _share_a_number):
        for index in in_order:
            found = [each for each in left if same(each, seen[index])]
            if index not in pairs and found:
                pairs[index] = found[0].parcel
                left.remove(found[0])
    here = [each for each in left if not each.gone]
    for index in [index for index in in_order if index not in pairs]:
        claims = [each for each in here if _same_contents(each, seen[index])]
        rivals = [other for other in in_order if other not in pairs and _items(seen[other]) == _items(seen[index])]
        if len(claims) == 1 and len(rivals) == 1:
            pairs[index] = claims[0].parcel
            here.remove(claims[0])
    was_here = [each for each in known if not each.gone]
    if len(seen) == 1 and was_here == here and len(here) == 1 and _may_be(here[0], seen[0]):
        pairs.setdefault(0, here[0].parcel)
    return [(pairs.get(index), parcel) for index, parcel in enumerate(seen)]


def _cleaned(number: str | None) -> str | None:
    return clean_number(number) or None if number else None


def _same_number(known: KnownParcel, seen: Parcel) -> bool:
    return known.number is not None and _cleaned(known.number) == _cleaned(seen.number)


def _same_original(known: KnownParcel, seen: Parcel) -> bool:
    return known.original_number is not None and _cleaned(known.original_number) == _cleaned(seen.original_number)


def _share_a_number(known: KnownParcel, seen: Parcel) -> bool:
    numbers = {_cleaned(number) for number in (known.number, known.original_number) if number}
    return bool(numbers & {_cleaned(number) for number in (seen.number, seen.original_number) if number})


def _same_contents(known: KnownParcel, seen: Parcel) -> bool:
    return bool(seen.items) and _items(seen) == sorted(known.items, key=str) and _may_be(known, seen)


def _may_be(known: KnownParcel, seen: Parcel) -> bool:
    """Whether nothing speaks against it: neither other contents nor another first number."""
    originals = {_cleaned(number) for number in (known.original_number, seen.original_number) if number}
    other_goods = bool(known.items) and bool(seen.items) and _items(seen) != sorted(known.items, key=str)
    return len(originals) < 2 and not other_goods


def _items(seen: Parcel) -> list[tuple[str, str | None, int]]:
    return sorted(((item.product_id, item.sku_id, item.count) for item in seen.items), key=str)


def _sorting(seen: Parcel) -> tuple[str, str, str]:
    return (_cleaned(seen.number) or "", _cleaned(seen.original_number) or "", str(_items(seen)))

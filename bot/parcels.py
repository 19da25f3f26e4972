"""Which parcel holds what of which line item, and which parcel seen today is the one seen before. Pure, no I/O."""

from collections.abc import Sequence
from dataclasses import dataclass

from flows.values import Parcel


@dataclass(frozen=True, slots=True)
class Item:
    """So many of one AliExpress product and SKU, ordered or in a parcel."""

    product_id: str
    sku_id: str | None
    count: int

    def is_of(self, product_id: str, sku_id: str | None) -> bool:
        """Whether this is the named product, and the named SKU where both sides name one."""
        return self.product_id == product_id and (sku_id is None or self.sku_id in (None, sku_id))


@dataclass(frozen=True, slots=True)
class BoughtLine:
    """A store line (by our id) bought with an AliExpress order; `product_id` where somebody said which item it is."""

    line: int
    quantity: int
    product_id: str | None = None
    sku_id: str | None = None


@dataclass(frozen=True, slots=True)
class Contents:
    """What one parcel (by our id) holds; no items where the page did not tell."""

    parcel: int
    items: tuple[Item, ...]


class UnclearError(Exception):
    """It cannot be told for sure which line a parcel belongs to; `parcel` is None when it concerns the whole order."""

    def __init__(self, parcel: int | None) -> None:
        super().__init__(parcel)
        self.parcel = parcel


Shares = dict[int, dict[int, int]]


def share(bought: Sequence[BoughtLine], ordered: Sequence[Item], parcels: Sequence[Contents]) -> Shares:
    """How many of each line each parcel holds: {parcel: {line: quantity}}.

    Raises UnclearError where the pages leave more than one answer. Where a store line is not so many pieces as the
    AliExpress item (a set of three sold as one), the first parcel that holds any of it counts for the whole line.
    """
    if len(parcels) == 1 and _holds_all(parcels[0], ordered):
        return {parcels[0].parcel: {each.line: each.quantity for each in bought}}
    groups = _lines_by_item(bought, ordered)
    shares: Shares = {contents.parcel: {} for contents in parcels}
    for items, lines in groups:
        _hand_out(items, lines, parcels, shares)
    return shares


def _holds_all(contents: Contents, ordered: Sequence[Item]) -> bool:
    if not contents.items or not ordered:
        return True
    return sum(item.count for item in contents.items) >= sum(item.count for item in ordered)


def _lines_by_item(
    bought: Sequence[BoughtLine], ordered: Sequence[Item]
) -> list[tuple[tuple[Item, ...], list[BoughtLine]]]:
    groups: dict[tuple[Item, ...], list[BoughtLine]] = {}
    unnamed = [each for each in bought if each.product_id is None]
    for each in bought:
        if each.product_id is not None:
            named = tuple(item for item in ordered if item.is_of(each.product_id, each.sku_id))
            if not named:
                raise UnclearError(None)
            groups.setdefault(named, []).append(each)
    if unnamed:
        taken = {item for items in groups for item in items}
        rest = tuple(item for item in ordered if item not in taken)
        # Several items and several lines nobody named: any pairing would be a guess.
        if not rest or (len(unnamed) > 1 and len(rest) > 1):
            raise UnclearError(None)
        groups.setdefault(rest, []).extend(unnamed)
    return list(groups.items())


def _hand_out(items: tuple[Item, ...], lines: list[BoughtLine], parcels: Sequence[Contents], shares: Shares) -> None:
    piece_for_piece = sum(line.quantity for line in lines) == sum(item.count for item in items)
    left = {line.line: line.quantity for line in lines}
    for contents in parcels:
        if not contents.items:
            raise UnclearError(contents.parcel)
        count = sum(each.count for each in contents.items if any(each.is_of(i.product_id, i.sku_id) for i in items))
        for line in lines:
            part = min(left[line.line], count if piece_for_piece else left[line.line])
            if count > 0 and part > 0:
                shares[contents.parcel][line.line] = part
                left[line.line] -= part
                count -= part if piece_for_piece else 0


@dataclass(frozen=True, slots=True)
class KnownParcel:
    """A parcel as it stands in the database."""

    parcel: int
    number: str | None
    original_number: str | None
    items: tuple[tuple[str, str | None, int], ...]


def pair(known: Sequence[KnownParcel], seen: Sequence[Parcel]) -> list[tuple[int | None, Parcel]]:
    """Pair each parcel seen with the known one it is, or with None when it is new.

    The first number stays when the last-mile number replaces it; where even that is gone, the same contents (or being
    the only parcel before and after) tell, as long as nothing else claims the known one.
    """
    left = list(known)
    pairs: dict[int, int] = {}
    for same in (_same_number, _same_contents):
        for index, parcel in enumerate(seen):
            if index not in pairs:
                found = [each for each in left if same(each, parcel)]
                if len(found) == 1 or (found and same is _same_number):
                    pairs[index] = found[0].parcel
                    left.remove(found[0])
    if len(known) == 1 and len(seen) == 1 and not pairs:
        pairs[0] = known[0].parcel
    return [(pairs.get(index), parcel) for index, parcel in enumerate(seen)]


def _same_number(known: KnownParcel, seen: Parcel) -> bool:
    numbers = {number for number in (known.number, known.original_number) if number}
    return bool(numbers & {number for number in (seen.number, seen.original_number) if number})


def _same_contents(known: KnownParcel, seen: Parcel) -> bool:
    items = tuple((item.product_id, item.sku_id, item.count) for item in seen.items)
    return bool(items) and sorted(items, key=str) == sorted(known.items, key=str)

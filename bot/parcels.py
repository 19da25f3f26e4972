"""Which parcel holds what of which line item. Pure, no I/O."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Accounts routed to the US site see product ids moved by this much.
US_OFFSET = 1 << 51


def global_product(product_id: str) -> str:
    """A product's id as the global site writes it, whichever site it was read on."""
    number = int(product_id)
    return str(number - US_OFFSET) if number > US_OFFSET else product_id


@dataclass(frozen=True, slots=True)
class Item:
    """So many of one AliExpress product and SKU, ordered or in a parcel."""

    product_id: str
    sku_id: str | None
    count: int

    def is_of(self, product_id: str, sku_id: str | None) -> bool:
        """Whether this is the named product, on whichever site, and the named SKU where both sides name one."""
        same = global_product(self.product_id) == global_product(product_id)
        return same and (sku_id is None or self.sku_id in (None, sku_id))


@dataclass(frozen=True, slots=True)
class BoughtLine:
    """A store line (by our id) bought with an AliExpress order; `product_id` where somebody said which item it is.

    `store_sku` is the store's own SKU, which an import makes of the AliExpress product id.
    """

    line: int
    quantity: int
    product_id: str | None = None
    sku_id: str | None = None
    store_sku: str = ""


@dataclass(frozen=True, slots=True)
class Contents:
    """What one parcel (by our id) holds; no items where the page did not tell."""

    parcel: int
    items: tuple[Item, ...]


class UnclearError(Exception):
    """It cannot be told for sure which line a parcel belongs to.

    `parcel` is the one whose contents are not told or contradict the order; None where the lines are what is unclear.
    """

    def __init__(self, parcel: int | None) -> None:
        super().__init__(parcel)
        self.parcel = parcel


Shares = dict[int, dict[int, int]]
_Group = tuple[tuple[Item, ...], list[BoughtLine]]


def share(
    bought: Sequence[BoughtLine], ordered: Sequence[Item], parcels: Sequence[Contents], *, all_sent: bool = True
) -> Shares:
    """How many of each line each parcel holds: {parcel: {line: quantity}}; 0 where earlier parcels hold all of it.

    While more parcels are to follow (`all_sent` False), one that does not tell its contents is not taken for the whole
    order. Raises UnclearError where the pages leave more than one answer. Where a line is no whole number of pieces of
    its item (a set of three sold as one, sent in parts), the first parcel that holds any of it counts for all of it.
    """
    if len(parcels) == 1 and _holds_all(parcels[0], ordered, all_sent):
        return {parcels[0].parcel: {each.line: each.quantity for each in bought}}
    shares: Shares = {contents.parcel: {} for contents in parcels}
    if _is_one_piece(bought, ordered):
        for place, contents in enumerate(parcels):
            shares[contents.parcel] = {bought[0].line: int(place == 0)}
        return shares
    silent = next((contents.parcel for contents in parcels if not contents.items), None)
    if silent is not None:
        raise UnclearError(silent)
    groups = _lines_by_item(bought, ordered)
    for contents in parcels:
        _check_contents(contents, ordered, groups)
    for group in groups:
        _hand_out(group, parcels, shares)
    return shares


def _holds_all(contents: Contents, ordered: Sequence[Item], all_sent: bool) -> bool:
    pieces = sum(item.count for item in ordered)
    if not contents.items or not ordered:
        return all_sent or pieces == 1
    return sum(item.count for item in contents.items) >= pieces


def _is_one_piece(bought: Sequence[BoughtLine], ordered: Sequence[Item]) -> bool:
    """Whether there is nothing to tell apart: one line of one, and all that was ordered is one piece."""
    return len(bought) == 1 and bought[0].quantity == 1 and sum(item.count for item in ordered) == 1


def _lines_by_item(bought: Sequence[BoughtLine], ordered: Sequence[Item]) -> list[_Group]:
    """Each line with the one item that it was bought as; several lines may be the same item."""
    groups: dict[tuple[Item, ...], list[BoughtLine]] = {}
    unnamed: list[BoughtLine] = []
    for each in bought:
        named = _named_items(each, ordered)
        if named:
            groups.setdefault(named, []).append(each)
        else:
            unnamed.append(each)
    if unnamed:
        taken = {item for items in groups for item in items}
        groups.setdefault(tuple(item for item in ordered if item not in taken), []).extend(unnamed)
    # Several items in one group: any pairing would be a guess, and what is left over may be for somebody else.
    if any(len({(item.product_id, item.sku_id) for item in items}) != 1 for items in groups):
        raise UnclearError(None)
    return list(groups.items())


def _named_items(line: BoughtLine, ordered: Sequence[Item]) -> tuple[Item, ...]:
    """The items that a person, or the store's SKU, says a line was bought as; none where nobody says."""
    if line.product_id is not None:
        named = tuple(item for item in ordered if item.is_of(line.product_id, line.sku_id))
        if not named:
            raise UnclearError(None)
        return named
    told = set(re.findall(r"[0-9]{9,20}", line.store_sku))
    products = {item.product_id for item in ordered if global_product(item.product_id) in told}
    if len(products) != 1:
        return ()
    of_product = [item for item in ordered if item.product_id in products]
    exact = [item for item in of_product if item.sku_id in told]
    return tuple(exact or of_product)


def _check_contents(contents: Contents, ordered: Sequence[Item], groups: Sequence[_Group]) -> None:
    """Refuse a parcel that could be for either of two items, or that holds nothing that was ordered."""
    known = [item for item in contents.items if any(item.is_of(o.product_id, o.sku_id) for o in ordered)]
    if not known:
        raise UnclearError(contents.parcel)
    for item in known:
        if sum(any(item.is_of(o.product_id, o.sku_id) for o in items) for items, _ in groups) > 1:
            raise UnclearError(contents.parcel)


def _hand_out(group: _Group, parcels: Sequence[Contents], shares: Shares) -> None:
    items, lines = group
    counts = {
        contents.parcel: sum(
            each.count for each in contents.items if any(each.is_of(i.product_id, i.sku_id) for i in items)
        )
        for contents in parcels
    }
    pieces = _pieces_a_unit(sum(item.count for item in items), sum(line.quantity for line in lines), counts.values())
    if pieces is None and len(lines) > 1:
        raise UnclearError(None)
    left = {line.line: line.quantity for line in lines}
    for parcel, count in counts.items():
        if count == 0:
            continue
        units = count // pieces if pieces else sum(left.values())
        given: dict[int, int] = {}
        for line, open_still in list(left.items()):
            part = min(open_still, units)
            if part > 0:
                given[line] = part
                left[line] -= part
                units -= part
        shares[parcel] |= given or dict.fromkeys(left, 0)


def _pieces_a_unit(pieces: int, units: int, counts: Iterable[int]) -> int | None:
    """How many AliExpress pieces make one of the store's; None where that does not come out even."""
    if units <= 0 or pieces % units:
        return None
    each = pieces // units
    return each if each and all(count % each == 0 for count in counts) else None

"""What an order's parcels mean for ShopBase: which numbers are ready, and what stands in their way."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.facts import Said, Why
from bot.language import _
from bot.models import AliOrder, Fulfillment, FulfillmentState, Line, Parcel
from bot.order_rows import OrderRows, id_of
from bot.parcels import BoughtLine, Contents, Item, Shares, UnclearError, share
from bot.tabs import NOT_COMING
from bot.telling import Plan, ReadyParcel, Told, is_number, plan
from flows.values import AliStatus


@dataclass(frozen=True, slots=True)
class Reading:
    """An order's rows made sense of: what to tell ShopBase, and the trouble that stands in the way of a line.

    `apart` says of each AliExpress order (our id) which of its parcels hold what of which line, where that is known.
    """

    plan: Plan
    troubles: Mapping[int, Said]
    ready: Mapping[int, tuple[str, ...]]
    further: Mapping[int, tuple[str, ...]]
    apart: Mapping[int, Shares]


def read(rows: OrderRows, carriers: Mapping[str, str]) -> Reading:
    """Work out what is to be told about an order, and which lines have a trouble of their own."""
    troubles: dict[int, Said] = {}
    apart: dict[int, Shares] = {}
    parcels = _ready_parcels(rows, troubles, apart)
    blocked = _blocked(rows, {each.number for each in parcels}, troubles)
    left = {id_of(line): max(0, _wanted(line) - line.fulfilled_quantity) for line in rows.lines if line.ours}
    told = [
        Told(id_of(each), each.number, each.state is FulfillmentState.SENT, bool(each.lines))
        for each in rows.fulfillments
        if each.state in (FulfillmentState.SENT, FulfillmentState.SENDING)
    ]
    planned = plan([each for each in parcels if each.number not in blocked], left, told, carriers)
    ready: dict[int, tuple[str, ...]] = {}
    for telling in planned.new:
        for line in telling.lines:
            ready[line] = (*ready.get(line, ()), telling.number)
    further: dict[int, tuple[str, ...]] = {}
    for number, lines in planned.further.items():
        for line in lines:
            further[line] = (*further.get(line, ()), number)
    return Reading(planned, troubles, ready, further, apart)


def _ready_parcels(rows: OrderRows, troubles: dict[int, Said], apart: dict[int, Shares]) -> list[ReadyParcel]:
    ready: list[ReadyParcel] = []
    for ali in rows.ali_orders:
        # Parcels of an order that was cancelled or paid back do not come, whatever their page still shows.
        if ali.status in NOT_COMING:
            continue
        parcels = [parcel for parcel in rows.parcels.get(id_of(ali), []) if not parcel.gone]
        # One that has its number goes before one that may never get one.
        parcels.sort(key=lambda parcel: parcel.number is None)
        if not any(parcel.number for parcel in parcels):
            continue
        try:
            shares = _shares(rows, ali, parcels)
        except UnclearError as unclear:
            numbers = [parcel.number for parcel in parcels if parcel.number]
            for line in _own_lines(rows, id_of(ali)):
                troubles[id_of(line)] = _unclear(rows, ali, line, None if unclear.parcel is None else numbers)
            continue
        apart[id_of(ali)] = shares
        for parcel in parcels:
            ready += _if_ready(rows, ali, parcel, shares.get(id_of(parcel), {}), troubles)
    return ready


def _if_ready(
    rows: OrderRows, ali: AliOrder, parcel: Parcel, share_of: Mapping[int, int], troubles: dict[int, Said]
) -> Iterable[ReadyParcel]:
    """The parcel with its part of this order's lines, if it has a number that can be told."""
    own = {id_of(line): line for line in rows.lines}
    lines = {line: count for line, count in share_of.items() if line in own}
    if parcel.number is None or not lines:
        return
    if is_number(parcel.number):
        told = rows.told.get(id_of(parcel))
        yield ReadyParcel(id_of(parcel), parcel.number, parcel.carrier, parcel.service, lines, told)
        return
    for line_id in [line for line, count in lines.items() if count]:
        data = {"number": parcel.number, "ali": ali.number, "order": rows.order.name, "line": own[line_id].position}
        troubles[line_id] = Said(Why.ODD_NUMBER, data)


def _own_lines(rows: OrderRows, ali_id: int) -> list[Line]:
    ids = {line.id for line in rows.lines}
    return [line for _join, line in rows.sharing.get(ali_id, []) if line.id in ids]


def _shares(rows: OrderRows, ali: AliOrder, parcels: list[Parcel]) -> Shares:
    bought = [
        BoughtLine(id_of(line), line.quantity, join.product_id, join.sku_id, line.sku)
        for join, line in rows.sharing.get(id_of(ali), [])
        # A line that was called off before anything of it was sent has no part in the parcels, unless it is named.
        if _wanted(line) or line.fulfilled_quantity or join.product_id
    ]
    ordered = [Item(item.product_id, item.sku_id, item.quantity) for item in rows.items.get(id_of(ali), [])]
    contents = [
        Contents(id_of(parcel), tuple(Item(i["product_id"], i["sku_id"], i["count"]) for i in parcel.items))
        for parcel in parcels
    ]
    return share(bought, ordered, contents, all_sent=ali.status is not AliStatus.PARTLY_SENT)


def _unclear(rows: OrderRows, ali: AliOrder, line: Line, numbers: list[str] | None) -> Said:
    data = {"number": ali.number, "order": rows.order.name, "line": line.position}
    if numbers is not None:
        return Said(Why.UNKNOWN_CONTENTS, {**data, "parcels": numbers})
    items = [f"{item.product_id} {item.title}" for item in rows.items.get(id_of(ali), [])]
    return Said(Why.UNCLEAR_PARCEL, {**data, "items": items})


def _blocked(rows: OrderRows, shown: set[str], troubles: dict[int, Said]) -> set[str | None]:
    """Numbers that ShopBase did not take; they stay with their reason until something changes."""
    blocked: set[str | None] = set()
    by_store_id = {line.store_line_id: line for line in rows.lines}
    for told in rows.fulfillments:
        if told.state not in (FulfillmentState.REFUSED, FulfillmentState.STUCK):
            continue
        # A number that no parcel carries any more stands in nobody's way, unless a person gave it.
        if told.number not in shown and not told.by_hand:
            continue
        blocked.add(told.number)
        code = Why.REFUSED if told.state is FulfillmentState.REFUSED else Why.STUCK
        what = _what(told, code)
        for store_line_id in told.lines:
            if store_line_id in by_store_id:
                data = {"what": what, "problem": told.problem or _("it does not say why")}
                troubles[id_of(by_store_id[store_line_id])] = Said(code, data)
    return blocked


def _what(told: Fulfillment, code: Why) -> str:
    if not told.number:
        return _("the fulfilment without a number")
    if code is Why.REFUSED:
        return _("tracking number {number} ({carrier})").format(number=told.number, carrier=told.carrier)
    return _("tracking number {number}").format(number=told.number)


def _wanted(line: Line) -> int:
    return 0 if line.removed else max(0, line.quantity - line.refunded_quantity)

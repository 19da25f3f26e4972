"""The store's rules for fulfilments, as ShopBase documents them."""

from typing import Any

from bot.sandbox.shop_state import CONNECTOR, ShopFulfilment, ShopOrder, ShopState


class RefusalError(Exception):
    """The store says no: an HTTP status and the body that goes with it."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(str(body))
        self.status = status
        self.body = body


def asked_for(body: Any) -> dict[str, Any]:
    """Returns what stands under `fulfillment`; a body without it is a bad request."""
    if not isinstance(body, dict) or not isinstance(body.get("fulfillment"), dict):
        raise RefusalError(400, {"error": "fulfillment is required"})
    asked: dict[str, Any] = body["fulfillment"]
    return asked


def create(state: ShopState, order: ShopOrder, body: Any) -> ShopFulfilment:
    """Fulfils lines: at once for the store's own service, `pending` where an external one must act first."""
    asked = asked_for(body)
    _may_fulfil(order)
    if asked.get("tracking_url") and asked.get("tracking_urls"):
        raise RefusalError(422, {"errors": {"tracking_url": ["only use one of tracking_url and tracking_urls"]}})
    quantities = _quantities(order, asked.get("line_items"))
    external = any(order.line(line_id).service == CONNECTOR for line_id in quantities)
    notify = asked.get("notify_customer")
    fulfilment = ShopFulfilment(
        id=state.next_id(),
        name=f"{order.name}.{len(order.fulfilments) + 1}",
        service=str(asked.get("service") or (CONNECTOR if external else "manual")),
        status="pending" if external else "success",
        quantities=quantities,
        company=str(asked.get("tracking_company") or ""),
        number=str(asked.get("tracking_number") or ""),
        url=str(asked.get("tracking_url") or next(iter(asked.get("tracking_urls") or ()), "")),
        notify=order.source != "api" if notify is None else bool(notify),
        created=state.now(),
        updated=state.now(),
    )
    order.fulfilments.append(fulfilment)
    _count(order, fulfilment, 1)
    _confirm(state, order, fulfilment)
    state.touch(order)
    return fulfilment


def update(state: ShopState, order: ShopOrder, fulfilment: ShopFulfilment, body: Any) -> ShopFulfilment:
    """Changes the tracking; mails only where `notify_customer` is true."""
    asked = asked_for(body)
    fulfilment.company = str(asked.get("tracking_company") or fulfilment.company)
    fulfilment.number = str(asked.get("tracking_number") or fulfilment.number)
    fulfilment.url = str(asked.get("tracking_url") or fulfilment.url)
    fulfilment.updated = state.now()
    if asked.get("notify_customer") is True:
        state.mail("Shipping update", order, fulfilment)
    state.touch(order)
    return fulfilment


def move(state: ShopState, order: ShopOrder, fulfilment: ShopFulfilment, step: str) -> ShopFulfilment:
    """Takes a fulfilment on: `open` a pending one, `complete` an open one, `cancel` one that is not cancelled."""
    allowed = {"open": ("pending",), "complete": ("open",), "cancel": ("pending", "open", "success")}
    becomes = {"open": "open", "complete": "success", "cancel": "cancelled"}
    if fulfilment.status not in allowed[step]:
        raise RefusalError(422, {"errors": [f"Cannot {step} a fulfillment that is {fulfilment.status}"]})
    _count(order, fulfilment, -1)
    fulfilment.status = becomes[step]
    fulfilment.updated = state.now()
    _count(order, fulfilment, 1)
    _confirm(state, order, fulfilment)
    state.touch(order)
    return fulfilment


def _may_fulfil(order: ShopOrder) -> None:
    if order.cancelled is not None:
        raise RefusalError(422, {"errors": "Cannot fulfill a cancelled order"})
    if order.financial == "refunded" or any(line.refunded for line in order.lines):
        told = "If an order is refunded or any of its line items is refunded, the order can't be fulfilled"
        raise RefusalError(422, {"errors": told})


def _quantities(order: ShopOrder, asked: Any) -> dict[int, int]:
    if not asked:
        told = {line.id: line.fulfillable for line in order.lines if line.fulfillable}
    else:
        told = {}
        for wanted in asked:
            line_id, quantity = _one_line(order, wanted)
            told[line_id] = told.get(line_id, 0) + quantity
        for line_id, quantity in told.items():
            left = order.line(line_id).fulfillable
            if not 0 < quantity <= left:
                raise RefusalError(422, {"errors": {"line_items": [f"{line_id}: only {left} can be fulfilled"]}})
    if not told:
        raise RefusalError(422, {"errors": {"order": ["is already fulfilled"]}})
    return told


def _one_line(order: ShopOrder, wanted: Any) -> tuple[int, int]:
    try:
        line = order.line(int(wanted["id"]))
        quantity = wanted.get("quantity")
        return line.id, line.fulfillable if quantity is None else int(quantity)
    except (KeyError, TypeError, ValueError, AttributeError) as wrong:
        raise RefusalError(422, {"errors": {"line_items": ["no such line item in this order"]}}) from wrong


def _count(order: ShopOrder, fulfilment: ShopFulfilment, sign: int) -> None:
    kept_in = {"pending": "pending", "open": "opened", "success": "fulfilled"}.get(fulfilment.status)
    lines = {line.id: line for line in order.lines}
    for line_id, quantity in fulfilment.quantities.items():
        if kept_in and line_id in lines:
            setattr(lines[line_id], kept_in, getattr(lines[line_id], kept_in) + sign * quantity)


def _confirm(state: ShopState, order: ShopOrder, fulfilment: ShopFulfilment) -> None:
    if fulfilment.status == "success" and fulfilment.notify:
        state.mail("Shipping confirmation", order, fulfilment)

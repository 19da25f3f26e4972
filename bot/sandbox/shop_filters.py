"""How the stand-in ShopBase picks, sorts and pages the orders that a list asks for."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.sandbox.shop_fulfilments import RefusalError
from bot.sandbox.shop_json import order_fulfillment_status
from bot.sandbox.shop_state import ShopOrder, ShopState

OFFSET_LIMIT = 100_000
_ALIASES = {"shipped": "fulfilled", "unshipped": "unfulfilled"}


def page_of(state: ShopState, query: Mapping[str, str]) -> list[ShopOrder]:
    """Returns one page: newest first, or by rising id where `since_id` is given."""
    limit = min(whole(query, "limit", 50), 250)
    start = (whole(query, "page", 1) - 1) * limit
    if start + limit > OFFSET_LIMIT:
        raise RefusalError(429, {"errors": "page * limit must not exceed 100000"})
    found: list[ShopOrder] = []
    for place, order in enumerate(matching(state, query)):
        if place >= start + limit:
            break
        if place >= start:
            found.append(order)
    return found


def matching(state: ShopState, query: Mapping[str, str]) -> Iterator[ShopOrder]:
    """Yields the orders that pass every filter."""
    tests = _Tests(query)
    orders = state.orders.values()  # ids only rise, so that the dictionary is sorted
    if "since_id" in query:
        since = whole(query, "since_id", 0)
        return (order for order in orders if order.id > since and tests.passed(order))
    return (order for order in reversed(orders) if tests.passed(order))


def whole(query: Mapping[str, str], name: str, default: int) -> int:
    """Reads a number of the query; anything else than digits is a bad request."""
    told = query.get(name, "")
    if not told:
        return default
    if not told.isdecimal() or (name != "since_id" and int(told) < 1):
        raise RefusalError(400, {"error": f"{name} is not valid"})
    return int(told)


def with_fields(told: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
    """Keeps only the fields that the query names, all if it names none."""
    names = [name.strip() for name in query.get("fields", "").split(",") if name.strip()]
    return {name: told[name] for name in names if name in told} if names else told


class _Tests:
    def __init__(self, query: Mapping[str, str]) -> None:
        self.ids = {int(one) for one in query.get("ids", "").split(",") if one.strip().isdecimal()}
        self.payments = _words(query, "financial_status")
        self.sent = {_ALIASES.get(word, word) for word in _words(query, "fulfillment_status")}
        self.standing = query.get("order_status") or query.get("status") or "open"
        self.created = (_moment(query, "created_at_min"), _moment(query, "created_at_max"))
        self.updated = (_moment(query, "updated_at_min"), _moment(query, "updated_at_max"))

    def passed(self, order: ShopOrder) -> bool:
        return (
            (not self.ids or order.id in self.ids)
            and self._stands(order)
            and _within(order.created, self.created)
            and _within(order.updated, self.updated)
            and self._paid(order)
            and self._is_sent(order)
        )

    def _stands(self, order: ShopOrder) -> bool:
        if self.standing == "any":
            return True
        if self.standing == "cancelled":
            return order.cancelled is not None
        return self.standing == "open" and order.cancelled is None

    def _paid(self, order: ShopOrder) -> bool:
        if not self.payments or "any" in self.payments:
            return True
        unpaid = "unpaid" in self.payments and order.financial in {"authorized", "partially_paid"}
        return unpaid or order.financial in self.payments

    def _is_sent(self, order: ShopOrder) -> bool:
        if not self.sent or "any" in self.sent:
            return True
        status = order_fulfillment_status(order)
        return status in self.sent or ("unfulfilled" in self.sent and status in {"", "partial"})


def _words(query: Mapping[str, str], name: str) -> set[str]:
    return {word.strip() for word in query.get(name, "").split(",") if word.strip()}


def _moment(query: Mapping[str, str], name: str) -> datetime | None:
    if not query.get(name):
        return None
    try:
        told = datetime.fromisoformat(query[name])
    except ValueError as wrong:
        raise RefusalError(400, {"error": f"{name} is not a date"}) from wrong
    return told.replace(tzinfo=UTC) if told.tzinfo is None else told


def _within(moment: datetime, bounds: tuple[datetime | None, datetime | None]) -> bool:
    least, most = bounds
    return (least is None or moment >= least) and (most is None or moment <= most)

"""Pages through a store's orders to the end, without trusting in any sort order."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from bot.language import _
from bot.shopbase.calls import Answer
from bot.shopbase.errors import ShopReplyChanged, ShopTooMany
from bot.shopbase.reading import read_order, rows
from bot.shopbase.replies import OrderReply

PATH = "/admin/orders.json"
# The store answers 429 beyond this page * limit, and goes on doing so however long one waits.
OFFSET_LIMIT = 100_000


class Get(Protocol):
    """Sends one GET."""

    def __call__(self, path: str, query: Mapping[str, str | int]) -> Answer: ...


class _Progress:
    """What was seen so far: which orders, and whether their ids kept rising."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, str]] = set()
        self._highest = 0
        self._rising = True

    def is_new(self, raw: Any) -> bool:
        told = raw if isinstance(raw, Mapping) else {}
        number = str(told.get("id"))
        version = (number, str(told.get("updated_at")))
        if version in self._seen:
            return False
        self._seen.add(version)
        identity = int(number) if number.isdecimal() else 0
        self._rising = self._rising and identity > self._highest
        self._highest = max(self._highest, identity)
        return True

    @property
    def resume_after(self) -> int | None:
        """The id after which the rest must be, known only while ids kept rising."""
        return self._highest if self._rising and self._highest else None


def list_orders(
    get: Get,
    filters: Mapping[str, str | int],
    limit: int,
    on_unreadable: Callable[[ShopReplyChanged], None] | None,
) -> Iterator[OrderReply]:
    """Yields each order once for each version of it that the pages show, until a page is empty."""
    if not 1 <= limit <= 250:
        raise ValueError(f"limit {limit} is not within 1 to 250")
    progress, page, filters = _Progress(), 1, dict(filters)
    while True:
        if page * limit > OFFSET_LIMIT:
            filters["since_id"], page = _narrowed(progress, filters), 1
        answer = get(PATH, {**filters, "limit": limit, "page": page})
        found = rows(answer, "orders")
        fresh = [raw for raw in found if progress.is_new(raw)]
        for raw in fresh:
            try:
                order = read_order(answer, raw)
            except ShopReplyChanged as unreadable:
                if on_unreadable is None:
                    raise
                on_unreadable(unreadable)
            else:
                yield order
        if not found or (not fresh and len(found) < limit):
            return
        if not fresh:
            raise answer.changed(_("page {page} only repeats orders of earlier pages").format(page=page))
        page += 1


def _narrowed(progress: _Progress, filters: Mapping[str, str | int]) -> int:
    after = progress.resume_after
    if after is None or after == filters.get("since_id"):
        detail = _("more than {count} orders match: narrow the window by date or id").format(count=OFFSET_LIMIT)
        raise ShopTooMany("GET", PATH, None, detail)
    return after

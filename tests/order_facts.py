"""Facts of orders for tests: lines, what they were bought with, and parcels."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.ali_pages import order_page
from bot.facts import (
    AliFacts,
    LineFacts,
    OrderFacts,
    ParcelFacts,
)
from flows.values import AliStatus

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


DAY = timedelta(days=1)


NUMBER = "8214398062177351"


def a_line(**facts: Any) -> LineFacts:
    """One line of one piece that nothing was bought for."""
    return LineFacts(**{"position": 1, "quantity": 1} | facts)


def an_order(*lines: LineFacts, **facts: Any) -> OrderFacts:
    """A paid order of these lines."""
    defaults = {"name": "#1046", "shop": "main", "financial_status": "paid"}
    return OrderFacts(lines=lines or (a_line(),), **(defaults | facts))


def bought(status: AliStatus | None = AliStatus.SENT, number: str = NUMBER, **facts: Any) -> AliFacts:
    """An AliExpress order."""
    return AliFacts(number, status, **({"link": order_page(number)} | facts))


def a_parcel(**facts: Any) -> ParcelFacts:
    """A parcel on its way: a number, scanned an hour ago."""
    hour_ago = NOW - timedelta(hours=1)
    defaults: dict[str, Any] = {"number": "LX1", "number_seen_at": NOW - 3 * DAY, "last_event_at": hour_ago, "scans": 3}
    return ParcelFacts(**(defaults | facts))

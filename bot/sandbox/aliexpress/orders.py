"""What the stand-in AliExpress holds about one order: lines, recipient, dates, parcels and their scans."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class OrderState(StrEnum):
    """Where an order stands; the words that a page shows for it are in `words.py`."""

    TO_PAY = "to_pay"
    PAYMENT_CHECK = "payment_check"
    PROCESSING = "processing"
    PARTLY_SHIPPED = "partly_shipped"
    AWAITING_DELIVERY = "awaiting_delivery"
    COMPLETED = "completed"
    CANCELED = "canceled"
    EXPIRED = "expired"
    CLOSED = "closed"
    IN_DISPUTE = "in_dispute"
    REFUNDED = "refunded"


# Tabs beside "all" in which an order of a state stands; expired, closed and disputed ones are in "all" alone.
TAB_OF_STATE = {
    OrderState.TO_PAY: "unpaid",
    OrderState.PAYMENT_CHECK: "processing",
    OrderState.PROCESSING: "processing",
    OrderState.PARTLY_SHIPPED: "shipped",
    OrderState.AWAITING_DELIVERY: "shipped",
    OrderState.COMPLETED: "completed",
    OrderState.CANCELED: "completed",
}

UNSENT = {OrderState.TO_PAY, OrderState.PAYMENT_CHECK, OrderState.PROCESSING}


@dataclass(frozen=True, slots=True)
class AliRecipient:
    """To whom an order goes; `phone` with its country code, as "+1 2025550123"."""

    name: str
    phone: str
    country_code: str
    address: str
    city: str
    province: str
    zip: str
    address2: str = ""


@dataclass(frozen=True, slots=True)
class BuyLine:
    """One line of a checkout; `unit_price` in minor units, `sku_attr_keys` as "14:193;5:361385".

    `sku_text` names each axis as the page does: "Color:Black;Size:M". Lines of one `store` become one order.
    """

    product_id: str
    sku_id: str
    title: str
    quantity: int
    unit_price: int
    sku_attr_keys: str = "14:193"
    sku_text: str = "Color:Black"
    store: str = "Vega Store"


@dataclass(frozen=True, slots=True)
class Scan:
    """One row of a parcel's journey; `stage` is `fulfillStage`, empty on the two rows of the order itself."""

    at: datetime
    name: str
    text: str
    code: str
    primary: str = ""
    stage: str = ""


@dataclass(slots=True)
class AliParcel:
    """One parcel; `number` is the last-mile number, `original` the first one; `scans` are oldest first.

    `items` pairs the index of an order line with the pieces of it that are inside.
    """

    number: str
    original: str
    carrier: str
    carrier_site: str
    service: str
    items: tuple[tuple[int, int], ...]
    scans: list[Scan] = field(default_factory=list)
    delivered_at: datetime | None = None
    returned: bool = False


@dataclass(slots=True)
class AliOrder:
    """One order of one seller; dates are UTC, `total` in minor units of `currency`; `paid_by` is how it was paid."""

    number: str
    account: str
    lines: tuple[BuyLine, ...]
    recipient: AliRecipient
    currency: str
    total: int
    store: str
    created_at: datetime
    pay_deadline: datetime
    state: OrderState = OrderState.TO_PAY
    listed: OrderState | None = None
    paid_at: datetime | None = None
    paid_by: str = ""
    shipped_at: datetime | None = None
    ended_at: datetime | None = None
    refund_note: bool = False
    parcels: list[AliParcel] = field(default_factory=list)

    def line_id(self, index: int) -> str:
        """The id of a line: near the order's own, and never another order's."""
        return str(int(self.number) + (index + 1) * 10_000_000)

"""The values that cross the border between pages and business: frozen, checked, free of Playwright."""

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

# Ids stay strings: order ids of 16 digits are near 2^53 (aliexpress.md 2).
OrderNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{10,20}$")]
ItemId = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,20}$")]


class Value(BaseModel):
    """Base of all values: immutable, and closed to unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Site(Value):
    """The three origins of one AliExpress, for example `https://www.aliexpress.com`, without a trailing slash.

    `selectors` is a folder of the merchant's own whose entries override single ones of the package.
    """

    www: str = "https://www.aliexpress.com"
    acs: str = "https://acs.aliexpress.com"
    login: str = "https://login.aliexpress.com"
    selectors: Path | None = None


class Money(Value):
    """An amount in whole minor units of `currency` (ISO 4217): BRL 132,74 is `Money(13274, "BRL")`."""

    minor: int
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class AliStatus(StrEnum):
    """What AliExpress says of an order (aliexpress.md 7)."""

    UNPAID = "unpaid"
    PAYMENT_CHECK = "payment_check"
    TO_SHIP = "to_ship"
    PARTLY_SENT = "partly_sent"
    SENT = "sent"
    COMPLETED = "completed"
    CANCELLING = "cancelling"
    CANCELED = "canceled"
    EXPIRED = "expired"
    CLOSED = "closed"
    REFUNDED = "refunded"
    IN_DISPUTE = "in_dispute"


class RefundState(StrEnum):
    """What the refund line under a card says: still open, done, or words that are not known."""

    OPEN = "open"
    DONE = "done"
    UNKNOWN = "unknown"


class Reader(StrEnum):
    """Which reader a value came from: the page's own data call, the drawn page, or both in agreement."""

    CALLS = "calls"
    PAGE = "page"
    BOTH = "both"


class AliLine(Value):
    """One product line of an AliExpress order; `sku_attr_keys` is "14:193;380:200004754"."""

    line_id: ItemId | None = None
    product_id: ItemId
    sku_id: ItemId | None = None
    sku_attr_keys: str | None = None
    title: str
    sku_text: str = ""
    quantity: int
    unit_price: Money | None = None


class ListedOrder(Value):
    """One card of the order list; `lines` may be empty where only the drawn card was read.

    `line_count` is how many lines the order has where the card says so: a card may show fewer.
    """

    order_id: OrderNumber
    status: AliStatus
    status_text: str
    ordered_on: date | None
    total: Money
    store_name: str
    lines: tuple[AliLine, ...]
    line_count: int | None = None
    refund_note: str | None = None
    refund: RefundState | None = None


class UnreadCard(Value):
    """A card of the order list that could not be believed, and why; the cards beside it are sound."""

    order_id: OrderNumber
    problem: str


class OrderListPage(Value):
    """One page of the order list, ten orders at most, newest first.

    `pay_together` is how many unpaid orders can be paid in one payment, None where the page does not say.
    """

    orders: tuple[ListedOrder, ...]
    unread: tuple[UnreadCard, ...] = ()
    page_index: int
    has_more: bool
    pay_together: int | None = None
    reader: Reader


class Recipient(Value):
    """To whom an AliExpress order goes, as the detail page writes it. Personal data: never log it."""

    name: str
    phone: str
    country_code: str
    address: str
    address2: str = ""
    region: str
    post_code: str


class OrderDetail(Value):
    """The detail page of one order. Dates have day precision; `pay_deadline` is UTC, None where no page told it.

    `protected_until` is the day until which AliExpress pays back what did not arrive, None where the page does not say.
    """

    order_id: OrderNumber
    status: AliStatus
    status_text: str
    ordered_on: date | None
    paid_on: date | None
    shipped_on: date | None
    completed_on: date | None
    pay_deadline: datetime | None
    protected_until: date | None = None
    payment_method: str | None
    total: Money
    price_rows: tuple[tuple[str, str], ...]
    recipient: Recipient | None
    store_name: str
    lines: tuple[AliLine, ...]
    package_numbers: tuple[str, ...] = ()
    reader: Reader


class TrackingEvent(Value):
    """One scan; `at` is UTC, None on the oldest rows that carry no time."""

    at: datetime | None
    code: str
    title: str
    text: str


class ParcelItem(Value):
    """How many of one product a parcel holds."""

    product_id: ItemId
    sku_id: ItemId | None
    count: int


class Parcel(Value):
    """One parcel: `number` is the last-mile number where known, `original_number` the first one (LP…).

    `carrier` is who carries it ("J&T Express"), `service` what AliExpress sold ("AliExpress standard shipping").
    `events` are newest first.
    """

    number: str | None
    original_number: str | None
    carrier: str | None
    carrier_link: str | None
    service: str | None
    delivered: bool
    returned: bool = False
    events: tuple[TrackingEvent, ...]
    items: tuple[ParcelItem, ...]


class Tracking(Value):
    """The tracking page of one order: all its parcels, perhaps none yet."""

    order_id: OrderNumber | None
    parcels: tuple[Parcel, ...]
    reader: Reader

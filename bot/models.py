"""The tables: what the store sold, what was bought for it on AliExpress, and what ShopBase was told.

Money is whole minor units beside an ISO 4217 code; times are UTC. A table class does not check its arguments:
values are validated before they get here (flows/values.py, bot/shopbase).
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot import columns, models_buying, models_running  # noqa: F401 - all tables are known together
from bot.facts import Tab
from flows.values import AliStatus


def _belongs_to(target: str, *, nullable: bool = False) -> Column[Any]:
    return Column(ForeignKey(target, ondelete="CASCADE"), nullable=nullable, index=True)


def _part_of_key(target: str) -> Column[Any]:
    return Column(ForeignKey(target, ondelete="CASCADE"), primary_key=True, index=True)


class PurchaseState(StrEnum):
    """Where one purchase stands.

    `new` waits for its turn; `held` waits for a cause to go away; `intent` was written before the press and stays until
    the order is found or a person decides; `placed` has its AliExpress number; the last two are over.
    """

    NEW = "new"
    HELD = "held"
    INTENT = "intent"
    PLACED = "placed"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class FulfillmentState(StrEnum):
    """What became of telling ShopBase: `sending` was written before the call, so a crash is settled by looking."""

    SENDING = "sending"
    SENT = "sent"
    STUCK = "stuck"
    REFUSED = "refused"


class Order(SQLModel, table=True):
    """A store order as last read from ShopBase, and the tab it stands in."""

    __tablename__ = "store_order"
    __table_args__ = (
        UniqueConstraint("shop", "store_id"),
        Index("ix_store_order_shop_tab_created", "shop", "tab", "created_at"),
        Index("ix_store_order_tab_created", "tab", "created_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    shop: str = Field(max_length=32)
    store_id: str = Field(max_length=20)
    name: str = Field(index=True)
    email: str | None = None
    phone: str | None = None
    created_at: datetime = Field(sa_column=columns.utc(nullable=False, index=True))
    updated_at: datetime | None = Field(default=None, sa_column=columns.utc())
    paid_at: datetime | None = Field(default=None, sa_column=columns.utc())
    cancelled_at: datetime | None = Field(default=None, sa_column=columns.utc())
    cancel_reason: str | None = None
    deleted_at: datetime | None = Field(default=None, sa_column=columns.utc())
    financial_status: str
    fulfillment_status: str = ""
    chargeback_status: str = ""
    is_risk: bool = False
    currency: str = Field(max_length=3)
    total_minor: int = Field(sa_column=Column(BigInteger(), nullable=False))
    tags: list[str] = Field(default_factory=list, sa_column=columns.json())
    note: str = ""
    address: dict[str, Any] | None = Field(default=None, sa_column=columns.json(nullable=True))
    note_attributes: list[list[str]] = Field(default_factory=list, sa_column=columns.json(nullable=True))
    address_overrides: dict[str, str] = Field(default_factory=dict, sa_column=columns.json(nullable=True))
    released: bool = False
    waits_until: datetime | None = Field(default=None, sa_column=columns.utc())
    tab: Tab = Field(sa_column=columns.word(Tab))


class Line(SQLModel, table=True):
    """One line item of a store order. `position` is the number a person types: 1046/2 is the second line."""

    __tablename__ = "store_line"
    __table_args__ = (UniqueConstraint("order_id", "store_line_id"),)

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(sa_column=_belongs_to("store_order.id"))
    store_line_id: str = Field(max_length=20)
    position: int
    product_id: str | None = None
    variant_id: str | None = Field(default=None, index=True)
    sku: str = ""
    title: str
    variant_title: str = ""
    quantity: int
    refunded_quantity: int = 0
    fulfilled_quantity: int = 0
    pending_quantity: int = 0
    price_minor: int = Field(sa_column=Column(BigInteger(), nullable=False))
    image: str | None = None
    service: str = ""
    ours: bool = True
    removed: bool = False


class AliOrder(SQLModel, table=True):
    """An AliExpress order that belongs to some of our lines, as last read; `number` is unique within its account."""

    __tablename__ = "ali_order"
    __table_args__ = (UniqueConstraint("account", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    account: str = Field(max_length=32)
    number: str = Field(max_length=20, index=True)
    status: AliStatus | None = Field(default=None, sa_column=columns.word(AliStatus, nullable=True))
    status_text: str = ""
    refund_note: str | None = None
    ordered_on: date | None = None
    paid_on: date | None = None
    paid_seen_at: datetime | None = Field(default=None, sa_column=columns.utc())
    shipped_on: date | None = None
    pay_deadline: datetime | None = Field(default=None, sa_column=columns.utc())
    protected_until: date | None = None
    total_minor: int | None = Field(default=None, sa_column=Column(BigInteger()))
    currency: str | None = None
    store_name: str = ""
    list_entry: str | None = None
    linked_at: datetime = Field(sa_column=columns.utc(nullable=False))
    list_read_at: datetime | None = Field(default=None, sa_column=columns.utc())
    detail_read_at: datetime | None = Field(default=None, sa_column=columns.utc())
    tracking_read_at: datetime | None = Field(default=None, sa_column=columns.utc())
    sent_seen_at: datetime | None = Field(default=None, sa_column=columns.utc())
    finished_at: datetime | None = Field(default=None, sa_column=columns.utc(index=True))
    missing_since: datetime | None = Field(default=None, sa_column=columns.utc())
    trouble: str | None = None


class AliItem(SQLModel, table=True):
    """One product line of an AliExpress order."""

    __tablename__ = "ali_item"

    id: int | None = Field(default=None, primary_key=True)
    ali_order_id: int = Field(sa_column=_belongs_to("ali_order.id"))
    line_id: str | None = None
    product_id: str
    sku_id: str | None = None
    title: str
    sku_text: str = ""
    quantity: int


class Purchase(SQLModel, table=True):
    """One mapped item of a line item, bought by one confirm page, or a line that a person bought (no mapping).

    At most one that is not over stands for a (line, item), and one open intent for an account: two indexes hold that
    across processes and restarts. `quote`, `ship_to` and `known_number` are what was asked and seen before a press.
    `attended`: a person pressed, or was to press; `watched_until` is when their window was last looked after,
    `asked_at` when they were asked whether they had pressed.
    """

    __tablename__ = "purchase"
    __table_args__ = (
        Index(
            "uq_purchase_open_item",
            "line_id",
            "item",
            unique=True,
            sqlite_where=text("state NOT IN ('closed', 'cancelled')"),
            postgresql_where=text("state NOT IN ('closed', 'cancelled')"),
        ),
        Index(
            "uq_purchase_open_intent",
            "account",
            unique=True,
            sqlite_where=text("state = 'intent'"),
            postgresql_where=text("state = 'intent'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    line_id: int = Field(sa_column=_belongs_to("store_line.id"))
    item: int = 0
    account: str | None = Field(default=None, max_length=32)
    state: PurchaseState = Field(sa_column=columns.word(PurchaseState))
    created_at: datetime = Field(sa_column=columns.utc(nullable=False))
    mapping_id: int | None = Field(default=None, sa_column=Column(ForeignKey("mapping.id", ondelete="SET NULL")))
    product_id: str | None = None
    sku_id: str | None = None
    units: int | None = None
    hold: str | None = Field(default=None, max_length=40)
    hold_data: dict[str, Any] = Field(default_factory=dict, sa_column=columns.json(nullable=True))
    approved: dict[str, Any] = Field(default_factory=dict, sa_column=columns.json(nullable=True))
    ship_to: dict[str, Any] | None = Field(default=None, sa_column=columns.json(nullable=True))
    quote: dict[str, Any] | None = Field(default=None, sa_column=columns.json(nullable=True))
    quoted_at: datetime | None = Field(default=None, sa_column=columns.utc())
    cost_minor: int | None = Field(default=None, sa_column=Column(BigInteger()))
    cost_currency: str | None = Field(default=None, max_length=3)
    known_number: str | None = Field(default=None, max_length=20)
    intent_at: datetime | None = Field(default=None, sa_column=columns.utc(index=True))
    deadline: datetime | None = Field(default=None, sa_column=columns.utc())
    looks: int = Field(default=0)
    last_look_at: datetime | None = Field(default=None, sa_column=columns.utc())
    placed_at: datetime | None = Field(default=None, sa_column=columns.utc())
    evidence: str | None = None
    attended: bool = False
    watched_until: datetime | None = Field(default=None, sa_column=columns.utc())
    asked_at: datetime | None = Field(default=None, sa_column=columns.utc())


class PurchaseOrder(SQLModel, table=True):
    """Which AliExpress order a purchase became; `product_id` and `sku_id` where the merchant named the item."""

    __tablename__ = "purchase_order"
    __table_args__ = (UniqueConstraint("purchase_id", "ali_order_id"),)

    id: int | None = Field(default=None, primary_key=True)
    purchase_id: int = Field(sa_column=_belongs_to("purchase.id"))
    ali_order_id: int = Field(sa_column=_belongs_to("ali_order.id"))
    product_id: str | None = None
    sku_id: str | None = None


class Parcel(SQLModel, table=True):
    """One parcel of an AliExpress order. `items` is a list of {product_id, sku_id, count}."""

    __tablename__ = "parcel"

    id: int | None = Field(default=None, primary_key=True)
    ali_order_id: int = Field(sa_column=_belongs_to("ali_order.id"))
    number: str | None = Field(default=None, index=True)
    original_number: str | None = None
    carrier: str | None = None
    carrier_link: str | None = None
    service: str | None = None
    items: list[dict[str, Any]] = Field(default_factory=list, sa_column=columns.json())
    first_seen_at: datetime = Field(sa_column=columns.utc(nullable=False))
    number_seen_at: datetime | None = Field(default=None, sa_column=columns.utc())
    last_event_at: datetime | None = Field(default=None, sa_column=columns.utc())
    last_event_text: str = ""
    scans: int = 0
    delivered: bool = False
    returned: bool = False
    gone: bool = False


class Fulfillment(SQLModel, table=True):
    """What was told, or is about to be told, to ShopBase about one tracking number of one order."""

    __tablename__ = "fulfillment"
    __table_args__ = (
        Index(
            "uq_fulfillment_order_number",
            "order_id",
            "number",
            unique=True,
            sqlite_where=text("number IS NOT NULL"),
            postgresql_where=text("number IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(sa_column=_belongs_to("store_order.id"))
    store_fulfillment_id: str | None = None
    state: FulfillmentState = Field(sa_column=columns.word(FulfillmentState))
    number: str | None = None
    carrier: str | None = None
    link: str | None = None
    by_hand: bool = False
    mailed: bool = False
    lines: dict[str, int] = Field(default_factory=dict, sa_column=columns.json())
    problem: str | None = None
    created_at: datetime = Field(sa_column=columns.utc(nullable=False))
    sent_at: datetime | None = Field(default=None, sa_column=columns.utc())
    tried_at: datetime | None = Field(default=None, sa_column=columns.utc())


class FulfillmentParcel(SQLModel, table=True):
    """Which parcels a fulfilment told of; one parcel may be in the fulfilments of several store orders."""

    __tablename__ = "fulfillment_parcel"

    fulfillment_id: int = Field(sa_column=_part_of_key("fulfillment.id"))
    parcel_id: int = Field(sa_column=_part_of_key("parcel.id"))


class Event(SQLModel, table=True):
    """Something that happened, never changed afterwards: who, what, when, and where the evidence lies."""

    __tablename__ = "event"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_column=columns.utc(nullable=False, index=True))
    who: str = Field(max_length=20)
    what: str = Field(max_length=40)
    order_id: int | None = Field(default=None, sa_column=_belongs_to("store_order.id", nullable=True))
    ali_number: str | None = None
    data: dict[str, Any] = Field(default_factory=dict, sa_column=columns.json())
    evidence: str | None = None


class JobRun(SQLModel, table=True):
    """One run of one job for one slot; the unique pair is what stops a slot from running twice."""

    __tablename__ = "job_run"
    __table_args__ = (UniqueConstraint("name", "slot"),)

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=60)
    slot: datetime = Field(sa_column=columns.utc(nullable=False))
    started_at: datetime = Field(sa_column=columns.utc(nullable=False))
    finished_at: datetime | None = Field(default=None, sa_column=columns.utc())
    tries: int = 1
    ok: bool | None = None
    again_at: datetime | None = Field(default=None, sa_column=columns.utc())
    counts: dict[str, Any] = Field(default_factory=dict, sa_column=columns.json())
    problem: str | None = None


class PullCursor(SQLModel, table=True):
    """Up to which server time a shop's orders were pulled, and when all of its open orders were last gone through."""

    __tablename__ = "pull_cursor"

    shop: str = Field(max_length=32, primary_key=True)
    updated_to: datetime | None = Field(default=None, sa_column=columns.utc())
    swept_at: datetime | None = Field(default=None, sa_column=columns.utc())

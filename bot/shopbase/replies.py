"""What ShopBase answers, as values: unknown fields are kept out, a missing field that matters is an error.

Amounts are whole minor units, times aware UTC, ids text. Status words are kept as they came (lower case, "" for null);
the enumerations name the ones that are known, and the caller decides what an unknown one means.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from bot.shopbase.fields import (
    Amount,
    Count,
    Flag,
    Id,
    MaybeAmount,
    MaybeCount,
    MaybeId,
    Moment,
    Text,
    When,
    Word,
    list_or_empty,
    plain_text,
    to_money,
)
from flows.values import Money

NullIsEmpty = BeforeValidator(list_or_empty)


class FinancialStatus(StrEnum):
    """The payment words that are known; any other must be held, never taken for paid."""

    PENDING = "pending"
    AUTHORIZED = "authorized"
    PARTIALLY_PAID = "partially_paid"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    VOIDED = "voided"


class FulfillmentStatus(StrEnum):
    """How much of an order is sent; null, "" and "unfulfilled" are all UNFULFILLED."""

    UNFULFILLED = ""
    PARTIAL = "partial"
    FULFILLED = "fulfilled"
    RESTOCKED = "restocked"
    PROCESSING = "processing"
    PARTIAL_PROCESSING = "partial-processing"


class FulfillmentState(StrEnum):
    """Where one fulfilment stands; `pending` and `open` wait for an external fulfilment service."""

    PENDING = "pending"
    OPEN = "open"
    SUCCESS = "success"
    PROCESSING = "processing"
    CANCELLED = "cancelled"
    ERROR = "error"
    FAILURE = "failure"


class Reply(BaseModel):
    """Base of all replies: immutable, unknown fields are kept out."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class NamedText(Reply):
    """A name and a text, as in note attributes and line properties."""

    name: Text = ""
    value: Text = ""


class ShopInfo(Reply):
    """The store itself; `currency` is ISO 4217, `iana_timezone` an IANA name or ""."""

    id: Id
    name: Annotated[Text, Field(min_length=1)]
    currency: Annotated[Text, Field(pattern=r"^[A-Z]{3}$")]
    email: Text = ""
    domain: Text = ""
    onshopbase_domain: Text = ""
    iana_timezone: Text = ""
    primary_locale: Text = ""
    status: Word = ""


class ShippingAddress(Reply):
    """Where the buyer wants the goods. Personal data: never log it."""

    name: Text = ""
    first_name: Text = ""
    last_name: Text = ""
    company: Text = ""
    address1: Text = ""
    address2: Text = ""
    city: Text = ""
    province: Text = ""
    province_code: Text = ""
    country: Text = ""
    country_code: Text = ""
    zip: Text = ""
    phone: Text = ""
    cpf_number: Text = ""
    cpf_or_cnpj_number: Text = ""

    @property
    def recipient(self) -> str:
        """The name in full, from `name` or from first and last name."""
        return self.name.strip() or f"{self.first_name} {self.last_name}".strip()


class LineItem(Reply):
    """One line of an order. `fulfillable_quantity` does not reveal every refund: see `OrderReply.refunded`."""

    id: Id
    quantity: Count
    product_id: MaybeId = None
    variant_id: MaybeId = None
    sku: Text = ""
    title: Text = ""
    variant_title: Text = ""
    name: Text = ""
    price: MaybeAmount = None
    fulfillable_quantity: MaybeCount = None
    fulfillment_service: Text = ""
    fulfillment_status: Word = ""
    requires_shipping: Annotated[bool, BeforeValidator(lambda value: True if value is None else value)] = True
    gift_card: Flag = False
    tip_payment_gateway: Text = ""
    tip_payment_method: Text = ""
    removed_quantity: Annotated[Count, BeforeValidator(lambda value: value or 0)] = 0
    refunded_quantity: Annotated[Count, BeforeValidator(lambda value: value or 0)] = 0
    image_src: Text = ""
    properties: Annotated[tuple[NamedText, ...], NullIsEmpty] = ()
    is_post_purchase_item: Flag = False

    @field_validator("fulfillment_status")
    @classmethod
    def _unfulfilled_is_blank(cls, status: str) -> str:
        return "" if status == "unfulfilled" else status

    @property
    def is_tip(self) -> bool:
        """Whether the line is a tip, which nobody sends."""
        return bool(self.tip_payment_gateway or self.tip_payment_method)

    @property
    def needs_parcel(self) -> bool:
        """Whether somebody has to send the line: neither a tip, nor a gift card, nor without shipping."""
        return self.requires_shipping and not self.gift_card and not self.is_tip


class FulfilledLine(Reply):
    """How many of one order line a fulfilment carries; `id` is the order line's."""

    id: Id
    quantity: Count

    @model_validator(mode="before")
    @classmethod
    def _order_line_id(cls, raw: Any) -> Any:
        if isinstance(raw, Mapping) and raw.get("line_item_id"):
            return {**raw, "id": raw["line_item_id"]}
        return raw


class FulfillmentReply(Reply):
    """One fulfilment. `line_items` is None where the store did not say (inside an order it need not)."""

    id: Id
    status: Annotated[Word, Field(min_length=1)]
    order_id: MaybeId = None
    name: Text = ""
    service: Text = ""
    shipment_status: Word = ""
    tracking_company: Text = ""
    tracking_numbers: tuple[str, ...] = ()
    tracking_urls: tuple[str, ...] = ()
    notify_customer: bool | None = None
    line_items: tuple[FulfilledLine, ...] | None = None
    created_at: When = None
    updated_at: When = None

    @model_validator(mode="before")
    @classmethod
    def _numbers_and_urls(cls, raw: Any) -> Any:
        if not isinstance(raw, Mapping):
            return raw
        return {
            **raw,
            "tracking_numbers": _one_and_many(raw, "tracking_number", "tracking_numbers"),
            "tracking_urls": _one_and_many(raw, "tracking_url", "tracking_urls"),
        }


def _one_and_many(raw: Mapping[str, Any], one: str, many: str) -> tuple[str, ...]:
    several = raw.get(many)
    told = [raw.get(one), *(several if isinstance(several, list | tuple) else [several])]
    return tuple(dict.fromkeys(filter(None, (plain_text(text).strip() for text in told))))


class RefundedLine(Reply):
    """How many of one order line were refunded; only `cancel` as `restock_type` lowers `fulfillable_quantity`."""

    line_item_id: Id
    quantity: Count
    restock_type: Word = ""

    @model_validator(mode="before")
    @classmethod
    def _line_of_item(cls, raw: Any) -> Any:
        if isinstance(raw, Mapping) and not raw.get("line_item_id") and isinstance(raw.get("line_item"), Mapping):
            return {**raw, "line_item_id": raw["line_item"].get("id")}
        return raw


class RefundTransaction(Reply):
    """Money that moved with a refund, in the transaction's own currency where it names one."""

    id: MaybeId = None
    kind: Word = ""
    status: Word = ""
    gateway: Text = ""
    currency: Text = ""
    amount: MaybeAmount = None

    @model_validator(mode="before")
    @classmethod
    def _own_currency(cls, raw: Any) -> Any:
        if not isinstance(raw, Mapping) or raw.get("amount") in (None, "") or not raw.get("currency"):
            return raw
        return {**raw, "amount": to_money(raw["amount"], str(raw["currency"]).strip().upper())}


class RefundReply(Reply):
    """One refund: lines given back, and the money that moved."""

    id: Id
    created_at: When = None
    refund_line_items: Annotated[tuple[RefundedLine, ...], NullIsEmpty] = ()
    transactions: Annotated[tuple[RefundTransaction, ...], NullIsEmpty] = ()

    @property
    def amounts(self) -> tuple[Money, ...]:
        """What was paid back, transaction by transaction."""
        return tuple(moved.amount for moved in self.transactions if moved.amount is not None)


def _tag_list(value: Any) -> tuple[str, ...]:
    told = value if isinstance(value, list | tuple) else plain_text(value).split(",")
    return tuple(filter(None, (plain_text(tag).strip() for tag in told)))


class OrderReply(Reply):
    """One order of the store; all its amounts are in `currency`."""

    id: Id
    name: Annotated[Text, Field(min_length=1)]
    number: Annotated[MaybeCount, Field(validation_alias="order_number")] = None
    email: Text = ""
    phone: Text = ""
    created_at: Moment
    updated_at: Moment
    processed_at: When = None
    cancelled_at: When = None
    cancel_reason: Text = ""
    closed_at: When = None
    financial_status: Annotated[Word, Field(min_length=1)]
    fulfillment_status: Word = ""
    chargeback_status: Word = ""
    is_risk: Flag = False
    currency: str
    total: Annotated[Amount, Field(validation_alias="total_price")]
    note: Text = ""
    note_attributes: Annotated[tuple[NamedText, ...], NullIsEmpty] = ()
    tags: Annotated[tuple[str, ...], BeforeValidator(_tag_list)] = ()
    customer_locale: Text = ""
    is_in_post_purchase: Flag = False
    post_purchase_timeout_at: When = None
    shipping_address: ShippingAddress | None = None
    line_items: tuple[LineItem, ...]
    fulfillments: Annotated[tuple[FulfillmentReply, ...], NullIsEmpty] = ()
    refunds: Annotated[tuple[RefundReply, ...], NullIsEmpty] = ()

    @model_validator(mode="before")
    @classmethod
    def _either_spelling(cls, raw: Any) -> Any:
        if not isinstance(raw, Mapping):
            return raw
        # Real replies were read under both names.
        known = raw.get("cancelled_at")
        return {**raw, "cancelled_at": raw.get("cancel_at") if known in (None, "", 0) else known}

    @field_validator("fulfillment_status")
    @classmethod
    def _unfulfilled_is_blank(cls, status: str) -> str:
        return "" if status == "unfulfilled" else status

    @field_validator("shipping_address")
    @classmethod
    def _blank_is_missing(cls, address: ShippingAddress | None) -> ShippingAddress | None:
        return address if address is not None and any(address.model_dump().values()) else None

    @property
    def payment(self) -> FinancialStatus | None:
        """The payment word if it is a known one; None is unknown and must never be taken for paid."""
        known = {status.value: status for status in FinancialStatus}
        return known.get(self.financial_status)

    @property
    def reachable_phone(self) -> str:
        """The phone of the shipping address, else the order's own."""
        return (self.shipping_address.phone if self.shipping_address else "") or self.phone

    def refunded(self, line_id: str) -> int:
        """Returns how many of a line were refunded, over all refunds and whatever their restock type."""
        return sum(
            line.quantity
            for refund in self.refunds
            for line in refund.refund_line_items
            if line.line_item_id == line_id
        )

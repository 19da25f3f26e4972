"""The facts of an order that decide where it stands, and the words for the outcome. Plain values, no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from flows.values import AliStatus


class Tab(StrEnum):
    """Where an order stands, in the words of the merchant's own screen."""

    PENDING = "pending"
    AWAITING_ORDER = "awaiting-order"
    AWAITING_PAYMENT = "awaiting-payment"
    AWAITING_SHIPMENT = "awaiting-shipment"
    FULFILLED = "fulfilled"
    FAILED = "failed"
    CANCELED = "canceled"


class PushMode(StrEnum):
    """What happens to a tracking number that is ready: nothing, it waits for the first yes, or it goes out."""

    OFF = "off"
    FIRST = "first"
    ON = "on"


class Why(StrEnum):
    """Why an order is not done; bot/wording.py has the sentence for each."""

    NOT_PAID = "not_paid"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    DELETED = "deleted"
    NOTHING_LEFT = "nothing_left"
    UNKNOWN_PAYMENT = "unknown_payment"
    POST_PURCHASE = "post_purchase"
    RISKY = "risky"
    CHARGEBACK = "chargeback"
    NOT_BOUGHT = "not_bought"
    OLD_APP = "old_app"
    BEFORE_DROPFERRY = "before_dropferry"
    READY_TO_BUY = "ready_to_buy"
    HELD = "held"
    PERHAPS_PLACED = "perhaps_placed"
    NOT_READ = "not_read"
    UNPAID = "unpaid"
    PAYMENT_CHECK = "payment_check"
    TO_SHIP = "to_ship"
    NO_NUMBER = "no_number"
    PART_OPEN = "part_open"
    PUSH_OFF = "push_off"
    PUSH_FIRST = "push_first"
    PUSH_NEXT = "push_next"
    ALI_CANCELED = "ali_canceled"
    ALI_CANCELLING = "ali_cancelling"
    ALI_EXPIRED = "ali_expired"
    ALI_CLOSED = "ali_closed"
    ALI_REFUNDED = "ali_refunded"
    ALI_MISSING = "ali_missing"
    PAGE_TROUBLE = "page_trouble"
    ODD_NUMBER = "odd_number"
    UNCLEAR_PARCEL = "unclear_parcel"
    UNKNOWN_CONTENTS = "unknown_contents"
    REFUSED = "refused"
    STUCK = "stuck"


class Warn(StrEnum):
    """What is worth a look although the order goes its way."""

    MONEY_AT_STAKE = "money_at_stake"
    DO_NOT_PAY = "do_not_pay"
    PERHAPS_AT_STAKE = "perhaps_at_stake"
    ADDRESS_CHANGED = "address_changed"
    FEWER_WANTED = "fewer_wanted"
    MORE_WANTED = "more_wanted"
    CHARGEBACK_OPEN = "chargeback_open"
    REFUND_ON_ALI = "refund_on_ali"
    IN_DISPUTE = "in_dispute"
    NO_NUMBER_LONG = "no_number_long"
    NO_SCAN_LONG = "no_scan_long"
    NO_EVENT_LONG = "no_event_long"
    RETURNED = "returned"
    PROTECTION_ENDS = "protection_ends"
    FURTHER_PARCEL = "further_parcel"


@dataclass(frozen=True, slots=True)
class Said:
    """A reason or a warning with what its sentence needs."""

    code: Why | Warn
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ParcelFacts:
    """One parcel as far as it was read; times are UTC."""

    number: str | None = None
    number_seen_at: datetime | None = None
    last_event_at: datetime | None = None
    scans: int = 0
    delivered: bool = False
    returned: bool = False


@dataclass(frozen=True, slots=True)
class AliFacts:
    """One AliExpress order that a line was bought with; `status` is None until a sync has read it.

    `sent_to` is the buyer's address when it was ordered, where that is another one than the buyer's now; `link` is
    where on AliExpress it can be paid or cancelled.
    """

    number: str
    status: AliStatus | None = None
    refund_note: str | None = None
    paid_on: date | None = None
    pay_deadline: datetime | None = None
    protected_until: date | None = None
    missing: bool = False
    trouble: str | None = None
    parcels: tuple[ParcelFacts, ...] = ()
    sent_to: str | None = None
    link: str = ""


@dataclass(frozen=True, slots=True)
class PurchaseFacts:
    """A purchase that has no AliExpress number yet: whether its button may have been pressed, and what holds it."""

    perhaps_placed: bool = False
    hold: str | None = None
    hold_data: Mapping[str, Any] = field(default_factory=dict)
    waits: bool = True


@dataclass(frozen=True, slots=True)
class LineFacts:
    """One line item: quantities in the store, what it was bought with, and what stands in its way.

    `ordered_for` is how many were wanted when it was ordered, where that is another number than now.
    """

    position: int
    quantity: int
    refunded: int = 0
    fulfilled: int = 0
    ours: bool = True
    removed: bool = False
    old_app: bool = False
    mapped: bool = False
    variant: str = ""
    purchases: tuple[PurchaseFacts, ...] = ()
    bought: tuple[AliFacts, ...] = ()
    ready: tuple[str, ...] = ()
    further: tuple[str, ...] = ()
    trouble: Said | None = None
    ordered_for: int | None = None

    @property
    def wanted(self) -> int:
        """How many of it the buyer is to get; one taken off the order is nothing that is waited for."""
        return 0 if self.removed else max(0, self.quantity - self.refunded)


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """One store order with all that decides its tab."""

    name: str
    shop: str
    financial_status: str
    lines: tuple[LineFacts, ...]
    cancelled: bool = False
    deleted: bool = False
    chargeback: str = ""
    risky: bool = False
    waits_until: datetime | None = None
    before_dropferry: bool = False
    push: PushMode = PushMode.OFF
    address: str = ""

    @property
    def disputed(self) -> bool:
        """Whether the buyer disputes the payment, or has got it back that way; an unknown word counts as a dispute."""
        return self.chargeback not in ("", "none", "won")


@dataclass(frozen=True, slots=True)
class Standing:
    """The tab of an order, why it is not further (None when done), and what is worth a look."""

    tab: Tab
    why: Said | None
    warnings: tuple[Said, ...] = ()

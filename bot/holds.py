"""Why a purchase is held back before its press, and which of these a merchant may lift. Plain words, no I/O."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from flows.errors import Reason


class Hold(StrEnum):
    """A cause of our own; what a page says is a `Reason` of flows/errors.py."""

    OVER_ORDER = "over_order"
    OVER_RUN = "over_run"
    OVER_DAY = "over_day"
    TOO_MANY = "too_many"
    OTHER_CURRENCY = "other_currency"
    PRICE_DRIFT = "price_drift"
    LOW_MARGIN = "low_margin"
    NO_RATE = "no_rate"
    FIRST_LOOK = "first_look"
    PERHAPS_BOUGHT = "perhaps_bought"
    OTHER_HOME = "other_home"
    STORE_CHANGED = "store_changed"
    ADDRESS = "address"
    UNPROVEN_METHOD = "unproven_method"
    OUTCOME_UNKNOWN = "outcome_unknown"
    BY_PERSON = "by_person"


@dataclass(frozen=True, slots=True)
class Held:
    """A cause with both values, as its sentence needs them."""

    code: str
    data: dict[str, Any] = field(default_factory=dict)


# A merchant may lift these; the value is what `dropferry approve` writes down for it.
LIFTABLE = frozenset(
    {
        Hold.OVER_ORDER,
        Hold.PRICE_DRIFT,
        Hold.LOW_MARGIN,
        Hold.NO_RATE,
        Hold.FIRST_LOOK,
        Hold.PERHAPS_BOUGHT,
        Hold.STORE_CHANGED,
    }
)
# These may be gone by themselves at the next run, so it looks again without being asked.
PASSING = frozenset(
    {Hold.OVER_RUN, Hold.OVER_DAY, Hold.TOO_MANY, Hold.OTHER_HOME, Hold.UNPROVEN_METHOD, Hold.ADDRESS}
) | {Reason.SOLD_OUT, Reason.PAYS_AT_ONCE}
# An order with these waits in Awaiting Order; any other cause needs a person and is Failed.
WAITING = PASSING | {Hold.FIRST_LOOK, Hold.BY_PERSON}

"""What a merchant can set about buying: caps, which payment methods are safe, and from when on the robot may buy."""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from bot.config_base import Settings
from bot.config_errors import BadKey
from bot.language import _, mark
from flows.amounts import digits_of


def _amount(value: Any) -> Decimal:
    """An amount as TOML writes it: 20, 20.5 or "20.50"; a yes is no amount."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise BadKey(_("this is no amount"), _("write it as 20.50"))
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        raise BadKey(_("{value!r} is no amount").format(value=value), _("write it as 20.50")) from None
    if not amount.is_finite() or amount < 0:
        raise BadKey(_("{value!r} is no amount").format(value=value), _("write it as 20.50"))
    return amount


# Who does what when something is bought; see bot/rungs.py.
Rung = Literal["auto", "robot", "fill", "record"]
Amount = Annotated[Decimal, BeforeValidator(_amount)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


def minor(amount: Decimal, currency: str) -> int:
    """An amount in whole minor units of its currency; what is below the unit is cut off, so a cap is never raised."""
    return int(amount.scaleb(digits_of(currency)))


class Limits(Settings):
    """How much may be spent with one account, in its currency. Without all three caps nothing is bought."""

    per_order: Amount = Field(
        default=Decimal(0), description=mark("most for one purchase with shipping and tax; 0: not set")
    )
    per_run: Amount = Field(default=Decimal(0), description=mark("most for one run of dropferry place; 0: not set"))
    per_day: Amount = Field(default=Decimal(0), description=mark("most in a day by UTC; 0: not set"))
    per_hour: int = Field(default=30, ge=1, description=mark("most purchases in an hour that nobody watches"))

    @property
    def are_set(self) -> bool:
        """Whether all three caps are there."""
        return all((self.per_order, self.per_run, self.per_day))


class Buying(Settings):
    """When the robot holds a purchase back, and for how long it keeps what it saw."""

    wait_minutes: int = Field(
        default=10, ge=0, description=mark("minutes to wait after payment, for buyers who regret")
    )
    drift_percent: Amount = Field(
        default=Decimal(10), description=mark("most that a price may be above the mapped cost")
    )
    least_margin_percent: Amount = Field(
        default=Decimal(0), description=mark("least that must be left of the sale price, in percent; 0: not checked")
    )
    stop_after_unknown: int = Field(default=1, ge=1, description=mark("so many unknown outcomes end a run"))
    evidence_days: int = Field(default=90, ge=1, description=mark("days for which pictures of each press are kept"))
    person_wait_minutes: int = Field(
        default=15,
        ge=1,
        description=mark("minutes that a prepared page of a pay run waits for you, to press and to pay"),
    )

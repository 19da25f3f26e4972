"""How ShopBase writes ids, times, amounts and words, and how each is read (all variants were seen in real clients).

Every reader takes what JSON gave (numbers with a point arrive as Decimal) and answers one form, or raises ValueError.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache
from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationInfo

from flows.values import Money

# Seconds reach this only in the year 5138, milliseconds did in 1973.
_MILLISECONDS_FROM = 100_000_000_000
_MOST_MINOR = 2**63 - 1
_NEVER = ("", "0", "null", "0001-01-01T00:00:00Z")


def _exact(value: Any, kind: str) -> Decimal:
    text = str(value).strip() if isinstance(value, int | Decimal | str) and not isinstance(value, bool) else ""
    try:
        number = Decimal(text)
    except InvalidOperation as wrong:
        raise ValueError(f"{value!r} is not {kind}") from wrong
    if not number.is_finite() or number.adjusted() > 18:
        raise ValueError(f"{value!r} is not {kind}")
    return number


def whole_number(value: Any) -> int:
    """Reads a count or an id written as number or digits; 2.0 is 2, anything with a fraction is refused."""
    number = _exact(value, "a whole number")
    if number != number.to_integral_value():
        raise ValueError(f"{value!r} is not a whole number")
    return int(number)


def id_text(value: Any) -> str:
    """Reads an id as text: 1000000406421124 and "1000000406421124" alike; 0 is no id."""
    number = whole_number(value)
    if number <= 0:
        raise ValueError(f"{value!r} is not an id")
    return str(number)


def id_or_none(value: Any) -> str | None:
    """Reads an id that may be absent: custom items have the variant id 0."""
    return None if value in (None, "", 0, "0") else id_text(value)


def utc_time(value: Any) -> datetime | None:
    """Reads an ISO 8601 text, unix seconds or milliseconds as an aware UTC time; 0, "" and null are None.

    A text without an offset is UTC. Go's zero time (year 1) is None.
    """
    if value is None or (isinstance(value, str) and value.strip() in _NEVER):
        return None
    if isinstance(value, str) and not value.strip().isdecimal():
        moment = datetime.fromisoformat(value.strip())
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        return None if moment.year == 1 else moment
    seconds = _exact(value, "a time")
    if seconds <= 0:
        return None
    try:
        return datetime.fromtimestamp(float(seconds / 1000 if seconds >= _MILLISECONDS_FROM else seconds), UTC)
    except (OverflowError, OSError, ValueError) as wrong:
        raise ValueError(f"{value!r} is not a time") from wrong


@cache
def minor_digits(currency: str) -> int:
    """Returns how many digits the minor unit of a currency has: USD 2, JPY 0, KWD 3; unknown codes are refused."""
    from babel.numbers import get_currency_precision, is_currency

    if not is_currency(currency):
        raise ValueError(f"unknown currency {currency!r}")
    return get_currency_precision(currency)


def to_money(value: Any, currency: str) -> Money:
    """Reads 19.95, "19.95" or {"amount": …} in `currency` as whole minor units; halves of a unit are rounded up.

    Amounts are sums of floats on ShopBase's side (30.000000000000004), so digits beyond the unit are rounding noise.
    """
    if isinstance(value, Mapping):
        stated = value.get("currency") or value.get("currency_code")
        if stated and str(stated).upper() != currency:
            raise ValueError(f"amount in {stated}, expected {currency}")
        value = value.get("amount")
    minor = _exact(value, "an amount").scaleb(minor_digits(currency)).quantize(Decimal(1), ROUND_HALF_UP)
    if abs(minor) > _MOST_MINOR:
        raise ValueError(f"{value!r} is not an amount")
    return Money(minor=int(minor), currency=currency)


def _in_order_currency(value: Any, info: ValidationInfo) -> Money:
    context = info.context or {}
    return value if isinstance(value, Money) else to_money(value, context["currency"])


def _optional_in_order_currency(value: Any, info: ValidationInfo) -> Money | None:
    return None if value in (None, "") else _in_order_currency(value, info)


def plain_text(value: Any) -> str:
    """Reads a text that may be null, a number or, for custom properties, a list or an object."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, list | dict | bool) else str(value)


def word(value: Any) -> str:
    """Reads a status word: null and "" alike are "", letters are lower case, an unknown word is kept."""
    return plain_text(value).strip().lower()


def yes_no(value: Any) -> bool:
    """Reads a flag; null is False."""
    if value is None or isinstance(value, bool):
        return bool(value)
    if str(value).strip().lower() in {"0", "", "false"}:
        return False
    if str(value).strip().lower() in {"1", "true"}:
        return True
    raise ValueError(f"{value!r} is neither true nor false")


def list_or_empty(value: Any) -> Any:
    """Reads null as an empty list."""
    return () if value is None else value


Id = Annotated[str, BeforeValidator(id_text)]
MaybeId = Annotated[str | None, BeforeValidator(id_or_none)]
Count = Annotated[int, BeforeValidator(whole_number)]
MaybeCount = Annotated[int | None, BeforeValidator(lambda value: None if value is None else whole_number(value))]
When = Annotated[datetime | None, BeforeValidator(utc_time)]
Moment = Annotated[datetime, BeforeValidator(utc_time)]
Amount = Annotated[Money, BeforeValidator(_in_order_currency)]
MaybeAmount = Annotated[Money | None, BeforeValidator(_optional_in_order_currency)]
Text = Annotated[str, BeforeValidator(plain_text)]
Word = Annotated[str, BeforeValidator(word)]
Flag = Annotated[bool, BeforeValidator(yes_no)]

"""The caps and checks that stand between a quote and a press. Pure: facts in, a cause or nothing out."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.config_buying import Buying, Limits, minor
from bot.holds import Held, Hold
from bot.money import decimal_text
from bot.pricing import margin_percent
from flows.values import Money


@dataclass(frozen=True, slots=True)
class Spent:
    """What has gone out already with an account, in minor units of its currency.

    `hour` counts what the robot has pressed; where a person presses it holds nothing back.
    """

    run: int = 0
    day: int = 0
    hour: int = 0


@dataclass(frozen=True, slots=True)
class Offer:
    """A quote beside the mapped cost of all units (None: none is mapped) and what the buyer paid for the line."""

    total: Money
    items: Money
    expected: Money | None
    sale: Money


Approved = Mapping[str, Any]


def check(
    offer: Offer,
    *,
    currency: str,
    limits: Limits,
    buying: Buying,
    spent: Spent,
    rates: Mapping[str, Decimal],
    approved: Approved,
) -> Held | None:
    """The first cause to hold the purchase, with both values; None lets it through.

    A cause that the merchant approved is not held again unless the amount has grown beyond what was approved.
    """
    total = offer.total
    if total.currency != currency:
        return Held(Hold.OTHER_CURRENCY, {"asked": currency, "found": total.currency})
    if total.minor > minor(limits.per_order, currency) and not _covers(approved, Hold.OVER_ORDER, total.minor):
        return Held(Hold.OVER_ORDER, _both(minor(limits.per_order, currency), total))
    for code, before, cap in (
        (Hold.OVER_RUN, spent.run, limits.per_run),
        (Hold.OVER_DAY, spent.day, limits.per_day),
    ):
        if before + total.minor > minor(cap, currency):
            return Held(code, {**_both(minor(cap, currency), total), "before": decimal_text(before, currency)})
    if spent.hour >= limits.per_hour:
        return Held(Hold.TOO_MANY, {"asked": limits.per_hour, "found": spent.hour})
    return _drift(offer, buying, approved) or _margin(offer, buying, rates, approved)


def _drift(offer: Offer, buying: Buying, approved: Approved) -> Held | None:
    expected = offer.expected
    if expected is None:
        return None
    if expected.currency != offer.items.currency:
        return Held(Hold.OTHER_CURRENCY, {"asked": expected.currency, "found": offer.items.currency})
    most = int(Decimal(expected.minor) * (100 + buying.drift_percent) / 100)
    if offer.items.minor <= most or _covers(approved, Hold.PRICE_DRIFT, offer.items.minor):
        return None
    return Held(
        Hold.PRICE_DRIFT,
        {**_both(expected.minor, offer.items), "percent": str(buying.drift_percent), "found_minor": offer.items.minor},
    )


def _margin(offer: Offer, buying: Buying, rates: Mapping[str, Decimal], approved: Approved) -> Held | None:
    if not buying.least_margin_percent:
        return None
    total = offer.total.minor
    left = margin_percent(offer.sale, offer.total, rates)
    if left is None:
        pair = f"{offer.total.currency}/{offer.sale.currency}"
        no_rate = Held(Hold.NO_RATE, {"pair": pair, "found_minor": total})
        return None if _covers(approved, Hold.NO_RATE, total) else no_rate
    if left >= buying.least_margin_percent or _covers(approved, Hold.LOW_MARGIN, total):
        return None
    least = str(buying.least_margin_percent)
    return Held(Hold.LOW_MARGIN, {"asked": least, "found": str(left), "found_minor": total})


def _covers(approved: Approved, code: Hold, amount: int) -> bool:
    """Whether an approval reaches this far: it holds for the amount that was shown, or for the one that was named."""
    return code in approved and amount <= int(approved[code])


def _both(asked: int, found: Money) -> dict[str, Any]:
    currency = found.currency
    return {
        "asked": f"{decimal_text(asked, currency)} {currency}",
        "found": f"{decimal_text(found.minor, currency)} {currency}",
        "found_minor": found.minor,
    }

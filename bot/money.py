"""Amounts as people write them: whole minor units inside, decimal text outside."""

from decimal import Decimal

from flows.amounts import digits_of
from flows.values import Money


def decimal_text(minor: int, currency: str) -> str:
    """An amount as plain decimal text: 13274 BRL is "132.74"."""
    digits = digits_of(currency)
    return f"{Decimal(minor).scaleb(-digits):.{digits}f}"


def money_text(amount: Money) -> str:
    """An amount with its currency: "132.74 BRL"."""
    return f"{decimal_text(amount.minor, amount.currency)} {amount.currency}"

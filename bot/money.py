"""Amounts as people write them: whole minor units inside, decimal text outside."""

from decimal import Decimal

from bot.language import spoken
from flows.amounts import digits_of
from flows.values import Money


def decimal_text(minor: int, currency: str) -> str:
    """An amount as plain decimal text: 13274 BRL is "132.74"."""
    digits = digits_of(currency)
    return f"{Decimal(minor).scaleb(-digits):.{digits}f}"


def money_text(amount: Money) -> str:
    """An amount with its currency, as the merchant's language writes it: "132.74 BRL", in Vietnamese "132,74 BRL"."""
    return f"{spoken_number(decimal_text(amount.minor, amount.currency))} {amount.currency}"


def spoken_number(text: str) -> str:
    """Plain decimal text as the merchant's language writes it, digit for digit."""
    if spoken() == "en":
        return text
    from babel.numbers import format_decimal

    pattern = "#,##0." + "0" * len(text.partition(".")[2])
    return format_decimal(Decimal(text), format=pattern.rstrip("."), locale=spoken())

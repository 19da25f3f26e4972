"""Amounts as people write them, from whole minor units."""

import pytest

from bot import language
from bot.money import decimal_text, money_text
from flows.values import Money


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (13274, "BRL", "132.74"),
        (5, "USD", "0.05"),
        (0, "USD", "0.00"),
        (-50, "EUR", "-0.50"),
        (1200, "JPY", "1200"),
        (250000, "VND", "250000"),
        (1234, "KWD", "1.234"),
        (9007199254740993, "USD", "90071992547409.93"),
    ],
)
def test_amounts(minor: int, currency: str, text: str) -> None:
    """An amount has as many digits as its currency, exact beyond 2^53 and without grouping."""
    assert text == decimal_text(minor, currency)
    assert f"{text} {currency}" == money_text(Money(minor=minor, currency=currency))


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (13274, "BRL", "132,74 BRL"),
        (-50, "EUR", "-0,50 EUR"),
        (250000, "VND", "250.000 VND"),
        (1234, "KWD", "1,234 KWD"),
        (9007199254740993, "USD", "90.071.992.547.409,93 USD"),
    ],
)
def test_vietnamese_amounts(minor: int, currency: str, text: str) -> None:
    """Vietnamese has a comma where English has a point, and groups the thousands; not a digit is lost."""
    language.use("vi")
    try:
        assert text == money_text(Money(minor=minor, currency=currency))
    finally:
        language.use("en")

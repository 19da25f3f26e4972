"""Amounts and days as pages write them: what is surely known, and what is refused."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.amounts import read_money, read_price
from flows.dates import read_day
from flows.errors import PageChanged
from flows.values import Money


@pytest.mark.parametrize(
    ("info", "currency", "minor"),
    [
        ("R$132,74|132|74", "BRL", 13274),
        ("R$1.234,56|1.234|56", "BRL", 123456),
        ("JP¥1,234|1,234|", "JPY", 1234),
        ("KWD 1.234|1|234", "KWD", 1234),
        ("US $0.99|0|99", "USD", 99),
        ("12,5 €|12|5", "EUR", 1250),
        ("COP12.345|12.345|", "COP", 1234500),
    ],
)
def test_price_info_is_read(info: str, currency: str, minor: int) -> None:
    """Proves that the parts give whole minor units, their number of digits being the currency's."""
    assert Money(minor=minor, currency=currency) == read_money("page", "total", info, None, currency)


@pytest.mark.parametrize(
    ("text", "money"),
    [
        ("R$132,74", Money(minor=13274, currency="BRL")),
        ("US $1,234.56", Money(minor=123456, currency="USD")),
        ("1 234,56 €", Money(minor=123456, currency="EUR")),
        ("1.234.567 ₫", Money(minor=1234567, currency="VND")),
        ("₩12,300", Money(minor=12300, currency="KRW")),
        ("AU $12.30", Money(minor=1230, currency="AUD")),
        ("KWD 1,234.567", Money(minor=1234567, currency="KWD")),
        ("SAR 12.50", Money(minor=1250, currency="SAR")),
    ],
)
def test_drawn_price_is_read(text: str, money: Money) -> None:
    """Proves that a price with its sign alone is read in any grouping."""
    assert money == read_price("page", "total", text)


@pytest.mark.parametrize(
    "text",
    [
        "KWD 1.234",
        "$1.234,5.6",
        "¥123",
        "12.34",
        "-R$5,66",
        "Free shipping",
        "",
        "X$ 3.00",
        "JP¥12.5",
        "$ 1 $ 2",
        "$1.2345",
    ],
)
def test_ambiguous_price_is_refused(text: str) -> None:
    """Proves that a price that can be read in two ways, or in no known currency, is an error and no guess."""
    with pytest.raises(PageChanged):
        read_price("page", "total", text)


@given(st.integers(0, 10**9), st.sampled_from(["BRL", "USD", "JPY", "KWD", "VND"]))
def test_price_info_survives_the_way(minor: int, currency: str) -> None:
    """Proves that every amount written as AliExpress writes it comes back as the same minor units."""
    places = {"BRL": 2, "USD": 2, "JPY": 0, "KWD": 3, "VND": 0}[currency]
    whole, decimals = divmod(minor, 10**places)
    cents = f"{decimals:0{places}d}" if places else ""
    info = f"{currency} {whole}.{cents}|{whole}|{cents}"
    assert Money(minor=minor, currency=currency) == read_money("page", "total", info, None, currency)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Sep 1, 2026", date(2026, 9, 1)),
        ("17 de abr. de 2026", date(2026, 4, 17)),
        ("1. März 2026", date(2026, 3, 1)),
        ("2026년 9월 1일", date(2026, 9, 1)),
        ("01.09.2026", date(2026, 9, 1)),
        ("2026-09-01", date(2026, 9, 1)),
        (None, None),
        ("", None),
    ],
)
def test_days_are_read(text: str | None, day: date | None) -> None:
    """Proves that days in several languages are read, and that no text is no day."""
    assert day == read_day("page", "date", text)


@pytest.mark.parametrize("text", ["01/09/2026", "Feb 30, 2026", "Smarch 1, 2026", "2026", "Sep 1", "1 lis 2026 2027"])
def test_day_that_is_not_sure_is_refused(text: str) -> None:
    """Proves that a day whose month cannot be told, or that does not exist, is an error."""
    with pytest.raises(PageChanged):
        read_day("page", "date", text)

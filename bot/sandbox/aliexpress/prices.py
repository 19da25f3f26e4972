"""Amounts as the pages write them: "R$1.234,56", with the three parts of `formatPriceInfo`."""

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class _Style:
    symbol: str
    digits: int = 2
    point: str = "."
    thousands: str = ","
    before: bool = True


_STYLES = {
    "BRL": _Style("R$", point=",", thousands="."),
    "USD": _Style("$"),
    "EUR": _Style("€", point=",", thousands=".", before=False),
    "GBP": _Style("£"),
    "CAD": _Style("C$"),
    "AUD": _Style("AU$"),
    "MXN": _Style("MX$"),
    "PLN": _Style("zł", point=",", thousands=" ", before=False),
    "JPY": _Style("￥", digits=0),
    "KRW": _Style("₩", digits=0),
    "VND": _Style("₫", digits=0, point=",", thousands=".", before=False),
    "KWD": _Style("KWD", digits=3),
}

UNKNOWN_CURRENCY = "QQQ"


@dataclass(frozen=True)
class Price:
    """One amount written out: its text and the text with its whole and its decimal part behind bars."""

    text: str
    info: str


def written(minor: int, currency: str) -> Price:
    """An amount in minor units as its currency is written: 13274 BRL is "R$132,74" and "R$132,74|132|74"."""
    style = _style(currency)
    whole, decimals = divmod(minor, 10**style.digits)
    grouped = f"{whole:,}".replace(",", style.thousands)
    fraction = f"{decimals:0{style.digits}d}" if style.digits else ""
    number = f"{grouped}{style.point}{fraction}" if fraction else grouped
    text = f"{style.symbol}{number}" if style.before else f"{number}{style.symbol}"
    return Price(text, f"{text}|{grouped}|{fraction}")


def minor_digits(currency: str) -> int:
    """How many decimals a currency is written with."""
    return _style(currency).digits


def format_rules(currency: str) -> str:
    """How a currency is written, as the pages are told it (`global_price_local_config`)."""
    style = _style(currency)
    side = {
        "currencySymbol": style.symbol,
        "currencySymbolAndPriceAddBlank": False,
        "currencySymbolPosition": "front" if style.before else "back",
        "decimalPointChar": style.point,
        "showDecimal": style.digits > 0,
        "thousandsChar": style.thousands,
    }
    rules = {"from": side, "roundOffZero": False, "separatorStr": " - ", "single": side, "to": side}
    return json.dumps({**rules, "useful": True, "version": "v1"}, ensure_ascii=False)


def _style(currency: str) -> _Style:
    return _STYLES.get(currency, _Style(f"{currency} "))

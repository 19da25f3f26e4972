"""Amounts of money as AliExpress writes them, turned into whole minor units; an ambiguous one is an error."""

import re
import unicodedata
from functools import cache

from flows.errors import PageChanged
from flows.selector_files import load
from flows.values import Money

GROUPED = re.compile(r"^\d{1,3}(?:[.,'’\s]\d{2,3})*$")
WHOLE = re.compile(rf"{GROUPED.pattern}|^\d+$")
SEPARATORS = re.compile(r"[.,'’\s]")


def read_money(page: str, element: str, price_info: str | None, text: str | None, currency: str | None) -> Money:
    """Money from `formatPriceInfo` ("R$132,74|132|74"), else from a text ("R$132,74") of a known currency.

    Raises PageChanged for an unknown currency and for a text that can be read in two ways ("KWD 1.234").
    """
    if currency is None or not _known(currency):
        raise PageChanged(page, f"{element}: currency", f"unknown: {currency}")
    if price_info:
        return Money(minor=_from_parts(page, element, price_info, currency), currency=currency)
    return _from_text(page, element, text, currency)


def read_price(page: str, element: str, text: str | None) -> Money:
    """Money from a text alone, its currency told by the sign that AliExpress prints ("R$132,74" is BRL)."""
    return _from_text(page, element, text, None)


def digits_of(currency: str) -> int:
    """How many minor digits a currency has: BRL 2, JPY 0, KWD 3."""
    from babel.numbers import get_currency_precision

    return get_currency_precision(currency)


def _from_parts(page: str, element: str, price_info: str, currency: str) -> int:
    parts = [_plain(part) for part in price_info.split("|")]
    places = digits_of(currency)
    if len(parts) != 3 or not WHOLE.match(parts[1]) or not re.match(r"^\d*$", parts[2]):
        raise PageChanged(page, element, f"not text|whole|decimals: {price_info:.60}")
    whole, decimals = SEPARATORS.sub("", parts[1]), parts[2]
    if re.sub(r"\D", "", parts[0]) != whole + decimals:
        raise PageChanged(page, element, f"the parts are not those of the text: {price_info:.60}")
    if whole != parts[1] and places == 3 and not decimals:
        raise PageChanged(page, element, f"can be read in two ways: {price_info:.60}")
    return _minor(page, element, whole, decimals, places)


def _from_text(page: str, element: str, text: str | None, currency: str | None) -> Money:
    from price_parser import Price

    plain = _plain(text or "")
    amount = Price.fromstring(plain).amount_text if re.search(r"\d", plain) else None
    if amount is None or plain.count(amount) != 1:
        raise PageChanged(page, element, f"not an amount: {plain:.60}" if plain else "missing")
    sign = "".join(plain.replace(amount, "").split())
    told = _signs().get(sign) or (sign if _known(sign) else None)
    if (told is None and currency is None) or (currency and sign and told not in {None, currency}):
        raise PageChanged(page, f"{element}: currency", f"unknown, or not {currency}: {plain:.60}")
    if currency and told is None and re.search(r"[\d|+*/-]", sign):
        raise PageChanged(page, element, f"not an amount: {plain:.60}")
    code = currency or str(told)
    whole, decimals = _split(page, element, amount, digits_of(code))
    return Money(minor=_minor(page, element, whole, decimals, digits_of(code)), currency=code)


def _split(page: str, element: str, amount: str, places: int) -> tuple[str, str]:
    """Whole part and decimals: two different separators tell the last one apart, a repeated one groups thousands."""
    marks = SEPARATORS.findall(amount)
    pieces = SEPARATORS.split(amount)
    if not marks:
        return amount, ""
    if len(set(marks)) > 1 and marks.count(marks[-1]) == 1 and marks[-1] in ".,":
        return "".join(pieces[:-1]), pieces[-1]
    if len(marks) == 1 and len(pieces[1]) != 3:
        return pieces[0], pieces[1]
    if len(marks) == 1 and places == 3 and marks[0] in ".,":
        raise PageChanged(page, element, f"can be read in two ways: {amount}")
    if len(set(marks)) > 1 or not GROUPED.match(amount):
        raise PageChanged(page, element, f"can be read in two ways: {amount}")
    return "".join(pieces), ""


def _minor(page: str, element: str, whole: str, decimals: str, places: int) -> int:
    if len(decimals) > places and decimals[places:].strip("0"):
        raise PageChanged(page, element, f"more decimals than the currency has: {whole}|{decimals}")
    return int(whole + decimals[:places].ljust(places, "0"))


def _plain(text: str) -> str:
    """Without direction marks, with one kind of blank, digits of any script as 0 to 9."""
    kept = (sign for sign in text if unicodedata.category(sign) != "Cf")
    ascii_digits = (str(unicodedata.digit(sign)) if sign.isdecimal() else sign for sign in kept)
    return " ".join("".join(ascii_digits).split())


def _known(currency: str) -> bool:
    from babel.numbers import is_currency

    return is_currency(currency)


@cache
def _signs() -> dict[str, str]:
    return {sign: code for code, signs in load("words").means["currency"].items() for sign in signs}

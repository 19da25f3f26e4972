"""The phone number as the form's two fields want it: country code, and national number in digits."""

import re
from collections.abc import Iterator

import phonenumbers

from bot.address.problems import Findings
from bot.language import _, mark

# aliexpress.md 13: ES 9 digits, SA 9 digits that start with 5, AR mobile 10 digits, BR 11 digits, a 9 after the DDD.
_NATIONAL = {
    "ES": (re.compile(r"\d{9}"), mark("AliExpress wants a number of {country} that has 9 digits")),
    "SA": (re.compile(r"5\d{8}"), mark("AliExpress wants a number of {country} that has 9 digits and starts with 5")),
    "AR": (re.compile(r"\d{10}"), mark("AliExpress wants a number of {country} that has 10 digits")),
    "BR": (
        re.compile(r"[1-9]\d9\d{8}"),
        mark("AliExpress wants a number of {country} that is a mobile of 11 digits: area code, then 9"),
    ),
}
_MOBILE_MARKS = {52: "1", 54: "9"}  # dialled before mobile numbers from abroad only; the forms of MX and AR want none


def compose_phone(raw: str, country: str, findings: Findings) -> tuple[str, str]:
    """The code ("+84") and the national number in digits, both empty with a problem noted where there is none."""
    example = _example(country)
    if not re.search(r"\d", raw):
        findings.add("phone", _("there is no phone number"), example)
        return "", ""
    number = _best(raw, country)
    if number is None:
        problem = _("this is no phone number of {country}, nor one with a country code").format(country=country)
        findings.add("phone", problem, example)
        return "", ""
    if number.extension:
        findings.add("phone", _("the form takes no extension"), example)
        return "", ""
    national = _without_mark(number)
    if number.country_code == phonenumbers.country_code_for_region(country) and country in _NATIONAL:
        pattern, rule = _NATIONAL[country]
        if not pattern.fullmatch(national):
            findings.add("phone", _(rule).format(country=country), example)
            return "", ""
    return f"+{number.country_code}", national


def _best(raw: str, country: str) -> "phonenumbers.PhoneNumber | None":
    """The first reading that is a number in use; else the first that has the right length."""
    readings = list(_readings(raw, country))
    for is_fit in (phonenumbers.is_valid_number, phonenumbers.is_possible_number):
        for number in readings:
            if is_fit(number):
                return number
    return None


def _readings(raw: str, country: str) -> Iterator["phonenumbers.PhoneNumber"]:
    """As written; with "00" for "+"; without a country code or trunk zero typed twice; without a mobile mark."""
    digits = re.sub(r"\D", "", raw)
    spellings = [raw, f"+{digits[2:]}"] if digits.startswith("00") else [raw]
    for spelling in spellings:
        try:
            number = phonenumbers.parse(spelling, country)
        except phonenumbers.NumberParseException:
            continue
        national = phonenumbers.national_significant_number(number)
        code = str(number.country_code)
        yield number
        yield _number(code, _without_mark(number))
        for twice in (code, f"0{code}", f"00{code}"):
            if national.startswith(twice):
                yield _number(code, national.removeprefix(twice).lstrip("0"))
        yield _number(code, national.lstrip("0"))


def _without_mark(number: "phonenumbers.PhoneNumber") -> str:
    national = phonenumbers.national_significant_number(number)
    prefix = _MOBILE_MARKS.get(number.country_code or 0)
    return national[1:] if prefix and len(national) == 11 and national.startswith(prefix) else national


def _number(code: str, national: str) -> "phonenumbers.PhoneNumber":
    return phonenumbers.PhoneNumber(country_code=int(code), national_number=int(national or "0"))


def _example(country: str) -> str:
    number = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if number else "+84901234567"

"""Post codes: how each of the main markets writes them; what is not known here goes as the buyer wrote it."""

import re
from dataclasses import dataclass

from bot.address.problems import Findings
from bot.address.spelling import latin
from bot.language import _

_CA_LETTER = "[ABCEGHJ-NPRSTV-Z]"


@dataclass(frozen=True, slots=True)
class PostCode:
    """How a country writes its post code: `pattern` over it without blanks and dashes; its groups joined by `joint`."""

    pattern: re.Pattern[str]
    joint: str
    example: str
    required: bool = True


def _code(pattern: str, example: str, joint: str = "", *, required: bool = True) -> PostCode:
    return PostCode(re.compile(pattern), joint, example, required)


def _digits(count: int, example: str, *, required: bool = True) -> PostCode:
    return _code(rf"\d{{{count}}}", example, required=required)


# Formats as the national posts publish them by the Universal Postal Union, the same that CLDR's postalCodeData held;
# the US form of AliExpress asks "E.g., 20001 or 20001-0000" (aliexpress.md 13), a real BR order shows "00000-000".
# Optional where buyers seldom know theirs, or where parts of the country have none.
POST_CODES = {
    "AR": _code(r"\d{4}|[A-Z]\d{4}[A-Z]{3}", "1425"),
    "AT": _digits(4, "1010"),
    "AU": _digits(4, "2000"),
    "BE": _digits(4, "1000"),
    "BG": _digits(4, "1000"),
    "BR": _code(r"(\d{5})(\d{3})", "01310-100", "-"),
    "BY": _digits(6, "220030"),
    "CA": _code(rf"([ABCEGHJ-NPRSTVXY]\d{_CA_LETTER})(\d{_CA_LETTER}\d)", "K1A 0B1", " "),
    "CH": _digits(4, "8001"),
    "CL": _digits(7, "8320000", required=False),
    "CN": _digits(6, "100000"),
    "CO": _digits(6, "110111", required=False),
    "CY": _digits(4, "1010"),
    "CZ": _code(r"(\d{3})(\d{2})", "110 00", " "),
    "DE": _digits(5, "10115"),
    "DK": _digits(4, "1050"),
    "DZ": _digits(5, "16000"),
    "EC": _digits(6, "170150", required=False),
    "EE": _digits(5, "10111"),
    "ES": _code(r"(?:0[1-9]|[1-4]\d|5[0-2])\d{3}", "28001"),
    "FI": _digits(5, "00100"),
    "FR": _digits(5, "75001"),
    "GB": _code(r"(GIR|[A-PR-UWYZ][A-HK-Y]?\d[\dA-HJ-NP-Z]?)(\d[ABD-HJLNP-UW-Z]{2}|0AA)", "SW1A 1AA", " "),
    "GR": _code(r"(\d{3})(\d{2})", "104 31", " "),
    "HR": _digits(5, "10000"),
    "HU": _digits(4, "1011"),
    "ID": _digits(5, "10110"),
    "IE": _code(r"([AC-FHKNPRTV-Y]\d[0-9W])([0-9AC-FHKNPRTV-Y]{4})", "D02 X285", " ", required=False),
    "IL": _code(r"\d{7}|\d{5}", "6100000"),
    "IN": _code(r"[1-9]\d{5}", "110001"),
    "IS": _digits(3, "101"),
    "IT": _digits(5, "00100"),
    "JP": _code(r"(\d{3})(\d{4})", "100-0001", "-"),
    "KR": _digits(5, "03187"),
    "KZ": _code(r"\d{6}|[A-Z]\d{2}[A-Z]\d[A-Z]\d", "050000"),
    "LK": _digits(5, "00100"),
    "LT": _digits(5, "01100"),
    "LU": _digits(4, "1009"),
    "LV": _code(r"(LV)?(\d{4})", "LV-1010", "-"),
    "MA": _digits(5, "20000", required=False),
    "MC": _code(r"980\d{2}", "98000"),
    "MT": _code(r"([A-Z]{3})(\d{4})", "VLT 1117", " "),
    "MX": _digits(5, "06000"),
    "MY": _digits(5, "50000"),
    "NL": _code(r"([1-9]\d{3})([A-Z]{2})", "1012 AB", " "),
    "NO": _digits(4, "0150"),
    "NZ": _digits(4, "6011"),
    "PE": _digits(5, "15001", required=False),
    "PH": _digits(4, "1000"),
    "PK": _digits(5, "44000"),
    "PL": _code(r"(\d{2})(\d{3})", "00-950", "-"),
    "PR": _code(r"(00[679]\d{2})(\d{4})?", "00901", "-"),
    "PT": _code(r"(\d{4})(\d{3})", "1000-001", "-"),
    "RO": _digits(6, "010011"),
    "RU": _digits(6, "101000"),
    "SA": _code(r"(\d{5})(\d{4})?", "11564", "-"),
    "SE": _code(r"(\d{3})(\d{2})", "111 20", " "),
    "SG": _digits(6, "018956"),
    "SI": _digits(4, "1000"),
    "SK": _code(r"(\d{3})(\d{2})", "811 01", " "),
    "TH": _digits(5, "10200"),
    "TN": _digits(4, "1000", required=False),
    "TR": _digits(5, "34000"),
    "TW": _code(r"\d{3}|\d{5,6}", "100"),
    "UA": _digits(5, "01001"),
    "US": _code(r"(\d{5})(\d{4})?", "20001", "-"),
    "UY": _digits(5, "11000", required=False),
    "VN": _code(r"\d{5,6}", "70000", required=False),  # six digits until 2018, and still written so
    "ZA": _digits(4, "2000"),
}


def compose_zip(raw: str, country: str, findings: Findings) -> str:
    """The post code as the country writes it; "" and a problem noted where it is wrong, or asked for and missing."""
    told = latin(raw).upper()
    rule = POST_CODES.get(country)
    if rule is None:
        return told
    bare = re.sub(r"[\s.\-\u2013]", "", told)
    if not bare:
        if rule.required:
            problem = _("there is no post code, and {country} asks for one").format(country=country)
            findings.add("zip", problem, rule.example)
        return ""
    for spelling in (bare, bare.removeprefix(country)):
        found = rule.pattern.fullmatch(spelling)
        if found:
            return _written(found, spelling, rule, country)
    problem = _("this is no post code of {country}, which are written like {example}")
    findings.add("zip", problem.format(country=country, example=rule.example), rule.example)
    return ""


def _written(found: re.Match[str], spelling: str, rule: PostCode, country: str) -> str:
    if country == "LV":
        return f"LV-{found[2]}"
    return rule.joint.join(filter(None, found.groups())) if found.groups() else spelling

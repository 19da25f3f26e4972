"""Province and city: the spellings to look for in AliExpress's lists, the surest first and "Other" last."""

import re
from collections.abc import Iterable, Iterator, Mapping

from bot.address.problems import Findings
from bot.address.region_names import NAMES_BY_CODE
from bot.address.spelling import latin
from bot.language import _

OTHER = "Other"
# aliexpress.md 13: US province and BR city not "Other". A BR city comes from its province's list, so neither is that.
NO_OTHER_PROVINCE = frozenset({"US", "BR"})
NO_OTHER_CITY = frozenset({"BR"})
ONE_CITY = {
    "SG": "Singapore",
    "HK": "Hong Kong",
    "MO": "Macau",
    "MC": "Monaco",
    "GI": "Gibraltar",
    "VA": "Vatican City",
}

_BEFORE = {
    "VN": r"(?:tinh|thanh pho|tp|quan|huyen|thi xa|thi tran)\b\.?",
    "": r"(?:state|province|region|governorate|provincia|estado|departamento|region)\s+(?:of|de|di|del)\b",
}
_AFTER = {
    "VN": r"(?:city|province)",
    "": r"(?:province|state|region|county|governorate|prefecture|oblast)",
}
_SHORT = {"St": "Saint", "Ste": "Sainte", "Ft": "Fort", "Mt": "Mount"}
_SAME_CITY = {"US": {"new york city": "New York", "nyc": "New York", "washington dc": "Washington"}}


def compose_province(fields: Mapping[str, str], country: str, findings: Findings) -> tuple[str, tuple[str, ...]]:
    """The province and its spellings; a problem is noted where the country's states are known and this is none."""
    told, code = latin(fields["province"]), latin(fields["province_code"]).upper()
    by_code = NAMES_BY_CODE.get(country, {})
    name = _known(told, code, by_code)
    may_be_other = country not in NO_OTHER_PROVINCE
    if name is None and not may_be_other:
        none_such = _("this is no state of {country}").format(country=country)
        problem = none_such if told or code else _("there is no state")
        findings.add("province", problem, next(iter(by_code.values())))
        return told, ()
    first = name or told or code
    codes = [each for each, known in by_code.items() if known == name]
    names = _distinct([*_spellings(first, country), *codes, *_spellings(told, country), code])
    return first, (*names, OTHER) if may_be_other else names


def compose_city(fields: Mapping[str, str], country: str, findings: Findings) -> tuple[str, tuple[str, ...]]:
    """The city and its spellings; a problem is noted where there is none."""
    city = latin(fields["city"]) or ONE_CITY.get(country, "")
    if not re.search(r"[A-Za-z]", city):
        findings.add("city", _("there is no city") if not city else _("a city has letters"), "Ha Noi")
        return "", ()
    same = _SAME_CITY.get(country, {}).get(_plain(city).casefold())
    names = _distinct([*_spellings(city, country), *([same] if same else [])])
    return city, names if country in NO_OTHER_CITY else (*names, OTHER)


def _known(told: str, code: str, by_code: Mapping[str, str]) -> str | None:
    """The table's name of what was told as a name or as a code; the name counts for more than the code."""
    by_name = {_plain(name).casefold(): name for name in by_code.values()}
    return by_name.get(_plain(told).casefold()) or by_code.get(told.upper()) or (None if told else by_code.get(code))


def _spellings(name: str, country: str) -> Iterator[str]:
    """As written; without brackets and punctuation; without the word for its kind; with Saint for St and back."""
    bare = re.sub(r"\s*\([^)]*\)", "", name).strip()
    for form in (name, bare, _plain(bare)):
        yield form
        yield _without_kind(form, country)
    words = _plain(bare).split()
    long = {short.casefold(): full for short, full in _SHORT.items()}
    short = {full.casefold(): each for each, full in _SHORT.items()}
    yield " ".join(long.get(word.casefold(), word) for word in words)
    yield " ".join(short[word.casefold()] + "." if word.casefold() in short else word for word in words)


def _plain(name: str) -> str:
    """Letters and digits alone: "L'Aquila" is "LAquila", "Forli-Cesena" is "Forli Cesena"."""
    return " ".join(re.sub(r"[^A-Za-z0-9 ]", " ", re.sub(r"['`.]", "", name)).split())


def _without_kind(name: str, country: str) -> str:
    for key in (country, ""):
        before, after = _BEFORE.get(key, r"(?!)"), _AFTER.get(key, r"(?!)")
        shorter = re.sub(rf"^{before}\s*|\s+{after}$", "", name, flags=re.IGNORECASE).strip(" .,-")
        if shorter != name and re.search(r"[A-Za-z]{2}", shorter):
            return shorter
    return name


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    seen: dict[str, str] = {}
    for name in names:
        if name and name.casefold() != OTHER.casefold():
            seen.setdefault(name.casefold(), name)
    return tuple(seen.values())

"""First and last name, as the form's two fields want them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.address.problems import Findings
from bot.address.spelling import latin, words_lost
from bot.language import _

MOST = 32
_EXAMPLE = "Anna Nguyen"


@dataclass(frozen=True, slots=True)
class NameRule:
    """What a country asks of a name: both parts, the least length of each part, the most of the whole."""

    two_parts: bool = False
    least: int = 1
    whole: int = 2 * MOST + 1


# aliexpress.md 13: US 2-32 characters with a space; AU, NZ, DZ, ZA with a space; BR at most 49 in all.
RULES = {
    "US": NameRule(two_parts=True, least=2),
    "AU": NameRule(two_parts=True),
    "NZ": NameRule(two_parts=True),
    "DZ": NameRule(two_parts=True),
    "ZA": NameRule(two_parts=True),
    "BR": NameRule(whole=49),
}


def name_rule(country: str) -> NameRule:
    """The rule of a country; most ask for nothing special."""
    return RULES.get(country, NameRule())


def compose_name(fields: Mapping[str, str], country: str, findings: Findings) -> tuple[str, str]:
    """First and last name in Latin letters; the last may be empty where the country does not ask for two."""
    rule = name_rule(country)
    first, last = map(_clean, _parts_as_given(fields))
    words = f"{first} {last}".split()
    if not words:
        findings.add("name", _("there is no name that can be written in Latin letters"), _EXAMPLE)
        return "", ""
    if any(words_lost(fields[part]) for part in ("name", "first_name", "last_name")):
        findings.add("name", _("a part of the name cannot be written in Latin letters"), _EXAMPLE)
        return "", ""
    if rule.two_parts and len(words) < 2:
        problem = _("{country} asks for a first and a last name, and there is one word").format(country=country)
        findings.add("name", problem, _EXAMPLE)
        return words[0], ""
    split = _split(words, len(first.split()), rule)
    if split is None:
        findings.add("name", _length(rule), _EXAMPLE)
        return first, last
    return split


def _length(rule: NameRule) -> str:
    if rule.whole <= 2 * MOST:
        told = _("first and last name must have at most {most} characters each, {whole} in all")
    elif rule.least > 1:
        told = _("first and last name must have {least} to {most} characters each")
    else:
        told = _("first and last name must have at most {most} characters each")
    return told.format(least=rule.least, most=MOST, whole=rule.whole)


def _parts_as_given(fields: Mapping[str, str]) -> tuple[str, str]:
    """The two parts where they make up the name; else the name, its last word being the last name."""
    first, last, name = fields["first_name"], fields["last_name"], fields["name"]
    told = f"{first} {last}".split()
    if first and last and (not name or told == name.split()):
        return first, last
    words = (name or f"{first} {last}").split()
    return " ".join(words[:-1] or words), " ".join(words[-1:] if len(words) > 1 else [])


def _clean(name: str) -> str:
    """Letters, digits and what stands inside names; what transliteration adds for a sound without a letter goes."""
    plain = re.sub(r"[^A-Za-z0-9 .'-]", " ", latin(name).replace("`", ""))
    return " ".join(filter(None, (word.strip("'") for word in plain.split())))


def _split(words: list[str], wanted: int, rule: NameRule) -> tuple[str, str] | None:
    """The place to part the words at, nearest to where the buyer parted them, that keeps to the rule."""
    if len(" ".join(words)) > rule.whole:
        return None
    places = range(1, len(words) + (0 if rule.two_parts else 1))
    for place in sorted(places, key=lambda each: abs(each - wanted)):
        first, last = " ".join(words[:place]), " ".join(words[place:])
        if all(rule.least <= len(part) <= MOST for part in (first, last) if part or rule.two_parts):
            return first, last
    return None

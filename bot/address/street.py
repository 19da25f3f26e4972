"""The two street lines: every word in order, none longer than the form takes, nothing left out."""

from collections.abc import Mapping

from bot.address.problems import Findings
from bot.address.spelling import latin, words_lost
from bot.language import _

LEAST, MOST = 5, 35
_EXAMPLE = "12 Tran Hung Dao"
# The second line: MX is told as 60 (aliexpress.md 13); the US form was measured with short lines.
_MOST_SECOND = {"US": 35}


def most_second(country: str) -> int:
    """How long the second line may be."""
    return _MOST_SECOND.get(country, 60)


def compose_street(fields: Mapping[str, str], country: str, findings: Findings) -> tuple[str, str]:
    """Street and second line in Latin letters; a company stands at the end of the second line."""
    parts = [fields["street"], fields["street2"], fields["company"]]
    for name, part in zip(("street", "street2", "company"), parts, strict=True):
        if words_lost(part):
            findings.add(name, _("a word of it cannot be written in Latin letters"), _EXAMPLE)
    first, *rest = [latin(part).split() for part in parts]
    if not first:
        findings.add("street", _("there is no street"), _EXAMPLE)
        return "", ""
    after = [word for words in rest for word in words]
    first, after = _break(first, after)
    street, second = " ".join(first), " ".join(after)
    _check(street, second, country, fields, findings)
    return street, second


def _break(first: list[str], after: list[str]) -> tuple[list[str], list[str]]:
    """Move words between the lines: on from a first line that is too long, up to one that is too short."""
    while len(first) > 1 and len(" ".join(first)) > MOST:
        after = [first[-1], *after]
        first = first[:-1]
    while after and len(" ".join(first)) < LEAST:
        first = [*first, after[0]]
        after = after[1:]
    return first, after


def _check(street: str, second: str, country: str, fields: Mapping[str, str], findings: Findings) -> None:
    if len(street) < LEAST:
        problem = _("it has {count} characters; AliExpress wants {least} to {most}")
        findings.add("street", problem.format(count=len(street), least=LEAST, most=MOST), _EXAMPLE)
    if len(street) > MOST:
        problem = _("a word of it is too long: {count} characters in one piece, and a line takes {most}")
        findings.add("street", problem.format(count=len(street), most=MOST), _EXAMPLE)
    most = most_second(country)
    if len(second) > most:
        problem = _(
            "the address is {count} characters too long for the form's two lines of {first} and {second}; shorten it"
        )
        findings.add(
            "company" if fields["company"] else "street2",
            problem.format(count=len(second) - most, first=MOST, second=most),
            "" if fields["company"] else "Floor 3",
        )

"""The tax and customs ids that a country's address form asks for, from the address or from the order's notes."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from bot.address.problems import Findings
from bot.address.spelling import latin
from bot.language import _, mark


@dataclass(frozen=True, slots=True)
class IdRule:
    """One id: how it is called to a person, how it is read (None: wrong), and under which note names it may come."""

    name: str
    title: str
    read: Callable[[str], str | None]
    example: str
    notes: frozenset[str] = field(default_factory=frozenset)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def read_cpf(text: str) -> str | None:
    """Brazil: 11 digits, the last two computed from the others."""
    number = _digits(text)
    if len(number) != 11 or len(set(number)) == 1:
        return None
    for place in (9, 10):
        total = sum(int(digit) * weight for digit, weight in zip(number[:place], range(place + 1, 1, -1), strict=True))
        if int(number[place]) != total * 10 % 11 % 10:
            return None
    return number


def read_rut(text: str) -> str | None:
    """Chile: 7 or 8 digits, a dash, and the check digit 0-9 or K (aliexpress.md 13)."""
    found = re.fullmatch(r"(\d{7,8})([\dK])", re.sub(r"[\s.\-]", "", text.upper()))
    if found is None:
        return None
    total = sum(int(digit) * (place % 6 + 2) for place, digit in enumerate(reversed(found[1])))
    check = "0123456789K"[-total % 11]
    return f"{found[1]}-{check}" if check == found[2] else None


def read_cuit(text: str) -> str | None:
    """Argentina: CUIT or CUIL like 20-12345678-6, the last digit computed from the others."""
    number = _digits(text)
    if len(number) != 11:
        return None
    total = sum(int(digit) * weight for digit, weight in zip(number, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1), strict=True))
    return f"{number[:2]}-{number[2:10]}-{number[10]}" if total % 11 == 0 else None


def _shaped(pattern: str) -> Callable[[str], str | None]:
    shape = re.compile(pattern)

    def read(text: str) -> str | None:
        bare = re.sub(r"[\s.\-/]", "", text.upper())
        return bare if shape.fullmatch(bare) else None

    return read


CPF = IdRule("cpf", "CPF", read_cpf, "123.456.789-09", frozenset({"cpf", "cpfnumber", "cpfcnpj", "cpforcnpj"}))
RUT = IdRule("rut", "RUT", read_rut, "12345678-5", frozenset({"rut", "rutno", "rutnumber", "run", "runrut"}))
PASSPORT = IdRule(
    "passport",
    mark("passport number"),
    _shaped(r"[A-Z0-9]{5,20}"),
    "M12345678",
    frozenset({"passport", "passportno", "passportnumber", "foreignerpassportno", "aliencard"}),
)
PCCC = IdRule(
    "pccc",
    mark("personal customs code (PCCC)"),
    _shaped(r"P\d{12}"),
    "P123456789012",
    frozenset(
        {"pccc", "personalcustomscode", "personalcustomsclearancecode", "personalclearanceid", "customsid"}
        | {"개인통관고유부호", "통관고유부호"}
    ),
)
NATIONAL_ADDRESS = IdRule(
    "nat_addr",
    mark("short national address"),
    _shaped(r"[A-Z]{4}\d{4}"),
    "RRRD2929",
    frozenset({"nataddr", "nationaladdress", "shortaddress", "shortnationaladdress", "العنوانالوطني"}),
)
_TAX_NOTES = frozenset({"taxid", "taxnumber", "taxno", "idnumber", "nationalid", "identitynumber"})
TAX_IDS = {
    "AR": IdRule("tax_id", mark("CUIT or CUIL"), read_cuit, "20-12345678-6", _TAX_NOTES | {"cuit", "cuil", "cuitcuil"}),
    "IL": IdRule(
        "tax_id", mark("identity number"), _shaped(r"\d{9}"), "123456782", _TAX_NOTES | {"teudatzehut", "תעודתזהות"}
    ),
    "MX": IdRule(
        "tax_id",
        mark("RFC or CURP"),
        _shaped(r"[A-ZÑ&]{3,4}\d{6}[A-Z0-9]{3}|[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d"),
        "GODE561231GR8",
        _TAX_NOTES | {"rfc", "curp", "rfccurp"},
    ),
}
# What each country's form asks for (aliexpress.md 13): one of these must be there. MX takes its id where it is given.
ASKED: dict[str, tuple[IdRule, ...]] = {
    "BR": (CPF,),
    "CL": (RUT,),
    "KR": (PCCC, PASSPORT),
    "SA": (NATIONAL_ADDRESS,),
    "IL": (TAX_IDS["IL"], PASSPORT),
    "AR": (TAX_IDS["AR"], PASSPORT),
}
TAKEN: dict[str, tuple[IdRule, ...]] = {**ASKED, "MX": (TAX_IDS["MX"], PASSPORT)}


def compose_ids(
    fields: Mapping[str, str],
    overrides: Mapping[str, str],
    notes: Iterable[tuple[str, str]],
    country: str,
    findings: Findings,
) -> tuple[tuple[str, str], ...]:
    """The ids that the country's form takes; a problem is noted where the first of them is missing or mistyped.

    A value that the merchant set is the only one looked at; else the address's own comes before the notes.
    """
    by_name = [(_bare(name), value.strip()) for name, value in notes]
    rules = TAKEN.get(country, (PASSPORT,))
    ids: list[tuple[str, str]] = []
    for rule in rules:
        own = fields.get(rule.name, "")
        noted = [] if rule.name in overrides else [value for name, value in by_name if name in rule.notes]
        told = [value for value in (own, *noted) if value]
        read = next(filter(None, (rule.read(latin(value)) for value in told)), None)
        if read is not None:
            ids.append((rule.name, read))
        elif told and rule is rules[0] and country in TAKEN:
            findings.add(rule.name, _("it is mistyped"), rule.example, _(rule.title))
            return ()
    if not ids and country in ASKED:
        problem = _("it is missing, and {country} asks for it").format(country=country)
        findings.add(rules[0].name, problem, rules[0].example, _(rules[0].title))
    return tuple(ids)


def _bare(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())

"""What ShopBase is to be told about an order: one fulfilment for each tracking number. Pure, no I/O."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

NUMBER = re.compile(r"[A-Z0-9-]{5,40}")

# Service names that AliExpress shows where it does not name the carrier: all of these are run by its own carrier.
CAINIAO_SERVICES = ("aliexpress", "cainiao")


# One carrier goes by several names; the shop's own table in the configuration comes first.
CARRIERS = {
    "4px worldwide express": "4PX",
    "4px": "4PX",
    "cainiao": "Cainiao",
    "cainiao global": "Cainiao",
    "china post": "China Post",
    "china ems": "China EMS",
    "correios brazil": "Correios",
    "deutsche post dhl": "DHL",
    "dhl ecommerce": "DHL eCommerce",
    "hanjin": "Hanjin",
    "j&t": "J&T Express",
    "j&t express brazil": "J&T Express",
    "sf": "SF Express",
    "sunyou": "SunYou",
    "united states postal service": "USPS",
    "usps ground advantage": "USPS",
    "yanwen express": "Yanwen",
    "yanwen logistics": "Yanwen",
    "yunexpress": "YunExpress",
    "yun express": "YunExpress",
}


@dataclass(frozen=True, slots=True)
class ReadyParcel:
    """A parcel with a number and its share of the order's lines; `told` is the fulfilment (our id) it is part of."""

    parcel: int
    number: str
    carrier: str | None
    service: str | None
    lines: Mapping[int, int]
    told: int | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A fulfilment as we know it: our id, the number that ShopBase has, and whether we know which lines it is for."""

    fulfillment: int
    number: str | None
    sent: bool
    knows_lines: bool = False


@dataclass(frozen=True, slots=True)
class Telling:
    """One fulfilment to make: a number, its carrier, and {line: quantity}."""

    number: str
    carrier: str
    lines: Mapping[int, int]
    parcels: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """A fulfilment whose number has changed since ShopBase was told."""

    fulfillment: int
    number: str
    carrier: str
    parcels: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is to be told about one order; `further` are numbers of parcels whose lines have nothing left."""

    new: tuple[Telling, ...] = ()
    corrections: tuple[Correction, ...] = ()
    already: Mapping[int, int] = field(default_factory=dict)
    further: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


def clean_number(number: str) -> str:
    """A tracking number without blanks and invisible signs, in capitals, as carriers print it."""
    cleaned = "".join(sign for sign in number if not sign.isspace() and unicodedata.category(sign) != "Cf")
    # Capitals of other alphabets may be other letters: a dotless i must not become an I.
    return cleaned.upper() if cleaned.isascii() else cleaned


def is_number(number: str) -> bool:
    """Whether this can be a tracking number: 5 to 40 of A-Z, 0-9 and hyphen."""
    return NUMBER.fullmatch(number) is not None


def carrier_for(carrier: str | None, service: str | None, table: Mapping[str, str]) -> str:
    """The carrier's name as ShopBase is to see it: the table's word, else the real carrier, else who runs the service.

    ShopBase's payouts look for a carrier it can recognise, so "Other" and an empty name are the last resort.
    """
    words = CARRIERS | {name.strip().casefold(): told for name, told in table.items()}
    for name in (carrier, service):
        if name and name.strip():
            plain = name.strip()
            if plain.casefold() in words:
                return words[plain.casefold()]
            return "Cainiao" if name is service and plain.casefold().startswith(CAINIAO_SERVICES) else plain
    return "Other"


def plan(
    ready: Sequence[ReadyParcel], left: Mapping[int, int], told: Sequence[Told], carriers: Mapping[str, str]
) -> Plan:
    """Plan what to tell: `left` is what each line has still unfulfilled in the store.

    Parcels with one number become one fulfilment. A number that ShopBase already has is only tied to it, unless it has
    since come up on a parcel of goods that are still open. A fulfilment whose number still stands on a parcel is never
    corrected to another one.
    """
    sent = {each.number: each for each in told if each.sent and each.number is not None}
    numbers = {each.fulfillment: each.number for each in told if each.sent}
    shown = {each.number for each in ready}
    remaining = dict(left)
    new: list[Telling] = []
    corrections: dict[int, Correction] = {}
    already: dict[int, int] = {}
    further: dict[str, tuple[int, ...]] = {}
    for number, parcels in _by_number(ready).items():
        carrier = carrier_for(parcels[0].carrier, parcels[0].service, carriers)
        told_so = sent.get(number)
        fresh = [each for each in parcels if each.told not in numbers]
        changed = {
            told
            for told in (each.told for each in parcels)
            if told in numbers and numbers[told] not in shown and told not in corrections
        }
        may_tell = told_so.knows_lines if told_so is not None else not changed
        lines = _take(fresh, remaining) if may_tell else {}
        if lines:
            new.append(Telling(number, carrier, lines, tuple(each.parcel for each in fresh)))
        elif told_so is not None:
            already |= {each.parcel: told_so.fulfillment for each in parcels if each.told != told_so.fulfillment}
        elif changed:
            ids = tuple(each.parcel for each in parcels if each.told in numbers)
            corrections[min(changed)] = Correction(min(changed), number, carrier, ids)
        else:
            further[number] = tuple(sorted({line for each in parcels for line in each.lines}))
    return Plan(tuple(new), tuple(corrections.values()), already, further)


def _by_number(ready: Sequence[ReadyParcel]) -> dict[str, list[ReadyParcel]]:
    groups: dict[str, list[ReadyParcel]] = {}
    for parcel in ready:
        groups.setdefault(parcel.number, []).append(parcel)
    return groups


def _take(parcels: Sequence[ReadyParcel], remaining: dict[int, int]) -> dict[int, int]:
    lines: dict[int, int] = {}
    for parcel in parcels:
        for line, quantity in parcel.lines.items():
            part = min(quantity, remaining.get(line, 0))
            if part > 0:
                lines[line] = lines.get(line, 0) + part
                remaining[line] -= part
    return lines

"""From a store's address to AliExpress's form: every field by its rule, every problem at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import phonenumbers

from bot.address.names import compose_name
from bot.address.phone import compose_phone
from bot.address.postcodes import compose_zip
from bot.address.problems import AddressProblem, AddressRefused, Findings
from bot.address.regions import compose_city, compose_province
from bot.address.source import original, with_overrides
from bot.address.street import compose_street
from bot.address.tax_ids import compose_ids
from bot.language import _
from flows.values_buying import ShipTo


@dataclass(frozen=True, slots=True)
class Composed:
    """An address on its way into the form: what the buyer gave, what would be typed, and what stands against it.

    `typed` holds the fields that could be made, also where others have problems; `ship_to` is None where any has.
    """

    original: Mapping[str, str]
    overrides: Mapping[str, str]
    typed: Mapping[str, str]
    problems: tuple[AddressProblem, ...]
    ship_to: ShipTo | None


def compose(
    address: Mapping[str, Any] | None,
    notes: Iterable[Sequence[str]] = (),
    overrides: Mapping[str, str] | None = None,
    phone: str | None = None,
    *,
    order: str = "ORDER",
) -> Composed:
    """Compose what is typed into AliExpress's form.

    `address` is as kept with the order; `notes` are its note attributes, name and value; `overrides` are the
    merchant's values by field; `phone` is the order's own, used where the address has none; `order` names it in the
    fixes.
    """
    findings = Findings(order)
    given = original(address, phone)
    set_instead = dict(overrides or {})
    fields = with_overrides(given, set_instead)
    country = _country(fields["country_code"], findings)
    if not country:
        return Composed(given, set_instead, {}, tuple(findings.problems), None)
    first_name, last_name = compose_name(fields, country, findings)
    phone_code, national = compose_phone(fields["phone"], country, findings)
    street, street2 = compose_street(fields, country, findings)
    city, city_names = compose_city(fields, country, findings)
    province, province_names = compose_province(fields, country, findings)
    post_code = compose_zip(fields["zip"], country, findings)
    named = [(name, value) for name, value in (note[:2] for note in notes if len(note) > 1)]
    ids = compose_ids(fields, set_instead, named, country, findings)
    texts = {
        "country_code": country,
        "first_name": first_name,
        "last_name": last_name,
        "phone_code": phone_code,
        "phone": national,
        "street": street,
        "street2": street2,
        "city": city,
        "province": province,
        "zip": post_code,
    }
    to = None
    if not findings.problems:
        to = ShipTo(**texts, province_names=province_names, city_names=city_names, ids=ids)
    return Composed(given, set_instead, texts | dict(ids), tuple(findings.problems), to)


def ship_to(
    address: Mapping[str, Any] | None,
    notes: Iterable[Sequence[str]] = (),
    overrides: Mapping[str, str] | None = None,
    phone: str | None = None,
    *,
    order: str = "ORDER",
) -> ShipTo:
    """What is typed into AliExpress's form; AddressRefused has all problems where there are any. See `compose`."""
    composed = compose(address, notes, overrides, phone, order=order)
    if composed.ship_to is None:
        raise AddressRefused(composed.problems)
    return composed.ship_to


def _country(told: str, findings: Findings) -> str:
    country = told.upper()
    if country not in phonenumbers.SUPPORTED_REGIONS:
        wrong = _("this is no country code of two letters (ISO 3166)")
        findings.add("country_code", wrong if country else _("there is no country"), "VN")
        return ""
    return country

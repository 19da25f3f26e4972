"""What the buyer gave, with what the merchant set instead: the fields by the names that a person types."""

import difflib
from collections.abc import Mapping
from typing import Any

from bot.errors import DropferryError
from bot.language import _

ID_FIELDS = ("cpf", "rut", "pccc", "passport", "nat_addr", "tax_id")
FIELDS = (
    "country_code",
    "name",
    "first_name",
    "last_name",
    "company",
    "street",
    "street2",
    "city",
    "province",
    "zip",
    "phone",
    *ID_FIELDS,
)
_ALSO_CALLED = {
    "address1": "street",
    "address2": "street2",
    "country": "country_code",
    "state": "province",
    "postcode": "zip",
    "postal_code": "zip",
}
_IN_THE_STORE = {"street": "address1", "street2": "address2"}


class UnknownField(DropferryError):
    """There is no such field in an address; the message names those there are."""

    exit_code = 2


def field_name(typed: str) -> str:
    """The field that a person means; raises UnknownField."""
    name = typed.strip().lower().replace("-", "_")
    name = _ALSO_CALLED.get(name, name)
    if name in FIELDS:
        return name
    near = difflib.get_close_matches(name, [*FIELDS, *_ALSO_CALLED], n=1)
    fix = _("did you mean {near}? the fields are {fields}") if near else _("the fields are {fields}")
    raise UnknownField(
        _('an address has no field "{field}"').format(field=typed),
        fix.format(near="".join(near), fields=", ".join(FIELDS)),
    )


def original(address: Mapping[str, Any] | None, phone: str | None = None) -> dict[str, str]:
    """The store's address by our field names; `phone` is the order's own, for an address without one."""
    told = address or {}
    fields = {name: _text(told.get(_IN_THE_STORE.get(name, name))) for name in FIELDS if name not in ID_FIELDS}
    fields["phone"] = fields["phone"] or _text(phone)
    fields["province_code"] = _text(told.get("province_code"))
    fields["cpf"] = _text(told.get("cpf_number")) or _text(told.get("cpf_or_cnpj_number"))
    return fields


def with_overrides(fields: Mapping[str, str], overrides: Mapping[str, str]) -> dict[str, str]:
    """The fields as the merchant wants them; a name or province that was set silences the other spellings of it."""
    told = {**fields, **{name: _text(value) for name, value in overrides.items() if name in FIELDS}}
    if "name" in overrides:
        told |= {part: "" for part in ("first_name", "last_name") if part not in overrides}
    elif "first_name" in overrides or "last_name" in overrides:
        told["name"] = ""
    if "province" in overrides:
        told["province_code"] = ""
    return told


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()

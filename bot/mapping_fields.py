"""What a person types about a mapping, at the command line or in a file, made into what is kept; nothing is guessed."""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

import phonenumbers

from bot import ali_links
from bot.errors import DropferryError
from bot.language import _
from bot.mapping import Target
from flows.amounts import digits_of
from flows.values import Site

UNITS_AT_MOST = 999
ITEMS_AT_MOST = 20


class FieldUnclear(DropferryError):
    """A value cannot be used; the fix shows how one is written."""

    exit_code = 2


def target(
    product: str,
    *,
    sku_id: str = "",
    sku_attr: str = "",
    options: Sequence[tuple[str, str]] = (),
    ship_from: str = "",
    carrier: str = "",
    units: str = "",
    cost: str = "",
    currency: str = "",
    site: Site | None = None,
) -> Target:
    """What a variant is bought as, from texts; "" is what was left out. Raises LinkUnclear, FieldUnclear."""
    if sku_id and ali_links.sku(sku_id)[0] is None:
        raise FieldUnclear(_('"{sku_id:.40}" is no SKU id').format(sku_id=sku_id), _("it has digits only"))
    if sku_attr and ali_links.sku(sku_attr)[1] != sku_attr:
        raise FieldUnclear(
            _('"{sku_attr:.40}" is no skuAttr').format(sku_attr=sku_attr), _('write it as "14:29#Bear;183:200007741"')
        )
    axes = [axis.casefold() for axis, _text in options]
    if len(set(axes)) != len(axes):
        raise FieldUnclear(_("the same option is named twice"), _("name each of Color, Size… once"))
    minor, in_currency = cost_of(cost, currency) if cost.strip() else (None, None)
    return Target(
        product_id=ali_links.product_id(product, site),
        sku_id=sku_id.strip() or None,
        sku_attr=sku_attr,
        options=tuple(options),
        ship_from=_country_or_name(ship_from) or None,
        carrier=_carrier(carrier) or None,
        units=whole("units", units, 1, UNITS_AT_MOST),
        cost_minor=minor,
        cost_currency=in_currency,
    )


def cost_of(typed: str, currency: str) -> tuple[int, str]:
    """Minor units and currency of 5.20, or of "5.20 EUR" where it is not `currency`. Raises FieldUnclear."""
    found = re.fullmatch(r"\s*([0-9]{1,9}(?:\.[0-9]{1,3})?)\s*([A-Z]{3})?\s*", typed)
    in_currency = (found[2] if found else None) or currency
    if found is None or not re.fullmatch(r"[A-Z]{3}", in_currency):
        raise FieldUnclear(_('"{typed:.40}" is no cost').format(typed=typed), _('write it as 5.20, or as "5.20 EUR"'))
    try:
        minor = Decimal(found[1]).scaleb(digits_of(in_currency))
        if minor != minor.to_integral_value():
            raise FieldUnclear(
                _("{amount} {currency} has too many decimals").format(amount=found[1], currency=in_currency),
                _("{currency} has fewer").format(currency=in_currency),
            )
    except InvalidOperation:
        raise FieldUnclear(_('"{typed:.40}" is no cost').format(typed=typed), _("write it as 5.20")) from None
    return int(minor), in_currency


def country(typed: str) -> str:
    """A country's code of two letters, or "". Raises FieldUnclear."""
    code = typed.strip().upper()
    if code and code not in phonenumbers.SUPPORTED_REGIONS:
        hint = _("the United Kingdom is GB") if code == "UK" else _("two letters of ISO 3166, such as VN")
        raise FieldUnclear(_('"{typed:.20}" is no country').format(typed=typed), hint)
    return code


def _country_or_name(typed: str) -> str:
    """The code of a country that is told by its code or, as product pages do, by its English name."""
    from babel import Locale

    names = Locale("en").territories
    named = [code for code, name in names.items() if len(code) == 2 and name.casefold() == typed.strip().casefold()]
    return country(named[0] if len(typed.strip()) > 2 and named else typed)


def whole(name: str, typed: str, default: int, most: int) -> int:
    """A whole number from 1 to `most`; "" is `default`. Raises FieldUnclear."""
    text = typed.strip()
    if not text:
        return default
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= most:
        raise FieldUnclear(
            _('"{typed:.20}" is no number of {name}').format(typed=typed, name=name),
            _("write a number from 1 to {most}").format(most=most),
        )
    return int(text)


def yes(name: str, typed: str) -> bool:
    """Whether a cell says yes; "" is no. Raises FieldUnclear."""
    told = typed.strip().casefold()
    if told in ("", "no", "0", "false"):
        return False
    if told in ("yes", "1", "true"):
        return True
    raise FieldUnclear(
        _('"{typed:.20}" is neither yes nor no in {name}').format(typed=typed, name=name), _("write yes, or nothing")
    )


def _carrier(typed: str) -> str:
    code = typed.strip()
    if code and not re.fullmatch(r"[A-Za-z0-9_\-]{2,60}", code):
        raise FieldUnclear(
            _('"{typed:.40}" is no shipping service').format(typed=typed), _("write its code, such as CAINIAO_STANDARD")
        )
    return code

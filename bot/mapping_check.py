"""Holds a mapping against its product page: the SKU is there, is on sale, ships as asked, and what it costs. Pure."""

from dataclasses import dataclass

from bot.language import _
from bot.mapping import Target
from flows.pages.product_answer import sku_ids
from flows.statuses import plain_word
from flows.values import Money
from flows.values_buying import Product, SkuOffer

_TOLD_AT_MOST = 8


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a product page says of a mapping: the SKU that is meant, and all that stands against buying it."""

    offer: SkuOffer | None
    problems: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def is_fine(self) -> bool:
        """Whether it can be bought as it is mapped."""
        return self.offer is not None and not self.problems


def judge(target: Target, product: Product) -> Verdict:
    """Find the SKU that `target` names on the page and say what is wrong with it. SKUs are compared by their ids.

    Texts of options only find a SKU that was never checked; from then on its ids count.
    """
    found = _find(target, product)
    if isinstance(found, str):
        return Verdict(None, (found,))
    problems = [*_against_sku(target, found), *_against_sale(target, product, found)]
    return Verdict(found, tuple(problems), tuple(_notes(target, found)))


def _find(target: Target, product: Product) -> SkuOffer | str:
    if target.sku_id:
        by_id = [sku for sku in product.skus if sku.sku_id == target.sku_id]
        return by_id[0] if by_id else _gone(target, product)
    if target.sku_attr:
        ids = sku_ids(target.sku_attr)
        same = [sku for sku in product.skus if sku_ids(sku.sku_attr) == ids]
        return same[0] if len(same) == 1 else _gone(target, product)
    fitting = [sku for sku in product.skus if _has_options(sku, target.options)]
    if target.ship_from and len(fitting) > 1:
        fitting = [sku for sku in fitting if ships_from(sku, target.ship_from)]
    if len(fitting) == 1:
        return fitting[0]
    return _which(target, fitting, product)


def _gone(target: Target, product: Product) -> str:
    """The SKU that was named is not there; where its options are, they have a new id and must be mapped anew."""
    ids = sku_ids(target.sku_attr) if target.sku_attr else ()
    renewed = [sku.sku_id for sku in product.skus if ids and sku_ids(sku.sku_attr) == ids]
    if renewed:
        return _("the SKU {sku_id} is gone; its options now have the id {renewed}: map it again").format(
            sku_id=target.sku_id, renewed=", ".join(renewed)
        )
    return _("the SKU {sku_attr} is gone").format(sku_attr=target.sku_attr or target.sku_id)


def _which(target: Target, fitting: list[SkuOffer], product: Product) -> str:
    if not fitting:
        asked = ", ".join(f"{axis}={text}" for axis, text in target.options)
        if target.ship_from:
            asked = _("{options}, from {country}").format(options=asked, country=target.ship_from)
        return _("no SKU is {asked}; there are: {skus}").format(asked=asked, skus=_list(list(product.skus)))
    told = _("{count} SKUs fit, say which with --option or --sku: {skus}")
    return told.format(count=len(fitting), skus=_list(fitting))


def _list(skus: list[SkuOffer]) -> str:
    told = " | ".join(sku_text(sku) or sku.sku_attr for sku in skus[:_TOLD_AT_MOST])
    if len(skus) <= _TOLD_AT_MOST:
        return told
    return _("{skus} | and {count} more").format(skus=told, count=len(skus) - _TOLD_AT_MOST)


def sku_text(sku: SkuOffer) -> str:
    """The options of a SKU as a person types them: "Color=Bear, Size=M"."""
    return ", ".join(f"{axis}={text}" for axis, text in sku.options)


def labels(sku_attr: str) -> dict[str, str]:
    """The seller's own name of each value that has one, by "property:value"."""
    found: dict[str, str] = {}
    ids = sku_ids(sku_attr)
    rest = sku_attr
    for place, pair in enumerate(ids):
        rest = rest[rest.index(pair) + len(pair) :]
        after = f";{ids[place + 1]}" if place + 1 < len(ids) else None
        label = rest[: rest.index(after)] if after is not None else rest
        if label.startswith("#"):
            found[pair] = label[1:]
    return found


def _has_options(sku: SkuOffer, options: tuple[tuple[str, str], ...]) -> bool:
    """Whether the SKU shows each text on its axis, or the seller named a value of it so."""
    named = labels(sku.sku_attr)
    pairs = sku_ids(sku.sku_attr)
    by_axis = {plain_word(axis): {plain_word(text)} for axis, text in sku.options}
    if len(pairs) == len(sku.options):
        for pair, (axis, _text) in zip(pairs, sku.options, strict=True):
            by_axis[plain_word(axis)].add(plain_word(named.get(pair, "")))
    return all(plain_word(text) in by_axis.get(plain_word(axis), set()) for axis, text in options)


def ships_from(sku: SkuOffer, country: str) -> bool:
    """Whether a SKU is sent from that country; both are told by its code or by its English name."""
    return _country(sku.ship_from or "") == _country(country)


def _country(told: str) -> str:
    from babel import Locale

    code = told.strip().upper()
    return (Locale("en").territories.get(code, told) if len(code) == 2 else told).strip().casefold()


def _against_sku(target: Target, sku: SkuOffer) -> list[str]:
    problems = []
    if target.sku_id and target.sku_attr and sku_ids(sku.sku_attr) != sku_ids(target.sku_attr):
        problems.append(
            _("SKU {sku_id} is {found} on the page, {mapped} in the mapping").format(
                sku_id=sku.sku_id, found=sku.sku_attr, mapped=target.sku_attr
            )
        )
    elif target.sku_attr:
        here, there = labels(target.sku_attr), labels(sku.sku_attr)
        renamed = [pair for pair in here if here[pair] != there.get(pair)]
        problems += [
            _('the seller renamed {option} from "{before}" to "{now}": map it again if it is the same').format(
                option=pair, before=here[pair], now=there.get(pair, "")
            )
            for pair in renamed
        ]
    if target.ship_from and not ships_from(sku, target.ship_from):
        if sku.ship_from:
            told = _("it is sent from {found}, the mapping asks for {mapped}")
        else:
            told = _("it has no choice of where it is sent from, the mapping asks for {mapped}")
        problems.append(told.format(found=sku.ship_from, mapped=target.ship_from))
    return problems


def _against_sale(target: Target, product: Product, sku: SkuOffer) -> list[str]:
    problems = []
    if not product.on_sale:
        problems.append(_("the product is not on sale"))
    elif not sku.salable or sku.stock == 0:
        problems.append(_("this SKU is sold out"))
    elif sku.stock is not None and sku.stock < target.units:
        problems.append(
            _("{units} are needed for one, and {stock} are left").format(units=target.units, stock=sku.stock)
        )
    codes = [option.code for option in product.shipping]
    if target.carrier and codes and target.carrier not in codes:
        problems.append(
            _("the service {carrier} is not offered; there are: {codes}").format(
                carrier=target.carrier, codes=", ".join(codes)
            )
        )
    return problems


def _notes(target: Target, sku: SkuOffer) -> list[str]:
    if target.cost_minor is None or target.cost_currency is None:
        return [_("no cost is set, so a rise of the price would not be noticed: --cost, or map check --take-cost")]
    expected = Money(minor=target.cost_minor, currency=target.cost_currency)
    if expected.currency != sku.price.currency:
        return [
            _("the page's prices are in {found}, the mapping's cost is in {mapped}").format(
                found=sku.price.currency, mapped=expected.currency
            )
        ]
    return [_("the price is not the mapped cost")] if expected != sku.price else []

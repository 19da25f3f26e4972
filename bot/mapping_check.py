"""Holds a mapping against its product page: the SKU is there, is on sale, ships as asked, and what it costs. Pure."""

from dataclasses import dataclass

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
        return f"the SKU {target.sku_id} is gone; its options now have the id {', '.join(renewed)}: map it again"
    return f"the SKU {target.sku_attr or target.sku_id} is gone"


def _which(target: Target, fitting: list[SkuOffer], product: Product) -> str:
    if not fitting:
        asked = ", ".join(f"{axis}={text}" for axis, text in target.options)
        asked += f", from {target.ship_from}" if target.ship_from else ""
        return f"no SKU is {asked}; there are: {_list(list(product.skus))}"
    return f"{len(fitting)} SKUs fit, say which with --option or --sku: {_list(fitting)}"


def _list(skus: list[SkuOffer]) -> str:
    told = " | ".join(sku_text(sku) or sku.sku_attr for sku in skus[:_TOLD_AT_MOST])
    return told + (f" | and {len(skus) - _TOLD_AT_MOST} more" if len(skus) > _TOLD_AT_MOST else "")


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
        for pair, (axis, _) in zip(pairs, sku.options, strict=True):
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
        problems.append(f"SKU {sku.sku_id} is {sku.sku_attr} on the page, {target.sku_attr} in the mapping")
    elif target.sku_attr:
        here, there = labels(target.sku_attr), labels(sku.sku_attr)
        renamed = [pair for pair in here if here[pair] != there.get(pair)]
        problems += [
            f'the seller renamed {pair} from "{here[pair]}" to "{there.get(pair, "")}": map it again if it is the same'
            for pair in renamed
        ]
    if target.ship_from and not ships_from(sku, target.ship_from):
        told = f"is sent from {sku.ship_from}" if sku.ship_from else "has no choice of where it is sent from"
        problems.append(f"it {told}, the mapping asks for {target.ship_from}")
    return problems


def _against_sale(target: Target, product: Product, sku: SkuOffer) -> list[str]:
    problems = []
    if not product.on_sale:
        problems.append("the product is not on sale")
    elif not sku.salable or sku.stock == 0:
        problems.append("this SKU is sold out")
    elif sku.stock is not None and sku.stock < target.units:
        problems.append(f"{target.units} are needed for one, and {sku.stock} are left")
    codes = [option.code for option in product.shipping]
    if target.carrier and codes and target.carrier not in codes:
        problems.append(f"the service {target.carrier} is not offered; there are: {', '.join(codes)}")
    return problems


def _notes(target: Target, sku: SkuOffer) -> list[str]:
    if target.cost_minor is None or target.cost_currency is None:
        return ["no cost is set, so a rise of the price would not be noticed: --cost, or map check --take-cost"]
    expected = Money(minor=target.cost_minor, currency=target.cost_currency)
    if expected.currency != sku.price.currency:
        return [f"the page's prices are in {sku.price.currency}, the mapping's cost is in {expected.currency}"]
    return ["the price is not the mapped cost"] if expected != sku.price else []

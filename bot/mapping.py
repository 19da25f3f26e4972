"""What the variants of a shop are bought as on AliExpress: set, ignore, unset, list, and which still need it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.errors import DropferryError
from bot.facts import Tab
from bot.finding import find_lines, find_order, parse
from bot.language import _
from bot.models import Line, Order
from bot.models_buying import Mapping


class MappingError(DropferryError):
    """A mapping cannot be made like that; nothing was changed."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Key:
    """Which mapping: of one variant, for one country ("": all), and its place where a variant is several things."""

    shop: str
    variant_id: str
    country: str = ""
    position: int = 0


@dataclass(frozen=True, slots=True)
class Target:
    """What a variant is bought as; `cost_minor` is for one unit, `options` name a SKU until a check finds its ids."""

    product_id: str
    sku_id: str | None = None
    sku_attr: str = ""
    options: tuple[tuple[str, str], ...] = ()
    ship_from: str | None = None
    carrier: str | None = None
    units: int = 1
    cost_minor: int | None = None
    cost_currency: str | None = None

    @classmethod
    def of(cls, row: Mapping) -> "Target":
        """What a row says that is bought."""
        assert row.product_id is not None
        options = tuple((axis, text) for axis, text in row.options or [])
        cost = (row.cost_minor, row.cost_currency)
        return cls(row.product_id, row.sku_id, row.sku_attr, options, row.ship_from, row.carrier, row.units, *cost)

    def names_what_is(self, there: "Target") -> bool:
        """Whether this is what is mapped already: the same goods in the same number; carrier and cost may differ.

        A SKU that a check has found for a skuAttr or for options need not be named again.
        """
        same_goods = (self.product_id, self.ship_from, self.units, self.options) == (
            there.product_id,
            there.ship_from,
            there.units,
            there.options,
        )
        named = self.sku_id or self.sku_attr or self.options or not (there.sku_id or there.sku_attr)
        same_sku = self.sku_id in (None, there.sku_id) and self.sku_attr in ("", there.sku_attr)
        return bool(same_goods and named and same_sku)


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A variant that is waiting to be bought and that nobody has mapped; `lines` are its order lines."""

    shop: str
    variant_id: str
    title: str
    lines: tuple[str, ...]


def set_mapping(session: Session, key: Key, target: Target, now: datetime) -> Mapping:
    """Map a variant, in place of what was mapped under that key; an ignored variant is bought again from now on.

    Other goods than before wait for a check and a look again.
    """
    row = find(session, key)
    if row is None:
        row = Mapping(
            shop=key.shop, variant_id=key.variant_id, country=key.country, position=key.position, created_at=now
        )
    elif row.product_id is not None and target.names_what_is(Target.of(row)):
        row.carrier, row.cost_minor, row.cost_currency = target.carrier, target.cost_minor, target.cost_currency
        _take_back_ignore(session, key)
        session.add(row)
        return row
    else:
        row.title, row.image, row.looked_at, row.checked_at = "", None, None, None
    row.product_id, row.sku_id, row.sku_attr = target.product_id, target.sku_id, target.sku_attr
    row.options = [list(option) for option in target.options]
    row.ship_from, row.carrier, row.units = target.ship_from, target.carrier, target.units
    row.cost_minor, row.cost_currency = target.cost_minor, target.cost_currency
    row.ignored = False
    session.add(row)
    session.flush()
    _take_back_ignore(session, key)
    return row


def find(session: Session, key: Key) -> Mapping | None:
    """The mapping under that key."""
    query = _of_variant(key.shop, key.variant_id).where(
        Mapping.country == key.country, Mapping.position == key.position
    )
    return session.exec(query).one_or_none()


def ignore(session: Session, shop: str, variant_id: str, now: datetime) -> None:
    """Leave a variant to others: it is not from AliExpress, and its lines are not bought. What was mapped is kept."""
    rows = session.exec(_of_variant(shop, variant_id)).all()
    for row in rows or [Mapping(shop=shop, variant_id=variant_id, created_at=now)]:
        row.ignored = True
        session.add(row)
    session.flush()


def unset(
    session: Session, shop: str, variant_id: str, country: str | None = None, position: int | None = None
) -> list[Mapping]:
    """Take mappings of a variant away: all, or those of one country or place. MappingError where there is none."""
    query = _of_variant(shop, variant_id)
    if country is not None:
        query = query.where(Mapping.country == country)
    if position is not None:
        query = query.where(Mapping.position == position)
    rows = list(session.exec(query))
    if not rows:
        raise MappingError(
            _("variant {variant_id} of shop {shop} is not mapped like that").format(variant_id=variant_id, shop=shop),
            _("look: dropferry map list"),
        )
    for row in rows:
        session.delete(row)
    session.flush()
    return rows


def list_mappings(session: Session, shop: str | None = None, variants: Sequence[str] = ()) -> Sequence[Mapping]:
    """The mappings of a shop or of all, by shop and variant; `variants` narrows them."""
    query = select(Mapping).order_by(
        col(Mapping.shop), col(Mapping.variant_id), col(Mapping.country), col(Mapping.position)
    )
    if shop is not None:
        query = query.where(Mapping.shop == shop)
    if variants:
        query = query.where(col(Mapping.variant_id).in_(variants))
    return session.exec(query).all()


def mark_looked(session: Session, rows: Sequence[Mapping], now: datetime) -> None:
    """Remember that a person held these mappings against the store's pictures and words."""
    for row in rows:
        session.get_one(Mapping, row.id).looked_at = now


def sold_as(session: Session, shop: str | None = None) -> dict[tuple[str, str], Line]:
    """The newest order line of each variant, by (shop, variant id): how the store calls and shows it."""
    query = (
        select(Order.shop, Line).join(Order, col(Order.id) == Line.order_id).where(col(Line.variant_id).is_not(None))
    )
    if shop is not None:
        query = query.where(Order.shop == shop)
    lines = session.exec(query.order_by(col(Order.created_at)))
    return {(sold_in, line.variant_id): line for sold_in, line in lines if line.variant_id is not None}


def unmapped(session: Session, shop: str | None = None) -> list[Unmapped]:
    """The variants of lines that wait to be bought and that are neither mapped nor ignored."""
    known = {(row.shop, row.variant_id) for row in list_mappings(session, shop)}
    query = (
        select(Order, Line)
        .join(Line, col(Line.order_id) == Order.id)
        .where(Order.tab == Tab.AWAITING_ORDER, col(Line.ours), ~col(Line.removed), col(Line.variant_id).is_not(None))
        .order_by(col(Order.created_at), col(Line.position))
    )
    if shop is not None:
        query = query.where(Order.shop == shop)
    waiting: dict[tuple[str, str], Unmapped] = {}
    for order, line in session.exec(query):
        key = (order.shop, line.variant_id or "")
        if key in known:
            continue
        title = f"{line.title} {line.variant_title}".strip()
        before = waiting.get(key)
        lines = (*(before.lines if before else ()), f"{order.name}/{line.position}")
        waiting[key] = Unmapped(*key, title, lines)
    return list(waiting.values())


def variant_of(session: Session, typed: str, shop: str | None) -> tuple[str | None, str]:
    """Shop (None: not known from here) and variant id, from the id or from an order line typed as 1046/2.

    Raises MappingError, NotFoundError.
    """
    if "/" in typed:
        reference = parse(typed)
        order = find_order(session, reference, shop)
        lines = find_lines(session, order, reference)
        if len(lines) != 1 or lines[0].variant_id is None:
            raise MappingError(
                _('"{typed}" is not one line with a variant').format(typed=typed),
                _("a line without a variant is bought by hand"),
            )
        return order.shop, lines[0].variant_id
    if not typed.strip().isdecimal() or not typed.strip().isascii() or len(typed.strip()) > 20:
        raise MappingError(
            _('"{typed}" is no variant').format(typed=typed), _("write its ShopBase id, or an order's line as 1046/2")
        )
    variant_id = typed.strip()
    query = (
        select(Order.shop).join(Line, col(Line.order_id) == Order.id).where(Line.variant_id == variant_id).distinct()
    )
    shops = list(session.exec(query))
    return shop or (shops[0] if len(shops) == 1 else None), variant_id


def _of_variant(shop: str, variant_id: str) -> SelectOfScalar[Mapping]:
    return select(Mapping).where(Mapping.shop == shop, Mapping.variant_id == variant_id)


def _take_back_ignore(session: Session, key: Key) -> None:
    for row in session.exec(_of_variant(key.shop, key.variant_id)):
        if row.product_id is None and (row.country, row.position) != (key.country, key.position):
            session.delete(row)
        else:
            row.ignored = False
            session.add(row)
    session.flush()

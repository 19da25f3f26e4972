"""Mappings as a CSV file: out for a spreadsheet, and back in, all of it or nothing."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session

from bot.csv_files import Column, Row, refuse
from bot.errors import DropferryError
from bot.language import _
from bot.mapping import Key, Target, find, ignore, set_mapping
from bot.mapping_fields import ITEMS_AT_MOST, FieldUnclear, country, target, whole, yes
from bot.models import Line
from bot.models_buying import Mapping as MappingRow
from bot.money import decimal_text
from bot.storable import storable
from flows.values import Site

COLUMNS = (
    Column("shop", required=True),
    Column("variant_id", is_id=True, required=True),
    Column("country"),
    Column("item"),
    Column("ignored"),
    Column("product_id", is_id=True, required=True),
    Column("sku_id", is_id=True),
    # An id too: a spreadsheet takes "14:29" for a time of the day.
    Column("sku_attr", is_id=True),
    Column("options"),
    Column("ship_from"),
    Column("carrier"),
    Column("units"),
    Column("cost"),
    Column("currency"),
    Column("title"),
    Column("image"),
    Column("looked_at"),
    Column("sold_as"),  # for the reader; not taken back
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a file, understood; `target` is None where the variant is ignored and nothing is mapped."""

    key: Key
    target: Target | None
    ignored: bool
    title: str
    image: str | None
    looked_at: datetime | None


def to_cells(rows: Sequence[MappingRow], lines: Mapping[tuple[str, str], Line]) -> Iterator[list[str]]:
    """The cells of each mapping in the order of COLUMNS."""
    for row in rows:
        line = lines.get((row.shop, row.variant_id))
        cost = ""
        if row.cost_minor is not None and row.cost_currency is not None:
            cost = decimal_text(row.cost_minor, row.cost_currency)
        yield [
            row.shop,
            row.variant_id,
            row.country,
            str(row.position + 1),
            "yes" if row.ignored else "",
            row.product_id or "",
            row.sku_id or "",
            row.sku_attr,
            json.dumps(row.options, ensure_ascii=False) if row.options else "",
            row.ship_from or "",
            row.carrier or "",
            str(row.units),
            cost,
            row.cost_currency or "",
            row.title,
            row.image or "",
            row.looked_at.astimezone(UTC).isoformat() if row.looked_at else "",
            f"{line.title} {line.variant_title}".strip() if line else "",
        ]


def entries(rows: Sequence[Row], name: str, shops: Mapping[str, str], site: Site | None = None) -> list[Entry]:
    """The rows of a file called `name`; `shops` has the account's currency of each shop that is configured.

    Raises CsvError with every row that cannot be used.
    """
    found: list[Entry] = []
    problems: list[str] = []
    first: dict[Key, int] = {}
    for row in rows:
        if not any(cell.strip() for cell in row.cells.values()):
            continue
        try:
            entry = _entry(row.cells, shops, site)
        except DropferryError as error:
            problems.append(_("row {number}: {what}; {fix}").format(number=row.number, what=error.what, fix=error.fix))
            continue
        if entry.key in first:
            problems.append(
                _("row {number}: the same variant, country and item as row {first}").format(
                    number=row.number, first=first[entry.key]
                )
            )
        first[entry.key] = row.number
        found.append(entry)
    refuse(name, problems, _("mend these rows and import again"))
    return found


def take_in(session: Session, found: Sequence[Entry], now: datetime) -> int:
    """Write the rows of a file; returns how many of them are new or other than before."""
    before = [_kept(session, entry.key) for entry in found]
    for entry in found:
        if entry.target is not None:
            row = set_mapping(session, entry.key, entry.target, now)
            row.title, row.image = entry.title or row.title, entry.image or row.image
            row.looked_at = entry.looked_at or row.looked_at
            session.add(row)
            session.flush()
    for shop, variant_id in {(entry.key.shop, entry.key.variant_id) for entry in found if entry.ignored}:
        ignore(session, shop, variant_id, now)
    return sum(was != _kept(session, entry.key) for was, entry in zip(before, found, strict=True))


def _kept(session: Session, key: Key) -> dict[str, object] | None:
    row = find(session, key)
    return row.model_dump() if row else None


def _entry(cells: Mapping[str, str], shops: Mapping[str, str], site: Site | None) -> Entry:
    def cell(name: str) -> str:
        return cells.get(name, "")

    shop, variant_id = cell("shop").strip(), cell("variant_id").strip()
    if shop not in shops:
        raise FieldUnclear(
            _('there is no shop "{shop:.40}"').format(shop=shop),
            _("the shops are {shops}").format(shops=", ".join(shops)),
        )
    if not variant_id.isascii() or not variant_id.isdecimal() or len(variant_id) > 20:
        raise FieldUnclear(
            _('"{variant_id:.40}" is no variant id').format(variant_id=variant_id), _("it has digits only")
        )
    position = whole("item", cell("item"), 1, ITEMS_AT_MOST) - 1
    key = Key(shop, variant_id, country(cell("country")), position)
    ignored = yes("ignored", cell("ignored"))
    wanted = None
    if cell("product_id").strip() or not ignored:
        wanted = target(
            cell("product_id"),
            sku_id=cell("sku_id"),
            sku_attr=cell("sku_attr"),
            options=_options(cell("options")),
            ship_from=cell("ship_from"),
            carrier=cell("carrier"),
            units=cell("units"),
            cost=cell("cost"),
            currency=cell("currency").strip().upper() or shops[shop],
            site=site,
        )
    image = cell("image").strip() or None
    return Entry(key, wanted, ignored, storable(cell("title")), image, _time(cell("looked_at")))


def _options(text: str) -> list[tuple[str, str]]:
    """Options as they are exported, or as a person writes them: "Color=Bear; Size=M"."""
    from bot.ali_links import option

    if not text.strip().startswith("["):
        return [option(part) for part in text.split(";") if part.strip()]
    try:
        told = json.loads(text)
    except ValueError:
        told = None
    if not isinstance(told, list) or not all(_is_pair(each) for each in told):
        raise FieldUnclear(_('"{text:.60}" are no options').format(text=text), _("write them as Color=Bear; Size=M"))
    return [(storable(axis), storable(value)) for axis, value in told]


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(each, str) and each for each in value)


def _time(text: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        time = datetime.fromisoformat(text.strip())
    except ValueError:
        raise FieldUnclear(
            _('"{text:.40}" is no time').format(text=text), _("leave looked_at as it was exported, or empty")
        ) from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)

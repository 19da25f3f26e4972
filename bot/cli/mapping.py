"""The commands under `map`: what each variant of a shop is bought as on AliExpress."""

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import output
from bot.cli.app import group
from bot.cli.mapping_shown import as_json_of, bought_as, checked_json, print_checked, print_rows
from bot.cli.opening import open_config, someone_is_there
from bot.cli.orders import JsonOption
from bot.errors import ConfigError
from bot.language import _, counted, mark

if TYPE_CHECKING:
    from sqlmodel import Session

    from bot.clock_leap import ClockWatch
    from bot.config import Config
    from bot.home import Home
    from bot.jobs.check_mappings import Checked
    from bot.models import Line
    from bot.models_buying import Mapping

mapping = group(mark("Say what each variant of a shop is bought as on AliExpress."))

Variant = Annotated[
    str, typer.Argument(metavar="VARIANT", help="the variant's ShopBase id, or a line of an order as 1046/2")
]
Variants = Annotated[
    list[str] | None, typer.Argument(metavar="[VARIANT…]", help="only these: ShopBase ids, or lines as 1046/2")
]
Shop = Annotated[str | None, typer.Option("--shop", metavar="NAME", help="the shop, where there are several")]
Country = Annotated[str, typer.Option("--country", metavar="CC", help="only for buyers in this country")]
Item = Annotated[
    int, typer.Option("--item", metavar="N", min=1, max=20, help="which of several things that make up the variant")
]
File = Annotated[Path, typer.Argument(metavar="FILE", help="a CSV file; - is the standard input or output")]


@mapping.command("set")
def set_(
    variant: Variant,
    product: Annotated[
        str, typer.Argument(metavar="ALI_URL_OR_ID", help="the product's page on AliExpress, or its id")
    ],
    sku: Annotated[
        str | None, typer.Option("--sku", metavar="SKU", help='its ids, "14:29#Bear;183:200007741", or its number')
    ] = None,
    option: Annotated[
        list[str] | None, typer.Option("--option", metavar="AXIS=TEXT", help="as the page shows it: Color=Bear")
    ] = None,
    ship_from: Annotated[str, typer.Option("--ship-from", metavar="CC", help="from which country it is sent")] = "",
    carrier: Annotated[
        str, typer.Option("--carrier", metavar="CODE", help="the shipping service, such as CAINIAO_STANDARD")
    ] = "",
    units: Annotated[int, typer.Option("--units", metavar="N", min=1, help="how many are bought for one sold")] = 1,
    cost: Annotated[
        str, typer.Option("--cost", metavar="5.20", help="what one should cost, in the account's currency")
    ] = "",
    country: Country = "",
    item: Item = 1,
    shop: Shop = None,
    as_json: JsonOption = False,
) -> None:
    """Map a variant to an AliExpress product and SKU.

    What was mapped before for the same variant, country and item is replaced. The SKU is proved by map check.
    """
    from bot import ali_links, mapping_fields
    from bot.mapping import Key, set_mapping
    from bot.opening import now

    if sku is not None and option:
        raise typer.BadParameter(_("name the SKU by --sku or by --option, not by both"))
    with _opened() as (_home, config, database):
        with database.read() as session:
            of_shop, variant_id = _variant(session, config, variant, shop)
        sku_id, sku_attr = ali_links.sku(sku) if sku is not None else (None, "")
        target = mapping_fields.target(
            product,
            sku_id=sku_id or "",
            sku_attr=sku_attr,
            options=[ali_links.option(each) for each in option or []],
            ship_from=ship_from,
            carrier=carrier,
            units=str(units),
            cost=cost,
            currency=config.account(config.shop(of_shop).account).currency,
            site=config.site,
        )
        key = Key(of_shop, variant_id, mapping_fields.country(country), item - 1)
        with database.write() as session:
            row = set_mapping(session, key, target, now())
    if as_json:
        output.print_json(as_json_of(row))
        return
    told = _("variant {variant} of shop {shop} is bought as AliExpress product {product}")
    output.say(told.format(variant=variant_id, shop=of_shop, product=bought_as(row)))
    output.say(_("now prove it: dropferry map check {variant}").format(variant=variant_id))


@mapping.command("list")
def list_(variants: Variants = None, shop: Shop = None, as_json: JsonOption = False) -> None:
    """List what is mapped, and what waits for a mapping."""
    from bot.mapping import list_mappings, sold_as, unmapped

    with _opened() as (_home, config, database), database.read() as session:
        chosen = [_variant(session, config, each, shop)[1] for each in variants or []]
        if shop is not None:
            config.shop(shop)
        rows = list_mappings(session, shop, chosen)
        lines = sold_as(session, shop)
        waiting = [] if chosen else unmapped(session, shop)
    if as_json:
        unset_ = [{"shop": w.shop, "variant_id": w.variant_id, "title": w.title, "lines": w.lines} for w in waiting]
        output.print_json({"mappings": [as_json_of(row) for row in rows], "unmapped": unset_})
        return
    if rows:
        print_rows(rows, lines)
    elif not waiting:
        output.say(_("nothing is mapped yet: dropferry map set VARIANT ALIEXPRESS-URL"))
    if waiting:
        count = len(waiting)
        output.say(counted("{count} variant waits for a mapping:", "{count} variants wait for a mapping:", count))
        told = [(w.shop, w.variant_id, w.title, ", ".join(w.lines[:5])) for w in waiting]
        output.print_table((_("Shop"), _("Variant"), _("Sold as"), _("Lines")), told)
        output.say(
            _("map one: dropferry map set VARIANT ALIEXPRESS-URL; or leave it out: dropferry map ignore VARIANT")
        )


@mapping.command()
def ignore(variant: Variant, shop: Shop = None, as_json: JsonOption = False) -> None:
    """Leave a variant to others: it is not from AliExpress.

    Its lines are not bought. Mapping it again takes that back.
    """
    from bot.mapping import ignore as leave_out
    from bot.opening import now

    with _opened() as (_home, config, database), database.write() as session:
        of_shop, variant_id = _variant(session, config, variant, shop)
        leave_out(session, of_shop, variant_id, now())
    line = _("variant {variant} is left out").format(variant=variant_id)
    _tell({"shop": of_shop, "variant_id": variant_id, "ignored": True}, line, as_json)


@mapping.command()
def unset(
    variant: Variant,
    country: Annotated[
        str | None, typer.Option("--country", metavar="CC", help='only for this country; "" is the one for all')
    ] = None,
    item: Annotated[int | None, typer.Option("--item", metavar="N", min=1, max=20, help="only this item")] = None,
    shop: Shop = None,
    as_json: JsonOption = False,
) -> None:
    """Take a variant's mapping away."""
    from bot.mapping import unset as take_away
    from bot.mapping_fields import country as country_code

    of_country = None if country is None else country_code(country)
    with _opened() as (_home, config, database), database.write() as session:
        of_shop, variant_id = _variant(session, config, variant, shop)
        gone = take_away(session, of_shop, variant_id, of_country, None if item is None else item - 1)
    told = {"shop": of_shop, "variant_id": variant_id, "unset": [as_json_of(row) for row in gone]}
    _tell(told, _("variant {variant} is not mapped any more").format(variant=variant_id), as_json)


@mapping.command("export")
def export(file: File, shop: Shop = None) -> None:
    """Write the mappings to a CSV file for a spreadsheet."""
    from bot.csv_files import csv_text, write_csv
    from bot.mapping import list_mappings, sold_as
    from bot.mapping_csv import COLUMNS, to_cells

    with _opened() as (_home, config, database), database.read() as session:
        if shop is not None:
            config.shop(shop)
        rows = list_mappings(session, shop)
        cells = list(to_cells(rows, sold_as(session, shop)))
    if str(file) == "-":
        sys.stdout.buffer.write(csv_text(COLUMNS, cells).encode())
        return
    write_csv(file.absolute(), COLUMNS, cells)
    output.say(_("{count} mappings are in {file}").format(count=len(rows), file=file))


@mapping.command("import")
def import_(file: File, as_json: JsonOption = False) -> None:
    """Take mappings from a CSV file as `map export` writes it.

    All rows or, if any is wrong, none. Mappings that are not in the file stay as they are.
    """
    from bot.csv_files import parse_csv, read_csv
    from bot.mapping_csv import COLUMNS, entries, take_in
    from bot.opening import now

    with _opened() as (_home, config, database):
        rows = parse_csv(sys.stdin.buffer.read(), COLUMNS, "-") if str(file) == "-" else read_csv(file, COLUMNS)
        currencies = {name: config.account(shop.account).currency for name, shop in config.shops.items()}
        found = entries(rows, file.name, currencies, config.site)
        with database.write() as session:
            changed = take_in(session, found, now())
    told = {"rows": len(found), "changed": changed}
    line = _("{rows} rows are taken in, {changed} of them new or changed").format(**told)
    _tell(told, line, as_json)


@mapping.command()
def check(
    variants: Variants = None,
    country: Country = "",
    take_cost: Annotated[bool, typer.Option("--take-cost", help="expect from now on what it costs now")] = False,
    right: Annotated[bool, typer.Option("--right", help="I have looked: these are the same things")] = False,
    shop: Shop = None,
    as_json: JsonOption = False,
) -> None:
    """Prove on AliExpress that what is mapped exists, is on sale, and what it costs.

    Shows both sides of each mapping. A mapping's first purchase waits until a person has said that they are the same.
    """
    from bot.mapping import mark_looked
    from bot.mapping_fields import country as country_code
    from bot.opening import now

    to = country_code(country) or None
    with _opened() as (home, config, database):
        with database.read() as session:
            rows, lines = _to_check(session, config, variants or [], shop)
        found: list[Checked] = []
        try:
            for account, part in _by_account(config, rows):
                _check(home, config, database, account, part, to, found, take_cost=take_cost)
        finally:
            if as_json:
                output.print_json([checked_json(each, lines) for each in found])
            else:
                print_checked(found, lines)
        fresh = [each.mapping for each in found if each.verdict.is_fine and each.mapping.looked_at is None]
        may_ask = fresh and not right and not as_json and someone_is_there()
        asked = _("Are the two sides the same in all {count} new ones?").format(count=len(fresh))
        if fresh and (right or (may_ask and typer.confirm(asked))):
            with database.write() as session:
                mark_looked(session, fresh, now())
            output.note(_("{count} looked at").format(count=len(fresh)))
    if not all(each.verdict.is_fine for each in found):
        raise typer.Exit(1)


@contextlib.contextmanager
def _opened() -> "Iterator[tuple[Home, Config, Any]]":
    from bot.opening import database_of

    home, config = open_config()
    with database_of(home, config) as database:
        yield home, config, database


def _variant(session: "Session", config: "Config", typed: str, shop: str | None) -> tuple[str, str]:
    """Shop and variant id; ConfigError where the shop is unknown or there are several."""
    from bot.mapping import variant_of

    if shop is not None:
        config.shop(shop)
    of_shop, variant_id = variant_of(session, typed, shop)
    if of_shop is None and len(config.shops) == 1:
        of_shop = next(iter(config.shops))
    if of_shop is None:
        raise ConfigError(
            _("there are several shops"), _("say which: --shop {names}").format(names=" | ".join(config.shops))
        )
    config.shop(of_shop)
    return of_shop, variant_id


def _to_check(
    session: "Session", config: "Config", variants: Sequence[str], shop: str | None
) -> "tuple[list[Mapping], dict[tuple[str, str], Line]]":
    from bot.mapping import MappingError, list_mappings, sold_as

    chosen = [_variant(session, config, each, shop) for each in variants]
    rows = [row for row in list_mappings(session, shop) if row.product_id and (chosen or not row.ignored)]
    unknown = set(chosen) - {(row.shop, row.variant_id) for row in rows}
    if unknown:
        told = ", ".join(variant_id for _shop, variant_id in sorted(unknown))
        raise MappingError(
            _("not mapped: {variants}").format(variants=told),
            _("map it first: dropferry map set VARIANT ALIEXPRESS-URL"),
        )
    rows = [row for row in rows if row.shop in config.shops and (not chosen or (row.shop, row.variant_id) in chosen)]
    return rows, sold_as(session, shop)


def _by_account(config: "Config", rows: "list[Mapping]") -> "Iterator[tuple[str, list[Mapping]]]":
    accounts = {row.shop: config.shop(row.shop).account for row in rows}
    for account in sorted(set(accounts.values())):
        yield account, [row for row in rows if accounts[row.shop] == account]


def _check(
    home: "Home",
    config: "Config",
    database: Any,
    account: str,
    rows: "list[Mapping]",
    country: str | None,
    found: "list[Checked]",
    *,
    take_cost: bool,
    watch: "Callable[[], ClockWatch] | None" = None,
) -> None:
    """Add to `found` what each page proves; after a sleep of the machine the rest is read in a new browser."""
    from bot.clock_leap import ClockWatch, again_after_leap
    from bot.jobs.check_mappings import Part
    from bot.jobs.check_mappings import check as check_all
    from bot.opening import browser_of, now
    from flows.page import block_heavy
    from flows.read_product import read_product

    def read(stopped: Callable[[], bool]) -> Part:
        seen = {each.mapping.id for each in found}
        left = [row for row in rows if row.id not in seen]
        with browser_of(home, config, account, wait_seconds=600, say=output.note) as context:
            page = context.new_page()
            block_heavy(page)
            with output.progress(_("products"), len(left)) as done:
                checked = check_all(
                    database,
                    left,
                    lambda product_id, to: read_product(page, config.site, product_id, to),
                    now,
                    country=country,
                    take_cost=take_cost,
                )
                for so_far, each in enumerate(checked, start=1):
                    done(so_far)
                    found.append(each)
                    if stopped():
                        return Part(stopped=True)
        return Part()

    again_after_leap(read, lambda: False, output.note, watch or ClockWatch)


def _tell(told: dict[str, Any], line: str, as_json: bool) -> None:
    if as_json:
        output.print_json(told)
    else:
        output.say(line)

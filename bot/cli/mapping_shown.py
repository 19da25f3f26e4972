"""How mappings are shown: as tables for a person, as JSON for a program."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bot.cli import output
from bot.language import _

if TYPE_CHECKING:
    from bot.jobs.check_mappings import Checked
    from bot.models import Line
    from bot.models_buying import Mapping


def bought_as(row: "Mapping") -> str:
    """Product and SKU in a few words."""
    sku = row.sku_attr or row.sku_id or ", ".join(f"{axis}={text}" for axis, text in row.options or [])
    return " ".join(filter(None, (row.product_id, sku)))


def as_json_of(row: "Mapping") -> dict[str, Any]:
    """One mapping with its cost as decimal text."""
    from bot.money import decimal_text

    cost = None
    if row.cost_minor is not None and row.cost_currency is not None:
        cost = {"amount": decimal_text(row.cost_minor, row.cost_currency), "currency": row.cost_currency}
    kept = row.model_dump(mode="json", exclude={"id", "position", "cost_minor", "cost_currency", "country"})
    return kept | {"country": row.country or None, "item": row.position + 1, "cost": cost}


def print_rows(rows: "Sequence[Mapping]", lines: "dict[tuple[str, str], Line]") -> None:
    """The mappings as a table; `lines` say how the store calls each variant."""
    told = []
    for row in rows:
        line = lines.get((row.shop, row.variant_id))
        cost = _amount(row.cost_minor, row.cost_currency)
        units = f"{row.units} x " if row.units > 1 else ""
        bought = _("left out") if row.ignored else units + bought_as(row)
        item = _("item {number}").format(number=row.position + 1) if row.position else ""
        where = " ".join(filter(None, (row.country, item)))
        sent_from = _("from {country}").format(country=row.ship_from) if row.ship_from else ""
        way = " ".join(filter(None, (sent_from, row.carrier)))
        told.append((row.shop, row.variant_id, _sold(line), where, bought, way, cost, _state(row)))
    headings = (*(_("Shop"), _("Variant"), _("Sold as"), _("For"), _("Bought as"), _("Sent"), _("Cost"), _("State")),)
    output.print_table(headings, told, right=(_("Cost"),))


def _state(row: "Mapping") -> str:
    if row.ignored:
        return ""
    if row.checked_at is None:
        return _("not checked: dropferry map check")
    return _("fine") if row.looked_at else _("not looked at: dropferry map check")


def _sold(line: "Line | None") -> str:
    return f"{line.title} {line.variant_title}".strip() if line else ""


def checked_json(each: "Checked", lines: "dict[tuple[str, str], Line]") -> dict[str, Any]:
    """One check with both sides, the price and the ways to send it."""
    from bot.money import decimal_text

    line = lines.get((each.mapping.shop, each.mapping.variant_id))
    price = each.price and {
        "amount": decimal_text(each.price.minor, each.price.currency),
        "currency": each.price.currency,
    }
    return {
        **as_json_of(each.mapping),
        "fine": each.verdict.is_fine,
        "price": price,
        "problems": each.verdict.problems,
        "notes": each.verdict.notes,
        "shop_side": {"title": _sold(line), "picture": line.image if line else None},
        "ali_side": {
            "title": each.product.title if each.product else None,
            "options": each.option_text,
            "picture": each.image,
        },
        "shipping": [option.model_dump(mode="json") for option in each.product.shipping] if each.product else [],
    }


def print_checked(found: "list[Checked]", lines: "dict[tuple[str, str], Line]") -> None:
    """Both sides of each mapping side by side, with what the page says."""
    if not found:
        output.say(_("nothing to check; map something first: dropferry map set VARIANT ALIEXPRESS-URL"))
        return
    rows = []
    for each in found:
        line = lines.get((each.mapping.shop, each.mapping.variant_id))
        price = _amount(each.price.minor, each.price.currency) if each.price else ""
        theirs = [each.product.title if each.product else "", each.option_text, each.image or ""]
        said = [*(f"! {problem}" for problem in each.verdict.problems), *each.verdict.notes] or [_("fine")]
        ours = [_sold(line), (line.image or "") if line else ""]
        rows.append(
            (
                each.mapping.variant_id,
                " / ".join(filter(None, ours)),
                " / ".join(filter(None, theirs)),
                price,
                "; ".join(said),
            )
        )
    headings = (_("Variant"), _("In the store"), _("On AliExpress"), _("Costs now"), _("What it says"))
    output.print_table(headings, rows, right=(_("Costs now"),))


def _amount(minor: int | None, currency: str | None) -> str:
    from bot.money import money_text
    from flows.values import Money

    return "" if minor is None or currency is None else money_text(Money(minor=minor, currency=currency))

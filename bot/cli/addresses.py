"""The command about an order's address: what the buyer gave, what would be typed, and what stands against it."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import output
from bot.cli.opening import open_config
from bot.cli.orders import JsonOption, ShopOption
from bot.language import _

if TYPE_CHECKING:
    from sqlmodel import Session

    from bot.address import Composed
    from bot.models import Order

# Beside each field of the store's address: the fields of the form that it becomes.
_BECOMES = {
    "name": ("first_name", "last_name"),
    "first_name": ("first_name",),
    "last_name": ("last_name",),
    "phone": ("phone_code", "phone"),
    "company": (),
}


def address(
    order: Annotated[str, typer.Argument(metavar="ORDER", help="the order, as 1046")],
    set_fields: Annotated[
        list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="use this instead of what the buyer gave")
    ] = None,
    unset: Annotated[
        list[str] | None, typer.Option("--unset", metavar="FIELD", help="use what the buyer gave again")
    ] = None,
    shop: ShopOption = None,
    as_json: JsonOption = False,
) -> None:
    """See and mend the address that is typed into AliExpress.

    Shows what the buyer gave beside what would be typed into AliExpress, with every problem and its fix.
    A value that is set stays until it is unset; the buyer's own is kept.
    """
    from bot.address import field_name
    from bot.finding import find_order, parse
    from bot.opening import database_of, now

    changes: dict[str, str | None] = dict(map(_field_and_value, set_fields or []))
    changes |= {field_name(name): None for name in unset or []}
    reference = parse(order)
    if reference.lines:
        raise typer.BadParameter(_("an address belongs to a whole order: write it as 1046"))
    home, config = open_config()
    with database_of(home, config) as database:
        with database.read() as session:
            row = find_order(session, reference, shop)
        if changes:
            with database.write() as session:
                row = find_order(session, reference, shop)
                _change(session, row, changes, now())
        composed = _composed(row)
    if as_json:
        output.print_json(_as_json(row, composed))
    else:
        _print(row, composed)


def _field_and_value(typed: str) -> tuple[str, str]:
    from bot.address import field_name
    from bot.storable import storable

    name, equals, value = typed.partition("=")
    if not equals:
        wrong = _("{typed!r} has no value: write it as FIELD=VALUE, for example phone=+84901234567")
        raise typer.BadParameter(wrong.format(typed=typed))
    return field_name(name), storable(value).strip()


def _change(session: "Session", row: "Order", changes: "dict[str, str | None]", at: Any) -> None:
    from bot.models import Event

    kept = {**(row.address_overrides or {}), **changes}
    row.address_overrides = {name: value for name, value in kept.items() if value is not None}
    session.add(row)
    # Which fields, never what is in them: the history is shown and shared.
    fields = {"fields": sorted(changes)}
    session.add(Event(at=at, who="person", what="address changed", order_id=row.id, data=fields))


def _composed(row: "Order") -> "Composed":
    from bot.address import compose

    name = row.name.removeprefix("#")
    return compose(row.address, row.note_attributes or [], row.address_overrides or {}, row.phone, order=name)


def _as_json(row: "Order", composed: "Composed") -> dict[str, Any]:
    return {
        "order": row.name,
        "shop": row.shop,
        "original": {name: value for name, value in composed.original.items() if value},
        "overrides": dict(composed.overrides),
        "typed": composed.ship_to.model_dump(mode="json") if composed.ship_to else dict(composed.typed),
        "ready": composed.ship_to is not None,
        "problems": [{"field": p.field, "problem": p.problem, "fix": p.fix} for p in composed.problems],
    }


def _print(row: "Order", composed: "Composed") -> None:
    from bot.address import FIELDS

    rows = []
    for field in FIELDS:
        given, instead = composed.original.get(field, ""), composed.overrides.get(field)
        typed = " ".join(filter(None, (composed.typed.get(name, "") for name in _BECOMES.get(field, (field,)))))
        if given or instead is not None or typed:
            rows.append((field, given, "" if instead is None else instead or _("(left out)"), typed))
    output.say(_("Address of order {order}").format(order=row.name))
    output.print_table((_("Field"), _("The buyer gave"), _("You set"), _("Typed into AliExpress")), rows)
    for problem in composed.problems:
        output.say(f"! {problem}")
        output.say(f"  {problem.fix}")
    if not composed.problems:
        output.say(_("AliExpress should take this address."))

"""The command that takes a person's word on what is held: approve."""

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import output
from bot.cli.opening import open_config, someone_is_there
from bot.cli.placing import JsonOption, ShopOption
from bot.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session

    from bot.config import Config
    from bot.db import Database
    from bot.home import Home
    from bot.models import Order


def approve(
    orders: Annotated[
        list[str] | None, typer.Argument(metavar="[ORDER[/LINE]…]", help="orders, or lines of them")
    ] = None,
    product: Annotated[
        str | None, typer.Option("--product", metavar="P", help="all that is held of this AliExpress product")
    ] = None,
    up_to: Annotated[
        str | None, typer.Option("--up-to", metavar="COST", help="accept a price per piece up to this, as 5.90")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="take over what another dropferry has marked, without being asked")
    ] = False,
    shop: ShopOption = None,
    as_json: JsonOption = False,
) -> None:
    """Lift what holds a purchase back.

    Accepts a price, a margin, a first look, an order from before dropferry. What cannot be lifted is looked at again.

    An order that another dropferry has marked in the store is this one's afterwards; you are asked first.

    The amount of --up-to is for each piece; for a purchase over the cap, it is what all of it may cost.
    """
    from bot.ali_links import product_id
    from bot.approving import approve_order, approve_product, parse_amount
    from bot.finding import find_lines, find_order, parse
    from bot.opening import database_of, now
    from flows.amounts import digits_of

    if bool(orders) == (product is not None):
        raise typer.BadParameter(_("name the orders, or one product with --product"))
    home, config = open_config()
    with database_of(home, config) as database:
        with database.read() as session:
            marked = [each for typed in orders or [] for each in _marked(session, typed, shop)]
        _take_over(home, config, database, marked, yes=yes)
        with database.write() as session:
            lifted = []
            if product is not None:
                wanted = product_id(product, config.site)
                lifted = approve_product(session, wanted, up_to, lambda name: config.account(name).currency, now())
            for typed in orders or []:
                reference = parse(typed)
                order = find_order(session, reference, shop)
                currency = config.account(config.shop(order.shop).account).currency
                amount = parse_amount(up_to, digits_of(currency))
                lifted += approve_order(session, order, find_lines(session, order, reference), amount, now())
    if as_json:
        output.print_json([{"order": each.order, "line": each.position, "cause": each.cause} for each in lifted])
        return
    for each in lifted:
        where = each.order if each.position is None else f"{each.order}/{each.position}"
        told = _("{where}: {cause} lifted") if each.position is not None else _("{where}: {cause}")
        output.say(told.format(where=where, cause=each.cause))
    again = _("buy them: dropferry place --all (a dry run), then with --live")
    output.say(again if lifted else _("nothing was held there"))


def _marked(session: "Session", typed: str, shop: str | None) -> "list[tuple[Order, str]]":
    """The order with each tag of another home that holds one of its lines."""
    from bot.approving import homes_at
    from bot.finding import find_lines, find_order, parse

    reference = parse(typed)
    order = find_order(session, reference, shop)
    return [(order, tag) for tag in homes_at(session, find_lines(session, order, reference))]


def _take_over(
    home: "Home", config: "Config", database: "Database", marked: "Sequence[tuple[Order, str]]", *, yes: bool
) -> None:
    """Ask about each, then mark them all as this home's. Raises NotApprovedError, no hold lifted."""
    from bot.approving import NotApprovedError
    from bot.jobs.lease import Lease
    from bot.opening import now, shop_client
    from bot.shopbase import ShopBaseError

    for order, theirs in marked:
        asked = _(
            "{order} is marked by another dropferry ({home}). If that one still buys, it may be bought twice. "
            "Take it over?"
        ).format(order=order.name, home=theirs)
        if not yes and not (someone_is_there() and typer.confirm(asked)):
            raise NotApprovedError(_("nothing was changed"), _("say yes, or add --yes"))
    for order, theirs in marked:
        client = shop_client(home, config, order.shop)
        try:
            Lease(database, client, home, now).take_over(order.store_id, theirs)
        except ShopBaseError as trouble:
            raise NotApprovedError(
                _("the store could not be read: {problem}").format(problem=trouble), _("try again")
            ) from trouble
        finally:
            client.close()

"""The commands about orders: orders, show, link, fulfil."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import output
from bot.cli.opening import open_config, someone_is_there
from bot.errors import ConfigError
from bot.language import _, counted

if TYPE_CHECKING:
    from bot.config import Config
    from bot.home import Home
    from bot.listing import Listed
    from bot.suggesting import Suggestion

ShopOption = Annotated[str | None, typer.Option("--shop", metavar="NAME", help="the shop, where several have it")]
JsonOption = Annotated[bool, typer.Option("--json", help="print JSON")]
TABS = ", ".join(
    ("all", "pending", "awaiting-order", "awaiting-payment", "awaiting-shipment", "fulfilled", "failed", "canceled")
)


def orders(
    tab: Annotated[str, typer.Option("--tab", metavar="TAB", help=f"one of {TABS}")] = "all",
    search: Annotated[
        str | None,
        typer.Option("--search", metavar="WORDS", help="in order, buyer, title, SKU, AliExpress and tracking number"),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="at most so many")] = 50,
    shop: Annotated[str | None, typer.Option("--shop", metavar="NAME", help="only this shop")] = None,
    as_json: JsonOption = False,
) -> None:
    """List the orders, tab by tab.

    The newest come first. Each order that is not done says why not yet.
    """
    from bot.facts import Tab
    from bot.listing import as_json as to_json
    from bot.listing import count_at_stake, count_tabs, list_orders
    from bot.opening import database_of, now

    chosen = _tab(tab)
    home, config = open_config()
    if shop is not None:
        config.shop(shop)
    with database_of(home, config) as database, database.read() as session:
        found = list_orders(session, config, now(), tab=chosen, search=search, shop=shop, limit=limit)
        counts = count_tabs(session, shop)
        at_stake = count_at_stake(session, config, now(), shop) if counts[Tab.CANCELED] else 0
    if as_json:
        output.print_json([to_json(each) for each in found])
        return
    _print_tabs({each: counts[each] for each in Tab}, at_stake)
    if not found:
        output.say(_("no orders here") if sum(counts.values()) else _("no orders yet; fetch them: dropferry pull"))
        return
    _print_orders(found, several=len(config.shops) > 1)
    there = counts[chosen] if chosen else sum(counts.values())
    if not search and there > len(found):
        output.say(_("{count} of {all} shown; more with --limit").format(count=len(found), all=there))


def show(
    order: Annotated[str, typer.Argument(metavar="ORDER", help="the order, as 1046 or #1046")],
    shop: ShopOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show all that is known of one order.

    Its lines, what they were bought with, parcels, what ShopBase was told, and what happened when.
    """
    from bot.cli.showing import print_order
    from bot.finding import find_order, parse
    from bot.listing import as_json as to_json
    from bot.listing import describe, events_of
    from bot.opening import database_of, now

    home, config = open_config()
    with database_of(home, config) as database, database.read() as session:
        row = find_order(session, parse(order), shop)
        (listed,) = describe(session, config, [row.id or 0], now())
        events = events_of(session, listed)
    if as_json:
        output.print_json({**to_json(listed), "events": events})
    else:
        print_order(listed, events)


def link(
    order: Annotated[
        str | None, typer.Argument(metavar="[ORDER[/LINE…]]", help="the order, or its lines as 1046/1,3")
    ] = None,
    number: Annotated[str | None, typer.Argument(metavar="[ALI_ORDER_ID]", help="the AliExpress order number")] = None,
    item: Annotated[
        str | None, typer.Option("--item", metavar="PRODUCT[:SKU]", help="which of its items the line was bought as")
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="although the line is tied to another order")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="take the tie back")] = False,
    suggest: Annotated[bool, typer.Option("--suggest", help="look on AliExpress for what was bought")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="with --suggest: take all the sure ones")] = False,
    account: Annotated[
        str | None, typer.Option("--account", metavar="NAME", help="the AliExpress account, if not the shop's own")
    ] = None,
    shop: ShopOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tie order lines to an AliExpress order placed by hand.

    Without lines, all lines of the order; one number may hold several. With --suggest, dropferry looks for them itself
    by recipient, phone, product, quantity and day; only what leaves no second answer is offered.
    """
    home, config = open_config()
    if suggest:
        _suggest(home, config, account, yes=yes, as_json=as_json)
        return
    if order is None or (number is None) != undo:
        raise typer.BadParameter(
            _("name the order and its AliExpress number, or use --suggest, or --undo with an order")
        )
    from bot.finding import find_lines, find_order, parse
    from bot.linking import Item, unlink
    from bot.linking import link as tie
    from bot.opening import database_of, now

    reference = parse(order)
    with database_of(home, config) as database, database.write() as session:
        row = find_order(session, reference, shop)
        lines = find_lines(session, row, reference)
        if number is None:
            freed = unlink(session, row, lines, now())
            told = {"order": row.name, "freed": [line.position for line in freed]}
        else:
            bought_by = account or config.shop(row.shop).account
            config.account(bought_by)
            chosen = Item.parse(item) if item else None
            linked = tie(session, row, lines, number=number, account=bought_by, now=now(), item=chosen, replace=replace)
            told = {
                "order": row.name,
                "number": number,
                "tied": [line.position for line in linked.tied],
                "already": [line.position for line in linked.already],
                "also": list(linked.also),
            }
    _tell_link(told, as_json)


def fulfil(
    order: Annotated[str, typer.Argument(metavar="ORDER[/LINE…]", help="the order, or its lines as 1046/1,3")],
    number: Annotated[str | None, typer.Option("--number", metavar="N", help="the tracking number")] = None,
    carrier: Annotated[str | None, typer.Option("--carrier", metavar="C", help="who carries it")] = None,
    no_tracking: Annotated[bool, typer.Option("--no-tracking", help="there is no tracking number")] = False,
    shop: ShopOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fulfil an order by hand.

    ShopBase is told at once, for all that is left of the lines, and mails the buyer if the shop's settings say so.
    """
    from bot.jobs.by_hand import fulfil_by_hand
    from bot.opening import database_of, now, open_shop

    if (number is None) != no_tracking:
        raise typer.BadParameter(_("give --number N with --carrier C, or --no-tracking"))
    if number is not None and carrier is None:
        raise typer.BadParameter(_("say who carries it: --carrier C"))
    home, config = open_config()
    with database_of(home, config) as database:
        done = fulfil_by_hand(
            database,
            lambda name: open_shop(home, config, name, wait_seconds=600, say=output.note),
            config,
            order,
            shop=shop,
            number=number,
            carrier=carrier,
            clock=now,
        )
    if as_json:
        output.print_json(done.as_json())
    else:
        output.say(done.line)


def _tab(name: str) -> Any:
    from bot.facts import Tab

    known = {each.value: each for each in Tab}
    if name != "all" and name not in known:
        raise typer.BadParameter(_("there is no tab {name!r}; the tabs are {tabs}").format(name=name, tabs=TABS))
    return known.get(name)


def _print_tabs(counts: dict[Any, int], at_stake: int) -> None:
    from bot.facts import Tab
    from bot.wording import TAB_MOVES, tab_name

    width = max(18, *(len(tab_name(tab)) for tab in counts))
    output.say(f"{_('All'):<{width}} {sum(counts.values()):>6}")
    for tab, count in counts.items():
        move = _(TAB_MOVES[tab])
        if tab is Tab.CANCELED and at_stake:
            move = _("called off in the store; at AliExpress {count} of them may still cost you: look there").format(
                count=at_stake
            )
        output.say(f"{tab_name(tab):<{width}} {count:>6}  {move}")
    output.say()


def _print_orders(found: "list[Listed]", several: bool) -> None:
    from bot.money import money_text
    from bot.wording import tab_name, when
    from flows.values import Money

    rows = []
    for each in found:
        order = each.rows.order
        name = f"{order.name} ({order.shop})" if several else order.name
        total = money_text(Money(minor=order.total_minor, currency=order.currency))
        note = "\n".join([each.why or "", *(f"! {warning}" for warning in each.warnings)]).strip()
        rows.append((name, when(order.created_at), tab_name(each.standing.tab), total, note))
    output.print_table((_("Order"), _("Placed"), _("Tab"), _("Total"), _("Why not yet")), rows, right=(_("Total"),))


def _tell_link(told: dict[str, Any], as_json: bool) -> None:
    if as_json:
        output.print_json(told)
        return
    if "freed" in told:
        if not told["freed"]:
            output.say(_("{order}: no line is tied to no AliExpress order any more").format(order=told["order"]))
            return
        said = counted(
            "{order}: line {lines} is tied to no AliExpress order any more",
            "{order}: lines {lines} are tied to no AliExpress order any more",
            **_places(told, "freed"),
        )
        output.say(said)
        return
    if told["tied"]:
        said = counted(
            "{order}: line {lines} is now tied to AliExpress order {number}",
            "{order}: lines {lines} are now tied to AliExpress order {number}",
            **_places(told, "tied"),
            number=told["number"],
        )
        output.say(said)
    if told["already"]:
        said = counted(
            "{order}: line {lines} is already tied to it",
            "{order}: lines {lines} are already tied to it",
            **_places(told, "already"),
        )
        output.say(said)
    if told["also"]:
        orders = ", ".join(told["also"])
        output.say(_("the same AliExpress order is also tied to {orders}").format(orders=orders))
    output.say(_("the next sync reads it; or now: dropferry sync"))


def _places(told: dict[str, Any], key: str) -> dict[str, Any]:
    return {"count": len(told[key]), "order": told["order"], "lines": ", ".join(map(str, told[key]))}


def _suggest(home: "Home", config: "Config", account: str | None, *, yes: bool, as_json: bool) -> None:
    from bot.evidence import Evidence
    from bot.jobs.suggest import accept, find_suggestions
    from bot.opening import browser_of, database_of, now

    name = account or next(iter(config.accounts))
    if account is None and len(config.accounts) > 1:
        raise ConfigError(
            _("there are several AliExpress accounts"),
            _("say which: --account {names}").format(names=" | ".join(config.accounts)),
        )
    with database_of(home, config) as database:
        with browser_of(home, config, name, wait_seconds=600, say=output.note) as context:
            found = find_suggestions(
                database,
                context,
                config.site,
                config,
                account=name,
                clock=now,
                tabs=config.sync.tabs,
                on_trouble=Evidence(home.evidence).keep,
            )
        if as_json:
            output.print_json([_suggestion_json(each) for each in found])
        else:
            _print_suggestions(found)
        sure = sum(each.sure is not None for each in found)
        if sure and (
            yes
            or (
                not as_json and someone_is_there() and typer.confirm(_("Tie the {count} sure ones?").format(count=sure))
            )
        ):
            with database.write() as session:
                tied = accept(session, found, name, now())
            output.note(_("{count} tied").format(count=tied))


def _suggestion_json(each: "Suggestion") -> dict[str, Any]:
    return {
        "order": each.line.order,
        "line": each.line.position,
        "title": each.line.title,
        "quantity": each.line.quantity,
        "sure": each.sure,
        "candidates": list(each.candidates),
    }


def _print_suggestions(found: "list[Suggestion]") -> None:
    if not found:
        output.say(_("nothing on AliExpress fits an open line"))
        return
    rows = [
        (
            _("yes") if each.sure else _("no"),
            f"{each.line.order}/{each.line.position}",
            f"{each.line.quantity} x {each.line.title}",
            ", ".join(each.candidates),
        )
        for each in found
    ]
    output.print_table((_("Sure"), _("Line"), _("What"), _("AliExpress order")), rows)
    if any(each.sure is None for each in found):
        output.say(
            _("what is not sure may have a second answer: look on AliExpress, then dropferry link ORDER/LINE NUMBER")
        )

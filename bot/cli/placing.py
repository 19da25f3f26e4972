"""The commands of buying: place, resolve, reconcile."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import output
from bot.cli.opening import open_config, someone_is_there
from bot.errors import ConfigError, DoneInPart, DropferryError
from bot.language import _

if TYPE_CHECKING:
    from bot.config import Config
    from bot.home import Home
    from bot.jobs.place import Placed
    from bot.jobs.purchasing import Outcome
    from bot.work import Workplace

ShopOption = Annotated[str | None, typer.Option("--shop", metavar="NAME", help="the shop, where several have it")]
AccountOption = Annotated[str | None, typer.Option("--account", metavar="NAME", help="the AliExpress account")]
JsonOption = Annotated[bool, typer.Option("--json", help="print JSON")]
WaitOption = Annotated[
    int, typer.Option("--wait", metavar="SECONDS", min=0, help="how long to wait while its browser is in use")
]


def place(
    orders: Annotated[list[str] | None, typer.Argument(metavar="[ORDER…]", help="only these orders")] = None,
    every: Annotated[bool, typer.Option("--all", help="all orders that are to be bought")] = False,
    live: Annotated[bool, typer.Option("--live", help="really order; needs live = true in config.toml")] = False,
    limit: Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="at most so many")] = None,
    supervised: Annotated[
        bool, typer.Option("--supervised", help="you watch and say yes before each press; proves a way to pay later")
    ] = False,
    account: AccountOption = None,
    shop: ShopOption = None,
    wait: WaitOption = 600,
    csv: Annotated[str | None, typer.Option("--csv", metavar="FILE", help="write the cost report as CSV")] = None,
    as_json: JsonOption = False,
) -> None:
    """Buy on AliExpress, or only see what it would cost.

    Without --live everything is done up to the button and nothing is ordered: a dry run with a cost report. With --live
    orders are placed where the button cannot charge; they then wait in To pay for you. dropferry never pays.
    """
    from bot.cli.cost_report import print_report, report_json, write_csv
    from bot.cli.working import workplace
    from bot.rungs import why_not_robot

    if bool(orders) == every:
        raise typer.BadParameter(_("name the orders, or say --all"))
    with workplace() as place_:
        place_.wait_seconds = wait
        if live and not place_.config.live:
            raise ConfigError(
                _("live is off in config.toml, so nothing is ordered"), _("set the caps, then live = true")
            )
        name = account_of(place_.config, account)
        no = why_not_robot(name, place_.config.account(name).buying) if live else None
        if no is not None:
            raise ConfigError(no)
        only = orders_of(place_, orders, shop) if orders else None
        ask = _ask if supervised and live else None
        done = _run(place_, name, live=live, only=only, limit=limit, supervised=ask)
        if csv is not None:
            write_csv(csv, done)
        if as_json:
            output.print_json(report_json(done))
        else:
            print_report(done)
    if done.trouble is not None:
        raise done.trouble
    if done.ended_by is not None:
        raise DoneInPart(_("not all of it could be done"), done.ended_by)
    if any(each.state == "failed" for each in done.outcomes):
        raise DoneInPart(_("not all of it could be done"), _("the lines above say why; run it again for those"))
    if live and any(each.state in ("held", "unknown") for each in done.outcomes):
        raise DoneInPart(_("not all of it was ordered"), _("the lines above say why, and what to do"))


def resolve(
    order: Annotated[str, typer.Argument(metavar="ORDER/LINE", help="the line whose outcome is unknown")],
    number: Annotated[
        list[str] | None, typer.Option("--number", metavar="N", help="the AliExpress order that it became")
    ] = None,
    not_placed: Annotated[bool, typer.Option("--not-placed", help="you looked: nothing was ordered")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask once more")] = False,
    shop: ShopOption = None,
) -> None:
    """Say what became of a purchase that may have been placed.

    Shows what is known of it, asks once, and writes your word down.
    """
    from bot.approving import NotApprovedError, unresolved
    from bot.approving import resolve as take_word
    from bot.finding import find_lines, find_order, parse
    from bot.opening import database_of, now

    if bool(number) and not_placed:
        raise typer.BadParameter(_("say --number N or --not-placed, not both"))
    home, config = open_config()
    reference = parse(order)
    with database_of(home, config) as database:
        with database.read() as session:
            row = find_order(session, reference, shop)
            lines = [line for line in find_lines(session, row, reference) if unresolved(session, line) is not None]
            if len(lines) != 1:
                unknown = _("{count} lines of {order} are unknown").format(count=len(lines), order=row.name)
                raise NotApprovedError(unknown, _("name one: ORDER/LINE"))
            _show_unknown(home, unresolved(session, lines[0]))
        if not number and not not_placed:
            output.say(_("Look in My Orders on AliExpress, then say --number N, or --not-placed."))
            return
        asked = (
            _("{order}/{line}: it became {numbers}. Is that so?")
            if number
            else _("{order}/{line}: nothing was ordered, and it may be ordered again. Is that so?")
        ).format(order=row.name, line=lines[0].position, numbers=", ".join(number or []))
        if not yes and not (someone_is_there() and typer.confirm(asked)):
            raise NotApprovedError(_("nothing was changed"), _("say yes, or add --yes"))
        with database.write() as session:
            buyer = config.shop(row.shop).account
            take_word(session, row, lines[0], numbers=number or [], account=buyer, now=now())
    output.say(_("written down"))


def reconcile(
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="a new home or a restored one: look back to this day")
    ] = None,
    account: AccountOption = None,
    wait: WaitOption = 600,
    as_json: JsonOption = False,
) -> None:
    """Hold what dropferry knows against what AliExpress shows.

    Lists purchases whose outcome is unknown, numbers that AliExpress does not show, and orders there that nobody here
    knows of. With --since, a new or restored home may buy again afterwards.
    """
    from bot.cli.working import workplace
    from bot.jobs.reconciling import reconcile_account

    with workplace() as place_:
        place_.wait_seconds = wait
        name = account_of(place_.config, account)
        found = reconcile_account(place_, name, _day(since))
    if as_json:
        output.print_json(found.as_json())
        return
    for line in found.lines():
        output.say(line)


def _run(
    place_: "Workplace",
    account: str,
    *,
    live: bool,
    only: list[int] | None,
    limit: int | None,
    supervised: "Callable[[Outcome], bool] | None",
) -> "Placed":
    from bot.checkup.before_buying import PagesBrokenError, check_pages
    from bot.jobs.place import PlaceOrders
    from bot.notifying.placing import goes_again, tell_refused
    from bot.opening import browser_of
    from bot.overrides import NotAcceptedError

    try:
        if live:
            # Told before a browser is opened for nothing.
            _check_home(place_, account, watched=supervised is not None)
        with browser_of(
            place_.home, place_.config, account, wait_seconds=place_.wait_seconds, say=place_.say
        ) as context:
            if live:
                check_pages(place_, context, account)
                goes_again(place_, account)
            return PlaceOrders(place_, context, account, live, only, limit, supervised=supervised, pause=_pause).run()
    except (PagesBrokenError, NotAcceptedError) as no:
        if not someone_is_there():
            tell_refused(place_, account, no)
        raise


def _check_home(place_: "Workplace", account: str, *, watched: bool) -> None:
    from bot.buying_home import check_may_buy
    from bot.clock_off import check_clock
    from bot.overrides import check_accepted

    with place_.database.read() as session:
        check_may_buy(session, place_.home, account)
        check_clock(session, place_.config)
        if not watched:
            check_accepted(session, place_.config.site.selectors)


def _pause(seconds: float) -> None:
    import time

    # A person waits at the terminal meanwhile; AliExpress's list is not there at once.
    time.sleep(seconds)


def _ask(outcome: "Outcome") -> bool:
    from bot.cli.cost_report import press_lines

    if not someone_is_there():
        raise NotAskedError(
            _("nobody is there to say yes before the press"), _("run it at a terminal, or leave --supervised")
        )
    assert outcome.quote is not None
    for line in press_lines(outcome):
        output.say(line)
    return typer.confirm(_('Press "{button}" now?').format(button=outcome.quote.button_text))


class NotAskedError(DropferryError):
    """A press that a person has to watch, and nobody is there."""

    exit_code = 4


def account_of(config: "Config", name: str | None) -> str:
    """The account that is named, else the only one. Raises ConfigError."""
    if name is not None:
        config.account(name)
        return name
    if len(config.accounts) > 1:
        raise ConfigError(
            _("there are several AliExpress accounts"),
            _("say which: --account {names}").format(names=" | ".join(config.accounts)),
        )
    return next(iter(config.accounts))


def orders_of(place_: "Workplace", typed: list[str], shop: str | None) -> list[int]:
    """Our ids of whole orders that were typed. Raises NotFoundError, BadParameter."""
    from bot.finding import find_order, parse

    if lines := [each for each in typed if parse(each).lines]:
        told = _("whole orders are bought, not single lines: {lines}")
        raise typer.BadParameter(told.format(lines=", ".join(lines)))
    with place_.database.read() as session:
        return [find_order(session, parse(each), shop).id or 0 for each in typed]


def _day(typed: str | None) -> Any:
    from datetime import date

    if typed is None:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise typer.BadParameter(_("{typed!r} is no day; write it as 2026-11-01").format(typed=typed)) from None


def _show_unknown(home: "Home", purchase: Any) -> None:
    from bot.money import money_text
    from bot.wording import when
    from flows.values import Money

    about = _("about to be ordered {when}, product {product}, {count} of it")
    output.say(about.format(when=when(purchase.intent_at), product=purchase.product_id, count=purchase.units))
    if purchase.cost_minor is not None:
        total = money_text(Money(minor=purchase.cost_minor, currency=purchase.cost_currency))
        output.say(_("total {amount}").format(amount=total))
    if purchase.hold_data and purchase.hold_data.get("candidates"):
        numbers = _(" or ").join(purchase.hold_data["candidates"])
        output.say(_("it may be AliExpress order {numbers}").format(numbers=numbers))
    if purchase.evidence:
        output.say(_("what the page looked like: {folder}").format(folder=home.evidence / purchase.evidence))

"""The commands about what stands unpaid: pay, reorder."""

import os
import sys
import threading
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import output
from bot.cli.opening import open_config, someone_is_there
from bot.errors import ConfigError, DoneInPart
from bot.language import _, counted

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from bot.config import Config
    from bot.jobs.pay_together import Visit
    from bot.paying import PaySheet
    from bot.unpaid import Waiting
    from bot.work import Workplace

JsonOption = Annotated[bool, typer.Option("--json", help="print JSON")]


def pay(
    together: Annotated[
        bool, typer.Option("--open", help="open AliExpress's To pay tab with the most urgent ones ticked")
    ] = False,
    account: Annotated[
        str | None, typer.Option("--account", metavar="NAME", help="only this AliExpress account")
    ] = None,
    wait: Annotated[
        int, typer.Option("--wait", metavar="SECONDS", min=0, help="how long to wait while its browser is in use")
    ] = 600,
    csv: Annotated[str | None, typer.Option("--csv", metavar="FILE", help="write the list as CSV")] = None,
    as_json: JsonOption = False,
) -> None:
    """List what waits for your payment on AliExpress, the most urgent first.

    With --open a browser shows the To pay tab, with up to 20 orders ticked for one payment. You press and pay there;
    dropferry presses nothing and sees nothing of it. When you close the window, it reads what was paid.
    """
    from bot.cli.pay_report import sheet_json, write_csv
    from bot.cli.working import workplace

    with workplace() as place:
        place.wait_seconds = wait
        chosen = _accounts(place.config, account, one=together)
        sheets = _sheets(place, chosen)
        if csv is not None:
            write_csv(csv, sheets, place.config.site.www)
        if as_json and not together:
            output.print_json(sheet_json(sheets, place.config.site.www))
            return
        if not as_json:
            _print(place, sheets, how=not together)
        if together:
            _pay_together(place, chosen[0], as_json=as_json)


def reorder(
    order: Annotated[str, typer.Argument(metavar="ORDER[/LINE…]", help="the order, or its lines as 1046/1,3")],
    shop: Annotated[str | None, typer.Option("--shop", metavar="NAME", help="the shop, where several have it")] = None,
    as_json: JsonOption = False,
) -> None:
    """Buy again what AliExpress has cancelled or closed.

    Only a line whose AliExpress order is over; what stands there is never bought a second time. The old order stays in
    the history. Nothing is ordered by this command itself: the next dropferry place, or pay-run, does.
    """
    from bot.finding import find_lines, find_order, parse
    from bot.opening import database_of, now
    from bot.reordering import reorder as begin_anew

    home, config = open_config()
    reference = parse(order)
    with database_of(home, config) as database, database.write() as session:
        row = find_order(session, reference, shop)
        lines = find_lines(session, row, reference)
        done = begin_anew(session, row, lines, now(), named=bool(reference.lines), www=config.site.www)
    if as_json:
        again = [{"line": line, "over": list(numbers)} for line, numbers in done.lines]
        output.print_json({"order": row.name, "again": again, "left": list(done.left)})
        return
    for line, numbers in done.lines:
        told = _("{order}/{line} is to be bought again; AliExpress order {numbers} stays in its history")
        output.say(told.format(order=row.name, line=line, numbers=", ".join(numbers)))
    for left in done.left:
        output.say(_("left as it is: {what}").format(what=left))
    output.say(_("buy it: dropferry place {order}").format(order=row.name.removeprefix("#")))


def _accounts(config: "Config", name: str | None, *, one: bool) -> list[str]:
    if name is not None:
        config.account(name)
        return [name]
    if one and len(config.accounts) > 1:
        raise ConfigError(
            _("there are several AliExpress accounts"),
            _("say which one to pay in: --account {names}").format(names=" | ".join(config.accounts)),
        )
    return list(config.accounts)


def _sheets(place: "Workplace", accounts: list[str]) -> "list[tuple[str, PaySheet, Waiting]]":
    from bot.paying import pay_sheet
    from bot.unpaid import waiting_for_payment

    with place.database.read() as session:
        found = [(account, waiting_for_payment(session, [account])) for account in accounts]
    return [(account, pay_sheet(waiting.unpaid), waiting) for account, waiting in found]


def _print(place: "Workplace", sheets: "list[tuple[str, PaySheet, Waiting]]", *, how: bool) -> None:
    from bot import rechecks
    from bot.cli.pay_report import print_again, print_sheet

    for account, sheet, waiting in sheets:
        if len(sheets) > 1:
            output.say(_('Account "{account}":').format(account=account))
        print_sheet(sheet, waiting, www=place.config.site.www, now=place.clock(), how=how)
        with place.database.read() as session:
            again = rechecks.waiting(session, account)
        if how:
            print_again(again)


def _pay_together(place: "Workplace", account: str, *, as_json: bool) -> None:
    from bot.cli.pay_report import print_settled, settled_json
    from bot.jobs.pay_together import PayTogether

    said = Said()

    def browser(attended: bool) -> "AbstractContextManager[BrowserContext]":
        from bot.opening import browser_of

        return browser_of(
            place.home,
            place.config,
            account,
            wait_seconds=place.wait_seconds,
            say=output.note,
            stopped=place.stopped,
            attended=attended,
        )

    def ready(visit: "Visit") -> None:
        _tell_ticked(visit)
        said.listen()

    def is_over(_context: "BrowserContext") -> bool:
        return said.is_done or place.stopped()

    def looking(_visit: "Visit") -> None:
        output.note(_("Looking on AliExpress what was paid …"))

    visit = PayTogether(place, account, browser, ready, is_over, looking).run()
    if as_json:
        output.print_json(settled_json(visit.to_pay, visit.settled, visit.again))
    elif visit.settled is not None:
        _tell_not_ticked(visit)
        print_settled(visit.settled, visit.again)
    if visit.asked and visit.settled is None:
        raise DoneInPart(_("stopped before anybody looked what was paid"), _("look: dropferry sync"))
    if visit.settled is not None and visit.settled.unread:
        raise DoneInPart(_("not all of it could be read"), _("look again: dropferry sync"))


def _tell_ticked(visit: "Visit") -> None:
    from bot.paying import totals
    from bot.wording_alarms import amounts

    count = counted("{count} order is ticked", "{count} orders are ticked", len(visit.to_pay))
    output.note(f"{count}: {amounts(totals(each.amount for each in visit.to_pay))}")
    _tell_not_ticked(visit)
    output.note(_('Press "Pay for selected orders" in the browser and pay there; dropferry presses nothing.'))
    if someone_is_there():
        output.note(_("When you are done: close the browser window, or press Enter here."))
    else:
        output.note(_("When you are done: close the browser window."))


def _tell_not_ticked(visit: "Visit") -> None:
    ticked = visit.ticked
    for numbers, told in (
        (
            ticked.left,
            _("AliExpress pays at most {together} together; run it again for the rest: {numbers}"),
        ),
        (ticked.unable, _("these cannot be ticked, pay them one by one: {numbers}")),
        (ticked.absent, _("not in the To pay tab any more, so paid or closed: {numbers}")),
    ):
        if numbers:
            output.note(told.format(together=ticked.together, numbers=", ".join(numbers)))


class Said:
    """Whether the person at the terminal has pressed Enter. Their key is waited for beside everything else."""

    def __init__(self) -> None:
        self._done = threading.Event()

    @property
    def is_done(self) -> bool:
        """Whether they have."""
        return self._done.is_set()

    def listen(self) -> None:
        """Begin to wait for it, where somebody is there."""
        if someone_is_there():
            threading.Thread(target=self._read, name="enter", daemon=True).start()

    def _read(self) -> None:
        # Past Python's own buffer, whose lock would keep the process from ending while nobody types.
        os.read(sys.stdin.fileno(), 1024)
        self._done.set()

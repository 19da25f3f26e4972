"""The pay sheet as a person reads it: as a table with links, as JSON, as CSV."""

import shutil
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.ali_pages import order_page, to_pay_tab
from bot.cli import output
from bot.language import _, counted
from bot.money import decimal_text, money_text
from bot.paying import PaySheet, Row, Settled, Unpaid
from bot.unpaid import Waiting
from bot.wording import when
from bot.wording_alarms import amounts
from bot.wording_paying import WHY_NOT, asked, not_to_pay, settled_lines, unread_line, until
from flows.values import Money

COLUMNS = (
    "Account",
    "AliExpress order",
    "For",
    "Pay until",
    "Ordered",
    "Amount",
    "Running total",
    "Currency",
    "Do not pay",
    "Link",
)
# With this much room the link stands in the row of its order.
WIDE = 170


def print_sheet(sheet: PaySheet, waiting: Waiting, *, www: str, now: datetime, how: bool) -> None:
    """Print what stands unpaid in one account, the most urgent first, and unless it is being done, how it is paid."""
    if sheet.rows:
        _print_rows(sheet.rows, www, now)
        count = counted("{count} order to pay", "{count} orders to pay", len(sheet.rows))
        output.say(f"{count}: {amounts(sheet.totals)} ({_read(sheet.orders)})")
        _print_missing(sheet.rows)
        if how:
            told = _("pay together: dropferry pay --open; or in the To pay tab yourself: {link}")
            output.say(told.format(link=to_pay_tab(www)))
    for each in sheet.not_to_pay:
        output.say(f"! {not_to_pay(each, www)}")
    if waiting.unread:
        output.say(unread_line(waiting.unread))
    if not sheet.rows and not sheet.not_to_pay and not waiting.unread:
        output.say(_("nothing waits for your payment, as far as AliExpress was read; newer: dropferry sync"))


def _print_rows(rows: Sequence[Row], www: str, now: datetime) -> None:
    wide = _columns() >= WIDE
    headings = [_("Pay until"), _("AliExpress order"), _("For"), _("Amount"), _("Running total")]
    cells = [
        [
            until(row.order, now),
            row.order.number,
            ", ".join(row.order.lines),
            asked(row.order),
            money_text(row.running) if row.running is not None else "",
            *([order_page(row.order.number, www)] if wide else []),
        ]
        for row in rows
    ]
    output.print_table([*headings, *([_("Link")] if wide else [])], cells, right=headings[3:])
    if not wide:
        for row in rows:
            output.say(order_page(row.order.number, www))


def _print_missing(rows: Sequence[Row]) -> None:
    unknown = sum(row.order.amount is None for row in rows)
    if unknown:
        output.say(
            counted(
                "{count} of them has no amount that is known, and is not in the total",
                "{count} of them have no amount that is known, and are not in the total",
                unknown,
            )
        )


def _read(orders: Sequence[Unpaid]) -> str:
    """How old what is told of them is."""
    read = [each.read_at for each in orders]
    known = [each for each in read if each is not None]
    if not known:
        return _("not read on AliExpress since they were ordered")
    if len(known) < len(read):
        return _("partly not read on AliExpress since they were ordered")
    return _("read on AliExpress {at}").format(at=when(min(known)))


def _columns() -> int:
    """How wide the terminal is; without one, as wide as it takes."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 1000


def print_settled(settled: Settled, again: Sequence[datetime]) -> None:
    """Print what came of a payment, and when it is looked at again."""
    for line in settled_lines(settled):
        output.say(line)
    print_again(again)


def print_again(again: Sequence[datetime]) -> None:
    """Print when what is unpaid is read again."""
    if again:
        times = ", ".join(f"{each.astimezone():%H:%M}" for each in again)
        output.say(
            _("what is unpaid is read again at {times}, by dropferry run; without it, with dropferry sync").format(
                times=times
            )
        )


def sheet_json(sheets: Sequence[tuple[str, PaySheet, Waiting]], www: str) -> dict[str, Any]:
    """The sheets of all accounts as plain data; amounts as decimal text beside minor units, times as ISO in UTC."""
    return {
        "unpaid": [_row_json(row, www) for _account, sheet, _waiting in sheets for row in sheet.rows],
        "totals": {
            account: [_money_json(each) for each in sheet.totals] for account, sheet, _waiting in sheets if sheet.rows
        },
        "not_to_pay": [_order_json(each, www) for _account, sheet, _waiting in sheets for each in sheet.not_to_pay],
        "not_read": [number for _account, _sheet, waiting in sheets for number in waiting.unread],
    }


def settled_json(ticked: Sequence[Unpaid], settled: Settled | None, again: Sequence[datetime]) -> dict[str, Any]:
    """What came of a payment, as plain data."""
    told: dict[str, Any] = {
        "ticked": [each.number for each in ticked],
        "again_at": [each.isoformat() for each in again],
    }
    if settled is not None:
        told |= {"expected": [_money_json(each) for each in settled.expected]}
        told |= {"paid": [_money_json(each) for each in settled.paid]}
        for name in ("still", "checking", "over", "unread", "also"):
            told[name] = [each.number for each in getattr(settled, name)]
    return told


def _row_json(row: Row, www: str) -> dict[str, Any]:
    return {**_order_json(row.order, www), "running": _money_json(row.running)}


def _order_json(order: Unpaid, www: str) -> dict[str, Any]:
    return {
        "account": order.account,
        "number": order.number,
        "lines": list(order.lines),
        "amount": _money_json(order.amount),
        "quoted": _money_json(order.quoted),
        "deadline": order.deadline.isoformat() if order.deadline else None,
        "ordered_at": order.since.isoformat(),
        "read_at": order.read_at.isoformat() if order.read_at else None,
        "do_not_pay": order.not_to_pay.value if order.not_to_pay else None,
        "link": order_page(order.number, www),
    }


def _money_json(amount: Money | None) -> dict[str, Any] | None:
    if amount is None:
        return None
    text = decimal_text(amount.minor, amount.currency)
    return {"amount": text, "minor": amount.minor, "currency": amount.currency}


def write_csv(file: str, sheets: Sequence[tuple[str, PaySheet, Waiting]], www: str) -> None:
    """Write the sheets as a CSV file that a spreadsheet opens; times in UTC. Raises ConfigError."""
    from bot.csv_files import Column
    from bot.csv_files import write_csv as write

    columns = [Column(name, is_id=name in ("AliExpress order", "For")) for name in COLUMNS]
    rows = [
        *(_cells(row.order, row.running, www) for _account, sheet, _waiting in sheets for row in sheet.rows),
        *(_cells(each, None, www) for _account, sheet, _waiting in sheets for each in sheet.not_to_pay),
    ]
    write(Path(file), columns, rows)


def _cells(order: Unpaid, running: Money | None, www: str) -> tuple[str, ...]:
    return (
        order.account,
        order.number,
        ", ".join(order.lines),
        f"{order.deadline:%Y-%m-%d %H:%M}" if order.deadline else "",
        f"{order.since:%Y-%m-%d %H:%M}",
        decimal_text(order.amount.minor, order.amount.currency) if order.amount else "",
        decimal_text(running.minor, running.currency) if running else "",
        order.amount.currency if order.amount else "",
        _(WHY_NOT[order.not_to_pay]) if order.not_to_pay else "",
        order_page(order.number, www),
    )

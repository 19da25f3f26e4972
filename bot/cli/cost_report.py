"""The cost report of a run of placing: as a table, as JSON, as CSV."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.cli import output
from bot.money import decimal_text

if TYPE_CHECKING:
    from bot.jobs.place import Placed
    from bot.jobs.purchasing import Outcome
    from flows.values import Money

COLUMNS = ("Order", "What", "Items", "Shipping", "Tax", "Total", "Sold for", "Margin", "State", "Blocker")
# A terminal of 80 columns holds these; the parts of the total and the reason go elsewhere.
NARROW = ("Order", "What", "Total", "Sold for", "Margin", "State")
AMOUNTS = ("Items", "Shipping", "Tax", "Total", "Sold for", "Margin")


def print_report(done: "Placed") -> None:
    """Print the report, below it why something could not be ordered, and in one line what the run did."""
    for line in done.settled:
        output.say(line)
    columns = COLUMNS[:-1] if _columns() >= 140 else NARROW
    rows = [tuple(dict(zip(COLUMNS, _row(each), strict=True))[column] for column in columns) for each in done.outcomes]
    if rows:
        output.print_table(columns, rows, right=[column for column in AMOUNTS if column in columns])
    for each in done.outcomes:
        if each.why:
            output.say(f"{each.candidate.order}/{each.candidate.position}: {each.why}")
    states = [each.state for each in done.outcomes]
    if done.live:
        told = f"{states.count('placed')} placed, {states.count('held')} held, {states.count('unknown')} unknown"
        output.say(f"{told}; what is placed waits in To pay for you")
    else:
        output.say(f"{states.count('quoted')} could be ordered, {states.count('held')} held; a dry run orders nothing")


def _columns() -> int:
    """How wide the terminal is; without one, as wide as it takes."""
    import shutil
    import sys

    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 1000


def report_json(done: "Placed") -> dict[str, Any]:
    """The report as plain data; amounts as decimal text."""
    return {
        "live": done.live,
        "ended_by": done.ended_by,
        "settled": done.settled,
        "purchases": [_json(each) for each in done.outcomes],
    }


def write_csv(file: str, done: "Placed") -> None:
    """Write the report as a CSV file that a spreadsheet opens."""
    from bot.csv_files import Column
    from bot.csv_files import write_csv as write

    columns = [Column(name, is_id=name in ("Order", "State")) for name in COLUMNS]
    write(Path(file), columns, [_row(each) for each in done.outcomes])


def _row(each: "Outcome") -> tuple[str, ...]:
    cost = each.cost
    return (
        f"{each.candidate.order}/{each.candidate.position}",
        f"{each.candidate.quantity} x {each.candidate.title}",
        _text(cost.items if cost else None),
        _text(cost.shipping if cost else None),
        _text(cost.tax if cost else None),
        _text(cost.total if cost else None),
        _text(each.sale),
        each.margin or "",
        ", ".join(each.numbers) or each.state,
        each.why or "",
    )


def _json(each: "Outcome") -> dict[str, Any]:
    cost = each.cost
    return {
        "order": each.candidate.order,
        "line": each.candidate.position,
        "title": each.candidate.title,
        "quantity": each.candidate.quantity,
        "state": each.state,
        "numbers": list(each.numbers),
        "why": each.why,
        "items": _text(cost.items) if cost else None,
        "shipping": _text(cost.shipping) if cost else None,
        "tax": _text(cost.tax) if cost else None,
        "total": _text(cost.total) if cost else None,
        "sale": _text(each.sale),
        "margin": each.margin,
        "button": each.quote.button_text if each.quote else None,
        "payment": each.quote.payment.method if each.quote else None,
    }


def _text(amount: "Money | None") -> str:
    return f"{decimal_text(amount.minor, amount.currency)} {amount.currency}" if amount is not None else ""

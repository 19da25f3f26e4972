"""The cost report of a run of placing: as a table, as JSON, as CSV."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.cli import output
from bot.language import _, mark
from bot.money import decimal_text, money_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.jobs.place import Placed
    from bot.jobs.purchasing import Outcome
    from flows.values import Money

# In a CSV file the headings stay English: a program may read it.
COLUMNS = (
    mark("Order"),
    mark("What"),
    mark("Items"),
    mark("Shipping"),
    mark("Tax"),
    mark("Total"),
    mark("Sold for"),
    mark("Margin"),
    mark("State"),
    mark("Blocker"),
)
# A terminal of 80 columns holds these; the parts of the total and the reason go elsewhere.
NARROW = tuple(each for each in COLUMNS if each not in ("Items", "Shipping", "Tax", "Blocker"))
AMOUNTS = COLUMNS[2:8]
_STATES = {
    "quoted": mark("quoted"),
    "placed": mark("placed"),
    "held": mark("held"),
    "unknown": mark("unknown"),
    "failed": mark("failed"),
    "nothing": mark("nothing"),
}


def print_report(done: "Placed") -> None:
    """Print the report, below it why something could not be ordered, and in one line what the run did."""
    for line in done.settled:
        output.say(line)
    columns = COLUMNS[:-1] if _columns() >= 140 else NARROW
    rows = [_shown(each, columns) for each in done.outcomes]
    if rows:
        right = [_(column) for column in AMOUNTS if column in columns]
        output.print_table([_(column) for column in columns], rows, right=right)
    for each in done.outcomes:
        if each.why:
            output.say(f"{each.candidate.order}/{each.candidate.position}: {each.why}")
    states = [each.state for each in done.outcomes]
    if done.live:
        told = _(
            "{placed} placed, {held} held, {unknown} unknown, {failed} failed; what is placed waits in To pay for you"
        )
    else:
        told = _("{quoted} could be ordered, {held} held, {failed} failed; a dry run orders nothing")
    output.say(told.format(**{state: states.count(state) for state in _STATES}))


def _shown(each: "Outcome", columns: "Sequence[str]") -> tuple[str, ...]:
    """The cells of these columns as a person reads them."""
    cells = dict(zip(COLUMNS, _row(each), strict=True))
    cost = each.cost
    amounts = (cost.items, cost.shipping, cost.tax, cost.total) if cost else (None,) * 4
    cells |= {
        column: money_text(amount) for column, amount in zip(AMOUNTS[:5], (*amounts, each.sale), strict=True) if amount
    }
    cells["State"] = ", ".join(each.numbers) or _(_STATES.get(each.state, each.state))
    return tuple(cells[column] for column in columns)


def _columns() -> int:
    """How wide the terminal is; without one, as wide as it takes."""
    import shutil
    import sys

    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 1000


def press_lines(outcome: "Outcome") -> list[str]:
    """What a person has to know before they say yes to one press."""
    candidate, quote = outcome.candidate, outcome.quote
    assert quote is not None
    asked = _("Order {order}, line {line}: {count} x {title}").format(
        order=candidate.order, line=candidate.position, count=candidate.quantity, title=candidate.title
    )
    items = [
        _("On AliExpress: {count} x {title}").format(count=line.quantity, title=f"{line.title} {line.sku_text}".strip())
        for line in quote.lines
    ]
    to = _("For: {recipient}").format(recipient=" ".join(quote.recipient.split()))
    paid = _("Total {total}, paid by {method}.").format(
        total=money_text(quote.total), method=quote.payment.method or _("nothing that the page names")
    )
    return [asked, *items, to, paid]


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

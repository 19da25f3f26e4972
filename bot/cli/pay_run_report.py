"""What a pay run prints: the list to choose from, a line an order, and in the end what came of it."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.cli import output
from bot.language import _, counted, mark
from bot.money import money_text
from flows.values import Money

if TYPE_CHECKING:
    from bot.jobs.paid import PaidOrder, PaidRun
    from bot.jobs.purchasing import Outcome

COLUMNS = (mark("No."), mark("Order"), mark("What"), mark("Total"), mark("Sold for"), mark("Margin"))


def print_list(ready: "Sequence[Outcome]", blocked: "Sequence[Outcome]") -> None:
    """The orders that can be bought now, with their sum, and below them why the others cannot."""
    rows = [
        (
            str(place),
            each.candidate.order,
            f"{each.candidate.quantity} x {each.candidate.title}",
            _total(each),
            money_text(each.sale) if each.sale else "",
            each.margin or "",
        )
        for place, each in enumerate(ready, start=1)
    ]
    if rows:
        headings = [_(column) for column in COLUMNS]
        output.print_table(headings, rows, right=(headings[0], *headings[3:]))
        told = counted("{count} order can be bought now", "{count} orders can be bought now", len(ready))
        whole = _sum(ready)  # of what was not prepared nobody knows the cost
        output.say(_("{told}, {sum} in all.").format(told=told, sum=whole) if whole else f"{told}.")
    for each in blocked:
        why = each.why or each.state
        output.say(
            _("not now: {order}/{line}: {why}").format(
                order=each.candidate.order, line=each.candidate.position, why=why
            )
        )
    if not rows:
        output.say(_("Nothing can be bought now."))


def read_ticks(typed: str, count: int) -> list[int] | None:
    """The places that a person names: "all" or nothing, "none", or as "1-5, 8"; None where that is none of these."""
    said = typed.strip().casefold()
    if said in ("", "all"):
        return list(range(count))
    if said == "none":
        return []
    chosen: set[int] = set()
    for part in re.split(r"[,\s]+", said):
        found = re.fullmatch(r"(\d{1,4})(?:-(\d{1,4}))?", part)
        if found is None:
            return None
        first, last = int(found[1]), int(found[2] or found[1])
        if not 1 <= first <= last <= count:
            return None
        chosen |= set(range(first - 1, last))
    return sorted(chosen)


def order_line(place: int, every: int, outcome: "PaidOrder") -> str:
    """One order once the person's part is over."""
    where = f"{place:>{len(str(every))}}/{every}  {outcome.candidate.order}"
    if outcome.state != "placed":
        return _("{where}: {why}").format(where=where, why=outcome.why)
    numbers = ", ".join(outcome.numbers)
    if outcome.quote is None:
        return _("{where}: AliExpress order {numbers}").format(where=where, numbers=numbers)
    paid = _("paid") if outcome.is_paid else _("not paid yet")
    total = _amount(outcome.quote.total.minor, outcome.quote.total.currency)
    return _("{where}: AliExpress order {numbers}, {total}, {paid}").format(
        where=where, numbers=numbers, total=total, paid=paid
    )


def print_summary(done: "PaidRun", left: int) -> None:
    """What the whole run did; `left` orders were not come to."""
    states = Counter(each.state for each in done.outcomes)
    spent: Counter[str] = Counter()
    for each in done.outcomes:
        if each.state == "placed" and each.quote is not None:
            spent[each.quote.total.currency] += each.quote.total.minor
    money = " + ".join(_amount(minor, code) for code, minor in spent.items())
    ordered = counted("{count} ordered", "{count} ordered", states["placed"])
    parts = [f"{ordered} ({money})" if money else ordered]
    for state, words in (
        ("skipped", _("{count} skipped")),
        ("stopped", _("{count} stopped before the press")),
        ("held", _("{count} held")),
        ("unknown", _("{count} perhaps ordered")),
        ("nothing", _("{count} not bought")),
    ):
        if states[state]:
            parts.append(words.format(count=states[state]))
    if left:
        parts.append(counted("{count} not come to", "{count} not come to", left))
    output.say(", ".join(parts) + ".")
    unpaid = sum(each.is_left_unpaid for each in done.outcomes)
    if unpaid:
        told = counted(
            "{count} order stands unpaid: dropferry pay", "{count} orders stand unpaid: dropferry pay", unpaid
        )
        output.say(told)


def _total(each: "Outcome") -> str:
    return _amount(each.cost.total.minor, each.cost.total.currency) if each.cost is not None else ""


def _sum(ready: "Sequence[Outcome]") -> str:
    sums: Counter[str] = Counter()
    for each in ready:
        if each.cost is not None:
            sums[each.cost.total.currency] += each.cost.total.minor
    return " + ".join(_amount(minor, code) for code, minor in sums.items())


def _amount(minor: int, currency: str) -> str:
    return money_text(Money(minor=minor, currency=currency))

"""What a run of a job did, in one line for the merchant."""

from typing import TYPE_CHECKING

from bot.jobs.pull import Pulled
from bot.jobs.push import Pushed

if TYPE_CHECKING:
    from bot.jobs.recheck import Rechecked
    from bot.jobs.sync import Synced


def pulled_line(pulled: Pulled) -> str:
    """What a pull did."""
    parts = [_counted(pulled.seen, "order") + " read", f"{pulled.new} new", f"{pulled.changed} changed"]
    if pulled.deleted:
        parts.append(f"{pulled.deleted} deleted in the store")
    if pulled.unreadable:
        parts.append(f"{len(pulled.unreadable)} could not be understood")
    return _ended(parts, stopped=pulled.stopped)


def synced_line(synced: "Synced") -> str:
    """What a sync did."""
    if not synced.open:
        return "no open AliExpress orders, nothing to read"
    pages = synced.list_pages + synced.details + synced.trackings
    parts = [
        _counted(synced.open, "open order"),
        _counted(pages, "page") + " read",
        f"{synced.changed} changed",
        _counted(synced.numbers, "new tracking number"),
    ]
    if synced.missing:
        parts.append(f"{synced.missing} not found on AliExpress")
    if synced.problems:
        parts.append(f"{len(synced.problems)} could not be read")
    return _ended(parts, stopped=synced.stopped)


def rechecked_line(rechecked: "Rechecked") -> str:
    """What another look at the unpaid orders found."""
    if not rechecked.open:
        return "nothing waits for payment, nothing to read"
    checking = rechecked.open - rechecked.still - rechecked.paid - rechecked.over
    parts = [_counted(rechecked.open, "order") + " looked at", f"{rechecked.paid} paid", f"{rechecked.still} unpaid"]
    if rechecked.over:
        parts.append(f"{rechecked.over} cancelled or expired")
    if checking:
        parts.append(f"{checking} not settled yet")
    if rechecked.problems:
        parts.append(f"{len(rechecked.problems)} could not be read")
    return _ended(parts, stopped=rechecked.stopped)


def pushed_line(pushed: Pushed, shop: str) -> str:
    """What a push did, or what it waits for."""
    if pushed.waits == "off":
        return f'{pushed.ready} ready; nothing is told, because live_push is off for shop "{shop}"'
    if pushed.waits == "first":
        return f"{pushed.ready} ready; the first push of a shop waits for you: dropferry push --yes"
    if pushed.waits == "many":
        return f"{pushed.ready} ready; so many at once wait for you: dropferry push --yes"
    told = pushed.told
    if not pushed.ready:
        return "nothing new to tell ShopBase"
    parts = [_counted(told.sent, "fulfilment") + " made", _counted(told.mailed, "buyer") + " mailed"]
    for count, what in (
        (told.corrected, "corrected"),
        (told.found, "already there"),
        (told.refused, "refused"),
        (told.stuck, "left unfinished by another app"),
        (told.unsure, "without an answer (looked for at the next push)"),
    ):
        if count:
            parts.append(f"{count} {what}")
    if len(pushed.problems) > told.unsure:
        parts.append(f"{len(pushed.problems) - told.unsure} could not be told")
    return _ended(parts, stopped=pushed.stopped)


def _ended(parts: list[str], *, stopped: bool) -> str:
    return ", ".join([*parts, *(["stopped before its end"] if stopped else [])])


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"

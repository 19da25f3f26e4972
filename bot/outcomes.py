"""What a run of a job did, in one line for the merchant."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from bot.jobs.pull import Pulled
from bot.jobs.push import Pushed
from bot.language import _, counted, mark

if TYPE_CHECKING:
    from bot.jobs.recheck import Rechecked
    from bot.jobs.sync import Synced


# Counts that are told only where there are any.
_PULLED = {
    "deleted": mark("{count} deleted in the store"),
    "unreadable": mark("{count} could not be understood"),
}
_SYNCED = {
    "missing": mark("{count} not found on AliExpress"),
    "problems": mark("{count} could not be read"),
}
_RECHECKED = {
    "over": mark("{count} cancelled or expired"),
    "checking": mark("{count} not settled yet"),
    "problems": mark("{count} could not be read"),
}
_PUSHED = {
    "corrected": mark("{count} corrected"),
    "found": mark("{count} already there"),
    "refused": mark("{count} refused"),
    "stuck": mark("{count} left unfinished by another app"),
    "unsure": mark("{count} without an answer (looked for at the next push)"),
    "untold": mark("{count} could not be told"),
}
_WAITS = {
    "off": mark('{ready} ready; nothing is told, because live_push is off for shop "{shop}"'),
    "first": mark("{ready} ready; the first push of a shop waits for you: dropferry push --yes"),
    "many": mark("{ready} ready; so many at once wait for you: dropferry push --yes"),
}


def pulled_line(pulled: Pulled) -> str:
    """What a pull did."""
    parts = [
        counted("{count} order read", "{count} orders read", pulled.seen),
        _("{count} new").format(count=pulled.new),
        _("{count} changed").format(count=pulled.changed),
        *_where_any(_PULLED, deleted=pulled.deleted, unreadable=len(pulled.unreadable)),
    ]
    return _ended(parts, stopped=pulled.stopped)


def synced_line(synced: "Synced") -> str:
    """What a sync did, and a line for each order that it saw and nobody here knows."""
    if not synced.open:
        return _("no open AliExpress orders, nothing to read")
    pages = synced.list_pages + synced.details + synced.trackings
    parts = [
        counted("{count} open order", "{count} open orders", synced.open),
        counted("{count} page read", "{count} pages read", pages),
        _("{count} changed").format(count=synced.changed),
        counted("{count} new tracking number", "{count} new tracking numbers", synced.numbers),
        *_where_any(_SYNCED, missing=synced.missing, problems=len(synced.problems)),
    ]
    orphan = _(
        "AliExpress order {number} ({what}) is for a product that you have mapped, and belongs to no order here; "
        "if it should: dropferry link ORDER {number}"
    )
    orphans = [orphan.format(number=each.number, what=each.what) for each in synced.orphans]
    return "\n  ".join([_ended(parts, stopped=synced.stopped), *orphans])


def rechecked_line(rechecked: "Rechecked") -> str:
    """What another look at the unpaid orders found."""
    if not rechecked.open:
        return _("nothing waits for payment, nothing to read")
    checking = rechecked.open - rechecked.still - rechecked.paid - rechecked.over
    parts = [
        counted("{count} order looked at", "{count} orders looked at", rechecked.open),
        _("{count} paid").format(count=rechecked.paid),
        _("{count} unpaid").format(count=rechecked.still),
        *_where_any(_RECHECKED, over=rechecked.over, checking=checking, problems=len(rechecked.problems)),
    ]
    return _ended(parts, stopped=rechecked.stopped)


def pushed_line(pushed: Pushed, shop: str) -> str:
    """What a push did, or what it waits for."""
    if pushed.waits in _WAITS:
        return _(_WAITS[pushed.waits]).format(ready=pushed.ready, shop=shop)
    told = pushed.told
    if not pushed.ready:
        return _("nothing new to tell ShopBase")
    parts = [
        counted("{count} fulfilment made", "{count} fulfilments made", told.sent),
        counted("{count} buyer mailed", "{count} buyers mailed", told.mailed),
        *_where_any(
            _PUSHED,
            corrected=told.corrected,
            found=told.found,
            refused=told.refused,
            stuck=told.stuck,
            unsure=told.unsure,
            untold=max(0, len(pushed.problems) - told.unsure),
        ),
    ]
    return _ended(parts, stopped=pushed.stopped)


def _where_any(sentences: Mapping[str, str], **counts: int) -> Iterator[str]:
    for name, count in counts.items():
        if count:
            yield _(sentences[name]).format(count=count)


def _ended(parts: list[str], *, stopped: bool) -> str:
    return ", ".join([*parts, *([_("stopped before its end")] if stopped else [])])

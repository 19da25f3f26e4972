"""The words of an order's history: who did what, as one line. What is kept stays English; it is put into words here."""

from typing import Any

from bot.language import _, mark
from bot.models import Event
from bot.wording_found import fitting, in_words

WHO = {
    "store": mark("store"),
    "person": mark("person"),
    "robot": mark("robot"),
    "aliexpress": mark("aliexpress"),
}
WHAT = frozenset(
    {
        mark("pulled"),
        mark("cancelled in store"),
        mark("refunded in store"),
        mark("paid in store"),
        mark("chargeback in store"),
        mark("deleted in store"),
        mark("edited in store"),
        mark("address changed in store"),
        mark("changed after ordering"),
        mark("will not be ordered"),
        mark("about to order"),
        mark("not ordered: the button sent nothing"),
        mark("not pressed, taken back"),
        mark("held"),
        mark("placed"),
        mark("outcome unknown"),
        mark("as prepared"),
        mark("ALARM: not as prepared"),
        mark("ALARM: paid at once"),
        mark("alarm"),
        mark("status"),
        mark("tracking number"),
        mark("linked"),
        mark("unlinked"),
        mark("approved"),
        mark("said to be placed"),
        mark("said to be not placed"),
        mark("to be ordered again"),
        mark("address changed"),
        mark("told ShopBase"),
        mark("tracking corrected"),
        mark("ShopBase refused"),
        mark("ShopBase stuck"),
        mark("personal data emptied"),
    }
)
_KEYS = frozenset(
    {
        mark("about"),
        mark("asked"),
        mark("before"),
        mark("candidates"),
        mark("carrier"),
        mark("cause"),
        mark("chargeback"),
        mark("code"),
        mark("evidence"),
        mark("found"),
        mark("item"),
        mark("line"),
        mark("lines"),
        mark("looks"),
        mark("mailed"),
        mark("method"),
        mark("now"),
        mark("number"),
        mark("numbers"),
        mark("over"),
        mark("problem"),
        mark("problems"),
        mark("status"),
        mark("text"),
        mark("total"),
        mark("up_to"),
        mark("what"),
    }
)
# What was edited in the store: a line, and what became of it.
_EDITED = (mark("line {number}"),)
_EDITS = (mark("added"), mark("taken off"), mark("{before} to {now}"))


def event_line(event: Event) -> str:
    """`store: edited in store (line 2 taken off)`, in the merchant's language; what is not known stays as it is."""
    number = f" {event.ali_number}" if event.ali_number else ""
    told = {key: value for key, value in event.data.items() if value not in (None, [], "")}
    data = ", ".join(_told(key, value) for key, value in told.items())
    what = _(event.what) if event.what in WHAT else event.what
    return f"{_(WHO.get(event.who, event.who))}: {what}{number}" + (f" ({data})" if data else "")


def _told(key: str, value: Any) -> str:
    if fitting(key, _EDITED):
        return f"{in_words(key, _EDITED)} {in_words(_plain(value), _EDITS)}"
    return f"{_(key) if key in _KEYS else key} {_plain(value)}"


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value))
    return (_("yes") if value else _("no")) if isinstance(value, bool) else str(value)

"""What the bar of a pay run says: whole sentences with named places, and labels with the key to press.

A label's key is the letter after its "&". In each language no letter is used twice beside another on one bar, and none
is D, E or F: Alt with those belongs to the browser.
"""

from enum import StrEnum
from typing import Any

from bot.language import _, mark
from flows.values_paying import Choice

Label = tuple[Choice | str, str, str]


class Text(StrEnum):
    """The sentences of the bar."""

    HEADING = "heading"
    IN_SHOP = "in_shop"
    ON_ALI = "on_ali"
    EXPECTED = "expected"
    PAID_SO_FAR = "paid_so_far"
    UNPAID_SO_FAR = "unpaid_so_far"
    LEFT_UNPAID = "left_unpaid"
    PIECES = "pieces"
    PREPARING = "preparing"
    LOOKING = "looking"
    READY = "ready"
    CHANGED = "changed"
    TOTAL_CHANGED = "total_changed"
    CARRIER_CHANGED = "carrier_changed"
    LINE_CHANGED = "line_changed"
    OTHER_TOTAL = "other_total"
    NOT_AS_PREPARED = "not_as_prepared"
    AWAY = "away"
    TIME_IS_UP = "time_is_up"
    DID_YOU_PRESS = "did_you_press"
    DID_YOU_BUY = "did_you_buy"
    WHICH_ONE = "which_one"
    CANDIDATE = "candidate"
    DIFFERS = "differs"
    BUY_YOURSELF = "buy_yourself"
    NOT_FOUND = "not_found"


_TEXTS: dict[Text, str] = {
    Text.HEADING: mark("{place} of {all}: order {order}"),
    Text.IN_SHOP: mark("Your shop: {title}"),
    Text.ON_ALI: mark("AliExpress: {title}"),
    Text.EXPECTED: mark("Expected: {amount}"),
    Text.PAID_SO_FAR: mark("Paid in this run: {amount}"),
    Text.UNPAID_SO_FAR: mark("not paid: {amount}"),
    Text.LEFT_UNPAID: mark("Order {order} stands on AliExpress, not paid; pay it later with dropferry pay."),
    Text.PIECES: mark("{options} × {count}"),
    Text.PREPARING: mark("Preparing this order …"),
    Text.LOOKING: mark("Looking on AliExpress for the number of order {order}. This page is ready in a moment."),
    Text.READY: mark("Check it, press “{button}” once, and pay. dropferry presses nothing."),
    Text.CHANGED: mark("Changed since your list. {changes}"),
    Text.TOTAL_CHANGED: mark("It costs {now} now, and cost {before} before."),
    Text.CARRIER_CHANGED: mark("It is sent by {now} now, and was by {before} before."),
    Text.LINE_CHANGED: mark("AliExpress shows “{now}” now, and showed “{before}” before."),
    Text.OTHER_TOTAL: mark("The page shows another total than prepared, so a press does nothing. Accept it as it is?"),
    Text.NOT_AS_PREPARED: mark(
        "The page shows another recipient, product or quantity than was prepared, so a press "
        "does nothing. Open it again?"
    ),
    Text.AWAY: mark("This tab shows another page. Open the order page again?"),
    Text.TIME_IS_UP: mark("Nobody pressed for {minutes} minutes. Go on with this order?"),
    Text.DID_YOU_PRESS: mark("Did you press “{button}” for order {order}?"),
    Text.DID_YOU_BUY: mark("Did you buy order {order} on AliExpress?"),
    Text.WHICH_ONE: mark("AliExpress shows several new orders that may be order {order}. Which one is it?"),
    Text.CANDIDATE: mark("No. {number}, {total}, to {recipient}"),
    Text.DIFFERS: mark(
        "Careful: AliExpress order {number} for {order} is not what was prepared. {what} "
        "If that is wrong, cancel it at once, in your usual browser: {link}"
    ),
    Text.BUY_YOURSELF: mark(
        "Buy {count} of this yourself, for this recipient. Press Done when AliExpress has the order."
    ),
    Text.NOT_FOUND: mark("AliExpress does not show an order for {order} yet. Did you buy it?"),
}

_LABELS: dict[Choice, str] = {
    Choice.ACCEPT: mark("&Accept"),
    Choice.SKIP: mark("&Skip"),
    Choice.HOLD: mark("&Hold back"),
    Choice.STOP: mark("S&top the run"),
    Choice.YES: mark("&Yes"),
    Choice.NO: mark("&No"),
    Choice.NOT_SURE: mark("Not s&ure"),
    Choice.DONE: mark("D&one"),
}
NUMBER = "number:"


class PayWords:
    """The bar's words in the merchant's language."""

    def __call__(self, text: Text, **data: Any) -> str:
        """A sentence with its places filled."""
        return _(_TEXTS[text]).format(**data)

    def choices(self, *choices: Choice) -> tuple[Label, ...]:
        """The labels of these choices with their keys, in this order."""
        return tuple((choice, *_with_key(_(_LABELS[choice]))) for choice in choices)

    def numbers(self, numbers: dict[str, str]) -> tuple[Label, ...]:
        """A choice for each order number, labelled as given, with the keys 1 to 9."""
        return tuple(
            (f"{NUMBER}{number}", label, str(place) if place < 10 else "")
            for place, (number, label) in enumerate(numbers.items(), start=1)
        )


def _with_key(label: str) -> tuple[str, str]:
    before, _sign, after = label.partition("&")
    return before + after, after[:1].lower()

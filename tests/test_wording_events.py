"""The history of an order in words: every kind of event that the code writes down has its words."""

import ast
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bot import intake_changes, language
from bot.jobs import alarming, comparing
from bot.models import Event, FulfillmentState
from bot.wording_events import WHAT, WHO, event_line
from tests import words


def written() -> Iterator[str]:
    """What the code writes down as having happened, wherever it does so with a text of its own."""
    for path, tree in words.modules():
        if path.startswith("bot/sandbox"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                told = (
                    [each.value for each in node.keywords if each.arg == "what"] if name == "Event" else node.args[2:3]
                )
                if name in ("Event", "_note", "_event"):
                    yield from (str(each.value) for each in told if isinstance(each, ast.Constant))
    yield from (intake_changes.ADDRESS_CHANGED, intake_changes.WANTED_CHANGED, intake_changes.NOT_ORDERED)
    yield from (comparing.SAME, comparing.OTHER, alarming.ALARM)
    yield from (f"ShopBase {state.value}" for state in (FulfillmentState.REFUSED, FulfillmentState.STUCK))


def test_every_event_has_its_words() -> None:
    """Proves that nothing is written into a history that has no words in the merchant's language."""
    assert set() == set(written()) - WHAT
    assert {"store", "person", "robot", "aliexpress"} == set(WHO)


@pytest.mark.parametrize(
    ("spoken", "told"),
    [
        ("en", "aliexpress: tracking number 8214 (before LX1, now LX2, mailed yes)"),
        ("vi", "AliExpress: mã vận đơn 8214 (trước LX1, nay LX2, đã gửi email có)"),
    ],
)
def test_a_line_of_history(spoken: str, told: str) -> None:
    """Proves that a line is told in the language that is spoken, and that what is unknown stays as it is."""
    data = {"before": "LX1", "now": "LX2", "text": "", "mailed": True}
    at = datetime(2026, 11, 22, tzinfo=UTC)
    event = Event(at=at, who="aliexpress", what="tracking number", ali_number="8214", data=data)
    language.use(spoken)
    try:
        assert told == event_line(event)
        assert "elsewhere: moved" == event_line(Event(at=at, who="elsewhere", what="moved", data={}))
    finally:
        language.use("en")


@pytest.mark.parametrize(
    ("spoken", "told"),
    [
        ("en", "store: edited in store (line 1 2 to 3, line 2 taken off, line 3 added)"),
        ("vi", "cửa hàng: đã sửa trong cửa hàng (dòng 1 2 thành 3, dòng 2 bị bỏ, dòng 3 được thêm)"),
    ],
)
def test_an_edit_in_the_store(spoken: str, told: str) -> None:
    """Proves that what became of each line is told in the language that is spoken."""
    data = {"line 1": "2 to 3", "line 2": "taken off", "line 3": "added"}
    event = Event(at=datetime(2026, 11, 22, tzinfo=UTC), who="store", what="edited in store", data=data)
    language.use(spoken)
    try:
        assert told == event_line(event)
    finally:
        language.use("en")

"""Who does what when something is bought, and why the robot steps down."""

from typing import Any

import pytest

from bot.rungs import Way, step_down, way_of_pay_run, why_not_robot
from flows.errors import FlowError, NeedKind, PageChanged, PersonNeeded, TryLater

CAPTCHA = PersonNeeded(NeedKind.CAPTCHA)
SIGNED_OUT = PersonNeeded(NeedKind.SIGNED_OUT)
CHANGED = PageChanged("confirm", "button", "not there")


@pytest.mark.parametrize(("rung", "says"), [("auto", None), ("robot", None), ("fill", "fill"), ("record", "record")])
def test_robot_presses_only_where_it_may(rung: Any, says: str | None) -> None:
    """Proves that an account whose person presses is not bought for by the robot, and that it says so."""
    told = why_not_robot("main", rung)
    assert told is None if says is None else (told is not None and f'"{says}"' in told)


@pytest.mark.parametrize(
    ("rung", "record_only", "way", "says"),
    [
        ("auto", False, Way.FILL, False),
        ("fill", False, Way.FILL, False),
        ("robot", False, Way.FILL, True),
        ("record", False, Way.RECORD, True),
        ("auto", True, Way.RECORD, False),
    ],
)
def test_pay_run_says_why_it_is_not_as_set(rung: Any, record_only: bool, way: Way, says: bool) -> None:
    """Proves that a pay run never presses, and tells whoever has set something else."""
    found, told = way_of_pay_run("main", rung, record_only=record_only)
    assert (way, says) == (found, bool(told))


@pytest.mark.parametrize(
    ("rung", "trouble", "steps"),
    [
        ("auto", CAPTCHA, True),
        ("auto", CHANGED, True),
        ("auto", SIGNED_OUT, False),
        ("auto", TryLater("silent"), False),
        ("auto", None, False),
        ("fill", CAPTCHA, False),
    ],
)
def test_only_what_no_waiting_mends_steps_down(rung: Any, trouble: FlowError | None, steps: bool) -> None:
    """Proves that an account set to "auto" goes on by hand where pages are turned away, and in no other case."""
    assert steps == bool(step_down(rung, trouble))

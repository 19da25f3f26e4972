"""Whatever order things happen in, no line is bought twice, no number has two owners, and every state has a way on.

A hypothesis state machine drives the real jobs on a real SQLite and a real store over HTTP. Only AliExpress is a model,
behind the signatures of the flows. Runs of placing are driven to a named point and left there, or killed there: purely
random steps do not find the guards that are missing.
"""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy.exc import IntegrityError

from bot.jobs.intents import Intents
from bot.models import Purchase
from tests.buying_machine import Buying
from tests.model_world import world_fixture

world = world_fixture
pytestmark = pytest.mark.usefixtures("world")
QUICK = settings(
    max_examples=15,
    stateful_step_count=14,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
LONG = settings(QUICK, max_examples=400, stateful_step_count=25, derandomize=False)
# Only looks for a duplicate; how it came about is told by the program, unshortened.
HUNT = settings(QUICK, max_examples=400, stateful_step_count=25, derandomize=False, phases=(Phase.generate,))


def test_nothing_is_bought_twice_whatever_happens() -> None:
    """Proves the three rules of this module over a fixed set of programs."""
    run_state_machine_as_test(Buying, settings=QUICK)


@pytest.mark.long
def test_nothing_is_bought_twice_in_many_programs() -> None:
    """Proves the same over many programs, other ones each time."""
    run_state_machine_as_test(Buying, settings=LONG)


def _no_intent(self: Intents, purchase: Purchase, wanted: Any, quote: Any, **_facts: Any) -> None:
    """Remembers the press in this process alone."""
    purchase.intent_at, purchase.deadline = self.clock(), self.clock() + timedelta(seconds=10)
    purchase.ship_to, purchase.known_number = wanted.ship_to.model_dump(mode="json"), _facts["known_number"]


# What is taken away, one guard at a time, with all the places that hold it.
GUARDS: dict[str, dict[str, Any]] = {
    "an intent is written before the press": {"bot.jobs.intents.Intents.commit": _no_intent},
    "open intents are settled first": {
        "bot.jobs.place.PlaceOrders._is_open": lambda *_: False,
        "bot.planning._purchase_blocker": lambda *_, **__: None,
        "bot.jobs.intents.Intents._must_be_free": lambda *_: None,
    },
    "a number has one owner": {
        "bot.jobs.looking.owned_numbers": lambda *_: set(),
        "bot.jobs.looking.owner_of": lambda *_: None,
    },
    "what was bought by hand is held": {"bot.jobs.looking.Looker.suspects": lambda *_, **__: []},
    "a restored database is found out": {
        "bot.jobs.place.check_may_buy": lambda *_: None,
    },
    "nothing is pressed late": {"tests.model_site.ModelSite.deadlines": False},
    "what was read long ago does not count": {
        "bot.jobs.purchasing.STALE": timedelta(days=9),
        "bot.jobs.purchasing.SPOKEN": timedelta(days=9),
    },
    "an order is one home's": {
        "bot.jobs.lease.Lease._other_home": lambda *_: None,
        "bot.jobs.lease.LOST": None,
    },
}


@pytest.mark.long
@pytest.mark.parametrize("guard", list(GUARDS))
def test_machine_finds_what_a_missing_guard_does(guard: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that the test can fail: without one of the guards it finds a line bought twice, or a number misplaced."""
    for place, instead in GUARDS[guard].items():
        monkeypatch.setattr(place, instead)
    with pytest.raises((AssertionError, IntegrityError)):
        run_state_machine_as_test(Buying, settings=HUNT)

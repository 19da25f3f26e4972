"""The real `dropferry place --live` is killed at every checkpoint and at random moments: nothing is ever bought twice.

Each run that is killed is also the run after the one killed before it: it settles first what that one has left.
"""

import random
import re
import subprocess
from collections.abc import Iterator
from typing import Any

import psutil
import pytest

from bot.sandbox.server import Sandbox
from tests.buying_home import BuyingHome
from tests.crashing import kill
from tests.forking import ROOT, Process
from tests.processes import called, dropferry, started, wait_until

LIVE = ("place", "--all", "--live")
FILES = (
    "bot/jobs/place.py",
    "bot/jobs/purchasing.py",
    "bot/jobs/intents.py",
    "bot/jobs/lease.py",
    "bot/jobs/looking.py",
)
NAMED = re.compile(r'reached\("place: ([^"]+)"\)')
FLOWS = ("flows/place_order.py", "flows/pay_page.py")
STEPS = re.compile(r'\b(?:on_)?step\("([^"]+)"')

# Checkpoints up to the intent, around the press, and after it, in the order in which a run comes to them.
BEFORE = ("about to lease", "tagged", "leased", "item page", "confirm page", "address set", "quote read", "ready")
AROUND = ("quoted", "last word", "before intent commit", "intent committed", "intent remembered", "armed")
# After these nothing is otherwise than before: neither here nor at AliExpress.
ONLY_READ = ("item page", "confirm page", "quote read", "ready", "quoted")
AFTER = ("pressed", "outcome", "after press", "looked", "before placed commit", "placed", "one done")


@pytest.fixture(name="shop", scope="module")
def shop_fixture(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> BuyingHome:
    """One home whose account pays by slip."""
    sandbox.ali.market.buyer("main").kind = "pay_now_deferred"
    home = BuyingHome(sandbox, tmp_path_factory.mktemp("crashes") / "home")
    home.limit(per_hour=1000)  # so many runs in a row
    return home


@pytest.fixture(name="faults")
def faults_fixture(sandbox: Sandbox) -> Iterator[Any]:
    """Sets faults of the stand-in AliExpress, which are off again after the test."""
    yield sandbox.ali.set_faults
    sandbox.ali.set_faults(dict.fromkeys(type(sandbox.ali.faults).model_fields))


def something_to_buy(shop: BuyingHome, *, typed: bool = False) -> None:
    """One line that is to be bought, pulled; a person has answered what earlier crashes left to ask.

    Where it is to be `typed`, the account does not know the buyer's address yet.
    """
    shop.knows_buyers = not typed
    made = shop.made()
    for line in shop.unknown():
        if not made[line]:
            # AliExpress's own list shows the person that nothing was ordered, an hour later for certain.
            shop.an_hour_passes()
            done = called(shop.path, "resolve", f"{line[0][1:]}/{line[1]}", "--not-placed", "--yes")
            assert (0, "") == (done.returncode, done.stderr)
    if all(made.values()):
        shop.sell(0)
    shop.pull()


def check(shop: BuyingHome) -> None:
    """Nothing is bought twice, no number is a wrong one, nothing was paid."""
    assert [] == shop.bought_twice()
    assert [] == shop.wrong_numbers()
    assert 0 == shop.sandbox.ali.market.charges


@pytest.mark.parametrize(
    "point",
    [pytest.param(each, marks=pytest.mark.long) if each in ONLY_READ else each for each in (*BEFORE, *AROUND, *AFTER)],
)
def test_killed_at_a_checkpoint(shop: BuyingHome, point: str) -> None:
    """Proves that a run killed there leaves at most one order for each line, and that the next one goes on from it."""
    something_to_buy(shop, typed=point in BEFORE)
    kill(shop.path, f"place: {point}", 1, *LIVE)
    check(shop)


def test_killed_while_the_answer_is_under_way(shop: BuyingHome, faults: Any) -> None:
    """Proves that an order whose answer nobody was there to read is found, and not ordered again."""
    something_to_buy(shop)
    faults({"order_slow_ms": 10_000})
    before = len(shop.sandbox.ali.orders)
    with started(shop.path, *LIVE) as running:
        wait_until(lambda: len(shop.sandbox.ali.orders) > before, "an order on its way")
        end(running.process)
    check(shop)
    assert 1 == len(shop.unknown())


@pytest.mark.parametrize("answer", ["lost", pytest.param("500_before", marks=pytest.mark.long)])
def test_killed_after_an_answer_that_was_lost(shop: BuyingHome, faults: Any, answer: str) -> None:
    """Proves the same where the answer was lost, whether the order was made or not."""
    something_to_buy(shop)
    faults({"order_call": answer})
    kill(shop.path, "place: after press", 1, *LIVE)
    check(shop)
    assert 1 == len(shop.unknown())


@pytest.mark.parametrize("seed", range(10))
def test_killed_at_a_random_moment(shop: BuyingHome, seed: int) -> None:
    """Proves the same for a moment that nobody has thought of."""
    killed_at_random(shop, seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1000, 1100))
def test_killed_at_many_random_moments(shop: BuyingHome, seed: int) -> None:
    """Proves the same a hundred times."""
    killed_at_random(shop, seed)


def killed_at_random(shop: BuyingHome, seed: int) -> None:
    """Kills a run some time after it has begun to read AliExpress."""
    something_to_buy(shop)
    loads = shop.sandbox.ali.page_loads
    before = loads["list"]
    with started(shop.path, *LIVE) as running:
        wait_until(lambda: loads["list"] > before or running.process.poll() is not None, "the order list read")
        try:
            running.process.wait(random.Random(seed).uniform(0, 2.5))
        except subprocess.TimeoutExpired:
            end(running.process)
    check(shop)


def test_every_line_ends_with_its_number(shop: BuyingHome) -> None:
    """Proves that after all these crashes a merchant's ordinary runs bring each line to the one order made for it."""
    something_to_buy(shop)
    done = dropferry(shop.path, *LIVE)
    assert 0 == done.returncode, done.stdout + done.stderr
    assert 0 == dropferry(shop.path, "sync").returncode
    check(shop)
    lines = [(order.name, 1) for order in shop.sandbox.shop.orders.values()]
    assert lines == sorted(shop.placed())


def test_every_checkpoint_of_placing_is_covered() -> None:
    """Proves that no checkpoint was added without a crash there."""
    named = {name for file in FILES for name in NAMED.findall((ROOT / file).read_text(encoding="utf-8"))}
    steps = {step for file in FLOWS for step in STEPS.findall((ROOT / file).read_text(encoding="utf-8"))}
    assert named | steps == {*BEFORE, *AROUND, *AFTER}


def end(process: Process) -> None:
    """Kills a process at once, and waits until the browser that it leaves behind is gone too."""
    if process.poll() is None:
        family = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()
        psutil.wait_procs(family, timeout=10)

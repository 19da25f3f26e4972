"""A pay run is killed at every checkpoint, with a person who presses: nothing is bought twice, no number is wrong.

Each run that is killed is also the run after the one killed before it: it settles first what that one has left.
"""

import re
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from bot import rechecks
from bot.opening import now
from bot.sandbox.server import Sandbox
from tests.buying_home import BuyingHome
from tests.crashing import KILLED
from tests.forking import ROOT
from tests.processes import ran

FILES = (
    "attending.py", "comparing.py", "desk.py", "left_open.py", "one_by_one.py", "pay_run.py", "record_only.py",
    "settling.py", "warming.py",
)  # fmt: skip
NAMED = re.compile(r'reached\("(pay: [^"]+)"\)')

# A run with a player in the robot's own process, headless; it knows what was pressed, so it answers "No" where asked:
# an order that was made stands in the list, and is found before anybody is asked.
PLAYED = """
import json, os, signal, sys, urllib.request
from bot import checkpoints

name, deed, left = sys.argv[1], sys.argv[2], int(sys.argv[3])
by_hand, told = deed.startswith("by hand"), sys.argv[4:]

def reached(point):
    global left
    left -= point == name
    if point == name and left == 0:
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))

checkpoints.reached = reached
sys.argv[:] = ["dropferry"]

from bot import opening
from bot.cli.working import workplace
from bot.jobs.pay_run import PayRun
from bot.jobs.record_only import RecordOnly, plan_orders
from bot.sandbox.payer import Payer, Plan

class ByHand(Payer):
    "Buys what is open on pages of their own, and says so; or says Skip, and has bought nothing."

    bought = False

    def __call__(self, context):
        page = self.front(context)
        labels = [button.label for button in self.bar_buttons(page)] if page is not None else []
        if page is None or "/item/" not in page.url or not labels:
            return super().__call__(context)
        if "skip" in deed:
            return self.bar(page, "Skip")
        if not self.bought:
            self.bought = True
            body = json.dumps({"order": ticked[0].candidate.order}).encode()
            head = {"Authorization": f"Bearer {told[1]}", "Content-Type": "application/json"}
            urllib.request.urlopen(urllib.request.Request(f"{told[0]}/buy", body, head))
        self.bar(page, "Done")

with workplace() as place:
    answers = ("Accept", "No", "Done")
    payer = ByHand(usual=Plan(answers=answers)) if by_hand else Payer(usual=Plan(deed, answers=answers))
    with opening.browser_of(place.home, place.config, "main", wait_seconds=60) as context:
        context.add_init_script("try { localStorage.gdpr = localStorage.app = '1' } catch {}")
        how = {"rest": payer, "sleep": lambda _seconds: None}
        # As the command does: what is open is settled before anything is planned.
        done = PayRun(place, context, "main", **how).run()
        ticked = [each for each in plan_orders(place, "main").outcomes if each.state == "quoted"]
        done = (RecordOnly if by_hand else PayRun)(place, context, "main", ticked, **how).run()
        if done.trouble is not None:
            raise done.trouble
        print([(each.candidate.order, each.state, each.why) for each in done.outcomes], done.ended_by)
"""

# What a person does, and where the process is then killed.
PAYING = (
    "pay: warming", "pay: in front", "place: last word", "place: before intent commit", "place: intent committed",
    "place: intent remembered", "pay: handed over", "pay: pressed", "pay: result", "pay: looked",
    "place: before placed commit", "pay: placed", "pay: one done", "pay: before compared commit", "pay: compared",
)  # fmt: skip
# Of these the two tests that look closer.
ELSEWHERE = ("pay: placed", "place: intent committed")
# Before anything is written, and killed there by test_place_crashes as well.
IN_PLACE = ("place: last word", "place: before intent commit")
SKIPPING = ("pay: taken back",)
HOLDING = ("pay: held",)
TWO = (("pay: address begun", 1), ("pay: warming", 2))
BY_HAND = ("place: intent committed", "pay: answered")
# The same steps as where a person pays; there they are in every run of the tests.
ALSO_BY_HAND = ("pay: handed over", "pay: looked", "pay: placed", "pay: one done")
AFTER_A_CHOICE = [*((each, "skip") for each in SKIPPING), *((each, "hold") for each in HOLDING)]


@pytest.fixture(name="shop", scope="module")
def shop_fixture(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> BuyingHome:
    """One home whose account pays by a saved card."""
    sandbox.ali.market.buyer("main").kind = "pay_now_card"
    return BuyingHome(sandbox, tmp_path_factory.mktemp("pay-crashes") / "home")


@pytest.fixture(name="ali", autouse=True)
def ali_fixture(sandbox: Sandbox) -> Iterator[Any]:
    """The stand-in AliExpress; its faults are off again after the test."""
    yield sandbox.ali
    sandbox.ali.set_faults(dict.fromkeys(type(sandbox.ali.faults).model_fields))


def to_buy(shop: BuyingHome, orders: int = 1) -> None:
    """So many lines that are still to be bought, pulled; of several the addresses are still to be typed."""
    shop.knows_buyers = orders == 1
    held = shop.held()
    waiting = sum(not made for line, made in shop.made().items() if line not in held)
    for place in range(orders - waiting):
        shop.sell(place)
    shop.pull()


def check(shop: BuyingHome) -> None:
    """Nothing is bought twice, no number is a wrong one, and nothing was paid that nobody pressed for."""
    assert ([], []) == (shop.bought_twice(), shop.wrong_numbers())
    orders = [order for order in shop.sandbox.ali.orders.values() if order.account == "main" and order.paid_at]
    # A press whose order call died with the process has made nothing.
    assert len(orders) == shop.sandbox.ali.market.charges <= len(shop.sandbox.ali.market.presses)


def run(shop: BuyingHome, point: str, deed: str = "pay", visit: int = 1) -> "subprocess.CompletedProcess[str]":
    """A run that is killed there, if it comes there so often."""
    return ran(shop.path, PLAYED, point, deed, visit, shop.sandbox.control, shop.sandbox.token)


def kill(shop: BuyingHome, point: str, deed: str = "pay", visit: int = 1) -> None:
    """A run that is killed there."""
    done = run(shop, point, deed, visit)
    assert KILLED == done.returncode, f"{point} was not reached: {done.stdout}{done.stderr}"


@pytest.mark.parametrize(
    "point",
    [
        pytest.param(each, marks=pytest.mark.long) if each in IN_PLACE else each
        for each in PAYING
        if each not in ELSEWHERE
    ],
)
def test_killed_while_paying(shop: BuyingHome, point: str) -> None:
    """Proves that a run killed there leaves at most one order for each line, and that the next one goes on from it."""
    to_buy(shop)
    kill(shop, point)
    check(shop)


@pytest.mark.parametrize(("point", "visit"), TWO)
def test_killed_between_two_orders(shop: BuyingHome, ali: Any, point: str, visit: int) -> None:
    """Proves that what was prepared for the next order has changed nothing for this one."""
    to_buy(shop, 2)
    ali.set_faults({"order_slow_ms": 3000})
    kill(shop, point, visit=visit)
    check(shop)


@pytest.mark.parametrize(
    ("point", "deed"),
    [
        *((each, "by hand") for each in BY_HAND),
        pytest.param("pay: taken back", "by hand, skip", marks=pytest.mark.long),
        *(pytest.param(each, "by hand", marks=pytest.mark.long) for each in ALSO_BY_HAND),
    ],
)
def test_killed_while_a_person_buys_by_hand(shop: BuyingHome, point: str, deed: str) -> None:
    """Proves that what a person bought on pages of their own is found again, and what they did not is open again."""
    to_buy(shop)
    kill(shop, point, deed)
    check(shop)


def test_killed_after_the_first_number_it_is_read_again_all_the_same(shop: BuyingHome) -> None:
    """Proves that the looks after 5 and 30 minutes at what stands unpaid do not wait for the end of the run."""
    to_buy(shop)
    with shop.database() as database, database.write() as session:
        rechecks.note_read(session, "main", now() + timedelta(days=1), now())
    kill(shop, "pay: placed")
    check(shop)
    with shop.database() as database, database.read() as session:
        assert 2 == len(rechecks.waiting(session, "main"))


@pytest.mark.parametrize(("point", "deed"), AFTER_A_CHOICE)
def test_killed_after_a_choice(shop: BuyingHome, point: str, deed: str) -> None:
    """Proves that an order that nobody pressed is not taken for one that somebody may have."""
    to_buy(shop)
    kill(shop, point, deed)
    check(shop)
    assert [] == shop.unknown()


def test_killed_after_an_answer(shop: BuyingHome) -> None:
    """Proves that a question whose answer was lost with the process is asked again, and then settled."""
    to_buy(shop)
    kill(shop, "place: intent committed")
    check(shop)
    assert 1 == len(shop.unknown())
    kill(shop, "pay: answered")
    check(shop)


def test_every_line_ends_with_its_number(shop: BuyingHome) -> None:
    """Proves that after all these crashes one ordinary run brings each line to the one order made for it."""
    to_buy(shop)
    done = run(shop, "nowhere")
    assert 0 == done.returncode, done.stdout + done.stderr
    check(shop)
    held = set(shop.held())
    lines = {(order.name, 1) for order in shop.sandbox.shop.orders.values()} - held
    assert lines == set(shop.placed()), done.stdout


def test_every_checkpoint_of_a_pay_run_is_covered() -> None:
    """Proves that no checkpoint was added without a crash there."""
    named = {name for file in FILES for name in NAMED.findall((ROOT / "bot/jobs" / file).read_text(encoding="utf-8"))}
    covered = {*PAYING, *SKIPPING, *HOLDING, *(point for point, _visit in TWO), "pay: answered"}
    assert named == {each for each in covered if each.startswith("pay: ")}

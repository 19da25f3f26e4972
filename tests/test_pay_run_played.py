"""The command `pay-run` itself, from the dry run to its exit code, with a person who ticks, presses and pays."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import account_states
from bot.models import PurchaseState
from bot.opening import now
from bot.sandbox.server import Sandbox
from flows.errors import NeedKind, PersonNeeded
from tests.buying_home import ACCOUNT, BuyingHome
from tests.processes import ran

# The command in a process of its own, in a window that nobody sees. Whoever ticks the list lets AliExpress calm down.
PLAYED = """
import json, sys, urllib.request
from bot import opening
from bot.cli import pay_run
from bot.cli.app import run
from bot.jobs import desk
from bot.sandbox.payer import Payer, Plan

control, token, ticks, answers, *words = sys.argv[1:]
open_browser = opening.browser_of

def calm():
    body = json.dumps({"captcha": None}).encode()
    told = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    urllib.request.urlopen(urllib.request.Request(f"{control}/faults", body, told))

def tick(*_asked, **_how):
    calm()
    return ticks

opening.browser_of = lambda *what, **how: open_browser(*what, **{**how, "attended": False})
desk.rest_a_moment = Payer(usual=Plan(answers=tuple(answers.split(","))))
pay_run.someone_is_there = lambda: True
pay_run.typer.prompt = tick
sys.exit(run(["pay-run", *words]))
"""


@pytest.fixture(name="shop")
def shop_fixture(sandbox: Sandbox, tmp_path: Path) -> BuyingHome:
    """A home whose account pays by a saved card, and an empty store; each test sells products of its own."""
    sandbox.shop.orders.clear()
    sandbox.world.bought.clear()
    sandbox.ali.market.buyer(ACCOUNT).kind = "pay_now_card"
    return BuyingHome(sandbox, tmp_path / "home")


@pytest.fixture(name="ali", autouse=True)
def ali_fixture(sandbox: Sandbox) -> Iterator[Any]:
    """The stand-in AliExpress; its faults are off again after the test."""
    yield sandbox.ali
    sandbox.ali.set_faults(dict.fromkeys(type(sandbox.ali.faults).model_fields))


def played(shop: BuyingHome, *words: str, ticks: str = "all", answers: str = "Accept,No,Done") -> tuple[int, str, str]:
    """Exit code and output of one run."""
    done = ran(shop.path, PLAYED, shop.sandbox.control, shop.sandbox.token, ticks, answers, *words)
    return done.returncode, done.stdout, done.stderr


def states(shop: BuyingHome) -> dict[str, PurchaseState]:
    """Where each order's purchase stands."""
    return {name: purchase.state for (name, _line), (purchase, _numbers) in shop.purchases().items()}


def test_list_ticks_run_and_summary(shop: BuyingHome) -> None:
    """Proves that what is ticked in the list is paid order after order, and nothing else is touched."""
    first, second, third = (shop.sell(place) for place in range(3))
    shop.pull()
    code, said, noted = played(shop, "--all", ticks="1-2")
    assert 0 == code, said + noted
    for words in ("3 orders can be bought now", f"1/2  {first.name}: AliExpress order", "2 ordered (", ", paid"):
        assert words in said
    assert {first.name: PurchaseState.PLACED, second.name: PurchaseState.PLACED, third.name: PurchaseState.NEW} == (
        states(shop)
    )
    assert ([], []) == (shop.bought_twice(), shop.wrong_numbers())


@pytest.mark.long
def test_captcha_at_the_first_look_steps_down(shop: BuyingHome, ali: Any) -> None:
    """Proves that an account set to "auto" goes on by hand where AliExpress turns pages away before any is prepared."""
    order = shop.sell(3)
    shop.pull()
    ali.set_faults({"captcha": True})
    code, said, noted = played(shop, "--all", answers="Stop")
    assert "AliExpress turns automated pages away today (it asks for a captcha): you buy yourself" in said
    assert (0, True) == (code, "1 stopped before the press" in said), said + noted
    assert "1 order can be bought now." in said
    assert {order.name: PurchaseState.NEW} == states(shop)


def test_record_only_opens_an_account_that_waits_for_a_person(shop: BuyingHome) -> None:
    """Proves that on a day with a captcha a person who buys themselves is let in, and nobody else."""
    shop.sell(4)
    shop.pull()
    with shop.database() as database:
        account_states.need_arose(database, ACCOUNT, PersonNeeded(NeedKind.CAPTCHA), now())
    assert 4 == played(shop, "--all")[0]
    code, said, noted = played(shop, "--all", "--record-only", answers="Stop")
    assert (0, True) == (code, "1 stopped before the press" in said), said + noted
    with shop.database() as database:
        assert account_states.paused(database, ACCOUNT, now()) is None

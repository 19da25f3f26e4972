"""For tests that kill a command at a checkpoint: where, a world to do it in, and how it ended.

Each case works on a copy of one home. The store is put back between the cases; AliExpress is only read.
"""

import copy
import os
import re
import shutil
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from bot.config import Config, load
from bot.db import Database
from bot.home import Home
from bot.listing import as_json, describe
from bot.models import AliItem, AliOrder, Event, Order, PullCursor
from bot.sandbox.server import Sandbox
from bot.sandbox.shop_bucket import LeakyBucket
from tests.forking import ROOT
from tests.processes import ran

JOBS = ("runs.py", "jobs/pull.py", "jobs/sync.py", "jobs/push.py", "jobs/tell.py")
KILLED = -signal.SIGKILL if os.name == "posix" else signal.SIGTERM
KILLER = """
import os, signal, sys
from bot import checkpoints

name, left = sys.argv[1], int(sys.argv[2])

def reached(point):
    global left
    left -= point == name
    if point == name and left == 0:
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))

checkpoints.reached = reached
sys.argv[:] = ["dropferry", *sys.argv[3:]]
from bot.__main__ import main
main()
"""

# Checkpoint: at which of its visits the process is killed.
PULL = {
    "run: claimed": (1,),
    "pull: page read": (1, 2),
    "pull: before commit": (1,),
    "pull: page written": (1, 2),
    "pull: found deleted": (1,),
    "pull: deletion written": (1,),
    "pull: cursor moved": (1,),
    "run: done": (1,),
}
SYNC = {
    "sync: list page read": (1,),
    "sync: before commit": (1, 2, 5),
    "sync: list page written": (1,),
    "sync: detail read": (1,),
    "sync: detail written": (1, 4),
    "sync: trouble written": (1,),
    "sync: tracking read": (2,),
    "sync: tracking written": (1,),
}
PUSH = {
    "push: refusals freed": (1,),
    "push: fulfilments read": (1, 3),
    "push: settled what was there": (1,),
    "push: recorded": (1, 3),
    "push: created": (1, 2),
    "push: opened": (1, 2),
    "push: completed": (1, 2),
    "push: taken over": (1,),
    "push: sent": (1, 3),
    "push: before commit": (1,),
    "push: written": (1,),
    "push: corrected": (1,),
    "push: refusal written": (1,),
    "run: done": (1,),
}


def cases(table: dict[str, tuple[int, ...]]) -> list[Any]:
    """Each checkpoint with each of its visits; the later ones are of the long runs."""
    return [
        pytest.param((name, visit), marks=pytest.mark.long if visit != visits[0] else (), id=f"{name}, {visit}")
        for name, visits in table.items()
        for visit in visits
    ]


def kill(home: Path, name: str, visit: int, *command: str) -> None:
    """Run a command that is killed at that visit of a checkpoint."""
    done = ran(home, KILLER, name, visit, *command)
    assert KILLED == done.returncode, f"{name} was not reached {visit} times: {done.stdout}{done.stderr}"


def state(home: Path, config: Config) -> dict[str, Any]:
    """All that the database knows, without row numbers and without the robot's own clock."""
    database = Database(f"sqlite:///{home / 'dropferry.db'}")
    try:
        with database.read() as session:
            ids = [order for order in session.exec(select(Order.id).order_by(Order.name)) if order is not None]
            listed = describe(session, config, ids, datetime.now(UTC))
            for each in listed:
                assert each.standing.tab == each.rows.order.tab
            events = session.exec(select(Event)).all()
            names = {each.rows.order.id: each.rows.order.name for each in listed}
            ali_orders = session.exec(select(AliOrder).order_by(AliOrder.number)).all()
            cursors = session.exec(select(PullCursor)).all()
            return {
                "orders": [_told(as_json(each)) for each in listed],
                "aliexpress": [_facts(ali) for ali in ali_orders],
                "items": Counter(
                    (item.product_id, item.sku_id, item.quantity) for item in session.exec(select(AliItem))
                ),
                "events": Counter(
                    (event.who, event.what, names.get(event.order_id), event.ali_number, str(event.data))
                    for event in events
                ),
                "cursor": [(cursor.updated_to is not None, cursor.swept_at is not None) for cursor in cursors],
            }
    finally:
        database.close()


def _told(order: dict[str, Any]) -> dict[str, Any]:
    for told in order["fulfilments"]:
        told["id"] = bool(told["id"])
    order["fulfilments"].sort(key=lambda told: str(told["number"]))
    return order


def _facts(ali: AliOrder) -> dict[str, Any]:
    facts = ali.model_dump(exclude={"id", "linked_at"})
    return {key: bool(value) if key.endswith(("_at", "_since")) else value for key, value in facts.items()}


@dataclass
class World:
    """Both stand-ins, a home to copy, and how the store was when it was made."""

    sandbox: Sandbox
    home: Path
    config: Config
    orders: dict[int, Any] = field(default_factory=dict)

    def keep(self) -> None:
        """Remember the store as it is."""
        self.orders = copy.deepcopy(self.sandbox.shop.orders)

    def copy_to(self, folder: Path) -> Path:
        """A copy of the home; the store is as it was when it was kept."""
        store = self.sandbox.shop
        store.orders.clear()
        store.orders.update(copy.deepcopy(self.orders))
        store.mails.clear()
        store.bucket = LeakyBucket(time.monotonic)
        return Path(shutil.copytree(self.home, folder))

    def store(self) -> dict[str, Any]:
        """What the store holds and mailed, without its own ids."""
        told = self.sandbox.shop.snapshot()
        fulfilments = Counter(
            (each["order"], each["tracking_number"], each["tracking_company"], each["status"], len(each["line_items"]))
            for each in told["fulfillments"]
        )
        return {"fulfilments": fulfilments, "mails": Counter((mail["order"], mail["number"]) for mail in told["mails"])}


def new_world(sandbox: Sandbox, home: Path) -> World:
    """A home with an empty database, and an empty store."""
    for held in (sandbox.shop.orders, sandbox.shop.mails, sandbox.world.bought):
        held.clear()
    sandbox.write_home(home)
    return World(sandbox, home, load(Home(home)))


def every_name() -> set[str]:
    """The checkpoints that the source of pull, sync and push names."""
    found: set[str] = set()
    for file in JOBS:
        text = (ROOT / "bot" / file).read_text(encoding="utf-8")
        found |= set(re.findall(r'checkpoints\.reached\("([^"]+)"\)', text))
        assert text.count("reached(") == len(re.findall(r'checkpoints\.reached\("', text))
    return found

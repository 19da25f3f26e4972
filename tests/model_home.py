"""A home folder whose buying jobs run against the model of the site, in runs that stop or die at a named point."""

import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from bot import checkpoints
from bot.approving import approve_order, resolve, unresolved
from bot.buying_home import stop_file
from bot.config import Config
from bot.db import Database
from bot.finding import find_order, parse
from bot.holds import Hold
from bot.home import Home
from bot.jobs.place import Placed, PlaceOrders
from bot.jobs.purchasing import Outcome, Purchasing
from bot.jobs.reconciling import Reconciled, reconcile_account
from bot.linking import link, unlink
from bot.models import AliOrder, Line, Order, Purchase, PurchaseOrder, PurchaseState
from bot.models_buying import Mapping, ProvenMethod
from bot.planning import Candidate
from bot.sandbox.mapping_rows import mapping_rows
from bot.shopbase import ShopBase
from bot.work import Workplace
from tests.merchant import Clock
from tests.model_site import LineName, ModelContext, ModelSite

ACCOUNT = "main"
# A person trusts the list this long after a press: nothing lags longer.
SURE_AFTER = timedelta(minutes=31)


class Killed(BaseException):
    """The process dies here."""


class KeptClient(ShopBase):
    """A client that several runs use one after the other."""

    def close(self) -> None:
        """Kept for the next run."""

    def end(self) -> None:
        """Closed after all."""
        super().close()


@dataclass(slots=True)
class Tied:
    """A purchase with its line, as a person sees it."""

    name: LineName
    purchase: Purchase
    numbers: tuple[str, ...]


class Run:
    """Work in a thread that stops at the given visit of a named point, to go on or to die there later."""

    def __init__(self, work: Callable[[], object], point: str | None = None, visit: int = 1) -> None:
        self.point, self.left, self.dies = point, visit, False
        self.trouble: BaseException | None = None
        self._halted, self._goes = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._work, args=(work,), daemon=True)

    def _work(self, work: Callable[[], object]) -> None:
        _here.run = self
        try:
            work()
        except Killed:
            pass
        except BaseException as trouble:  # noqa: BLE001  (whatever it is, the test that waits for it raises it)
            self.trouble = trouble
        self.point = None
        self._halted.set()

    def start(self) -> bool:
        """Run to the point; False where the work came to its end before."""
        self._thread.start()
        self._halted.wait()
        if self.point is None:
            self.end()
        return self.point is not None

    def reached(self, name: str) -> None:
        """A point was reached."""
        self.left -= name == self.point
        if name != self.point or self.left:
            return
        self._halted.set()
        self._goes.wait()
        if self.dies:
            raise Killed

    def end(self, *, dies: bool = False) -> None:
        """Go on from the point to the end, or die there. Raises what the work raised."""
        self.dies = dies
        self._goes.set()
        self._thread.join()
        if self.trouble is not None:
            raise self.trouble


_here = threading.local()


def reached(name: str) -> None:
    """In place of `bot.checkpoints.reached`: only the runs of this module stop anywhere."""
    run: Run | None = getattr(_here, "run", None)
    if run is not None:
        run.reached(name)


class WatchedPlaceOrders(PlaceOrders):
    """Tells the model which line is being bought, which no page could tell it."""

    def _one(self, purchasing: Purchasing, candidate: Candidate) -> Outcome:
        context: Any = self.context
        context.line = (candidate.order, candidate.position)
        return super()._one(purchasing, candidate)


class ModelHome:
    """One home folder of the merchant, and what a person there does, who looks before speaking."""

    def __init__(self, folder: Path, empty_database: Path, config: Config, site: ModelSite, clock: Clock) -> None:
        self.home = Home(folder)
        self.home.ensure()
        shutil.copy(empty_database, self.home.database_file)
        self.site, self.clock = site, clock
        self.database = Database(f"sqlite:///{self.home.database_file}")
        self.place = Workplace(self.home, config, self.database, lambda _line: None, clock, wait_seconds=0)
        self.backup = folder / "copy.db"
        self.run: Run | None = None
        with self.database.write() as session:
            session.add(ProvenMethod(account=ACCOUNT, method="Boleto", number="1", proven_at=clock()))
            for row in mapping_rows()[:2]:
                session.add(
                    Mapping(
                        shop="main", variant_id=str(row.variant_id), product_id=row.product_id, sku_id=row.sku_id,
                        sku_attr=row.sku_attr, carrier=row.carrier, cost_minor=500, cost_currency="USD",
                        looked_at=clock(), created_at=clock(),
                    )
                )  # fmt: skip

    def close(self) -> None:
        """A run that stands still dies, and the database is closed."""
        if self.run is not None:
            self.wake(dies=True)
        self.database.close()

    @property
    def is_stopped(self) -> bool:
        """Whether buying is stopped here."""
        return stop_file(self.home).exists()

    def pull(self) -> None:
        """Pull the store."""
        self.place.pull("main")

    def buy(self, *, supervised: bool = False) -> Placed:
        """Place everything that may be placed. Raises MayNotBuyError."""
        self.pull()
        context: Any = ModelContext(ACCOUNT)
        ask = (lambda _quote: True) if supervised else None
        return WatchedPlaceOrders(self.place, context, ACCOUNT, live=True, supervised=ask, pause=self.clock.sleep).run()

    def buy_until(self, point: str, visit: int, *, dies: bool) -> None:
        """Place until a named point, and die or stand still there."""
        run = Run(self.buy, point, visit)
        if run.start():
            self.run = run
            if dies:
                self.wake(dies=True)

    def wake(self, *, dies: bool = False) -> None:
        """The run that stands still goes on to its end, or dies."""
        assert self.run is not None
        run, self.run = self.run, None
        run.end(dies=dies)

    def sync(self) -> None:
        """Read AliExpress."""
        self.place.sync(ACCOUNT)

    def reconcile(self) -> Reconciled:
        """Look for all that this home does not know of; it may buy afterwards."""
        return reconcile_account(self.place, ACCOUNT, date(2026, 1, 1))

    def back_up(self) -> None:
        """Keep a copy of the database."""
        with closing(sqlite3.connect(self.home.database_file)) as here, closing(sqlite3.connect(self.backup)) as there:
            here.backup(there)

    def restore(self) -> None:
        """Put the copy back, as a merchant would: with nothing of dropferry running."""
        self.database.close()
        for beside in self.home.path.glob("dropferry.db-*"):
            beside.unlink()
        shutil.copy(self.backup, self.home.database_file)

    def tied(self) -> list[Tied]:
        """All purchases that are not over, with their numbers."""
        numbers: dict[int | None, list[str]] = {}
        with self.database.read() as session:
            joins = select(PurchaseOrder.purchase_id, AliOrder.number).join(
                AliOrder, col(AliOrder.id) == PurchaseOrder.ali_order_id
            )
            for purchase_id, number in session.exec(joins):
                numbers.setdefault(purchase_id, []).append(number)
            query = (
                select(Order.name, Line.position, Purchase)
                .join(Line, col(Line.order_id) == Order.id)
                .join(Purchase, col(Purchase.line_id) == Line.id)
                .where(col(Purchase.state).not_in([PurchaseState.CANCELLED, PurchaseState.CLOSED]))
            )
            rows = session.exec(query.order_by(col(Purchase.id))).all()
        return [Tied((name, at), purchase, tuple(numbers.get(purchase.id, ()))) for name, at, purchase in rows]

    def answer(self) -> None:
        """A person answers each question by what is so on the site."""
        for tied in self.tied():
            if tied.purchase.intent_at is not None and not tied.numbers:
                self._say_what_became(tied)
            elif tied.purchase.state is PurchaseState.HELD:
                self._lift(tied)

    def _say_what_became(self, tied: Tied) -> None:
        pressed_at = tied.purchase.intent_at
        assert pressed_at is not None
        if self.clock() - pressed_at < SURE_AFTER:
            return
        made = [each for each in self.site.made if each.line == tied.name and each.by_robot and each.at >= pressed_at]
        with self.database.write() as session:
            order, line = self._find(session, tied.name)
            if unresolved(session, line) is not None:
                numbers = [each.number for each in made]
                resolve(session, order, line, numbers=numbers, account=ACCOUNT, now=self.clock())

    def _lift(self, tied: Tied) -> None:
        standing = self.site.standing(tied.name)
        if tied.purchase.hold == Hold.PERHAPS_BOUGHT and standing:
            self.link(tied.name, standing[0].number)
            return
        with self.database.write() as session:
            order, line = self._find(session, tied.name)
            approve_order(session, order, [line], None, self.clock())

    def link(self, name: LineName, number: str) -> None:
        """This is it."""
        with self.database.write() as session:
            order, line = self._find(session, name)
            link(session, order, [line], number=number, account=ACCOUNT, now=self.clock())

    def unlink(self, name: LineName) -> None:
        """That order is called off: the line is to be bought again."""
        with self.database.write() as session:
            order, line = self._find(session, name)
            unlink(session, order, [line], self.clock())

    def _find(self, session: Any, name: LineName) -> tuple[Order, Line]:
        order = find_order(session, parse(name[0]), None)
        query = select(Line).where(Line.order_id == order.id, Line.position == name[1])
        return order, session.exec(query).one()


def install_points(patch: Any) -> None:
    """Let runs stop at checkpoints."""
    patch.setattr(checkpoints, "reached", reached)

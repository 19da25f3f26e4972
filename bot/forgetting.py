"""Empties what the home holds of a buyer: database, evidence and logs. Numbers and money stay; AliExpress is not asked.

What was emptied stays empty: a later pull does not fill it in again.
"""

import json
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, or_, select

from bot import personal_data
from bot.db import Database
from bot.errors import DropferryError
from bot.evidence import forget_old
from bot.facts import Tab
from bot.home import Home
from bot.intake_changes import ADDRESS_CHANGED
from bot.language import _
from bot.log_cleaning import clean_logs
from bot.models import (
    AliOrder,
    Event,
    Fulfillment,
    FulfillmentState,
    JobRun,
    Line,
    Order,
    Parcel,
    Purchase,
    PurchaseOrder,
    PurchaseState,
)
from bot.models_buying import OwnAddress
from bot.order_rows import TOGETHER
from bot.redaction import GONE, Redactor

OVER = (Tab.FULFILLED, Tab.CANCELED)
_SAID = frozenset({"detail", "problems", "what"})
# What a purchase may have asked for, in the shape that readers of it expect, and nobody's.
_NOBODY = {"first_name": "", "last_name": "", "phone_code": "+0", "phone": "0", "street": ""}


class NotForgottenError(DropferryError):
    """Nothing was emptied."""

    exit_code = 2


@dataclass(slots=True)
class Chosen:
    """The orders that may be emptied (our ids), and by name those that may not: under way, or perhaps ordered."""

    ids: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    under_way: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Forgotten:
    """What was emptied, and where something may be left: copies of the database, address books, recorded pages."""

    orders: list[str] = field(default_factory=list)
    evidence: int = 0
    log_lines: int = 0
    copies: list[str] = field(default_factory=list)
    address_books: list[str] = field(default_factory=list)
    recordings: list[str] = field(default_factory=list)
    is_compacted: bool = True


def choose(session: Session, orders: Iterable[Order], *, even_open: bool) -> Chosen:
    """Which of these orders may be emptied; those that are empty already are left out."""
    chosen = Chosen()
    for order in orders:
        if personal_data.is_forgotten(order) or order.id is None:
            continue
        states = _states(session, order.id)
        if any(state in (PurchaseState.INTENT, PurchaseState.HELD) and pressed for state, pressed in states):
            chosen.unknown.append(order.name)
        elif _is_open(session, order, states) and not even_open:
            chosen.under_way.append(order.name)
        else:
            chosen.ids.append(order.id)
            chosen.names.append(order.name)
    return chosen


def orders_before(session: Session, before: datetime, shop: str | None) -> Sequence[Order]:
    """All orders that the store took before a time (UTC)."""
    query = select(Order).where(col(Order.created_at) < before)
    if shop is not None:
        query = query.where(Order.shop == shop)
    return session.exec(query.order_by(col(Order.created_at))).all()


def _states(session: Session, order_id: int) -> list[tuple[PurchaseState, bool]]:
    query = (
        select(Purchase.state, Purchase.intent_at)
        .join(Line, col(Line.id) == Purchase.line_id)
        .where(Line.order_id == order_id)
    )
    return [(PurchaseState(state), intent_at is not None) for state, intent_at in session.exec(query)]


def _is_open(session: Session, order: Order, states: Sequence[tuple[PurchaseState, bool]]) -> bool:
    sending = select(Fulfillment.id).where(
        Fulfillment.order_id == order.id, Fulfillment.state == FulfillmentState.SENDING
    )
    waits = any(state in (PurchaseState.NEW, PurchaseState.HELD) for state, _pressed in states)
    return order.tab not in OVER or waits or session.exec(sending.limit(1)).first() is not None


def forget(
    database: Database, home: Home, order_ids: Sequence[int], now: datetime, older_than_days: int | None = None
) -> Forgotten:
    """Empty these orders; with `older_than_days` also evidence and lines of the log from before that.

    What cannot be emptied from here is named in the answer. Raises ConfigError where a log cannot be written.
    """
    forgotten, redactor, names = Forgotten(), Redactor(), set[str]()
    for start in range(0, len(order_ids), TOGETHER):
        with database.write() as session:
            _overwrite(database, session)
            emptying = _Emptying(session, redactor, now)
            for order_id in order_ids[start : start + TOGETHER]:
                order = session.get_one(Order, order_id)
                forgotten.orders.append(order.name)
                emptying.order(order)
            emptying.runs()
            forgotten.address_books += emptying.own_addresses()
            names |= emptying.names
            forgotten.evidence += _delete_evidence(home, emptying.evidence | _evidence_about(home, emptying.names))
    if older_than_days is not None:
        forgotten.evidence += forget_old(home.evidence, older_than_days, now)
    forgotten.log_lines = clean_logs(home, redactor, now, older_than_days)
    forgotten.is_compacted = _compact(database)
    forgotten.recordings = _with_people(home)
    forgotten.copies = sorted(file.name for file in (home.path / "backups").glob("*") if file.is_file())
    return forgotten


@dataclass(slots=True)
class _Emptying:
    """Empties one order after the other in one transaction; `redactor` learns whom they are of."""

    session: Session
    redactor: Redactor
    now: datetime
    evidence: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    since: datetime | None = None
    people: list[dict[str, Any]] = field(default_factory=list)

    def order(self, order: Order) -> None:
        self.redactor.know_person(personal_data.of_order(order))
        lines = select(Line.id).where(Line.order_id == order.id)
        purchases = self.session.exec(select(Purchase).where(col(Purchase.line_id).in_(lines))).all()
        for purchase in purchases:
            self.redactor.know_person(personal_data.of_purchase(purchase))
        for purchase in purchases:
            self._purchase(purchase)
        numbers = [self._ali_order(ali) for ali in self._ali_orders(purchases)]
        self._events(order, numbers)
        for told in self.session.exec(select(Fulfillment).where(Fulfillment.order_id == order.id)):
            told.problem = self._clean(told.problem)
            self.session.add(told)
        self.names |= {order.name, *numbers}
        self.since = min(order.created_at, self.since or order.created_at)
        country = (order.address or {}).get("country_code")
        order.email = order.phone = None
        order.note, order.note_attributes, order.address_overrides = "", [], {}
        order.address = {"country_code": country, personal_data.FORGOTTEN: self.now.isoformat()}
        self.session.add(order)
        self.session.add(Event(at=self.now, who="person", what="personal data emptied", order_id=order.id))

    def _purchase(self, purchase: Purchase) -> None:
        if purchase.ship_to:
            self.people.append(purchase.ship_to)
            purchase.ship_to = {"country_code": purchase.ship_to.get("country_code"), **_NOBODY}
        if purchase.quote:
            purchase.quote = {**purchase.quote, "recipient": ""}
        # A cause keeps its amounts; what a page or an address said goes, and leaves its place in the sentence.
        purchase.hold_data = {key: GONE if key in _SAID else value for key, value in (purchase.hold_data or {}).items()}
        self.evidence |= {purchase.evidence} if purchase.evidence else set()
        purchase.evidence = None
        self.session.add(purchase)

    def _ali_orders(self, purchases: Iterable[Purchase]) -> Sequence[AliOrder]:
        ties = select(PurchaseOrder.ali_order_id).where(
            col(PurchaseOrder.purchase_id).in_([purchase.id for purchase in purchases])
        )
        return self.session.exec(select(AliOrder).where(col(AliOrder.id).in_(ties))).all()

    def _ali_order(self, ali: AliOrder) -> str:
        ali.trouble = self._clean(ali.trouble)
        self.session.add(ali)
        for parcel in self.session.exec(select(Parcel).where(Parcel.ali_order_id == ali.id)):
            # It says where the parcel is, and who took it.
            parcel.last_event_text = ""
            self.session.add(parcel)
        return ali.number

    def _events(self, order: Order, numbers: Sequence[str]) -> None:
        query = select(Event).where(or_(Event.order_id == order.id, col(Event.ali_number).in_(numbers)))
        for event in self.session.exec(query):
            if "address" in event.what:
                # Whoever compares addresses looks for both.
                event.data = dict.fromkeys(event.data, "") if event.what == ADDRESS_CHANGED else {}
            else:
                told = {key: GONE if key in _SAID else value for key, value in event.data.items()}
                event.data = self.redactor.value(told)
            self.evidence |= {event.evidence} if event.evidence else set()
            event.evidence = None
            self.session.add(event)

    def runs(self) -> None:
        """What jobs wrote down of trouble since the oldest of the orders."""
        if self.since is None:
            return
        query = select(JobRun).where(col(JobRun.started_at) >= self.since, col(JobRun.problem).is_not(None))
        for run in self.session.exec(query):
            clean = self._clean(run.problem), self.redactor.value(run.counts)
            if clean != (run.problem, run.counts):
                run.problem, run.counts = clean
                self.session.add(run)

    def own_addresses(self) -> list[str]:
        """Forget whom the robot's entries were for; returns the accounts whose address book shows them still."""
        books = []
        for row in self.session.exec(select(OwnAddress)):
            kept = [each for each in row.known if each not in self.people]
            if kept != row.known:
                row.known = kept
                self.session.add(row)
                books.append(row.account)
        return books

    def _clean(self, text: str | None) -> str | None:
        return self.redactor.text(text) if text else text


def _evidence_about(home: Home, names: set[str]) -> set[str]:
    """Folders in which one of these orders is named, or the page of one of these AliExpress orders was seen."""
    return {folder.name for folder in home.evidence.glob("2*Z-*") if any(_names(folder, names))}


def _names(folder: Any, names: set[str]) -> Iterator[bool]:
    for file in folder.glob("*.json"):
        try:
            told = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        text = json.dumps(told, ensure_ascii=False)
        is_order = isinstance(told, dict) and told.get("order") in names
        yield is_order or any(name in text for name in names if not name.startswith("#") and len(name) >= 12)


def _with_people(home: Home) -> list[str]:
    """Recorded pages in which nothing was replaced."""
    abouts = (home.path / "recordings").rglob("about.toml")
    return sorted(
        file.parent.relative_to(home.path).as_posix()
        for file in abouts
        if "redacted = false" in file.read_text(encoding="utf-8", errors="replace")
    )


def _delete_evidence(home: Home, folders: set[str]) -> int:
    known = [home.evidence / name for name in folders if (home.evidence / name).is_dir()]
    for folder in known:
        shutil.rmtree(folder, ignore_errors=True)
    return len(known)


def _overwrite(database: Database, session: Session) -> None:
    """What is changed from here on is not left in the file, beneath what took its place."""
    if database.is_sqlite:
        session.connection().exec_driver_sql("PRAGMA secure_delete=ON")


def _compact(database: Database) -> bool:
    """Write the file anew without what earlier changes left in it; False where somebody is at work in it."""
    if not database.is_sqlite:
        return True
    try:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            connection.rollback()
            raw.execute("PRAGMA busy_timeout=1000")
            raw.execute("VACUUM")
            busy, *_pages = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            raw.execute("PRAGMA busy_timeout=10000")
    except sqlite3.OperationalError:
        return False
    return not busy


def not_chosen(chosen: Chosen) -> NotForgottenError:
    """Why nothing can be emptied of the orders that were asked for."""
    if chosen.unknown:
        return NotForgottenError(
            _("{orders}: perhaps ordered on AliExpress, and only by the address it is found again").format(
                orders=", ".join(chosen.unknown)
            ),
            _("first say what became of it: dropferry resolve"),
        )
    if chosen.under_way:
        return NotForgottenError(
            _("{orders}: still under way").format(orders=", ".join(chosen.under_way)),
            _("wait until it is fulfilled, or add --even-open"),
        )
    return NotForgottenError(_("nothing is left to be emptied there"), "")

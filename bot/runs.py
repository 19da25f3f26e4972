"""The record of every run of a job: claimed before, finished after, found again after a crash."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from bot import checkpoints, logs, slots
from bot.db import Database
from bot.errors import AlreadyRunning, DropferryError
from bot.language import _
from bot.models import JobRun
from bot.shopbase import ShopBaseError, ShopUnavailable
from flows.errors import FlowError, TryLater

Counts = Mapping[str, Any]
Clock = Callable[[], datetime]
# Under this name a job's counts say which elements of which pages were not as they should be.
PAGES_CHANGED = "pages_changed"


def last_slot(database: Database, name: str) -> datetime | None:
    """The latest slot that was run to its end, well or not; one cut short by a crash counts as not run."""
    query = select(JobRun.slot).where(JobRun.name == name, col(JobRun.finished_at).is_not(None))
    with database.read() as session:
        return session.exec(query.order_by(col(JobRun.slot).desc()).limit(1)).first()


def last_run(database: Database, name: str) -> JobRun | None:
    """The latest run of a job."""
    query = select(JobRun).where(JobRun.name == name).order_by(col(JobRun.slot).desc()).limit(1)
    with database.read() as session:
        return session.exec(query).first()


def waiting_again(database: Database, name: str, now: datetime) -> datetime | None:
    """The slot whose next try is due at `now`, if the last run of the job asked for one."""
    run = last_run(database, name)
    return run.slot if run is not None and run.again_at is not None and run.again_at <= now else None


def try_again(session: Session, name: str, now: datetime) -> None:
    """Have the last run of a job tried again at once, where it went wrong: what had stopped it is over."""
    query = select(JobRun).where(JobRun.name == name).order_by(col(JobRun.slot).desc()).limit(1)
    run = session.exec(query).first()
    if run is not None and run.ok is False:
        run.again_at = now
        session.add(run)


def record(database: Database, name: str, slot: datetime, clock: Clock, work: Callable[[], Counts]) -> JobRun:
    """Run `work` for one slot and write down how it went; its exception is written down and raised again.

    The `problems` among its counts make it a run that did only part of its work; `unanswered` ones are tried again
    soon, and one that was `stopped` before its end is made up at once when somebody next looks.
    """
    run = _claim(database, name, slot, clock())
    with logs.about(**logs.run_of(name, slot, run.tries)):
        return _recorded(database, run, clock, work)


def count_changed(pages: dict[str, int], problem: str) -> None:
    """Count the text of a PageChanged by page and element, without the numbers of the order in which it was met."""
    page, element = [*problem.split(": "), "?", "?"][:2]
    where = f"{page}: {re.sub(r'[0-9]+', '#', element)}"
    pages[where] = pages.get(where, 0) + 1


def _recorded(database: Database, run: JobRun, clock: Clock, work: Callable[[], Counts]) -> JobRun:
    checkpoints.reached("run: claimed")
    logs.note("begun")
    try:
        counts = dict(work())
    except Exception as error:
        passing = isinstance(error, TryLater | ShopUnavailable | AlreadyRunning)
        again = slots.again_at(run.tries, clock()) if passing else None
        problem = f"{type(error).__name__}: {error}"
        # Where what was seen is kept, for whoever is told of it.
        seen = {"evidence": error.evidence} if isinstance(error, FlowError) and error.evidence else {}
        _finish(database, run, clock(), ok=False, counts=seen, problem=problem, again=again)
        if isinstance(error, FlowError | ShopBaseError | DropferryError):
            logs.warn("went wrong", problem=problem, again_at=again, **seen)
        else:
            logs.trouble("went wrong", error)
        raise
    checkpoints.reached("run: done")
    problems = list(counts.get("problems") or [])
    stopped = bool(counts.get("stopped"))
    again = clock() if stopped else slots.again_at(run.tries, clock()) if counts.get("unanswered") else None
    problem = "; ".join([*problems, *([_("stopped before its end")] if stopped else [])])
    ok = not problem
    _finish(database, run, clock(), ok=ok, counts=counts, problem=problem[:2000] or None, again=again)
    (logs.note if ok else logs.warn)("done" if ok else "done in part", counts=counts, again_at=again)
    return run


def _claim(database: Database, name: str, slot: datetime, now: datetime) -> JobRun:
    with database.write() as session:
        run = session.exec(select(JobRun).where(JobRun.name == name, JobRun.slot == slot)).one_or_none()
        if run is None:
            run = JobRun(name=name, slot=slot, started_at=now)
        else:
            run.tries += 1
            run.started_at, run.finished_at, run.ok, run.again_at = now, None, None, None
        session.add(run)
    return run


def _finish(
    database: Database,
    run: JobRun,
    now: datetime,
    *,
    ok: bool,
    counts: Counts | None = None,
    problem: str | None = None,
    again: datetime | None = None,
) -> None:
    with database.write() as session:
        run.finished_at, run.ok, run.problem, run.again_at = now, ok, problem, again
        run.counts = dict(counts or {})
        session.add(run)

"""Pages of AliExpress that changed: one notice for each element, however many orders and jobs met it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlmodel import Session, col, select

from bot.config import Config
from bot.home import Home
from bot.language import _, counted
from bot.models import JobRun
from bot.notifying.notice import KEY_LENGTH, Notice, Weight, fingerprint
from bot.runs import PAGES_CHANGED, count_changed
from bot.selector_health import needed_for
from bot.wording_pages import page_name

_RAISED = ("PageChanged", "AnswerChanged")
_LATEST = 20


def pages_changed(session: Session, home: Home, config: Config) -> Iterator[Notice]:
    """What the last look of each job found changed."""
    orders: Counter[str] = Counter()
    pictures: dict[str, Path | None] = {}
    for name in (f"{job}:{account}" for account in config.accounts for job in ("sync", "recheck")):
        run = _last_look(session, name)
        if run is not None:
            found = raised_by(run) or (run.counts or {}).get(PAGES_CHANGED) or {}
            orders.update(found)
            pictures |= dict.fromkeys(found, _picture(home, run))
    for where, count in sorted(orders.items()):
        yield _notice(where, count, pictures[where])


def raised_by(run: JobRun) -> Mapping[str, int]:
    """Page and element of the error that ended a run, if that was it; no order of its own was read with it."""
    kind, _colon, problem = (run.problem or "").partition(": ")
    found: dict[str, int] = {}
    if kind in _RAISED:
        count_changed(found, problem)
    return dict.fromkeys(found, 0)


def _last_look(session: Session, name: str) -> JobRun | None:
    """The latest run that saw pages; one that was ended by something else tells nothing of them."""
    query = select(JobRun).where(JobRun.name == name, col(JobRun.finished_at).is_not(None))
    latest = session.exec(query.order_by(col(JobRun.slot).desc()).limit(_LATEST))
    return next((run for run in latest if run.ok or PAGES_CHANGED in (run.counts or {}) or raised_by(run)), None)


def _notice(where: str, orders: int, picture: Path | None) -> Notice:
    page, _colon, element = where.partition(": ")
    text = _('The {page} is not as it was ("{element}"), so this waits: {waits}. See: dropferry check')
    text = text.format(page=page_name(page), element=element, waits=needed_for(page))
    if orders:
        text += counted(" ({count} order could not be read)", " ({count} orders could not be read)", orders)
    title = _("A page of AliExpress has changed")
    return Notice(Weight.NEEDS_YOU, f"page:{where}"[:KEY_LENGTH], fingerprint(where), title, text, picture=picture)


def _picture(home: Home, run: JobRun) -> Path | None:
    kept = str((run.counts or {}).get("evidence") or "")
    return home.evidence / kept / "page.jpg" if kept and Path(kept).name == kept else None

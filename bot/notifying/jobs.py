"""Jobs that do not go on by themselves: a page that changed, a shop that lets nobody in, silence for a day."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session, col, select

from bot.config import Config
from bot.home import Home
from bot.language import _
from bot.models import JobRun
from bot.notifying.notice import Notice, Weight, fingerprint
from bot.secrets import stored_name
from bot.wording import when

SILENT_FOR = timedelta(hours=24)
_PAGE = ("PageChanged", "AnswerChanged")
_NO_ENTRY = "ShopCredentials"
# Told of as what an account waits for.
_OF_ACCOUNTS = "PersonNeeded"


def jobs_in_trouble(session: Session, home: Home, config: Config, now: datetime) -> Iterator[Notice]:
    """What stands between each job and its work at `now` (UTC)."""
    names = [f"{job}:{shop}" for shop in config.shops for job in ("pull", "push")]
    names += [f"{job}:{account}" for account in config.accounts for job in ("sync", "recheck")]
    for name in names:
        run = _last(session, name)
        if run is not None and run.ok is False:
            notice = _notice(session, home, config, run, now)
            if notice is not None:
                yield notice


def _notice(session: Session, home: Home, config: Config, run: JobRun, now: datetime) -> Notice | None:
    kind, _colon, rest = (run.problem or "").partition(": ")
    job, _colon, whose = run.name.partition(":")
    if kind in _PAGE:
        page, element = [*rest.split(": "), "?", "?"][:2]
        return Notice(
            Weight.NEEDS_YOU,
            f"job:{run.name}",
            fingerprint(kind, page, element),
            _("A page of AliExpress has changed"),
            _(
                'The page "{page}" is not as it was ({element}), so {job} of "{whose}" waits; all else goes on. '
                "See: dropferry check"
            ).format(page=page, element=element, job=job, whose=whose),
            picture=_picture(home, run),
        )
    if kind == _NO_ENTRY:
        return Notice(
            Weight.NEEDS_YOU,
            f"job:{run.name}",
            fingerprint(kind),
            _('ShopBase does not let dropferry into shop "{shop}"').format(shop=whose),
            _("Its key or password is not right any more. Keep the right ones: dropferry secret set {name}").format(
                name=stored_name(f"{whose}-shopbase-key", config.is_sandbox)
            ),
        )
    since = None if kind == _OF_ACCOUNTS else _silent_since(session, run, now)
    if since is None:
        return None
    return Notice(
        Weight.NEEDS_YOU,
        f"job:{run.name}",
        fingerprint("silent", since),
        _('{job} of "{whose}" has not gone well for a day').format(job=job, whose=whose),
        _("Not since {when}. What went wrong stands in: dropferry doctor").format(when=when(since)),
    )


def _silent_since(session: Session, run: JobRun, now: datetime) -> datetime | None:
    """When the job last went well, or began to try, if that is long ago."""
    tried = select(JobRun.started_at).where(JobRun.name == run.name).order_by(col(JobRun.slot)).limit(1)
    went_well = (
        select(JobRun.finished_at)
        .where(JobRun.name == run.name, col(JobRun.ok).is_(True))
        .order_by(col(JobRun.slot).desc())
    )
    since = session.exec(went_well.limit(1)).first() or session.exec(tried).first()
    return since if since is not None and now - since >= SILENT_FOR else None


def _last(session: Session, name: str) -> JobRun | None:
    return session.exec(select(JobRun).where(JobRun.name == name).order_by(col(JobRun.slot).desc()).limit(1)).first()


def _picture(home: Home, run: JobRun) -> Path | None:
    kept = str((run.counts or {}).get("evidence") or "")
    return home.evidence / kept / "page.png" if kept and Path(kept).name == kept else None

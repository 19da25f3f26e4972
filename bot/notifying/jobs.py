"""Jobs that do not go on by themselves: a shop that lets nobody in, silence for a day."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from bot.config import Config
from bot.language import _
from bot.models import JobRun
from bot.notifying.notice import Notice, Weight, fingerprint
from bot.secrets import stored_name
from bot.wording import when
from bot.wording_pages import run_name

SILENT_FOR = timedelta(hours=24)
_NO_ENTRY = "ShopCredentials"
# Told of as what an account waits for, and in bot/notifying/pages.py.
_TOLD_ELSEWHERE = ("PersonNeeded", "PageChanged", "AnswerChanged")


def jobs_in_trouble(session: Session, config: Config, now: datetime) -> Iterator[Notice]:
    """What stands between each job and its work at `now` (UTC)."""
    names = [f"{job}:{shop}" for shop in config.shops for job in ("pull", "push")]
    names += [f"{job}:{account}" for account in config.accounts for job in ("sync", "recheck")]
    for name in names:
        run = _last(session, name)
        if run is not None and run.ok is False:
            notice = _notice(session, config, run, now)
            if notice is not None:
                yield notice


def _notice(session: Session, config: Config, run: JobRun, now: datetime) -> Notice | None:
    kind = (run.problem or "").partition(": ")[0]
    whose = run.name.partition(":")[2]
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
    since = None if kind in _TOLD_ELSEWHERE else _silent_since(session, run, now)
    if since is None:
        return None
    return Notice(
        Weight.NEEDS_YOU,
        f"job:{run.name}",
        fingerprint("silent", since),
        _("{job}: has not gone well for a day").format(job=run_name(run.name)),
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

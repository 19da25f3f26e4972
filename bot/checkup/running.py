"""What runs without anybody watching: the scheduler, its last runs, notifications, and the last backup."""

import logging
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from bot.backup import last_backup
from bot.checkup.finding import Finding, bad, look, trouble, well
from bot.config import Config
from bot.errors import ConfigError
from bot.home import Home
from bot.language import _
from bot.models import JobRun
from bot.secrets import NOTIFY_URLS, Secrets, stored_name
from bot.service.installing import is_running
from bot.wording import when
from bot.wording_pages import run_name, run_problem

LATE_RUNS, LEAST = 3, timedelta(hours=1)
OLD_BACKUP = timedelta(days=7)


def scheduler(home: Home, config: Config, session: Session | None, now: datetime) -> Finding:
    """dropferry runs by itself in this home, and does its work."""
    if not is_running(home):
        told = _("scheduler: dropferry does not run here, so nothing happens by itself")
        if config.is_sandbox:
            return well("scheduler", told)
        return look(
            "scheduler", told, _("have the system run it: dropferry service install; or start it: dropferry run")
        )
    last = _last_pull(session) if session is not None else None
    late = max(LATE_RUNS * timedelta(minutes=config.pull.every_minutes), LEAST)
    if last is not None and now - last > late:
        told = _("scheduler: dropferry runs, but has fetched no orders since {when}").format(when=when(last))
        return bad("scheduler", told, _("end it and start it again: dropferry stop, then dropferry run"), code=1)
    return well("scheduler", _("scheduler: dropferry runs in this home"))


def _last_pull(session: Session) -> datetime | None:
    query = select(JobRun.started_at).where(col(JobRun.name).startswith("pull:"))
    return session.exec(query.order_by(col(JobRun.started_at).desc()).limit(1)).first()


def last_runs(session: Session) -> list[Finding]:
    """The last run of each job went well, or is told with what it met."""
    latest: dict[str, JobRun] = {}
    for run in session.exec(select(JobRun).order_by(col(JobRun.started_at).desc()).limit(200)):
        latest.setdefault(run.name, run)
    wrong = [run for run in latest.values() if run.ok is False]
    if not wrong:
        return [well("runs", _("last runs: none ended in trouble"))]
    return [
        look(
            f"run {run.name}",
            _("last run of {job}, {when}: {problem}").format(
                job=run_name(run.name), when=when(run.started_at), problem=run_problem(run.problem or "-")[:300]
            ),
            _("do it now and see: dropferry {job}").format(job=_command(run.name)),
        )
        for run in sorted(wrong, key=lambda run: run.name)
    ]


def _command(name: str) -> str:
    job, _colon, of = name.partition(":")
    if job in ("pull", "push"):
        return f"{job} --shop {of}"
    return f"sync {of}" if job in ("sync", "recheck") else job


def notifications(home: Home, config: Config) -> Finding:
    """Somebody is told when a person is needed: an address is set, of a service that is known."""
    if config.notify.level == "off":
        return well("notifications", _('notifications: off, as it is set (level = "off"), so nobody is told anything'))
    try:
        found = Secrets(home, config.is_sandbox).find(NOTIFY_URLS)
    except ConfigError as error:
        return trouble("notifications", error)
    name = stored_name(NOTIFY_URLS, config.is_sandbox)
    if found is not None:
        return _addresses(name, found.get_secret_value().split())
    told = _("notifications: no address is set, so nobody is told when you are needed")
    if config.is_sandbox:
        return well("notifications", told)
    return look("notifications", told, _("set one: dropferry secret set {name}").format(name=name))


def _addresses(name: str, urls: list[str]) -> Finding:
    wrong = [number for number, url in enumerate(urls, start=1) if not _is_known(url)]
    if not wrong:
        told = _("notifications: addresses that are set: {count}; try them: dropferry notify test")
        return well("notifications", told.format(count=len(urls)))
    told = _("notifications: of {count} addresses these are of no service that is known: number {numbers}")
    return look(
        "notifications",
        told.format(count=len(urls), numbers=", ".join(map(str, wrong))),
        _("write it as apprise does (tgram://TOKEN/CHAT, mailto://…): dropferry secret set {name}").format(name=name),
    )


def _is_known(url: str) -> bool:
    """Whether apprise knows the service of an address, which is a secret and stands in no log."""
    from apprise import Apprise

    log = logging.getLogger("apprise")
    before = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        return Apprise().add(url)
    finally:
        # What apprise says of a message that failed is wanted.
        log.setLevel(before)


def backup(home: Home, config: Config, now: datetime) -> Finding:
    """There is a copy of what the home knows."""
    last = last_backup(home)
    if last is None:
        told = _("backup: none was made yet")
    elif now - last[0] <= OLD_BACKUP:
        return well("backup", _("backup: the last is of {when}, {file}").format(when=when(last[0]), file=last[1]))
    else:
        told = _("backup: the last is of {when}, {file}").format(when=when(last[0]), file=last[1])
    if config.is_sandbox:
        return well("backup", told)
    return look("backup", told, _("make one: dropferry backup FILE, best on another disk"))

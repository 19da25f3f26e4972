"""The commands `service install`, `status` and `remove`: dropferry run by the system itself."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import output
from bot.cli.app import group
from bot.cli.opening import open_config
from bot.errors import ConfigError
from bot.home import Home
from bot.language import _, mark

if TYPE_CHECKING:
    from bot.config import Config
    from bot.service.installing import Standing
    from bot.service.kinds import Kind
    from bot.service.plan import Plan

service = group(mark("Have the system itself run dropferry."))

System = Annotated[
    str | None,
    typer.Option("--for", metavar="SYSTEM", help="linux, macos or windows: show the file of another system"),
]


@service.command("install")
def install(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only show what would be written and run")] = False,
    credentials: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Linux: hand in secrets from files in this folder, each named like its secret (LoadCredential)",
        ),
    ] = None,
    system: System = None,
) -> None:
    """Have dropferry run from now on, and whenever you sign in.

    It is started again after a crash, and by systemd also when it hangs. Nothing secret is written into the system's
    files. Run it again after moving dropferry or its home.
    """
    from bot.secrets import Secrets
    from bot.service.installing import install as put_in
    from bot.service.plan import check_secrets

    home, config = open_config()
    kind, plan, is_here = _planned(home, config, system, credentials)
    if dry_run:
        _show(kind, plan)
        return
    if not is_here:
        raise ConfigError(_("that is not the system of this machine"), _("add --dry-run to see what it would be"))
    notes = check_secrets(config, Secrets(home, config.is_sandbox), plan.credentials)
    _refuse_root(config)
    _make_way(home, kind, plan)
    file = put_in(kind, plan)
    output.say(_("dropferry runs as a service: {file}").format(file=file))
    if not kind.tested:
        output.say(
            _("This was not tested by us on {system}: please look whether it does what it should.").format(
                system=kind.title
            )
        )
    for note in [*notes, *_hints(kind, plan)]:
        output.say(note)
    output.say(_("See how it stands: dropferry service status"))


@service.command("status")
def status(as_json: Annotated[bool, typer.Option("--json", help="print JSON for a program to read")] = False) -> None:
    """Say whether the service is installed, runs, and did its work.

    Ends with code 0 while dropferry runs in this home, by the system or by hand, and with 1 while it does not.
    """
    from bot.service.installing import standing

    home, config = open_config()
    kind, plan, _is_here = _planned(home, config, None, None)
    stands = standing(kind, plan, home)
    last = _last_runs(home, config)
    if as_json:
        output.print_json({**asdict(stands), "runs": stands.runs, "last": last})
    else:
        _tell(stands, last)
    if not stands.runs:
        raise typer.Exit(1)


@service.command("remove")
def remove() -> None:
    """End the service for good and take it out of the system.

    The step at hand is finished. The home folder, with all orders in it, stays as it is.
    """
    from bot.service.installing import is_running
    from bot.service.installing import remove as take_out

    home, config = open_config()
    kind, plan, _is_here = _planned(home, config, None, None)
    if kind.file(plan).exists() and is_running(home):
        from bot.cli.serving import stop_serving

        stop_serving(home, wait=180)
    file = take_out(kind, plan)
    if file is None:
        output.say(_("dropferry is not installed as a service for {home}").format(home=home.path))
    else:
        output.say(_("The service is gone, and its file {file} with it. All else is as it was.").format(file=file))


def _planned(home: Home, config: "Config", system: str | None, credentials: Path | None) -> "tuple[Kind, Plan, bool]":
    from bot.service.kinds import KINDS, here
    from bot.service.plan import plan_for

    if system is not None and system not in KINDS:
        raise ConfigError(
            _('there is no system "{system}"').format(system=system), _("write {names}").format(names=", ".join(KINDS))
        )
    wanted = system or here()
    if credentials is not None and wanted != "linux":
        raise ConfigError(
            _("only systemd hands in secrets from files"), _("leave --credentials out; secrets.toml or the keyring do")
        )
    plan = plan_for(home, config, credentials, windows=wanted == "windows")
    return KINDS[wanted], plan, system is None or system == here()


def _show(kind: "Kind", plan: "Plan") -> None:
    from bot.service.installing import shown

    tested = "" if kind.tested else _(" (not tested by us)")
    output.say(
        _("Nothing is changed. For {system}{tested} this would be written to {file}:").format(
            system=kind.title, tested=tested, file=kind.file(plan)
        )
    )
    output.say()
    for line in kind.content(plan).decode(kind.encoding).splitlines():
        output.say(line)
    output.say()
    output.say(_("and these commands would be run:"))
    for command in kind.start(plan):
        output.say("  " + shown(command))


def _refuse_root(config: "Config") -> None:
    from bot.browser_install import runs_as_root

    if runs_as_root() and not config.is_sandbox:
        raise ConfigError(
            _("a service of root cannot work on the real sites: Chromium's own protection does not work for root"),
            _("install it as the ordinary user who runs dropferry"),
        )


def _make_way(home: Home, kind: "Kind", plan: "Plan") -> None:
    """End the service that is to be renewed; one that was started by hand would keep it out, and is its owner's."""
    from bot.cli.serving import stop_serving
    from bot.service.installing import is_running

    if not is_running(home):
        return
    if not kind.file(plan).exists():
        raise ConfigError(_("dropferry already runs in this home, started by hand"), _("end it first: dropferry stop"))
    stop_serving(home, wait=180)


def _hints(kind: "Kind", plan: "Plan") -> list[str]:
    from bot.service.kinds import KINDS

    if kind is KINDS["windows"]:
        return [
            _(
                "Windows starts it again within ten minutes after dropferry stop; what ends it for good is: "
                "dropferry service remove"
            )
        ]
    if kind is not KINDS["linux"]:
        return []
    if plan.needs_desktop:
        return [
            _(
                "It works while you are signed in to the desktop. With the program Xvfb installed it needs no desktop; "
                "then run: dropferry service install"
            )
        ]
    return [_("So that it works while nobody is signed in, run once: loginctl enable-linger")]


def _last_runs(home: Home, config: "Config") -> dict[str, dict[str, object]]:
    """The last run of each job; nothing where the database cannot be asked now."""
    from bot import runs
    from bot.opening import database_of

    names = [f"{job}:{shop}" for shop in config.shops for job in ("pull", "push")]
    names += [f"sync:{account}" for account in config.accounts]
    with database_of(home, config) as database:
        found = {name: runs.last_run(database, name) for name in names}
    return {
        name: {"started_at": run.started_at, "finished_at": run.finished_at, "ok": run.ok, "problem": run.problem}
        for name, run in found.items()
        if run is not None
    }


def _tell(stands: "Standing", last: dict[str, dict[str, object]]) -> None:
    if stands.file is None:
        output.say(_("Not installed as a service. To do so: dropferry service install"))
    else:
        output.say(_("Installed as {name}: {file}").format(name=stands.name, file=stands.file))
        output.say(_("The system says: {words}").format(words=stands.system_says))
        if not stands.is_current:
            output.say(_("Its file is not what it would be now. To renew it: dropferry service install"))
    if stands.runs:
        output.say(
            _("It runs: process {pid} since {since} ({command})").format(
                pid=stands.pid, since=_moment(stands.since), command=stands.command
            )
        )
    else:
        output.say(_("It does not run now."))
    for name, run in last.items():
        output.say(_one_run(name, run))


def _moment(written: str | None) -> str:
    """A time that a lock's owner has written down, as this machine's clock shows it."""
    from datetime import datetime

    from bot.wording import when

    try:
        return when(datetime.fromisoformat(written or ""))
    except ValueError:
        return "?"


def _one_run(name: str, run: dict[str, object]) -> str:
    from datetime import datetime

    from bot.wording import when
    from bot.wording_pages import run_name, run_problem

    name, started = run_name(name), run["started_at"]
    at = when(started) if isinstance(started, datetime) else ""
    if run["finished_at"] is None:
        return _("  {name}: since {at}, not finished").format(name=name, at=at)
    if run["ok"]:
        return _("  {name}: {at}, well").format(name=name, at=at)
    problem = run_problem(str(run["problem"] or ""))
    return _("  {name}: {at}, with trouble: {problem}").format(name=name, at=at, problem=problem)

"""The commands `notify`, `bundle` and `forget`: being told, telling us of trouble, and forgetting buyers."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import output
from bot.cli.app import group
from bot.cli.opening import open_config, open_home
from bot.errors import ConfigError, DoneInPart, DropferryError
from bot.language import _

if TYPE_CHECKING:
    from bot.db import Database
    from bot.notifying.sending import Sent

notify = group("Be told, wherever you are, what needs you.")


class NotDeliveredError(DropferryError):
    """No service has taken the message."""


@notify.command("test")
def test_notify() -> None:
    """Send a test message to every address that is set.

    The addresses are the secret notify-urls: one or several, with a blank between. Each is of a service that apprise
    knows, such as tgram://…, mailto://…, discord://… or ntfy://….
    """
    from bot.cli.working import workplace
    from bot.notify import notify_urls
    from bot.notifying.sending import send

    with workplace() as place:
        urls = notify_urls(place)
        if not urls:
            _tell_how(place.config.is_sandbox)
        title = _("dropferry: a test")
        text = _("This is how dropferry tells you what needs you. Nothing is the matter.")
        sent = send(urls, title, text)
        for each in sent:
            output.say(_outcome(each))
        if place.config.notify.level == "off":
            output.say(_('Only tests are sent while level is "off" under [notify] in config.toml.'))
    _judge(sent)


@notify.command("now")
def notify_now() -> None:
    """Tell what is to be told, without waiting for dropferry run.

    For a home whose jobs are started by other means, such as cron. What was told before is not told again.
    """
    from bot.cli.working import workplace
    from bot.notify import Notifier, notify_urls

    with workplace() as place:
        if place.config.notify.level == "off":
            raise ConfigError(
                _("nothing is told: level is {level} under [notify] in config.toml").format(level='"off"'),
                _('set it to "all", "needs-you" or "digest"'),
            )
        if not notify_urls(place):
            _tell_how(place.config.is_sandbox)
        if not Notifier(place).look():
            raise NotDeliveredError(
                _("not all could be told"), _("the lines above say why; try an address with: dropferry notify test")
            )
        output.say(_("All that is to be told is told."))


def _tell_how(is_sandbox: bool) -> None:
    from bot.secrets import NOTIFY_URLS, stored_name

    raise ConfigError(
        _("no address is set that notifications could go to"),
        _("run: dropferry secret set {name}").format(name=stored_name(NOTIFY_URLS, is_sandbox)),
    )


def _outcome(sent: "Sent") -> str:
    if sent.ok:
        return _("{service}: sent").format(service=sent.service)
    return _("{service}: not sent: {why}").format(service=sent.service, why=sent.why)


def _judge(sent: "list[Sent]") -> None:
    failed = sum(not each.ok for each in sent)
    if not failed:
        return
    fix = _("look at the address; the services and how each is written: https://github.com/caronc/apprise/wiki")
    if failed == len(sent):
        raise NotDeliveredError(_("the message did not go out"), fix)
    raise DoneInPart(_("the message did not go out to all"), fix)


def bundle(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="where to write it; a .zip in this folder if not given")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Make one archive for a bug report.

    It holds logs, configuration, runs and counts, without secrets and without your buyers' data. Pictures of pages,
    the pages themselves and traces are never in it.
    """
    from bot.bundle import make_bundle

    home = open_home()
    target = (file or Path(f"dropferry-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.zip")).absolute()
    members = make_bundle(home, target, _home_database)
    if as_json:
        output.print_json({"file": str(target), "members": [asdict(each) for each in members]})
        return
    rows = [(each.name, each.about, _("{kilobytes} kB").format(kilobytes=-(-each.size // 1000))) for each in members]
    output.print_table((_("File"), _("What it is"), _("Size")), rows, right=(_("Size"),))
    output.say(_("Written: {file}").format(file=target))
    output.say(_("Look through it before you give it to anybody."))


def _home_database() -> "Database":
    """The home's database, opened for a moment."""
    from bot.db import open_database
    from bot.opening import database_url

    home, config = open_config()
    return open_database(database_url(home, config), home.path / "backups")

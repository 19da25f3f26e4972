"""The commands `notify`, `bundle` and `forget`: being told, telling us of trouble, and forgetting buyers."""

import re
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import output
from bot.cli.app import group
from bot.cli.opening import open_config, open_home, someone_is_there
from bot.errors import ConfigError, DoneInPart, DropferryError
from bot.language import _, counted, mark

if TYPE_CHECKING:
    from bot.db import Database
    from bot.forgetting import Chosen, Forgotten
    from bot.notifying.sending import Sent

notify = group(mark("Be told, wherever you are, what needs you."))


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
        Path | None, typer.Argument(metavar="FILE", help="where to write it; a .zip in this folder if not given")
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


def forget(
    order: Annotated[str | None, typer.Argument(metavar="ORDER", help="the order, as 1046 or #1046")] = None,
    older_than: Annotated[
        str | None, typer.Option("--older-than", metavar="DAYS", help="all orders older than this, as 180d")
    ] = None,
    even_open: Annotated[bool, typer.Option("--even-open", help="also orders that are still under way")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask once more")] = False,
    shop: Annotated[str | None, typer.Option("--shop", metavar="NAME", help="only this shop")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Empty the personal data of old orders.

    Address, mail, phone, notes and what pages showed of the buyer go from database, evidence and logs; numbers and
    money stay. It cannot be brought back, and a later pull does not fill it in again.
    """
    from bot import forgetting
    from bot.finding import find_order, parse
    from bot.opening import database_of, now

    if (order is None) == (older_than is None):
        raise typer.BadParameter(_("name one order, or --older-than DAYS"))
    home, config = open_config()
    days = _days(older_than)
    if shop is not None:
        config.shop(shop)
    with database_of(home, config) as database:
        with database.read() as session:
            if order is not None:
                found = [find_order(session, parse(order), shop)]
            else:
                found = list(forgetting.orders_before(session, now() - timedelta(days=days or 0), shop))
            chosen = forgetting.choose(session, found, even_open=even_open)
        if not chosen.ids and (order is not None or chosen.under_way or chosen.unknown):
            raise forgetting.not_chosen(chosen)
        _ask_once(chosen, days, yes=yes)
        forgotten = forgetting.forget(database, home, chosen.ids, now(), days)
    if as_json:
        output.print_json({**asdict(forgotten), "left": [*chosen.under_way, *chosen.unknown]})
        return
    _tell_forgotten(chosen, forgotten)


def _days(typed: str | None) -> int | None:
    if typed is None:
        return None
    written = re.fullmatch(r"([1-9][0-9]{0,4})\s*d?", typed.strip())
    if written is None:
        raise typer.BadParameter(_("{typed} is no number of days; write it as 180d").format(typed=repr(typed)))
    return int(written[1])


def _ask_once(chosen: "Chosen", days: int | None, *, yes: bool) -> None:
    from bot.forgetting import NotForgottenError

    if yes:
        return
    if not someone_is_there():
        raise NotForgottenError(_("nobody is there to be asked, and nothing was changed"), _("add --yes"))
    names = ", ".join(chosen.names[:10]) + (" …" if len(chosen.names) > 10 else "")
    if names:
        output.say(_("To be emptied: {orders}").format(orders=names))
    if days is not None:
        output.say(_("All evidence and all lines of the log that are older than {days} days go too.").format(days=days))
    count = len(chosen.ids)
    if not typer.confirm(
        counted(
            "Empty the personal data of {count} order? It cannot be brought back.",
            "Empty the personal data of {count} orders? It cannot be brought back.",
            count,
        )
    ):
        raise NotForgottenError(_("nothing was changed"), "")


def _tell_forgotten(chosen: "Chosen", forgotten: "Forgotten") -> None:
    count = len(forgotten.orders)
    output.say(
        counted(
            "{count} order emptied; numbers and money stay", "{count} orders emptied; numbers and money stay", count
        )
    )
    output.say(
        _("{evidence} folders of evidence deleted, {lines} lines of the log cleaned").format(
            evidence=forgotten.evidence, lines=forgotten.log_lines
        )
    )
    if chosen.under_way:
        left = _("Left as they are, because they are still under way: {orders}")
        output.say(left.format(orders=", ".join(chosen.under_way)))
    if chosen.unknown:
        left = _("Left as they are, because they have perhaps been ordered: {orders}; see: dropferry resolve")
        output.say(left.format(orders=", ".join(chosen.unknown)))
    for account in forgotten.address_books:
        book = _('The AliExpress address book of "{account}" still shows this buyer; delete the entry there')
        output.say(book.format(account=account))
    if forgotten.recordings:
        pages = _("Pages that you recorded with --keep-personal-data are as they were; delete them: {folders}")
        output.say(pages.format(folders=", ".join(forgotten.recordings)))
    if not forgotten.is_compacted:
        output.say(_("Somebody is at work in the database, so its file was not written anew; run this again later"))
    if forgotten.copies:
        copies = _("Copies of the database in the folder backups still hold all of it: {files}; and so do your own")
        output.say(copies.format(files=", ".join(forgotten.copies)))

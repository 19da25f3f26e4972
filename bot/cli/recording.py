"""The commands `record`, which takes a page of AliExpress to work on, and `replay`, which reads recorded ones."""

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import output
from bot.cli.opening import open_config, someone_is_there
from bot.cli.reading import windowless_context
from bot.errors import ConfigError
from bot.home import Home
from bot.language import _, counted, mark

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from bot.config import Config
    from bot.recordings.capture import Recording
    from bot.recordings.cases import Case
    from bot.recordings.redact import Report
    from bot.recordings.replay import Replayed

KINDS_OF_DATA = {
    "word": mark("word of a name or an address"),
    "number": mark("number"),
    "code": mark("tracking number or secret"),
    "e-mail": mark("e-mail address"),
    "IP address": mark("IP address"),
}
LISTED = 40


class Recordable(StrEnum):
    """The pages that can be recorded."""

    ORDER_LIST = "order-list"
    ORDER_DETAIL = "order-detail"
    TRACKING = "tracking"
    PRODUCT = "product"
    CONFIRM = "confirm"
    ADDRESS = "address"
    SIGN_IN = "sign-in"
    RESULT = "result"


def record(
    page: Annotated[Recordable, typer.Argument(help="which page it is")],
    url: Annotated[
        str | None, typer.Argument(metavar="[URL]", help="where it is, or the number of the order or the product")
    ] = None,
    account: Annotated[
        str | None, typer.Option("--account", metavar="NAME", help="whose page; the only account needs no name")
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FOLDER", help="where the case goes; a new folder of the home")
    ] = None,
    wait: Annotated[
        bool, typer.Option("--wait", help="show the browser, and record once you have pressed Enter here")
    ] = False,
    keep_texts: Annotated[
        bool, typer.Option("--keep-texts", help="keep texts that dropferry does not know, for a page of a new design")
    ] = False,
    keep_personal_data: Annotated[
        bool, typer.Option("--keep-personal-data", help="replace nothing: never to be shared with anybody")
    ] = False,
) -> None:
    """Record a page of AliExpress, to be worked on and replayed.

    Opens the page in your signed-in browser and keeps what it shows and the data that it was sent, without scripts.
    Nothing is pressed. Names, addresses, phones, mails and numbers become invented ones; what was replaced is listed:
    look at it, and at the files, before you share them.
    """
    from bot.recordings import cases
    from bot.recordings.making import make_case

    home, config = open_config()
    name = _account(config, account)
    address = _address(config, page.value, url)
    folder = _folder(home, page.value, to)
    taken, secrets = _taken(home, config, name, page.value, address, wait=wait)
    case, report = make_case(
        f"{page.value}/{folder.name}",
        page.value,
        taken,
        config.site,
        known=_known(home, config),
        secrets=secrets,
        redacted=not keep_personal_data,
        keep_texts=keep_texts,
    )
    replayed = _replayed(case, config)
    cases.write(folder, replace(case, expected=replayed.told))
    _tell(folder, case, report, replayed, keep_texts=keep_texts)


def replay(
    case: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[CASE…]", help="folders of cases, or with cases in them; all that there are"),
    ] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="you have looked: what is read now is what is expected from now on")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON for a program to read")] = False,
) -> None:
    """Read recorded pages again and compare.

    Each case is opened in a browser that can reach nothing, read by both readers and compared with what is expected of
    it. Ends with code 5 where anything is read otherwise.
    """
    from bot.recordings import cases
    from bot.recordings.replay import Replayer

    folders = _cases(case)
    found: list[tuple[Path, Replayed]] = []
    with windowless_context() as context, output.progress(_("recorded pages"), len(folders)) as done:
        replayer = Replayer(context, _own_selectors())
        for number, folder in enumerate(folders, start=1):
            found.append((folder, replayer.replay(cases.read(folder))))
            done(number)
        replayer.close()
    if accept:
        for folder, replayed in found:
            cases.write(folder, replace(replayed.case, expected=replayed.told))
    if as_json:
        output.print_json([_row(folder, replayed) for folder, replayed in found])
    else:
        _tell_replayed(found, accepted=accept)
    if not accept and any(replayed.differences or replayed.case.expected is None for _folder, replayed in found):
        raise typer.Exit(output.PAGE_CHANGED)


def _account(config: "Config", named: str | None) -> str:
    if named is None and len(config.accounts) > 1:
        raise ConfigError(
            _("there are several accounts"),
            _("say which one: --account {names}").format(names="|".join(config.accounts)),
        )
    name = named or next(iter(config.accounts))
    config.account(name)
    return name


def _address(config: "Config", kind: str, typed: str | None) -> str:
    """Where the page is; raises a usage error where that is not said, or where it is no page of AliExpress."""
    from bot.recordings.kinds import KINDS
    from flows.pages import order_detail, product, tracking

    site = config.site
    of_number = {"order-detail": order_detail.address, "tracking": tracking.address, "product": product.address}
    path = KINDS[kind].path
    if typed is None and kind == "sign-in":
        return f"{site.login}/"
    if typed is None and path is not None:
        return f"{site.www}{path}"
    if typed is None:
        raise typer.BadParameter(_("say where the page is: dropferry record {kind} URL").format(kind=kind))
    if re.fullmatch(r"\d{6,20}", typed) and kind in of_number:
        return of_number[kind](site, typed)
    _check_host(config, typed)
    return typed


def _check_host(config: "Config", url: str) -> None:
    """Only the hosts of AliExpress's pages and of its sign-in are opened with the account that is signed in there."""
    from bot.hosts import ALIEXPRESS_PAGES, address, https
    from flows.selector_files import load

    try:
        if config.is_sandbox:
            parts = address(url)
            is_ours = f"{parts.scheme}://{parts.netloc}" in (config.site.www, config.site.login)
        else:
            https(url, ALIEXPRESS_PAGES | set(load("login").means["host"]["sign_in"]))
            is_ours = True
    except ValueError:
        is_ours = False
    if not is_ours:
        raise typer.BadParameter(_("{url} is no page of AliExpress").format(url=url))


def _folder(home: Home, kind: str, to: Path | None) -> Path:
    folder = to or home.path / "recordings" / kind / f"{datetime.now(UTC):%Y%m%d-%H%M%S}"
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(
            _("{folder}: there is something already").format(folder=folder),
            _("name an empty or a new folder with --to"),
        )
    return folder


def _taken(
    home: Home, config: "Config", account: str, kind: str, url: str, *, wait: bool
) -> "tuple[Recording, list[str]]":
    """The page as it is shown to the account, and what is as good as a password: cookies, and this home's secrets."""
    from bot.opening import browser_of
    from bot.recordings.capture import capture
    from bot.recordings.kinds import KINDS
    from bot.redaction import known
    from bot.secrets import know_all

    know_all(home, config)
    if wait and not someone_is_there():
        raise ConfigError(_("nobody is there to press Enter"), _("record without --wait, or in a terminal"))
    with browser_of(home, config, account, wait_seconds=60, say=output.note, attended=wait) as context:
        page = context.new_page()
        taken = capture(page, config.site, KINDS[kind], url, _until_enter() if wait else None)
        return taken, [*known.secrets, *(str(cookie.get("value", "")) for cookie in context.cookies())]


def _until_enter() -> "Callable[[Page], None]":
    def ready(_page: "Page") -> None:
        output.note(_("Bring the page to where it is to be recorded; then press Enter here."))
        sys.stdin.readline()

    return ready


def _known(home: Home, config: "Config") -> set[str]:
    from bot.opening import database_of
    from bot.recordings.known import known_people

    with database_of(home, config) as database, database.read() as session:
        return known_people(session)


def _replayed(case: "Case", config: "Config") -> "Replayed":
    from bot.recordings.replay import Replayer
    from flows.values import Site

    with windowless_context() as context:
        return Replayer(context, Site(selectors=config.site.selectors)).replay(case)


def _tell(folder: Path, case: "Case", report: "Report", replayed: "Replayed", *, keep_texts: bool) -> None:
    output.say(_("Recorded in {folder}").format(folder=folder))
    output.say(_("The robot reads of it: {outcome}").format(outcome=_outcome(replayed.told)))
    if not case.about.redacted:
        output.say(_("Nothing was replaced: it is full of personal data. Never share it."))
        return
    output.say()
    _tell_replaced(report)
    if report.emptied:
        names = ", ".join(f"{name} ({count})" for name, count in report.emptied.most_common())
        output.say(_("Fields that were emptied, and how often: {names}").format(names=names))
    if report.taken_out:
        output.say(
            counted("{count} other text was taken out.", "{count} other texts were taken out.", report.taken_out)
        )
    if keep_texts and report.unknown:
        output.say(_("Texts that dropferry does not know and that stayed, because of --keep-texts:"))
        for text in dict.fromkeys(report.unknown):
            output.say(f"  {text[:120]}")
    output.say()
    output.say(_("Look through page.html and calls.json in a text editor before you share the folder with anybody."))


def _tell_replaced(report: "Report") -> None:
    rows = [
        (_(KINDS_OF_DATA[one.kind]), one.was, one.now, count)
        for one, count in sorted(report.replaced.items(), key=lambda item: (item[0].kind, item[0].was))
    ]
    if not rows:
        output.say(_("There was nothing to replace."))
        return
    output.say(_("Replaced:"))
    output.print_table([_("What"), _("On the page"), _("In the recording"), _("Times")], rows, right=[_("Times")])


def _outcome(told: Mapping[str, Any]) -> str:
    both = told["both"]
    if "error" in both:
        details = ", ".join(str(value) for name, value in both.items() if name != "error")
        return _("trouble: {kind} ({details})").format(kind=both["error"], details=details)
    by = {"both": mark("by both readers, which agree"), "calls": mark("from its answers alone")}
    return _(by.get(both.get("reader", "page"), mark("from the drawn page alone")))


def _cases(named: list[Path] | None) -> list[Path]:
    from bot.checkup.recorded import folders
    from bot.recordings import cases

    places = named or folders(Home.find(), None)
    if not places:
        raise ConfigError(_("there are no recorded pages here"), _("name the folder of a case: dropferry replay CASE"))
    return cases.find(places)


def _own_selectors() -> "Any":
    """The site with the merchant's own selectors, where there is a home that names some."""
    from flows.values import Site

    if not Home.find().config_file.exists():
        return Site()
    return Site(selectors=open_config()[1].site.selectors)


def _tell_replayed(found: "list[tuple[Path, Replayed]]", *, accepted: bool) -> None:
    wrong = 0
    for folder, replayed in found:
        is_new = replayed.case.expected is None
        if not accepted and (replayed.differences or is_new):
            wrong += 1
            output.say(_("{case} is read otherwise ({folder}):").format(case=replayed.case.name, folder=folder))
            for line in replayed.differences[:LISTED]:
                output.say(f"  {line}")
            if is_new:
                output.say("  " + _("there is no expected.toml; with --accept it is written"))
    real = sum(replayed.case.about.source == "real" for _folder, replayed in found)
    output.say(
        counted(
            "{count} recorded page: {real} real, {sandbox} from the sandbox.",
            "{count} recorded pages: {real} real, {sandbox} from the sandbox.",
            len(found),
            real=real,
            sandbox=len(found) - real,
        )
    )
    if accepted:
        output.say(_("What is read now is what is expected from now on."))
    elif wrong:
        output.say(
            counted("{count} is read otherwise than expected.", "{count} are read otherwise than expected.", wrong)
        )
    else:
        output.say(_("All are read as expected."))


def _row(folder: Path, replayed: "Replayed") -> dict[str, Any]:
    about = replayed.case.about
    return {
        "case": replayed.case.name,
        "folder": str(folder),
        "page": about.kind,
        "source": about.source,
        "as_expected": not replayed.differences and replayed.case.expected is not None,
        "differences": list(replayed.differences),
        "read": replayed.told,
    }

"""The commands `check`, which looks whether the selectors fit, and `doctor`, which proves all that a run needs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import output
from bot.cli.opening import open_config
from bot.errors import ConfigError
from bot.home import Home
from bot.language import _

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from bot.checkup.finding import Finding
    from bot.checkup.live import Known, LivePages, NotLooked
    from bot.config import Config
    from bot.db import Database
    from bot.overrides import Override
    from bot.selector_health import Looked

JsonOption = Annotated[bool, typer.Option("--json", help="print JSON for a program to read")]


class Checkable(StrEnum):
    """The pages whose elements are looked for; the page after a press has words alone."""

    ORDER_LIST = "order-list"
    ORDER_DETAIL = "order-detail"
    TRACKING = "tracking"
    PRODUCT = "product"
    CONFIRM = "confirm"
    ADDRESS = "address"
    SIGN_IN = "sign-in"


def check(
    pages: Annotated[
        list[Checkable] | None,
        typer.Argument(
            metavar="[PAGE…]",
            help="only these: order-list, order-detail, tracking, product, confirm, address, sign-in",
            show_default=False,
        ),
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="look at your own pages too; nothing is changed, ordered or saved there")
    ] = False,
    account: Annotated[str | None, typer.Option("--account", metavar="NAME", help="whose pages: one account")] = None,
    cases: Annotated[
        Path | None, typer.Option("--cases", metavar="FOLDER", help="recorded pages of your own, instead of those here")
    ] = None,
    accept_override: Annotated[
        bool, typer.Option("--accept-override", help="you have looked at your own selector files: they are right")
    ] = False,
    every: Annotated[bool, typer.Option("--all", help="each element of each page")] = False,
    wait: Annotated[
        int, typer.Option("--wait", metavar="SECONDS", min=0, help="how long to wait while its browser is in use")
    ] = 600,
    as_json: JsonOption = False,
) -> None:
    """See whether the robot still finds its way on AliExpress's pages.

    Looks for every element in recorded pages, and with --live in your own, and says by which way each is found, which
    ways are second choices, and what nothing finds any more. Ends with code 5 where something is broken.
    """
    from bot.cli.health_shown import health_json, print_health, print_overrides
    from bot.opening import database_of
    from bot.overrides import in_use
    from bot.selector_health import health
    from flows.selector_files import load, read_anew
    from flows.selector_files import pages as files

    home, config = open_config()
    kinds = frozenset(page.value for page in pages or Checkable)
    with database_of(home, config) as database:
        with database.read() as session:
            overrides = in_use(session, config.site.selectors)
        read_anew()
        for name in files():
            load(name, config.site.selectors)
        looked: list[Looked] = _recorded(home, config, kinds, cases, optional=live)
        skipped: list[NotLooked] = []
        if live:
            looked += _live(home, config, database, _accounts(config, account), kinds, wait, skipped)
        with database.read() as session:
            found = [page for page in health(config.site, looked, session) if page.page in _files_of(kinds)]
        broken = any(page.broken for page in found)
        accepted: list[Override] = []
        if accept_override and not _stands_in_the_way(looked):
            accepted = _accept(database, config)
        if as_json:
            with database.read() as session:
                overrides = in_use(session, config.site.selectors)
            output.print_json(health_json(found, looked, skipped, overrides, accepted))
        else:
            print_health(found, looked, skipped, every=every)
            print_overrides([each for each in overrides if each.page not in {one.page for one in accepted}])
            _tell_acceptance(config, accepted, asked=accept_override, broken=broken)
    if broken:
        raise typer.Exit(output.PAGE_CHANGED)


def _files_of(kinds: frozenset[str]) -> set[str]:
    from bot.recordings.kinds import KINDS

    return {KINDS[kind].screen.name for kind in kinds}


def _accounts(config: "Config", named: str | None) -> list[str]:
    if named is not None:
        config.account(named)
        return [named]
    return list(config.accounts)


def _recorded(
    home: Home, config: "Config", kinds: frozenset[str], named: Path | None, *, optional: bool
) -> "list[Looked]":
    from bot.checkup.recorded import folders, look_at_recorded
    from bot.cli.reading import windowless_context
    from bot.recordings.cases import find

    places = folders(home, named)
    if not places:
        if optional:
            output.note(_("There are no recorded pages here; only your own are looked at."))
            return []
        raise ConfigError(
            _("there are no recorded pages here"), _("name a folder with --cases, or look at your own with --live")
        )
    found = find(places)
    with windowless_context() as context, output.progress(_("recorded pages"), len(found)) as done:
        return list(look_at_recorded(context, config.site, found, kinds, done))


def _live(
    home: Home,
    config: "Config",
    database: "Database",
    accounts: list[str],
    kinds: frozenset[str],
    wait: int,
    skipped: "list[NotLooked]",
) -> "list[Looked]":
    from bot.checkup.live import LivePages, known_of
    from bot.clock_leap import again_after_leap
    from bot.opening import now

    looked: list[Looked] = []
    for name in accounts:
        with database.read() as session:
            shops = [shop for shop, settings in config.shops.items() if settings.account == name]
            known = known_of(session, name, shops)

        def look(stopped: Callable[[], bool], name: str = name, known: "Known" = known) -> _LookedLive:
            with _account_browser(home, config, database, name, wait) as context:
                pages = LivePages(
                    context, config.site, known, kinds, lambda what: output.note(_("  {page} …").format(page=what))
                )
                found = list(pages.look())
            return _LookedLive(pages, found, stopped())

        # After a sleep of the machine all of it is looked at anew: what a page lacks then is the sleep's.
        seen = again_after_leap(look, lambda: False, output.note)
        looked += seen.found
        seen.pages.uses.save(database, now())
        skipped += seen.pages.skipped
    return looked


@dataclass(slots=True)
class _LookedLive:
    """What one account's own pages show; `stopped`: the machine slept meanwhile."""

    pages: "LivePages"
    found: "list[Looked]"
    stopped: bool


@contextmanager
def _account_browser(
    home: Home, config: "Config", database: "Database", account: str, wait: int
) -> "Iterator[BrowserContext]":
    """The account's browser also where an override has been changed: that is what is looked at here."""
    from bot import account_states
    from bot.locks import account_lock
    from bot.opening import account_context, now
    from flows.errors import PersonNeeded

    account_states.check_not_paused(database, account, now())
    with account_lock(home, account, config.is_sandbox, wait, output.note) as left:
        try:
            with account_context(home, config, account, attended=False, only_reads=False, left=left) as context:
                yield context
        except PersonNeeded as need:
            account_states.need_arose(database, account, need, now())
            raise


def _stands_in_the_way(looked: "list[Looked]") -> bool:
    """A page of one's own counts more than a recorded one: that may show what the page was before."""
    live = {name for one in looked if one.source == "live" for name in one.seen}
    return any(each.page not in live or one.source == "live" for one in looked for each in one.broken)


def _accept(database: "Database", config: "Config") -> "list[Override]":
    from bot.opening import now
    from bot.overrides import accept
    from bot.selector_health import forget

    with database.write() as session:
        accepted = accept(session, config.site.selectors, now())
        for each in accepted:
            forget(session, each.page)
    return accepted


def _tell_acceptance(config: "Config", accepted: "list[Override]", *, asked: bool, broken: bool) -> None:
    for each in accepted:
        output.say(_("Accepted: {file} (SHA-256 {sha256})").format(file=each.file, sha256=each.sha256))
    if asked and not accepted:
        if broken:
            output.say(_("Nothing is accepted while something is broken. Mend it, or look at your own pages: --live"))
        elif config.site.selectors is None:
            output.say(_("There is nothing to accept: config.toml names no folder under aliexpress.selectors."))
        else:
            output.say(_("There is nothing to accept that was not accepted before."))


def doctor(
    browse: Annotated[
        bool, typer.Option("--browse/--no-browse", help="open each account's order list, or only say what is known")
    ] = True,
    as_json: JsonOption = False,
) -> None:
    """Prove each thing that a run needs, one line each, with the fix.

    Only looks. Ends with code 0 where a run would work, else with the code of the worst line.
    """
    from bot.checkup.doctor import examine
    from bot.checkup.finding import code_of
    from bot.opening import now

    home = Home.find()
    found = []
    for finding in examine(home, browse=browse, clock=now):
        found.append(finding)
        if not as_json:
            output.say(_line(finding))
    if as_json:
        output.print_json([_row(finding) for finding in found])
    else:
        output.say(_last_line(found))
    if code := code_of(found):
        raise typer.Exit(code)


def _line(finding: "Finding") -> str:
    from bot.checkup.finding import LABELS

    label = _(LABELS[finding.level])
    return f"{label:<5} " + "; ".join(part for part in (finding.text, finding.fix) if part)


def _row(finding: "Finding") -> dict[str, object]:
    return {"name": finding.name, "level": finding.level.value, "text": finding.text, "fix": finding.fix}


def _last_line(found: "list[Finding]") -> str:
    from bot.checkup.finding import Level

    bad = sum(finding.level is Level.BAD for finding in found)
    looks = sum(finding.level is Level.WARN for finding in found)
    if bad:
        return _("{bad} of {count} things would stop a run; what to do stands behind each").format(
            bad=bad, count=len(found)
        )
    if looks:
        return _("A run would work; {looks} of {count} things are worth a look").format(looks=looks, count=len(found))
    return _("All {count} things are well").format(count=len(found))

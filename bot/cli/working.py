"""The commands that work: pull, sync, push, run, stop."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import output
from bot.cli.opening import open_config
from bot.errors import ConfigError, DoneInPart
from bot.language import _, mark

if TYPE_CHECKING:
    from bot.work import Workplace

ShopOption = Annotated[str | None, typer.Option("--shop", metavar="NAME", help="only this shop")]
NO_SHOP = mark('config.toml has no shop "{name}"')
NO_ACCOUNT = mark('config.toml has no account "{name}"')
JsonOption = Annotated[bool, typer.Option("--json", help="print the outcome as JSON")]


def pull(shop: ShopOption = None, as_json: JsonOption = False) -> None:
    """Fetch the paid orders from ShopBase.

    Also notices what was paid, cancelled, refunded or edited since. Nothing is changed in the store.
    """
    with workplace() as place, _alarms(place), _bars(place):
        from bot.outcomes import pulled_line

        def one(name: str) -> tuple[dict[str, Any], str, list[str]]:
            pulled = place.pull(name)
            return asdict(pulled), pulled_line(pulled), pulled.unreadable

        _each(place, _chosen(place.config.shops, shop, _(NO_SHOP)), one, as_json)


def sync(
    account: Annotated[str | None, typer.Argument(metavar="[ACCOUNT]", help="only this AliExpress account")] = None,
    wait: Annotated[
        int, typer.Option("--wait", metavar="SECONDS", min=0, help="how long to wait while its browser is in use")
    ] = 600,
    as_json: JsonOption = False,
) -> None:
    """Read payment and tracking from AliExpress.

    Opens the account's browser and reads the orders that lines are linked to. Nothing is bought, paid or confirmed.
    """
    with workplace() as place, _alarms(place), _bars(place):
        from bot.outcomes import synced_line

        place.wait_seconds = wait

        def one(name: str) -> tuple[dict[str, Any], str, list[str]]:
            synced = place.sync(name)
            return asdict(synced), synced_line(synced), synced.problems

        _each(place, _chosen(place.config.accounts, account, _(NO_ACCOUNT)), one, as_json)


def push(
    shop: ShopOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="go ahead with a shop's first push, or with a large one")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only list what would be told, and who mailed")] = False,
    retry: Annotated[bool, typer.Option("--retry", help="also try again what ShopBase refused")] = False,
    as_json: JsonOption = False,
) -> None:
    """Send tracking numbers to ShopBase.

    ShopBase then mails the buyers. Each order's fulfilments are read first, so no number is sent twice.
    """
    with workplace() as place, _bars(place):
        from bot.outcomes import pushed_line

        chosen = _chosen(place.config.shops, shop, _(NO_SHOP))
        if dry_run:
            _list_ready(place, chosen, as_json)
            return

        def one(name: str) -> tuple[dict[str, Any], str, list[str]]:
            pushed = place.push(name, yes=yes, retry=retry)
            return asdict(pushed), pushed_line(pushed, name), pushed.problems

        _each(place, chosen, one, as_json)


def run() -> None:
    """Do everything on time, until stopped.

    Pulls every few minutes, reads AliExpress at the times set (00:00 and 12:00 UTC at first), pushes after each
    reading. A run missed while the machine slept is made up once. Ctrl-C or dropferry stop ends it.
    """
    from bot.cli.serving import serve

    home, config = open_config()
    serve(home, config)


def stop(
    wait: Annotated[int, typer.Option("--wait", metavar="SECONDS", min=0, help="how long to wait for its end")] = 120,
) -> None:
    """End a running dropferry after the step at hand."""
    from bot.cli.serving import stop_serving

    home, _config = open_config()
    stop_serving(home, wait)


@contextlib.contextmanager
def workplace() -> "Iterator[Workplace]":
    """Everything opened that a job needs; Ctrl-C ends the job after the step at hand."""
    from bot import logs
    from bot.opening import database_of
    from bot.work import Workplace

    home, config = open_config()
    with logs.kept(home), database_of(home, config) as database, stopping() as stopped:
        yield Workplace(home, config, database, logs.spoken(output.note), stopped=stopped.is_set)


@contextlib.contextmanager
def stopping() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set; a second Ctrl-C ends the process at once."""
    stopped = threading.Event()

    def ask(kind: int, _frame: object) -> None:
        stopped.set()
        signal.signal(kind, signal.default_int_handler if kind == signal.SIGINT else signal.SIG_DFL)

    before = {kind: signal.signal(kind, ask) for kind in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


@contextlib.contextmanager
def _bars(place: "Workplace") -> Iterator[None]:
    """A bar for each kind of work, one after the other."""
    with contextlib.ExitStack() as shown:
        bars: dict[str, Callable[[int], None]] = {}

        def progress(what: str, so_far: int, every: int) -> None:
            if what not in bars:
                shown.close()
                bars.clear()
                bars[what] = shown.enter_context(output.progress(what, every or None))
            bars[what](so_far)

        place.progress = progress
        yield


@contextlib.contextmanager
def _alarms(place: "Workplace") -> Iterator[None]:
    """Afterwards tell what cannot wait, as the service would; also where only a part could be done."""
    try:
        yield
    except DoneInPart:
        place.tell_alarms()
        raise
    place.tell_alarms()


def _chosen(known: dict[str, Any], name: str | None, missing: str) -> list[str]:
    if name is not None and name not in known:
        raise ConfigError(missing.format(name=name), _("it has {names}").format(names=", ".join(known)))
    return [name] if name is not None else list(known)


def _each(
    place: "Workplace", names: list[str], one: Callable[[str], tuple[dict[str, Any], str, list[str]]], as_json: bool
) -> None:
    """Do one after the other; trouble with one is told and does not hold up the next."""
    outcomes: dict[str, Any] = {}
    problems: list[str] = []
    failed: list[Exception] = []
    for name in names:
        if place.stopped():
            break
        try:
            outcomes[name], line, trouble = one(name)
        except Exception as error:
            if len(names) == 1:
                raise
            failed.append(error)
            output.note(f"{name}: " + "; ".join(part for part in output.told(error) if part))
            continue
        problems += trouble
        if not as_json:
            output.say(f"{name}: {line}")
    if as_json:
        output.print_json(outcomes)
    if failed and not outcomes:
        raise failed[0]
    cut_short = len(outcomes) + len(failed) < len(names) or any(counts["stopped"] for counts in outcomes.values())
    _end(problems, failed=bool(failed), cut_short=cut_short)


def _end(problems: list[str], *, failed: bool, cut_short: bool) -> None:
    from bot.wording_pages import changed

    for problem in problems:
        output.note(f"  {changed(problem)}")
    if cut_short:
        raise DoneInPart(_("stopped before the end"), _("what was done is kept; run it again for the rest"))
    if failed or problems:
        raise DoneInPart(_("not all of it could be done"), _("the lines above say what is left, and why"))


def _list_ready(place: "Workplace", shops: list[str], as_json: bool) -> None:
    from bot.jobs.push import what_is_ready
    from bot.push_mode import push_mode

    ready = {shop: what_is_ready(place.database, place.config, shop) for shop in shops}
    if as_json:
        output.print_json({shop: [asdict(each) for each in found] for shop, found in ready.items()})
        return
    for shop, found in ready.items():
        with place.database.read() as session:
            mode = push_mode(session, place.config, shop)
        told = _('{shop}: {count} ready. Nothing is sent by a dry run; pushing is "{mode}" for this shop.')
        output.say(told.format(shop=shop, count=len(found), mode=mode.value))
        rows = [
            (each.order, each.number, each.carrier, ", ".join(each.lines) or _("new number"), each.mail or _("nobody"))
            for each in found
        ]
        if rows:
            output.print_table((_("Order"), _("Tracking number"), _("Carrier"), _("Lines"), _("Mailed")), rows)

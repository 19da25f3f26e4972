"""The command `pay-run`: the list to tick, the run order after order, and what came of it."""

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import output
from bot.cli.opening import someone_is_there
from bot.cli.placing import AccountOption, NotAskedError, ShopOption, WaitOption, account_of, orders_of
from bot.errors import ConfigError, DoneInPart
from bot.language import _

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from bot.jobs.paid import PaidOrder, PaidRun
    from bot.jobs.pay_run import PayRun
    from bot.jobs.place import Placed
    from bot.jobs.purchasing import Outcome
    from bot.work import Workplace
    from flows.values_paying import BarFace


def pay_run(
    orders: Annotated[list[str] | None, typer.Argument(metavar="[ORDER…]", help="only these orders")] = None,
    every: Annotated[bool, typer.Option("--all", help="all orders that are to be bought")] = False,
    limit: Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="at most so many")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="take the whole list without asking")] = False,
    record_only: Annotated[
        bool, typer.Option("--record-only", help="prepare nothing: open each product, you buy, the number is noted")
    ] = False,
    account: AccountOption = None,
    shop: ShopOption = None,
    wait: WaitOption = 600,
) -> None:
    """Buy order after order: you press and pay, the rest is done.

    First a dry run and a list to choose from. Then the page of each order stands in front, filled in; you press its
    button once and pay, and the number is noted. dropferry presses nothing. The bar over the page has Skip, Hold and
    Stop.
    """
    from bot.cli.working import workplace
    from bot.rungs import Way, way_of_pay_run

    if bool(orders) == every:
        raise typer.BadParameter(_("name the orders, or say --all"))
    with workplace() as place:
        place.wait_seconds = wait
        name = account_of(place.config, account)
        way, why = way_of_pay_run(name, place.config.account(name).buying, record_only=record_only)
        if way is not Way.RECORD and not place.config.live:
            raise ConfigError(
                _("live is off in config.toml, so nothing is ordered"), _("set the caps, then live = true")
            )
        if why:
            output.say(why)
        only = orders_of(place, orders, shop) if orders else None
        _run(place, name, only, limit, yes=yes, way=way)


def _run(place: "Workplace", account: str, only: list[int] | None, limit: int | None, *, yes: bool, way: str) -> None:
    from bot.buying_home import check_may_buy
    from bot.clock_off import check_clock
    from bot.opening import browser_of

    with place.database.read() as session:
        # Told before a browser is opened for nothing.
        check_may_buy(session, place.home, account)
        check_clock(session, place.config)
    with browser_of(
        place.home,
        place.config,
        account,
        wait_seconds=place.wait_seconds,
        say=place.say,
        attended=True,
        # Whatever AliExpress asks for, the person who buys is at the window and can do it.
        even_if_paused=way == "record",
    ) as context:
        command = _Command(place, context, account, yes=yes)
        done = command.record(only, limit) if way == "record" else command.fill(only, limit)
    if done.is_gone:
        _look_again(place, account)
    _end(done)


class _Command:
    """One pay run from the list to the summary."""

    def __init__(self, place: "Workplace", context: "BrowserContext", account: str, *, yes: bool) -> None:
        self.place, self.context, self.account, self.yes = place, context, account, yes
        self.count, self.every = 0, 0

    def _settle(self, kind: "type[PayRun]") -> None:
        """What an earlier run has left open comes first. Raises DoneInPart where it stays open, and FlowError."""
        done = self._over(kind, [])
        for line in done.settled:
            output.say(line)
        _end(done)

    def fill(self, only: list[int] | None, limit: int | None) -> "PaidRun":
        """Prepare each page for the person. Where AliExpress does not let it be prepared, they buy themselves."""
        from bot.jobs.paid import PaidRun
        from bot.jobs.pay_run import PayRun
        from bot.rungs import step_down
        from flows.errors import FlowError

        try:
            listed = self._prepared(only, limit)
        except FlowError as trouble:
            why = step_down(self.place.config.account(self.account).buying, trouble)
            if why is None:
                raise
            output.say(_("{why}: you buy yourself, dropferry opens the products and notes the numbers").format(why=why))
            return self.record(only, limit)
        ticked = self._tick(listed)
        return self._tell(self._over(PayRun, ticked), len(ticked)) if ticked else PaidRun()

    def _prepared(self, only: list[int] | None, limit: int | None) -> "Placed":
        """What a dry run has found, after all that has to be seen to before. Raises FlowError."""
        from bot.checkup.before_buying import check_pages
        from bot.jobs.pay_run import PayRun

        self._settle(PayRun)
        check_pages(self.place, self.context, self.account)
        listed = self._dry_run(only, limit)
        if listed.trouble is not None:
            raise listed.trouble
        if listed.ended_by is not None:
            raise DoneInPart(_("not all of it could be done"), listed.ended_by)
        return listed

    def record(self, only: list[int] | None, limit: int | None) -> "PaidRun":
        """The person buys on pages of their own."""
        from bot.jobs.paid import PaidRun
        from bot.jobs.record_only import RecordOnly, plan_orders

        self._settle(RecordOnly)
        ticked = self._tick(plan_orders(self.place, self.account, only, limit))
        return self._tell(self._over(RecordOnly, ticked), len(ticked)) if ticked else PaidRun()

    def _over(self, kind: "type[PayRun]", ticked: "list[Outcome]") -> "PaidRun":
        from bot.jobs import desk

        # Without anything ticked it only settles what is open.
        run = kind(
            self.place, self.context, self.account, ticked, ask=ask, rest=desk.rest_a_moment, progress=self._progress
        )
        return run.run()

    def _dry_run(self, only: list[int] | None, limit: int | None) -> "Placed":
        from bot.jobs.place import PlaceOrders

        with output.progress(_("preparing the list")) as shown:
            so_far = 0

            def one(_outcome: "Outcome") -> None:
                nonlocal so_far
                so_far += 1
                shown(so_far)

            return PlaceOrders(
                self.place, self.context, self.account, live=False, only=only, limit=limit, progress=one, attended=True
            ).run()

    def _tick(self, listed: "Placed") -> "list[Outcome]":
        """The orders that the person wants to pay now."""
        from bot.cli.pay_run_report import print_list, read_ticks

        ready = [each for each in listed.outcomes if each.state == "quoted"]
        print_list(ready, [each for each in listed.outcomes if each.state != "quoted"])
        self.every = len(ready)
        if not ready or self.yes or self.place.stopped():
            return [] if self.place.stopped() else ready
        if not someone_is_there():
            raise NotAskedError(_("nobody is there to choose from the list"), _("run it at a terminal, or add --yes"))
        while True:
            typed = typer.prompt(_("Which of them? all, none, or as 1-5,8"), default="all")
            chosen = read_ticks(typed, len(ready))
            if chosen is not None:
                self.every = len(chosen)
                return [ready[place] for place in chosen]
            output.say(_("That names none of the {count} orders; type all, none, or as 1-5,8").format(count=len(ready)))

    def _progress(self, outcome: "PaidOrder") -> None:
        from bot.cli.pay_run_report import order_line

        self.count += 1
        output.say(order_line(self.count, self.every, outcome))

    def _tell(self, done: "PaidRun", every: int) -> "PaidRun":
        from bot.cli.pay_run_report import print_summary

        if every:
            print_summary(done, every - len(done.outcomes))
        return done


def ask(face: "BarFace") -> str:
    """The person's answer at the terminal, for when there is no window to ask in; without a terminal, not sure."""
    from flows.values_paying import Choice

    if not someone_is_there():
        return Choice.NOT_SURE
    output.say(face.message)
    known = {str(place): (str(said), label) for place, (said, label, _key) in enumerate(face.choices, start=1)}
    for place, (_said, label) in known.items():
        output.say(f"  {place}  {label}")
    while True:
        typed = typer.prompt(_("Type its number"))
        if typed.strip() in known:
            return known[typed.strip()][0]


def _look_again(place: "Workplace", account: str) -> None:
    """The window was closed: what became of the last press is looked for in a new one, which nobody has to see."""
    from bot.jobs.looking import has_unknown_outcomes
    from bot.jobs.pay_run import PayRun
    from bot.opening import browser_of

    if not has_unknown_outcomes(place.database, account) or place.stopped():
        return
    output.say(_("The window was closed; looking what became of the last press …"))
    with browser_of(place.home, place.config, account, wait_seconds=place.wait_seconds, say=place.say) as context:
        for line in PayRun(place, context, account, ask=ask).run().settled:
            output.say(line)


def _end(done: "PaidRun") -> None:
    from flows.errors import PersonNeeded

    if isinstance(done.trouble, PersonNeeded):
        output.say(_("What is left waits as it was. When that is done, go on with dropferry pay-run."))
    if done.trouble is not None:
        raise done.trouble
    if done.ended_by is not None:
        raise DoneInPart(_("not all of it could be done"), done.ended_by)
    if any(each.state in ("held", "unknown") and not each.chosen for each in done.outcomes):
        raise DoneInPart(_("not all of it was ordered"), _("the lines above say why, and what to do"))

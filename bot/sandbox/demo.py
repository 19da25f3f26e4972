"""The demo: the main job from end to end against the embedded stand-ins, told as a person would."""

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from bot.cli import output
from bot.cli.cost_report import print_report
from bot.config import load
from bot.errors import DropferryError
from bot.facts import Tab
from bot.finding import find_order, parse
from bot.home import Home
from bot.jobs.place import PlaceOrders
from bot.jobs.purchasing import Outcome
from bot.jobs.reconciling import reconcile_account
from bot.jobs.suggest import accept, find_suggestions
from bot.language import _
from bot.listing import count_tabs, list_orders
from bot.opening import browser_of, database_of, one_driver
from bot.outcomes import pulled_line, pushed_line, synced_line
from bot.sandbox.demo_pay_run import play_pay_run
from bot.sandbox.server import Sandbox
from bot.standing import load as load_rows
from bot.wording import tab_name
from bot.work import Workplace

SHOP, ACCOUNT = "main", "main"
ORDERS = [str(number) for number in range(1001, 1009)]


class DemoFailedError(DropferryError):
    """The demo did not end as it must; the message says what is wrong."""


def run_demo(*, headless: bool = True) -> None:
    """Play a merchant's day on this machine alone, print it, and hold its end against what the stand-ins hold.

    Raises DemoFailedError where a number that AliExpress shows is not with ShopBase in the end.
    """
    started = time.monotonic()
    # A browser that is just closing may still write into its profile.
    with (
        tempfile.TemporaryDirectory(prefix="dropferry-demo-", ignore_cleanup_errors=True) as folder,
        Sandbox() as sandbox,
        _opened(sandbox, Path(folder) / "home", headless) as place,
        one_driver(),
    ):
        _Day(sandbox, place).play()
    output.say()
    told = _("That was the day, in {seconds:.0f} seconds. Your own shop next: dropferry init")
    output.say(told.format(seconds=time.monotonic() - started))


@contextlib.contextmanager
def _opened(sandbox: Sandbox, folder: Path, headless: bool) -> Iterator[Workplace]:
    sandbox.write_home(folder, live_push=True)
    home = Home(folder)
    config = load(home)
    config = config.model_copy(update={"browser": config.browser.model_copy(update={"headless": headless})})
    with database_of(home, config) as database:
        yield Workplace(home, config, database, output.say)


@dataclass(slots=True)
class _Day:
    sandbox: Sandbox
    place: Workplace
    paid_by_person: int = 0

    def play(self) -> None:
        self._morning()
        self._dry_run()
        self._ordering()
        self._pay_run()
        self._later()
        self._by_hand()
        self._paying()
        self._sending()
        self._troubles()
        self._evening()
        self._check()

    def _morning(self) -> None:
        _chapter(_("Eight buyers paid in your ShopBase store overnight, and two have yet to pay"))
        self.sandbox.shop.seed(8, pending=2)
        self._pull()
        self._tabs()

    def _dry_run(self) -> None:
        _chapter(_("What would it cost? dropferry place --all goes all the way up to the button, and presses nothing"))
        self._place(live=False)
        output.say(_("One country asks for an address of its own kind, so that order is left to you."))

    def _ordering(self) -> None:
        _chapter(_("A card is saved with this AliExpress account, so its button charges at once: nothing is pressed"))
        output.say(
            _("A new home folder looks first for what was bought before: dropferry reconcile --since 2026-01-01")
        )
        for line in reconcile_account(self.place, ACCOUNT, date(2026, 1, 1)).lines():
            output.say(f"  {line}")
        self._place(live=True, names=["1001"])

    def _pay_run(self) -> None:
        _chapter(_("So you press, and the robot does the rest: dropferry pay-run 1001 1002 1003"))
        output.say(_("The page of each order stands in front, filled in, with a bar over it. Here a stand-in for you"))
        output.say(_("presses each button once, and answers the bank's question for #1002:"))
        play_pay_run(self.sandbox, self.place, ACCOUNT, SHOP, ["1001", "1002", "1003"])
        self.paid_by_person = self.sandbox.ali.market.charges
        told = _("AliExpress charged the card {count} times, each time after a press of the stand-in.")
        output.say(told.format(count=self.paid_by_person))

    def _later(self) -> None:
        _chapter(_("Another way to pay: the account now chooses Boleto, a slip that is paid elsewhere and later"))
        output.say(_("Its first order is placed under your eyes (the stand-in says yes); AliExpress leaves it unpaid,"))
        output.say(_("so from then on the robot may place orders alone: dropferry place --all --live"))
        market = self.sandbox.ali.market
        market.buyer(ACCOUNT).kind = "pay_now_deferred"
        self._place(live=True, names=["1004"], supervised=lambda _quote: True)
        self._place(live=True, names=["1005", "1006"])
        charged = market.charges - self.paid_by_person
        own = len(market.presses) - self.paid_by_person
        told = _("The robot pressed {own} times; {charged} of its orders were charged, the others wait in To pay.")
        output.say(told.format(own=own, charged=charged))

    def _by_hand(self) -> None:
        _chapter(_("Two orders you buy by hand; dropferry finds them by recipient, phone, quantity and day"))
        for name in ("#1007", "#1008"):
            self.sandbox.world.buy(name, ACCOUNT)
        place = self.place
        with browser_of(place.home, place.config, ACCOUNT, wait_seconds=60) as context:
            found = find_suggestions(
                place.database, context, place.config.site, place.config, account=ACCOUNT, clock=place.clock
            )
        for each in found:
            where, what = f"{each.line.order}/{each.line.position}", f"{each.line.quantity} x {each.line.title}"
            unsure = _("not sure between {numbers}").format(numbers=", ".join(each.candidates))
            output.say(f"  {where}, {what}: {each.sure or unsure}")
        with place.database.write() as session:
            tied = accept(session, found, ACCOUNT, place.clock())
        output.say(_("  {count} lines tied: dropferry link --suggest --yes").format(count=tied))

    def _paying(self) -> None:
        _chapter(_("dropferry reads AliExpress: what you did not pay yet waits. You pay; it reads again"))
        self._sync()
        self._tabs()
        self.sandbox.ali.pay()
        output.say(_("You paid the others on AliExpress. dropferry never does."))
        # Paid within minutes of the robot's press, it would look as if that press had charged.
        clock = self.place.clock
        self.place.clock = lambda: clock() + timedelta(hours=1)
        output.say(_("An hour later:"))
        self._sync()

    def _sending(self) -> None:
        _chapter(_("The suppliers send: most in one parcel, one order in two; one supplier cancels"))
        double, cancelled = self._numbers("1005")[0], self._numbers("1007")[0]
        self.sandbox.ali.cancel([cancelled])
        self.sandbox.ali.ship([double], parcels=2)
        rest = [number for name in ORDERS for number in self._numbers(name) if number not in (double, cancelled)]
        self.sandbox.ali.ship(rest)
        self._sync()
        output.say(_("The first push of a shop waits for your yes: dropferry push --yes"))
        self._push(yes=True)

    def _troubles(self) -> None:
        _chapter(_("A last-mile carrier takes over with a number of its own, and one buyer is refunded in the store"))
        self.sandbox.ali.change_number(self._numbers("1001")[0], "LM998877665US")
        self.sandbox.ali.deliver([self._numbers("1002")[0]])
        self.sandbox.shop.refund("#1003")
        self._pull()
        # A last-mile number shows on the tracking page alone, which is read again once a day.
        clock = self.place.clock
        self.place.clock = lambda: clock() + timedelta(days=1)
        output.say(_("A day later:"))
        self._sync()
        self._push()

    def _evening(self) -> None:
        _chapter(_("In the evening"))
        self._tabs()
        self._ways()
        state = self.sandbox.world.state()
        output.say()
        output.say(_("The fulfilments that ShopBase now holds:"))
        for told in state["fulfillments"]:
            line = _("  {order}: {number} by {carrier}, {status}")
            number, carrier = told["tracking_number"], told["tracking_company"]
            output.say(line.format(order=told["name"], number=number, carrier=carrier, status=told["status"]))
        output.say()
        output.say(_("The mails that ShopBase sent:"))
        for mail in state["mails"]:
            line = _("  to {to}: {kind} of {order}, {number}")
            output.say(line.format(to=mail["to"], kind=mail["kind"], order=mail["order"], number=mail["number"]))

    def _ways(self) -> None:
        output.say()
        output.say(_("Each order's way:"))
        with self.place.database.read() as session:
            for each in reversed(list_orders(session, self.place.config, self.place.clock())):
                rows = each.rows
                numbers = ", ".join(ali.number for ali in rows.ali_orders) or _("nothing bought")
                parcels = [p.number for found in rows.parcels.values() for p in found if p.number] or [_("no parcel")]
                output.say(f"  {rows.order.name}: {numbers} > {', '.join(parcels)} > {tab_name(each.standing.tab)}")
                for line in [each.why, *each.warnings]:
                    if line:
                        output.say(f"      {line}")

    def _check(self) -> None:
        """Hold the end against the stand-ins: every line bought once, every number with ShopBase once, nothing paid."""
        state = self.sandbox.world.state()
        told = [each["tracking_number"] for each in state["fulfillments"]]
        by_number = {order["number"]: order for order in state["aliexpress_orders"]}
        ours = [number for name in ORDERS for number in self._numbers(name)]
        shown = [
            parcel["number"]
            for name in ORDERS
            if name != "1007"
            for number in self._numbers(name)
            for parcel in by_number[number]["parcels"]
        ]
        if sorted(told) != sorted(shown):
            wrong = _("ShopBase holds {told}, AliExpress shows {shown}")
            raise DemoFailedError(wrong.format(told=sorted(told), shown=sorted(shown)))
        if sorted(ours) != sorted(by_number) or self.sandbox.ali.market.charges != self.paid_by_person:
            wrong = _("AliExpress holds {theirs}, dropferry knows {ours}")
            raise DemoFailedError(wrong.format(theirs=sorted(by_number), ours=sorted(ours)))
        output.say()
        all_told = _("All {count} tracking numbers that AliExpress shows are with ShopBase, each of them once;")
        output.say(all_told.format(count=len(shown)))
        once = _("AliExpress holds {count} orders, each line was bought once, and dropferry paid nothing.")
        output.say(once.format(count=len(by_number)))

    def _place(
        self, *, live: bool, names: list[str] | None = None, supervised: Callable[[Outcome], bool] | None = None
    ) -> None:
        place = self.place
        with place.database.read() as session:
            only = [find_order(session, parse(name), SHOP).id or 0 for name in names] if names else None
        with browser_of(place.home, place.config, ACCOUNT, wait_seconds=60) as context:
            done = PlaceOrders(place, context, ACCOUNT, live, only, supervised=supervised).run()
        if done.trouble is not None:
            raise done.trouble
        print_report(done)

    def _numbers(self, name: str) -> list[str]:
        with self.place.database.read() as session:
            order = find_order(session, parse(name), SHOP)
            (rows,) = load_rows(session, [order.id or 0])
            return [ali.number for ali in rows.ali_orders]

    def _pull(self) -> None:
        output.say(f"  pull: {pulled_line(self.place.pull(SHOP))}")

    def _push(self, *, yes: bool = False) -> None:
        output.say(f"  push: {pushed_line(self.place.push(SHOP, yes=yes), SHOP)}")

    def _sync(self) -> None:
        output.say(f"  sync: {synced_line(self.place.sync(ACCOUNT))}")

    def _tabs(self) -> None:
        with self.place.database.read() as session:
            counts = count_tabs(session)
        output.say("  " + " | ".join(f"{tab_name(tab)} {counts[tab]}" for tab in Tab))


def _chapter(title: str) -> None:
    output.say()
    output.say(title)

"""The demo: the main job from end to end against the embedded stand-ins, told as a person would."""

import contextlib
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bot.cli import output
from bot.config import load
from bot.errors import DropferryError
from bot.facts import Tab
from bot.finding import find_lines, find_order, parse
from bot.home import Home
from bot.jobs.suggest import accept, find_suggestions
from bot.linking import link
from bot.listing import count_tabs, list_orders
from bot.opening import browser_of, database_of
from bot.outcomes import pulled_line, pushed_line, synced_line
from bot.sandbox.server import Sandbox
from bot.wording import TAB_NAMES
from bot.work import Workplace

SHOP, ACCOUNT = "main", "main"


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
    ):
        _Day(sandbox, place).play()
    output.say()
    output.say(f"That was the day, in {time.monotonic() - started:.0f} seconds. Your own shop next: dropferry init")


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

    def play(self) -> None:
        self._morning()
        self._buying()
        self._paying()
        self._sending()
        self._troubles()
        self._evening()
        self._check()

    def _morning(self) -> None:
        _chapter("Eight buyers paid in your ShopBase store overnight, and two have yet to pay")
        self.sandbox.shop.seed(8, pending=2)
        self._pull()
        self._tabs()

    def _buying(self) -> None:
        _chapter("You buy the goods on AliExpress by hand (here a stand-in for you does)")
        bought = self.sandbox.world.buy("all", ACCOUNT)
        for name, numbers in bought.items():
            output.say(f"  {name}: AliExpress order {', '.join(numbers)}")
        first, numbers = next(iter(bought.items()))
        output.say()
        output.say(f"One number you type in yourself: dropferry link {first.removeprefix('#')} {numbers[0]}")
        self._link(first, numbers[0])
        output.say("The rest dropferry finds by recipient, phone, quantity and day: dropferry link --suggest --yes")
        self._suggest()

    def _suggest(self) -> None:
        place = self.place
        with browser_of(place.home, place.config, ACCOUNT, wait_seconds=60) as context:
            found = find_suggestions(
                place.database, context, place.config.site, place.config, account=ACCOUNT, clock=place.clock
            )
        for each in found:
            what = f"{each.line.order} line {each.line.position}, {each.line.quantity} x {each.line.title}"
            output.say(f"  {what}: {each.sure or 'not sure between ' + ', '.join(each.candidates)}")
        with place.database.write() as session:
            output.say(f"  {accept(session, found, ACCOUNT, place.clock())} lines tied")
        output.say("Where two fit, dropferry does not guess. You look, and link them yourself:")
        for each, number in zip([each for each in found if each.sure is None], self._bought("#1004"), strict=True):
            reference = f"{each.line.order}/{each.line.position}"
            output.say(f"  dropferry link {reference.removeprefix('#')} {number}")
            self._link(reference, number)

    def _link(self, typed: str, number: str) -> None:
        reference = parse(typed)
        with self.place.database.write() as session:
            order = find_order(session, reference, SHOP)
            lines = find_lines(session, order, reference)
            link(session, order, lines, number=number, account=ACCOUNT, now=self.place.clock())

    def _bought(self, name: str) -> list[str]:
        return self.sandbox.world.bought[name]

    def _paying(self) -> None:
        _chapter("dropferry reads AliExpress: nothing is paid yet. You pay; it reads again")
        self._sync()
        self._tabs()
        self.sandbox.ali.pay()
        output.say("You paid on AliExpress. dropferry never does.")
        self._sync()

    def _sending(self) -> None:
        _chapter("The suppliers send: most in one parcel, one order in two; one supplier cancels")
        numbers = [number for bought in self.sandbox.world.bought.values() for number in bought]
        double = self._bought("#1005")[0]
        cancelled = self._bought("#1007")[0]
        self.sandbox.ali.cancel([cancelled])
        self.sandbox.ali.ship([double], parcels=2)
        self.sandbox.ali.ship([number for number in numbers if number not in (double, cancelled)])
        self._sync()
        output.say("The first push of a shop waits for your yes: dropferry push --yes")
        output.say(f"  push: {pushed_line(self.place.push(SHOP, yes=True), SHOP)}")

    def _troubles(self) -> None:
        _chapter("A last-mile carrier takes over with a number of its own, and one buyer is refunded in the store")
        changed = self._bought("#1001")[0]
        self.sandbox.ali.change_number(changed, "LM998877665US")
        self.sandbox.ali.deliver([self._bought("#1002")[0]])
        self.sandbox.shop.refund("#1003")
        self._pull()
        # A last-mile number shows on the tracking page alone, which is read again once a day.
        clock = self.place.clock
        self.place.clock = lambda: clock() + timedelta(days=1)
        output.say("A day later:")
        self._sync()
        output.say(f"  push: {pushed_line(self.place.push(SHOP), SHOP)}")

    def _evening(self) -> None:
        _chapter("In the evening")
        self._tabs()
        self._ways()
        state = self.sandbox.world.state()
        output.say()
        output.say("The fulfilments that ShopBase now holds:")
        for told in state["fulfillments"]:
            output.say(f"  {told['name']}: {told['tracking_number']} by {told['tracking_company']}, {told['status']}")
        output.say()
        output.say("The mails that ShopBase sent:")
        for mail in state["mails"]:
            output.say(f"  to {mail['to']}: {mail['kind']} of {mail['order']}, {mail['number']}")

    def _ways(self) -> None:
        output.say()
        output.say("Each order's way:")
        with self.place.database.read() as session:
            for each in reversed(list_orders(session, self.place.config, self.place.clock())):
                rows = each.rows
                numbers = ", ".join(ali.number for ali in rows.ali_orders) or "nothing bought"
                parcels = [p.number for found in rows.parcels.values() for p in found if p.number] or ["no parcel"]
                output.say(f"  {rows.order.name}: {numbers} > {', '.join(parcels)} > {TAB_NAMES[each.standing.tab]}")
                for line in [each.why, *each.warnings]:
                    if line:
                        output.say(f"      {line}")

    def _check(self) -> None:
        """Hold the end against the stand-ins: every number shown for goods still wanted is with ShopBase, once."""
        state = self.sandbox.world.state()
        told = [each["tracking_number"] for each in state["fulfillments"]]
        by_number = {order["number"]: order for order in state["aliexpress_orders"]}
        shown = [
            parcel["number"]
            for name, numbers in self.sandbox.world.bought.items()
            for number in numbers
            for parcel in by_number[number]["parcels"]
            if name != "#1007"
        ]
        if sorted(told) != sorted(shown):
            raise DemoFailedError(f"ShopBase holds {sorted(told)}, AliExpress shows {sorted(shown)}")
        output.say()
        output.say(f"All {len(shown)} tracking numbers that AliExpress shows are with ShopBase, each of them once.")

    def _pull(self) -> None:
        output.say(f"  pull: {pulled_line(self.place.pull(SHOP))}")

    def _sync(self) -> None:
        output.say(f"  sync: {synced_line(self.place.sync(ACCOUNT))}")

    def _tabs(self) -> None:
        with self.place.database.read() as session:
            counts = count_tabs(session)
        output.say("  " + " | ".join(f"{TAB_NAMES[tab]} {counts[tab]}" for tab in Tab))


def _chapter(title: str) -> None:
    output.say()
    output.say(title)

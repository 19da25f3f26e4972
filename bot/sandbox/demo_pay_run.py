"""The pay run of the demo: a stand-in for the merchant presses the buttons and answers the bank."""

from bot.cli import output
from bot.cli.pay_run_report import order_line, print_list
from bot.finding import find_order, parse
from bot.jobs.paid import PaidOrder, PaidRun
from bot.jobs.pay_run import PayRun
from bot.jobs.place import PlaceOrders
from bot.jobs.purchasing import Outcome
from bot.opening import browser_of
from bot.sandbox.payer import Payer
from bot.sandbox.server import Sandbox
from bot.work import Workplace


def play_pay_run(sandbox: Sandbox, place: Workplace, account: str, shop: str, names: list[str]) -> PaidRun:
    """Buys these orders in a pay run whose presses are the stand-in's; the bank of the second one asks back.

    Raises FlowError where a page is in the way.
    """
    with place.database.read() as session:
        only = [find_order(session, parse(name), shop).id or 0 for name in names]
    sandbox.world.set_faults({"payment_for": {f"#{names[1]}": "3ds"}})
    try:
        with browser_of(place.home, place.config, account, wait_seconds=60) as context:
            listed = PlaceOrders(place, context, account, live=False, only=only, attended=True).run()
            ready = [each for each in listed.outcomes if each.state == "quoted"]
            print_list(ready, [])
            run = PayRun(place, context, account, ready, rest=Payer({}, sandbox))
            run.progress = _Told(ready)
            done = run.run()
    finally:
        sandbox.world.set_faults({"payment_for": None})
    if done.trouble is not None:
        raise done.trouble
    return done


class _Told:
    """Prints a line an order, as `dropferry pay-run` does."""

    def __init__(self, ready: list[Outcome]) -> None:
        self.every, self.place = len(ready), 0

    def __call__(self, outcome: PaidOrder) -> None:
        self.place += 1
        output.say(f"  {order_line(self.place, self.every, outcome)}")

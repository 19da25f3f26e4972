"""A home whose account pays by a saved card, and a person who presses and pays in its pay runs."""

from typing import Any

from bot.jobs.paid import PaidOrder, PaidRun
from bot.jobs.pay_run import PayRun
from bot.jobs.place import PlaceOrders
from bot.jobs.purchasing import Outcome
from bot.sandbox.aliexpress.orders import AliOrder as Made
from bot.work import Workplace
from tests.buying_home import ACCOUNT, Keeper
from tests.payer import Payer, Plan


class PayHome(Keeper):
    """A keeper who buys by pay runs; `said` are the lines for the terminal."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.buyer.kind = "pay_now_card"
        self.said: list[str] = []
        # The person has been here before: no banner and no praise of the app lies over the pages.
        self.context.add_init_script("try { localStorage.gdpr = localStorage.app = '1' } catch {}")

    def made(self, account: str = "") -> dict[tuple[str, int], list[Made]]:
        """What AliExpress holds for each line, in this test's own account."""
        return super().made(account or self.account)

    def workplace(self, database: Any, **how: Any) -> Workplace:
        """As a command has it."""
        return Workplace(self.home, self.config, database, self.said.append, **how)

    def listed(self, place: Workplace) -> list[Outcome]:
        """What a dry run can order."""
        done = PlaceOrders(place, self.context, ACCOUNT, live=False).run()
        assert done.trouble is None, done.trouble
        return [each for each in done.outcomes if each.state == "quoted"]

    def pay(self, plans: dict[str, Plan] | None = None, *, stopped: Any = None, **how: Any) -> PaidRun:
        """Pull, list and pay with a person who does as planned."""
        self.pull()
        payer = how.pop("rest", None) or Payer(plans or {}, self.sandbox)
        with self.database() as database:
            place = self.workplace(database, **({"stopped": stopped} if stopped else {}))
            how = {"sleep": self.slept.append, **how}
            return PayRun(place, self.context, ACCOUNT, self.listed(place), rest=payer, **how).run()


def states(done: PaidRun) -> dict[str, str]:
    """What became of each order."""
    return {each.candidate.order: each.state for each in done.outcomes}


def by_order(done: PaidRun) -> dict[str, PaidOrder]:
    """Each order's outcome."""
    return {each.candidate.order: each for each in done.outcomes}

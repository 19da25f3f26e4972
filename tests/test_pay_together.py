"""A merged payment by a person: the robot ticks, waits, and tells what came of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from bot import rechecks
from bot.home import Home
from bot.jobs.pay_together import PayTogether, Visit, wait_for_person
from bot.sandbox.payer import CARD, Payer, result_said
from bot.sandbox.shop_goods import CATALOGUE
from bot.work import Workplace
from flows.errors import PersonNeeded, TryLater
from tests.merchant import (  # noqa: F401
    Merchant,
    context_fixture,
    empty_database_fixture,
    merchant_fixture,
    one_context_fixture,
    stand_ins_fixture,
)

TOTE, DRIPPER = ((goods, 1) for goods in CATALOGUE[:2])
Person = Callable[[Page], None]


class Till:
    """A merchant's home, whose pay sheet a person opens; `opened` says which browsers were shown."""

    def __init__(self, merchant: Merchant, context: BrowserContext, home: Home) -> None:
        self.merchant = merchant
        self.context = context
        self.opened: list[bool] = []
        self.place = Workplace(home, merchant.config, merchant.database, print, clock=merchant.clock)

    def unpaid(self) -> str:
        """The number of an order that stands unpaid, as a sync has read it."""
        _, number = self.merchant.bought_unpaid(TOTE)
        self.merchant.read(number)
        return number

    @contextmanager
    def browser(self, attended: bool) -> Iterator[BrowserContext]:
        """The one browser, with no window of an earlier visit in it."""
        self.opened.append(attended)
        yield self.context
        for page in self.context.pages:
            page.close()

    def visit(self, person: Person, ready: Callable[[Visit], None] = lambda _visit: None) -> Visit:
        """A visit in which the person does something once, and then is done."""
        done: list[bool] = []

        def is_over(context: BrowserContext) -> bool:
            if not done:
                done.append(True)
                person(context.pages[0])
                return False
            return True

        return PayTogether(self.place, self.merchant.account, self.browser, ready, is_over).run()


@pytest.fixture(name="till")
def till_fixture(merchant: Merchant, context: BrowserContext, tmp_path_factory: pytest.TempPathFactory) -> Till:
    """An account of its own, and a home for what is kept."""
    home = Home(tmp_path_factory.mktemp("till"))
    home.ensure()
    return Till(merchant, context, home)


def pays(payer: Payer) -> Person:
    """Presses the page's own button and pays by the saved card."""

    def act(page: Page) -> None:
        payer.pay_selected(page)
        payer.pay_at_cashier(page)
        assert "Payment Successful" == result_said(page)

    return act


class TestPaid:
    """What the person paid, against what was ticked."""

    def test_all_of_it(self, till: Till) -> None:
        """What is ticked is paid in one payment by the page's own button, at what the tab asks now; it is told, and
        looked at again."""
        numbers = [till.unpaid() for _ in range(3)]
        till.merchant.ali.order(numbers[0]).total += 100
        charges = till.merchant.ali.market.charges
        seen: list[int] = []
        visit = till.visit(pays(Payer()), lambda _visit: seen.append(till.merchant.ali.market.charges - charges))
        assert [0] == seen
        assert (set(numbers), 3) == (set(visit.ticked.ticked), till.merchant.ali.market.charges - charges)
        assert visit.settled is not None
        assert visit.settled.is_done
        assert visit.settled.expected == visit.settled.paid
        total = sum(till.merchant.ali.order(number).total for number in numbers)
        assert [total] == [each.minor for each in visit.settled.paid]
        assert [True, False] == till.opened
        with till.merchant.database.read() as session:
            assert visit.again == rechecks.waiting(session, till.merchant.account)
        assert [5, 30] == [(each - till.merchant.clock()) // timedelta(minutes=1) for each in visit.again]

    @pytest.mark.long
    def test_a_list_that_lags_behind(self, till: Till) -> None:
        """A payment that the list does not show yet is seen on the order's own page."""
        number = till.unpaid()

        def person(page: Page) -> None:
            till.merchant.ali.set_faults({"lag": 5})
            pays(Payer())(page)

        visit = till.visit(person)
        assert visit.settled is not None
        assert ((number,), True) == (visit.ticked.ticked, visit.settled.is_done)

    def test_other_orders_than_were_ticked(self, till: Till) -> None:
        """The page is the person's: what they untick stays to pay, and what they tick besides is told as well."""
        first, second = till.unpaid(), till.unpaid()
        payer = Payer()

        def person(page: Page) -> None:
            payer.tick(page, [second])
            pays(payer)(page)

        visit = till.visit(person)
        assert visit.settled is not None
        assert ((second,), ()) == (tuple(each.number for each in visit.settled.still), visit.settled.also)
        assert [till.merchant.ali.order(first).total] == [each.minor for each in visit.settled.paid]
        (expected,) = visit.settled.expected
        assert till.merchant.ali.order(first).total + till.merchant.ali.order(second).total == expected.minor

    def test_a_card_that_is_refused_and_one_that_is_checked(self, till: Till) -> None:
        """A refused payment leaves all to pay; one that AliExpress still looks at is neither paid nor unpaid."""
        number = till.unpaid()
        till.merchant.ali.set_faults({"payment": "refused"})

        def refused(page: Page) -> None:
            payer = Payer()
            payer.pay_selected(page)
            payer.pay_at_cashier(page)
            assert "unsuccessful" in result_said(page)

        visit = till.visit(refused)
        assert visit.settled is not None
        assert ([number], ()) == ([each.number for each in visit.settled.still], visit.settled.paid)
        till.merchant.ali.set_faults({"payment": "checking"})
        visit = till.visit(pays(Payer()))
        assert visit.settled is not None
        assert ([number], ()) == ([each.number for each in visit.settled.checking], visit.settled.paid)

    def test_nothing_of_it_is_recorded(self, till: Till) -> None:
        """A card that is typed in the person's page is nowhere in the home folder and nowhere in the database."""
        till.unpaid()
        till.merchant.ali.set_faults({"payment": "card_form"})

        def types(page: Page) -> None:
            payer = Payer()
            payer.pay_selected(page)
            payer.pay_at_cashier(page)
            payer.type_card(page, CARD)
            assert "Payment Successful" == result_said(page)

        visit = till.visit(types)
        assert visit.settled is not None
        assert visit.settled.is_done
        database = Path(till.merchant.database.url.removeprefix("sqlite:///"))
        kept = [*till.place.home.path.rglob("*"), *database.parent.glob(f"{database.name}*")]
        assert database in kept
        for file in filter(Path.is_file, kept):
            for written in (CARD, CARD.replace(" ", ""), CARD[-4:] + '"'):
                assert written.encode() not in file.read_bytes(), file


class TestTicked:
    """What can be ticked, and what had better not be."""

    def test_nothing_to_pay_opens_nothing(self, till: Till) -> None:
        """Without anything to pay no browser is opened."""
        till.merchant.bought(TOTE)
        assert Visit() == till.visit(lambda _page: None)
        assert [] == till.opened

    def test_what_was_called_off_is_not_ticked(self, till: Till) -> None:
        """An order that the store cancelled is left alone, though it stands in the same tab."""
        name, off = till.merchant.bought_unpaid(DRIPPER)
        till.merchant.read(off)
        good = till.unpaid()
        till.merchant.store.cancel(name)
        till.merchant.pull()
        visit = till.visit(lambda _page: None)
        assert ((good,), (good,)) == (visit.ticked.ticked, tuple(each.number for each in visit.asked))

    @pytest.mark.long
    def test_what_was_paid_meanwhile(self, till: Till) -> None:
        """An order that is paid already is not in the tab; nothing is waited for, and the sheet is put right."""
        number = till.unpaid()
        till.merchant.ali.pay([number])
        waited: list[Page] = []
        visit = till.visit(waited.append)
        assert ((), (number,), [], []) == (visit.ticked.ticked, visit.ticked.absent, waited, visit.again)
        assert visit.settled is not None
        assert (number,) == tuple(each.number for each in visit.settled.also)
        assert Visit() == till.visit(waited.append)


class TestTrouble:
    """What goes wrong before or after the payment."""

    def test_signed_out(self, till: Till) -> None:
        """A person who is asked for is called, and nobody is asked to look again."""
        till.unpaid()
        till.merchant.ali.set_faults({"captcha": True})
        with pytest.raises(PersonNeeded):
            till.visit(lambda _page: None)
        with till.merchant.database.read() as session:
            assert [] == rechecks.waiting(session, till.merchant.account)

    def test_what_was_paid_cannot_be_read(self, till: Till) -> None:
        """Trouble after the payment is raised; when it is looked at again is written by then."""
        till.unpaid()

        def person(page: Page) -> None:
            pays(Payer())(page)
            till.merchant.ali.set_faults({"traffic_limit": True})

        with pytest.raises(TryLater):
            till.visit(person)
        with till.merchant.database.read() as session:
            assert 2 == len(rechecks.waiting(session, till.merchant.account))

    def test_stopped_while_the_person_pays(self, till: Till) -> None:
        """Ctrl-C closes the browser and looks at nothing; what was paid is looked at later."""
        till.unpaid()
        stopped: list[bool] = []
        till.place.stopped = lambda: bool(stopped)
        visit = till.visit(lambda _page: stopped.append(True))
        assert (None, [True]) == (visit.settled, till.opened)
        assert 2 == len(visit.again)


def test_a_window_that_is_closed_ends_the_wait(till: Till) -> None:
    """The wait goes on while any tab is open, and ends with the last one, and with the browser itself."""
    first, second = till.context.new_page(), till.context.new_page()
    looks: list[int] = []

    def closing(context: BrowserContext) -> bool:
        looks.append(len(context.pages))
        if len(looks) > 1:
            context.pages[-1].close()
        return False

    wait_for_person(till.context, closing)
    assert [2, 2, 1] == looks
    assert first.is_closed()
    assert second.is_closed()

"""The service: what is due runs once, trouble stays with its own job, and the heartbeat tells the truth."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from bot import rechecks
from bot.db import Database, open_database
from bot.facts import Tab
from bot.locks import account_lock
from bot.models import AliOrder, JobRun
from bot.sandbox.shop_goods import CATALOGUE
from tests.merchant import Clock, Merchant, empty_database_fixture, merchant_fixture, stand_ins_fixture  # noqa: F401
from tests.office import PATIENCE, Office, Running, heart_fixture, office_fixture  # noqa: F401

TOTE, DRIPPER = ((goods, 1) for goods in CATALOGUE[:2])


class TestWhatIsDue:
    """Slots decide, and a slot runs once."""

    def test_missed_slots_are_made_up_once(self, office: Office) -> None:
        """At the start the latest missed slot of each job runs; a restart in the same slot runs nothing again; after
        days of sleep only the latest slot is made up."""
        office.run_once()
        assert [("11:45", 1, True)] == office.runs("pull:main")
        assert [("00:00", 1, True)] == office.runs("sync:main")
        assert [("11:50", 1, True)] == office.runs("push:main")
        with Running(office) as again:
            again.at("11:59")
        assert [] == again.history
        office.at("09:20", days=3)
        office.run_once()
        assert [("11:45", 1, True), ("09:15", 1, True)] == office.runs("pull:main")
        assert [("00:00", 1, True), ("00:00", 1, True)] == office.runs("sync:main")

    def test_old_evidence_goes_once_a_day(self, office: Office) -> None:
        """A machine that only syncs keeps no buyer's address beyond the days that are set."""
        old, young = (office.home.evidence / f"{day}T000000Z-abcdef" for day in ("20200101", "29990101"))
        old.mkdir(parents=True)
        young.mkdir()
        with Running(office) as running:
            running.wait_for("sync main", "push main")
            assert [young] == list(office.home.evidence.iterdir())
            old.mkdir()
            running.at("11:59")
            assert old.is_dir()
            office.at("00:01", days=1)
            running.service.tick()
            assert [young] == list(office.home.evidence.iterdir())

    def test_a_day_of_work(self, office: Office) -> None:
        """Orders are pulled every 15 minutes; at noon the sync runs and the push after it, and the heart beats."""
        name, number = office.merchant.bought(TOTE)
        office.merchant.ali.ship([number])
        with Running(office) as running:
            running.wait_for("pull main", "sync main", "push main")
            for moment in ("11:59", "12:00", "12:01", "12:14", "12:15"):
                running.at(moment)
                if moment == "12:00":
                    running.wait_for("sync main", "push main")
        assert ["11:50", "12:00", "12:15"] == running.times("pull main")
        assert ["11:50", "12:00"] == running.times("sync main") == running.times("push main")
        assert [("00:00", 1, True), ("12:00", 1, True)] == office.runs("sync:main")
        assert "1 ready; the first push of a shop waits for you: dropferry push --yes" in running.history[2][1]
        assert ([], 2) == (office.merchant.fulfilments, office.heart.beats)
        assert "waits for you" in office.merchant.why(name)

    def test_what_a_sync_finds_is_pushed_at_once(self, office: Office) -> None:
        """Once the first yes was given, a number found at noon is with the store right after."""
        merchant = office.merchant
        merchant.sent(DRIPPER)
        merchant.push(yes=True)
        name, number = merchant.bought(TOTE)
        merchant.ali.ship([number])
        office.run_once()
        told = [each for each in merchant.fulfilments if each[0] == name]
        assert [(name, merchant.ali.order(number).parcels[0].number, "success")] == told

    def test_a_run_that_was_cut_short_by_a_crash_runs_again(self, office: Office) -> None:
        """A run that was begun and never ended counts as not run."""
        noon = datetime.combine(office.day, datetime.min.time(), UTC)
        with office.merchant.database.write() as session:
            session.add(JobRun(name="sync:main", slot=noon, started_at=noon))
        office.run_once()
        assert [("00:00", 2, True)] == office.runs("sync:main")

    @pytest.mark.long
    def test_stopped_between_sync_and_push(self, office: Office) -> None:
        """A number that was read just before the service was stopped goes out at the next start."""
        merchant = office.merchant
        merchant.sent(DRIPPER)
        merchant.push(yes=True)
        name, number = merchant.bought(TOTE)
        merchant.ali.ship([number])
        running = Running(office)
        running.browsing.progress = lambda what, *_: running.stop.set() if what == "tracking pages" else None
        with running:
            running.thread.join(PATIENCE)
        assert ([], 1) == ([each for each in merchant.fulfilments if each[0] == name], len(merchant.numbers(name)))
        with Running(office) as again:
            again.wait_for("push main")
        assert [] == again.times("sync main")
        assert 1 == sum(order == name for order, _, _ in merchant.fulfilments)

    def test_stopped_in_the_middle_of_a_sync(self, office: Office) -> None:
        """A sync that is stopped ends after the page at hand, without a heartbeat; the next start reads the rest of
        the same slot at once."""
        merchant = office.merchant
        office.config = office.config.model_copy(update={"sync": office.config.sync.model_copy(update={"tabs": 1})})
        numbers = [merchant.bought(TOTE)[1] for _ in range(5)]
        running = Running(office)
        running.browsing.progress = lambda what, done, _: (
            running.stop.set() if (what, done) == ("order pages", 2) else None
        )
        with running:
            running.thread.join(PATIENCE)
        assert ([("00:00", 1, False)], 0) == (office.runs("sync:main"), office.heart.beats)
        read = [number for number in numbers if merchant.ali_order(number).detail_read_at is not None]
        assert 2 <= len(read) < 5
        merchant.ali.page_loads.clear()
        with Running(office) as again:
            again.wait_for("sync main")
        assert ([("00:00", 2, True)], 1) == (office.runs("sync:main"), office.heart.beats)
        assert 5 - len(read) == merchant.ali.page_loads["detail"]


class TestUnpaid:
    """What stands unpaid is looked at again after a payment, and told before it is too late."""

    def unpaid(self, office: Office) -> tuple[str, str]:
        """An order that stands unpaid on AliExpress, read an hour ago, and a payment that may just have happened."""
        merchant = office.merchant
        name, number = merchant.bought_unpaid(TOTE)
        merchant.clock.wait(hours=-1)
        merchant.read(number)
        merchant.clock.wait(hours=1)
        return name, number

    def asked(self, office: Office) -> None:
        """A pay sheet was closed just now."""
        with office.merchant.database.write() as session:
            rechecks.ask_again(session, "main", office.merchant.clock())

    def test_it_is_read_again_after_5_and_30_minutes(self, office: Office) -> None:
        """The tab of unpaid orders is read at both times, through the browser's thread, and only then."""
        name, number = self.unpaid(office)
        with Running(office) as running:
            running.wait_for("sync main", "push main")
            self.asked(office)
            office.merchant.ali.pay([number])
            for moment in ("11:54", "11:56", "12:00", "12:19", "12:21", "12:30"):
                running.at(moment)
                if moment in ("11:56", "12:21"):
                    running.wait_for("recheck main")
                if moment == "12:00":
                    running.wait_for("sync main", "push main")
        assert ["11:56", "12:21"] == running.times("recheck main")
        told = [text for _, text in running.history if text.startswith("recheck main")]
        assert "recheck main: 1 order looked at, 1 paid, 0 unpaid" == told[0]
        assert "recheck main: nothing waits for payment, nothing to read" == told[1]
        assert Tab.AWAITING_SHIPMENT is office.merchant.tab(name)

    @pytest.mark.long
    def test_a_sync_is_a_look_as_well(self, office: Office) -> None:
        """What comes due while the service was away is done by the sync that makes up for it, and not once more."""
        self.unpaid(office)
        self.asked(office)
        office.at("12:40")
        with Running(office) as running:
            running.wait_for("sync main", "push main")
            running.at("12:41")
        assert [] == running.times("recheck main")
        with office.merchant.database.read() as session:
            assert [] == rechecks.waiting(session, "main")

    @pytest.mark.long
    def test_a_look_that_found_no_answer_is_tried_again(self, office: Office) -> None:
        """A site that does not answer is asked again after five minutes; the account is free for it."""
        self.unpaid(office)
        with Running(office) as running:
            running.wait_for("sync main", "push main")
            self.asked(office)
            office.merchant.ali.set_faults({"traffic_limit": True})
            running.at("11:56")
            running.wait_for("recheck main")
            office.merchant.ali.set_faults({"traffic_limit": None})
            running.at("11:59")
            running.at("12:01")
            running.wait_for("sync main", "push main")
            running.at("12:02")
        assert ["11:56"] == running.times("recheck main")
        with office.merchant.database.read() as session:
            (late,) = rechecks.waiting(session, "main")
        assert "12:20" == f"{late:%H:%M}"

    def test_alarms_are_told_once(self, office: Office) -> None:
        """A deadline that is near is told in the service's lines, once, however often it looks."""
        _, number = self.unpaid(office)
        with office.merchant.database.write() as session:
            row = session.exec(select(AliOrder).where(AliOrder.number == number)).one()
            row.pay_deadline = office.merchant.clock() + timedelta(hours=6, minutes=5)
            session.add(row)
        office.merchant.ali.set_faults({"no_deadline": True})
        with Running(office) as running:
            running.wait_for("sync main", "push main")
            for moment in ("11:52", "11:53", "11:56", "11:57", "11:58"):
                running.at(moment)
        alarms = [(when, text) for when, text in running.history if text.startswith("! AliExpress order")]
        assert ["11:50", "11:56"] == [when for when, _ in alarms]
        assert all(number in text for _, text in alarms)


class TestTrouble:
    """Trouble of one job stops no other, and passing trouble is tried again."""

    def test_again_after_5_15_and_45_minutes(self, office: Office) -> None:
        """A sync that did not come to its end is tried after 5, 15 and 45 minutes, and then at the next slot."""
        office.merchant.bought(TOTE)
        office.wait_seconds = 0.01
        with account_lock(office.home, "main", sandbox=True), Running(office) as running:
            running.wait_for("sync main")
            for moment in ("11:54", "11:55", "12:00", "12:04", "12:05", "12:19", "12:20", "13:04", "13:05", "14:00"):
                running.at(moment)
                if moment in ("11:55", "12:00", "12:05", "12:20", "13:05"):
                    running.wait_for("sync main")
        assert ["11:50", "11:55", "12:00", "12:05", "12:20", "13:05"] == running.times("sync main")
        assert [("00:00", 2, False), ("12:00", 4, False)] == office.runs("sync:main")
        assert 0 == office.heart.beats

    @pytest.mark.long
    def test_a_shop_that_lets_nobody_in(self, office: Office) -> None:
        """A wrong key is told with the fix and AliExpress is read all the same; the heart waits for the shop."""
        name, number = office.merchant.bought(TOTE)
        office.merchant.ali.ship([number])
        office.merchant.store.key, right = "another", office.merchant.store.key
        try:
            with Running(office) as running:
                pulled, synced, _ = running.wait_for("pull main", "sync main", "push main")
                assert "look both up in ShopBase" in pulled
                assert "1 new tracking number" in synced
                assert 0 == office.heart.beats
                office.merchant.store.key = right
                running.at("12:00")
                running.wait_for("pull main", "sync main", "push main")
        finally:
            office.merchant.store.key = right
        assert [("11:45", 1, False), ("12:00", 1, True)] == office.runs("pull:main")
        assert 1 <= office.heart.beats
        assert 1 == len(office.merchant.numbers(name))

    @pytest.mark.long
    def test_an_unanswered_push_is_tried_again_soon(self, office: Office) -> None:
        """A number that the store did not answer for is settled five minutes later, not twelve hours; then the heart
        beats once."""
        merchant = office.merchant
        merchant.sent(DRIPPER)
        merchant.push(yes=True)
        name, number = merchant.bought(TOTE)
        merchant.ali.ship([number])
        merchant.sandbox.world.set_faults({"shopbase_500_before": 1})
        with Running(office) as running:
            (line,) = running.wait_for("push main")
            assert "1 without an answer" in line
            running.at("11:54")
            assert ([], 0) == ([each for each in merchant.fulfilments if each[0] == name], office.heart.beats)
            running.at("11:55")
            running.wait_for("push main")
        assert 1 == sum(order == name for order, _, _ in merchant.fulfilments)
        assert (["11:50", "11:55"], 1) == (running.times("push main"), office.heart.beats)
        assert [("11:50", 2, True)] == office.runs("push:main")

    @pytest.mark.long
    def test_one_account_in_trouble_keeps_the_heart_silent(self, office: Office) -> None:
        """With two accounts the one that is signed out is named, the other one is read, and no heartbeat hides it."""
        both = {name: office.config.account("main") for name in ("main", "second")}
        office.config = office.config.model_copy(update={"accounts": both})
        office.merchant.bought(TOTE)
        theirs = Merchant(office.merchant.sandbox, office.merchant.clock, office.merchant.database, "second")
        theirs.bought(DRIPPER)
        (office.home.path / "aliexpress-cookies.json").rename(office.home.path / "kept.json")
        with Running(office) as running:
            lines = running.wait_for("sync main", "push main", "sync second")
        assert 'account "second" needs you: nobody is signed in any more' in lines[2]
        assert "dropferry login second" in lines[2]
        assert 0 == office.heart.beats

    @pytest.mark.long
    def test_an_account_in_use_is_waited_for_and_tried_again(self, office: Office) -> None:
        """While somebody else works in the account's browser the sync waits, names them, and is tried again soon."""
        office.merchant.bought(TOTE)
        office.wait_seconds = 0.2
        with account_lock(office.home, "main", sandbox=True), Running(office) as running:
            lines = running.wait_for("the browser of account", "sync main")
            assert "waiting for it" in lines[0]
            assert 'the browser of account "main" is in use by process' in lines[1]
        with Running(office) as running:
            running.at("11:55")
            running.wait_for("sync main")
        assert [("00:00", 2, True)] == office.runs("sync:main")

    def test_a_wait_ends_with_the_service(self, office: Office) -> None:
        """A service that waits for an account in use does not keep its own end waiting."""
        office.merchant.bought(TOTE)
        with account_lock(office.home, "main", sandbox=True):
            begun = time.monotonic()
            with Running(office) as running:
                running.wait_for("the browser of account")
            assert time.monotonic() - begun < 20

    def test_a_database_that_is_away_ends_nothing(self, office: Office, tmp_path: Path) -> None:
        """While the database cannot be opened every look says so and the service lives on."""
        office.merchant.database = Database(f"sqlite:///{tmp_path / 'nowhere' / 'x.db'}")
        with Running(office) as running:
            running.wait_for("shop main", "account main")
            (tmp_path / "nowhere").mkdir()
            open_database(f"sqlite:///{tmp_path / 'nowhere' / 'x.db'}").close()
            running.service.tick()
            running.wait_for("pull main", "sync main")
        office.merchant.database.close()

"""What there is to tell: what waits for a person, money, parcels, pages, jobs; and never a word of a buyer."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from bot.alarms import Alarm
from bot.buying_home import stop_buying
from bot.config import Config
from bot.db import Database
from bot.facts import Warn
from bot.holds import Hold
from bot.home import Home
from bot.models import AliOrder, Event, FulfillmentState, JobRun, Line, Parcel, Purchase, PurchaseState
from bot.notifying import digest, needs
from bot.notifying.jobs import jobs_in_trouble
from bot.notifying.notice import Notice, Weight
from bot.notifying.pages import pages_changed
from bot.notifying.words import HELD, QUIET, held_words
from bot.standing import restand
from flows.errors import Reason
from flows.values import AliStatus
from tests import rows
from tests.rows import NOW

CONFIG = Config.model_validate(
    {"shops": {"main": {"url": "https://one.onshopbase.com", "account": "main"}}, "accounts": {"main": {}}}
)
BUYER = {"name": "Jane Q. Doe", "address1": "12 Elm Street", "city": "Springfield", "phone": "+12025550123"}
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def none(_session: Session, _alarms: Iterable[Alarm]) -> set[str]:
    """Nothing was told before."""
    return set()


def standing(database: Database, home: Path, now: datetime = NOW) -> list[Notice]:
    """All troubles that stand."""
    with database.read() as session:
        return list(needs.standing(session, Home(home), CONFIG, now))


def purchase(session: Session, line: Line, **facts: Any) -> Purchase:
    """A purchase of a line that has no number yet."""
    assert line.id is not None
    row = Purchase(line_id=line.id, created_at=NOW, account="main", **facts)
    session.add(row)
    session.flush()
    return row


class TestPurchases:
    """What is held, and what may have been ordered."""

    def test_no_cause_tells_of_the_buyer(self, sqlite: Database, tmp_path: Path) -> None:
        """Every cause has its words, without what pages said of the buyer; one that passes by itself is not told."""
        said = {
            "detail": "asked Jane Q. Doe, page shows J. Doe",
            "problems": "12 Elm Street is too long",
            "what": "Jane",
        }
        data = {**said, "found": "5.90 USD", "asked": "4.00 USD", "pair": "USD/VND", "numbers": "8190123456789012"}
        causes = [cause for cause in (*Hold, *Reason) if cause is not Hold.OUTCOME_UNKNOWN]
        with sqlite.write() as session:
            for number, cause in enumerate(causes):
                _, (line,) = rows.order(session, name=f"#{number}", address=BUYER)
                purchase(session, line, state=PurchaseState.HELD, hold=cause, hold_data=data)
        told = {notice.about: notice for notice in standing(sqlite, tmp_path)}
        assert {f"{causes.index(cause)}/1" for cause in causes if cause not in QUIET} == set(told)
        text = " ".join(f"{notice.title} {notice.text}" for notice in told.values())
        assert [] == [word for word in ("Jane", "Doe", "Elm", "?", "{", "held back:") if word in text]
        assert "costs 5.90 USD instead of 4.00 USD: dropferry approve" in text
        assert {Weight.NEEDS_YOU} == {notice.level for notice in told.values()}

    def test_every_cause_has_words(self) -> None:
        """No cause is left out, and one that a later version adds is named all the same."""
        assert {*Hold, *Reason} - QUIET - {Hold.OUTCOME_UNKNOWN} == set(HELD)
        assert "held back: brand_new" == held_words("brand_new", {})

    @pytest.mark.parametrize(
        ("stands", "minutes", "is_told"),
        [
            ({"state": PurchaseState.INTENT}, 5, False),
            ({"state": PurchaseState.INTENT}, 31, True),
            ({"state": PurchaseState.HELD, "hold": Hold.OUTCOME_UNKNOWN}, 1, True),
            ({"state": PurchaseState.PLACED}, 60, False),
        ],
    )
    def test_unknown_outcomes(
        self, stands: dict[str, Any], minutes: int, is_told: bool, sqlite: Database, tmp_path: Path
    ) -> None:
        """What may have been ordered is told once nobody can be about to find it any more; what is placed is not."""
        with sqlite.write() as session:
            _, (line,) = rows.order(session, name="#1046")
            purchase(session, line, intent_at=NOW - timedelta(minutes=minutes), **stands)
        told = standing(sqlite, tmp_path)
        assert (["#1046 has perhaps been ordered"] if is_told else []) == [notice.title for notice in told]
        assert all("dropferry resolve 1046/1 --number N" in notice.text for notice in told)

    def test_buying_that_stopped_itself(self, sqlite: Database, tmp_path: Path) -> None:
        """That nothing is ordered any more is told with the reason and the way out."""
        home = Home(tmp_path)
        assert [] == standing(sqlite, tmp_path)
        stop_buying(home, "AliExpress order 8190123456789012 was paid at once, although the robot never pays")
        (notice,) = standing(sqlite, tmp_path)
        assert ("stop", "Buying is stopped") == (notice.key, notice.title)
        assert "8190123456789012 was paid at once" in notice.text
        assert "delete the file STOP" in notice.text


class TestOrders:
    """Money that comes back, orders that AliExpress ended, parcels that stand still."""

    def bought(self, database: Database, status: AliStatus, **facts: Any) -> tuple[int, str]:
        """An order that was bought; its id and the AliExpress number."""
        with database.write() as session:
            order, lines = rows.order(session, name="#1046", address=BUYER)
            ali = rows.bought(session, lines, status, **facts)
            assert order.id is not None
            restand(session, [order.id], NOW)
            return order.id, ali.number

    def one(self, database: Database, home: Path, now: datetime = NOW) -> Notice:
        """The only thing to tell."""
        (notice,) = standing(database, home, now)
        return notice

    @pytest.mark.parametrize(
        ("status", "words"),
        [
            (AliStatus.CANCELED, "was cancelled"),
            (AliStatus.EXPIRED, "was not paid in time"),
            (AliStatus.CLOSED, "was closed"),
            (AliStatus.REFUNDED, "back"),
        ],
    )
    def test_orders_that_ended(self, status: AliStatus, words: str, sqlite: Database, tmp_path: Path) -> None:
        """An AliExpress order that nothing comes of any more is told with its number and what to do."""
        order_id, number = self.bought(sqlite, status)
        notice = self.one(sqlite, tmp_path)
        assert (f"order:{order_id}", "#1046 needs you", Weight.NEEDS_YOU) == (notice.key, notice.title, notice.level)
        assert number in notice.text
        assert words in notice.text
        assert "dropferry reorder 1046/1" in notice.text

    def test_a_refund_is_told_by_its_words(self, sqlite: Database, tmp_path: Path) -> None:
        """A refund on a placed order needs the merchant; another word of AliExpress for it is told again."""
        _, number = self.bought(sqlite, AliStatus.SENT, refund_note="Refund is processing")
        first = self.one(sqlite, tmp_path)
        assert ("#1046", Weight.NEEDS_YOU) == (first.title, first.level)
        assert f"AliExpress shows a refund on order {number}" in first.text
        with sqlite.write() as session:
            ali = session.get_one(AliOrder, 1)
            ali.refund_note = "Refund successful"
            session.add(ali)
        assert first.key == self.one(sqlite, tmp_path).key
        assert first.fingerprint != self.one(sqlite, tmp_path).fingerprint

    @pytest.mark.parametrize(
        ("parcel", "code", "days"),
        [
            ({"number_seen_at": NOW}, Warn.NO_SCAN_LONG, 5),
            ({"number_seen_at": NOW, "scans": 2, "last_event_at": NOW}, Warn.NO_EVENT_LONG, 10),
        ],
    )
    def test_parcels_that_stand_still(
        self, parcel: dict[str, Any], code: Warn, days: int, sqlite: Database, tmp_path: Path
    ) -> None:
        """A parcel that nobody scans, or that stopped, is good to know; the days that pass make it no other trouble."""
        order_id, _ = self.bought(sqlite, AliStatus.SENT, sent_seen_at=NOW)
        with sqlite.write() as session:
            ali = session.get_one(AliOrder, 1)
            session.add(Parcel(ali_order_id=ali.id or 0, number="LP1CN", first_seen_at=NOW, **parcel))
        assert [] == standing(sqlite, tmp_path, NOW + days * DAY - HOUR)
        told = [self.one(sqlite, tmp_path, NOW + more * DAY) for more in (days, days + 3)]
        assert [(f"warning:{order_id}:{code}:LP1CN", Weight.INFO)] * 2 == [(each.key, each.level) for each in told]
        assert told[0].fingerprint == told[1].fingerprint
        assert "LP1CN" in told[0].text

    def test_parcels_and_money_that_cannot_wait(self, sqlite: Database, tmp_path: Path) -> None:
        """A parcel that goes back, and protection that ends, need the merchant; an order paid long ago without any
        number is good to know."""
        until = (NOW + 3 * DAY).date()
        self.bought(sqlite, AliStatus.SENT, protected_until=until, paid_on=(NOW - 6 * DAY).date())
        with sqlite.write() as session:
            ali = session.get_one(AliOrder, 1)
            session.add(Parcel(ali_order_id=ali.id or 0, first_seen_at=NOW, returned=True))
        told = {notice.key.split(":")[2]: notice.level for notice in standing(sqlite, tmp_path)}
        assert {
            Warn.RETURNED: Weight.NEEDS_YOU,
            Warn.PROTECTION_ENDS: Weight.NEEDS_YOU,
            Warn.NO_NUMBER_LONG: Weight.INFO,
        } == told

    def test_words_of_strangers_stay_at_home(self, sqlite: Database, tmp_path: Path) -> None:
        """What a page or ShopBase said is not sent anywhere; the command that shows it is."""
        self.bought(sqlite, AliStatus.SENT, trouble="order_detail: recipient: Jane Q. Doe")
        # Told once for all orders, from the run that met it.
        assert [] == standing(sqlite, tmp_path)
        with sqlite.write() as session:
            order, (line,) = rows.order(session, name="#1047")
            ali = rows.bought(session, [line], AliStatus.SENT)
            parcel = Parcel(ali_order_id=ali.id or 0, number="LP2CN", first_seen_at=NOW)
            session.add(parcel)
            session.flush()
            problem = "Jane Q. Doe is no valid name"
            rows.fulfilment(session, order, "LP2CN", [line], parcel, state=FulfillmentState.REFUSED, problem=problem)
            restand(session, [order.id or 0], NOW)
        texts = [notice.text for notice in standing(sqlite, tmp_path)]
        assert ["ShopBase refuses what it is told of it: dropferry show 1047"] == texts

    def test_old_troubles_are_no_news(self, sqlite: Database, tmp_path: Path) -> None:
        """What went wrong last year and was left lying is not told to somebody who begins to be told today."""
        self.bought(sqlite, AliStatus.CANCELED)
        assert 1 == len(standing(sqlite, tmp_path, NOW + 170 * DAY))
        assert [] == standing(sqlite, tmp_path, NOW + 190 * DAY)


class TestAlarms:
    """Unpaid orders near their deadline, and what the store changed."""

    def test_a_deadline_and_a_cancelled_order(self, sqlite: Database) -> None:
        """Each is a notice with a key of its own stage, whatever the service's own lines have told already."""
        with sqlite.write() as session:
            _, lines = rows.order(session, name="#1046")
            soon: dict[str, Any] = {"total_minor": 924, "currency": "USD", "pay_deadline": NOW + 5 * HOUR}
            ali = rows.bought(session, lines, AliStatus.UNPAID, **soon)
            gone, others = rows.order(session, name="#1047", address=BUYER)
            rows.bought(session, others, AliStatus.TO_SHIP)
            gone.cancelled_at = NOW
            session.add(Event(at=NOW, who="store", what="cancelled in store", order_id=gone.id))
            restand(session, [gone.id or 0], NOW)
        with sqlite.read() as session:
            pay, store = needs.alarms(session, CONFIG, NOW, none)
            known = {f"pay_by:main:{ali.number}:6"}
            (left,) = needs.alarms(session, CONFIG, NOW, lambda *_: known)
        assert (f"alarm:pay_by:main:{ali.number}:6", "Unpaid on AliExpress") == (pay.key, pay.title)
        assert f"AliExpress order {ali.number} (9.24 USD, for 1046/1) must be paid by" in pay.text
        assert ("#1047", store.key) == (store.title, left.key)
        assert "still stands: cancel it there, or ask for a refund" in store.text

    def test_alike_orders_are_one(self, sqlite: Database) -> None:
        """Orders that are due alike are one notice that remembers all of them."""
        with sqlite.write() as session:
            for _ in range(3):
                _, lines = rows.order(session)
                rows.bought(session, lines, AliStatus.UNPAID, total_minor=924, currency="USD")
        with sqlite.read() as session:
            (notice,) = needs.alarms(session, CONFIG, NOW + 21 * HOUR, none)
        assert (3, True) == (len(notice.keys), notice.text.startswith("3 AliExpress orders (27.72 USD)"))


class TestJobs:
    """Jobs that do not go on by themselves."""

    def run(self, database: Database, name: str, problem: str | None, at: datetime = NOW, **counts: Any) -> None:
        """One run that ended so."""
        with database.write() as session:
            ended: dict[str, Any] = {"started_at": at, "finished_at": at, "ok": problem is None, "problem": problem}
            session.add(JobRun(name=name, slot=at, counts=counts, **ended))

    def told(self, database: Database, home: Path, now: datetime = NOW) -> list[Notice]:
        """What is in trouble."""
        with database.read() as session:
            return [
                *pages_changed(session, Home(home), CONFIG),
                *jobs_in_trouble(session, CONFIG, now),
            ]

    def test_a_page_that_changed(self, sqlite: Database, tmp_path: Path) -> None:
        """Page and element are named, not what was found there; the picture that was kept is named for who wants it."""
        kept = "20261122T100000Z-abc123"
        self.run(sqlite, "sync:main", "PageChanged: order_list: card: <b>Jane Doe</b>", evidence=kept)
        (notice,) = self.told(sqlite, tmp_path)
        assert ("page:order_list: card", "A page of AliExpress has changed") == (notice.key, notice.title)
        assert 'The order list is not as it was ("card")' in notice.text
        assert "Jane" not in notice.text
        assert Home(tmp_path).evidence / kept / "page.jpg" == notice.picture
        self.run(sqlite, "sync:main", None, NOW + HOUR)
        assert [] == self.told(sqlite, tmp_path)

    def test_one_notice_however_many_orders(self, sqlite: Database, tmp_path: Path) -> None:
        """Orders and jobs that met the same element are one notice; a run that saw no page leaves it standing."""
        changed = {"order_detail: status": 40, "tracking: parcels.#.number": 1}
        self.run(sqlite, "sync:main", "8190: order_detail: status: unknown", pages_changed=changed)
        self.run(
            sqlite, "recheck:main", "8191: order_detail: status: unknown", pages_changed={"order_detail: status": 2}
        )
        first = self.told(sqlite, tmp_path)
        assert ["page:order_detail: status", "page:tracking: parcels.#.number"] == [each.key for each in first]
        assert "so this waits: reading orders and placing" in first[0].text
        assert first[0].text.endswith("(42 orders could not be read)")
        assert first[1].text.endswith("(1 order could not be read)")
        self.run(sqlite, "sync:main", "TryLater: no answer", NOW + HOUR)
        assert first == self.told(sqlite, tmp_path)
        self.run(sqlite, "sync:main", None, NOW + 2 * HOUR, pages_changed={})
        self.run(sqlite, "recheck:main", None, NOW + 2 * HOUR)
        assert [] == self.told(sqlite, tmp_path)

    def test_a_shop_that_lets_nobody_in(self, sqlite: Database, tmp_path: Path) -> None:
        """A key that is not right any more is told with the command, and not what ShopBase answered."""
        self.run(sqlite, "pull:main", "ShopCredentials: GET /admin/orders.json: 401 for jane@x.org")
        (notice,) = self.told(sqlite, tmp_path)
        assert 'ShopBase does not let dropferry into shop "main"' == notice.title
        assert "dropferry secret set main-shopbase-key" in notice.text
        assert "jane" not in notice.text

    def test_silence_for_a_day(self, sqlite: Database, tmp_path: Path) -> None:
        """Trouble that passes by itself is told once it has not passed for a day, and once for that silence."""
        self.run(sqlite, "pull:main", None, NOW - 2 * HOUR)
        for hours in (0, 12, 23):
            self.run(sqlite, "pull:main", "ShopUnavailable: no answer", NOW + hours * HOUR)
        assert [] == self.told(sqlite, tmp_path, NOW + 21 * HOUR)
        first, again = (self.told(sqlite, tmp_path, NOW + hours * HOUR) for hours in (23, 40))
        assert "pulling orders (main): has not gone well for a day" == first[0].title
        assert first[0].fingerprint == again[0].fingerprint

    def test_what_an_account_waits_for_is_told_as_that(self, sqlite: Database, tmp_path: Path) -> None:
        """A job that needs a person is no second trouble."""
        self.run(sqlite, "sync:main", "PersonNeeded: captcha", NOW - 3 * DAY)
        assert [] == self.told(sqlite, tmp_path)


class TestDigest:
    """What was done since the last one."""

    def text(self, database: Database) -> list[str]:
        """The lines of a digest."""
        with database.read() as session:
            notice = digest.digest(session, CONFIG, NOW, NOW - DAY)
        assert (Weight.DIGEST, "What dropferry did") == (notice.level, notice.title)
        return notice.text.splitlines()[1:]

    def test_a_day_of_work(self, sqlite: Database) -> None:
        """Runs, orders, numbers and mails are added up; what waits, for whom and how much, stands below."""
        jobs = TestJobs()
        jobs.run(sqlite, "pull:main", None, NOW - 2 * DAY, new=50)
        jobs.run(sqlite, "pull:main", None, NOW - 3 * HOUR, new=2)
        jobs.run(sqlite, "pull:main", "ShopUnavailable: no answer", NOW - 2 * HOUR)
        jobs.run(sqlite, "sync:main", None, NOW - HOUR, numbers=1)
        jobs.run(sqlite, "push:main", None, NOW, told={"sent": 3, "mailed": 1})
        with sqlite.write() as session:
            order, lines = rows.order(session)
            rows.bought(session, lines, AliStatus.UNPAID, total_minor=924, currency="USD")
            restand(session, [order.id or 0], NOW)
            rows.order(session)
            session.add(Event(at=NOW - HOUR, who="robot", what="placed", order_id=order.id))
        assert [
            "- fetched orders from ShopBase 2 times",
            "- read AliExpress 1 time",
            "- 1 run had trouble",
            "- 2 new orders",
            "- 1 AliExpress order placed",
            "- 1 new tracking number",
            "- 3 fulfilments told to ShopBase",
            "- 1 buyer mailed",
            "",
            "Now:",
            "- 1 order waits to be ordered",
            "- 1 order waits for your payment: 9.24 USD",
        ] == self.text(sqlite)

    def test_a_day_of_nothing(self, sqlite: Database) -> None:
        """A day on which nothing ran says so: that is what the digest is for."""
        assert ["- nothing: no job has run", "", "Now:", "- no order waits for anything"] == self.text(sqlite)

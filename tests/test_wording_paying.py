"""The words of paying: how long, until when, what came of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.alarms import AlarmKind, pay_alarms
from bot.paying import NotToPay, Settled, Unpaid
from bot.wording import when
from bot.wording_alarms import alarm_sentence, amounts, span
from bot.wording_paying import WHY_NOT, asked, not_to_pay, settled_lines, unread_line, until
from tests.rows import NOW
from tests.test_paying import HOUR, brl, unpaid, usd
from tests.test_wording import INSIDE

ORDER = unpaid(usd(924), number="8190000000000001", lines=("1046/1", "1046/2"))
WWW = "https://www.aliexpress.com"


@pytest.mark.parametrize(
    ("much", "text"),
    [
        (timedelta(seconds=-5), "0 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (HOUR, "1 h"),
        (47 * HOUR, "47 h"),
        (48 * HOUR, "2 days"),
        (287 * HOUR, "11 days"),
    ],
)
def test_how_long(much: timedelta, text: str) -> None:
    """Minutes, hours, then days, never more than there are."""
    assert text == span(much)


def test_until_when() -> None:
    """A deadline with what is left of it; without one how old the order is; one that is over says so."""
    deadline = NOW + 5 * HOUR
    assert f"{when(deadline)}, 5 h left" == until(replace(ORDER, deadline=deadline), NOW)
    assert f"{when(deadline)}, which is over" == until(replace(ORDER, deadline=deadline), deadline)
    assert "unknown, 1 h old" == until(ORDER, NOW)


def test_amounts_side_by_side() -> None:
    """One for each currency, and words for none."""
    assert "31.93 BRL + 9.24 USD" == amounts([brl(3193), usd(924)])
    assert "amount not known" == amounts([])
    assert ("9.24 USD", "9.24 USD (was 9.00 USD)", "?") == (
        asked(ORDER),
        asked(replace(ORDER, quoted=usd(900))),
        asked(replace(ORDER, amount=None)),
    )


@pytest.mark.parametrize("why", list(NotToPay))
def test_why_not_to_pay(why: NotToPay) -> None:
    """Each cause has its words, and the page to cancel the order on."""
    line = not_to_pay(replace(ORDER, not_to_pay=why), WWW)
    assert f"do not pay 8190000000000001, 9.24 USD, for 1046/1, 1046/2 ({WHY_NOT[why]})" in line
    assert line.endswith(f"{WWW}/p/order/detail.html?orderId=8190000000000001")


def test_what_came_of_it() -> None:
    """Paid beside expected in each currency, nothing as nothing, then a line for each kind that needs a look."""
    settled = Settled(
        expected=(brl(100), usd(924)),
        paid=(usd(900),),
        still=(ORDER,),
        checking=(ORDER, ORDER),
        over=(ORDER,),
        unread=(ORDER,),
        also=(ORDER,),
    )
    lines = list(settled_lines(settled))
    assert ["paid 0.00 BRL, expected 1.00 BRL", "paid 9.00 USD, expected 9.24 USD"] == lines[:2]
    assert "not paid: 8190000000000001 (9.24 USD, 1046/1, 1046/2)" == lines[2]
    assert lines[3].count("8190000000000001") == 2
    assert 7 == len(lines)
    assert [] == [line for line in lines if INSIDE.search(line)]
    assert ["paid 9.24 USD, expected 0.00 USD"] == list(settled_lines(Settled((), (usd(924),))))


def test_what_nobody_has_read() -> None:
    """One and several are told apart."""
    assert "1 AliExpress order was not read yet" in unread_line(["1"])
    assert "2 AliExpress orders were not read yet" in unread_line(["1", "2"])


@pytest.mark.parametrize("kind", [AlarmKind.PAY_BY, AlarmKind.PAY_SOON])
@pytest.mark.parametrize("count", [1, 3])
def test_alarms_are_sentences(kind: AlarmKind, count: int) -> None:
    """An alarm names the amount, the time and the command, for one order and for several."""
    facts = {"deadline": NOW + HOUR} if kind is AlarmKind.PAY_BY else {"since": NOW - 21 * HOUR}
    orders = [unpaid(usd(100), **facts) for _ in range(count)]
    (alarm,) = pay_alarms(orders, NOW)
    line = alarm_sentence(alarm, NOW)
    assert f"{count}.00 USD" in line
    assert ("1 h left" if kind is AlarmKind.PAY_BY else "21 h") in line
    assert line.endswith("dropferry pay --open")
    assert (orders[0].number in line) == (count == 1)
    assert INSIDE.search(line) is None
    assert "{" not in line


def test_an_amount_that_nobody_knows() -> None:
    """An alarm of an order without an amount says that, and not nothing."""
    (alarm,) = pay_alarms([Unpaid("main", "1", NOW - 21 * HOUR, ("1046/1",))], NOW)
    assert "(amount not known, for 1046/1)" in alarm_sentence(alarm, NOW)

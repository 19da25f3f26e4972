"""Fulfilling by hand: with and without a tracking number."""

import pytest

from bot.errors import ConfigError
from bot.facts import Tab
from bot.finding import NotFoundError
from bot.jobs.by_hand import NotFulfilledError
from bot.sandbox.shop_goods import CATALOGUE, TIP
from tests.merchant import Merchant, empty_database_fixture, merchant_fixture, stand_ins_fixture  # noqa: F401

TOTE, DRIPPER = ((goods, 1) for goods in CATALOGUE[:2])


def test_with_a_number(merchant: Merchant) -> None:
    """All that is left of an order is told with the number typed, cleaned of blanks, and the buyer is mailed."""
    name = merchant.sell((CATALOGUE[7], 3), DRIPPER, (TIP, 1)).name
    merchant.pull()
    done = merchant.fulfil(name, "rb 123 456 789 sg", "United States Postal Service")
    assert {
        "order": name,
        "number": "RB123456789SG",
        "carrier": "USPS",
        "lines": {"1": 3, "2": 1},
        "mailed": True,
    } == done.as_json()
    said = "fulfilled 3 of line 1, 1 of line 2 with RB123456789SG (USPS); ShopBase mails the buyer"
    assert f"{name}: {said}" == done.line
    assert [(name, "RB123456789SG", "success")] == merchant.fulfilments
    assert [("Shipping confirmation", "RB123456789SG")] == merchant.mails
    assert Tab.FULFILLED is merchant.tab(name)


def test_without_a_number(merchant: Merchant) -> None:
    """Without a tracking number the line is fulfilled with none, and nothing more is left of it."""
    name = merchant.sell(TOTE, DRIPPER).name
    merchant.pull()
    done = merchant.fulfil(f"{name}/2")
    assert ("fulfilled 1 of line 2 without a tracking number" in done.line, None) == (True, done.number)
    assert [(name, "", "success")] == merchant.fulfilments
    assert (Tab.AWAITING_ORDER, "", "sent") == (merchant.tab(name), *merchant.told()[0][::2])
    with pytest.raises(NotFulfilledError, match="nothing is left to fulfil"):
        merchant.fulfil(f"{name}/2", "RB123456789SG", "USPS")
    assert 1 == len(merchant.fulfilments)


def test_line_after_line(merchant: Merchant) -> None:
    """Each line may have its own number, and two lines the same one."""
    name = merchant.sell(TOTE, DRIPPER).name
    merchant.pull()
    merchant.fulfil(f"{name}/1", "RB123456789SG", "Singapore Post")
    merchant.fulfil(f"{name}/2", "RB123456789SG", "Singapore Post")
    assert [(name, "RB123456789SG", "success")] * 2 == merchant.fulfilments
    assert Tab.FULFILLED is merchant.tab(name)


def test_refunded_pieces_are_not_sent(merchant: Merchant) -> None:
    """A store that refuses is quoted, and nothing is taken for done."""
    order = merchant.sell((CATALOGUE[7], 3))
    merchant.pull()
    merchant.store.refund(order.id, {order.lines[0].id: 1})
    merchant.pull()
    with pytest.raises(NotFulfilledError, match="ShopBase did not take it: If an order is refunded"):
        merchant.fulfil(order.name, "RB123456789SG", "USPS")
    assert ([], []) == (merchant.fulfilments, merchant.mails)


def test_what_the_store_did_in_the_meantime_counts(merchant: Merchant) -> None:
    """A line that was fulfilled elsewhere since the last pull is not fulfilled again."""
    order = merchant.sell(TOTE)
    merchant.pull()
    with merchant.shopbase() as client:
        client._calls.call("POST", f"/admin/orders/{order.id}/fulfillments.json", body={"fulfillment": {}}, again=False)
    with pytest.raises(NotFulfilledError, match="nothing is left"):
        merchant.fulfil(order.name, "RB123456789SG", "USPS")
    assert 1 == len(merchant.fulfilments)


@pytest.mark.parametrize("number", ["RB123456789SG", None])
@pytest.mark.parametrize("fault", ["shopbase_lost", "shopbase_500_after"])
def test_an_answer_that_was_lost_is_looked_up_at_once(merchant: Merchant, fault: str, number: str | None) -> None:
    """The store did it and could not say so: one look proves it, and nothing is left unsettled."""
    name = merchant.sell(TOTE).name
    merchant.pull()
    merchant.sandbox.world.set_faults({fault: 1})
    done = merchant.fulfil(name, number, "USPS" if number else None)
    assert (number, {1: 1}) == (done.number, done.lines)
    assert [(name, number or "", "success")] == merchant.fulfilments
    assert ["sent"] == [state for _, _, state in merchant.told()]
    assert 1 == len(merchant.mails)


def test_nothing_done_and_no_answer(merchant: Merchant) -> None:
    """The store did nothing: that is said, and doing it again does it once."""
    name = merchant.sell(TOTE).name
    merchant.pull()
    merchant.sandbox.world.set_faults({"shopbase_500_before": 1})
    with pytest.raises(NotFulfilledError, match="gave no answer and does not have it") as caught:
        merchant.fulfil(name, "RB123456789SG", "USPS")
    assert ("do it again", []) == (caught.value.fix, merchant.told())
    merchant.fulfil(name, "RB123456789SG", "USPS")
    assert ([(name, "RB123456789SG", "success")], 1) == (merchant.fulfilments, len(merchant.mails))


def test_while_pushing_is_off(merchant: Merchant) -> None:
    """With live_push off nothing is sent, and the line to change is named."""
    merchant.config = merchant.configured(live_push=False)
    name = merchant.sell(TOTE).name
    merchant.pull()
    merchant.store.calls.clear()
    with pytest.raises(ConfigError, match="live_push is off") as caught:
        merchant.fulfil(name, "RB123456789SG", "USPS")
    assert "set live_push = true under [shops.main]" in caught.value.fix
    assert [] == merchant.store.calls


@pytest.mark.parametrize(("typed", "number", "says"), [
    ("1001", "RB 12", '"RB 12" is no tracking number'),
    ("1001", "RB123456789SG!", "is no tracking number"),
    ("1009", "RB123456789SG", "there is no order 1009"),
    ("1001/3", "RB123456789SG", "order #1001 has no line 3"),
    ("1001/2", "RB123456789SG", "line 2 of order #1001 is nothing that is sent"),
])  # fmt: skip
def test_what_cannot_be(merchant: Merchant, typed: str, number: str, says: str) -> None:
    """A number that is none, an order or a line that is not there: named, and the store is not asked."""
    merchant.sell(TOTE, (TIP, 1))
    merchant.pull()
    merchant.store.calls.clear()
    with pytest.raises((NotFulfilledError, NotFoundError)) as caught:
        merchant.fulfil(typed, number, "USPS")
    assert says in caught.value.what
    assert [] == merchant.store.calls

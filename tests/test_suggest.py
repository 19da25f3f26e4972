"""Suggestions: what was bought by hand is found, and never ticked where a second answer is possible."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext
from sqlmodel import select

from bot.jobs import suggest
from bot.jobs.suggest import accept, find_suggestions
from bot.mapping import variant_of
from bot.models_buying import Mapping
from bot.sandbox.shop_goods import CATALOGUE, SA, VN
from bot.suggesting import Suggestion
from tests.merchant import (  # noqa: F401
    Merchant,
    context_fixture,
    empty_database_fixture,
    merchant_fixture,
    one_context_fixture,
    stand_ins_fixture,
)

TOTE, DRIPPER, STAND = ((goods, 1) for goods in CATALOGUE[:3])


def look(merchant: Merchant, context: BrowserContext) -> list[Suggestion]:
    """What is found on AliExpress for the open lines."""
    return find_suggestions(
        merchant.database,
        context,
        merchant.sandbox.site,
        merchant.config,
        account=merchant.account,
        clock=merchant.clock,
    )


def take(merchant: Merchant, found: list[Suggestion]) -> int:
    """Accept the sure ones."""
    with merchant.database.write() as session:
        return accept(session, found, merchant.account, merchant.clock())


def told(found: list[Suggestion]) -> dict[str, str | None]:
    """What is sure, by order and line."""
    return {f"{each.line.order}/{each.line.position}": each.sure for each in found}


def test_sure_ones_are_tied_in_one_go(merchant: Merchant, context: BrowserContext) -> None:
    """Orders for buyers in three scripts are found by recipient, phone, quantity and day, and tied; then nothing is
    left to suggest."""
    for place in (VN, SA):
        merchant.sell(DRIPPER, place=place)
    merchant.sell((CATALOGUE[4], 2))
    merchant.pull()
    bought = {name: merchant.buy(name)[0] for name in ("#1001", "#1002", "#1003")}
    found = look(merchant, context)
    assert {f"{name}/1": number for name, number in bought.items()} == told(found)
    assert 3 == take(merchant, found)
    assert list(bought.values()) == [merchant.line(name)["ali_order_id"] for name in bought]
    assert [] == look(merchant, context)


def test_two_candidates_are_never_ticked(merchant: Merchant, context: BrowserContext) -> None:
    """Two lines of one order that were bought in two AliExpress orders of the same quantity may be either: both are
    shown for each, and accepting ties nothing."""
    order = merchant.sell(TOTE, DRIPPER)
    merchant.pull()
    numbers = merchant.buy(order.name)
    assert 2 == len(numbers)
    found = look(merchant, context)
    assert {f"{order.name}/1": None, f"{order.name}/2": None} == told(found)
    assert [set(numbers)] * 2 == [set(each.candidates) for each in found]
    assert 0 == take(merchant, found)
    assert None is merchant.line(order.name)["ali_order_id"]


def test_what_a_line_is_mapped_to_is_what_is_looked_for(merchant: Merchant, context: BrowserContext) -> None:
    """Proves that an order for another product than the mapped one is shown and not ticked, and the mapped one is."""
    for _ in range(2):
        merchant.sell(TOTE)
    merchant.pull()
    bought = [merchant.buy(name)[0] for name in ("#1001", "#1002")]
    product = TOTE[0].ali_item_id
    with merchant.database.write() as session:
        mapping = Mapping(shop="main", variant_id=variant_of(session, "1001/1", None)[1], created_at=merchant.clock())
        mapping.product_id = str(int(product) + 1)
        session.add(mapping)
    assert {"#1001/1": None, "#1002/1": None} == told(look(merchant, context))
    with merchant.database.write() as session:
        session.exec(select(Mapping)).one().product_id = product
    assert {"#1001/1": bought[0], "#1002/1": bought[1]} == told(look(merchant, context))
    with merchant.database.write() as session:
        session.exec(select(Mapping)).one().ignored = True
    assert [] == look(merchant, context)


def test_two_orders_of_one_buyer_are_never_ticked(merchant: Merchant, context: BrowserContext) -> None:
    """Two equal orders of the same buyer, both bought: neither is sure."""
    first, second = merchant.sell(TOTE), merchant.sell(TOTE)
    second.address = first.address
    merchant.pull()
    numbers = {merchant.buy(first.name)[0], merchant.buy(second.name)[0]}
    found = look(merchant, context)
    assert {"#1001/1": None, "#1002/1": None} == told(found)
    assert numbers == {number for each in found for number in each.candidates}


@pytest.mark.long
def test_what_is_tied_already_is_no_candidate(merchant: Merchant, context: BrowserContext) -> None:
    """A number that belongs to another line leaves the other one sure."""
    first, second = merchant.sell(TOTE), merchant.sell(TOTE)
    second.address = first.address
    merchant.pull()
    taken, free = merchant.buy(first.name)[0], merchant.buy(second.name)[0]
    merchant.link(first.name, taken)
    assert {"#1002/1": free} == told(look(merchant, context))


@pytest.mark.long
def test_a_page_that_cannot_be_read_may_be_a_second_answer(merchant: Merchant, context: BrowserContext) -> None:
    """Of two orders that may fit, one has an unreadable page: the other one is not taken for sure."""
    order = merchant.sell(TOTE)
    merchant.pull()
    merchant.sandbox.world.buy(order.name, merchant.account)
    merchant.sandbox.world.buy(order.name, merchant.account)
    seen, hidden = merchant.sandbox.world.bought[order.name]
    faults = {"only_orders": [hidden], "only_answers": ["detail"], "missing_block": "detail_order_status_block"}
    merchant.ali.set_faults(faults)
    (each,) = look(merchant, context)
    assert (None, {seen, hidden}) == (each.sure, set(each.candidates))
    # Cancelled orders cannot be meant: with the unreadable one out of the way the answer is sure.
    merchant.ali.cancel([hidden])
    assert {f"{order.name}/1": seen} == told(look(merchant, context))


@pytest.mark.long
def test_orders_that_the_walk_did_not_reach_may_be_second_answers(
    merchant: Merchant, context: BrowserContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the account holds more orders than are looked at, only what is newer than the end of the walk is sure."""
    day = timedelta(days=1)
    old = merchant.sell(TOTE, created=merchant.clock() - 5 * day)
    merchant.pull()
    (number,) = merchant.sandbox.world.buy(old.name, merchant.account)[old.name]
    assert {f"{old.name}/1": number} == told(look(merchant, context))
    merchant.ali.bulk(30, merchant.account, at=merchant.clock() - 2 * day)
    monkeypatch.setattr(suggest, "DETAILS_AT_MOST", 8)
    (each,) = look(merchant, context)
    assert (None, (number,)) == (each.sure, each.candidates)


def test_another_buyer_quantity_or_day_does_not_fit(merchant: Merchant, context: BrowserContext) -> None:
    """Orders for other people, of another quantity or from before the sale are not suggested."""
    order = merchant.sell((CATALOGUE[0], 2))
    merchant.pull()
    stranger = merchant.sell((CATALOGUE[0], 2))
    merchant.sandbox.world.buy(stranger.name, merchant.account)
    (early,) = merchant.buy(order.name)
    merchant.ali.orders[early].created_at -= timedelta(days=3)
    assert [] == look(merchant, context)
    order.lines[0].quantity = 3
    merchant.sandbox.world.buy(order.name, merchant.account)
    assert [] == look(merchant, context)


def test_nothing_open_loads_no_page(merchant: Merchant, context: BrowserContext, tmp_path: Path) -> None:
    """Where nothing is open, AliExpress is not asked at all."""
    merchant.bought(TOTE)
    merchant.ali.page_loads.clear()
    assert ([], {}) == (look(merchant, context), dict(merchant.ali.page_loads))

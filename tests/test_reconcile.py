"""Which order a press made: by real cards of the order list in both directions, by invented ones where they lack it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import BrowserContext

from bot.parcels import US_OFFSET
from bot.reconcile import Asked, Seen, Verdict, holds, may_be_for, reconcile
from flows.pages import order_detail, order_list
from flows.tab import close_tab
from flows.values import AliLine, Recipient
from tests.reading import real_data, real_text

HERE = Recipient(
    name="Nguyen Van Duc", phone="+84 912000111", country_code="VN", address="25 Hang Bong", region="Ha Noi",
    post_code="100000",
)  # fmt: skip
ASKED = Asked(
    product_id="1005006", sku_id="12000038", quantity=2, known_number="8210000000000000",
    pressed_on=date(2026, 11, 22), recipient="Nguyễn Văn Đức", phone="+84912000111", country="VN", post_code="100000",
)  # fmt: skip
LINE = AliLine(product_id="1005006", sku_id="12000038", title="Bag", quantity=2)
NEW, NEWER = "8210000000000001", "8210000000000002"


def seen(number: str = NEW, *, lines: Sequence[AliLine] = (LINE,), **facts: Any) -> Seen:
    """An order of the day of the press that holds what was asked for."""
    return Seen(number, facts.pop("on", ASKED.pressed_on), tuple(lines), **facts)


def part(quantity: int) -> AliLine:
    """Some of what was asked for."""
    return LINE.model_copy(update={"quantity": quantity})


@pytest.fixture(name="real")
def real_fixture(shared: Path) -> list[Seen]:
    """The ten orders of the real list, newest first."""
    read = order_list.from_answer(real_data(shared, "order-list.json"))
    return [Seen(each.order_id, each.ordered_on, each.lines, each.status) for each in read.orders]


def asked_for(order: Seen, known: str | None) -> Asked:
    """A press that would have made this order, after the number `known`."""
    line = order.lines[0]
    assert line.sku_id is not None
    assert order.ordered_on is not None
    return replace(
        ASKED, product_id=line.product_id, sku_id=line.sku_id, quantity=line.quantity, known_number=known,
        pressed_on=order.ordered_on,
    )  # fmt: skip


def test_each_real_order_is_found_by_what_was_asked(real: list[Seen]) -> None:
    """Proves that each card of the real list is found by its product, SKU, quantity and day, and by no other's."""
    for order in real:
        others = [each.number for each in real if each is not order]
        below = str(int(order.number) - 1)
        assert Verdict(found=(order.number,)) == reconcile(asked_for(order, below), real, set(others))
        assert Verdict() == reconcile(asked_for(order, below), [each for each in real if each is not order], set())


def test_copied_card_is_found_as_it_is_drawn(context: BrowserContext, shared: Path) -> None:
    """Proves for a card that is drawn alone, whose SKU has no id, that product, quantity and day decide."""
    page = context.new_page()
    page.set_content(real_text(shared, "order-card.copy.html"))
    (card,) = order_list.from_page(page).orders
    close_tab(page)
    drawn = [Seen(card.order_id, card.ordered_on, card.lines, card.status)]
    wanted = replace(
        ASKED, product_id="1005000000000001", quantity=1, known_number=str(int(card.order_id) - 1),
        pressed_on=date(2026, 4, 17),
    )  # fmt: skip
    assert Verdict(found=("8000000000000001",)) == reconcile(wanted, drawn, set())
    others = [
        replace(wanted, product_id="1005000000000002"),
        replace(wanted, known_number=card.order_id),
        replace(wanted, pressed_on=date(2026, 4, 20)),
    ]
    assert [Verdict()] * 3 == [reconcile(other, drawn, set()) for other in others]
    assert Verdict() == reconcile(wanted, drawn, {card.order_id})
    assert () == reconcile(replace(wanted, quantity=2), drawn, set()).found


def test_real_order_that_is_known_or_owned_is_never_found(real: list[Seen]) -> None:
    """Proves the other direction: a number from before the press, or one that has an owner, is nobody else's."""
    newest = real[0]
    assert Verdict() == reconcile(asked_for(newest, newest.number), real, set())
    assert Verdict() == reconcile(asked_for(newest, None), real, {newest.number})


def test_two_real_candidates_are_a_question(real: list[Seen]) -> None:
    """Proves that two cards that both fit are never decided by the robot."""
    newest = real[0]
    twin = replace(newest, number=str(int(newest.number) + 20_000))
    verdict = reconcile(asked_for(newest, None), [*real, twin], set())
    assert Verdict(unclear=tuple(sorted((newest.number, twin.number)))) == verdict


def test_real_recipient_decides_where_the_card_cannot(real: list[Seen], shared: Path) -> None:
    """Proves that the recipient of the real detail page excludes an order that goes to somebody else."""
    detail = order_detail.from_answer(real_data(shared, "order-detail.json"), None)
    assert detail.recipient is not None
    order = Seen(detail.order_id, detail.ordered_on, detail.lines, detail.status, detail.recipient)
    wanted = asked_for(order, None)
    assert Verdict() == reconcile(wanted, [order], set())
    to = detail.recipient
    theirs = replace(wanted, recipient=to.name, phone=to.phone, country=to.country_code, post_code=to.post_code)
    assert Verdict(found=(order.number,)) == reconcile(theirs, [order], set())


@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        ([], Verdict()),
        ([seen()], Verdict(found=(NEW,))),
        ([seen(recipient=HERE)], Verdict(found=(NEW,))),
        ([seen(recipient=HERE.model_copy(update={"name": "Somebody Else"}))], Verdict()),
        ([seen(recipient=HERE.model_copy(update={"phone": "+84 900000000", "post_code": "9"}))], Verdict()),
        ([seen("8210000000000000")], Verdict()),
        ([seen(on=None)], Verdict(found=(NEW,))),
        ([seen(on=ASKED.pressed_on - timedelta(days=2))], Verdict(found=(NEW,))),
        ([seen(on=ASKED.pressed_on - timedelta(days=3))], Verdict()),
        ([seen(lines=[LINE.model_copy(update={"product_id": "1005007"})])], Verdict()),
        ([seen(lines=[LINE.model_copy(update={"sku_id": "12000039"})])], Verdict()),
        ([seen(lines=[LINE.model_copy(update={"sku_id": None})])], Verdict(found=(NEW,))),
        ([seen(lines=[LINE.model_copy(update={"product_id": str(1005006 + US_OFFSET)})])], Verdict(found=(NEW,))),
        ([seen(lines=[])], Verdict(unclear=(NEW,))),
        ([seen(lines=[part(1)])], Verdict(unclear=(NEW,))),
        ([seen(lines=[part(3)])], Verdict(unclear=(NEW,))),
        ([seen(lines=[part(1)]), seen(NEWER, lines=[part(1)])], Verdict(found=(NEW, NEWER))),
        ([seen(lines=[part(1)]), seen(NEWER, lines=[part(2)])], Verdict(unclear=(NEW, NEWER))),
        ([seen(), seen(NEWER)], Verdict(unclear=(NEW, NEWER))),
        ([seen(), seen(NEWER, lines=[])], Verdict(unclear=(NEW, NEWER))),
        ([seen(), seen(NEWER, recipient=HERE.model_copy(update={"name": "X"}))], Verdict(found=(NEW,))),
    ],
)  # fmt: skip
def test_verdict(orders: list[Seen], expected: Verdict) -> None:
    """Proves for each kind of sight whether it is found, asked about, or nothing."""
    assert expected == reconcile(ASKED, orders, set())


SIGHTS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.booleans()), max_size=5, unique_by=lambda o: o[0])


@given(SIGHTS, st.sets(st.integers(0, 5)))
def test_what_is_owned_or_older_is_never_named(orders: list[tuple[int, int, bool]], owned: set[int]) -> None:
    """Proves over many lists that neither verdict ever names a number that is owned or was known before the press."""
    sights = [
        seen(str(8210000000000000 + number - 1), lines=[part(count)] if count else [], recipient=HERE if told else None)
        for number, count, told in orders
    ]
    has_owner = {str(8210000000000000 + number - 1) for number in owned}
    verdict = reconcile(ASKED, sights, has_owner)
    named = {*verdict.found, *verdict.unclear}
    assert not named & has_owner
    assert all(int(number) > int(ASKED.known_number or 0) for number in named)
    assert not (verdict.found and verdict.unclear)


@pytest.mark.parametrize(
    ("recipient", "expected"),
    [
        (HERE, True),
        (HERE.model_copy(update={"name": "DUC NGUYEN VAN"}), True),
        (HERE.model_copy(update={"phone": "+84 1"}), True),
        (HERE.model_copy(update={"name": "Anh Duc"}), True),
        (HERE.model_copy(update={"phone": "+84 1", "post_code": "5"}), False),
        (HERE.model_copy(update={"name": "Anh Duc", "phone": "+84 1"}), False),
    ],
)
def test_bought_by_hand_may_be_typed_otherwise(recipient: Recipient, expected: bool) -> None:
    """Proves that the phone alone is enough to ask a person, a name alone is not."""
    assert expected == may_be_for(ASKED, recipient)


def test_any_line_of_an_order_counts() -> None:
    """Proves that what is looked for may stand beside other things."""
    other = AliLine(product_id="1005009", sku_id="1", title="Hat", quantity=1)
    assert holds([other, LINE], "1005006", "12000038")
    assert not holds([other], "1005006", "12000038")

"""Finds the AliExpress order that a press made: from the list, and where that leaves doubt from the detail page. Pure.

Not in the list is never proof that nothing was bought: the list lags. Two that fit are a question for a person.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta

from bot.parcels import global_product
from bot.suggesting import name_key, phone_key, post_key
from flows.values import AliLine, AliStatus, Recipient

# Dates on the list have day precision, in the account's own time zone; they can only rule an order out.
DAYS_APART = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for with one press; `known_number` was the newest in the list before it, None if it was empty."""

    product_id: str
    sku_id: str
    quantity: int
    known_number: str | None
    pressed_on: date
    recipient: str
    phone: str
    country: str
    post_code: str


@dataclass(frozen=True, slots=True)
class Seen:
    """An order as the list or the detail page shows it; no recipient where only the list was read."""

    number: str
    ordered_on: date | None
    lines: tuple[AliLine, ...]
    status: AliStatus | None = None
    recipient: Recipient | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The numbers that the press made; or those that may be, of which a person has to choose; or neither."""

    found: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()


def candidates(asked: Asked, seen: Sequence[Seen], owned: Set[str]) -> list[Seen]:
    """Orders that are newer than the press, belong to nothing yet, and hold what was asked for or may hold it."""
    return [
        order
        for order in seen
        if order.number not in owned and _is_newer(order, asked) and _fits(order, asked) and _is_for(order, asked)
    ]


def reconcile(asked: Asked, seen: Sequence[Seen], owned: Set[str]) -> Verdict:
    """Decide which of `seen` the press made; `owned` are numbers that already belong to a purchase."""
    fitting = candidates(asked, seen, owned)
    whole = [order for order in fitting if _quantity(order, asked) == asked.quantity]
    unread = [order for order in fitting if not order.lines]
    if len(whole) == 1 and not unread:
        # Others that hold some of it beside one that holds all of it: something else was bought at the same time.
        return Verdict(found=(whole[0].number,)) if len(fitting) == 1 else _unclear(fitting)
    if not whole and not unread and len(fitting) > 1:
        parts = sum(_quantity(order, asked) for order in fitting)
        # One purchase may become several orders, which then hold exactly what was asked for.
        return Verdict(found=_numbers(fitting)) if parts == asked.quantity else _unclear(fitting)
    return _unclear(fitting) if fitting else Verdict()


def same_recipient(asked: Asked, recipient: Recipient) -> bool:
    """Whether an AliExpress order goes to whom it was bought for: the name, and the phone or the post code."""
    if name_key(asked.recipient) != name_key(recipient.name):
        return False
    phone = phone_key(asked.phone, asked.country)
    post_code = post_key(asked.post_code)
    same_phone = bool(phone) and phone == phone_key(recipient.phone, recipient.country_code)
    same_post_code = bool(post_code) and post_code == post_key(recipient.post_code)
    return same_phone or same_post_code or (not phone and not post_code)


def may_be_for(asked: Asked, recipient: Recipient) -> bool:
    """Whether an order may be for whom something is wanted: as `same_recipient`, or under a name typed otherwise.

    This asks a person; it decides nothing.
    """
    phone = phone_key(asked.phone, asked.country)
    return same_recipient(asked, recipient) or (
        bool(phone) and phone == phone_key(recipient.phone, recipient.country_code)
    )


def holds(lines: Sequence[AliLine], product_id: str, sku_id: str | None) -> bool:
    """Whether an order holds this product and SKU; ids of the US site count as the global ones."""
    return any(_same(line, product_id, sku_id) for line in lines)


def _same(line: AliLine, product_id: str, sku_id: str | None) -> bool:
    return global_product(line.product_id) == global_product(product_id) and (
        sku_id is None or line.sku_id is None or line.sku_id == sku_id
    )


def _is_newer(order: Seen, asked: Asked) -> bool:
    if asked.known_number is not None and int(order.number) <= int(asked.known_number):
        return False
    return order.ordered_on is None or abs(order.ordered_on - asked.pressed_on) <= DAYS_APART


def _fits(order: Seen, asked: Asked) -> bool:
    return not order.lines or holds(order.lines, asked.product_id, asked.sku_id)


def _is_for(order: Seen, asked: Asked) -> bool:
    return order.recipient is None or same_recipient(asked, order.recipient)


def _quantity(order: Seen, asked: Asked) -> int:
    return sum(line.quantity for line in order.lines if _same(line, asked.product_id, asked.sku_id))


def _numbers(orders: Sequence[Seen]) -> tuple[str, ...]:
    return tuple(sorted(order.number for order in orders))


def _unclear(orders: Sequence[Seen]) -> Verdict:
    return Verdict(unclear=_numbers(orders))

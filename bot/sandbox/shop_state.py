"""What the stand-in ShopBase holds, and the hands that change it from the merchant's side."""

import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from bot.sandbox.shop_bucket import LeakyBucket
from bot.sandbox.shop_goods import Goods, Place, invent_address, price_in, recipes

CONNECTOR = "ali-dropship-connector"
_FIRST_ORDER_ID = 1000000406421000


@dataclass(slots=True)
class ShopLine:
    """One line of an order: what it is, and how many were fulfilled, wait for a service, or were given back."""

    id: int
    goods: Goods
    price: int
    quantity: int
    service: str
    fulfilled: int = 0
    pending: int = 0
    opened: int = 0
    refunded: int = 0
    cancelled: int = 0

    @property
    def eligible(self) -> bool:
        """Whether anybody can fulfil the line: the store sees to tips and gift cards itself."""
        return not (self.goods.is_tip or self.goods.gift_card)

    @property
    def fulfillable(self) -> int:
        """ShopBase's own sum; a refund lowers it only when it was made with restock type `cancel`."""
        if not self.eligible:
            return 0
        return max(0, self.quantity - max(self.cancelled, self.fulfilled) - self.pending - self.opened)


@dataclass(slots=True)
class ShopFulfilment:
    """One fulfilment; `quantities` are by line id."""

    id: int
    name: str
    service: str
    status: str
    quantities: dict[int, int]
    company: str
    number: str
    url: str
    notify: bool
    created: datetime
    updated: datetime


@dataclass(slots=True)
class ShopRefund:
    """One refund; `lines` hold line id, quantity and restock type, `amount` is in minor units."""

    id: int
    created: datetime
    lines: list[tuple[int, int, str]]
    amount: int


@dataclass(slots=True)
class ShopOrder:
    """One order of the store, amounts in minor units of `currency`."""

    id: int
    number: int
    email: str
    phone: str
    currency: str
    locale: str
    lines: list[ShopLine]
    shipping: int
    address: dict[str, str] | None
    created: datetime
    updated: datetime
    financial: str
    note: str = ""
    source: str = "web"
    tags: list[str] = field(default_factory=list)
    cancelled: datetime | None = None
    cancel_reason: str = ""
    chargeback: str | None = None
    post_purchase_until: datetime | None = None
    fulfilments: list[ShopFulfilment] = field(default_factory=list)
    refunds: list[ShopRefund] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What the merchant calls it: #1001."""
        return f"#{self.number}"

    @property
    def total(self) -> int:
        """Lines, tips and shipping."""
        return sum(line.price * line.quantity for line in self.lines) + self.shipping

    def line(self, line_id: int) -> ShopLine:
        """Returns one line; KeyError if the order has none such."""
        for line in self.lines:
            if line.id == line_id:
                return line
        raise KeyError(line_id)


def _now() -> datetime:
    return datetime.now(UTC)


class ShopState:
    """A store in memory. `now` and `clock` may be a test's own; `faults` may be shared with other stand-ins.

    Faults, by name: `shopbase_500_before`, `shopbase_500_after`, `shopbase_lost` (next n POSTs of fulfilments),
    `shopbase_html` (next n answers, with `shopbase_html_status`, 200 if unset), `shopbase_429` (next n answers),
    `shopbase_slow_ms`. True as a value means every time.
    """

    def __init__(
        self,
        key: str,
        password: str,
        token_secret: str | None = None,
        *,
        seed: int = 7,
        now: Callable[[], datetime] = _now,
        clock: Callable[[], float] = time.monotonic,
        faults: dict[str, Any] | None = None,
    ) -> None:
        self.key = key
        self.password = password
        self.token_secret = token_secret
        self.lock = threading.RLock()
        self.faults: dict[str, Any] = {} if faults is None else faults
        self.answer_delay = 0.0
        self.bucket = LeakyBucket(clock)
        self.too_many_requests = 0
        self.orders: dict[int, ShopOrder] = {}
        self.mails: list[dict[str, Any]] = []
        self.calls: list[dict[str, Any]] = []
        self._now = now
        self._chance = random.Random(seed)  # noqa: S311  (invented names, no secret)
        self._order_ids = count(_FIRST_ORDER_ID, 124)
        self._ids = count(1000000500000001, 3)

    def now(self) -> datetime:
        """The store's clock, in whole seconds."""
        return self._now().replace(microsecond=0)

    def next_id(self) -> int:
        """Returns an id that nothing else has."""
        return next(self._ids)

    def take_fault(self, name: str) -> bool:
        """Says whether a fault strikes now, and counts it down."""
        with self.lock:
            left = self.faults.get(name)
            if not left:
                return False
            if left is not True:
                self.faults[name] = int(left) - 1
            return True

    def seed(self, orders: int, *, pending: int = 0, plain: bool = False) -> list[ShopOrder]:
        """Makes paid orders of every kind, then `pending` unpaid ones; `plain` ones have one line and a US buyer."""
        with self.lock:
            made, start = [], self.now()
            mix = recipes(len(self.orders))
            for place in range(orders + pending):
                recipe = next(recipes(place % 3)) if plain else next(mix)
                order = self.add_order(
                    recipe.lines,
                    place=recipe.place,
                    currency=recipe.currency,
                    note=recipe.note,
                    phone_on_order=recipe.phone_on_order,
                    financial="paid" if place < orders else "pending",
                    created=start - timedelta(minutes=7 * (orders + pending - place)),
                )
                made.append(order)
            return made

    def add_order(
        self,
        lines: tuple[tuple[Goods, int], ...],
        *,
        place: Place,
        currency: str = "USD",
        financial: str = "paid",
        note: str = "",
        phone_on_order: bool = False,
        created: datetime | None = None,
        post_purchase_until: datetime | None = None,
    ) -> ShopOrder:
        """Makes one order of an invented buyer who lives in `place`."""
        with self.lock:
            number = 1001 + len(self.orders)
            address = invent_address(place, number, self._chance)
            phone = address.pop("phone") if phone_on_order else ""
            order = ShopOrder(
                id=next(self._order_ids),
                number=number,
                email=f"buyer{number}@example.com",
                phone=phone,
                currency=currency,
                locale=place.locale,
                lines=[
                    ShopLine(self.next_id(), goods, price_in(currency, goods.cents), quantity, goods.service)
                    for goods, quantity in lines
                ],
                shipping=price_in(currency, 495),
                address=address,
                created=created or self.now(),
                updated=self.now(),
                financial=financial,
                note=note,
                post_purchase_until=post_purchase_until,
            )
            self.orders[order.id] = order
            return order

    def find(self, order: int | str) -> ShopOrder:
        """Finds an order by id or by name ("#1001" or "1001"); KeyError if there is none."""
        with self.lock:
            told = int(str(order).lstrip("#"))
            if told in self.orders:
                return self.orders[told]
            for known in self.orders.values():
                if known.number == told:
                    return known
            raise KeyError(order)

    def pay(self, order: int | str) -> ShopOrder:
        """The buyer of a pending order pays."""
        return self._changed(order, financial="paid")

    def chargeback(self, order: int | str, status: str = "open") -> ShopOrder:
        """The buyer's bank takes the money back, or decides about it."""
        return self._changed(order, chargeback=status)

    def cancel(self, order: int | str, reason: str = "customer") -> ShopOrder:
        """The merchant cancels an order, which pays all of it back."""
        with self.lock:
            found = self.find(order)
            if found.financial in {"paid", "partially_refunded"}:
                self.refund(order, restock_type="cancel")
            else:
                found.financial = "voided"
            return self._changed(order, cancelled=self.now(), cancel_reason=reason)

    def refund(
        self, order: int | str, lines: Mapping[int, int] | None = None, *, restock_type: str = "no_restock"
    ) -> ShopOrder:
        """The merchant pays back some of the lines (quantities by line id), or all that is left."""
        with self.lock:
            found = self.find(order)
            left = {line.id: line.quantity - line.refunded for line in found.lines}
            asked = left if lines is None else {int(line_id): quantity for line_id, quantity in lines.items()}
            given = {line_id: min(quantity, left[line_id]) for line_id, quantity in asked.items()}
            for line_id, quantity in given.items():
                line = found.line(line_id)
                line.refunded += quantity
                line.cancelled += quantity if restock_type == "cancel" else 0
            everything = all(line.refunded >= line.quantity for line in found.lines)
            amount = sum(found.line(line_id).price * quantity for line_id, quantity in given.items())
            told = [(line_id, quantity, restock_type) for line_id, quantity in given.items() if quantity]
            shipping = found.shipping if everything else 0
            found.refunds.append(ShopRefund(self.next_id(), self.now(), told, amount + shipping))
            return self._changed(order, financial="refunded" if everything else "partially_refunded")

    def edit(self, order: int | str, line_id: int, quantity: int) -> ShopOrder:
        """The merchant changes the quantity of a line; with 0 the line is gone."""
        with self.lock:
            found = self.find(order)
            found.line(line_id).quantity = quantity
            found.lines = [line for line in found.lines if line.quantity > 0]
            return self._changed(order)

    def touch(self, order: ShopOrder) -> None:
        """Moves `updated_at` on."""
        order.updated = max(self.now(), order.updated)

    def _changed(self, order: int | str, **facts: Any) -> ShopOrder:
        with self.lock:
            found = self.find(order)
            for name, value in facts.items():
                setattr(found, name, value)
            self.touch(found)
            return found

    def mail(self, kind: str, order: ShopOrder, fulfilment: ShopFulfilment) -> None:
        """Puts a mail to the buyer into the outbox."""
        if order.email:
            told = {"number": fulfilment.number, "company": fulfilment.company, "url": fulfilment.url}
            self.mails.append({"kind": kind, "to": order.email, "order": order.name, **told})

    def snapshot(self) -> dict[str, Any]:
        """Returns all that the store holds, ready for JSON."""
        from bot.sandbox.shop_json import fulfilment_json, order_json

        with self.lock:
            orders = list(self.orders.values())
            fulfilments = [
                {"order": order.name, **fulfilment_json(order, one)} for order in orders for one in order.fulfilments
            ]
            return {
                "shopbase_orders": [order_json(order) for order in orders],
                "fulfillments": fulfilments,
                "mails": [dict(mail) for mail in self.mails],
                "calls": [dict(call) for call in self.calls],
                "too_many_requests": self.too_many_requests,
            }

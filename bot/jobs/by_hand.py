"""Fulfils lines at a person's word, with or without a tracking number."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.config import Config
from bot.db import Database
from bot.errors import ConfigError, DropferryError
from bot.finding import find_lines, find_order, parse
from bot.jobs.tell import Teller
from bot.language import _
from bot.models import FulfillmentState, Order
from bot.shopbase import ShopBase, ShopUnavailable
from bot.standing import OrderRows
from bot.telling import Telling, carrier_for, clean_number, is_number


class NotFulfilledError(DropferryError):
    """The lines were not fulfilled; the message says why, and what is left to do."""


@dataclass(frozen=True, slots=True)
class ByHand:
    """What was told to ShopBase."""

    order: str
    number: str | None
    carrier: str
    lines: dict[int, int]
    mailed: bool

    @property
    def line(self) -> str:
        """It in one sentence."""
        each = _("{quantity} of line {line}")
        what = ", ".join(each.format(quantity=quantity, line=position) for position, quantity in self.lines.items())
        if self.number and self.mailed:
            told = _("{order}: fulfilled {what} with {number} ({carrier}); ShopBase mails the buyer")
        elif self.number:
            told = _("{order}: fulfilled {what} with {number} ({carrier}); nobody is mailed")
        elif self.mailed:
            told = _("{order}: fulfilled {what} without a tracking number; ShopBase mails the buyer")
        else:
            told = _("{order}: fulfilled {what} without a tracking number; nobody is mailed")
        return told.format(order=self.order, what=what, number=self.number, carrier=self.carrier)

    def as_json(self) -> dict[str, Any]:
        """It as plain data."""
        return {
            "order": self.order,
            "number": self.number,
            "carrier": self.carrier,
            "lines": {str(position): quantity for position, quantity in self.lines.items()},
            "mailed": self.mailed,
        }


def fulfil_by_hand(
    database: Database,
    open_shop: Callable[[str], AbstractContextManager[ShopBase]],
    config: Config,
    typed: str,
    *,
    shop: str | None,
    number: str | None,
    carrier: str | None,
    clock: Callable[[], datetime],
) -> ByHand:
    """Tell ShopBase that all that is left of the lines was sent; `open_shop` gives the client of a shop by name.

    Raises NotFoundError, ConfigError while the shop's pushing is off, NotFulfilledError where nothing is left or the
    store refuses, and ShopBaseError.
    """
    cleaned = _checked(number)
    reference = parse(typed)
    with database.read() as session:
        order = find_order(session, reference, shop)
        chosen: dict[int | None, int] = {line.id: line.position for line in find_lines(session, order, reference)}
    settings = config.shop(order.shop)
    if not settings.live_push:
        raise ConfigError(
            _('live_push is off for shop "{shop}", so nothing is told to ShopBase').format(shop=order.shop),
            _("set live_push = true under [shops.{shop}] in config.toml").format(shop=order.shop),
        )
    told_carrier = carrier_for(carrier, None, config.push.carriers)
    assert order.id is not None
    with open_shop(order.shop) as shopbase:
        teller = Teller(database, shopbase, settings, config.push, clock, who="person")
        replies, rows = teller.look(order.id)
        lines = _left(rows, chosen)
        if not lines:
            raise NotFulfilledError(
                _("order {order}: nothing is left to fulfil of these lines").format(order=order.name)
            )
        row = teller.send(rows, replies, Telling(cleaned or "", told_carrier, lines, ()))
        if row.state is FulfillmentState.SENDING:
            _look_again(teller, order, lines)
    if row.state in (FulfillmentState.REFUSED, FulfillmentState.STUCK):
        raise NotFulfilledError(
            _("order {order}: ShopBase did not take it: {problem}").format(order=order.name, problem=row.problem)
        )
    positions = {chosen[line]: quantity for line, quantity in lines.items()}
    return ByHand(order.name, cleaned, told_carrier, positions, row.mailed)


def _left(rows: OrderRows, chosen: Mapping[int | None, int]) -> dict[int, int]:
    """How many of each chosen line are still to be sent."""
    left = {
        line.id: line.quantity - line.refunded_quantity - line.fulfilled_quantity
        for line in rows.lines
        if line.id in chosen and not line.removed
    }
    return {line: quantity for line, quantity in left.items() if line is not None and quantity > 0}


def _look_again(teller: Teller, order: Order, lines: Mapping[int, int]) -> None:
    """After no answer: nothing is raised if the store did it all the same."""
    assert order.id is not None
    try:
        _replies, rows = teller.look(order.id)
    except ShopUnavailable as silent:
        raise NotFulfilledError(
            _("order {order}: ShopBase gave no answer, so it may or may not know").format(order=order.name),
            _("do the same again later: what ShopBase knows by then is not told twice"),
        ) from silent
    positions: dict[int | None, int] = {line.id: line.position for line in rows.lines if line.id in lines}
    if _left(rows, positions):
        raise NotFulfilledError(
            _("order {order}: ShopBase gave no answer and does not have it").format(order=order.name), _("do it again")
        )


def _checked(number: str | None) -> str | None:
    if number is None:
        return None
    cleaned = clean_number(number)
    if not is_number(cleaned):
        raise NotFulfilledError(
            _('"{number}" is no tracking number').format(number=number),
            _("it has 5 to 40 letters A-Z, digits and hyphens; copy it again"),
        )
    return cleaned

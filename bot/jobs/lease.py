"""Reads a store order once more just before it is bought, and marks it as this home's, so that no other buys it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.buying_home import home_id
from bot.db import Database
from bot.holds import Held, Hold
from bot.home import Home
from bot.intake import take_in
from bot.models import Line, Order, Purchase, PurchaseState
from bot.planning import Candidate
from bot.shopbase import OrderReply, ShopBase, ShopNotFound
from bot.standing import restand
from bot.tabs import PAID_IN_STORE

TAG = "dropferry:"


@dataclass(frozen=True, slots=True)
class StoreSays:
    """The order as it is now; `over`: nothing is to be bought any more; `held`: a cause to wait."""

    order: Order
    over: str | None = None
    held: Held | None = None


@dataclass(slots=True)
class Lease:
    """Checks and leases the orders of one shop."""

    database: Database
    shopbase: ShopBase
    home: Home
    clock: Callable[[], datetime]

    def check(self, candidate: Candidate, *, live: bool) -> StoreSays:
        """Read the order; with `live` tag it as this home's. Raises ShopBaseError; nothing was changed then."""
        with self.database.read() as session:
            before = session.get_one(Order, candidate.order_id)
            approved = session.get_one(Purchase, candidate.purchase).approved or {}
        try:
            reply = self.shopbase.order(before.store_id)
        except ShopNotFound:
            return StoreSays(before, over="the order is no longer in the store")
        changed = _changes(before, reply)
        with self.database.write() as session:
            take_in(session, before.shop, reply, self.clock())
            session.flush()
            order = session.get_one(Order, candidate.order_id)
            over = _over(reply)
            line = session.get_one(Line, candidate.line)
            left = 0 if line.removed else line.quantity - line.refunded_quantity - line.fulfilled_quantity
            if over is None and left <= 0:
                over = "nothing of this line is left to buy"
            elif left != candidate.quantity:
                changed.append(f"the quantity: {candidate.quantity} before, {left} now")
            if over is not None:
                _cancel(session.get_one(Purchase, candidate.purchase))
            restand(session, [candidate.order_id], self.clock())
        if over is not None:
            return StoreSays(order, over=over)
        if changed and Hold.STORE_CHANGED not in approved:
            return StoreSays(order, held=Held(Hold.STORE_CHANGED, {"what": ", ".join(changed)}))
        other = self._other_home(reply)
        if other is None and live:
            other = self._tag(reply)
        return StoreSays(order, held=Held(Hold.OTHER_HOME, {"home": other}) if other is not None else None)

    def _tag(self, reply: OrderReply) -> str | None:
        """Put our tag on, then read again: of two homes that tag at once, each sees the other and neither buys."""
        ours = TAG + home_id(self.home)
        if ours not in reply.tags:
            self.shopbase.set_tags(reply.id, [*reply.tags, ours])
            reply = self.shopbase.order(reply.id)
            if ours not in reply.tags:
                return "whose tag took the place of ours"
        return self._other_home(reply)

    def _other_home(self, reply: OrderReply) -> str | None:
        ours = TAG + home_id(self.home)
        return next((tag for tag in reply.tags if tag.startswith(TAG) and tag != ours), None)


def _over(reply: OrderReply) -> str | None:
    if reply.cancelled_at is not None:
        return "cancelled in the store"
    if reply.financial_status not in PAID_IN_STORE:
        return f"{reply.financial_status} in the store"
    return None


def _changes(before: Order, reply: OrderReply) -> list[str]:
    changed: list[str] = []
    address = reply.shipping_address.model_dump() if reply.shipping_address is not None else None
    if address != before.address:
        changed.append("the address")
    if reply.chargeback_status in ("open", "submitted", "lost"):
        changed.append("the buyer disputes the payment")
    if reply.is_risk and not before.released:
        changed.append("marked as risky")
    return changed


def _cancel(purchase: Purchase) -> None:
    if purchase.intent_at is None:
        purchase.state = PurchaseState.CANCELLED

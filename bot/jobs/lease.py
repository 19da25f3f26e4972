"""Reads a store order once more just before it is bought, and marks it as this home's, so that no other buys it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import checkpoints
from bot.buying_home import home_id
from bot.db import Database
from bot.holds import Held, Hold
from bot.home import Home
from bot.intake import take_in
from bot.intake_changes import OVER
from bot.language import _, mark
from bot.models import Line, Order, Purchase, PurchaseState
from bot.planning import Candidate, left_to_buy
from bot.shopbase import OrderReply, ShopBase, ShopNotFound
from bot.standing import OLD_APP, restand
from bot.tabs import PAID_IN_STORE

TAG = "dropferry:"
# What was read longer ago is read again before a tag is put on it: opening the pages of a purchase takes longer, so
# another home that tagged in between still finds out before its press.
AT_ONCE = timedelta(seconds=2)
TRIES = 3
LOST = mark("whose tag took the place of ours")


@dataclass(frozen=True, slots=True)
class StoreSays:
    """The order as it is now; `over`: nothing is to be bought any more; `held`: a cause to wait; `late`: not sure."""

    over: str | None = None
    held: Held | None = None
    late: str | None = None


@dataclass(slots=True)
class Lease:
    """Checks and leases the orders of one shop."""

    database: Database
    shopbase: ShopBase
    home: Home
    clock: Callable[[], datetime]

    def check(self, candidate: Candidate, *, live: bool) -> StoreSays:
        """Read the order; with `live` tag it as this home's. Raises ShopBaseError; nothing was changed then."""
        for _try in range(TRIES):
            asked_at = self.clock()
            says, reply = self._read(candidate)
            if says is not None or reply is None:
                return says or StoreSays()
            other = self._other_home(reply)
            if other is not None or not live or self._ours in reply.tags:
                return _to(other)
            checkpoints.reached("place: about to lease")
            if self.clock() - asked_at < AT_ONCE:
                return _to(self._tag(reply))
        return StoreSays(late=_("the store answers too slowly to be sure that no other dropferry is at this order"))

    def confirm(self, candidate: Candidate) -> StoreSays:
        """Read a leased order once more just before the press; it must be unchanged, and this home's alone.

        A home that tagged it at the same time may have written its own tag over ours in between.
        """
        says, reply = self._read(candidate)
        if says is not None or reply is None:
            return says or StoreSays()
        return _to(self._other_home(reply) or (None if self._ours in reply.tags else _(LOST)))

    def take_over(self, store_id: str, theirs: str) -> None:
        """Put our tag in place of another home's, at a person's word; should that home still run, it finds that out."""
        reply = self.shopbase.order(store_id)
        if theirs in reply.tags:
            kept = [tag for tag in reply.tags if tag not in (theirs, self._ours)]
            self.shopbase.set_tags(reply.id, [*kept, self._ours])

    def _read(self, candidate: Candidate) -> tuple[StoreSays | None, OrderReply | None]:
        """The order as it is now, taken in; the first of the two where nothing is to be bought, or not now."""
        with self.database.read() as session:
            before = session.get_one(Order, candidate.order_id)
        try:
            reply = self.shopbase.order(before.store_id)
        except ShopNotFound:
            return StoreSays(over=_("the order is no longer in the store")), None
        with self.database.write() as session:
            take_in(session, before.shop, reply, self.clock())
            session.flush()
            order = session.get_one(Order, candidate.order_id)
            line = session.get_one(Line, candidate.line)
            left = left_to_buy(line)
            over = _over(reply) or (_("nothing of this line is left to buy") if left <= 0 else None)
            changed = _changes(before, order, line)
            if left != candidate.quantity:
                changed.append(
                    _("the quantity: {before} before, {now} now").format(before=candidate.quantity, now=left)
                )
            if over is not None:
                _cancel(session.get_one(Purchase, candidate.purchase, with_for_update=True))
            restand(session, [candidate.order_id], self.clock())
        if over is not None:
            return StoreSays(over=over), reply
        if changed:
            return StoreSays(held=Held(Hold.STORE_CHANGED, {"what": ", ".join(changed)})), reply
        return None, reply

    @property
    def _ours(self) -> str:
        return TAG + home_id(self.home)

    def _tag(self, reply: OrderReply) -> str | None:
        """Put our tag on, then read again. Tags are replaced as a whole: of two homes that tag at once the later wins,
        and the other finds out here, or by `confirm` after the seconds that its pages have taken.
        """
        self.shopbase.set_tags(reply.id, [*reply.tags, self._ours])
        checkpoints.reached("place: tagged")
        reply = self.shopbase.order(reply.id)
        return self._other_home(reply) or (None if self._ours in reply.tags else _(LOST))

    def _other_home(self, reply: OrderReply) -> str | None:
        return next((tag for tag in reply.tags if tag.startswith(TAG) and tag != self._ours), None)


def _to(other: str | None) -> StoreSays:
    return StoreSays(held=Held(Hold.OTHER_HOME, {"home": other}) if other is not None else None)


def _over(reply: OrderReply) -> str | None:
    if reply.cancelled_at is not None:
        return _("cancelled in the store")
    if reply.financial_status not in PAID_IN_STORE:
        known = OVER.get(reply.financial_status)
        told = _('not bought: the store says that its payment is "{status}"')
        return _(known) if known is not None else told.format(status=reply.financial_status)
    return None


def _changes(before: Order, now: Order, line: Line) -> list[str]:
    """What a person has to look at first; an approval does not cover a change that comes after it."""
    found = {
        _("the address"): (before.address, before.phone) != (now.address, now.phone),
        _("the buyer disputes the payment"): now.chargeback_status in ("open", "submitted", "lost"),
        _("marked as risky"): now.is_risk and not now.released,
        _("another app is at this line"): (line.service == OLD_APP or line.pending_quantity > 0) and not now.released,
    }
    return [what for what, is_so in found.items() if is_so]


def _cancel(purchase: Purchase) -> None:
    if purchase.intent_at is None and purchase.state in (PurchaseState.NEW, PurchaseState.HELD):
        purchase.state = PurchaseState.CANCELLED

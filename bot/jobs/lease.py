"""Reads a store order once more just before it is bought, and marks it as this home's, so that no other buys it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot import checkpoints
from bot.buying_home import home_id
from bot.db import Database
from bot.holds import Held, Hold
from bot.home import Home
from bot.intake import Change, take_in
from bot.intake_changes import OVER
from bot.language import _, mark
from bot.models import Line, Order, Purchase, PurchaseState
from bot.planning import Candidate, left_to_buy
from bot.shopbase import OrderReply, ShopBase, ShopNotFound
from bot.standing import OLD_APP, restand
from bot.tabs import PAID_IN_STORE

TAG = "dropferry:"
# What was read longer ago is read again before a tag is put on it.
AT_ONCE = timedelta(seconds=2)
# So long after our tag another home, which read the order before it, may still put its own over it. The pages of a
# purchase take longer nearly always; where they did not, the last look waits for the rest.
SETTLED = timedelta(seconds=5)
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
    """Checks and leases the orders of one shop; so long as `settles` after a tag other homes may still write theirs."""

    database: Database
    shopbase: ShopBase
    home: Home
    clock: Callable[[], datetime]
    settles: timedelta = SETTLED
    rest: Callable[[float], None] = time.sleep
    _tagged_at: datetime | None = field(default=None, init=False)

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
                # Tags are replaced as a whole: of two homes that tag at once the later wins, and `confirm` finds out.
                self.shopbase.set_tags(reply.id, [*reply.tags, self._ours])
                self._tagged_at = self.clock()
                checkpoints.reached("place: tagged")
                return StoreSays()
        return StoreSays(late=_("the store answers too slowly to be sure that no other dropferry is at this order"))

    def confirm(self, candidate: Candidate) -> StoreSays:
        """Read a leased order once more just before the press; it must be unchanged, and this home's alone.

        A home that tagged it at the same time may have written its own tag over ours in between.
        """
        if self._tagged_at is not None:
            self.rest(max(0.0, (self._tagged_at + self.settles - self.clock()).total_seconds()))
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
            change, _order = take_in(session, before.shop, reply, self.clock())
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
            if change is not Change.SAME or over is not None:
                restand(session, [candidate.order_id], self.clock())
        if over is not None:
            return StoreSays(over=over), reply
        if changed:
            return StoreSays(held=Held(Hold.STORE_CHANGED, {"what": ", ".join(changed)})), reply
        return None, reply

    @property
    def _ours(self) -> str:
        return TAG + home_id(self.home)

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

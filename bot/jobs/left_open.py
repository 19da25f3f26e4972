"""What an earlier pay run has left open: looked for on AliExpress; where only a person can know, asked once."""

from dataclasses import dataclass

from sqlmodel import Session, select

from bot.buying_home import home_id
from bot.jobs.desk import Desk
from bot.jobs.settling import Settling
from bot.language import _, mark
from bot.models import Line, Order, Purchase, PurchaseState
from bot.models_buying import BuyingHome
from flows.values_buying import Quote

OPEN = mark("a purchase may have been placed and was not found yet; it is looked for at every sync")
AT_IT = mark("another computer is at an order of this account right now; wait until it is done")


@dataclass(slots=True)
class LeftOpen:
    """The open intents of the account."""

    desk: Desk
    settling: Settling

    def settle(self) -> list[str]:
        """Look, then ask about what a person of this home may have pressed; returns what was found, in words."""
        found = self.desk.looker.settle(self.desk.office)
        for purchase, order in self._abandoned():
            quote = Quote.model_validate(purchase.quote) if purchase.quote else None
            self.settling.ask(purchase, self.desk.faces.did_they(order, quote))
        return found

    def why_not(self) -> str | None:
        """Why nothing more may be ordered on this account at present."""
        with self.desk.place.database.read() as session:
            still = self._open(session)
            if still is None:
                return None
            return _(OPEN) if self._is_abandoned(session, still) or not still.attended else _(AT_IT)

    def _open(self, session: Session) -> Purchase | None:
        query = select(Purchase).where(Purchase.account == self.desk.account, Purchase.state == PurchaseState.INTENT)
        return session.exec(query).first()

    def _abandoned(self) -> list[tuple[Purchase, str]]:
        """The open purchase whose window is gone, if nobody was asked about it yet."""
        with self.desk.place.database.read() as session:
            purchase = self._open(session)
            if purchase is None or not purchase.attended or purchase.asked_at is not None:
                return []
            if not self._is_abandoned(session, purchase):
                return []
            line = session.get_one(Line, purchase.line_id)
            return [(purchase, session.get_one(Order, line.order_id).name)]

    def _is_abandoned(self, session: Session, purchase: Purchase) -> bool:
        """Whether nobody can press any more: this home's own browser died with its process, another's has its time."""
        if purchase.watched_until is not None:
            return True
        home = session.get(BuyingHome, (home_id(self.desk.place.home), self.desk.account))
        is_ours = home is not None and home.last_intent_at == purchase.intent_at
        return is_ours or purchase.deadline is None or self.desk.place.clock() > purchase.deadline

"""Names orders on AliExpress that look like ours and are not known here, among the cards that a sync reads anyway."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session, col, select

from bot.ali_intake import OVER
from bot.models import AliOrder
from bot.models_buying import Mapping
from bot.parcels import global_product
from flows.values import AliStatus, ListedOrder

# Nothing of these is to come any more.
DONE = OVER | {AliStatus.COMPLETED}


@dataclass(frozen=True, slots=True)
class Orphan:
    """An order for a mapped product that belongs to no order here."""

    number: str
    what: str


@dataclass(frozen=True, slots=True)
class Orphans:
    """What is known of one account: its numbers, and the products that variants are mapped to."""

    known: frozenset[str]
    products: frozenset[str]

    @classmethod
    def load(cls, session: Session, account: str) -> "Orphans":
        """As it is now."""
        mapped = session.exec(select(Mapping.product_id).where(col(Mapping.ignored).is_(False)))
        known = session.exec(select(AliOrder.number).where(AliOrder.account == account))
        return cls(frozenset(known), frozenset(global_product(each) for each in mapped if each is not None))

    def among(self, orders: Iterable[ListedOrder]) -> list[Orphan]:
        """Those of these cards."""
        return [
            Orphan(order.order_id, ", ".join(f"{line.quantity} x {line.title}" for line in order.lines))
            for order in orders
            if order.order_id not in self.known
            and order.status not in DONE
            and any(global_product(line.product_id) in self.products for line in order.lines)
        ]

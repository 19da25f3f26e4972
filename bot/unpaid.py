"""Finds the AliExpress orders that wait for the merchant's payment, as far as AliExpress was read."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from sqlmodel import Session, col, or_, select

from bot.intake_changes import wanted, why_line_over, why_over
from bot.models import AliOrder, Line, Order, Purchase, PurchaseOrder, PurchaseState
from bot.paying import NotToPay, Unpaid
from flows.values import AliStatus, Money

SETTLED_CHARGEBACK = frozenset({"", "none", "won"})
_Tie = tuple[AliOrder, Purchase, Line, Order]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for payment, and the numbers of orders of which nobody knows yet whether they are paid."""

    unpaid: tuple[Unpaid, ...]
    unread: tuple[str, ...]


def waiting_for_payment(session: Session, accounts: Collection[str]) -> Waiting:
    """All that stands unpaid in these accounts, in no order.

    An order that the robot placed without a person is unpaid until it was read otherwise; one that a person pressed or
    linked is `unread` until then.
    """
    query = (
        select(AliOrder, Purchase, Line, Order)
        .join(PurchaseOrder, col(PurchaseOrder.ali_order_id) == AliOrder.id)
        .join(Purchase, col(Purchase.id) == PurchaseOrder.purchase_id)
        .join(Line, col(Line.id) == Purchase.line_id)
        .join(Order, col(Order.id) == Line.order_id)
        .where(
            col(AliOrder.account).in_(accounts),
            col(AliOrder.finished_at).is_(None),
            col(AliOrder.missing_since).is_(None),
            or_(col(AliOrder.status).is_(None), AliOrder.status == AliStatus.UNPAID),
            Purchase.state == PurchaseState.PLACED,
        )
        .order_by(col(Order.created_at), col(Line.position))
    )
    ties: dict[int, list[_Tie]] = defaultdict(list)
    for tie in session.exec(query):
        ties[tie[0].id or 0].append(tie)
    shares = _shares(session, [purchase.id or 0 for each in ties.values() for _, purchase, _, _ in each])
    unpaid = [_unpaid(each, shares) for each in ties.values() if not _is_unread(each)]
    return Waiting(tuple(unpaid), tuple(each[0][0].number for each in ties.values() if _is_unread(each)))


def _is_unread(ties: Sequence[_Tie]) -> bool:
    by_robot = all(purchase.intent_at is not None and not purchase.attended for _, purchase, _, _ in ties)
    return ties[0][0].status is None and not by_robot


def _shares(session: Session, purchases: list[int]) -> dict[int, int]:
    """How many AliExpress orders each of these purchases became."""
    counts: dict[int, int] = defaultdict(int)
    query = select(PurchaseOrder.purchase_id).where(col(PurchaseOrder.purchase_id).in_(purchases))
    for purchase in session.exec(query):
        counts[purchase] += 1
    return counts


def _unpaid(ties: Sequence[_Tie], shares: dict[int, int]) -> Unpaid:
    ali = ties[0][0]
    asked = _money(ali.total_minor, ali.currency)
    quoted = _quoted([purchase for _, purchase, _, _ in ties], shares)
    return Unpaid(
        account=ali.account,
        number=ali.number,
        since=min(_since(ali, purchase) for _, purchase, _, _ in ties),
        lines=tuple(f"{order.name.removeprefix('#')}/{line.position}" for _, _, line, order in ties),
        amount=asked or quoted,
        quoted=quoted,
        deadline=ali.pay_deadline,
        read_at=max((at for at in (ali.list_read_at, ali.detail_read_at) if at is not None), default=None),
        not_to_pay=_not_to_pay(ties),
    )


def _money(minor: int | None, currency: str | None) -> Money | None:
    return Money(minor=minor, currency=currency) if minor is not None and currency else None


def _quoted(purchases: Sequence[Purchase], shares: dict[int, int]) -> Money | None:
    """What the purchases of one AliExpress order were quoted at, where they became no other order besides."""
    costs = [_money(each.cost_minor, each.cost_currency) for each in purchases if shares[each.id or 0] == 1]
    known = [cost for cost in costs if cost is not None]
    if len(known) < len(purchases) or len({cost.currency for cost in known}) > 1:
        return None
    return Money(minor=sum(cost.minor for cost in known), currency=known[0].currency)


def _since(ali: AliOrder, purchase: Purchase) -> datetime:
    """When it was ordered: to the second by the robot, to the day as the page tells it."""
    if purchase.intent_at is not None:
        return purchase.intent_at
    if ali.ordered_on is not None and ali.ordered_on < ali.linked_at.astimezone(UTC).date():
        return datetime.combine(ali.ordered_on, time(), UTC)
    return ali.linked_at


def _not_to_pay(ties: Sequence[_Tie]) -> NotToPay | None:
    """Why nobody waits for any of its lines any more; one that still does is enough to pay for."""
    causes = [_cause(line, order) for _, _, line, order in ties]
    return None if None in causes else causes[0]


def _cause(line: Line, order: Order) -> NotToPay | None:
    if why_over(order) is not None or why_line_over(line) is not None:
        return NotToPay.CALLED_OFF
    if line.fulfilled_quantity >= wanted(line):
        return NotToPay.FULFILLED
    return None if order.chargeback_status in SETTLED_CHARGEBACK else NotToPay.DISPUTED

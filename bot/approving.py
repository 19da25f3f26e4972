"""A person's word about purchases: lift a cause, release an order, say what a press made, or that it made nothing."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from bot.errors import DropferryError
from bot.holds import LIFTABLE, Hold
from bot.intake_changes import call_off
from bot.jobs.lease import TAG
from bot.jobs.looking import owner_of, place
from bot.language import _
from bot.linking import ORDER_NUMBER
from bot.models import Event, Line, Order, Purchase, PurchaseState
from bot.models_buying import Mapping
from bot.money import money_text
from bot.standing import OLD_APP, restand
from flows.amounts import digits_of
from flows.values import Money

# Causes that an amount can lift, and those that may be lifted for many orders in one word.
PRICES = frozenset({Hold.PRICE_DRIFT, Hold.OVER_ORDER})
LIFTABLE_AT_ONCE = LIFTABLE - {Hold.PERHAPS_BOUGHT}


class NotApprovedError(DropferryError):
    """The word cannot be taken; nothing was changed."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Lifted:
    """One purchase or order that may go on, and the cause that was lifted."""

    order: str
    position: int | None
    cause: str


def approve_order(
    session: Session, order: Order, lines: Sequence[Line], up_to: int | None, now: datetime
) -> list[Lifted]:
    """Lift what holds these lines; an order from before dropferry, or one marked as risky, is released.

    `up_to` (minor units of the account's currency) is a price for each piece; over the cap of one purchase, its cost.
    """
    lifted: list[Lifted] = []
    if not order.released and (order.is_risk or _is_old(lines) or not _held(session, lines)):
        order.released = True
        session.add(order)
        lifted.append(Lifted(order.name, None, "released"))
    for purchase, line in _held(session, lines):
        lifted.append(_lift(session, purchase, line, order, up_to=up_to, now=now))
    assert order.id is not None
    restand(session, [order.id], now)
    return lifted


def homes_at(session: Session, lines: Sequence[Line]) -> list[str]:
    """The tags of other homes that hold these lines."""
    found = [
        str(purchase.hold_data.get("home"))
        for purchase, _line in _held(session, lines)
        if purchase.hold == Hold.OTHER_HOME
    ]
    return list(dict.fromkeys(tag for tag in found if tag.startswith(TAG)))


def approve_product(
    session: Session, product_id: str, up_to: str | None, currency_of: Callable[[str], str], now: datetime
) -> list[Lifted]:
    """Lift one cause of all held purchases of one AliExpress product, forty orders at once if need be.

    With `up_to`, as it was typed, it is the price as in `approve_order`, and what costs more stays held; `currency_of`
    tells an account's currency. Raises NotApprovedError where all cost more, and where an amount could be of several
    currencies. What may be bought already is lifted order by order alone.
    """
    query = (
        select(Purchase, Line, Order)
        .join(Line, col(Line.id) == Purchase.line_id)
        .join(Order, col(Order.id) == Line.order_id)
        .where(
            Purchase.product_id == product_id, Purchase.state == PurchaseState.HELD, col(Purchase.intent_at).is_(None)
        )
    )
    causes = LIFTABLE_AT_ONCE if up_to is None else PRICES
    found = [row for row in session.exec(query).all() if row[0].hold in causes]
    amount = _amount(up_to, {currency_of(row[0].account or "") for row in found})
    fitting = [row for row in found if amount is None or _found(row[0]) <= _reach(row[0], amount)]
    if found and not fitting:
        cheapest = min((row[0] for row in found), key=lambda row: _found(row) / _pieces(row))
        raise NotApprovedError(
            _("each of the {count} held costs more than that, at least {found}").format(
                count=len(found), found=_told(cheapest)
            ),
            _("name at least that amount, or leave them held"),
        )
    lifted = [_lift(session, purchase, line, order, up_to=amount, now=now) for purchase, line, order in fitting]
    restand(session, [order.id for _purchase, _line, order in fitting if order.id is not None], now)
    return lifted


def _amount(typed: str | None, currencies: set[str]) -> int | None:
    if typed is not None and len(currencies) > 1:
        raise NotApprovedError(
            _('it is held in several currencies ({currencies}), and "{typed}" can be only one of them').format(
                currencies=", ".join(sorted(currencies)), typed=typed
            ),
            _("name the orders instead of the product"),
        )
    return parse_amount(typed, digits_of(next(iter(currencies), "USD")))


def resolve(
    session: Session,
    order: Order,
    line: Line,
    *,
    numbers: Sequence[str],
    account: str | None,
    now: datetime,
    purchase: Purchase | None = None,
) -> str:
    """Take a person's word on a purchase whose outcome is unknown: its numbers, or (none) that nothing was placed.

    `purchase` is the one that is meant, where a line has several.
    Raises NotApprovedError where it cannot be so: the number has an owner, or the press is still under way.
    """
    purchase = purchase or unresolved(session, line)
    if purchase is None:
        raise NotApprovedError(
            _("nothing is open for line {position} of order {order}").format(position=line.position, order=order.name),
            _("look: dropferry show"),
        )
    for number in numbers:
        if ORDER_NUMBER.fullmatch(number) is None:
            raise NotApprovedError(
                _('"{number}" is no AliExpress order number').format(number=number), _("it has 15 to 17 digits")
            )
        _must_be_free(session, number, purchase, account)
    if not numbers and purchase.watched_until is None and purchase.deadline is not None and now <= purchase.deadline:
        raise NotApprovedError(
            _("line {position} of order {order} is being ordered right now").format(
                position=line.position, order=order.name
            ),
            _("look again in a minute"),
        )
    what = "said to be placed" if numbers else "said to be not placed"
    data = {"line": line.position, "numbers": list(numbers)}
    session.add(Event(at=now, who="person", what=what, order_id=order.id, data=data, evidence=purchase.evidence))
    if numbers:
        place(session, purchase, numbers, purchase.account or account or "", now, who="person")
    else:
        purchase.state, purchase.hold, purchase.hold_data = PurchaseState.NEW, None, {}
        purchase.intent_at = purchase.deadline = purchase.watched_until = None
        purchase.attended = False
        purchase.cost_minor = purchase.cost_currency = None
        session.add(purchase)
        session.flush()
        # What the store has called off meanwhile is not ordered any more.
        call_off(session, order, now)
    assert order.id is not None
    restand(session, [order.id], now)
    return what


def _must_be_free(session: Session, number: str, purchase: Purchase, account: str | None) -> None:
    owner = owner_of(session, purchase.account or account or "", number, purchase.id)
    if owner is not None:
        name, position = owner
        raise NotApprovedError(
            _("AliExpress order {number} belongs to line {position} of order {name} already").format(
                number=number, position=position, name=name
            ),
            _("if that is wrong, take it back first: dropferry link --undo {name}/{position}").format(
                name=name.removeprefix("#"), position=position
            ),
        )


def unresolved(session: Session, line: Line) -> Purchase | None:
    """The purchase of a line that may have been placed, if there is one."""
    query = select(Purchase).where(
        Purchase.line_id == line.id,
        col(Purchase.state).in_([PurchaseState.INTENT, PurchaseState.HELD]),
        col(Purchase.intent_at).is_not(None),
    )
    return session.exec(query).first()


def parse_amount(typed: str | None, digits: int) -> int | None:
    """An amount as a person types it, in whole minor units; NotApprovedError says how it is written."""
    if typed is None:
        return None
    found = re.fullmatch(r"(\d{1,9})(?:[.,](\d{1,3}))?", typed.strip())
    if found is None or len(found[2] or "") > digits:
        raise NotApprovedError(_('"{typed}" is no amount').format(typed=typed), _("write it as 5.90"))
    return int(found[1] + (found[2] or "").ljust(digits, "0"))


def _held(session: Session, lines: Sequence[Line]) -> list[tuple[Purchase, Line]]:
    by_id = {line.id: line for line in lines}
    query = select(Purchase).where(
        col(Purchase.line_id).in_(by_id), Purchase.state == PurchaseState.HELD, col(Purchase.intent_at).is_(None)
    )
    return [(purchase, by_id[purchase.line_id]) for purchase in session.exec(query)]


def _is_old(lines: Sequence[Line]) -> bool:
    return any(line.service == OLD_APP or line.pending_quantity for line in lines)


def _found(purchase: Purchase) -> int:
    """What a held purchase costs, in minor units; 0 where its cause is no amount."""
    return int((purchase.hold_data or {}).get("found_minor") or 0)


def _pieces(purchase: Purchase) -> int:
    """A price is one of each piece; the cap of one purchase is of all of it."""
    return max(1, purchase.units or 1) if purchase.hold == Hold.PRICE_DRIFT else 1


def _reach(purchase: Purchase, up_to: int) -> int:
    return up_to * _pieces(purchase)


def _told(purchase: Purchase) -> str:
    """What a held purchase costs, as a person would have to name it."""
    pieces, found = _pieces(purchase), str(purchase.hold_data.get("found"))
    if pieces == 1:
        return found
    each = Money(minor=-(-_found(purchase) // pieces), currency=found.rpartition(" ")[2])
    return _("{amount} a piece").format(amount=money_text(each))


def _lift(
    session: Session, purchase: Purchase, line: Line, order: Order, *, up_to: int | None, now: datetime
) -> Lifted:
    cause, found = purchase.hold or "", _found(purchase)
    named = _reach(purchase, up_to) if cause in PRICES and up_to is not None else 0
    if cause in PRICES and up_to is not None and named < found:
        raise NotApprovedError(
            _("order {order} line {position} costs more than that: {found}").format(
                order=order.name, position=line.position, found=_told(purchase)
            ),
            _("name at least that amount, or leave the purchase held"),
        )
    if cause in LIFTABLE:
        approved = purchase.approved or {}
        # Of what may be bought already, the numbers that the person has seen: another one asks again.
        numbers = [each for each in (approved.get(cause), purchase.hold_data.get("numbers")) if each]
        reach = ", ".join(numbers) if cause == Hold.PERHAPS_BOUGHT else max(found, named)
        purchase.approved = {**approved, cause: reach}
        if cause == Hold.FIRST_LOOK and purchase.mapping_id is not None:
            mapping = session.get_one(Mapping, purchase.mapping_id)
            mapping.looked_at = now
            session.add(mapping)
    # What cannot be lifted is looked at again: the cause may be mended by now.
    purchase.state, purchase.hold, purchase.hold_data = PurchaseState.NEW, None, {}
    session.add(purchase)
    data = {"line": line.position, "cause": cause, "up_to": up_to}
    session.add(Event(at=now, who="person", what="approved", order_id=order.id, data=data))
    return Lifted(order.name, line.position, cause)

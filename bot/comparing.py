"""Holds an AliExpress order against what was quoted for it before a person pressed. Pure."""

from bot.language import _
from bot.money import decimal_text
from bot.reconcile import Asked, holds, same_recipient
from flows.recipients import missing_from
from flows.values import Money, OrderDetail
from flows.values_buying import ShipTo

# The pieces of an address that are not written in two ways by AliExpress itself.
CERTAIN = frozenset({"name", "street", "zip"})


def differences(asked: Asked, to: ShipTo, total: Money | None, details: list[OrderDetail]) -> list[str]:
    """What is not as asked for, each as one sentence; `details` are all orders that one purchase became.

    `total` is the quoted one, None where nothing was quoted. What a page does not tell is no difference.
    """
    told = [sentence for detail in details for sentence in _of_recipient(asked, to, detail)]
    lines = [line for detail in details for line in detail.lines]
    if lines and not holds(lines, asked.product_id, asked.sku_id):
        shown = "; ".join(f"{line.title} {line.sku_text}".strip() for line in lines)
        told.append(_("It holds another product or option: {shown}.").format(shown=shown))
    elif lines and (quantity := sum(line.quantity for line in lines)) != asked.quantity:
        told.append(_("It holds {found} pieces instead of {asked}.").format(found=quantity, asked=asked.quantity))
    return [*dict.fromkeys(told), *_of_total(total, details)]


def _of_recipient(asked: Asked, to: ShipTo, detail: OrderDetail) -> list[str]:
    recipient = detail.recipient
    if recipient is None:
        return []
    if not same_recipient(asked, recipient):
        return [_("It goes to {found} instead of {asked}.").format(found=recipient.name, asked=to.full_name)]
    drawn = " ".join((recipient.name, recipient.address, recipient.address2, recipient.region, recipient.post_code))
    missing = missing_from(drawn, to)
    if missing is None or missing.field not in CERTAIN:
        return []
    return [_("Its address is {found} instead of {asked}.").format(found=recipient.address, asked=to.street)]


def _of_total(total: Money | None, details: list[OrderDetail]) -> list[str]:
    found = {detail.total.currency for detail in details}
    if total is None or len(found) != 1:
        return []
    paid = Money(minor=sum(detail.total.minor for detail in details), currency=found.pop())
    if paid == total:
        return []
    return [_("It costs {found} instead of {asked}.").format(found=_text(paid), asked=_text(total))]


def _text(amount: Money) -> str:
    return f"{decimal_text(amount.minor, amount.currency)} {amount.currency}"

"""What a person does to orders that exist, from the list or the detail page: begin to pay them, or cancel one.

The call's name is public, what it carries is not.
"""

from bot.sandbox.aliexpress.answers import Asked, Json
from bot.sandbox.aliexpress.errors import SiteSaysNoError
from bot.sandbox.aliexpress.hosts import cashier_of
from bot.sandbox.aliexpress.orders import UNSENT
from bot.sandbox.aliexpress.payments import pay_later
from bot.sandbox.aliexpress.state import AliWorld


def operation_answer(world: AliWorld, asked: Asked) -> Json:
    """`operation` is "pay", of the `orderIds` joined by commas, or "cancel", of `tradeOrderId` for a `reason`.

    SiteSaysNoError: these orders cannot be paid together, or this one cannot be cancelled.
    """
    if asked.data.get("operation") == "cancel":
        return _cancelled(world, asked)
    if asked.faults.pay_refused:
        raise SiteSaysNoError("FAIL_BIZ_PAY", asked.faults.pay_refused)
    numbers = [number for number in str(asked.data.get("orderIds") or "").split(",") if number]
    payment = pay_later(world, asked.account, numbers)
    return {"payUrl": f"{cashier_of(asked.site)}{payment.page}?pmntId={payment.id}"}


def _cancelled(world: AliWorld, asked: Asked) -> Json:
    number = str(asked.data.get("tradeOrderId"))
    with world.lock:
        order = world.orders.get(number)
        if order is None or order.account != asked.account or not asked.data.get("reason"):
            raise SiteSaysNoError("FAIL_BIZ_ORDER_NOT_EXIST", "The order does not exist.")
        if order.state not in UNSENT:
            told = "Your order has been picked up by the courier company and can't be canceled at this time"
            raise SiteSaysNoError("FAIL_BIZ_CANCEL", told)
        if order.paid_at is None:
            world.cancel([number])
        else:
            world.refund([number])
    return {"success": True}

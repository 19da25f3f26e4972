"""The order call of the confirm page's button: what it makes, what it charges, and how it can go wrong.

Its real name is not publicly known; here it is called after its siblings. Nothing that reads pages may lean on it.
"""

import asyncio
import json
from dataclasses import replace

from bot.sandbox.aliexpress.answers import Asked, Json, envelope
from bot.sandbox.aliexpress.buyers import METHODS
from bot.sandbox.aliexpress.checkout_answer import must_be_had
from bot.sandbox.aliexpress.checkouts import Checkout, bill_of, bought_lines
from bot.sandbox.aliexpress.errors import SiteSaysNoError
from bot.sandbox.aliexpress.hosts import cashier_of
from bot.sandbox.aliexpress.payments import pay_at_press
from bot.sandbox.aliexpress.replies import ERROR_PAGE, Reply, failed
from bot.sandbox.aliexpress.state import AliWorld
from bot.sandbox.shop_goods import price_in

SOMEBODY_ELSE = "Somebody Else"
PLACE_API = "mtop.aliexpress.checkout.placeorder"


async def place_reply(world: AliWorld, asked: Asked) -> Reply:
    """The reply to one order call, once its order was made or not."""
    faults = asked.faults
    with world.lock:
        world.market.order_calls += 1
        note_presses(world, str(asked.data.get("press") or ""))
        if faults.order_call == "token" and world.board.first_time("token"):
            return failed(PLACE_API, "FAIL_SYS_TOKEN_EXOIRED::令牌过期")
    if faults.order_call == "500_before":
        return Reply(ERROR_PAGE, 500, "text/html;charset=UTF-8")
    if faults.order_call == "lost_before":
        return Reply("", lost=True)
    try:
        answer = _placed(world, asked)
    except SiteSaysNoError as no:
        return failed(PLACE_API, str(no))
    if faults.order_slow_ms:
        await asyncio.sleep(faults.order_slow_ms / 1000)
    if faults.order_call == "500":
        return Reply(ERROR_PAGE, 500, "text/html;charset=UTF-8")
    text = json.dumps(envelope(PLACE_API, answer), ensure_ascii=False)
    return Reply(text, lost=faults.order_call == "lost")


def note_presses(world: AliWorld, names: str) -> None:
    """Count presses of the button by their names, each once, in whichever way they are told."""
    with world.lock:
        world.market.presses.update(filter(None, names.split(".")))


def _placed(world: AliWorld, asked: Asked) -> Json:
    with world.lock:
        token = str(asked.data.get("token") or "")
        checkout = world.market.checkouts.get(token)
        if checkout is None or checkout.buyer.account != asked.account:
            raise SiteSaysNoError("FAIL_BIZ_CHECKOUT_EXPIRED", "Oops! Something went wrong. Please refresh the page.")
        if asked.faults.order_refused:
            raise SiteSaysNoError("FAIL_BIZ_ORDER", asked.faults.order_refused)
        must_be_had(checkout, asked.faults, pressed=True)
        numbers = _order(world, checkout, asked)
        checkout.placed += numbers
        settled = bill_of(checkout, asked.faults, pressed=True).total == 0
        page = None
        if settled or _charges(asked):
            page = pay_at_press(world, token, numbers, asked.faults, nothing_left=settled).page
        if page is not None:
            return {"payUrl": f"{cashier_of(asked.site)}{page}?pmntId={token}"}
        return {"payUrl": f"{asked.site.www}/p/second-payment/pay-result.html?pmntId={token}"}


def _order(world: AliWorld, checkout: Checkout, asked: Asked) -> list[str]:
    address = checkout.address
    if address is None or any(checkout.carrier(line, asked.faults) is None for line in checkout.lines):
        raise SiteSaysNoError("FAIL_BIZ_ADDRESS", "Please check your shipping address and delivery method.")
    bill = bill_of(checkout, asked.faults, pressed=True)
    extra, redrawn = bill.total - bill.subtotal, str(asked.data.get("redrawn") or "")
    if "total" in redrawn:
        extra += price_in(bill.currency, asked.faults.price_jump)
    lines, recipient = bought_lines(checkout, bill), address.recipient()
    if "quantity" in redrawn:
        lines[0] = replace(lines[0], quantity=lines[0].quantity + 1)
    if "recipient" in redrawn:
        recipient = replace(recipient, name=SOMEBODY_ELSE)
    return world.buy(recipient, lines, checkout.buyer.account, currency=bill.currency, extra=extra)


def _charges(asked: Asked) -> bool:
    """Whether the method takes money, not a slip that is paid elsewhere."""
    method = METHODS.get(str(asked.data.get("paymentMethod") or ""))
    return method is not None and method.charges

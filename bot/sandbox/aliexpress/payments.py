"""Payments: from the press, or from the To pay tab, until the money has flowed, was refused, or somebody left.

An order exists, unpaid, from the moment of its order call; only `settle` charges it, and only while it can be paid.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.sandbox.aliexpress.buying_faults import PaymentWay
from bot.sandbox.aliexpress.errors import SiteSaysNoError
from bot.sandbox.aliexpress.faults import Faults
from bot.sandbox.aliexpress.orders import AliOrder, OrderState
from bot.sandbox.aliexpress.state import AliWorld

# A merged payment takes so many orders and order lines (aliexpress.md 5.1).
MOST_ORDERS, MOST_LINES = 20, 200
MOST_CODES = 3
ONE_TIME_CODE = "246810"
DECLINED_CARD = "4000000000000002"
SAVED_CARD = "4242"

INDEX, CARD, SECURE = "/pay/index.html", "/pay/card.html", "/pay/secure.html"
# To which page of the cashier a way of paying leads; those that are not here end at once.
PAGES: dict[PaymentWay, str] = {
    "3ds": SECURE,
    "3ds_iframe": SECURE,
    "3ds_popup": SECURE,
    "otp": SECURE,
    "card_form": CARD,
}


@dataclass(slots=True)
class Payment:
    """One attempt to pay for some orders, in minor units of `currency`; of a card only the last digits are kept.

    `submitted` is False while the cashier still asks by what to pay, `approved` is what the bank has said.
    """

    id: str
    account: str
    orders: list[str]
    total: int
    currency: str
    place: Literal["confirm", "to_pay"]
    way: PaymentWay = "charged"
    submitted: bool = True
    outcome: Literal["open", "paid", "refused"] = "open"
    approved: bool | None = None
    codes: int = 0
    card: str = SAVED_CARD

    @property
    def page(self) -> str | None:
        """Where at the cashier it goes on; None: nowhere, its result stands."""
        if self.outcome != "open":
            return None
        return PAGES[self.way] if self.submitted else INDEX

    def may_show(self, page: str) -> bool:
        """Whether that page of the cashier serves it: another card is possible until it is paid."""
        other = page == CARD or (page == INDEX and self.outcome == "refused")
        return page == self.page or (other and self.outcome != "paid")

    def told(self) -> dict[str, Any]:
        """What the control routes tell of it."""
        kept = ("id", "account", "orders", "way", "place", "outcome", "total", "currency")
        return {name: getattr(self, name) for name in kept}


def way_for(faults: Faults, orders: Iterable[AliOrder]) -> PaymentWay:
    """How the saved card behaves for these orders: as `payment_for` says of one of them, else as `payment` does."""
    for order in orders:
        for named, way in faults.payment_for.items():
            if _is_meant(named, order):
                return way
    return faults.payment or "charged"


def pay_at_press(world: AliWorld, token: str, numbers: list[str], faults: Faults, *, nothing_left: bool) -> Payment:
    """The payment that a press begins, under the checkout's token; `nothing_left`: there is no card to ask."""
    with world.lock:
        orders = [world.order(number) for number in numbers]
        way = "charged" if nothing_left else way_for(faults, orders)
        total = sum(order.total for order in orders)
        account, currency = orders[0].account, orders[0].currency
        payment = Payment(token, account, list(numbers), total, currency, "confirm", way)
        world.market.payments[token] = payment
        _take(world, payment)
        return payment


def pay_later(world: AliWorld, account: str, numbers: list[str]) -> Payment:
    """A payment of orders that stand unpaid, which the cashier then asks about.

    SiteSaysNoError: too many, of several currencies, or one that cannot be paid.
    """
    with world.lock:
        orders = [world.orders[number] for number in numbers if number in world.orders]
        _check_mergeable(account, numbers, orders)
        token = f"2002{secrets.randbelow(10**15):015d}"
        total = sum(order.total for order in orders)
        payment = Payment(token, account, list(numbers), total, orders[0].currency, "to_pay", submitted=False)
        world.market.payments[token] = payment
        return payment


def submit(world: AliWorld, payment: Payment, card: Mapping[str, str] | None) -> None:
    """The cashier's button: pay by the saved card, or by one that was typed; after a refusal it begins again.

    SiteSaysNoError: the payment is over, or what was typed is no card.
    """
    with world.lock:
        if payment.outcome == "paid":
            raise SiteSaysNoError("PAID", "This order has been paid.")
        number = None if card is None else _card_number(card)
        payment.submitted, payment.outcome, payment.approved, payment.codes = True, "open", None, 0
        if number is not None:
            payment.way, payment.card = "card_form", number[-4:]
            settle(world, payment, number != DECLINED_CARD)
        else:
            payment.way = way_for(world.faults, (world.order(number) for number in payment.orders))
            payment.card = SAVED_CARD
            _take(world, payment)


def answer_bank(payment: Payment, *, code: str | None, confirmed: bool) -> bool:
    """What the person tells the bank; whether it is done with them. A wrong code may be typed again, twice."""
    if not confirmed:
        payment.approved = False
    elif payment.way != "otp" or code == ONE_TIME_CODE:
        payment.approved = True
    else:
        payment.codes += 1
        payment.approved = False if payment.codes >= MOST_CODES else None
    return payment.approved is not None


def come_back(world: AliWorld, payment: Payment) -> None:
    """The bank sends the person back to the cashier, which takes the money if the bank has said yes."""
    with world.lock:
        if payment.submitted and payment.outcome == "open" and payment.approved is not None:
            settle(world, payment, payment.approved)


def settle(world: AliWorld, payment: Payment, approved: bool) -> None:
    """End an open payment: charge its orders if all of them can be paid now, else refuse it."""
    with world.lock:
        if payment.outcome != "open":
            return
        orders = [world.order(number) for number in payment.orders]
        if approved and all(order.state is OrderState.TO_PAY for order in orders):
            world.pay(payment.orders, checking=payment.way == "checking", by=payment.way)
            world.market.charges += len(orders)
            payment.outcome = "paid"
        else:
            payment.outcome = "refused"


def _take(world: AliWorld, payment: Payment) -> None:
    """Charge or refuse at once where nobody has to be asked."""
    if payment.way not in PAGES:
        settle(world, payment, payment.way != "refused")


def _check_mergeable(account: str, numbers: list[str], orders: list[AliOrder]) -> None:
    if not orders or len(orders) != len(numbers) or any(order.account != account for order in orders):
        raise SiteSaysNoError("FAIL_BIZ_ORDER_NOT_EXIST", "The order does not exist.")
    if len(orders) > MOST_ORDERS:
        raise SiteSaysNoError("FAIL_BIZ_MERGE", f"Sorry, you can only pay up to {MOST_ORDERS} orders at one time.")
    if sum(len(order.lines) for order in orders) > MOST_LINES:
        raise SiteSaysNoError("FAIL_BIZ_MERGE", f"Sorry, you can only pay up to {MOST_LINES} sub-orders at one time.")
    if len({order.currency for order in orders}) > 1:
        raise SiteSaysNoError("FAIL_BIZ_MERGE", "Combined payments can't be supported by different sellers")
    if any(order.state is not OrderState.TO_PAY for order in orders):
        raise SiteSaysNoError("FAIL_BIZ_ORDER_STATUS", "The order can't be paid any more. Please refresh the page.")


def _card_number(card: Mapping[str, str]) -> str:
    """The digits of a card that was typed; SiteSaysNoError where it is none."""
    number, expiry, cvc = (card.get(name, "") for name in ("number", "expiry", "cvc"))
    if not 13 <= len(_digits(number)) <= 19 or not _is_luhn(_digits(number)):
        raise SiteSaysNoError("CARD", "Please check your card number.")
    month, _, year = expiry.replace(" ", "").partition("/")
    if not (month.isdigit() and 1 <= int(month) <= 12 and len(year) == 2 and year.isdigit()):
        raise SiteSaysNoError("CARD", "Please check the expiry date.")
    if not (cvc.isdigit() and len(cvc) in {3, 4}):
        raise SiteSaysNoError("CARD", "Please check the security code.")
    return _digits(number)


def _is_luhn(digits: str) -> bool:
    doubled = [int(one) * (2 if place % 2 else 1) for place, one in enumerate(reversed(digits))]
    return sum(each // 10 + each % 10 for each in doubled) % 10 == 0


def _is_meant(named: str, order: AliOrder) -> bool:
    """By SKU id, by the recipient's phone with its "+", or by the recipient's name."""
    if named.startswith("+"):
        return _digits(named) == _digits(order.recipient.phone)
    if named.isdigit():
        return any(line.sku_id == named for line in order.lines)
    return named.casefold() == order.recipient.name.casefold()


def _digits(text: str) -> str:
    return "".join(one for one in text if one.isascii() and one.isdigit())

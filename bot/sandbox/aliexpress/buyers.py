"""How an account of the stand-in AliExpress buys: its button, payment method, currency, coupons and addresses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from bot.sandbox.aliexpress.address_book import AddressBook, fill
from bot.sandbox.aliexpress.errors import WorldError

ButtonName = Literal["pay_now", "place_order", "unknown"]
PaymentKind = Literal[
    "pay_now_card",
    "pay_now_paypal",
    "pay_now_deferred",
    "pay_now_unchosen",
    "place_order",
    "place_order_card",
    "unknown_button",
]
CURRENCIES = ("USD", "EUR", "GBP", "BRL", "JPY", "VND", "KWD")


@dataclass(frozen=True, slots=True)
class Method:
    """One way of paying; with `charges` a press of the button takes the money at once."""

    code: str
    text: str
    charges: bool


CARD = Method("CARD", "Visa **** 4242", charges=True)
PAYPAL = Method("PAYPAL", "PayPal", charges=True)
BOLETO = Method("BOLETO", "Boleto", charges=False)
METHODS = {one.code: one for one in (CARD, PAYPAL, BOLETO)}

# The button, and the method that is chosen; None where none is, or where there is no payment block at all.
KINDS: dict[PaymentKind, tuple[ButtonName, Method | None]] = {
    "pay_now_card": ("pay_now", CARD),
    "pay_now_paypal": ("pay_now", PAYPAL),
    "pay_now_deferred": ("pay_now", BOLETO),
    "pay_now_unchosen": ("pay_now", None),
    "place_order": ("place_order", None),
    "place_order_card": ("place_order", CARD),
    "unknown_button": ("unknown", CARD),
}


@dataclass(slots=True)
class Buyer:
    """An account as a buyer; `coupon` and `bonus` are US cents taken off, `method` another text for a deferred one."""

    account: str
    kind: PaymentKind = "pay_now_card"
    method: str | None = None
    currency: str = "USD"
    coupon: int = 0
    bonus: int = 0
    us_routed: bool = False
    book: AddressBook = field(default_factory=AddressBook)

    def __post_init__(self) -> None:
        fill(self.book, "merchant")

    @property
    def button(self) -> ButtonName:
        """Which button its confirm page has."""
        return KINDS[self.kind][0]

    @property
    def payment(self) -> Method | None:
        """What its confirm page pays with, named as the account wants it."""
        chosen = KINDS[self.kind][1]
        if chosen is None or self.method is None:
            return chosen
        return Method(chosen.code, self.method, chosen.charges)

    @property
    def has_payment_block(self) -> bool:
        """Whether its confirm page speaks of payment at all."""
        return self.kind != "place_order"


def buyer_named(account: str) -> Buyer:
    """A new account: a saved card behind "Pay now", or Boleto where its name begins with "deferred"."""
    return Buyer(account, "pay_now_deferred" if account.startswith("deferred") else "pay_now_card")


def change_buyer(buyer: Buyer, changes: Mapping[str, Any]) -> None:
    """Set what is named, all or nothing; `addresses` is "merchant" or "empty". WorldError says what is possible."""
    kind, currency = changes.get("kind") or buyer.kind, changes.get("currency") or buyer.currency
    if kind not in get_args(PaymentKind):
        raise WorldError(f"account {buyer.account}: no kind {kind!r}; there are {', '.join(get_args(PaymentKind))}")
    if currency not in CURRENCIES:
        raise WorldError(f"account {buyer.account}: no currency {currency!r}; there are {', '.join(CURRENCIES)}")
    if changes.get("addresses") is not None:
        fill(buyer.book, str(changes["addresses"]))
    for name in ("kind", "method", "currency", "coupon", "bonus", "us_routed"):
        # Only `method` can be taken back: then the kind's own text counts again.
        if name in changes and (changes[name] is not None or name == "method"):
            setattr(buyer, name, changes[name])

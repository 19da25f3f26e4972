"""The one world behind both stand-ins, and the merchant who buys in one what the other has sold."""

import threading
from collections.abc import Iterable, Mapping
from typing import Any

import phonenumbers
from anyascii import anyascii

from bot.sandbox.aliexpress.assortment import cost_of, store_of
from bot.sandbox.aliexpress.errors import WorldError
from bot.sandbox.aliexpress.faults import FaultError
from bot.sandbox.aliexpress.orders import AliOrder, AliParcel, AliRecipient, BuyLine
from bot.sandbox.aliexpress.state import AliWorld
from bot.sandbox.aliexpress.words import ENGLISH
from bot.sandbox.shop_state import ShopLine, ShopOrder, ShopState

SHOP_FAULTS = {
    "shopbase_429",
    "shopbase_500_after",
    "shopbase_500_before",
    "shopbase_html",
    "shopbase_html_status",
    "shopbase_lost",
    "shopbase_slow_ms",
}
_AXES = {"14": "Color", "5": "Size", "200007763": "Ships From"}


class World:
    """Both stand-ins' states, and which AliExpress orders were bought for which store order."""

    def __init__(self, ali: AliWorld, shop: ShopState) -> None:
        self.ali = ali
        self.shop = shop
        self.bought: dict[str, list[str]] = {}
        self._lock = threading.RLock()

    def buy(self, order: str = "all", account: str = "main") -> dict[str, list[str]]:
        """Buy by hand what a store order needs, or every paid order not bought yet; AliExpress numbers by order name.

        WorldError: there is no such order, or nothing in it that AliExpress sells.
        """
        with self._lock:
            orders = self._open_orders() if order == "all" else [self._named(order)]
            made = {one.name: self._buy_one(one, account) for one in orders}
            for name, numbers in made.items():
                self.bought.setdefault(name, []).extend(numbers)
            return made

    def numbers(self, which: Iterable[str]) -> list[str]:
        """AliExpress numbers, for numbers and for names of store orders ("#1001"); a name may stand for several."""
        found: list[str] = []
        for one in which:
            found += self._numbers_of(one) if one.startswith("#") else [one]
        return found

    def set_faults(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Switch faults of either stand-in on, or off with None; all that are on then. FaultError changes nothing."""
        of_shop = {name: value for name, value in changes.items() if name.startswith("shopbase_")}
        unknown = sorted(set(of_shop) - SHOP_FAULTS)
        if unknown:
            raise FaultError(f"unknown fault {unknown[0]!r}; ShopBase has {', '.join(sorted(SHOP_FAULTS))}")
        of_ali = {name: value for name, value in changes.items() if name not in of_shop}
        self.ali.set_faults(self._buyers_named(of_ali))
        with self.shop.lock:
            self.shop.faults.update(of_shop)
            for name in [name for name, value in of_shop.items() if not value]:
                del self.shop.faults[name]
        return self.faults()

    def faults(self) -> dict[str, Any]:
        """All faults that are on."""
        return {**self.ali.faults.model_dump(exclude_defaults=True), **self.shop.faults}

    def state(self) -> dict[str, Any]:
        """All that both stand-ins hold, ready for JSON."""
        with self.ali.lock:
            ours = {
                "aliexpress_orders": [_order_told(order) for order in self.ali.orders.values()],
                "presses": len(self.ali.market.presses),
                "order_calls": self.ali.market.order_calls,
                "charges": self.ali.market.charges,
                "payments": [payment.told() for payment in self.ali.market.payments.values()],
                "page_loads": dict(self.ali.page_loads),
                "bytes": dict(self.ali.bytes_sent),
            }
        return {**ours, **self.shop.snapshot(), "bought": self.bought, "faults": self.faults()}

    def _buyers_named(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """The same faults; in `payment_for` the phones of buyers for names of store orders, as no two share one."""
        told = changes.get("payment_for")
        if not isinstance(told, Mapping):
            return dict(changes)
        return {**changes, "payment_for": {self._phone_of(str(named)): way for named, way in told.items()}}

    def _phone_of(self, named: str) -> str:
        if not named.startswith("#"):
            return named
        try:
            order = self._named(named)
        except WorldError as unknown:
            raise FaultError(str(unknown)) from None
        phone = recipient_typed(order.address, order.phone).phone if order.address else ""
        if not phone.startswith("+"):
            raise FaultError(f"order {named} has no phone by which AliExpress could know it")
        return phone

    def _open_orders(self) -> list[ShopOrder]:
        with self.shop.lock:
            return [
                order
                for order in self.shop.orders.values()
                if order.financial in {"paid", "partially_refunded"}
                and order.cancelled is None
                and order.name not in self.bought
                and any(map(_to_buy, order.lines))
            ]

    def _named(self, order: str) -> ShopOrder:
        try:
            return self.shop.find(order)
        except (KeyError, ValueError):
            raise WorldError(f"the sandbox's store has no order {order}") from None

    def _buy_one(self, order: ShopOrder, account: str) -> list[str]:
        with self.shop.lock:
            lines = [_line_bought(line, left) for line in order.lines if (left := _to_buy(line))]
            if not lines or order.address is None:
                raise WorldError(f"order {order.name} has nothing that can be bought on AliExpress")
            return self.ali.buy(recipient_typed(order.address, order.phone), lines, account)

    def _numbers_of(self, name: str) -> list[str]:
        if name not in self.bought:
            raise WorldError(f"nothing was bought for order {name} yet")
        return self.bought[name]


def recipient_typed(address: Mapping[str, str], phone: str = "") -> AliRecipient:
    """A store's address as a person types it into AliExpress: Latin letters only."""
    latin = {name: _latin(value) for name, value in address.items()}
    return AliRecipient(
        name=latin["name"],
        phone=_phone_typed(address.get("phone") or phone),
        country_code=address["country_code"],
        address=latin["address1"],
        address2=latin.get("address2", ""),
        city=latin["city"],
        province=latin["province"],
        zip=address["zip"],
    )


def _latin(text: str) -> str:
    """The text in Latin letters; pictures, which nobody types, are left out."""
    plain = "".join(sign for sign in text if ord(sign) < 0x1F000 and not 0x2600 <= ord(sign) <= 0x27BF)
    return " ".join(anyascii(plain).split())


def _phone_typed(phone: str) -> str:
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return phone
    return f"+{number.country_code} {phonenumbers.national_significant_number(number)}"


def _to_buy(line: ShopLine) -> int:
    goods = line.goods
    wanted = goods.requires_shipping and line.eligible and bool(goods.ali_item_id)
    return max(line.quantity - line.refunded, 0) if wanted else 0


def _line_bought(line: ShopLine, quantity: int) -> BuyLine:
    goods = line.goods
    return BuyLine(
        product_id=goods.ali_item_id,
        sku_id=goods.ali_sku_id,
        title=goods.title,
        quantity=quantity,
        unit_price=cost_of(goods),
        sku_attr_keys=goods.ali_sku_attr,
        sku_text=_options(goods.ali_sku_attr, goods.variant_title),
        store=store_of(goods),
    )


def _options(keys: str, variant: str) -> str:
    texts = [part.strip() for part in variant.split("/")]
    axes = [_AXES.get(key.partition(":")[0], "Option") for key in keys.split(";")]
    return ";".join(f"{axis}:{text}" for axis, text in zip(axes, texts, strict=False))


def _order_told(order: AliOrder) -> dict[str, Any]:
    to = order.recipient
    return {
        "number": order.number,
        "account": order.account,
        "recipient": to.name,
        "address": {
            "phone": to.phone,
            "country_code": to.country_code,
            "address": to.address,
            "address2": to.address2,
            "city": to.city,
            "province": to.province,
            "zip": to.zip,
        },
        "sku": ", ".join(line.sku_id for line in order.lines),
        "quantity": sum(line.quantity for line in order.lines),
        "status": ENGLISH.status[order.state],
        "paid": order.paid_at is not None,
        "paid_at": order.paid_at.isoformat() if order.paid_at else None,
        "paid_by": order.paid_by,
        "pay_deadline": order.pay_deadline.isoformat(),
        "store": order.store,
        "total": order.total,
        "currency": order.currency,
        "created_at": order.created_at.isoformat(),
        "lines": [
            {"product_id": line.product_id, "sku": line.sku_id, "title": line.title, "quantity": line.quantity}
            for line in order.lines
        ],
        "parcels": [_parcel_told(parcel) for parcel in order.parcels],
    }


def _parcel_told(parcel: AliParcel) -> dict[str, Any]:
    return {
        "number": parcel.number,
        "original_number": parcel.original,
        "carrier": parcel.carrier,
        "service": parcel.service,
        "delivered": parcel.delivered_at is not None,
        "returned": parcel.returned,
        "items": [{"line": line, "count": count} for line, count in parcel.items],
    }

"""An open checkout of the stand-in AliExpress: what is in it, where it goes, and what it costs."""

from dataclasses import dataclass, field

from bot.sandbox.aliexpress.address_book import Entry
from bot.sandbox.aliexpress.buyers import Buyer
from bot.sandbox.aliexpress.faults import Faults
from bot.sandbox.aliexpress.orders import BuyLine
from bot.sandbox.aliexpress.products import Carrier, Product, Sku
from bot.sandbox.shop_goods import price_in

# Tax by country, in hundredths of goods and shipping.
_TAX = {"US": 8, "BR": 20, "GB": 20, "FR": 20, "DE": 19}


@dataclass(slots=True)
class CheckoutLine:
    """One product of a checkout; `wanted` is the code of the carrier asked for."""

    product: Product
    sku: Sku
    quantity: int
    wanted: str = ""


@dataclass(slots=True)
class Checkout:
    """What one confirm page is about; `address_id` is "" where the account has no address at all."""

    buyer: Buyer
    lines: list[CheckoutLine]
    country: str
    address_id: str
    placed: list[str] = field(default_factory=list)

    @property
    def address(self) -> Entry | None:
        """Where it goes."""
        return self.buyer.book.find(self.address_id)

    @property
    def to_country(self) -> str:
        """The country that counts: the address's, else the one of the page's address."""
        return self.address.country if self.address else self.country

    def carrier(self, line: CheckoutLine, faults: Faults) -> Carrier | None:
        """By whom a line goes: as asked if that is possible, else the first one; None: it is not sent there."""
        possible = line.product.carriers_to(self.to_country)
        if faults.come(faults.carrier_gone_at, "confirm"):
            possible = [one for one in possible if one.code != line.wanted]
        return next((one for one in possible if one.code == line.wanted), possible[0] if possible else None)

    @property
    def stores(self) -> list[str]:
        """The sellers, in the order in which their orders are made."""
        return sorted({line.product.store for line in self.lines})


@dataclass(frozen=True, slots=True)
class Bill:
    """What a checkout costs, in minor units of `currency`; `units` are the prices of one piece, line by line."""

    currency: str
    units: tuple[int, ...]
    subtotal: int
    coupon: int
    shipping: int
    tax: int
    bonus: int

    @property
    def total(self) -> int:
        """What is left to pay."""
        return self.subtotal - self.coupon + self.shipping + self.tax - self.bonus


def unit_cents(sku: Sku, faults: Faults, *, pressed: bool = False) -> int:
    """What one piece costs on a confirm page, in US cents."""
    jumped = faults.come(faults.price_jump_at, "press" if pressed else "confirm")
    return sku.cents + (faults.price_jump if jumped else 0)


def bill_of(checkout: Checkout, faults: Faults, *, pressed: bool = False) -> Bill:
    """What a checkout costs at present; `pressed`: at the moment at which the order is made."""
    buyer = checkout.buyer
    currency = faults.other_currency if faults.come(faults.currency_at, "confirm") else buyer.currency

    def minor(cents: int) -> int:
        return price_in(currency, cents)

    units = tuple(minor(unit_cents(line.sku, faults, pressed=pressed)) for line in checkout.lines)
    subtotal = sum(unit * line.quantity for unit, line in zip(units, checkout.lines, strict=True))
    fees = (carrier.cents for line in checkout.lines if (carrier := checkout.carrier(line, faults)))
    coupon = min(minor(buyer.coupon), subtotal)
    shipping = minor(sum(fees))
    tax = (subtotal - coupon + shipping) * _TAX.get(checkout.to_country, 0) // 100
    bonus = min(minor(buyer.bonus), subtotal - coupon + shipping + tax)
    return Bill(currency, units, subtotal, coupon, shipping, tax, bonus)


def bought_lines(checkout: Checkout, bill: Bill) -> list[BuyLine]:
    """The lines of the orders that a checkout becomes."""
    return [
        BuyLine(
            product_id=line.product.us_id if checkout.buyer.us_routed else line.product.id,
            sku_id=line.sku.id,
            title=line.product.title,
            quantity=line.quantity,
            unit_price=unit,
            sku_attr_keys=line.product.path(line.sku),
            sku_text=";".join(f"{axis}:{text}" for axis, text in line.product.options(line.sku)),
            store=line.product.store,
        )
        for line, unit in zip(checkout.lines, bill.units, strict=True)
    ]

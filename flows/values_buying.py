"""The values of buying: what a product page offers, what is wanted, and what the confirm page asks for it."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from flows.values import ItemId, Money, Reader, Value

CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Quantity = Annotated[int, Field(ge=1)]


class SkuOffer(Value):
    """One SKU of a product page.

    `sku_attr` is to the letter, with its `#labels`: "14:29#Bear;183:200007741". `options` are axis name and value text
    as shown. `stock` is None where the page does not tell it; `ship_from` is the text or code of the "Ships From" axis,
    None where the product has none.
    """

    sku_id: ItemId
    sku_attr: str
    options: tuple[tuple[str, str], ...]
    price: Money
    stock: int | None
    salable: bool
    ship_from: str | None
    image: str | None


class ShippingOption(Value):
    """One way to send a product. `fee` is None where the page does not tell it; free is 0. Days are calendar days."""

    code: str
    name: str
    fee: Money | None
    days_min: int | None
    days_max: int | None
    ship_from: str | None
    tracked: bool | None


class Product(Value):
    """A product page. `product_id` is the global id: a US page's id minus 2^51 (aliexpress.md 2)."""

    product_id: ItemId
    title: str
    on_sale: bool
    currency: Currency
    skus: tuple[SkuOffer, ...]
    shipping: tuple[ShippingOption, ...]
    image: str | None
    reader: Reader


class ProductGlance(Value):
    """What a part of a product's answer tells: the title, and prices by SKU id ("target": of the chosen SKU)."""

    title: str
    currency: Currency
    prices: tuple[tuple[str, Money], ...]
    shipping: tuple[ShippingOption, ...]
    reader: Reader


class ShipTo(Value):
    """What is typed into AliExpress's address form, in Latin letters. Personal data: never log it.

    `phone_code` is "+84", `phone` the national number in digits. `province_names` and `city_names` are spellings to try
    in order, "Other" last where the country allows it. `ids` are customs and tax ids: ("cpf", "12345678909"),
    ("rut", …), ("pccc", …), ("passport", …), ("nat_addr", …), ("tax_id", …).
    """

    country_code: CountryCode
    first_name: str
    last_name: str
    phone_code: Annotated[str, StringConstraints(pattern=r"^\+\d{1,4}$")]
    phone: Annotated[str, StringConstraints(pattern=r"^\d{1,17}$")]
    street: str
    street2: str = ""
    province: str = ""
    city: str = ""
    zip: str = ""
    province_names: tuple[str, ...] = ()
    city_names: tuple[str, ...] = ()
    ids: tuple[tuple[str, str], ...] = ()

    @property
    def full_name(self) -> str:
        """First and last name as one text."""
        return f"{self.first_name} {self.last_name}".strip()


class Wanted(Value):
    """What is to be bought with one confirm page; `carrier` is a service code, None takes the page's own choice."""

    product_id: ItemId
    sku_id: ItemId
    sku_attr: str
    quantity: Quantity
    carrier: str | None
    ship_to: ShipTo
    currency: Currency


class ButtonKind(StrEnum):
    """What the button of the confirm page would do."""

    PLACE_ORDER = "place_order"
    PAY_NOW = "pay_now"
    UNKNOWN = "unknown"


class Payment(Value):
    """The payment block; `present` False where the page has none, `method` the chosen method's text, None for none."""

    present: bool
    method: str | None


class QuoteLine(Value):
    """One product line of the confirm page."""

    product_id: ItemId
    sku_id: ItemId
    title: str
    sku_text: str
    quantity: int
    unit_price: Money | None


class Quote(Value):
    """All that the confirm page says before the press.

    `recipient` is name, phone and address as the page draws them (personal data: never log it). `rows` are title,
    amount (None where it is no amount) and text of each summary row. `sellers` is into how many orders it will split.
    """

    recipient: str
    lines: tuple[QuoteLine, ...]
    carrier: str | None
    rows: tuple[tuple[str, Money | None, str], ...]
    total: Money
    payment: Payment
    button_text: str
    button_kind: ButtonKind
    sellers: int
    reader: Reader

"""Invented goods, people and orders for the stand-in store; nobody here is real."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Goods:
    """One variant that the store sells, with the AliExpress item behind it; `cents` is its price in US cents."""

    product_id: int
    variant_id: int
    title: str
    variant_title: str
    cents: int
    ali_item_id: str = ""
    ali_sku_id: str = ""
    ali_sku_attr: str = ""
    requires_shipping: bool = True
    gift_card: bool = False
    is_tip: bool = False
    service: str = "manual"

    @property
    def sku(self) -> str:
        """The store's SKU, made of the AliExpress item and its options, as an import writes it."""
        return f"{self.ali_item_id}-{self.ali_sku_attr}" if self.ali_item_id else ""


def _goods(place: int, title: str, variant: str, cents: int, attr: str, *, service: str = "manual") -> Goods:
    return Goods(
        product_id=1000000300000000 + place,
        variant_id=1000000310000000 + place,
        title=title,
        variant_title=variant,
        cents=cents,
        ali_item_id=str(1005006800000100 + 37 * place),
        ali_sku_id=str(12000038500000000 + 91 * place),
        ali_sku_attr=attr,
        service=service,
    )


CATALOGUE = (
    _goods(1, "Canvas Tote Bag", "Natural", 1995, "14:193"),
    _goods(2, "Ceramic Pour-Over Coffee Dripper", "White / 02", 2450, "14:29;5:100014064"),
    _goods(3, "Folding Phone Stand", "Silver", 999, "14:691"),
    _goods(4, "Waterproof Hiking Jacket", "Green / L", 5900, "14:175;5:361385"),
    _goods(5, "LED Desk Lamp", "Black / EU plug", 3275, "14:193;200007763:201336100"),
    _goods(6, "Áo [/M] đỏ", "Đỏ / M", 1890, "14:10;5:361386"),
    _goods(7, "Stainless Steel Bottle 750 ml", "Blue", 1750, "14:173"),
    _goods(8, "Yoga Mat 6 mm", "Purple", 2999, "14:496"),
    _goods(9, "Cat Tunnel 🐈", "Grey / 3-way", 2149, "14:691;5:200000990"),
    _goods(10, "Wool Beanie", "Mustard", 1290, "14:350850", service="ali-dropship-connector"),
)
TIP = Goods(0, 0, "Tip", "", 300, requires_shipping=False, is_tip=True)
GIFT_CARD = Goods(1000000390000001, 1000000391000001, "Gift card", "$25", 2500, requires_shipping=False, gift_card=True)
EBOOK = Goods(1000000390000002, 1000000391000002, "Care guide (PDF)", "", 500, requires_shipping=False)
CUSTOM = Goods(0, 0, "Gift wrapping, made to order", "", 400, requires_shipping=False)

# How many minor units one US cent buys; the rates are round on purpose.
_MINOR_PER_CENT = {
    "USD": Decimal(1),
    "EUR": Decimal("0.9"),
    "GBP": Decimal("0.8"),
    "BRL": Decimal("5.4"),
    "JPY": Decimal("1.5"),
    "VND": Decimal(250),
    "KWD": Decimal("3.1"),
}


def price_in(currency: str, cents: int) -> int:
    """Returns a price of US cents in whole minor units of `currency`."""
    return int((cents * _MINOR_PER_CENT[currency]).to_integral_value())


@dataclass(frozen=True, slots=True)
class Place:
    """A town to send to, with the names that people have there."""

    country: str
    code: str
    province: str
    province_code: str
    city: str
    zip: str
    street: str
    dial: str
    locale: str
    first: tuple[str, ...]
    last: tuple[str, ...]


US = Place(
    "United States", "US", "Oregon", "OR", "Portland", "97205", "SW Alder St", "+1503555", "en",
    ("Grace", "Harold", "Nina", "Walter", "Ruth", "Oscar", "Lydia", "Irving"),
    ("Whitfield", "Ambrose", "Kessler", "Ortega", "Penhallow", "Strand", "Vickers"),
)  # fmt: skip
VN = Place(
    "Vietnam", "VN", "Hà Nội", "HN", "Quận Hoàn Kiếm", "100000", "phố Hàng Bông", "+8490555", "vi",
    ("Văn Đức", "Thị Hồng Nhung", "Quốc Bảo", "Ngọc Ánh"), ("Nguyễn", "Trần", "Đặng", "Phạm", "Lê"),
)  # fmt: skip
SA = Place(
    "Saudi Arabia", "SA", "الرياض", "", "الرياض", "12211", "شارع العليا", "+96650555", "ar",
    ("فاطمة", "محمد", "نورة", "خالد"), ("العتيبي", "الحربي", "الزهراني"),
)  # fmt: skip
FR = Place(
    "France", "FR", "", "", "Lyon", "69002", "rue de la République", "+3361555", "fr",
    ("Zoé 🌸", "Amélie", "Jérôme"), ("Lefèvre", "Dubois", "Brûlé"),
)  # fmt: skip
BR = Place(
    "Brazil", "BR", "São Paulo", "SP", "São Paulo", "01310-100", "Avenida Paulista", "+551195555", "pt-BR",
    ("João", "Conceição", "Luís"), ("Araújo", "Gonçalves", "Magalhães"),
)  # fmt: skip
JP = Place(
    "Japan", "JP", "東京都", "JP-13", "渋谷区", "150-0002", "渋谷", "+8190555", "ja",
    ("さくら", "健太", "美咲"), ("佐藤", "鈴木", "高橋"),
)  # fmt: skip
KW = Place(
    "Kuwait", "KW", "", "", "Kuwait City", "13001", "Fahad Al-Salem St", "+965555", "ar",
    ("Dalal", "Yousef"), ("Al-Sabah", "Al-Mutairi"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recipe:
    """What one order of the mix is made of: where it goes, its currency, and pairs of goods and quantity."""

    place: Place
    currency: str
    lines: tuple[tuple[Goods, int], ...]
    note: str = ""
    phone_on_order: bool = False


_G = CATALOGUE
MIX = (
    Recipe(US, "USD", ((_G[0], 1),)),
    Recipe(US, "USD", ((_G[1], 1),)),
    Recipe(US, "USD", ((_G[2], 1),)),
    Recipe(US, "USD", ((_G[3], 1), (_G[6], 1))),
    Recipe(US, "USD", ((_G[7], 2),)),
    Recipe(VN, "USD", ((_G[5], 1),)),
    Recipe(SA, "USD", ((_G[8], 1),)),
    Recipe(FR, "EUR", ((_G[4], 1),)),
    Recipe(US, "USD", ((_G[6], 1), (TIP, 1))),
    Recipe(US, "USD", ((EBOOK, 1), (_G[1], 1))),
    Recipe(US, "USD", ((_G[2], 3), (GIFT_CARD, 1)), note="Please leave it at the back door."),
    Recipe(JP, "JPY", ((_G[0], 1),)),
    Recipe(KW, "KWD", ((_G[3], 1),)),
    Recipe(BR, "BRL", ((_G[8], 1), (_G[5], 2))),
    Recipe(US, "USD", ((_G[9], 1),)),
    Recipe(US, "USD", ((_G[7], 1), (CUSTOM, 1))),
    Recipe(VN, "VND", ((_G[5], 2),), phone_on_order=True),
    Recipe(US, "USD", ((_G[0], 1), (_G[1], 2), (_G[4], 1))),
)


def recipes(start: int) -> Iterator[Recipe]:
    """Yields the mix again and again, from place `start` on."""
    while True:
        yield MIX[start % len(MIX)]
        start += 1


def invent_address(place: Place, serial: int, chance: random.Random) -> dict[str, str]:
    """Returns an invented buyer of `place`; `serial` makes house and phone number differ from everybody else's."""
    first, last = chance.choice(place.first), chance.choice(place.last)
    name = f"{last} {first}" if place.code in {"VN", "JP"} else f"{first} {last}"
    told = {
        "first_name": first,
        "last_name": last,
        "name": name,
        "company": "",
        "address1": f"{serial % 9000 + 1} {place.street}",
        "address2": f"Apt {serial % 90 + 1}" if serial % 3 == 0 else "",
        "city": place.city,
        "province": place.province,
        "province_code": place.province_code,
        "country": place.country,
        "country_name": place.country,
        "country_code": place.code,
        "zip": place.zip,
        "phone": f"{place.dial}{serial % 10000:04d}",
    }
    return told | ({"cpf_number": _cpf(serial)} if place.code == "BR" else {})


def _cpf(serial: int) -> str:
    """An invented Brazilian tax number whose two check digits are right."""
    digits = [int(digit) for digit in f"{serial:09d}"]
    for _ in range(2):
        total = sum(digit * weight for digit, weight in zip(digits, range(len(digits) + 1, 1, -1), strict=True))
        digits.append(total * 10 % 11 % 10)
    return "".join(map(str, digits))

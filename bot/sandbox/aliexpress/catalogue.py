"""Products and people for orders that are made in bulk: always the same ones for the same serial number."""

from bot.sandbox.aliexpress.orders import AliRecipient, BuyLine

_PRODUCTS = (
    ("1005006001", "Foldable phone stand, aluminium", "14:193", "Color:Black", 499),
    ("1005006002", "USB-C cable 100W braided", "14:29;200019540:200701224", "Color:White;Length:1m", 329),
    ("1005006003", "Linen apron with pockets", "14:202422807;5:361385", "Color:Sand;Size:M", 1250),
    ("1005006004", "Ceramic coffee dripper", "14:175", "Color:Green", 899),
    ("1005006005", "Cat tunnel 130 cm", "14:366", "Color:Grey", 1575),
)
_PEOPLE = (
    ("Maria Souza", "+55 11987654321", "BR", "Rua das Flores, 12", "Sao Paulo", "Sao Paulo", "01310-100"),
    ("John Carter", "+1 2025550143", "US", "8 Maple Street", "Springfield", "Illinois", "62701"),
    ("Anna Schmidt", "+49 15112345678", "DE", "Lindenweg 4", "Berlin", "Berlin", "10115"),
    ("Nguyen Van Duc", "+84 912345678", "VN", "12 Hang Bac", "Hanoi", "Hoan Kiem", "100000"),
)


def line_of(serial: int) -> BuyLine:
    """The one line of the n-th order made in bulk."""
    product, title, keys, text, price = _PRODUCTS[serial % len(_PRODUCTS)]
    return BuyLine(
        product_id=f"{product}{serial % 1000:06d}",
        sku_id=f"12000{serial % 100_000:012d}",
        title=title,
        quantity=serial % 3 + 1,
        unit_price=price,
        sku_attr_keys=keys,
        sku_text=text,
    )


def recipient_of(serial: int) -> AliRecipient:
    """The recipient of the n-th order made in bulk."""
    name, phone, country, address, city, province, post_code = _PEOPLE[serial % len(_PEOPLE)]
    return AliRecipient(name, phone, country, address, city, province, post_code)

"""Texts that tell nothing of anybody: words that the site prints for everyone, dates, amounts and small numbers."""

import re
import unicodedata
from functools import cache

from flows.dates import LANGUAGES
from flows.selector_files import load

SPOKEN = ("order_list", "order_detail", "tracking", "product", "confirm", "address_form", "paying", "words")
UNSPOKEN = {("confirm", "never_deferred"), ("order_list", "tabs")}
ESCAPED = re.compile(r"[#\\]|%[0-9A-Fa-f]{2}")  # what may be anything once it is undone
SMALL = re.compile(r"[x×]?\s?\d{1,3}%?(?!\d)")

# What AliExpress's own pages print beside what the readers look for.
PRINTED = (
    *("Account", "Add new address", "Add to cart", "Additional charges", "Address", "All", "All / Last year", "Bonus"),
    *("Awaiting", "Back", "Buy now", "Cancel", "Carrier", "Cart", "Change", "Change password", "Check my order"),
    *("Choose", "Close", "Code", "Color", "Confirm", "Confirm received", "Contact seller", "Continue", "Copy"),
    *("Continue securely", "Coupons for you, today only", "Credit/Debit card", "Delete", "Deleted orders", "Delivery"),
    *("Delivered", "Details", "Enter", "Enter code here", "Enter manually", "Error", "Free", "Free returns"),
    *("Free shipping", "Help", "Home", "Items", "Last name", "Log in", "Log out", "Logistics information"),
    *("Logistics information has not been updated yet.", "Material", "Messages", "More to love", "My orders"),
    *("No orders yet", "Order", "Order Detail", "Order details", "Order ID, product or store name", "Orders"),
    *("Order created", "Order placed", "Orders placed in", "Oops! Something went wrong.", "Package in preparation"),
    *("Pay again", "Pay for selected orders", "Payment", "Payment Methods", "Payment Successful", "Payment method"),
    *("Payment unsuccessful", "Please refresh the page and try again.", "Please slide to verify", "Price", "Processed"),
    *("Product", "Promo code", "Promo codes", "Quantity", "Refresh", "Register", "Remove", "Repurchase", "Return"),
    *("Save", "Search by address", "Search", "Select", "Select all", "Select payment method", "Select state"),
    *("Select address", "Select city", "Select country/region", "Service Commitment", "Set as default"),
    *("Set as default shipping address", "Shipped", "Shipping", "Shipping address", "Shipping fee", "Ships From"),
    *("Sign in", "Sign out", "Size", "Snapshot", "Sold out", "Status", "Submit", "Subtotal", "Summary", "Tax"),
    *("Store", "Total item costs", "Total shipping", "Track order", "Track status", "Tracking number", "View all"),
    *("View detail", "View details", "View more", "View orders", "Your package is being prepared", "available"),
    *("Sorry, we have detected unusual traffic from your network.", "Email or phone number", "Password"),
    *("Your order's been created", "Recipient", "Phone", "Email", "Tracking", "AliExpress", "Visa", "Mastercard"),
    *("American Express", "PayPal", "Boleto", "Google Pay", "Apple Pay", "****", "days", "Default"),
    *("etc", "optional", "house number", "Delivery Instructions", "Code*", "or"),
    *("Địa chỉ giao hàng", "Thay đổi", "Thêm địa chỉ mới", "Phương thức thanh toán", "Chọn phương thức thanh toán"),
    *("Tóm tắt", "Tổng phụ", "Mã khuyến mãi", "Nhập", "Phí vận chuyển", "Phụ phí", "Tiền thưởng", "Tổng cộng"),
    *("Đơn hàng", "Chi tiết", "Sao chép", "Ngày đặt hàng", "Tổng", "Xem đơn hàng", "Theo dõi", "Giỏ hàng", "Lưu"),
    *("Đăng nhập", "Đăng xuất", "Tài khoản", "Hủy", "Đóng", "Tìm kiếm", "Tiếp tục", "Tiếp tục an toàn", "ngày"),
)


def written(text: str) -> str:
    """A text as words are compared here: one case, one form, single blanks; accents count."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@cache
def phrases() -> frozenset[str]:
    """All that the site's pages print for everyone, as `written`."""
    means = (
        word
        for page in SPOKEN
        for group, words in load(page).means.items()
        if (page, group) not in UNSPOKEN
        for listed in words.values()
        for word in listed
    )
    return frozenset(written(text) for text in (*means, *PRINTED))


@cache
def words() -> frozenset[str]:
    """The single words of those phrases: none of them is taken for a name where it stands alone."""
    return frozenset(word for phrase in phrases() for word in re.findall(r"[^\W\d_]+", phrase))


@cache
def _phrase() -> re.Pattern[str]:
    longest = sorted(phrases(), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)")


@cache
def amount() -> re.Pattern[str]:
    """An amount with its sign or code, before or after it."""
    from babel.numbers import list_currencies

    known = {sign for listed in load("words").means["currency"].values() for sign in listed}
    known |= {re.sub(r"([A-Z])(\W)", r"\1 \2", sign) for sign in known} | set(list_currencies("en"))
    longest = sorted(known, key=len, reverse=True)
    # A code in letters begins a word of its own; a sign may stand right behind another text.
    before = "|".join(rf"(?<!\w){re.escape(sign)}" if sign[0].isalpha() else re.escape(sign) for sign in longest)
    behind = "|".join(rf"{re.escape(sign)}(?!\w)" for sign in longest)
    number = r"\d(?:[\d.,'’ \u00a0\u202f]{0,18}\d)?(?!\d)"
    return re.compile(rf"(?:{before})\s?{number}|(?<!\d){number}\s?(?:{behind})")


@cache
def day() -> re.Pattern[str]:
    """A date as the site writes it, also without a year or with a time of day."""
    from babel.dates import get_month_names

    months = {
        name.strip(". ")
        for language in LANGUAGES
        for width in ("abbreviated", "wide")
        for context in ("format", "stand-alone")
        for name in get_month_names(width, context, language).values()
    }
    month = rf"(?:{'|'.join(map(re.escape, sorted(months, key=len, reverse=True)))})\.?"
    clock = r"(?:,?\s\d{1,2}:\d{2}(?::\d{2})?)?"
    in_words = rf"{month}\s\d{{1,2}}(?:,?\s\d{{4}})?|\d{{1,2}}\.?\s(?:de\s)?{month}(?:,?\s(?:de\s)?\d{{4}})?"
    in_numbers = r"20\d\d[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\s?\d{1,2}[-/.]\s?20\d\d"
    in_asia = r"20\d\d[년年]\s?\d{1,2}[월月]\s?\d{1,2}[일日]"
    return re.compile(rf"(?<!\w)(?:{in_words}|{in_numbers}|{in_asia}){clock}(?!\w)", re.IGNORECASE)


@cache
def _sayings() -> tuple[str, ...]:
    return tuple(word for listed in load("login").means["says"].values() for word in listed)


def saying(text: str) -> str | None:
    """Of a text that tells what a sign-in page wants, the words that tell it; None for any other text."""
    said = written(text)
    return next((f"… {words} …" for words in _sayings() if words in said), None)


def facts(text: str) -> list[tuple[int, int]]:
    """Where dates and amounts stand in a text."""
    return [found.span() for pattern in (day(), amount()) for found in pattern.finditer(text)]


def is_label(text: str) -> bool:
    """Whether a text is a word or more of those that the site prints for everyone."""
    return any(sign.isalpha() for sign in text) and is_harmless(text)


def is_harmless(text: str) -> bool:
    """Whether a text holds nothing but what the site prints for everyone, dates, amounts and small numbers."""
    if ESCAPED.search(text):
        return False
    left = text
    for pattern in (day(), amount()):
        left = pattern.sub(" ", left)
    left = _phrase().sub(" ", written(left))
    left = SMALL.sub(" ", left)
    return not any(sign.isalnum() for sign in left)

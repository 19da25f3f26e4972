"""The words of the stand-in's confirm page, in English and Vietnamese."""

from dataclasses import dataclass, replace

from bot.sandbox.aliexpress.buyers import ButtonName
from bot.sandbox.aliexpress.faults import Design, Language


@dataclass(frozen=True)
class CheckoutWords:
    """One language's texts of the confirm page and of the page after it."""

    address: str
    change: str
    new_address: str
    payment: str
    choose_payment: str
    summary: str
    subtotal: str
    promo: str
    enter_code: str
    shipping: str
    free: str
    tax: str
    bonus: str
    total: str
    buttons: dict[ButtonName, str]
    agreement: str
    not_shippable: str
    days: str
    paid: str
    paid_more: str
    failed: str
    failed_more: str
    pay_again: str
    placed: str
    placed_more: str
    check_order: str
    home: str
    number: str


ENGLISH = CheckoutWords(
    address="Shipping address",
    change="Change",
    new_address="Add new address",
    payment="Payment Methods",
    choose_payment="Select payment method",
    summary="Summary",
    subtotal="Subtotal",
    promo="Promo codes",
    enter_code="Enter",
    shipping="Shipping fee",
    free="Free",
    tax="Additional charges",
    bonus="Bonus",
    total="Total",
    buttons={"pay_now": "Pay now", "place_order": "Place order", "unknown": "Continue securely"},
    agreement="Upon clicking '{button}', I confirm I have read and acknowledged all terms and policies.",
    not_shippable="This product can't be shipped to your address",
    days="Delivery: {fewest}-{most} days",
    paid="Payment Successful",
    paid_more="Thank you! We've received your payment.",
    failed="Payment unsuccessful",
    failed_more="Your payment was unsuccessful. Please try again or use another card.",
    pay_again="Pay again",
    placed="Order placed",
    placed_more="Please complete the payment with {method} in time, or the order will be closed.",
    check_order="Check order",
    home="Home",
    number="Order ID",
)

VIETNAMESE = CheckoutWords(
    address="Địa chỉ giao hàng",
    change="Thay đổi",
    new_address="Thêm địa chỉ mới",
    payment="Phương thức thanh toán",
    choose_payment="Chọn phương thức thanh toán",
    summary="Tóm tắt",
    subtotal="Tổng phụ",
    promo="Mã khuyến mãi",
    enter_code="Nhập",
    shipping="Phí vận chuyển",
    free="Miễn phí",
    tax="Phụ phí",
    bonus="Tiền thưởng",
    total="Tổng cộng",
    buttons={"pay_now": "Thanh toán ngay", "place_order": "Đặt hàng", "unknown": "Tiếp tục an toàn"},
    agreement="Khi nhấp vào '{button}', tôi xác nhận đã đọc và đồng ý với các điều khoản.",
    not_shippable="Sản phẩm này không thể giao đến địa chỉ của bạn",
    days="Giao hàng: {fewest}-{most} ngày",
    paid="Thanh toán thành công",
    paid_more="Cảm ơn bạn! Chúng tôi đã nhận được thanh toán.",
    failed="Thanh toán không thành công",
    failed_more="Thanh toán của bạn không thành công. Vui lòng thử lại hoặc dùng thẻ khác.",
    pay_again="Thanh toán lại",
    placed="Đã đặt hàng",
    placed_more="Vui lòng hoàn tất thanh toán bằng {method} đúng hạn, nếu không đơn hàng sẽ bị đóng.",
    check_order="Kiểm tra đơn hàng",
    home="Trang chủ",
    number="Mã đơn hàng",
)


_OF_2022 = replace(
    ENGLISH,
    address="Address",
    subtotal="Total item costs",
    promo="Promo code",
    enter_code="Enter code here",
    shipping="Total shipping",
)


def checkout_words(language: Language, design: Design) -> CheckoutWords:
    """The texts of a language and design; English where the confirm page does not have the language."""
    if language == "vi":
        return VIETNAMESE
    return _OF_2022 if design == "2022" else ENGLISH

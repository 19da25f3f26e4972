"""What the bar of a pay run says, in English and Vietnamese: whole sentences with named places, and the keys to press.

No letter is used twice beside another on one bar, and none is D, E or F: Alt with those belongs to the browser.
"""

from enum import StrEnum
from typing import Any

from flows.values_paying import Choice

Label = tuple[Choice | str, str, str]


class Text(StrEnum):
    """The sentences of the bar."""

    HEADING = "heading"
    IN_SHOP = "in_shop"
    ON_ALI = "on_ali"
    EXPECTED = "expected"
    PAID_SO_FAR = "paid_so_far"
    PIECES = "pieces"
    PREPARING = "preparing"
    LOOKING = "looking"
    READY = "ready"
    CHANGED = "changed"
    TOTAL_CHANGED = "total_changed"
    CARRIER_CHANGED = "carrier_changed"
    LINE_CHANGED = "line_changed"
    OTHER_TOTAL = "other_total"
    NOT_AS_PREPARED = "not_as_prepared"
    AWAY = "away"
    TIME_IS_UP = "time_is_up"
    DID_YOU_PRESS = "did_you_press"
    DID_YOU_BUY = "did_you_buy"
    WHICH_ONE = "which_one"
    CANDIDATE = "candidate"
    DIFFERS = "differs"
    BUY_YOURSELF = "buy_yourself"
    NOT_FOUND = "not_found"
    SIGN_IN = "sign_in"


_ENGLISH: dict[Text, str] = {
    Text.HEADING: "{place} of {all}: order {order}",
    Text.IN_SHOP: "Your shop: {title}",
    Text.ON_ALI: "AliExpress: {title}",
    Text.EXPECTED: "Expected: {amount}",
    Text.PAID_SO_FAR: "Ordered in this run: {amount}",
    Text.PIECES: "{options} × {count}",
    Text.PREPARING: "Preparing this order …",
    Text.LOOKING: "Looking on AliExpress for the number of order {order}. This page is ready in a moment.",
    Text.READY: "Check it, press “{button}” once, and pay. dropferry presses nothing.",
    Text.CHANGED: "Changed since your list. {changes}",
    Text.TOTAL_CHANGED: "It costs {now} now, and cost {before} before.",
    Text.CARRIER_CHANGED: "It is sent by {now} now, and was by {before} before.",
    Text.LINE_CHANGED: "AliExpress shows “{now}” now, and showed “{before}” before.",
    Text.OTHER_TOTAL: "The page shows another total than prepared, so a press does nothing. Accept it as it is?",
    Text.NOT_AS_PREPARED: "The page shows another recipient, product or quantity than was prepared, so a press "
    "does nothing. Open it again?",
    Text.AWAY: "This tab shows another page. Open the order page again?",
    Text.TIME_IS_UP: "Nobody pressed for {minutes} minutes. Go on with this order?",
    Text.DID_YOU_PRESS: "Did you press “{button}” for order {order}?",
    Text.DID_YOU_BUY: "Did you buy order {order} on AliExpress?",
    Text.WHICH_ONE: "AliExpress shows several new orders that may be order {order}. Which one is it?",
    Text.CANDIDATE: "No. {number}, {total}, to {recipient}",
    Text.DIFFERS: "Careful: AliExpress order {number} for {order} is not what was prepared. {what} "
    "If that is wrong, cancel it there at once: {link}",
    Text.BUY_YOURSELF: "Buy {count} of this yourself, for this recipient. Press Done when AliExpress has the order.",
    Text.NOT_FOUND: "AliExpress does not show an order for {order} yet. Did you buy it?",
    Text.SIGN_IN: "AliExpress asks for you in this window. When you have done it, press Done.",
}

_VIETNAMESE: dict[Text, str] = {
    Text.HEADING: "{place}/{all}: đơn {order}",
    Text.IN_SHOP: "Cửa hàng của bạn: {title}",
    Text.ON_ALI: "AliExpress: {title}",
    Text.EXPECTED: "Dự kiến: {amount}",
    Text.PAID_SO_FAR: "Đã đặt trong lượt này: {amount}",
    Text.PIECES: "{options} × {count}",
    Text.PREPARING: "Đang chuẩn bị đơn này …",
    Text.LOOKING: "Đang tìm mã đơn AliExpress của đơn {order}. Trang này sẽ sẵn sàng ngay.",
    Text.READY: "Hãy kiểm tra, bấm “{button}” một lần rồi thanh toán. dropferry không bấm gì cả.",
    Text.CHANGED: "Đã thay đổi so với danh sách bạn xem. {changes}",
    Text.TOTAL_CHANGED: "Bây giờ giá là {now}, trước đó là {before}.",
    Text.CARRIER_CHANGED: "Bây giờ gửi bằng {now}, trước đó là {before}.",
    Text.LINE_CHANGED: "Bây giờ AliExpress hiện “{now}”, trước đó là “{before}”.",
    Text.OTHER_TOTAL: "Trang hiện tổng tiền khác lúc chuẩn bị nên bấm không có tác dụng. Có chấp nhận như vậy không?",
    Text.NOT_AS_PREPARED: "Trang hiện người nhận, sản phẩm hoặc số lượng khác lúc chuẩn bị nên bấm không có tác dụng. "
    "Có mở lại không?",
    Text.AWAY: "Tab này đang hiện trang khác. Có mở lại trang đặt hàng không?",
    Text.TIME_IS_UP: "Đã {minutes} phút không ai bấm. Có tiếp tục với đơn này không?",
    Text.DID_YOU_PRESS: "Có phải bạn đã bấm “{button}” cho đơn {order} không?",
    Text.DID_YOU_BUY: "Có phải bạn đã mua đơn {order} trên AliExpress không?",
    Text.WHICH_ONE: "AliExpress có vài đơn mới có thể là đơn {order}. Đơn nào đúng?",
    Text.CANDIDATE: "Số {number}, {total}, gửi cho {recipient}",
    Text.DIFFERS: "Cẩn thận: đơn AliExpress {number} cho {order} không đúng như đã chuẩn bị. {what} "
    "Nếu sai, hãy huỷ ngay tại đó: {link}",
    Text.BUY_YOURSELF: "Bạn tự mua {count} cái này cho người nhận này. Khi AliExpress đã có đơn, bấm Xong.",
    Text.NOT_FOUND: "AliExpress chưa hiện đơn nào cho {order}. Có phải bạn đã mua không?",
    Text.SIGN_IN: "AliExpress cần bạn trong cửa sổ này. Làm xong hãy bấm Xong.",
}

_LABELS: dict[str, dict[Choice, tuple[str, str]]] = {
    "en": {
        Choice.ACCEPT: ("Accept", "a"),
        Choice.SKIP: ("Skip", "s"),
        Choice.HOLD: ("Hold back", "h"),
        Choice.STOP: ("Stop the run", "t"),
        Choice.YES: ("Yes", "y"),
        Choice.NO: ("No", "n"),
        Choice.NOT_SURE: ("Not sure", "u"),
        Choice.DONE: ("Done", "o"),
    },
    "vi": {
        Choice.ACCEPT: ("Chấp nhận", "c"),
        Choice.SKIP: ("Bỏ qua", "b"),
        Choice.HOLD: ("Giữ lại", "g"),
        Choice.STOP: ("Dừng lượt này", "n"),
        Choice.YES: ("Có", "c"),
        Choice.NO: ("Không", "k"),
        Choice.NOT_SURE: ("Không chắc", "h"),
        Choice.DONE: ("Xong", "x"),
    },
}
_TEXTS = {"en": _ENGLISH, "vi": _VIETNAMESE}
NUMBER = "number:"


class PayWords:
    """The bar's words in one language, "en" or "vi"."""

    def __init__(self, language: str) -> None:
        self._texts = _TEXTS[language]
        self._labels = _LABELS[language]

    def __call__(self, text: Text, **data: Any) -> str:
        """A sentence with its places filled."""
        return self._texts[text].format(**data)

    def choices(self, *choices: Choice) -> tuple[Label, ...]:
        """The labels of these choices with their keys, in this order."""
        return tuple((choice, *self._labels[choice]) for choice in choices)

    def numbers(self, numbers: dict[str, str]) -> tuple[Label, ...]:
        """A choice for each order number, labelled as given, with the keys 1 to 9."""
        return tuple(
            (f"{NUMBER}{number}", label, str(place) if place < 10 else "")
            for place, (number, label) in enumerate(numbers.items(), start=1)
        )

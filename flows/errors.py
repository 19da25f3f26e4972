"""The trouble a flow can meet, each class named after what has to happen next.

FlowError
├── TryLater          the site or the network does not answer, while only reading
├── PersonNeeded      a person must do one thing; `kind` says which
├── PageChanged       a page or an element is not what it should be
│   └── AnswerChanged     the page's data call has an unknown shape; the drawn page may still be read
├── CannotBuy         surely not placed; `reason` says why
└── OutcomeUnknown    the order button was, or may have been, pressed
"""

from enum import StrEnum


class FlowError(Exception):
    """Trouble on AliExpress; `evidence` names the folder that holds what was seen, if any was kept."""

    evidence: str | None = None


class TryLater(FlowError):
    """The site or the network does not answer, while only reading."""


class NeedKind(StrEnum):
    """What a person is needed for."""

    SIGNED_OUT = "signed_out"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - what went wrong, no password
    CAPTCHA = "captcha"
    SECOND_FACTOR = "second_factor"
    EMAIL_CODE = "email_code"
    TERMS = "terms"
    ACCOUNT_LIMITED = "account_limited"
    OTHER_ACCOUNT = "other_account"


class PersonNeeded(FlowError):
    """A person must do one thing, named by `kind`, before this account's pages can be read again.

    Whoever knows whose browser it was names the `account`, and says whether the trouble is news to the merchant.
    """

    account: str | None = None
    is_news: bool = True

    def __init__(self, kind: NeedKind, detail: str = "") -> None:
        super().__init__(f"{kind.value}: {detail}" if detail else kind.value)
        self.kind = kind
        self.detail = detail


class PageChanged(FlowError):
    """A page is not what it should be; says which `page`, which `element` and what was found there."""

    def __init__(self, page: str, element: str, found: str) -> None:
        super().__init__(f"{page}: {element}: {found}")
        self.page = page
        self.element = element
        self.found = found


class AnswerChanged(PageChanged):
    """The page's data call has an unknown shape: nothing in it contradicts the drawn page, which may still be read."""


class Reason(StrEnum):
    """Why an order was surely not placed."""

    PRODUCT_GONE = "product_gone"
    SKU_GONE = "sku_gone"
    SOLD_OUT = "sold_out"
    NOT_SHIPPABLE = "not_shippable"
    CARRIER_GONE = "carrier_gone"
    ADDRESS_REFUSED = "address_refused"
    PRICE_CHANGED = "price_changed"
    QUANTITY_CHANGED = "quantity_changed"
    RECIPIENT_DIFFERS = "recipient_differs"
    CURRENCY_DIFFERS = "currency_differs"
    PAYS_AT_ONCE = "pays_at_once"
    UNKNOWN_BUTTON = "unknown_button"
    ZERO_TOTAL = "zero_total"
    MERCHANT_ADDRESS_TOUCHED = "merchant_address_touched"
    PAGE_SAYS_NO = "page_says_no"


class CannotBuy(FlowError):
    """The order was surely not placed; `detail` has both values: "asked 2, page shows 1"."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail


class OutcomeUnknown(FlowError):
    """The button was, or may have been, pressed, and no order number was seen."""

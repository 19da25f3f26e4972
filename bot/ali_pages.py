"""Where on AliExpress a merchant finds what dropferry speaks of. Plain addresses, no I/O."""

WWW = "https://www.aliexpress.com"


def order_page(number: str, www: str = WWW) -> str:
    """The page of one order, where it is paid, cancelled, or its address changed (aliexpress.md 2)."""
    return f"{www}/p/order/detail.html?orderId={number}"


def to_pay_tab(www: str = WWW) -> str:
    """The list of orders that are still to be paid."""
    return f"{www}/p/order/index.html?tab=unpaid"

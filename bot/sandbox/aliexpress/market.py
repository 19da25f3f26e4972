"""What is for sale on the stand-in AliExpress, who buys there, and which checkouts are open."""

import secrets
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bot.sandbox.aliexpress.assortment import stock_up
from bot.sandbox.aliexpress.buyers import Buyer, buyer_named
from bot.sandbox.aliexpress.checkouts import Checkout
from bot.sandbox.aliexpress.errors import WorldError
from bot.sandbox.aliexpress.products import CARRIERS, US_SHIFT, Product

if TYPE_CHECKING:
    from bot.sandbox.aliexpress.payments import Payment

Told = Mapping[str, Any]


class Market:
    """Products, buyers, item pages that were opened, checkouts and what was pressed; `lock` is the world's.

    `presses` are the names of the presses of a confirm page's button, `order_calls` the order calls that arrived,
    `charges` the orders that were paid by a press, at once or at the bank, and `payments` all attempts to pay.
    """

    def __init__(self, lock: threading.RLock) -> None:
        self._lock = lock
        self.products: dict[str, Product] = stock_up()
        self.buyers: dict[str, Buyer] = {}
        self.checkouts: dict[str, Checkout] = {}
        self.presses: set[str] = set()
        self.order_calls = 0
        self.charges = 0
        self.payments: dict[str, Payment] = {}
        self._tickets: dict[str, tuple[str, bool]] = {}

    def buyer(self, account: str) -> Buyer:
        """An account as a buyer."""
        with self._lock:
            if account not in self.buyers:
                self.buyers[account] = buyer_named(account)
            return self.buyers[account]

    def product(self, product_id: str) -> Product | None:
        """The product of that id, global or of the US site."""
        if not product_id.isdigit():
            return None
        plain = int(product_id)
        return self.products.get(str(plain - US_SHIFT if plain > US_SHIFT else plain))

    def open_item(self, product_id: str, *, loaded: bool) -> str:
        """An item page of a product was opened; the ticket that its tab keeps. `loaded`: its data are there too."""
        with self._lock:
            ticket = secrets.token_hex(8)
            self._tickets[ticket] = (product_id, loaded)
            return ticket

    def item_loaded(self, ticket: str) -> None:
        """The data of an item page were answered."""
        with self._lock:
            if ticket in self._tickets:
                self._tickets[ticket] = (self._tickets[ticket][0], True)

    def item_seen(self, ticket: str, product_id: str) -> bool:
        """Whether the tab of this ticket has loaded the item page of this product; it serves for one confirm page."""
        with self._lock:
            return self._tickets.pop(ticket, None) == (product_id, True)

    def start(self, checkout: Checkout) -> str:
        """Keep an open checkout; its token, which is also the payment id of its result page."""
        with self._lock:
            token = f"2001{secrets.randbelow(10**15):015d}"
            self.checkouts[token] = checkout
            return token

    def change_product(self, product_id: str, changes: Told) -> None:
        """Set `on_sale`, `carriers` (codes by country), and of one `sku` or of all `price`, `stock`, `gone`.

        Prices are US cents. WorldError names what there is not, and changes nothing.
        """
        with self._lock:
            product = self.product(product_id)
            if product is None:
                raise WorldError(f"the sandbox's AliExpress has no product {product_id}")
            skus = [one for one in product.skus if changes.get("sku") in (None, one.id)]
            if not skus:
                raise WorldError(f"product {product_id} has no SKU {changes['sku']}")
            carriers = _carriers_told(changes.get("carriers") or {})
            product.carriers |= carriers
            product.on_sale = changes.get("on_sale", product.on_sale)
            for sku in skus:
                sku.cents = changes.get("price", sku.cents)
                sku.stock = changes.get("stock", sku.stock)
                sku.gone = changes.get("gone", sku.gone)


def _carriers_told(by_country: Told) -> dict[str, tuple[str, ...]]:
    known = {one.code for one in CARRIERS}
    unknown = sorted({code for codes in by_country.values() for code in codes} - known)
    if unknown:
        raise WorldError(f"no carrier {unknown[0]!r}; there are {', '.join(sorted(known))}")
    return {country: tuple(codes) for country, codes in by_country.items()}

"""Opens the page of one product and reads what it offers."""

from playwright.sync_api import Page

from flows.errors import CannotBuy, FlowError, PageChanged, PersonNeeded, Reason
from flows.pages import product
from flows.pages.product import DrawnProduct
from flows.tab import Tab, browser_trouble
from flows.two_readers import TwoReaders, check_same
from flows.values import Site
from flows.values_buying import Product


def read_product(page: Page, site: Site, product_id: str, country: str | None = None) -> Product:
    """What a product page offers; shipping options to another country than `country` are left out.

    Raises CannotBuy(PRODUCT_GONE) where the page says so, PersonNeeded, TryLater or PageChanged.
    """
    with Tab(page, site, [product.API]) as tab:
        return open_product(tab, product_id, country)


def open_product(tab: Tab, product_id: str, country: str | None = None) -> Product:
    """The same in a tab that listens to `product.API` already, and stays on the product's page."""
    start_product(tab, product_id)
    return started_product(tab, product_id, country)


def start_product(tab: Tab, product_id: str) -> None:
    """Begins to load a product's page, which `started_product` reads later."""
    tab.start(product.address(tab.site, product_id))


def started_product(tab: Tab, product_id: str, country: str | None = None) -> Product:
    """What the product's page that has begun to load in `tab` offers."""
    screen = DrawnProduct(tab.page, tab.site)
    try:
        with browser_trouble("product page"):
            return _read(tab, screen, product_id, country)
    except (PersonNeeded, CannotBuy):
        raise
    except FlowError as error:
        if _is_gone(tab, screen, error):
            raise CannotBuy(Reason.PRODUCT_GONE, f"asked {product_id}, the page says that it is not sold") from error
        raise


def _read(tab: Tab, screen: DrawnProduct, product_id: str, country: str | None) -> Product:
    asked = product.global_id(product_id)

    def answer() -> Product:
        call = tab.answer(product.API, lambda call: _asks_for(call.asked.get("productId"), asked), drawn=screen.drawn)
        return product.from_answer(call.data, country, asked)

    def drawn() -> Product:
        tab.must_have_arrived(product.NAME)
        return screen.product(country)

    readers = TwoReaders(product.compare)
    read = readers.read(answer, drawn, screen.shown, lambda _, seconds: screen.drawn(seconds=seconds))
    check_same(product.NAME, {"product": asked}, {"product": read.product_id})
    return read


def _asks_for(told: object, asked: str) -> bool:
    """A US page asks for the US id; a question that names no product belongs to the page that was opened."""
    return told is None or (str(told).isdigit() and product.global_id(str(told)) == asked)


def _is_gone(tab: Tab, screen: DrawnProduct, error: FlowError) -> bool:
    if isinstance(error, PageChanged) and error.element == "HTTP status" and error.found in {"404", "410"}:
        return True
    with browser_trouble("product page"):
        return not tab.page.is_closed() and screen.is_gone()

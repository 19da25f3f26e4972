"""The page of one product: from the answer of `pdp.pc.query`, or from the same data that the page keeps for itself."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import Page

from flows.errors import PageChanged
from flows.page import PageObject, Part, first, names_of
from flows.pages.product_answer import NAME, from_answer, from_modules, global_id, saved, sku_ids
from flows.statuses import plain_word
from flows.two_readers import check_same
from flows.values import Reader, Site, Value
from flows.values_buying import Product

__all__ = ["API", "NAME", "DrawnProduct", "Shown", "address", "compare", "from_answer", "from_page", "global_id"]
__all__ += ["id_in", "saved", "sku_ids"]

API = "mtop.aliexpress.pdp.pc.query"
PATH = re.compile(r"^/(?:item|i)/(?:[^/]*/)?(\d{1,20})\.html$")

PAGE = {"title": Part(), "option": Part(attribute="data-sku-col")}
TEXTS = "places => places.flatMap(css => [...document.querySelectorAll(css)].map(one => one.textContent))"
# The answer as the page keeps it; the page's own scripts read it there too.
KEPT = "() => { try { return window._d_c_.lifeCycleEventList[0].data ?? null } catch { return null } }"


class Shown(Value):
    """What the drawn page tells beside the answer: the title, and "property:value" of each choice."""

    title: str
    choices: frozenset[str]


def address(site: Site, product_id: str) -> str:
    """Where the page of a product is."""
    return f"{site.www}/item/{product_id}.html"


def id_in(url: str) -> str | None:
    """The product id in the address of a product page, as this site counts it; None for another page."""
    found = PATH.match(urlsplit(url).path)
    return found[1] if found else None


def from_page(page: Page, site: Site | None = None) -> Product:
    """The product from the data that a live page keeps; a saved page keeps none, which is PageChanged."""
    return DrawnProduct(page, site).product()


def compare(read: Product, shown: Shown) -> None:
    """PageChanged where the drawn page has another title, or lacks a choice of an axis that it draws."""
    check_same(NAME, {"title": plain_word(read.title)}, {"title": plain_word(shown.title)})
    drawn_axes = {choice.split(":")[0] for choice in shown.choices}
    told = {pair for sku in read.skus for pair in sku_ids(sku.sku_attr)}
    missing = sorted(pair for pair in told - shown.choices if pair.split(":")[0] in drawn_axes)
    if missing:
        raise PageChanged(NAME, "choices", f"the answer has {', '.join(missing)}, the drawn page has not")


class DrawnProduct(PageObject):
    """The page of one product as it is drawn. It draws no SKU ids: those come from the data that the page keeps."""

    name = NAME
    asks_for = frozenset({"notice"}) | names_of(PAGE)
    sign = "title"
    always = frozenset({"title"})

    def is_here(self) -> bool:
        """Whether this is the page of a product: its address, or a product's title."""
        return id_in(self.page.url) is not None or self.has("title")

    def is_gone(self) -> bool:
        """Whether the page says that the product is not sold any more."""
        begins = tuple(plain_word(words) for words in self.selectors.means["gone"]["begins"])
        places = self.selectors.css("notice")
        notices = self.page.evaluate(TEXTS, places)
        return any(plain_word(notice).startswith(begins) for notice in notices)

    def shown(self) -> Shown:
        """Title and choices as drawn; PageChanged without a title."""
        drawn = self.read_page(PAGE)
        if not drawn["title"]:
            raise PageChanged(NAME, "title", "nothing there")
        choices = {choice.replace("-", ":", 1) for choice in drawn["option"]}
        return Shown(title=first(drawn, "title"), choices=frozenset(choices))

    def product(self, country: str | None = None) -> Product:
        """The product from the data that the page keeps for its own scripts."""
        self.must_be_here()
        kept = self.page.evaluate(KEPT)
        if not isinstance(kept, dict):
            raise PageChanged(NAME, "window._d_c_", "not there: a drawn page does not show the ids of its SKUs")
        return from_modules(kept, country, id_in(self.page.url)).model_copy(update={"reader": Reader.PAGE})

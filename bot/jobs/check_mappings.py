"""Opens the product page of each mapping and writes down what it proves."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.db import Database
from bot.mapping import Target
from bot.mapping_check import Verdict, judge, sku_text
from bot.models_buying import Mapping
from flows.errors import CannotBuy
from flows.values import Money
from flows.values_buying import Product

ReadProduct = Callable[[str, str | None], Product]


@dataclass(frozen=True, slots=True)
class Checked:
    """One mapping held against its page; `product` is None where the page says that it is gone."""

    mapping: Mapping
    product: Product | None
    verdict: Verdict

    @property
    def price(self) -> Money | None:
        """What one unit costs on the page, shipping apart."""
        return self.verdict.offer.price if self.verdict.offer else None

    @property
    def option_text(self) -> str:
        """The options of the SKU as the page words them."""
        return sku_text(self.verdict.offer) if self.verdict.offer else ""

    @property
    def image(self) -> str | None:
        """The picture of the SKU, else of the product."""
        own = self.verdict.offer.image if self.verdict.offer else None
        return own or (self.product.image if self.product else None)


@dataclass(slots=True)
class Part:
    """How far a check got; `stopped` before its end, because the machine slept."""

    stopped: bool = False


def check(
    database: Database,
    rows: Sequence[Mapping],
    read: ReadProduct,
    clock: Callable[[], datetime],
    *,
    country: str | None = None,
    take_cost: bool = False,
) -> Iterator[Checked]:
    """Check the mappings one by one, each page read once; what is proved is written at once.

    `country` is where the goods go for mappings of all countries. A SKU that was named by skuAttr or options gets its
    ids; `take_cost` makes the page's price the expected cost. Raises what `read` raises, except CannotBuy.
    """
    pages: dict[tuple[str, str | None], Product | str] = {}
    for row in rows:
        if row.product_id is None:
            continue
        asked = (row.product_id, row.country or country)
        if asked not in pages:
            try:
                pages[asked] = read(*asked)
            except CannotBuy as no:
                pages[asked] = no.detail or no.reason.value
        page = pages[asked]
        if isinstance(page, str):
            yield Checked(row, None, Verdict(None, (page,)))
            continue
        verdict = judge(Target.of(row), page)
        checked = Checked(row, page, verdict)
        if verdict.is_fine:
            checked = Checked(_write(database, checked, clock(), take_cost), page, verdict)
        yield checked


def _write(database: Database, checked: Checked, now: datetime, take_cost: bool) -> Mapping:
    """Write down what the page proved, unless somebody has mapped the variant anew meanwhile."""
    offer, product = checked.verdict.offer, checked.product
    assert offer is not None
    assert product is not None
    with database.write() as session:
        row = session.get(Mapping, checked.mapping.id)
        if row is None or row.product_id is None or Target.of(row) != Target.of(checked.mapping):
            return checked.mapping
        row.sku_id, row.sku_attr, row.checked_at = offer.sku_id, offer.sku_attr, now
        row.title, row.image = product.title, checked.image
        if take_cost:
            row.cost_minor, row.cost_currency = offer.price.minor, offer.price.currency
        session.add(row)
        return row

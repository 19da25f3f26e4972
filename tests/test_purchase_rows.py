"""What a purchase is held against: the mapped cost of its pieces, and its share of what the buyer paid for the line."""

import pytest

from bot.db import Database
from bot.jobs.checking import PurchaseRows
from bot.models import Purchase, PurchaseState
from flows.values import Money
from tests import rows
from tests.test_planning import mapped

USD = "USD"


@pytest.mark.parametrize(
    ("costs", "sales"),
    [
        (((500, USD),), (3000,)),
        (((500, USD), (250, USD)), (2000, 1000)),
        (((500, USD), (None, None)), (1500, 1500)),
        (((500, USD), (250, "EUR")), (1500, 1500)),
    ],
    ids=["one item", "by cost", "a cost is not known", "several currencies"],
)
def test_each_item_of_a_line_has_its_share_of_the_price(
    sqlite: Database, costs: tuple[tuple[int | None, str | None], ...], sales: tuple[int, ...]
) -> None:
    """Proves that a line made of several items is not counted as sold once for each of them."""
    with sqlite.write() as session:
        _, (line,) = rows.order(session)
        line.price_minor, line.quantity = 1500, 2
        found = []
        for position, (cost, currency) in enumerate(costs):
            mapping = mapped(session, line.variant_id or "", position=position, cost_minor=cost, cost_currency=currency)
            purchase = Purchase(
                line_id=line.id or 0, item=position, mapping_id=mapping.id, units=2, state=PurchaseState.NEW,
                created_at=rows.NOW,
            )  # fmt: skip
            session.add(purchase)
            found.append(purchase)
        session.flush()
        expected = [Money(minor=minor, currency="USD") for minor in sales]
        assert expected == [PurchaseRows.load(session, each.id).sale for each in found]

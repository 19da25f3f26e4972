"""What a confirm page is asked for: product, SKU, quantity, carrier, recipient, and the robot's own address entry."""

from dataclasses import dataclass

from bot.address import ship_to
from bot.db import Database
from bot.jobs.checking import PurchaseRows
from bot.models_buying import OwnAddress
from flows.place_order import OwnEntry
from flows.values_buying import ShipTo, Wanted


def wanted_for(rows: PurchaseRows, currency: str) -> Wanted:
    """What is to be bought for a purchase. Raises AddressRefused."""
    order, mapping = rows.order, rows.mapping
    notes, overrides = order.note_attributes or [], order.address_overrides or {}
    to = ship_to(order.address, notes, overrides, order.phone, order=order.name.removeprefix("#"))
    assert mapping.product_id is not None
    assert mapping.sku_id is not None
    return Wanted(
        product_id=mapping.product_id,
        sku_id=mapping.sku_id,
        sku_attr=mapping.sku_attr,
        quantity=rows.purchase.units or 1,
        carrier=mapping.carrier,
        ship_to=to,
        currency=currency,
    )


@dataclass(frozen=True, slots=True)
class OwnEntries:
    """What the robot has typed into its own entry of an account's address book."""

    database: Database
    account: str

    def entry(self) -> OwnEntry:
        """The entry as it was left, and where the next one is written down."""
        with self.database.read() as session:
            row = session.get(OwnAddress, self.account)
        known = tuple(ShipTo.model_validate(each) for each in row.known) if row is not None else ()
        return OwnEntry(known, self._remember)

    def _remember(self, known: tuple[ShipTo, ...]) -> None:
        """Kept beyond the end of the process, before anything is saved on AliExpress."""
        with self.database.write() as session:
            row = session.get(OwnAddress, self.account) or OwnAddress(account=self.account)
            row.known = [each.model_dump(mode="json") for each in known]
            session.add(row)

"""What in the tables is somebody's, so that it is kept out of logs and bundles, and can be emptied."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import event

from bot.models import Order, Purchase
from bot.models_buying import OwnAddress
from bot.redaction import known

FORGOTTEN = "forgotten"
_LISTS = frozenset({"province_names", "city_names"})
# Countries, provinces and codes of the two are nobody's by themselves, and common words in many languages.
_NOBODYS = frozenset({"country", "country_code", "province", "province_code", "phone_code", FORGOTTEN})
# What the store tells of a buyer; of an order that was emptied it is not taken in again.
TOLD_BY_STORE = frozenset({"email", "phone", "note", "note_attributes", "address"})


def is_forgotten(order: Order) -> bool:
    """Whether what the order held of its buyer was emptied."""
    return FORGOTTEN in (order.address or {})


def of_order(order: Order) -> Iterator[str]:
    """What an order has of its buyer: name, address, phone, mail, ids, what they wrote."""
    yield from filter(None, (order.email, order.phone, order.note))
    yield from _of_address(order.address)
    yield from _of_address(order.address_overrides)
    for _name, value in order.note_attributes or []:
        yield value


def of_purchase(purchase: Purchase) -> Iterator[str]:
    """What a purchase has of them: to whom it was sent, as typed, and as the confirm page showed it."""
    yield from _of_address(purchase.ship_to)
    recipient = str((purchase.quote or {}).get("recipient") or "")
    yield from recipient.splitlines()


def of_own_address(row: OwnAddress) -> Iterator[str]:
    """Whom the robot's own entry of an address book was for last."""
    for each in row.known or []:
        yield from _of_address(each)


def _of_address(address: Mapping[str, Any] | None) -> Iterator[str]:
    told = {key: value for key, value in (address or {}).items() if key not in _NOBODYS | _LISTS}
    for key, value in told.items():
        if key == "ids":
            yield from (str(number) for _kind, number in value)
        elif value:
            yield str(value)
    yield " ".join(filter(None, (str(told.get(key) or "") for key in ("first_name", "last_name"))))


_WATCHED: tuple[tuple[type[Any], Any], ...] = (
    (Order, of_order),
    (Purchase, of_purchase),
    (OwnAddress, of_own_address),
)
_is_watching = False


def watch() -> None:
    """From here on whoever's data is read or written by this process is known to the redaction of logs."""
    global _is_watching  # noqa: PLW0603 - one redaction a process
    if _is_watching:
        return
    _is_watching = True
    for table, says in _WATCHED:
        for when in ("load", "refresh"):
            event.listen(table, when, lambda row, *_, says=says: known.know_person(says(row)))
        for when in ("before_insert", "before_update"):
            event.listen(table, when, lambda _mapper, _connection, row, says=says: known.know_person(says(row)))

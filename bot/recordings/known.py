"""Whose data the merchant's own records know: they are looked for in a recording as well."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlmodel import Session, select

from bot.models import AliOrder, Order, Parcel

# Fields of a store's address that name nobody.
_OF_NOBODY = {"country", "country_code", "province_code", "latitude", "longitude", "id"}


def known_people(session: Session) -> set[str]:
    """Names, addresses, phones and mails of all buyers, and all order and tracking numbers."""
    found: set[str] = set()
    for address, email, phone in session.exec(select(Order.address, Order.email, Order.phone)):
        found |= {*_texts(address), email or "", phone or ""}
    found |= set(session.exec(select(AliOrder.number)))
    for number, original in session.exec(select(Parcel.number, Parcel.original_number)):
        found |= {number or "", original or ""}
    return found - {""}


def _texts(address: Mapping[str, Any] | None) -> Iterator[str]:
    for name, value in (address or {}).items():
        if name not in _OF_NOBODY and isinstance(value, str) and len(value) >= 3:
            yield value

"""How parcels of an order come to be, change hands, arrive or go back."""

from dataclasses import dataclass
from datetime import UTC, datetime

from bot.sandbox.aliexpress import journeys
from bot.sandbox.aliexpress.orders import AliOrder, AliParcel

_Items = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Shipment:
    """What a seller sends at once: the indexes of the lines, in how many parcels, by whom, under which numbers."""

    lines: tuple[int, ...]
    parcels: int
    at: datetime
    carrier: str | None = None
    numbers: tuple[str, ...] = ()


def new_parcels(order: AliOrder, shipment: Shipment, serial: int) -> list[AliParcel]:
    """The parcels of a shipment; `serial` keeps their numbers apart from all others."""
    known, site, shape = journeys.CARRIERS.get(order.recipient.country_code, journeys.ELSEWHERE)
    made = []
    for place, items in enumerate(_dealt(order, shipment)):
        own = shipment.numbers[place] if place < len(shipment.numbers) else None
        made.append(
            AliParcel(
                number=journeys.carrier_number(shape, serial + place + 1) if own is None else own,
                original=journeys.original_number(serial + place + 1),
                carrier=shipment.carrier or known,
                carrier_site=site if shipment.carrier in (None, known) else "",
                service=journeys.SERVICE,
                items=items,
                scans=journeys.leaving(order.paid_at or order.created_at, shipment.at),
            )
        )
    return made


def take_over(parcel: AliParcel, number: str, at: datetime | None) -> None:
    """The last-mile carrier holds the parcel now, under its own number."""
    parcel.number = number
    parcel.scans += journeys.arriving(_last_scan(parcel), at or datetime.now(UTC))


def deliver_parcels(order: AliOrder, at: datetime) -> None:
    """Sign for every parcel that is still under way."""
    for parcel in order.parcels:
        if parcel.delivered_at is None and not parcel.returned:
            parcel.scans += journeys.delivered(_last_scan(parcel), at)
            parcel.delivered_at = parcel.scans[-1].at


def return_parcel(parcel: AliParcel, at: datetime | None) -> None:
    """Nobody was there; the parcel goes back."""
    parcel.scans += journeys.returned(_last_scan(parcel), at or datetime.now(UTC))
    parcel.returned = True


def _last_scan(parcel: AliParcel) -> datetime:
    return parcel.scans[-1].at


def _dealt(order: AliOrder, shipment: Shipment) -> list[_Items]:
    """The pieces of the lines dealt to the parcels in order; a parcel too many holds a piece of the last line."""
    pieces = [line for line in shipment.lines for _ in range(order.lines[line].quantity)]
    share, rest = divmod(len(pieces), max(shipment.parcels, 1))
    dealt: list[_Items] = []
    start = 0
    for place in range(shipment.parcels):
        end = start + share + (place < rest)
        inside = pieces[start:end] or pieces[-1:]
        dealt.append(tuple((line, inside.count(line)) for line in sorted(set(inside))))
        start = end
    return dealt

"""Parcels as they travel: carriers by country, numbers that look like theirs, and the scans of aliexpress.md 9."""

from collections.abc import Iterator
from datetime import datetime

from bot.sandbox.aliexpress.orders import Scan

SERVICE = "AliExpress standard shipping"

# country: (carrier, its page, shape of its numbers: # is a digit)
CARRIERS = {
    "US": ("USPS", "https://www.usps.com/", "92001901755477############"),
    "BR": ("J&T Express", "https://www.jtexpress.com.br/", "AA#########BR"),
    "KR": ("Hanjin", "https://www.hanjin.com/", "5############"),
    "DE": ("DHL", "https://www.dhl.de/", "00340434#############"),
    "FR": ("Colissimo", "https://www.laposte.fr/", "LA#########FR"),
    "GB": ("Evri", "https://www.evri.com/", "H0##############"),
    "ES": ("Correos", "https://www.correos.es/", "PQ#####################"),
    "IT": ("Poste Italiane", "https://www.poste.it/", "2C############"),
    "NL": ("PostNL", "https://www.postnl.nl/", "3SABCD#########"),
    "PL": ("InPost", "https://inpost.pl/", "6201##################"),
    "CA": ("Canada Post", "https://www.canadapost.ca/", "10150###########"),
    "AU": ("Australia Post", "https://auspost.com.au/", "33AAA#######"),
    "VN": ("BEST Express", "https://best-inc.vn/", "801#########"),
}
ELSEWHERE = ("Cainiao", "https://global.cainiao.com/", "CNG##############")

# (trackingSecondCode, trackingPrimaryCode, fulfillStage, name, text, hours since the one before)
_LEAVING = (
    (
        "AE_PICK_UP_SUCCESS",
        "AE_PICK_UP_SUCCESS",
        "1100",
        "Collected by carrier",
        "Package collected by carrier.",
        9,
    ),
    (
        "AE_SC_INBOUND_SUCCESS",
        "AE_SC_INBOUND_SUCCESS",
        "1200",
        "In transit",
        "Package received by sorting center of origin.",
        8,
    ),
    (
        "AE_SC_OUTBOUND_SUCCESS",
        "AE_SC_OUTBOUND_SUCCESS",
        "1200",
        "In transit",
        "Package left sorting center of origin.",
        3,
    ),
    (
        "AE_LH_HO_IN_SUCCESS",
        "AE_LH_HO_IN_SUCCESS",
        "1400",
        "In transit",
        "Your package arrived at the origin airport. Awaiting transit.",
        4,
    ),
)
_ARRIVING = (
    (
        "AE_CC_EX_SUCCESS_SUCCESS",
        "AE_CC_EX_SUCCESS",
        "1600",
        "Customs complete",
        "Export customs clearance complete.",
        15,
    ),
    (
        "AE_LH_DEPART_SUCCESS",
        "AE_LH_DEPART",
        "1400",
        "In transit",
        "Package leaving origin country/region.",
        10,
    ),
    (
        "AE_LH_ARRIVE_SUCCESS",
        "AE_LH_ARRIVE",
        "1400",
        "In transit",
        "Your package arrived at local airport",
        30,
    ),
    (
        "AE_CC_IM_SUCCESS",
        "AE_CC_IM_SUCCESS",
        "1600",
        "Customs complete",
        "Import customs clearance completed",
        6,
    ),
    (
        "AE_GTMS_ACCEPT",
        "AE_GTMS_ACCEPT",
        "1700",
        "Collected by destination carrier",
        "Package arrived at regional carrier facility",
        5,
    ),
)
_OUT = ("AE_GTMS_DO_DEPART", "AE_GTMS_DELIVERING", "1700", "Delivery update", "Package out for delivery", 14)
_SIGNED = ("AE_GTMS_SIGNED", "AE_GTMS_SIGNED", "1700", "Delivered", "Package delivered.", 4)
_FAILED = (
    "AE_GTMS_SIGN_FAILURE",
    "AE_GTMS_SIGN_FAILURE",
    "1700",
    "Delivery attempt failed",
    "Delivery unsuccessful",
    4,
)
_RETURNED = ("AE_GTMS_RETURN", "AE_GTMS_RETURN", "1700", "Returned to sender", "Package returned to sender", 40)

_Step = tuple[str, str, str, str, str, int]


def leaving(start: datetime, end: datetime) -> list[Scan]:
    """The scans of a parcel that has left its seller: oldest first, after `start`, the last one at `end`."""
    return list(_walk(start, end, _LEAVING))


def arriving(start: datetime, end: datetime) -> list[Scan]:
    """What follows until the last-mile carrier holds the parcel."""
    return list(_walk(start, end, _ARRIVING))


def delivered(start: datetime, end: datetime) -> list[Scan]:
    """Out for delivery, then signed for."""
    return list(_walk(start, end, (_OUT, _SIGNED)))


def returned(start: datetime, end: datetime) -> list[Scan]:
    """Out for delivery, nobody there, sent back."""
    return list(_walk(start, end, (_OUT, _FAILED, _RETURNED)))


def _walk(start: datetime, end: datetime, steps: tuple[_Step, ...]) -> Iterator[Scan]:
    """The steps at their usual distances, stretched or squeezed so that they fill the time."""
    whole, passed = sum(step[-1] for step in steps), 0
    for code, primary, stage, name, text, hours in steps:
        passed += hours
        at = start + (max(end, start) - start) * passed / whole
        yield Scan(at=at, name=name, text=text, code=code, primary=primary, stage=stage)


def carrier_number(shape: str, serial: int) -> str:
    """A number of a carrier's shape, its last digits counting up with `serial`: never the same twice."""
    blanks = shape.count("#")
    digits = iter(f"{serial * 7919 % 10**blanks:0{blanks}d}")
    return "".join(next(digits) if sign == "#" else sign for sign in shape)


def original_number(serial: int) -> str:
    """The first number of a parcel, as "LP00700000007919"."""
    return f"LP007{serial * 7919 % 10**11:011d}"

"""The way of one order's parcels: from the answer of `mtop.ae.ld.querydetail`, or from the drawn page."""

import re
import unicodedata
from functools import cache
from urllib.parse import urlsplit

from playwright.sync_api import Page

from flows.blocks import Fields
from flows.dates import read_instant
from flows.errors import PageChanged
from flows.page import Drawn, PageObject, Part, first, names_of
from flows.selector_files import load
from flows.statuses import plain_word
from flows.values import Parcel, ParcelItem, Reader, Site, Tracking, TrackingEvent

API = "mtop.ae.ld.querydetail"
NAME = "tracking"
PATH = "/p/tracking/index.html"
NUMBER = re.compile(r"^[A-Za-z0-9-]{5,40}$")

PAGE = {"number": Part(), "carrier": Part(), "event_title": Part(), "event_text": Part()}


def address(site: Site, order_id: str) -> str:
    """Where the way of an order's parcels is shown."""
    return f"{site.www}{PATH}?tradeOrderId={order_id}"


def from_answer(data: object, order_id: str | None = None) -> Tracking:
    """All parcels from the `data` of a tracking answer, which does not say itself to which order it belongs.

    Raises AnswerChanged for an empty skeleton or a missing list, PageChanged for a value that cannot be believed.
    """
    answer = Fields(NAME, "data", data)
    if answer.flag("result") is False:
        raise answer.changed("result", "false")
    parcels = answer.inside("module").rows("trackingDetailLineList")
    return Tracking(order_id=order_id, parcels=tuple(_parcel(parcel) for parcel in parcels), reader=Reader.CALLS)


def from_page(page: Page, site: Site | None = None, order_id: str | None = None) -> Tracking:
    """The drawn parcels; PageChanged where nothing is drawn."""
    return DrawnTracking(page, site).tracking(order_id)


def compare(read: Tracking, drawn: Tracking) -> None:
    """Each drawn number is one of the answer's; the page may show fewer parcels than the answer tells."""
    told = {number for parcel in read.parcels for number in (parcel.number, parcel.original_number) if number}
    for parcel in drawn.parcels:
        if parcel.number is not None and parcel.number not in told:
            found = f"the answer says {sorted(told)}, the drawn page says {parcel.number}"
            raise PageChanged(NAME, "tracking number", found)


def clean_number(element: str, text: str | None) -> str | None:
    """A tracking number without blanks and invisible signs; None for none, PageChanged where it is no number."""
    kept = (sign for sign in text or "" if unicodedata.category(sign) not in {"Cf", "Zs"} and not sign.isspace())
    number = "".join(kept)
    if number and not NUMBER.match(number):
        raise PageChanged(NAME, element, f"not a tracking number: {number:.60}")
    return number or None


def _parcel(parcel: Fields) -> Parcel:
    events = tuple(_event(row) for row in parcel.rows("detailList", needed=False))
    codes = {row.text(key) for row in parcel.rows("detailList", needed=False) for key in _CODES}
    courier = parcel.inside("logisticsCpInfo") if parcel.raw("logisticsCpInfo") else None
    returned = any(plain_word(event.title) in _words("returned_titles") for event in events)
    return Parcel(
        number=clean_number("mailNo", _number_text(parcel, "mailNo")),
        original_number=clean_number("originMailNo", _number_text(parcel, "originMailNo")),
        carrier=courier.text("cpName") if courier else None,
        carrier_link=_web_link(courier.text("cpWebSiteUrl")) if courier else None,
        service=parcel.text("logisticsCarrierName"),
        delivered=not returned and not codes.isdisjoint(load(NAME).means["events"]["delivered_codes"]),
        returned=returned,
        events=events,
        items=tuple(_item(row) for row in parcel.rows("packageItemList", needed=False)),
    )


_CODES = ("trackingSecondCode", "trackingPrimaryCode")


def _number_text(parcel: Fields, name: str) -> str | None:
    value = parcel.raw(name)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else parcel.text(name)


def _event(row: Fields) -> TrackingEvent:
    return TrackingEvent(
        at=read_instant(NAME, row.where, row.whole("time")),
        code=row.text("trackingSecondCode") or row.text("trackingPrimaryCode") or "",
        title=row.text("trackingName") or "",
        text=row.text("trackingDetailDesc") or "",
    )


def _item(row: Fields) -> ParcelItem:
    product, count = row.item_id("itemId"), row.whole("count")
    if product is None or not count:
        raise PageChanged(NAME, row.where, f"product {product}, count {count}")
    return ParcelItem(product_id=product, sku_id=row.item_id("skuId"), count=count)


def _web_link(link: str | None) -> str | None:
    return link if link and urlsplit(link).scheme in {"http", "https"} else None


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(plain_word(word) for word in load(NAME).means["events"][name])


class DrawnTracking(PageObject):
    """The tracking page as it is drawn; events come without times, which are drawn without a year and a zone."""

    name = NAME
    asks_for = names_of(PAGE)
    sign = "number"

    def is_here(self) -> bool:
        """Whether this is the tracking page: its address, or a number or an event."""
        return urlsplit(self.page.url).path == PATH or self.has("number") or self.has("event_title")

    def tracking(self, order_id: str | None = None) -> Tracking:
        """What is drawn, as parcels: around each number its carrier and its events."""
        self.must_be_here()
        drawn = self.read_around("number", PAGE) or [self.read_page(PAGE)]
        if not any(parcel["number"] or parcel["event_title"] for parcel in drawn):
            raise PageChanged(NAME, "number", "neither a number nor an event drawn")
        parcels = tuple(self._parcel(parcel) for parcel in drawn)
        return Tracking(order_id=order_id, parcels=parcels, reader=Reader.PAGE)

    def _parcel(self, drawn: Drawn) -> Parcel:
        titles, texts = drawn["event_title"], drawn["event_text"]
        if len(titles) != len(texts):
            raise PageChanged(NAME, "event_title", f"{len(titles)} titles, {len(texts)} texts")
        events = tuple(
            TrackingEvent(at=None, code="", title=title, text=text) for title, text in zip(titles, texts, strict=True)
        )
        said = {plain_word(title) for title in titles}
        returned = not said.isdisjoint(_words("returned_titles"))
        carrier = first(drawn, "carrier")
        is_service = plain_word(carrier).startswith(tuple(map(plain_word, self.selectors.means["services"]["starts"])))
        return Parcel(
            number=clean_number("number", first(drawn, "number")),
            original_number=None,
            carrier=carrier if carrier and not is_service else None,
            carrier_link=None,
            service=carrier if is_service else None,
            delivered=not returned and not said.isdisjoint(_words("delivered_titles")),
            returned=returned,
            events=events,
            items=(),
        )

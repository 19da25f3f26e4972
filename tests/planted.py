"""Secrets and a buyer planted in a home, and the search for them in whatever it writes down."""

import re
import unicodedata
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from anyascii import anyascii
from sqlmodel import Session

from bot.facts import Tab
from bot.models import AliOrder, Event, JobRun, Line, Order, Parcel, Purchase, PurchaseOrder, PurchaseState
from bot.models_buying import OwnAddress
from bot.models_running import AccountState
from flows.errors import NeedKind

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
SECRETS = {
    "main-shopbase-key": "8f3b2c71d94e4f0aa1b2c3d4e5f60718",
    "main-shopbase-password": "shpss-Zq9+pass/word=Xy",
    "notify-urls": "tgram://987654321:AAHkLmNoPqRsTuVwXyZ012345/55667788",
    "database-password": "p@ss wörd:of-mine",
    "main-aliexpress-password": "Tr0ub4dor",
}
COOKIES = ("_m_h5_tk=5d41402abc4b2a76b9719d911017c592_1763800000000", "xman_t=QWxhZGRpbjpvcGVuIHNlc2FtZQ")
BUYER = {
    "name": "Nguyễn Thị Ngọc Ánh",
    "first_name": "Ngọc Ánh",
    "last_name": "Nguyễn Thị",
    "address1": "128/4B Lê Văn Sỹ",
    "address2": "Phường 11, hẻm 3",
    "city": "Springfield",
    "province": "California",
    "zip": "SW1A 2AB",
    "country_code": "US",
    "phone": "+1 (202) 555-0173",
    "company": "Ánh Dương Crafts",
}
MAIL, NOTE, TAX_ID = "ngoc.anh+shop@example.org", "please ring twice at the green door", "529.982.247-25"
RECIPIENT = "NGUYEN THI NGOC ANH\n+12025550173\n128/4B Le Van Sy"
ALI, TRACKING = "8190123456780001", "LP00123456789CN"
# Common words by themselves.
_SHOWN = frozenset({"California", "US"})
PERSONAL = (*(value for value in BUYER.values() if value not in _SHOWN), MAIL, NOTE, TAX_ID)


def order_of_the_buyer(**facts: Any) -> Order:
    """A store order of the planted buyer."""
    defaults: dict[str, Any] = {
        "shop": "main",
        "store_id": "700001",
        "name": "#1046",
        "email": MAIL,
        "phone": BUYER["phone"],
        "created_at": NOW,
        "financial_status": "paid",
        "currency": "USD",
        "total_minor": 2990,
        "note": NOTE,
        "address": dict(BUYER),
        "note_attributes": [["CPF", TAX_ID]],
        "address_overrides": {"address1": BUYER["address1"]},
        "tab": Tab.FULFILLED,
    }
    return Order(**(defaults | facts))


def plant(session: Session, **facts: Any) -> Order:
    """The order with all that belongs to it, in every table that can hold something of the buyer."""
    order = order_of_the_buyer(**facts)
    session.add(order)
    session.flush()
    assert order.id is not None
    line = Line(
        order_id=order.id, store_line_id=f"{order.store_id}1", position=1, title="Mug", quantity=1, price_minor=2990
    )
    session.add(line)
    session.flush()
    assert line.id is not None
    ship_to = {
        "country_code": "US",
        "first_name": "Ngoc Anh",
        "last_name": "Nguyen Thi",
        "phone_code": "+1",
        "phone": "2025550173",
        "street": "128/4B Le Van Sy",
        "street2": "Phuong 11, hem 3",
        "city": BUYER["city"],
        "zip": BUYER["zip"],
        "ids": [["cpf", "52998224725"]],
    }
    quote = {
        "recipient": RECIPIENT,
        "lines": [],
        "carrier": None,
        "rows": [["Total", {"minor": 924, "currency": "USD"}, "9.24"]],
        "total": {"minor": 924, "currency": "USD"},
        "payment": {"present": True, "method": "Boleto"},
        "button_text": "Place order",
        "button_kind": "place_order",
        "sellers": 1,
        "reader": "calls",
    }
    purchase = Purchase(
        line_id=line.id,
        account="main",
        state=PurchaseState.PLACED,
        created_at=NOW,
        hold_data={"detail": f"asked {BUYER['name']}, page shows N. T. Anh"},
        ship_to=ship_to,
        quote=quote,
        cost_minor=924,
        cost_currency="USD",
        placed_at=NOW,
    )
    ali = AliOrder(account="main", number=ALI, linked_at=NOW, finished_at=NOW, trouble=f"recipient: {BUYER['name']}")
    session.add_all([purchase, ali])
    session.flush()
    assert ali.id is not None
    moved = {"before": f"{BUYER['name']}, {BUYER['address1']}", "now": f"{BUYER['name']}, 9 Elm Street"}
    problem = f"ShopRefused: {MAIL} is no valid address; {BUYER['phone']} neither"
    session.add_all(
        [
            Parcel(
                ali_order_id=ali.id, number=TRACKING, first_seen_at=NOW, last_event_text="Left with NGUYEN THI NGOC ANH"
            ),
            Event(at=NOW, who="store", what="address changed in store", order_id=order.id, data=moved),
            Event(at=NOW, who="person", what="address changed", order_id=order.id, data={"name": BUYER["name"]}),
            Event(
                at=NOW, who="robot", what="held", order_id=order.id, data={"code": "address", "problems": BUYER["name"]}
            ),
            Event(at=NOW, who="aliexpress", what="status", ali_number=ALI, data={"text": f"Sent to {BUYER['name']}"}),
            JobRun(name="push:main", slot=NOW, started_at=NOW, finished_at=NOW, ok=False, problem=problem),
            OwnAddress(account="main", known=[ship_to]),
            AccountState(account="main", waits_for=NeedKind.CAPTCHA, member="cn1552778899"),
        ]
    )
    session.add(PurchaseOrder(purchase_id=purchase.id or 0, ali_order_id=ali.id))
    session.flush()
    return order


def spellings(value: str) -> set[str]:
    """How a value may stand in a text: as it is, in capitals, without accents, composed or not, digits alone."""
    forms = {unicodedata.normalize(form, value) for form in ("NFC", "NFD")}
    forms |= {anyascii(value)}
    forms |= {each.upper() for each in forms} | {each.lower() for each in forms}
    digits = re.sub(r"\D", "", value)
    return forms | ({digits} if len(digits) >= 9 else set())


def content_of(place: Path) -> Iterable[tuple[str, str]]:
    """Every file at or below a place, archives unpacked: its name and its text."""
    for file in [place] if place.is_file() else sorted(place.rglob("*")):
        if not file.is_file():
            continue
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                for name in archive.namelist():
                    yield f"{file.name}/{name}", name + "\n" + archive.read(name).decode("utf-8", "replace")
        else:
            yield file.name, file.name + "\n" + file.read_bytes().decode("utf-8", "replace")


def found_in(place: Path, values: Iterable[str]) -> list[tuple[str, str]]:
    """In which file which of the values stands, in any spelling."""
    looked_for = {spelling: value for value in values for spelling in spellings(value)}
    return sorted(
        {
            (name, value)
            for name, text in content_of(place)
            for spelling, value in looked_for.items()
            if spelling in text
        }
    )

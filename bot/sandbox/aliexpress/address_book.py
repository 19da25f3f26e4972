"""The address book of an account: its entries, which one is the default, and what the site refuses to save."""

import re
from dataclasses import dataclass, field, replace
from typing import Any

from bot.sandbox.aliexpress.divisions import COUNTRIES, cities, provinces
from bot.sandbox.aliexpress.errors import WorldError
from bot.sandbox.aliexpress.orders import AliRecipient

_FIRST_ID = 5_240_000_001
# Which id a country's form asks for beside the address (aliexpress.md 13), and its shape.
IDS = {
    "BR": ("cpf", "CPF*", r"\d{11}"),
    "CL": ("rut", "RUT*", r"\d{7,8}-[\dKk]"),
    "KR": ("pccc", "Personal Clearance ID*", r"[Pp]\d{12}"),
}
_ZIPS = {
    "US": r"\d{5}(-\d{4})?",
    "BR": r"\d{5}-?\d{3}",
    "FR": r"\d{5}",
    "DE": r"\d{5}",
    "KR": r"\d{5}",
    "JP": r"\d{3}-?\d{4}",
}
_STREET = "Please enter an address with 5-35 characters including building number"


@dataclass(frozen=True, slots=True)
class Entry:
    """One address; `phone` is the national number, `ids` hold what customs want to know."""

    id: str
    first_name: str
    last_name: str
    country: str
    phone_code: str
    phone: str
    street: str
    province: str
    city: str
    zip: str
    street2: str = ""
    instructions: str = ""
    ids: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """First and last name as the site joins them."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def full_phone(self) -> str:
        """The phone as the site writes it: "+1 5035550101"."""
        return f"{self.phone_code} {self.phone}"

    @property
    def region(self) -> str:
        """City, province, country and ZIP in one line."""
        country = COUNTRIES[self.country][0]
        return ", ".join(part for part in (self.city, self.province, country, self.zip) if part)

    def recipient(self) -> AliRecipient:
        """To whom an order with this address goes."""
        return AliRecipient(
            self.name, self.full_phone, self.country, self.street, self.city, self.province, self.zip, self.street2
        )


MERCHANTS = (
    Entry("", "Minh", "Tran", "VN", "+84", "912000111", "25 Ly Thuong Kiet", "Ha Noi", "Hoan Kiem", "100000"),
    Entry("", "Minh", "Tran", "US", "+1", "5035550199", "400 Burnside St", "Oregon", "Portland", "97209", "Office 7"),
)


@dataclass(slots=True)
class AddressBook:
    """Entries in the order in which the site shows them; the merchant's own two to begin with."""

    entries: list[Entry] = field(default_factory=list)
    default: str = ""
    saved: int = 0

    def add(self, entry: Entry, *, default: bool = False) -> Entry:
        """A new entry; the first one of a book is its default."""
        made = replace(entry, id=str(_FIRST_ID + self.saved))
        self.saved += 1
        self.entries.append(made)
        if default or not self.default:
            self.default = made.id
        return made

    def change(self, entry: Entry, *, default: bool) -> None:
        """Other content under the same id; taking the default away from an entry is not possible, as on the site."""
        self.entries = [entry if one.id == entry.id else one for one in self.entries]
        if default:
            self.default = entry.id

    def remove(self, entry_id: str) -> None:
        """Take an entry out; the default moves to the first one left."""
        self.entries = [one for one in self.entries if one.id != entry_id]
        if self.default == entry_id:
            self.default = self.entries[0].id if self.entries else ""

    def find(self, entry_id: str) -> Entry | None:
        """The entry of that id."""
        return next((one for one in self.entries if one.id == entry_id), None)


def fill(book: AddressBook, content: str) -> None:
    """Put a book back: "merchant" has the merchant's own two, "empty" has none. WorldError names what there is."""
    if content not in {"merchant", "empty"}:
        raise WorldError(f'an address book is "merchant" or "empty", not {content!r}')
    book.entries, book.default = [], ""
    for entry in MERCHANTS if content == "merchant" else ():
        book.add(entry)


def typed_entry(typed: dict[str, Any]) -> Entry:
    """What the form sends, as an entry; nothing is checked yet."""

    def text(name: str) -> str:
        return str(typed.get(name) or "").strip()

    known = tuple((name, text(name)) for name, _, _ in IDS.values() if text(name))
    return Entry(
        id=text("id"),
        first_name=text("firstName"),
        last_name=text("lastName"),
        country=text("country"),
        phone_code=text("phoneCountry"),
        phone=text("mobileNo"),
        street=text("address"),
        street2=text("address2"),
        province=text("province"),
        city=text("city"),
        zip=text("zip"),
        instructions=text("instructions"),
        ids=known,
    )


def objections(entry: Entry) -> dict[str, str]:
    """What the site finds wrong with an address: a text for each field, by the name under which it was sent."""
    wrong = {
        "firstName": not re.fullmatch(r"[A-Za-z][A-Za-z .'-]{0,31}", entry.first_name),
        "lastName": not re.fullmatch(r"[A-Za-z][A-Za-z .'-]{0,31}", entry.last_name),
        "phoneCountry": entry.phone_code != COUNTRIES.get(entry.country, ("", ""))[1],
        "mobileNo": not re.fullmatch(r"\d{5,16}", entry.phone),
        "address": not (5 <= len(entry.street) <= 35 and entry.street.isascii()),
        "address2": not (len(entry.street2) <= 60 and entry.street2.isascii()),
        "province": entry.province not in provinces(entry.country),
        "city": entry.city not in cities(entry.country, entry.province),
        "zip": not re.fullmatch(_ZIPS.get(entry.country, r"[A-Za-z0-9 -]{0,10}"), entry.zip),
    }
    texts = {
        "firstName": "Please enter a valid first name in English letters",
        "lastName": "Please enter a valid last name in English letters",
        "phoneCountry": "Please enter a valid country code",
        "mobileNo": "Please enter a valid mobile number",
        "address": _STREET,
        "address2": "Please enter no more than 60 characters in English",
        "province": "Please select a state/province/region",
        "city": "Please select a city",
        "zip": "Please enter a valid ZIP code",
    }
    found = {name: texts[name] for name, is_wrong in wrong.items() if is_wrong}
    if entry.country in IDS:
        name, label, shape = IDS[entry.country]
        if not re.fullmatch(shape, dict(entry.ids).get(name, "")):
            found[name] = f"Please enter a valid {label.rstrip('*')}"
    return found

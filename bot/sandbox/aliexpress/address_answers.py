"""The answers of the address calls: the book, the lists of places, and what saving an entry brings."""

from dataclasses import replace

from bot.sandbox.aliexpress.address_book import IDS, AddressBook, Entry, objections, typed_entry
from bot.sandbox.aliexpress.answers import Asked, Json
from bot.sandbox.aliexpress.divisions import COUNTRIES, cities, provinces
from bot.sandbox.aliexpress.state import AliWorld


def book_answer(world: AliWorld, asked: Asked) -> Json:
    """Every entry of the account's book, in the names of the site's old address form (aliexpress.md 13)."""
    with world.lock:
        world.page_loads["address"] += 1
        book = world.market.buyer(asked.account).book
        return {"addressList": [_entry(entry, book) for entry in book.entries]}


def _entry(entry: Entry, book: AddressBook) -> Json:
    return {
        "address": entry.street,
        "address2": entry.street2,
        "city": entry.city,
        "contactPerson": entry.name,
        "country": entry.country,
        "firstName": entry.first_name,
        "id": entry.id,
        "instructions": entry.instructions,
        "isDefault": entry.id == book.default,
        "lastName": entry.last_name,
        "mobileNo": entry.phone,
        "phoneCountry": entry.phone_code,
        "province": entry.province,
        "regionAddress": entry.region,
        "zip": entry.zip,
        **dict(entry.ids),
    }


def divisions_answer(_world: AliWorld, asked: Asked) -> Json:
    """The countries; or a country's provinces; or a province's cities, which end with Other."""
    country, province = str(asked.data.get("country") or ""), str(asked.data.get("province") or "")
    if not country:
        listed = [{"code": code, "name": name, "phoneCode": phone} for code, (name, phone) in COUNTRIES.items()]
        return {"divisionList": sorted(listed, key=lambda one: one["name"])}
    if province:
        return {"divisionList": [{"name": name} for name in cities(country, province)]}
    extra = [{"label": IDS[country][1], "name": IDS[country][0]}] if country in IDS else []
    return {"divisionList": [{"name": name} for name in provinces(country)], "extraFields": extra}


def save_answer(world: AliWorld, asked: Asked) -> Json:
    """Save a new entry, change one, or take one out; with `errors` nothing is saved."""
    with world.lock:
        book = world.market.buyer(asked.account).book
        if asked.data.get("operator") == "delete":
            book.remove(str(asked.data.get("id")))
            return {"success": True}
        entry = typed_entry(asked.data)
        refused = asked.faults.address_refused
        wrong = {"address": refused} if refused else objections(entry)
        if wrong:
            return {"errors": [{"field": name, "message": text} for name, text in wrong.items()], "success": False}
        return {"addressId": _saved(book, _altered(entry, asked), asked), "success": True}


def _altered(entry: Entry, asked: Asked) -> Entry:
    name = asked.faults.recipient_altered
    if name is None:
        return entry
    first, _, last = name.partition(" ")
    return replace(entry, first_name=first, last_name=last)


def _saved(book: AddressBook, entry: Entry, asked: Asked) -> str:
    default = bool(asked.data.get("isDefault"))
    if book.find(entry.id):
        book.change(entry, default=default)
        return entry.id
    return book.add(entry, default=default).id

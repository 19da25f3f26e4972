"""The address book of the confirm page: one entry is the robot's, the merchant's own stay, in both forms."""

from typing import Any

import pytest

from flows.errors import CannotBuy, Reason
from flows.pages.address_form import Entry, field_name
from flows.set_address import OwnEntry, check_untouched, country_names, own_place
from flows.values_buying import ShipTo
from tests.buying import HERE, THERE, Till, context_fixture, new_till_fixture

context, till = context_fixture, new_till_fixture

MERCHANTS = [("Minh Tran", "25 Ly Thuong Kiet", "Hoan Kiem"), ("Minh Tran", "400 Burnside St", "Portland")]
OURS = ("Nguyen Van Duc", "123 Main Street", "Portland")
BRAZIL = ShipTo(
    country_code="BR",
    first_name="Ana",
    last_name="Souza",
    phone_code="+55",
    phone="11912345678",
    street="Rua das Flores 12",
    province="Sao Paulo",
    city="Campinas",
    zip="13010-000",
    ids=(("cpf", "12345678909"),),
)
VIETNAM = ShipTo(
    country_code="VN",
    first_name="Nguyen Van",
    last_name="Duc",
    phone_code="+84",
    phone="912345678",
    street="12 Hang Bac",
    province="Hanoi",
    city="Phuc Tan",
    zip="100000",
    province_names=("Ha Noi", "Other"),
    city_names=("Other",),
)
TEXT = "Nguyen Van Duc +1 5035550123 123 Main Street, Apt 4 Portland, Oregon, United States, 97205"


def entry(text: str = TEXT, *, is_default: bool = False) -> Entry:
    """One entry of a book as drawn."""
    return Entry(text=text, is_default=is_default, is_chosen=False)


@pytest.fixture(params=["drawer", "form"])
def form(request: pytest.FixtureRequest, till: Till) -> str:
    """Each of the two forms in turn."""
    till.sandbox.ali.set_faults({"address_design": request.param})
    return str(request.param)


def test_one_entry_is_added_and_then_edited_for_the_next_order(till: Till, form: str) -> None:
    """Proves that the first address makes a new entry, which is not the default, beside the merchant's own, and that
    it is edited for the next one, apartment and all: the book does not grow."""
    read = till.prepare()
    assert [*MERCHANTS, OURS] == till.book()
    assert till.buyer.book.entries[0].id == till.buyer.book.default
    assert "Nguyen Van Duc" in read.recipient
    assert (HERE,) == till.own.known
    first = till.buyer.book.entries[2]
    till.prepare(ship_to=THERE)
    assert [*MERCHANTS, ("Ann Lee", "77 Other Road", "Austin")] == till.book()
    assert (first.id, "") == (till.buyer.book.entries[2].id, till.buyer.book.entries[2].street2)
    assert (THERE,) == till.own.known


@pytest.mark.parametrize("form", ["drawer", pytest.param("form", marks=pytest.mark.long)], indirect=True)
def test_address_that_stands_there_is_only_chosen(till: Till, form: str) -> None:
    """Proves that an entry which shows the address already is chosen and not edited, whosever it is."""
    till.prepare()
    saved, till.own = till.buyer.book.saved, OwnEntry()
    read = till.prepare()
    assert ([*MERCHANTS, OURS], saved, ()) == (till.book(), till.buyer.book.saved, till.own.known)
    assert "123 Main Street" in read.recipient


@pytest.mark.long
def test_entry_of_another_home_is_left_alone(till: Till) -> None:
    """Proves that an entry which nobody says is the robot's own is never edited: a new one is made."""
    till.prepare()
    till.own = OwnEntry()
    till.prepare(ship_to=THERE)
    assert [*MERCHANTS, OURS, ("Ann Lee", "77 Other Road", "Austin")] == till.book()


def test_entry_that_the_merchant_made_the_default_is_left_alone(till: Till) -> None:
    """Proves that the robot's entry becomes the merchant's once they made it their default."""
    till.prepare()
    till.buyer.book.default = till.buyer.book.entries[2].id
    till.prepare(ship_to=THERE)
    assert [*MERCHANTS, OURS, ("Ann Lee", "77 Other Road", "Austin")] == till.book()
    assert till.buyer.book.entries[2].id == till.buyer.book.default


@pytest.mark.parametrize("form", ["drawer", pytest.param("form", marks=pytest.mark.long)], indirect=True)
def test_empty_book_gets_its_first_entry(till: Till, form: str) -> None:
    """Proves that an account without any address gets one, which is then edited though the site made it the default."""
    till.buyer.book.entries, till.buyer.book.default = [], ""
    till.prepare()
    assert [OURS] == till.book()
    till.prepare(ship_to=THERE)
    assert [("Ann Lee", "77 Other Road", "Austin")] == till.book()


def test_what_may_stand_there_is_kept_before_it_is_saved(till: Till) -> None:
    """Proves that a process that ends while saving still knows its entry: both addresses are kept before the save."""
    kept: list[tuple[str, ...]] = []
    till.own = OwnEntry((THERE,), lambda known: kept.append(tuple(to.street for to in known)))
    till.prepare()
    assert [("77 Other Road", "123 Main Street"), ("123 Main Street",)] == kept


@pytest.mark.parametrize(("to", "region"), [(BRAZIL, "Campinas"), (VIETNAM, "Other")], ids=["brazil", "vietnam"])
def test_country_places_and_ids(till: Till, form: str, to: ShipTo, region: str) -> None:
    """Proves that the country changes with its phone code, places by any of their names, and a tax id is given."""
    till.prepare(ship_to=to)
    saved = till.buyer.book.entries[-1]
    assert (to.country_code, to.phone_code, region, to.ids) == (saved.country, saved.phone_code, saved.city, saved.ids)


def test_ids_of_the_buyer_before_do_not_stay(till: Till) -> None:
    """Proves that a tax id of the buyer before does not stay, and that the same address with another id is edited."""
    till.prepare(ship_to=BRAZIL)
    other = BRAZIL.model_copy(update={"ids": (("cpf", "98765432100"),)})
    till.prepare(ship_to=other)
    assert (3, other.ids) == (len(till.book()), till.buyer.book.entries[2].ids)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"street": "12"}, "Street*: Please enter an address with 5-35 characters"),
        pytest.param({"zip": "9720"}, "ZIP", marks=pytest.mark.long),
        ({"city": "Atlantis", "city_names": ()}, "asked city Atlantis"),
        pytest.param({"province": "Atlantis", "province_names": ()}, "asked province Atlantis", marks=pytest.mark.long),
        ({"ids": (("passport", "AB1234567"),)}, "asked to give passport"),
    ],
)
def test_address_that_is_refused_says_why(till: Till, changes: dict[str, Any], says: str) -> None:
    """Proves that what the form refuses, or has no field or entry for, is told in words, and nothing was saved."""
    with pytest.raises(CannotBuy) as raised:
        till.prepare(ship_to=HERE.model_copy(update=changes))
    assert Reason.ADDRESS_REFUSED == raised.value.reason
    assert says in raised.value.detail
    assert MERCHANTS == till.book()


@pytest.mark.parametrize(
    ("after", "is_fine"),
    [
        ([entry("A", is_default=True), entry("B"), entry()], True),
        ([entry("B"), entry(), entry("A", is_default=True)], True),
        ([entry("A", is_default=True), entry()], False),
        ([entry("A", is_default=True), entry("B2"), entry()], False),
        ([entry("A"), entry("B"), entry(is_default=True)], False),
        ([entry("A", is_default=True), entry("B"), entry(), entry("C")], False),
        ([entry("A", is_default=True), entry("B")], False),
    ],
)
def test_book_is_compared_before_and_after(after: list[Entry], is_fine: bool) -> None:
    """Proves that a lost, altered or further entry, or another default, is the merchant's address touched."""
    before = (entry("A", is_default=True), entry("B"), entry("what the robot wrote before"))
    try:
        check_untouched(before, 2, tuple(after))
    except CannotBuy as touched:
        fine, reason = False, touched.reason
    else:
        fine, reason = True, Reason.MERCHANT_ADDRESS_TOUCHED
    assert (is_fine, Reason.MERCHANT_ADDRESS_TOUCHED) == (fine, reason)


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ((entry("A", is_default=True), entry()), 1),
        ((entry("A", is_default=True), entry(), entry()), None),
        ((entry("A"), entry(is_default=True)), None),
        ((entry(is_default=True),), 0),
        ((entry("A", is_default=True), entry(TEXT.replace("123 Main", "124 Main"))), None),
        ((), None),
    ],
)
def test_own_entry_is_known_by_what_was_typed(entries: tuple[Entry, ...], expected: int | None) -> None:
    """Proves that the robot's entry is one alone that still shows what it typed, and never a default among others."""
    assert expected == own_place(entries, (THERE, HERE))
    assert own_place(entries, ()) is None


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("First name*", "first_name"),
        ("Country/region", "country"),
        ("Country code", "phone_code"),
        ("+1", "phone_code"),
        ("Mobile number*", "phone"),
        ("Street*", "street"),
        ("Street, house number*", "street"),
        ("Apt, suite, unit, etc (optional）", "street2"),
        ("State/Province*", "province"),
        ("E.g., 20001 or 20001-0000", "zip"),
        ("Delivery Instructions", "instructions"),
        ("CPF*", "cpf"),
        ("Mother's maiden name*", ""),
        ("", ""),
    ],
)
def test_fields_are_known_by_their_labels(label: str, name: str) -> None:
    """Proves that each field of the forms is known by its label or placeholder, and another one is not."""
    assert name == field_name(label)


def test_countries_under_the_sites_names() -> None:
    """Proves that a country is found under the site's own name for it too."""
    assert ("Vietnam", "Viet Nam") == country_names("VN")
    assert "Korea" in country_names("KR")
    assert "Germany" == country_names("DE")[0]

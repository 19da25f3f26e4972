"""An address on its way into AliExpress's form: nothing lost, Latin letters, all problems at once."""

import string
from typing import Any

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.address import (
    FIELDS,
    AddressProblem,
    AddressRefused,
    Composed,
    UnknownField,
    compose,
    field_name,
    ship_to,
)
from bot.address.names import MOST as MOST_NAME
from bot.address.names import name_rule
from bot.address.spelling import latin, words_lost
from bot.address.street import LEAST, MOST, most_second

PRINTABLE = set(string.printable) - set("\t\n\r\v\f")


def address(**changes: Any) -> dict[str, Any]:
    """A German address that needs no mending, as it is kept with an order."""
    told = {
        "name": "Anna Schmidt",
        "first_name": "Anna",
        "last_name": "Schmidt",
        "company": "",
        "address1": "Torstraße 12",
        "address2": "",
        "city": "Berlin",
        "province": "Berlin",
        "province_code": "",
        "country": "Germany",
        "country_code": "DE",
        "zip": "10115",
        "phone": "+49 170 1234567",
        "cpf_number": "",
        "cpf_or_cnpj_number": "",
    }
    return told | changes


def problems(composed: Composed) -> list[str]:
    return [problem.field for problem in composed.problems]


class TestLetters:
    """Every script is written in Latin letters."""

    @pytest.mark.parametrize(
        ("text", "written"),
        [
            ("Nguyễn Văn Đức", "Nguyen Van Duc"),
            ("Đường Trần Hưng Đạo", "Duong Tran Hung Dao"),
            ("Иван Петров", "Ivan Petrov"),
            ("محمد", "mhmd"),
            ("서울", "SeoUl"),
            ("Straße 5", "Strasse 5"),
            ("Anna 😀👍🏽 👨‍👩‍👧 🇻🇳", "Anna"),
            ("№ 5", "No 5"),
            ("a\u2028b\u00a0c\x00d\u200be\u202e", "a b cde"),
            (":smile:", ":smile:"),
        ],
    )
    def test_scripts(self, text: str, written: str) -> None:
        """Vietnamese, Cyrillic, Arabic and Korean letters become Latin; emoji and control characters go."""
        assert written == latin(text)

    def test_a_word_that_vanishes_is_noticed(self) -> None:
        """A word of a script that cannot be written at all is told, an emoji is not."""
        assert words_lost("Torstraße \u1980\u1981 12")
        assert not words_lost("Torstraße 😀 12")


class TestStreet:
    """Two lines hold every word, in order, or the address is refused."""

    @pytest.mark.parametrize(
        ("first", "second", "company", "lines"),
        [
            ("Torstraße 12", "", "", ("Torstrasse 12", "")),
            ("Torstraße 12", "c/o Vu", "", ("Torstrasse 12", "c/o Vu")),
            ("Torstraße 12", "3. OG", "Acme GmbH", ("Torstrasse 12", "3. OG Acme GmbH")),
            (
                "Số 12, ngõ 34, đường Nguyễn Trãi, phường Thượng Đình",
                "quận Thanh Xuân",
                "",
                ("So 12, ngo 34, duong Nguyen Trai,", "phuong Thuong Dinh quan Thanh Xuan"),
            ),
            ("5 A", "Bau 7", "", ("5 A Bau", "7")),
            ("a" * 35, "b", "", ("a" * 35, "b")),
        ],
    )
    def test_lines(self, first: str, second: str, company: str, lines: tuple[str, str]) -> None:
        """The first line takes what fits and at least five characters; the rest, and a company, follow."""
        to = ship_to(address(address1=first, address2=second, company=company))
        assert lines == (to.street, to.street2)

    @pytest.mark.parametrize(
        ("changes", "field", "word"),
        [
            ({"address1": ""}, "street", "no street"),
            ({"address1": "A 1"}, "street", "3 characters"),
            ({"address1": "a" * 36}, "street", "36 characters in one piece"),
            ({"address1": "Torstraße 12", "address2": "x " * 31}, "street2", "1 characters too long"),
            ({"address2": "x " * 30, "company": "Acme"}, "company", "4 characters too long"),
            ({"address1": "Torstraße \u1980"}, "street", "Latin letters"),
        ],
    )
    def test_refusals(self, changes: dict[str, str], field: str, word: str) -> None:
        """What does not fit is refused by its field, never cut off."""
        composed = compose(address(**changes))
        assert composed.ship_to is None
        assert [field] == problems(composed)
        assert word in composed.problems[0].problem

    def test_the_second_line_of_the_us_is_short(self) -> None:
        """A second line that other countries take is refused for the US."""
        told = address(
            country_code="US", province="Texas", city="Austin", zip="78701", phone="+14155552671", address2="x " * 20
        )
        assert ["street2"] == problems(compose(told))


class TestNames:
    """First and last name keep to what the country asks."""

    @pytest.mark.parametrize(
        ("told", "parts"),
        [
            ({"name": "Nguyễn Văn Đức", "first_name": "", "last_name": ""}, ("Nguyen Van", "Duc")),
            ({"name": "Nguyễn Văn Đức", "first_name": "Nguyễn", "last_name": "Văn Đức"}, ("Nguyen", "Van Duc")),
            ({"name": "Anna Schmidt", "first_name": "Bea", "last_name": "Vu"}, ("Anna", "Schmidt")),
            ({"name": "", "first_name": "Anna", "last_name": "O'Brien-Vu"}, ("Anna", "O'Brien-Vu")),
            ({"name": "", "first_name": "Anna Maria Schmidt", "last_name": ""}, ("Anna Maria", "Schmidt")),
            ({"name": "Anna", "first_name": "", "last_name": ""}, ("Anna", "")),
            ({"name": "محمد علي", "first_name": "", "last_name": ""}, ("mhmd", "ly")),
            ({"name": "Anna 🌸 & Jan / Vu", "first_name": "", "last_name": ""}, ("Anna Jan", "Vu")),
            (
                {"name": "", "first_name": "Maria Fernanda Guadalupe Encarnacion", "last_name": "Vu"},
                ("Maria Fernanda Guadalupe", "Encarnacion Vu"),
            ),
        ],
    )
    def test_parts(self, told: dict[str, str], parts: tuple[str, str]) -> None:
        """The buyer's own division counts where it makes up the name and fits; no word is left out."""
        to = ship_to(address(**told))
        assert parts == (to.first_name, to.last_name)
        assert " ".join(parts).strip() == to.full_name

    @pytest.mark.parametrize(
        ("country", "name", "word"),
        [
            ("US", "Anna", "first and a last name"),
            ("AU", "Anna", "first and a last name"),
            ("ZA", "Anna", "first and a last name"),
            ("US", "A Vu", "2 to 32 characters"),
            ("DE", "a" * 33, "at most 32 characters"),
            ("BR", f"{'a' * 25} {'b' * 25}", "49 in all"),
            ("DE", "🌸", "no name"),
            ("DE", "Anna \u1980", "Latin letters"),
        ],
    )
    def test_refusals(self, country: str, name: str, word: str) -> None:
        """A name that a country would not take is refused with what it asks for."""
        composed = compose(address(name=name, first_name="", last_name="", country_code=country))
        assert word in next(each.problem for each in composed.problems if each.field == "name")


class TestProblems:
    """All problems come at once, each with its fix."""

    def test_all_at_once(self) -> None:
        """Six wrong fields make six problems, and each fix is a command for this order."""
        composed = compose({"country_code": "US"}, order="#1046")
        assert ["name", "phone", "street", "city", "province", "zip"] == problems(composed)
        assert all(f"dropferry address #1046 --set {each.field}=" in each.fix for each in composed.problems)

    def test_without_an_address(self) -> None:
        """An order without an address is refused by its country, and nothing is raised."""
        assert ["country_code"] == problems(compose(None))

    @pytest.mark.parametrize("code", ["", "XX", "Vietnam"])
    def test_a_wrong_country(self, code: str) -> None:
        """Without a country no other field can be judged."""
        assert ["country_code"] == problems(compose(address(country_code=code)))

    def test_refused(self) -> None:
        """The whole refusal names every field and the first fix."""
        with pytest.raises(AddressRefused, match=r"phone: there is no .*; post code: this is no ") as refused:
            ship_to(address(phone="", zip="1"), order="1046")
        assert refused.value.problems[0].fix == refused.value.fix
        assert all(isinstance(each, AddressProblem) for each in refused.value.problems)

    def test_an_id_is_named_as_a_person_calls_it(self) -> None:
        """What stands in a report has no name of our own for a field, and says once that the address does not do."""
        with pytest.raises(AddressRefused) as refused:
            ship_to(address(country_code="SA", phone="+966512345678", zip="11564"))
        assert "short national address: it is missing, and SA asks for it" == refused.value.told

    def test_what_could_be_made_is_shown(self) -> None:
        """A problem in one field does not hide what the others become."""
        composed = compose(address(zip="1"))
        assert "Torstrasse 12" == composed.typed["street"]
        assert "Torstraße 12" == composed.original["street"]


class TestOverrides:
    """The merchant's values go by the same rules, and the original stays."""

    def test_an_override_is_mended_too(self) -> None:
        """A value that a person sets is written in Latin letters and checked like the buyer's."""
        composed = compose(address(), overrides={"street": "Đường Láng 5", "zip": "1"})
        assert "Duong Lang 5" == composed.typed["street"]
        assert "Torstraße 12" == composed.original["street"]
        assert ["zip"] == problems(composed)

    def test_a_name_in_one_or_in_two(self) -> None:
        """A whole name replaces both parts; a part replaces only itself."""
        whole = ship_to(address(), overrides={"name": "Jan de Vu"})
        part = ship_to(address(), overrides={"last_name": "Vu"})
        assert ("Jan de", "Vu") == (whole.first_name, whole.last_name)
        assert ("Anna", "Vu") == (part.first_name, part.last_name)

    def test_a_province_silences_its_code(self) -> None:
        """The old code does not speak against the new name."""
        told = address(country_code="US", province="Texas", province_code="TX", zip="94105", phone="+14155552671")
        to = ship_to(told, overrides={"province": "California"})
        assert ("California", "CA") == to.province_names

    def test_an_empty_value_takes_away(self) -> None:
        """A company that does not fit can be left out."""
        told = address(address2="x " * 29, company="Acme")
        assert ["company"] == problems(compose(told))
        assert "x " * 28 + "x" == ship_to(told, overrides={"company": ""}).street2

    def test_the_phone_of_the_order(self) -> None:
        """Where the address has no phone the order's own is used."""
        assert "1701234567" == ship_to(address(phone=""), phone="0170 1234567").phone

    @pytest.mark.parametrize(("typed", "field"), [("state", "province"), ("Address1", "street"), (" zip ", "zip")])
    def test_other_words_for_a_field(self, typed: str, field: str) -> None:
        """The words of the store and of other forms are understood."""
        assert field == field_name(typed)

    def test_an_unknown_field(self) -> None:
        """A mistyped field is refused with the one that is meant."""
        with pytest.raises(UnknownField) as refused:
            field_name("citty")
        assert "did you mean city?" in refused.value.fix


TEXT = st.text(max_size=60) | st.sampled_from(["Nguyễn Văn Đức", "12 Trần Hưng Đạo", "St. Louis", "😀", "서울특별시"])
STREET = st.lists(st.text(alphabet="abcđễÀß09.,#/-가м", min_size=1, max_size=12), max_size=14).map(" ".join)
FINE = [
    address(),
    address(country_code="US", province_code="TX", province="", zip="78701", phone="(415) 555-2671"),
    address(country_code="VN", province="Thành phố Hà Nội", city="Quận Thanh Xuân", zip="", phone="0901234567"),
    address(country_code="BR", province="SP", zip="01310100", phone="11987654321", cpf_number="529.982.247-25"),
    address(country_code="KR", zip="06130", phone="010-1234-5678"),
]
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "name": TEXT,
        "first_name": TEXT | st.none(),
        "address1": STREET | TEXT,
        "address2": STREET | TEXT,
        "city": TEXT,
        "company": TEXT,
        "country_code": st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)) | st.text(max_size=3),
        "province": TEXT,
        "province_code": TEXT,
        "zip": TEXT | st.from_regex(r"[0-9]{3,8}"),
        "phone": TEXT | st.from_regex(r"\+?[0-9 ()-]{8,16}"),
    },
)
ADDRESSES = st.builds(
    lambda fine, changes, kept: fine | {name: changes[name] for name in list(changes)[:kept]},
    st.sampled_from(FINE),
    CHANGES,
    st.integers(0, 4),
)
NOTES = st.lists(st.tuples(TEXT | st.just("PCCC"), TEXT | st.just("P123456789012")), max_size=3)


class TestAnyAddress:
    """Properties that hold for whatever a buyer typed."""

    @given(ADDRESSES, st.dictionaries(st.sampled_from(FIELDS), TEXT, max_size=1), NOTES)
    @settings(deadline=None, max_examples=300)
    def test_within_limits_and_latin(
        self, told: dict[str, Any], overrides: dict[str, str], notes: list[tuple[str, str]]
    ) -> None:
        """Nothing else than a value within the form's limits, or problems with fixes, ever comes out."""
        composed = compose(told, notes, overrides)
        assert (composed.ship_to is None) == bool(composed.problems)
        assert all(each.problem and each.fix and each.field in FIELDS for each in composed.problems)
        to = composed.ship_to
        if to is None:
            return
        texts = [to.full_name, to.street, to.street2, to.city, to.province, to.zip, *to.city_names, *to.province_names]
        assert all(set(text) <= PRINTABLE and text == " ".join(text.split()) for text in texts)
        assert LEAST <= len(to.street) <= MOST
        assert len(to.street2) <= most_second(to.country_code)
        rule = name_rule(to.country_code)
        assert rule.least <= len(to.first_name) <= MOST_NAME
        assert (rule.least if rule.two_parts else 0) <= len(to.last_name) <= MOST_NAME
        assert to.phone.isascii()
        assert to.phone.isdigit()
        assert "Other" not in (*to.province_names[:-1], *to.city_names[:-1])

    @given(STREET, STREET, STREET)
    @settings(deadline=None, max_examples=300)
    def test_no_word_of_the_street_is_lost(self, first: str, second: str, company: str) -> None:
        """Every word of the street stands in the two lines, in order, or the address is refused."""
        composed = compose(address(address1=first, address2=second, company=company))
        words = [word for part in (first, second, company) for word in latin(part).split()]
        if composed.ship_to is not None:
            assert words == f"{composed.ship_to.street} {composed.ship_to.street2}".split()
        else:
            assert composed.problems

"""What each country asks of a phone number, a post code, a province, a city and an id."""

import re

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.address import compose
from bot.address.phone import compose_phone
from bot.address.postcodes import POST_CODES, compose_zip
from bot.address.problems import Findings
from bot.address.region_names import NAMES_BY_CODE
from bot.address.regions import compose_city, compose_province
from bot.address.tax_ids import ASKED, compose_ids, read_cpf, read_cuit, read_rut


def findings() -> Findings:
    return Findings("1046")


def ids_of(
    country: str,
    *,
    fields: dict[str, str] | None = None,
    notes: list[tuple[str, str]] | None = None,
    overrides: dict[str, str] | None = None,
) -> tuple[tuple[tuple[str, str], ...], list[str]]:
    """The ids of a country, and the problems told of them."""
    found = findings()
    told = (fields or {}) | (overrides or {})
    ids = compose_ids(told, overrides or {}, notes or [], country, found)
    return ids, [f"{each.field}: {each.problem}" for each in found.problems]


class TestPhone:
    """Country code and national number, however the buyer wrote it."""

    @pytest.mark.parametrize(
        ("raw", "country", "typed"),
        [
            ("0901234567", "VN", ("+84", "901234567")),
            ("+84 (0)90 123 45 67", "VN", ("+84", "901234567")),
            ("+84 84901234567", "VN", ("+84", "901234567")),
            ("84901234567", "VN", ("+84", "901234567")),
            ("+8400901234567", "VN", ("+84", "901234567")),
            ("00491701234567", "US", ("+49", "1701234567")),
            ("0049 170 1234567", "DE", ("+49", "1701234567")),
            ("+1 1 415 555 2671", "US", ("+1", "4155552671")),
            ("555-123-4567", "US", ("+1", "5551234567")),
            ("(11) 98765-4321", "BR", ("+55", "11987654321")),
            ("+54 9 11 2345-6789", "AR", ("+54", "1123456789")),
            ("+54 9 221 123 4567", "AR", ("+54", "2211234567")),
            ("+52 1 55 1234 5678", "MX", ("+52", "5512345678")),
            ("٠٥٠١٢٣٤٥٦٧", "SA", ("+966", "501234567")),
            ("+39 06 12345678", "IT", ("+39", "0612345678")),
            ("612345678", "ES", ("+34", "612345678")),
            ("+819012345678", "US", ("+81", "9012345678")),
        ],
    )
    def test_read(self, raw: str, country: str, typed: tuple[str, str]) -> None:
        """Codes typed twice, "00" for "+", trunk zeros, mobile marks and foreign digits are understood."""
        found = findings()
        assert typed == compose_phone(raw, country, found)
        assert [] == found.problems

    @pytest.mark.parametrize(
        ("raw", "country", "word"),
        [
            ("", "VN", "no phone number"),
            ("n/a", "VN", "no phone number"),
            ("123", "VN", "no phone number of VN"),
            ("0901234567 / 0912345678", "VN", "no phone number of VN"),
            ("1" * 400, "VN", "no phone number of VN"),
            ("415-555-2671 ext 12", "US", "extension"),
            ("1132654321", "BR", "mobile of 11 digits"),
            ("0112345678", "SA", "starts with 5"),
        ],
    )
    def test_refused(self, raw: str, country: str, word: str) -> None:
        """A number that is none, or that the country's form does not take, is told with an example of the country."""
        found = findings()
        assert ("", "") == compose_phone(raw, country, found)
        assert word in found.problems[0].problem
        code = phonenumbers.country_code_for_region(country)
        assert f"--set phone=+{code}" in found.problems[0].fix

    @given(st.text(max_size=30), st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)))
    @settings(deadline=None)
    def test_anything(self, raw: str, country: str) -> None:
        """Whatever is typed is a number in digits, or a problem."""
        found = findings()
        code, national = compose_phone(raw, country, found)
        assert bool(found.problems) == (not national) == (not code)
        assert re.fullmatch(r"\+\d{1,3}\|\d{2,17}|\|", f"{code}|{national}")


class TestPostCode:
    """Post codes as each country writes them."""

    @pytest.mark.parametrize(
        ("raw", "country", "typed"),
        [
            ("94105", "US", "94105"),
            ("941051234", "US", "94105-1234"),
            ("k1a0b1", "CA", "K1A 0B1"),
            ("sw1a1aa", "GB", "SW1A 1AA"),
            ("M1 1AE", "GB", "M1 1AE"),
            ("1012ab", "NL", "1012 AB"),
            ("00950", "PL", "00-950"),
            ("11120", "SE", "111 20"),
            ("SE-111 20", "SE", "111 20"),
            ("01310100", "BR", "01310-100"),
            ("1000001", "JP", "100-0001"),
            ("1000001", "PT", "1000-001"),
            ("1010", "LV", "LV-1010"),
            ("700000", "VN", "700000"),
            ("", "VN", ""),
            ("", "CL", ""),
            ("٢٠٠٠٠", "SA", "20000"),
            ("ad500", "AD", "AD500"),
            ("00000", "AE", "00000"),
            ("", "AE", ""),
        ],
    )
    def test_written(self, raw: str, country: str, typed: str) -> None:
        """A code gets its country's form; where a country has none, or none is known here, it goes as written."""
        found = findings()
        assert typed == compose_zip(raw, country, found)
        assert [] == found.problems

    @pytest.mark.parametrize(
        ("raw", "country"),
        [
            ("", "US"),
            ("9410", "US"),
            ("D1A 0B1", "CA"),
            ("99999", "ES"),
            ("1012", "NL"),
            ("012AB", "NL"),
            ("1234", "DE"),
            ("", "BR"),
            ("0600", "MX"),
            ("123", "VN"),
        ],
    )
    def test_refused(self, raw: str, country: str) -> None:
        """A code that is none of the country's is told with an example that would do."""
        found = findings()
        assert "" == compose_zip(raw, country, found)
        assert "zip" == found.problems[0].field
        assert POST_CODES[country].example in found.problems[0].fix

    @pytest.mark.parametrize("country", sorted(POST_CODES))
    def test_examples(self, country: str) -> None:
        """Each example is right by its own rule, and written as the rule writes it."""
        example = POST_CODES[country].example
        assert example == compose_zip(example, country, findings())


class TestProvince:
    """Spellings to look for, the surest first."""

    @pytest.mark.parametrize(
        ("province", "code", "country", "names"),
        [
            ("California", "CA", "US", ("California", "CA")),
            ("", "CA", "US", ("California", "CA")),
            ("ca", "", "US", ("California", "CA")),
            ("São Paulo", "SP", "BR", ("Sao Paulo", "SP")),
            ("Ciudad de México", "DF", "MX", ("Ciudad de Mexico", "DF", "CDMX", "Other")),
            ("L'Aquila", "AQ", "IT", ("L'Aquila", "LAquila", "AQ", "Other")),
            ("Forlì-Cesena", "", "IT", ("Forli-Cesena", "Forli Cesena", "FC", "Other")),
            ("Thành phố Hồ Chí Minh", "", "VN", ("Thanh pho Ho Chi Minh", "Ho Chi Minh", "Other")),
            ("Tỉnh Bình Dương", "", "VN", ("Tinh Binh Duong", "Binh Duong", "Other")),
            ("Ho Chi Minh City", "", "VN", ("Ho Chi Minh City", "Ho Chi Minh", "Other")),
            ("Makkah Province", "", "SA", ("Makkah Province", "Makkah", "Other")),
            ("Provincia di Roma", "", "FR", ("Provincia di Roma", "Roma", "Other")),
            ("Tokyo (東京)", "JP-13", "JP", ("Tokyo (DongJing)", "Tokyo", "JP-13", "Other")),
            ("", "", "GB", ("Other",)),
        ],
    )
    def test_names(self, province: str, code: str, country: str, names: tuple[str, ...]) -> None:
        """Name, code and plain spelling come in this order; "Other" is last, and never for the US or Brazil."""
        found = findings()
        told = {"province": province, "province_code": code}
        assert names == compose_province(told, country, found)[1]
        assert [] == found.problems

    @pytest.mark.parametrize(("province", "country"), [("", "US"), ("Bavaria", "US"), ("Lisboa", "BR")])
    def test_refused(self, province: str, country: str) -> None:
        """Where "Other" is not allowed, a province that is none of the country's is refused."""
        found = findings()
        assert () == compose_province({"province": province, "province_code": ""}, country, found)[1]
        assert "province" == found.problems[0].field

    def test_the_tables_are_whole(self) -> None:
        """Each country has all of its states: 50, the capital and 8 more of the US, 27 of Brazil, and so on."""
        counts = {country: len(names) for country, names in NAMES_BY_CODE.items()}
        expected = {"US": 59, "CA": 13, "AU": 8, "BR": 27, "MX": 33, "ES": 52, "IT": 107, "AE": 7}
        assert expected == counts
        names = [name for table in NAMES_BY_CODE.values() for name in table.values()]
        assert all(re.fullmatch(r"[A-Z][A-Za-z' -]+", name) for name in names)


class TestCity:
    """Spellings of a city; another place is never among them."""

    @pytest.mark.parametrize(
        ("city", "country", "names"),
        [
            ("St. Louis", "US", ("St. Louis", "St Louis", "Saint Louis", "Other")),
            ("Saint Paul", "US", ("Saint Paul", "St. Paul", "Other")),
            ("Carson City", "US", ("Carson City", "Other")),
            ("New York City", "US", ("New York City", "New York", "Other")),
            ("Quận Thanh Xuân", "VN", ("Quan Thanh Xuan", "Thanh Xuan", "Other")),
            ("Quận 1", "VN", ("Quan 1", "Other")),
            ("São Paulo", "BR", ("Sao Paulo",)),
            ("", "SG", ("Singapore", "Other")),
            ("Other", "DE", ("Other",)),
        ],
    )
    def test_names(self, city: str, country: str, names: tuple[str, ...]) -> None:
        """As written, plain, and with Saint for St; "Other" is last, and never for Brazil."""
        found = findings()
        assert names == compose_city({"city": city}, country, found)[1]
        assert [] == found.problems

    @pytest.mark.parametrize("city", ["", "12345", "😀"])
    def test_refused(self, city: str) -> None:
        """A city has letters."""
        found = findings()
        compose_city({"city": city}, "DE", found)
        assert "city" == found.problems[0].field


class TestIds:
    """Tax and customs ids by the rules of each country."""

    @pytest.mark.parametrize(
        ("country", "notes", "ids"),
        [
            ("BR", [("CPF", "529.982.247-25")], (("cpf", "52998224725"),)),
            ("CL", [("RUT", "12.345.678-5")], (("rut", "12345678-5"),)),
            ("CL", [("Run/Rut", "20.347.878k")], (("rut", "20347878-K"),)),
            ("KR", [("Personal Clearance ID", " p123456789012 ")], (("pccc", "P123456789012"),)),
            ("KR", [("개인통관고유부호", "P123456789012")], (("pccc", "P123456789012"),)),
            ("KR", [("Passport No.", "M12345678")], (("passport", "M12345678"),)),
            ("SA", [("national_address", "rrrd 2929")], (("nat_addr", "RRRD2929"),)),
            ("IL", [("ID number", "123456782")], (("tax_id", "123456782"),)),
            ("AR", [("CUIT", "20123456786")], (("tax_id", "20-12345678-6"),)),
            ("MX", [("RFC", "GODE561231GR8")], (("tax_id", "GODE561231GR8"),)),
            ("MX", [], ()),
            ("DE", [("passport", "n/a")], ()),
            ("DE", [], ()),
        ],
    )
    def test_from_the_notes(self, country: str, notes: list[tuple[str, str]], ids: tuple[tuple[str, str], ...]) -> None:
        """The id is found under the names that buyers' forms give it, and written as AliExpress wants it."""
        assert (ids, []) == ids_of(country, notes=notes)

    def test_from_the_address(self) -> None:
        """The store's own CPF field comes before the notes; a wrong one gives way to a right one."""
        note = [("cpf", "123.456.789-09")]
        assert (("cpf", "52998224725"),) == ids_of("BR", fields={"cpf": "52998224725"}, notes=note)[0]
        assert (("cpf", "12345678909"),) == ids_of("BR", fields={"cpf": "11111111111"}, notes=note)[0]

    def test_what_the_merchant_set_is_judged_alone(self) -> None:
        """A mistyped override is told, not passed over for the buyer's note."""
        ids, told = ids_of("BR", notes=[("cpf", "123.456.789-09")], overrides={"cpf": "1"})
        assert ((), ["cpf: it is mistyped"]) == (ids, told)

    @pytest.mark.parametrize("country", sorted(ASKED))
    def test_missing(self, country: str) -> None:
        """A country that asks for an id refuses an address without, and the example in the fix is itself right."""
        rule = ASKED[country][0]
        ids, told = ids_of(country)
        assert ((), [f"{rule.name}: it is missing, and {country} asks for it"]) == (ids, told)
        assert rule.read(rule.example)

    @pytest.mark.parametrize(
        ("country", "name", "value"),
        [
            ("BR", "cpf", "529.982.247-26"),
            ("BR", "cpf", "11.222.333/0001-81"),
            ("CL", "rut", "12.345.678-6"),
            ("KR", "pccc", "P12345678901"),
            ("SA", "national address", "RRR2929"),
            ("IL", "tax id", "12345678"),
            ("AR", "cuit", "20-12345678-5"),
            ("MX", "rfc", "123"),
        ],
    )
    def test_mistyped(self, country: str, name: str, value: str) -> None:
        """A wrong check digit or length is a problem of its own, for a company's number too."""
        ids, told = ids_of(country, notes=[(name, value)])
        assert () == ids
        assert told[0].endswith("is mistyped")

    def test_a_mistyped_code_is_not_passed_over_for_a_passport(self) -> None:
        """A Korean code with a missing digit is told even where a passport is there."""
        assert ids_of("KR", notes=[("pccc", "P1"), ("passport", "M12345678")])[1]

    @given(st.integers(0, 10**9 - 1))
    def test_one_pair_of_check_digits_a_cpf(self, stem: int) -> None:
        """Of the hundred endings of nine digits at most one makes a CPF."""
        right = [end for end in range(100) if read_cpf(f"{stem:09d}{end:02d}")]
        assert len(right) == (0 if len(set(f"{stem:09d}")) == 1 else 1)

    @given(st.integers(10**6, 10**8 - 1))
    def test_one_check_digit_a_rut(self, stem: int) -> None:
        """Of the eleven endings exactly one makes a RUT."""
        assert 1 == sum(read_rut(f"{stem}-{check}") is not None for check in "0123456789K")

    @given(st.integers(0, 10**10 - 1))
    def test_at_most_one_check_digit_a_cuit(self, stem: int) -> None:
        """Of the ten endings at most one makes a CUIT."""
        assert 1 >= sum(read_cuit(f"{stem:010d}{check}") is not None for check in range(10))

    def test_in_the_whole_address(self) -> None:
        """The id arrives in what is typed and is shown beside the other fields."""
        told = {
            "name": "Ana Souza",
            "address1": "Rua Augusta 12",
            "city": "São Paulo",
            "province_code": "SP",
            "country_code": "BR",
            "zip": "01310-100",
            "phone": "11987654321",
            "cpf_or_cnpj_number": "529.982.247-25",
        }
        composed = compose(told)
        assert composed.ship_to is not None
        assert (("cpf", "52998224725"),) == composed.ship_to.ids
        assert "52998224725" == composed.typed["cpf"]

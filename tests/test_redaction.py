"""Redaction: by the name of a field, by what is known, by form; and what anybody may see stays."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.db import Database
from bot.personal_data import watch
from bot.redaction import GONE, Redactor, known
from bot.redaction_names import KnownPeople
from tests.planted import BUYER, MAIL, PERSONAL, SECRETS, plant, spellings

KEPT = [
    "pull main: 3 orders read, 1 new, 0 changed",
    "2026-11-22 12:00:05+00:00 AliExpress order 8190123456789012, parcel LP00123456789CN, product 1005006123456789",
    "https://www.aliexpress.com/p/order/detail.html?orderId=8190123456789012",
    "https://one.onshopbase.com/admin/orders.json?limit=50&page=2",
    "https://t.17track.net/en#nums=LP00123456789CN",
    "http://127.0.0.1:45753/__sandbox/state",
    'the browser of account "main" is in use by process 4711 since 2026-11-22T12:00:05+00:00 (dropferry sync)',
    "run: dropferry secret set main-shopbase-key (with --file where there is no keyring)",
    "costs 5.90 USD instead of 4.00 USD, more than 10 % above",
    "what was seen is kept in 20261122T100000Z-abc123",
    'File "/usr/lib/python3.11/site-packages/sqlmodel/orm/session.py", line 30, in test_of_a_very_long_name_indeed1',
    "Chromium 156.0.7000.12 on Linux 6.18.44",
]
GONE_FROM = [
    ("mail to jane.doe+x@sub.example.org failed", "jane.doe"),
    ("call +84 912 345 678 now", "912"),
    ("call +1 (202) 555-0173", "555"),
    ("card 4111 1111 1111 1111", "4111"),
    ("card 5500000000000004 was typed", "5500"),
    ("Authorization: Basic YWJjOmRlZg==", "YWJj"),
    ("header Bearer abcdef.ghijkl", "abcdef"),
    ("Cookie: xman_t=1; intl_locale=en", "xman_t"),
    ("set-cookie: _m_h5_tk=abc_1; Path=/", "abc_1"),
    ("_m_h5_tk=abc123_456 in the page", "abc123"),
    ('{"access_token": "ya29.x"}', "ya29"),
    ("password=hunter2&x=1", "hunter2"),
    ("eyJhbGciOiJIUzI1.eyJzdWIiOiIx.sflKxw", "eyJ"),
    ("hash 5d41402abc4b2a76b9719d911017c592", "5d41"),
    ("from 203.0.113.77 today", "203"),
    ("https://hc-ping.com/8f3b2c71-d94e", "8f3b"),
    ("https://discord.com/api/webhooks/1/secret", "webhooks"),
    ("https://me:pw@one.onshopbase.com/admin", "pw"),
    ("https://one.onshopbase.com/admin/customers.json?query=Jane", "Jane"),
    ("tgram://123:abc/456", "abc"),
    ("postgresql+psycopg://me:pw@db/x", "pw"),
    ("[type=string_type, input_value={'name': 'Jane'}, input_type=dict]", "Jane"),
    ("(sqlite3.IntegrityError) x\n[SQL: INSERT]\n[parameters: ('Jane', 1)]\n(Background on this)", "Jane"),
    ("Failing row contains (1, main, Jane Doe, null).", "Jane"),
    ("DETAIL:  Key (email)=(jane) already exists.", "jane"),
]


@pytest.fixture(name="redactor")
def redactor_fixture() -> Redactor:
    """One that knows the planted secrets and the planted buyer."""
    made = Redactor()
    for secret in SECRETS.values():
        made.know_secret(secret)
    made.know_person(PERSONAL)
    return made


@pytest.mark.parametrize("text", KEPT)
def test_what_anybody_may_see_stays(text: str, redactor: Redactor) -> None:
    """Order and tracking numbers, times, addresses of the sites, commands and paths are what a log is for."""
    assert text == redactor.text(text)


@pytest.mark.parametrize(("text", "part"), GONE_FROM)
def test_what_looks_like_a_secret_or_a_person_goes(text: str, part: str) -> None:
    """Mail addresses, phones, cards, tokens, cookies, other addresses, and what databases say they were given."""
    assert part not in Redactor().text(text)


@pytest.mark.parametrize("secret", SECRETS.values())
def test_a_known_secret_goes_wherever_it_stands(secret: str, redactor: Redactor) -> None:
    """In the middle of a word, in an address with its signs written otherwise, and in its parts where it is one."""
    from urllib.parse import quote

    text = redactor.text(f"x{secret}y and {quote(secret, safe='')}; {secret.rpartition('/')[2]}")
    assert [] == [part for part in (secret, quote(secret, safe="")) if part in text]
    assert "AAHkLmNoPqRsTuVwXyZ012345" not in redactor.text("token AAHkLmNoPqRsTuVwXyZ012345, chat")


@pytest.mark.parametrize("value", [value for value in PERSONAL if value != BUYER["city"]])
def test_a_known_buyer_goes_in_every_spelling(value: str, redactor: Redactor) -> None:
    """Without accents, in capitals, composed or not, with other signs between the words, numbers as digits alone."""
    for spelling in spellings(value):
        assert spelling not in redactor.text(f"the page shows {spelling}, which is odd")


def test_words_that_are_also_names_stay_where_they_are_words(redactor: Redactor) -> None:
    """A name of one word goes where it stands as one; #10115 is no post code."""
    redactor.know_person(["Will", "10115", "An"])
    assert "it will go to [removed], order #10115, post code [removed], An" == redactor.text(
        "it will go to Will, order #10115, post code 10115, An"
    )


def test_fields_go_by_their_name(redactor: Redactor) -> None:
    """Whatever it looks like, what stands under the name of a secret or a person goes, however deep."""

    @dataclass
    class Row:
        first_name: str
        count: int

    data: dict[str, Any] = {
        "order": "#1046",
        "Shipping-Address": {"a": 1},
        "lines": [{"buyerEmail": "x", "title": "Mug", "quantity": 2}],
        "row": Row("Jo", 3),
        "zip": "",
        "mailed": 4,
        "is_ok": True,
        "path": Path("a"),
        "session_id": 12345,
    }
    assert {
        "order": "#1046",
        "Shipping-Address": GONE,
        "lines": [{"buyerEmail": GONE, "title": "Mug", "quantity": 2}],
        "row": {"first_name": GONE, "count": 3},
        "zip": "",
        "mailed": 4,
        "is_ok": True,
        "path": "a",
        "session_id": GONE,
    } == redactor.value(data)


def test_a_place_has_another_name(tmp_path: Path) -> None:
    """The path of a home names whoever works there, so a bundle calls it otherwise."""
    redactor = Redactor()
    redactor.know_place(tmp_path, "[home]")
    redactor.know_place(tmp_path / "in it", "[inner]")
    assert f"[inner]{'/'}x and [home]" == redactor.text(f"{tmp_path / 'in it'}/x and {tmp_path}")


def test_whoever_is_read_from_the_database_is_known(sqlite: Database) -> None:
    """Buyers that this process writes or reads are kept out of its lines from then on."""
    watch()
    with sqlite.write() as session:
        plant(session)
    text = f"no {BUYER['name']} at 128/4b LE VAN SY, {MAIL}, cpf 529.982.247-25"
    assert [] == [word for word in ("Ngọc", "VAN", "529") if word in known.text(text)]


def test_only_so_many_are_known() -> None:
    """A process that runs for months forgets the oldest, not the latest, and does not grow."""
    people = KnownPeople(at_most=10)
    for number in range(100):
        people.know(f"Person Number{number:03d}")
    assert "x" == people.taken_out("Person Number099", "x")
    assert "Person Number000" == people.taken_out("Person Number000", "x")


NAMES = st.text(st.characters(categories=["L"]), min_size=3, max_size=12)


@settings(max_examples=80, deadline=None)
@given(NAMES, NAMES, st.integers(1, 9999), st.sampled_from(["; ", " - ", "\n", ", "]))
def test_generated_people_never_get_through(first: str, last: str, number: int, between: str) -> None:
    """Whatever a buyer is called, in any script: a line that holds name, street and mail holds none of them."""
    redactor = Redactor()
    name, street, mail = f"{first} {last}", f"{number} {last} Street", f"{number}.buyer@example.com"
    redactor.know_person([name, street, mail])
    line = between.join(["page:", name.upper(), street, mail, name])
    told = redactor.text(line)
    assert [] == [each for each in (name, name.upper(), street, mail) if each in told]

"""Cookie files of all kinds that people bring along."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from bot.cookies import LOCALE_COOKIE, SESSION_KEPT, in_english, read_cookies
from bot.errors import ConfigError
from flows.values import Site

REAL = Site()
SANDBOX = Site(
    www="http://www.aliexpress.localhost:1",
    acs="http://acs.aliexpress.localhost:1",
    login="http://login.aliexpress.localhost:1",
)
LATER = 4_000_000_000
NETSCAPE = (
    "# Netscape HTTP Cookie File\n\n"
    f"#HttpOnly_.aliexpress.com\tTRUE\t/\tTRUE\t{LATER}\txman_t\tsecret value\n"
    f"www.aliexpress.us\tFALSE\t/p\tFALSE\t{LATER}\taep\t\n"
    f".example.com\tTRUE\t/\tTRUE\t{LATER}\tother\tx\n"
    f".notaliexpress.com\tTRUE\t/\tTRUE\t{LATER}\tother\tx\n"
)
ADD_ON = [
    {
        "domain": ".aliexpress.com",
        "expirationDate": LATER + 0.5,
        "hostOnly": False,
        "httpOnly": True,
        "name": "xman_t",
        "path": "/",
        "sameSite": "no_restriction",
        "secure": True,
        "session": False,
        "storeId": "0",
        "value": "secret value",
        "id": 1,
    },
    {"domain": "www.aliexpress.com", "name": "b", "value": "", "sameSite": None, "secure": False},
    {"domain": ".google.com", "name": "SID", "value": "x"},
]
COOKIE: dict[str, Any] = {
    "name": "xman_t",
    "value": "secret value",
    "domain": ".aliexpress.com",
    "path": "/",
    "expires": LATER,
    "httpOnly": True,
    "secure": True,
    "sameSite": "Lax",
}
STATE = {"cookies": [COOKIE], "origins": [{"origin": "https://www.aliexpress.com", "localStorage": []}]}


def saved(folder: Path, text: str | bytes) -> Path:
    file = folder / "cookies.txt"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def test_netscape(tmp_path: Path) -> None:
    """A cookies.txt gives its AliExpress cookies, HttpOnly ones too, and nobody else's."""
    assert [
        {
            "name": "xman_t",
            "value": "secret value",
            "domain": ".aliexpress.com",
            "path": "/",
            "expires": float(LATER),
            "secure": True,
            "httpOnly": True,
        },
        {
            "name": "aep",
            "value": "",
            "domain": "www.aliexpress.us",
            "path": "/p",
            "expires": float(LATER),
            "secure": False,
            "httpOnly": False,
        },
    ] == read_cookies(saved(tmp_path, NETSCAPE), REAL)


def test_windows_lines(tmp_path: Path) -> None:
    """A file saved on Windows, with a byte-order mark, gives the same cookies."""
    windows = b"\xef\xbb\xbf" + NETSCAPE.replace("\n", "\r\n").encode()
    plain = read_cookies(saved(tmp_path, NETSCAPE), REAL)
    assert plain == read_cookies(saved(tmp_path, windows), REAL)


def test_an_add_on(tmp_path: Path) -> None:
    """The list that EditThisCookie and Cookie-Editor write is read, with its own word for SameSite."""
    first, second = read_cookies(saved(tmp_path, json.dumps(ADD_ON)), REAL)
    assert {
        "name": "xman_t",
        "value": "secret value",
        "domain": ".aliexpress.com",
        "path": "/",
        "expires": LATER + 0.5,
        "secure": True,
        "httpOnly": True,
        "sameSite": "None",
    } == first
    assert ("b", False) == (second["name"], "sameSite" in second)


def test_storage_state(tmp_path: Path) -> None:
    """Playwright's storage state is read; what it keeps besides cookies is left alone."""
    assert [COOKIE] == read_cookies(saved(tmp_path, json.dumps(STATE)), REAL)


def test_a_cookie_of_the_session_is_kept(tmp_path: Path) -> None:
    """A session's cookie gets an end of its own, or our browser would forget it when it closes."""
    (read,) = read_cookies(saved(tmp_path, json.dumps([COOKIE | {"expires": -1}])), REAL)
    assert abs(time.time() + SESSION_KEPT - (read["expires"] or 0)) < 60


def test_the_sandbox_takes_only_its_own(tmp_path: Path) -> None:
    """A real sign-in never gets into the sandbox's profile, nor the sandbox's into the real one."""
    mixed = NETSCAPE + f".aliexpress.localhost\tTRUE\t/\tFALSE\t{LATER}\tsession\tplay\n"
    assert ["session"] == [cookie["name"] for cookie in read_cookies(saved(tmp_path, mixed), SANDBOX)]
    assert ["xman_t", "aep"] == [cookie["name"] for cookie in read_cookies(saved(tmp_path, mixed), REAL)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "there is no cookie in it"),
        ("<html>", "line 1: this is no line of a cookies.txt"),
        (NETSCAPE.replace("\t", " "), "line 3: this is no line of a cookies.txt"),
        (NETSCAPE.replace(str(LATER), "soon"), "line 3: its time of expiry is no number"),
        (
            f".example.com\tTRUE\t/\tTRUE\t{LATER}\tSID\tsecret value\n",
            "none of its 1 cookies belongs to aliexpress.com",
        ),
        (NETSCAPE.replace(str(LATER), "1000"), "have run out"),
        ('[{"name": "xman_t", "value": "secret value"', "this is broken JSON"),
        ('{"origins": []}', 'there is no list "cookies" in it'),
        ('[{"name": "xman_t", "value": "secret value"}]', 'cookie 1: its "domain" is missing'),
        ('["secret value"]', "cookie 1: this is not a cookie"),
        (b"\x89PNG\r\n\x1a\n\xff", "this is not a file of cookies"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str | bytes, told: str) -> None:
    """A file that cannot be used is named with what is wrong and where, and no value of a cookie is printed."""
    file = saved(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        read_cookies(file, REAL)
    assert caught.value.what.startswith(str(file))
    assert told in caught.value.what
    assert caught.value.fix
    assert "secret value" not in caught.value.what + caught.value.fix


def test_a_missing_file(tmp_path: Path) -> None:
    """A file that is not there is named."""
    with pytest.raises(ConfigError, match="none: cannot be read"):
        read_cookies(tmp_path / "none", REAL)


def locale(value: str) -> Any:
    return {"name": LOCALE_COOKIE, "value": value, "domain": ".aliexpress.com", "path": "/"}


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        ("site=vnm&c_tp=VND&region=VN&b_locale=vi_VN", "site=vnm&c_tp=VND&region=VN&b_locale=en_US"),
        ('"c_tp=USD&b_locale=pt_BR"', '"c_tp=USD&b_locale=en_US"'),
        ("c_tp=USD", "c_tp=USD&b_locale=en_US"),
    ],
)
def test_pages_come_in_english(kept: str, told: str) -> None:
    """The locale cookie asks for English and keeps currency and country; one that does so already is left alone."""
    assert [locale(told)] == in_english([locale(kept)], REAL)
    assert [] == in_english([locale(told)], REAL)


def test_a_new_profile_asks_for_english() -> None:
    """A profile without a locale cookie gets one, for AliExpress alone."""
    assert [locale("b_locale=en_US")] == in_english([], REAL)

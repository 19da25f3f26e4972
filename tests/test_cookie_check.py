"""What a file of cookies lacks, said before it replaces a sign-in that may still hold."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.cli.signing_in import _away_with
from bot.cookie_check import check_cookies, delete, is_open_to_others
from bot.cookies import LOCALE_COOKIE, member_of
from bot.errors import ConfigError
from flows.values import Site

REAL = Site()
LATER, BEFORE = 4_000_000_000, 1_000_000_000


def cookie(name: str, value: str = "x", *, expires: int = LATER, **more: Any) -> dict[str, Any]:
    return {"name": name, "value": value, "domain": ".aliexpress.com", "path": "/", "expires": expires, **more}


SESSION = cookie("xman_t", httpOnly=True)
WHO = cookie(LOCALE_COOKIE, "site=glo&c_tp=USD&x_alimid=2000000123&region=VN&b_locale=en_US")


def saved(folder: Path, *cookies: dict[str, Any]) -> Path:
    file = folder / "cookies.json"
    file.write_text(json.dumps(list(cookies)), encoding="utf-8")
    return file


def test_a_whole_sign_in_lacks_nothing(tmp_path: Path) -> None:
    """With the session's cookie among those that hold nothing is said, and it is known whose it is."""
    checked = check_cookies(saved(tmp_path, SESSION, WHO), REAL)
    assert (2, (), "2000000123") == (len(checked.cookies), checked.lacks, checked.member)


@pytest.mark.parametrize(
    ("cookies", "lacks"),
    [
        ([cookie("sgcookie", httpOnly=True)], ['"xman_t", the cookie that holds the sign-in, is not among them']),
        (
            [cookie("xman_t", httpOnly=True, expires=BEFORE), cookie("cna", httpOnly=True)],
            ['"xman_t", the cookie that holds the sign-in, has run out'],
        ),
        ([cookie("xman_t")], ["none of them is HttpOnly: whatever saved the file could not see the cookies that"]),
        ([SESSION, cookie("b", expires=BEFORE), cookie("a", expires=BEFORE)], ["these have run out: a, b"]),
    ],
)
def test_what_is_lacking_is_named(tmp_path: Path, cookies: list[dict[str, Any]], lacks: list[str]) -> None:
    """Each thing that a sign-in needs and the file has not is named, in its own words and without any value."""
    told = check_cookies(saved(tmp_path, *cookies), REAL).lacks
    assert len(lacks) == len(told)
    assert all(one in other for one, other in zip(lacks, told, strict=True))


def test_page_made_cookies_lack_both(tmp_path: Path) -> None:
    """A file made by a page's script has neither the session nor any HttpOnly cookie: both are said."""
    assert 2 == len(check_cookies(saved(tmp_path, WHO), REAL).lacks)


@pytest.mark.parametrize(
    ("value", "member"),
    [
        ("x_alimid=2000000123", "2000000123"),
        ('"x_alimid=7&b=1"', "7"),
        ("x_alimid=-", None),
        ("x_alimid=0", None),
        ("a=b", None),
    ],
)
def test_whose_cookies_they_are(value: str, member: str | None) -> None:
    """The member's number is told by the locale cookie; a stranger has none; other domains do not count."""
    theirs: Any = {**cookie(LOCALE_COOKIE, "x_alimid=9"), "domain": ".aliexpress.us"}
    ours: Any = cookie(LOCALE_COOKIE, value)
    assert member == member_of([theirs, ours], REAL)


def test_a_file_is_deleted_or_named(tmp_path: Path) -> None:
    """Who else may read the file is seen; it is deleted when that is wanted, and one that stays is named."""
    file = saved(tmp_path, SESSION)
    file.chmod(0o644)
    assert is_open_to_others(file)
    file.chmod(0o600)
    assert not is_open_to_others(file)
    delete(file)
    with pytest.raises(ConfigError, match="cannot be deleted") as caught:
        delete(file)
    assert "whoever has it is signed in as you" in caught.value.fix


def test_cookies_that_came_through_a_pipe_lie_nowhere(capsys: pytest.CaptureFixture[str]) -> None:
    """Proves that nobody is asked to delete what is no file."""
    _away_with(Path("/dev/null"), None)
    _away_with(Path("/dev/null"), wanted=True)
    assert "" == capsys.readouterr().out

"""Which addresses may be opened: https, a host that has a name and is on the list, and nothing that hides another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import hosts

LIST = ("pictures.example", "www.pictures.example")
# Each spelling of a host that is not a name on the list, and each way to hide one behind another.
TRICKS = [
    "http://pictures.example/a.jpg",
    "ftp://pictures.example/a.jpg",
    "//pictures.example/a.jpg",
    "pictures.example/a.jpg",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "https://pictures.example:443/a.jpg",
    "https://pictures.example:8443/a.jpg",
    "https://pictures.example:/a.jpg",
    "https://pictures.example:x/a.jpg",
    "https://me@pictures.example/a.jpg",
    "https://pictures.example@evil.example/a.jpg",
    "https://evil.example\\@pictures.example/a.jpg",
    "https://evil.example/a.jpg",
    "https://pictures.example.evil.example/a.jpg",
    "https://pictures.example./a.jpg",
    "https://a.pictures.example/a.jpg",
    "https://127.0.0.1/a.jpg",
    "https://127.1/a.jpg",
    "https://2130706433/a.jpg",
    "https://0x7f.0.0.0x1/a.jpg",
    "https://[::1]/a.jpg",
    "https://[::ffff:127.0.0.1]/a.jpg",
    "https://localhost/a.jpg",
    "https://pictures.example /a.jpg",
    "https://pictures.example\n/a.jpg",
    "https://pісtures.example/a.jpg",
    "https:///a.jpg",
    "https://[/a.jpg",
    "",
]


@pytest.mark.parametrize("url", TRICKS)
def test_refused(url: str) -> None:
    """Another scheme, host, port or user name, and a number in place of a host, are refused with a reason."""
    with pytest.raises(ValueError, match=r"\w"):
        hosts.https(url, LIST)


@pytest.mark.parametrize("url", [each for each in TRICKS if "evil.example/a" not in each and "a.pictures" not in each])
def test_refused_without_a_list(url: str) -> None:
    """Where a person names the host it has to be one that has a name all the same."""
    with pytest.raises(ValueError, match=r"\w"):
        hosts.https(url)


def test_taken() -> None:
    """An https address on a host of the list is taken, in capitals too; so is any path of it."""
    assert "/a.jpg" == hosts.https("https://pictures.example/a.jpg?x=1#y", LIST).path
    assert "pictures.example" == hosts.https("HTTPS://PICTURES.EXAMPLE/a.jpg", LIST).hostname


def test_this_machine() -> None:
    """A service of one's own may run on this machine, with http and a port; nothing else may be plain http."""
    assert 8000 == hosts.https_or_here("http://127.0.0.1:8000/ping").port
    assert "hc.example" == hosts.https_or_here("https://hc.example/ping").hostname
    for url in ("http://hc.example/ping", "https://127.0.0.1:8000/ping", "http://10.0.0.1/ping", "http://a@localhost/"):
        with pytest.raises(ValueError, match=r"\w"):
            hosts.https_or_here(url)


def test_aliexpress_pages_are_aliexpress_alone() -> None:
    """Every host whose pages are read belongs to aliexpress.com or aliexpress.us."""
    assert {"aliexpress.com", "aliexpress.us"} == {".".join(host.split(".")[-2:]) for host in hosts.ALIEXPRESS_PAGES}


@given(st.text(max_size=60))
def test_anything(typed: str) -> None:
    """Whatever is typed after https:// is an address on the list or a refusal."""
    try:
        parts = hosts.https(f"https://{typed}", LIST)
    except ValueError:
        return
    assert parts.hostname in LIST

"""Which addresses dropferry talks to: the real sites, the sandbox, and what a person has named; nothing else.

Every address that a person types or a page shows is read here: plain letters, https, a host of the list that the caller
names, no number in place of a host, no port, no user name. On this machine alone http and a port are fine.
"""

import re
from collections.abc import Collection
from urllib.parse import SplitResult, urlsplit

from bot.language import _, mark

_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_SHOPBASE = re.compile(rf"(?:{_LABEL}\.)+onshopbase\.com")
_ALIEXPRESS = re.compile(rf"(?:{_LABEL}\.)+aliexpress\.(?:com|us)")
_ALIEXPRESS_SANDBOX = re.compile(rf"(?:{_LABEL}\.)+aliexpress\.localhost")
_LOOPBACK = re.compile(rf"127\.0\.0\.1|(?:{_LABEL}\.)*localhost")
# A name ends in a word. Whatever ends in a digit is a number of the network in one of its many spellings (127.1, 0x7f).
_NAME = re.compile(rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]*[a-z0-9])?")

SHOP_FORMS = mark(
    "https://NAME.onshopbase.com (the shop's own ShopBase address), or http://127.0.0.1:PORT for the sandbox"
)
ALIEXPRESS_FORMS = mark("https://HOST.aliexpress.com, or http://HOST.aliexpress.localhost:PORT for the sandbox")

# Every language's own host, as the site's language switch names them; any other host is somebody else's.
_LANGUAGES = (
    "ar",
    "cs",
    "de",
    "el",
    "es",
    "fr",
    "he",
    "hu",
    "id",
    "it",
    "ja",
    "ko",
    "nl",
    "pl",
    "pt",
    "ru",
    "sv",
    "th",
)
ALIEXPRESS_PAGES = frozenset(
    {f"{name}.aliexpress.com" for name in ("www", "m", "th", "tr", "vi", *_LANGUAGES)}
    | {"aliexpress.com", "aliexpress.us", "www.aliexpress.us", "m.aliexpress.us", "es.aliexpress.us"}
)
# Where AliExpress and ShopBase keep their pictures, as their answers name them.
PICTURES = frozenset(
    {f"ae0{number}.alicdn.com" for number in range(1, 6)}
    | {"img.alicdn.com", "ae-pic-a1.aliexpress-media.com", "img.btdmp.com"}
)


def shop_origin(url: str) -> str:
    """The origin of one shop, without a trailing slash; raises ValueError for any host that is not allowed."""
    return _origin(url, _SHOPBASE, _LOOPBACK)


def aliexpress_origin(url: str) -> str:
    """The origin of one AliExpress host, without a trailing slash; raises ValueError for any other host."""
    return _origin(url, _ALIEXPRESS, _ALIEXPRESS_SANDBOX)


def is_loopback(url: str) -> bool:
    """Whether the address can only be this machine."""
    return _LOOPBACK.fullmatch(urlsplit(url).hostname or "") is not None


def address(url: str) -> SplitResult:
    """The parts of an address written in plain letters, with scheme and host and without a user name.

    Raises ValueError, which says what is wrong with it.
    """
    if not url.isascii() or re.search(r"[\s\x00-\x1f\x7f\\]", url):
        raise ValueError(_("an address has plain letters without blanks"))
    parts = urlsplit(url)
    if not parts.scheme or not parts.netloc:
        raise ValueError(_("it is no whole address"))
    if "@" in parts.netloc:
        raise ValueError(_("an address with a user name in it is a trick"))
    try:
        parts.port  # noqa: B018  # asked for what it raises
    except ValueError:
        raise ValueError(_("its port is no number from 0 to 65535")) from None
    return parts


def https(url: str, hosts: Collection[str] | None = None) -> SplitResult:
    """The parts of an https address on one of `hosts`, or, where none are named, on any host that has a name.

    Raises ValueError: another host, a number in its place, a port, a user name, another scheme.
    """
    parts = address(url)
    host = (parts.hostname or "").lower()
    if parts.scheme != "https":
        raise ValueError(_("it does not begin with https://"))
    if not _NAME.fullmatch(host):
        raise ValueError(_("its host is not a name"))
    if parts.netloc.lower() != host:
        raise ValueError(_("it names a port"))
    if hosts is not None and host not in hosts:
        raise ValueError(_("{host} is not one of its hosts").format(host=host))
    return parts


def https_or_here(url: str) -> SplitResult:
    """The same for an address that a person has set for a service of their own, which may run on this machine."""
    parts = address(url)
    return parts if parts.scheme == "http" and is_loopback(url) else https(url)


def _origin(url: str, real: re.Pattern[str], sandbox: re.Pattern[str]) -> str:
    parts = _bare(url)
    host = parts.hostname or ""
    if parts.scheme == "https" and real.fullmatch(host):
        if parts.port is not None:
            raise ValueError(_("the real site has no port"))
        return f"https://{host}"
    if parts.scheme == "http" and sandbox.fullmatch(host):
        return f"http://{host}" if parts.port is None else f"http://{host}:{parts.port}"
    if parts.scheme == "http" and real.fullmatch(host):
        raise ValueError(_("http would send the secrets in clear"))
    raise ValueError(_("this host is not allowed"))


def _bare(url: str) -> SplitResult:
    if "@" in urlsplit(url).netloc:
        raise ValueError(_("a user name or password does not belong into an address"))
    parts = address(url)
    if parts.path not in ("", "/") or parts.query or parts.fragment or "?" in url or "#" in url:
        raise ValueError(_("only the host belongs here, no path"))
    return parts

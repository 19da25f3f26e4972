"""Which addresses are the real sites and which are the sandbox; nothing else is ever talked to."""

import re
from urllib.parse import SplitResult, urlsplit

_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_SHOPBASE = re.compile(rf"(?:{_LABEL}\.)+onshopbase\.com")
_ALIEXPRESS = re.compile(rf"(?:{_LABEL}\.)+aliexpress\.(?:com|us)")
_ALIEXPRESS_SANDBOX = re.compile(rf"(?:{_LABEL}\.)+aliexpress\.localhost")
_LOOPBACK = re.compile(rf"127\.0\.0\.1|(?:{_LABEL}\.)*localhost")

SHOP_FORMS = "https://NAME.onshopbase.com (the shop's own ShopBase address), or http://127.0.0.1:PORT for the sandbox"
ALIEXPRESS_FORMS = "https://HOST.aliexpress.com, or http://HOST.aliexpress.localhost:PORT for the sandbox"


def shop_origin(url: str) -> str:
    """The origin of one shop, without a trailing slash; raises ValueError for any host that is not allowed."""
    return _origin(url, _SHOPBASE, _LOOPBACK)


def aliexpress_origin(url: str) -> str:
    """The origin of one AliExpress host, without a trailing slash; raises ValueError for any other host."""
    return _origin(url, _ALIEXPRESS, _ALIEXPRESS_SANDBOX)


def is_loopback(url: str) -> bool:
    """Whether the address can only be this machine."""
    return _LOOPBACK.fullmatch(urlsplit(url).hostname or "") is not None


def _origin(url: str, real: re.Pattern[str], sandbox: re.Pattern[str]) -> str:
    parts = _bare(url)
    host = parts.hostname or ""
    if parts.scheme == "https" and real.fullmatch(host):
        if parts.port is not None:
            raise ValueError("the real site has no port")
        return f"https://{host}"
    if parts.scheme == "http" and sandbox.fullmatch(host):
        return f"http://{host}" if parts.port is None else f"http://{host}:{parts.port}"
    if parts.scheme == "http" and real.fullmatch(host):
        raise ValueError("http would send the secrets in clear")
    raise ValueError("this host is not allowed")


def _bare(url: str) -> SplitResult:
    parts = urlsplit(url)
    if re.search(r"[\s\x00-\x1f\\]", url) or not url.isascii():
        raise ValueError("an address is plain letters without blanks")
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise ValueError("a user name or password does not belong into an address")
    if parts.path not in ("", "/") or parts.query or parts.fragment or "?" in url or "#" in url:
        raise ValueError("only the host belongs here, no path")
    _ = parts.port  # raises ValueError for a port that is no number
    return parts

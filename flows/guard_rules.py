"""What a request is: a data call and its name, an asset, a page, a cashier. Pure rules over `selectors/guard.toml`."""

import re
from fnmatch import fnmatchcase
from urllib.parse import parse_qsl, urlsplit

from flows.selector_files import load
from flows.values import Site

NAME = "guard"
STATIC = re.compile(r"\.(?:js|mjs|css|woff2?|ttf|otf|svg|png|jpe?g|gif|webp|avif|ico)$", re.IGNORECASE)
VERSION = re.compile(r"^(?:v=)?[\w.-]{0,40}$")
HEAVY = frozenset({"image", "font", "media"})
ASKS = frozenset({"document", "fetch", "xhr", "eventsource", "ping"})


def mtop_names(url: str) -> set[str]:
    """The names of the data call that an address asks for, by its path and by its query; empty for none."""
    parts = urlsplit(url)
    path = parts.path.split("/")
    named = {path[2].lower()} if path[1:2] == ["h5"] and len(path) > 2 else set()
    asked = {value.lower() for key, value in parse_qsl(parts.query) if key == "api"}
    return {name for name in (*named, *asked) if name}


def is_read(call: str) -> bool:
    """Whether a data call is known to read only, or to keep the address book."""
    return _fits(call, "read")


def may_change_address(call: str) -> bool:
    """Whether a call of the address book may change it."""
    return _fits(call, "address") and not _fits(call, "address_read")


def may_repeat(call: str) -> bool:
    """Whether a call asks how a payment stands, which a page does again and again."""
    return _fits(call, "paying")


def is_cashier(url: str) -> bool:
    """Whether money is taken at this host."""
    host = (urlsplit(url).hostname or "").lower()
    return any(part in host for part in means("hosts", "cashier"))


def on_site(url: str, site: Site) -> bool:
    """Whether an address belongs to the configured origins; for the real site, to its regional hosts too."""
    parts = urlsplit(url)
    if parts.netloc in origins(site):
        return True
    return parts.scheme == "https" and any(_is_under(parts.hostname or "", host) for host in regional(site))


def origins(site: Site) -> set[str]:
    """The hosts of a site, with their ports."""
    return {urlsplit(origin).netloc for origin in (site.www, site.acs, site.login)}


def regional(site: Site) -> tuple[str, ...]:
    """Hosts below which the real site answers too; none for another one."""
    real = means("hosts", "site")
    return real if any(_is_under(urlsplit(site.www).hostname or "", host) for host in real) else ()


def is_www(url: str, site: Site) -> bool:
    """Whether an address is one of the shop's own pages: neither the gateway, nor a sign-in, nor a cashier."""
    parts = urlsplit(url)
    if parts.netloc == urlsplit(site.www).netloc:
        return True
    return on_site(url, site) and (parts.hostname or "").startswith("www.")


def is_asset(url: str, method: str, kind: str, site: Site, *, strictly: bool) -> bool:
    """Whether a request fetches a script, a style or a picture; `strictly`, and its address asks for nothing."""
    if method != "GET" or kind in ASKS:
        return False
    parts = urlsplit(url)
    if any(_is_under(parts.hostname or "", host) for host in means("hosts", "static")):
        return True
    known = on_site(url, site) and STATIC.search(parts.path)
    return bool(known) and (not strictly or bool(VERSION.match(parts.query)))


def is_reading_page(url: str, site: Site) -> bool:
    """Whether an address is a page that may be opened while nothing is ordered."""
    parts = urlsplit(url)
    if not on_site(url, site):
        return False
    return parts.netloc == urlsplit(site.login).netloc or parts.path.startswith(means("pages", "reading"))


def is_result_page(url: str, site: Site) -> bool:
    """Whether an address is a page that the site may lead to after the order call."""
    return on_site(url, site) and urlsplit(url).path.startswith(means("pages", "result"))


def is_paid_page(url: str, site: Site) -> bool:
    """Whether an address is the page that tells how a payment ended."""
    last = urlsplit(url).path.rsplit("/", 1)[-1].lower()
    return is_www(url, site) and last.startswith(means("pages", "paid"))


def is_left(url: str, site: Site) -> bool:
    """Whether an address is a page of the shop on which nothing is paid: who is there has left the payment."""
    path = urlsplit(url).path
    return is_www(url, site) and (path in {"", "/"} or path.startswith(means("pages", "left")))


def place(url: str) -> str:
    """Host and path of an address, as it is told."""
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}"[:120]


def means(group: str, name: str) -> tuple[str, ...]:
    """A list of meanings of the guard."""
    return load(NAME).means[group][name]


def _fits(call: str, name: str) -> bool:
    return any(fnmatchcase(call, pattern) for pattern in means("mtop", name))


def _is_under(host: str, parent: str) -> bool:
    return host == parent or host.endswith(f".{parent}")

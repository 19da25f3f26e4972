"""Reads the cookies of a signed-in AliExpress out of the files that browsers and their add-ons write."""

import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from bot.errors import ConfigError
from bot.language import _, mark
from flows.values import Site

if TYPE_CHECKING:
    from playwright._impl._api_structures import Cookie, SetCookieParam  # the public module does not name them

# A browser forgets a session's cookies when it closes, and ours closes after each run: the site decides when they end.
SESSION_KEPT = 30 * 24 * 60 * 60
_REAL = ("aliexpress.com", "aliexpress.us")
_SAME_SITE = {"lax": "Lax", "strict": "Strict", "none": "None", "no_restriction": "None"}
# What AliExpress keeps language, currency and country in (aliexpress.md 2).
LOCALE_COOKIE = "aep_usuc_f"
# In the same cookie, once somebody has signed in ("-" for a stranger).
_MEMBER = "x_alimid"
# The HttpOnly cookie without which there is no sign-in.
SESSION_COOKIE = "xman_t"
_ENGLISH = "en_US"
FORMS = mark(
    "save them again as Netscape cookies.txt, as JSON (EditThisCookie, Cookie-Editor) or as Playwright storage state"
)


def read_cookies(file: Path, site: Site) -> "list[SetCookieParam]":
    """The cookies of a file that belong to this AliExpress and still hold; those of other hosts are left out.

    Raises ConfigError, which names what is wrong with the file and never a cookie's value.
    """
    now = time.time()
    return [cookie for cookie in all_cookies(file, site) if (cookie["expires"] or 0) > now]


def all_cookies(file: Path, site: Site) -> "list[SetCookieParam]":
    """The cookies of a file that belong to this AliExpress, with those that have run out; one at least still holds.

    Raises ConfigError, which names what is wrong with the file and never a cookie's value.
    """
    text = _text(file)
    found = _from_json(file, text) if text.lstrip()[:1] in ("[", "{") else _from_netscape(file, text)
    domains = _domains(site)
    ours = [cookie for cookie in found if _belongs(cookie["domain"] or "", domains)]
    if not ours:
        raise ConfigError(
            _("{file}: none of its {count} cookies belongs to {domains}").format(
                file=file, count=len(found), domains=_(" or ").join(domains)
            ),
            _(_SIGN_IN),
        )
    now = time.time()
    for cookie in ours:
        if cookie["expires"] in (None, -1):
            cookie["expires"] = now + SESSION_KEPT
    if not any((cookie["expires"] or 0) > now for cookie in ours):
        raise ConfigError(
            _("{file}: all its cookies of {domains} have run out").format(file=file, domains=_(" and ").join(domains)),
            _(_SIGN_IN),
        )
    return ours


def member_of(cookies: "Iterable[Cookie | SetCookieParam]", site: Site) -> str | None:
    """The number by which AliExpress knows whoever these cookies sign in; None where they do not tell."""
    for cookie in cookies:
        if cookie.get("name") == LOCALE_COOKIE and (cookie.get("domain") or "").lstrip(".") == _domains(site)[0]:
            told = parse_qs((cookie.get("value") or "").strip('"')).get(_MEMBER, [""])[0]
            return told if told.isdecimal() and int(told) else None
    return None


def in_english(cookies: "Iterable[Cookie]", site: Site) -> "list[SetCookieParam]":
    """The locale cookies to set so that pages come in English; currency and country stay as they are.

    Nothing where all of them say so already. The account's own preference beats the cookie.
    """
    kept = [cookie for cookie in cookies if cookie.get("name") == LOCALE_COOKIE]
    if not kept:
        return [
            {"name": LOCALE_COOKIE, "value": f"b_locale={_ENGLISH}", "domain": f".{_domains(site)[0]}", "path": "/"}
        ]
    return [
        {"name": LOCALE_COOKIE, "value": value, "domain": cookie["domain"], "path": cookie["path"]}
        for cookie in kept
        if (value := _english(cookie["value"])) != cookie["value"]
    ]


def _english(value: str) -> str:
    quote = '"' if value.startswith('"') else ""
    others = [part for part in value.strip('"').split("&") if part and not part.startswith("b_locale=")]
    return f"{quote}{'&'.join([*others, f'b_locale={_ENGLISH}'])}{quote}" if _says_other(value) else value


def _says_other(value: str) -> bool:
    return f"b_locale={_ENGLISH}" not in value.strip('"').split("&")


_SIGN_IN = mark("sign in to AliExpress in a browser and save its cookies again")


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(
            _("{file}: cannot be read: {trouble}").format(file=file, trouble=error.strerror),
            _("name a file of cookies"),
        ) from error
    except UnicodeDecodeError:
        raise ConfigError(_("{file}: this is not a file of cookies").format(file=file), _(FORMS)) from None


def _domains(site: Site) -> tuple[str, ...]:
    host = urlsplit(site.www).hostname or ""
    return ("aliexpress.localhost",) if host.endswith(".localhost") else _REAL


def _belongs(domain: str, domains: Iterable[str]) -> bool:
    host = domain.lstrip(".").lower()
    return any(host == ours or host.endswith("." + ours) for ours in domains)


def _from_netscape(file: Path, text: str) -> "list[SetCookieParam]":
    cookies: list[SetCookieParam] = []
    for number, line in enumerate(text.splitlines(), start=1):
        http_only = line.startswith("#HttpOnly_")
        if not line.strip() or (line.startswith("#") and not http_only):
            continue
        fields = line.removeprefix("#HttpOnly_").split("\t")
        if len(fields) == 6:  # an editor has taken the tab before an empty value for a blank
            fields.append("")
        if len(fields) != 7:
            raise ConfigError(
                _("{file}, line {number}: this is no line of a cookies.txt (7 fields with tabs)").format(
                    file=file, number=number
                ),
                _(FORMS),
            )
        domain, _subdomains, path, secure, expires, name, value = fields
        cookie = _cookie(domain, path, name, value, _when(file, _("line {number}").format(number=number), expires))
        cookies.append({**cookie, "secure": secure.upper() == "TRUE", "httpOnly": http_only})
    if not cookies:
        raise ConfigError(_("{file}: there is no cookie in it").format(file=file), _(FORMS))
    return cookies


def _from_json(file: Path, text: str) -> "list[SetCookieParam]":
    try:
        told = json.loads(text)
    except ValueError as error:
        raise ConfigError(_("{file}: this is broken JSON: {error}").format(file=file, error=error), _(FORMS)) from None
    listed = told.get("cookies") if isinstance(told, dict) else told
    if not isinstance(listed, list):
        raise ConfigError(_('{file}: there is no list "cookies" in it').format(file=file), _(FORMS))
    return [_from_entry(file, number, entry) for number, entry in enumerate(listed, start=1)]


def _from_entry(file: Path, number: int, entry: Any) -> "SetCookieParam":
    where = _("cookie {number}").format(number=number)
    if not isinstance(entry, dict):
        raise ConfigError(_("{file}, {where}: this is not a cookie").format(file=file, where=where), _(FORMS))
    for key in ("name", "value", "domain"):
        if not isinstance(entry.get(key), str):
            raise ConfigError(
                _('{file}, {where}: its "{key}" is missing').format(file=file, where=where, key=key), _(FORMS)
            )
    expires = entry.get("expirationDate", entry.get("expires"))
    cookie = _cookie(
        entry["domain"], str(entry.get("path") or "/"), entry["name"], entry["value"], _when(file, where, expires)
    )
    cookie["secure"] = entry.get("secure") is True
    cookie["httpOnly"] = entry.get("httpOnly") is True
    same_site = _SAME_SITE.get(str(entry.get("sameSite")).lower())
    if same_site is not None and (same_site != "None" or cookie["secure"]):
        cookie["sameSite"] = same_site  # type: ignore[typeddict-item]  # one of the three literals
    return cookie


def _cookie(domain: str, path: str, name: str, value: str, expires: float) -> "SetCookieParam":
    return {"name": name, "value": value, "domain": domain, "path": path, "expires": expires}


def _when(file: Path, where: str, expires: Any) -> float:
    """Seconds since 1970, or -1 for a cookie of the session; some add-ons write 0 or nothing for those."""
    if expires is None or expires in ("", "0", 0, -1, "-1"):
        return -1
    try:
        return float(expires)
    except (TypeError, ValueError):
        raise ConfigError(
            _("{file}, {where}: its time of expiry is no number").format(file=file, where=where), _(FORMS)
        ) from None

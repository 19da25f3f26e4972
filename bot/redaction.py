"""Takes secrets and people's data out of what is written down: logs, crash reports, notifications, bundles.

Three ways at once: by the name of a field (`password`, `email`), by what is known (every secret and every buyer that
this process has read), and by form (mail addresses, phone numbers, tokens). Pages have a redaction of their own.
"""

import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from bot.redaction_names import AT_MOST, KnownPeople

GONE = "[removed]"

# Names of fields, in small letters without "_", "-" and blanks.
SECRET_FIELDS = re.compile(
    r"token|secret|passw|cookie|authorization|credential|signature|csrf|apikey|shopbasekey|^key$|session|notifyurl"
)
PERSONAL_FIELDS = re.compile(
    r"e?mails?$|mailaddr|phone|mobile|recipient|receiver|contact|customer|buyer|nickname|shipto|address|street|^city|^zip"
    r"|postcode|postalcode|province|^(first|last|full|member|user)?name$|company|cpf|cnpj|taxid|passport|^notes?$"
    r"|noteattributes|^member$|birth|cardn"
)

_MAIL = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")
_URL = re.compile(r"\b(?P<scheme>[a-z][a-z0-9+.-]{1,20})://(?P<rest>[^\s\"'<>\\|)\]}]*)", re.IGNORECASE)
_AUTHORIZATION = re.compile(r"\b(Basic|Bearer)\s+[\w+/=.~-]{6,}", re.IGNORECASE)
_COOKIES = re.compile(r"\b((?:set-)?cookies?)(\"?\s*[:=]\s*)[^\n]+", re.IGNORECASE)
_PAIR = re.compile(
    r"(?P<name>[\w-]*(?:token|secret|passw|session|csrf|_tk|api_?key|xman_|sgcookie|aep_usuc|ali_apache|tfstk)[\w-]*)"
    r"(?P<is>[\"']?\s*[=:]\s*[\"']?)"
    r"(?P<value>[^\s\"',;&}\])]+)",
    re.IGNORECASE,
)
# A long value of mixed letters behind "=", but for the names of evidence folders.
_CODED_VALUE = re.compile(r"(?<==)(?!20\d{6}T\d{6}Z)(?=[\w+/-]*[a-z])(?=[\w+/-]*[A-Z])[\w+/-]{20,}={0,2}")
_JWT = re.compile(r"\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?")
_LONG_CODE = re.compile(r"(?<![\w/.-])(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{32,}(?![\w/])")
_IP = re.compile(r"(?<![\d.])(?!127\.)(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.])")
_PHONE = re.compile(r"(?<![\w.])\+\d{1,3}[ .\u00a0-]?(?:\(?\d{1,4}\)?[ .\u00a0-]?){1,5}\d{2,}(?![\w:])")
_CARD = re.compile(r"\b(?:\d{4}[ -]){3}\d{4}\b|\b(?:4\d{3}|5[1-5]\d\d)\d{12}\b")
# What databases and pydantic put into their messages of what they were given.
_GIVEN = (
    re.compile(r"(?P<kept>input_value=).*?(?=, input_type=)", re.DOTALL),
    re.compile(r"(?P<kept>\[parameters: ).*?(?=\]\n|\]$|\(Background)", re.DOTALL),
    re.compile(r"(?P<kept>Failing row contains )\(.*\)"),
    re.compile(r"(?P<kept>Key \([^)]*\)=)\(.*?\)(?= )"),
)

# Of other addresses the path may be as good as a password: whoever knows a webhook's or a heartbeat's can use it.
_OPEN_HOSTS = re.compile(
    r"(?:.*\.)?(?:aliexpress\.(?:com|us|localhost)|onshopbase\.com|17track\.net|localhost)|127\.0\.0\.1"
)
_OPEN_QUESTIONS = frozenset(
    {"orderId", "tradeOrderId", "tradeId", "objectId", "skuId", "tab", "limit", "page", "status", "since_id", "fields"}
    | {"updated_at_min", "updated_at_max", "created_at_min", "created_at_max", "financial_status"}
)
_HOST = re.compile(r"[\d.]+|localhost|(?:[a-z0-9-]+\.)+[a-z]{2,}", re.IGNORECASE)
_WEB = frozenset({"http", "https", "ws", "wss"})


class Redactor:
    """Takes out what it knows and what looks like it; what it knows is never shown. One may be used by all threads."""

    def __init__(self, people: int = AT_MOST) -> None:
        self._secrets: list[str] = []
        self._parts: list[str] = []
        self._people = KnownPeople(people)
        self._places: list[tuple[str, str]] = []
        self._mutex = threading.Lock()

    def know_secret(self, secret: str) -> None:
        """A secret that may stand nowhere, nor its parts where it is an address, nor as it stands in an address."""
        parts = re.split(r"[\s/:@?&=#]+", secret) if "://" in secret else []
        parts = [part for part in parts if len(part) >= 8 and not _HOST.fullmatch(part)]
        with self._mutex:
            whole = {*self._secrets, *(each for each in (secret, quote(secret, safe="")) if len(each) >= 4)}
            self._secrets = sorted(whole, key=len, reverse=True)
            self._parts = sorted({*self._parts, *parts}, key=len, reverse=True)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secrets that are known, for another redactor to know them too."""
        return tuple(self._secrets)

    def know_person(self, told: Iterable[str | None]) -> None:
        """What is somebody's: names, streets, mail addresses, phone numbers, as they are kept."""
        with self._mutex:
            for each in told:
                if each:
                    self._people.know(each)

    def know_place(self, path: Path, name: str) -> None:
        """A folder that is called `name` from here on: a path names whoever works here."""
        if len(path.parts) > 1:
            self._places = sorted([*self._places, (str(path), name)], key=lambda place: len(place[0]), reverse=True)

    def text(self, text: str) -> str:
        """The text without secrets and without anybody's data."""
        for path, name in self._places:
            text = text.replace(path, name)
        for secret in self._secrets:
            text = text.replace(secret, GONE)
        for part in self._parts:
            if part in text:
                text = re.sub(rf"(?<![^\W_]){re.escape(part)}(?![^\W_])", GONE, text)
        for given in _GIVEN:
            text = given.sub(rf"\g<kept>{GONE}", text)
        text = _COOKIES.sub(rf"\1\2{GONE}", text)
        text = _AUTHORIZATION.sub(rf"\1 {GONE}", text)
        text = _URL.sub(_open_part, text)
        text = _PAIR.sub(rf"\g<name>\g<is>{GONE}", text)
        for form in (_CODED_VALUE, _JWT, _MAIL, _CARD, _LONG_CODE, _IP, _PHONE):
            text = form.sub(GONE, text)
        with self._mutex:
            return self._people.taken_out(text, GONE)

    def value(self, value: Any, field: str = "") -> Any:
        """The same for plain data, however deep; what stands under the name of a secret or a person goes in any case.

        What is no plain data is given as its text.
        """
        if value is None or isinstance(value, bool):
            return value
        if is_private(field) and value not in ("", [], {}):
            return GONE
        if is_dataclass(value) and not isinstance(value, type):
            value = asdict(value)
        if isinstance(value, Mapping):
            return {str(key): self.value(each, str(key)) for key, each in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.value(each) for each in value]
        if isinstance(value, int | float):
            return value
        return self.text(value if isinstance(value, str) else str(value))


def is_private(field: str) -> bool:
    """Whether what stands in a field of this name is a secret or somebody's, whatever it looks like."""
    short = re.sub(r"[_\s-]", "", field).lower()
    return bool(SECRET_FIELDS.search(short) or PERSONAL_FIELDS.search(short))


def _open_part(found: re.Match[str]) -> str:
    """What everybody may see of an address."""
    scheme = found["scheme"]
    if scheme.lower() == "postgresql" or scheme.lower().startswith("postgresql+"):
        return f"{scheme}://{found['rest'].rpartition('@')[2]}"
    if scheme.lower() == "file":
        return found[0]
    if scheme.lower() not in _WEB:
        return f"{scheme}://{GONE}"
    try:
        parts = urlsplit(found[0])
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return f"{scheme}://{GONE}"
    place = f"{scheme}://{host}" + (f":{port}" if port else "")
    if not _OPEN_HOSTS.fullmatch(host.lower()):
        return place + ("/…" if parts.path.strip("/") or parts.query else parts.path)
    asked = "&".join(
        f"{name}={value if name in _OPEN_QUESTIONS else GONE}"
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    )
    fragment = f"#{parts.fragment}" if parts.fragment.startswith("nums=") else ""
    return place + parts.path + (f"?{asked}" if asked else "") + fragment


# What this process has read, secrets and people, is kept out of whatever it writes down.
known = Redactor()

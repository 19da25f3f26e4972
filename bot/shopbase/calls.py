"""One call to the Admin API: paced, tried again where that is safe, its answer taken apart or its error named."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, Never
from urllib.parse import urlsplit

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_exponential

from bot.language import _, mark
from bot.shopbase.errors import (
    ShopBaseError,
    ShopCredentials,
    ShopNotFound,
    ShopRefused,
    ShopReplyChanged,
    ShopUnavailable,
    page_text,
    told_by,
)
from bot.shopbase.pacing import Pacing
from bot.tls import authorities

TIMEOUT_SECONDS = 30.0
TRIES = 5
TOTAL_SECONDS = 90.0
_LET_IN = {
    401: mark(
        "the API key or password is not accepted: look both up in ShopBase under Apps > Manage private apps and set "
        "them again; if the store asks for a token secret, set that too"
    ),
    402: mark("the store is frozen because a bill is unpaid: pay it in ShopBase"),
    403: mark(
        "the private app lacks a permission: tick read_orders, write_orders and read_products in ShopBase under "
        "Apps > Manage private apps"
    ),
    423: mark("the store is locked: ask ShopBase's support"),
}


@dataclass(frozen=True)
class Answer:
    """A good answer: `body` is its JSON (numbers with a point as Decimal), None if it was empty."""

    method: str
    path: str
    status: int
    body: Any

    def changed(self, detail: str, *, subject: str = "", field: str = "") -> ShopReplyChanged:
        """Returns the error to raise for this answer, naming the order or fulfilment and the field."""
        told = ": ".join(filter(None, (subject, field, detail)))
        return ShopReplyChanged(self.method, self.path, self.status, told, subject=subject, field=field)


class AdminCalls:
    """The connection to one store's Admin API. Not shared between threads."""

    def __init__(
        self,
        base_url: str,
        key: str,
        password: str,
        token_secret: str | None,
        *,
        sleep: Callable[[float], None],
        clock: Callable[[], float],
        transport: httpx.BaseTransport | None,
    ) -> None:
        if token_secret and not (token_secret.isascii() and token_secret.isprintable()):
            raise ShopCredentials("GET", "/admin", None, _("the token secret holds a character that cannot be sent"))
        self._sleep = sleep
        self._clock = clock
        self._pacing = Pacing(sleep, clock)
        self.server_time: datetime | None = None
        secret_header = {"X-ShopBase-Token-Secret": token_secret} if token_secret else {}
        self._http = httpx.Client(
            base_url=base_url,
            auth=httpx.BasicAuth(key, password),
            headers={"Accept": "application/json", **secret_header},
            timeout=TIMEOUT_SECONDS,
            follow_redirects=False,
            verify=authorities(),
            # A proxy named in the environment serves the world outside, not a store on this machine.
            trust_env=urlsplit(base_url).scheme == "https",
            transport=transport,
        )

    def close(self) -> None:
        """Closes the connection."""
        self._http.close()

    def call(
        self, method: str, path: str, *, query: Mapping[str, str | int] | None = None, body: Any = None, again: bool
    ) -> Answer:
        """Sends one request; `again` says that sending it twice does no harm, so that passing trouble is tried again.

        Raises the errors of bot.shopbase.errors.
        """
        if not again:
            return self._once(method, path, query, body)
        started = self._clock()

        def enough(state: RetryCallState) -> bool:
            return state.attempt_number >= TRIES or self._clock() - started >= TOTAL_SECONDS

        tries = Retrying(
            retry=retry_if_exception_type(ShopUnavailable),
            wait=wait_exponential(multiplier=1, max=16),
            stop=enough,
            sleep=self._sleep,
            reraise=True,
        )
        return tries(self._once, method, path, query, body)

    def _once(self, method: str, path: str, query: Mapping[str, str | int] | None, body: Any) -> Answer:
        sent_at = self._pacing.take()
        try:
            response = self._http.request(method, path, params=query, json=body)
        except httpx.HTTPError as trouble:
            detail = _("no answer ({why})").format(why=f"{type(trouble).__name__}: {trouble}")
            raise ShopUnavailable(method, path, None, detail) from trouble
        self._pacing.heard(response.headers.get("X-Sb-Shop-Api-Call-Limit"), sent_at)
        if response.status_code == 429:
            self._pacing.refused()
        self._note_time(response)
        if response.is_success:
            return self._good(method, path, response)
        raise _named(method, path, response)

    def _good(self, method: str, path: str, response: httpx.Response) -> Answer:
        status = response.status_code
        try:
            body = parsed(response.content)
        except ValueError as wrong:
            raise ShopReplyChanged(method, path, status, _not_json(response, wrong)) from wrong
        if isinstance(body, Mapping) and body.get("success") is False:
            raise ShopRefused(method, path, status, told_by(body) or _("refused without a reason"))
        return Answer(method, path, status, body)

    def _note_time(self, response: httpx.Response) -> None:
        for date in response.headers.get_list("Date"):
            with suppress(ValueError):
                self.server_time = parsedate_to_datetime(date).astimezone(UTC)


def parsed(content: bytes) -> Any:
    """Reads JSON with exact decimals; an empty body is None; anything else raises ValueError."""
    try:
        return json.loads(content, parse_float=Decimal, parse_constant=_no_number) if content.strip() else None
    except RecursionError as deep:
        raise ValueError("nested too deep") from deep


def _no_number(text: str) -> Never:
    raise ValueError(f"{text} is not a number")


def _is_page(response: httpx.Response) -> bool:
    return "html" in response.headers.get("Content-Type", "") or response.content.lstrip()[:1] == b"<"


def _not_json(response: httpx.Response, wrong: ValueError) -> str:
    if _is_page(response):
        return _("an HTML page instead of JSON: {text}").format(text=page_text(response.text))
    # The text itself may hold a buyer's name and address: only its place is told.
    size = len(response.content)
    if isinstance(wrong, json.JSONDecodeError):
        return _("not JSON: broken at character {place} of {size} bytes").format(place=wrong.pos, size=size)
    return _("not JSON: broken of {size} bytes").format(size=size)


def _told(response: httpx.Response) -> str:
    if _is_page(response):
        return _("an HTML page instead of JSON: {text}").format(text=page_text(response.text))
    try:
        return told_by(parsed(response.content))
    except ValueError:
        return " ".join(response.text.split())[:300]


def _named(method: str, path: str, response: httpx.Response) -> ShopBaseError:
    status, told = response.status_code, _told(response)
    if response.is_redirect or status < 400:
        target = urlsplit(response.headers.get("Location", ""))
        detail = _("redirected to {url}, which is not followed: check the store's url")
        return ShopReplyChanged(method, path, status, detail.format(url=f"{target.scheme}://{target.netloc}"))
    if status in _LET_IN:
        return ShopCredentials(method, path, status, _(_LET_IN[status]) + (f" ({told})" if told else ""))
    if status == 429 or status >= 500:
        busy = _("too many requests") if status == 429 else _("server error")
        return ShopUnavailable(method, path, status, told or busy)
    refusal = ShopNotFound if status == 404 else ShopRefused
    return refusal(method, path, status, told or _("refused without a reason"))

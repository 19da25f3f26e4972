"""What can go wrong when talking to ShopBase, each class named after what has to happen next.

ShopBaseError
├── ShopRefused        the store understood and said no; `detail` is its text
│   └── ShopNotFound   the order or fulfilment is not there (404)
├── ShopCredentials    key, password, scope, a frozen or locked store: a person must act
├── ShopUnavailable    no answer, too many requests, or a server error: try later
├── ShopReplyChanged   the answer is not what it should be: not JSON, or a field that matters is missing
└── ShopTooMany        more orders match than the store will page through
"""

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

TEXT_LENGTH = 300


class ShopBaseError(Exception):
    """Trouble with the store's Admin API; names `method`, `path`, `status` (None without an answer) and `detail`."""

    def __init__(self, method: str, path: str, status: int | None, detail: str) -> None:
        told = f": {status}" if status is not None else ""
        super().__init__(f"{method} {path}{told}: {detail}")
        self.method = method
        self.path = path
        self.status = status
        self.detail = detail


class ShopRefused(ShopBaseError):
    """The store understood the request and refused it; nothing was changed, asking again will not help."""


class ShopNotFound(ShopRefused):
    """The order or the fulfilment is not in the store."""


class ShopCredentials(ShopBaseError):
    """The store does not let us in; the message names the fix."""


class ShopUnavailable(ShopBaseError):
    """No answer, too many requests, or a server error. A POST that ended so may have been carried out all the same."""


class ShopReplyChanged(ShopBaseError):
    """The answer is not what it should be; `field` and `subject` name what is missing, and in which order."""

    def __init__(
        self, method: str, path: str, status: int | None, detail: str, *, subject: str = "", field: str = ""
    ) -> None:
        super().__init__(method, path, status, detail)
        self.subject = subject
        self.field = field


class ShopTooMany(ShopBaseError):
    """More orders match than the store pages through (page * limit over 100,000): narrow the window."""


def told_by(body: object) -> str:
    """Returns the text under `errors`, `error` or `message` of an error body, whatever its shape, or ""."""
    if not isinstance(body, Mapping):
        return _flat(body)[:TEXT_LENGTH]
    for key in ("errors", "error", "message"):
        if text := _flat(body.get(key)):
            return text[:TEXT_LENGTH]
    return ""


def page_text(html: str) -> str:
    """Returns the start of an HTML page as plain text, without scripts, styles and tags."""
    text = re.sub(r"(?is)<(script|style)\b.*?</\1\s*>", " ", html)
    text = unescape(re.sub(r"(?s)<[^>]*>", " ", text))
    return " ".join(text.split())[:TEXT_LENGTH]


def _flat(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, Mapping):
        told = ((str(key), _flat(inner)) for key, inner in value.items())
        return "; ".join(f"{key}: {inner}" for key, inner in told if inner)
    if isinstance(value, list | tuple):
        return "; ".join(filter(None, map(_flat, value)))
    return " ".join(str(value).split())

"""Opens an address on the network, bounded in every way: in hosts, in redirects, in size and in time."""

import time
from collections.abc import Collection
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from bot import hosts
from bot.errors import DropferryError
from bot.language import _

if TYPE_CHECKING:
    import httpx

REDIRECTS = 5


class NotFetched(DropferryError):
    """The address is not one of those allowed, or did not answer as it should; `what` says which and why."""


def fetch(url: str, allowed: Collection[str] | None = None, *, at_most: int = 1_000_000, seconds: float = 10) -> bytes:
    """What an https address on one of the `allowed` hosts answers, at most so many bytes in so many seconds.

    A redirect is followed inside the list alone; without a list that is the address's own host, which may then be this
    machine. No cookie and no password is ever sent. Raises NotFetched.
    """
    import httpx

    until = time.monotonic() + seconds
    here = _checked(url, url, allowed)
    headers = {"Accept-Encoding": "identity"}  # a small answer could unfold into a huge one
    try:
        with httpx.Client(timeout=seconds, follow_redirects=False, trust_env=not hosts.is_loopback(url)) as client:
            for _redirect in range(REDIRECTS + 1):
                with client.stream("GET", here, headers=headers) as answer:
                    if not answer.is_redirect:
                        return _content(answer, url, at_most, until)
                    here = _checked(urljoin(here, answer.headers["Location"]), url, allowed)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotFetched(_("{url}: no answer ({why})").format(url=_shown(url), why=type(error).__name__)) from error
    raise NotFetched(_("{url}: it sends from one address to the next without end").format(url=_shown(url)))


def _checked(url: str, first: str, allowed: Collection[str] | None) -> str:
    """The address, if it may be opened; a redirect from the wide network onto this machine may not."""
    try:
        if allowed is not None:
            hosts.https(url, allowed)
        elif url == first:
            hosts.https_or_here(url)
        elif urlsplit(url)[:2] != urlsplit(first)[:2]:
            raise ValueError(_("it sends to another host"))  # noqa: TRY301
    except ValueError as error:
        raise NotFetched(_("{url} is not opened: {why}").format(url=_shown(url), why=error)) from None
    return url


def _content(answer: "httpx.Response", url: str, at_most: int, until: float) -> bytes:
    if not answer.is_success:
        raise NotFetched(_("{url}: it answers {code}").format(url=_shown(url), code=answer.status_code))
    content = bytearray()
    for piece in answer.iter_raw():
        content += piece
        if len(content) > at_most:
            raise NotFetched(_("{url}: its answer is larger than {bytes} bytes").format(url=_shown(url), bytes=at_most))
        if time.monotonic() > until:
            raise NotFetched(_("{url}: its answer takes too long").format(url=_shown(url)))
    return bytes(content)


def _shown(url: str) -> str:
    """The host alone: the path of such an address can be as good as a password."""
    return urlsplit(url).hostname or "?"

"""Opens an address on the network, bounded in every way: in hosts, in redirects, in size and in time."""

import time
from collections.abc import Callable, Collection
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


def fetch(
    url: str, allowed: Collection[str], *, origins: Collection[str] = (), at_most: int = 1_000_000, seconds: float = 10
) -> bytes:
    """What an https address on one of the `allowed` hosts answers, at most so many bytes in so many seconds.

    `origins` are those of the sandbox, which may be opened as well. A redirect is followed inside both lists alone. No
    cookie and no password is ever sent. Raises NotFetched.
    """

    def check(here: str) -> None:
        if "{0.scheme}://{0.netloc}".format(hosts.address(here)) not in origins:
            hosts.https(here, allowed)

    return _get(url, check, at_most, seconds)


def ping(url: str, *, at_most: int = 64_000, seconds: float = 5) -> None:
    """Open an address that a person has set for a service of their own, which may run on this machine.

    A redirect is followed on the same host alone. Raises NotFetched.
    """

    def check(here: str) -> None:
        hosts.https_or_here(here)
        if urlsplit(here)[:2] != urlsplit(url)[:2]:
            raise ValueError(_("it sends to another host"))

    _get(url, check, at_most, seconds)


def _get(url: str, check: Callable[[str], None], at_most: int, seconds: float) -> bytes:
    import httpx

    from bot.tls import authorities

    until = time.monotonic() + seconds
    here = url
    headers = {"Accept-Encoding": "identity"}  # a small answer could unfold into a huge one
    try:
        check(here)
        outside = not hosts.is_loopback(url)
        with httpx.Client(timeout=seconds, follow_redirects=False, trust_env=outside, verify=authorities()) as client:
            for _redirect in range(REDIRECTS + 1):
                with client.stream("GET", here, headers=headers) as answer:
                    if not answer.is_redirect:
                        return _content(answer, url, at_most, until)
                    here = urljoin(here, answer.headers["Location"])
                    check(here)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotFetched(_("{url}: no answer ({why})").format(url=_shown(url), why=type(error).__name__)) from error
    except ValueError as error:
        raise NotFetched(_("{url} is not opened: {why}").format(url=_shown(here), why=error)) from None
    raise NotFetched(_("{url}: it sends from one address to the next without end").format(url=_shown(url)))


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
    try:
        return urlsplit(url).hostname or "?"
    except ValueError:
        return "?"

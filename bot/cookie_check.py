"""What a file of cookies lacks to be a sign-in, said before it replaces one that may still hold."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.cookies import SESSION_COOKIE, all_cookies, member_of
from bot.errors import ConfigError
from bot.home import POSIX
from bot.language import _

if TYPE_CHECKING:
    from playwright._impl._api_structures import SetCookieParam

    from flows.values import Site


@dataclass(frozen=True, slots=True)
class CookieCheck:
    """What was found: the cookies of AliExpress that hold, and what is lacking, in whole sentences.

    `member` is whom AliExpress takes their owner for, where they tell.
    """

    cookies: "Sequence[SetCookieParam]"
    lacks: tuple[str, ...]
    member: str | None


def check_cookies(file: Path, site: "Site") -> CookieCheck:
    """Look through the file. Raises ConfigError where no cookie in it can be used at all."""
    found = all_cookies(file, site)
    now = time.time()
    fresh = [cookie for cookie in found if _ends(cookie) > now]
    return CookieCheck(fresh, tuple(_lacking(found, fresh)), member_of(fresh, site))


def _lacking(found: "Iterable[SetCookieParam]", fresh: "Sequence[SetCookieParam]") -> Iterable[str]:
    names = {cookie.get("name") for cookie in fresh}
    if SESSION_COOKIE not in names:
        if any(cookie.get("name") == SESSION_COOKIE for cookie in found):
            yield _('"{name}", the cookie that holds the sign-in, has run out').format(name=SESSION_COOKIE)
        else:
            yield _('"{name}", the cookie that holds the sign-in, is not among them').format(name=SESSION_COOKIE)
    if not any(cookie.get("httpOnly") for cookie in fresh):
        yield _(
            "none of them is HttpOnly: whatever saved the file could not see the cookies that matter; "
            "use an add-on such as Cookie-Editor or EditThisCookie, not the page's own document.cookie"
        )
    gone = sorted({str(cookie.get("name")) for cookie in found} - {str(name) for name in names} - {SESSION_COOKIE})
    if gone:
        yield _("these have run out: {names}").format(names=", ".join(gone[:8]) + (" …" if len(gone) > 8 else ""))


def is_open_to_others(file: Path) -> bool:
    """Whether other users of this computer may read the file, as far as its mode tells."""
    return POSIX and bool(file.stat().st_mode & 0o044)


def delete(file: Path) -> None:
    """Delete a file of cookies; raises ConfigError where it stays."""
    try:
        file.unlink()
    except OSError as error:
        raise ConfigError(
            _("{file}: cannot be deleted: {why}").format(file=file, why=error.strerror),
            _("delete it yourself: whoever has it is signed in as you"),
        ) from error


def _ends(cookie: Any) -> float:
    return float(cookie.get("expires") or 0)

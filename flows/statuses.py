"""From the words of a page to an order's status; facts without language outrank them, a contradiction is an error."""

import unicodedata
from functools import cache

from flows.errors import PageChanged
from flows.selector_files import load
from flows.values import AliStatus, RefundState

PAID = frozenset({AliStatus.TO_SHIP, AliStatus.PARTLY_SENT, AliStatus.SENT, AliStatus.COMPLETED})
NEVER_PAID = frozenset({AliStatus.UNPAID, AliStatus.EXPIRED})


def plain_word(text: str) -> str:
    """A word as words are compared: one case, one form, single blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def read_status(page: str, text: str | None) -> AliStatus:
    """The status that a page's word means; PageChanged for a word that is in no set."""
    status = _words().get(plain_word(text or ""))
    if status is None:
        raise PageChanged(page, "status", f"unknown word: {text!r:.80}" if text else "missing")
    return status


def check_code(page: str, status: AliStatus, code: object) -> None:
    """`orderStatus` 8 is an order on its way, 9 a finished one; other numbers were never explained and say nothing."""
    allowed = _codes().get(str(code))
    if allowed is not None and status not in allowed:
        raise PageChanged(page, "status", f"the word says {status.value}, orderStatus says {code}")


def check_tab(page: str, status: AliStatus, tab: str | None) -> None:
    """The tab "unpaid" holds unpaid orders, the tabs behind it none."""
    if tab == "unpaid" and status in PAID:
        raise PageChanged(page, "status", f"the word says {status.value}, the tab says unpaid")
    if tab in {"processing", "shipped", "completed"} and status is AliStatus.UNPAID:
        raise PageChanged(page, "status", f"the word says unpaid, the tab says {tab}")


def check_payment(page: str, status: AliStatus, paid: bool) -> None:
    """Payment time and status agree: what was sent was paid before, what is to be paid was not."""
    if paid and status in NEVER_PAID:
        raise PageChanged(page, "payTime", f"there, while the status is {status.value}")
    if not paid and status in PAID:
        raise PageChanged(page, "payTime", f"missing, while the status is {status.value}")


def read_refund(note: str | None) -> RefundState | None:
    """What the refund line under a card says, None without one."""
    if note is None:
        return None
    return _refunds().get(plain_word(note), RefundState.UNKNOWN)


def _word_table(group: str) -> dict[str, str]:
    return {plain_word(word): key for key, words in load("words").means[group].items() for word in words}


@cache
def _words() -> dict[str, AliStatus]:
    return {word: AliStatus(key) for word, key in _word_table("status").items()}


@cache
def _refunds() -> dict[str, RefundState]:
    return {word: RefundState(key) for word, key in _word_table("refund_note").items()}


@cache
def _codes() -> dict[str, frozenset[AliStatus]]:
    table = load("words").means["order_status_code"]
    return {code: frozenset(AliStatus(word) for word in words) for code, words in table.items()}

"""The ways in which the stand-in AliExpress can be told to go wrong; see also `buying_faults`, `sign_in_faults`.

| name             | value          | what then happens                                                            |
|------------------|----------------|------------------------------------------------------------------------------|
| signed_out       | true           | every session ends now; false brings them back                               |
| captcha          | true, a code   | FAIL_SYS_USER_VALIDATE, or the code named (RGV587_ERROR)                     |
| captcha_after    | n              | the same once n answers were given                                           |
| account_limited  | true           | FAIL_SYS_ACCESS_DENIED; and a sign-in is told that the account is restricted |
| traffic_limit    | true           | FAIL_SYS_TRAFFIC_LIMIT                                                       |
| lost             | true           | the connection is closed inside the answer                                   |
| http_500         | true           | status 500                                                                   |
| html             | true           | an HTML page instead of the JSON                                             |
| broken_json      | true           | the JSON stops in the middle                                                 |
| empty_skeleton   | true           | SUCCESS without one block                                                    |
| missing_block    | a tag or field | the answer lacks the block of that tag, or that field of `module`            |
| unknown_status   | a word         | orders have that status text                                                 |
| id_as_number     | true           | the list gives order ids as JSON numbers                                     |
| unknown_currency | true           | totals in a currency that nobody knows                                       |
| popup            | true           | an overlay lies over the page until it is closed                             |
| language         | pt_BR, de, vi  | words and dates of that language; the pages of buying have en and vi alone   |
| design           | 2022, unknown  | the labels and markup of 2022; or a page and an answer that nobody knows     |
| lag              | n              | a change shows in the list n list answers later                              |
| no_calls         | true           | the data come inside a script that is no mtop answer                         |
| dom_disagrees    | one of three   | the drawn number, status or tracking number is another one than the answer's |
| blank_in_number  | true           | tracking numbers with blanks                                                 |
| slow_ms          | n              | each data answer takes n milliseconds more                                   |
| only_answers     | kinds          | the faults of answers hit these kinds alone: list, count, detail, tracking,  |
|                  |                | product, checkout, addresses, divisions, address (saved), place, operation   |
| only_orders      | numbers        | the faults of answers hit these orders alone                                 |
| times            | n              | the faults of answers pass after n answers that they hit                     |
"""

import threading
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import NonNegativeInt, PositiveInt, ValidationError

from bot.sandbox.aliexpress.buying_faults import BuyingFaults
from bot.sandbox.aliexpress.sign_in_faults import SignInFaults

AnswerKind = Literal[
    "list",
    "count",
    "detail",
    "tracking",
    "product",
    "checkout",
    "addresses",
    "divisions",
    "address",
    "place",
    "operation",
]
HumanCheck = Literal["FAIL_SYS_USER_VALIDATE", "RGV587_ERROR"]
Language = Literal["en", "pt_BR", "de", "vi"]
Design = Literal["2026", "2022", "unknown"]

_OF_PAGES = (
    *("language", "design", "popup", "no_calls", "dom_disagrees", "lag", "slow_ms"),
    *BuyingFaults.model_fields,
    *SignInFaults.model_fields,
)
_OF_ONE_ORDER = ("unknown_status", "id_as_number", "unknown_currency", "only_answers", "only_orders")


class FaultError(ValueError):
    """A fault that does not exist, or a value it cannot take; the message names it and what is possible."""


class Faults(BuyingFaults, SignInFaults):
    """What goes wrong at present: see the table above, and those of `buying_faults` and `sign_in_faults`."""

    signed_out: bool = False
    captcha: bool | HumanCheck = False
    captcha_after: NonNegativeInt | None = None
    account_limited: bool = False
    traffic_limit: bool = False
    lost: bool = False
    http_500: bool = False
    html: bool = False
    broken_json: bool = False
    empty_skeleton: bool = False
    missing_block: str | None = None
    unknown_status: str | None = None
    id_as_number: bool = False
    unknown_currency: bool = False
    popup: bool = False
    language: Language = "en"
    design: Design = "2026"
    lag: NonNegativeInt = 0
    no_calls: bool = False
    dom_disagrees: Literal["number", "status", "tracking"] | None = None
    blank_in_number: bool = False
    slow_ms: NonNegativeInt = 0
    only_answers: tuple[AnswerKind, ...] = ()
    only_orders: tuple[str, ...] = ()
    times: PositiveInt | None = None

    def changed(self, changes: Mapping[str, Any]) -> "Faults":
        """A copy with these faults set; None takes a fault back. FaultError says what is possible."""
        merged = {**self.model_dump(exclude_defaults=True), **changes}
        try:
            return Faults(**{name: value for name, value in merged.items() if value is not None})
        except ValidationError as error:
            raise FaultError(_plainly(error)) from None

    def hit(self, kind: AnswerKind, order: str | None) -> bool:
        """Whether the faults of answers concern this answer; `order` is None where it is of several orders."""
        if self.only_answers and kind not in self.only_answers:
            return False
        return not self.only_orders or order in self.only_orders

    def of_pages(self, *, listing: bool = False) -> "Faults":
        """What is left of them for an answer that is spared: those that belong to pages, not to answers.

        A list answer is of many orders, so with `listing` those of single orders in it stay too.
        """
        return Faults(**{name: getattr(self, name) for name in _OF_PAGES + (_OF_ONE_ORDER if listing else ())})

    def hits_listed(self, order: str) -> bool:
        """Whether the faults of one order concern this one inside a list answer."""
        return (not self.only_answers or "list" in self.only_answers) and (
            not self.only_orders or order in self.only_orders
        )


class FaultBoard:
    """The faults at present, and how many answers they have met; `lock` is the world's."""

    def __init__(self, lock: threading.RLock) -> None:
        self._lock = lock
        self.now = Faults()
        self._answers = 0
        self._hits = 0
        self._once: set[str] = set()

    def change(self, changes: Mapping[str, Any]) -> Faults:
        """Switch faults on, or off with None, and count anew; a FaultError changes nothing."""
        with self._lock:
            self.now = self.now.changed(changes)
            self._answers = self._hits = 0
            self._once.clear()
            return self.now

    def met_by(self, kind: AnswerKind, order: str | None) -> Faults:
        """The faults that this one answer meets, counting it; those of pages alone where it is spared."""
        with self._lock:
            self._answers += 1
            if not self.now.hit(kind, order):
                return self.now.of_pages(listing=kind == "list")
            self._hits += 1
            spent = self.now.times is not None and self._hits > self.now.times
            return self.now.of_pages() if spent else self.now

    def first_time(self, fault: str) -> bool:
        """Whether a fault that comes only once has not come since the faults were last changed; it has then."""
        with self._lock:
            first = fault not in self._once
            self._once.add(fault)
            return first

    def session_ends(self) -> bool:
        """Whether all sessions end with this answer, which happens once."""
        with self._lock:
            after = self.now.signed_out_after
            return after is not None and self._answers > after and self.first_time("signed_out_after")

    def human_check(self, faults: Faults) -> str | None:
        """The code by which the site asks for a person, if it does now."""
        after = faults.captcha_after
        if faults.captcha:
            return "FAIL_SYS_USER_VALIDATE" if faults.captcha is True else faults.captcha
        return "FAIL_SYS_USER_VALIDATE" if after is not None and self._answers > after else None


def _plainly(error: ValidationError) -> str:
    first = error.errors()[0]
    name = str(first["loc"][0])
    if first["type"] == "extra_forbidden":
        bases = [*SignInFaults.model_fields, *BuyingFaults.model_fields]
        own = [one for one in Faults.model_fields if one not in bases]
        return f"unknown fault {name!r}; there are {', '.join([*own, *bases])} and shopbase_…"
    return f"fault {name!r}: {first['msg']}"

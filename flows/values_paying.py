"""The values of a pay run: what the page of a person who pays tells, and what the bar over it shows and hears."""

from enum import StrEnum
from typing import Literal

from flows.errors import Reason
from flows.values import OrderNumber, Value


class PayStep(StrEnum):
    """How far the person is.

    WAITING: nothing was pressed, the page shows the quote. AWAY: nothing was pressed, the tab shows another page than
    the confirm page (left, gone back, signed out), or one without an order (a reload that failed). EXPIRED: nothing was
    pressed, and the deadline is over. REFUSED_PRESS: the page shows something else than the quote, so that a press does
    nothing; `reason` says what. PRESSED: the order call was sent and is not answered. PAYING: the page is with the
    cashier, the bank or a code. DONE: the result page says paid, or shows numbers. FAILED: it says not paid (the order
    may stand unpaid), or with a `reason`, the site said that surely nothing was ordered. UNCLEAR: an order call was
    sent, and what came of it no page says in known words: the order list has to tell. CLOSED: the tab or the browser is
    gone.
    """

    WAITING = "waiting"
    AWAY = "away"
    EXPIRED = "expired"
    REFUSED_PRESS = "refused_press"
    PRESSED = "pressed"
    PAYING = "paying"
    DONE = "done"
    FAILED = "failed"
    UNCLEAR = "unclear"
    CLOSED = "closed"


class Sight(Value):
    """What `flows.paying.watch` sees.

    `pressed`: True, an order call was sent; False, surely none was; None, nobody can tell (the tab closed under a
    press, or the browser is gone): ask the person. `detail` has both values, or the site's words. `numbers` are those
    that the result page shows (AliExpress usually shows none).
    """

    step: PayStep
    pressed: bool | None = False
    reason: Reason | None = None
    detail: str = ""
    numbers: tuple[OrderNumber, ...] = ()


class Choice(StrEnum):
    """What the person can choose on the bar; others are free texts, as "number:8190000000001234"."""

    ACCEPT = "accept"
    SKIP = "skip"
    HOLD = "hold"
    STOP = "stop"
    YES = "yes"
    NO = "no"
    NOT_SURE = "not_sure"
    DONE = "done"


Tone = Literal["calm", "ask", "warn"]


class BarFace(Value):
    """What the bar shows, in the merchant's language; an empty text leaves its place out.

    Images are the bytes of a PNG, JPEG, WebP, AVIF or GIF (the bar loads nothing from the network). `choices` are what
    is said, its label, and the letter that says it together with Alt ("" for none; D, E and F belong to the browser).
    """

    heading: str
    recipient: str = ""
    shop_title: str = ""
    shop_options: str = ""
    shop_image: bytes | None = None
    ali_title: str = ""
    ali_options: str = ""
    ali_image: bytes | None = None
    expected: str = ""
    paid_so_far: str = ""
    message: str = ""
    tone: Tone = "calm"
    choices: tuple[tuple[Choice | str, str, str], ...] = ()

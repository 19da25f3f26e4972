"""One thing to tell the merchant, and whether their configuration wants to hear of it."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from bot.config_notify import Level

KEY_LENGTH = 120


class Weight(StrEnum):
    """How much something matters: it waits for the merchant, it is the daily digest, or it is good to know."""

    NEEDS_YOU = "needs-you"
    DIGEST = "digest"
    INFO = "all"


_WANTED: dict[Level, frozenset[Weight]] = {
    "all": frozenset(Weight),
    "needs-you": frozenset({Weight.NEEDS_YOU, Weight.DIGEST}),
    "digest": frozenset({Weight.DIGEST}),
    "off": frozenset(),
}


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told once for each `key`, and again when its `fingerprint` is another.

    Title and text are in the merchant's language and name orders, never a buyer. What has an `about` (a line of an
    order) is told together with others of the same text. `also` are further keys that it stands for; `picture` is a
    file that goes along where the configuration allows it.
    """

    level: Weight
    key: str
    fingerprint: str
    title: str
    text: str
    about: str = ""
    also: tuple[str, ...] = ()
    picture: Path | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """All that is remembered of it."""
        return (self.key, *self.also)


def is_wanted(level: Level, notice: Notice) -> bool:
    """Whether a merchant with this setting hears of it."""
    return notice.level in _WANTED[level]


def fingerprint(*facts: object) -> str:
    """A short text that is the same for the same facts, and tells nothing of them."""
    return sha256("|".join(map(str, facts)).encode()).hexdigest()[:32]

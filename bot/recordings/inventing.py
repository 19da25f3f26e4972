"""Invents what stands in a recording for somebody's data: at random, of the same shape, the same for the same."""

import random
import re
import secrets
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from bot.recordings import harmless

ONSETS = (
    "b",
    "br",
    "d",
    "dr",
    "f",
    "g",
    "gr",
    "k",
    "kl",
    "l",
    "m",
    "n",
    "p",
    "pr",
    "r",
    "s",
    "st",
    "t",
    "tr",
    "v",
    "z",
)
VOWELS = ("a", "e", "i", "o", "u")
ACCENTS = {"a": "ạ", "e": "ẹ", "i": "ị", "o": "ọ", "u": "ụ"}
AMPLE = 6
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
NO_MARKS = str.maketrans({"đ": "d", "Đ": "D", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "ı": "i"})


def plain(text: str) -> str:
    """Letters and digits alone, without case and accents: what one name has in common in all its spellings."""
    bare = unicodedata.normalize("NFKD", text.translate(NO_MARKS)).casefold().translate(NO_MARKS)
    return "".join(sign for sign in bare if sign.isalnum())


@dataclass(frozen=True)
class Replaced:
    """One value that stands in the recording for another: what kind it was, and both."""

    kind: str
    was: str
    now: str


@dataclass
class Inventor:
    """Gives the same answer to the same question; `replaced` counts what was asked for, `taken` is never given."""

    chance: random.Random = field(default_factory=secrets.SystemRandom)
    replaced: Counter[Replaced] = field(default_factory=Counter)
    taken: set[str] = field(default_factory=set)
    _known: dict[tuple[str, str], str] = field(default_factory=dict)

    def avoid(self, values: Iterable[str]) -> None:
        """None of these may come up as an invented value."""
        self.taken |= {plain(value) for value in values}

    def word(self, was: str) -> str:
        """Another word, with capitals and accents where the first has some."""
        key = plain(was)
        now = self._known.get(("word", key)) or self._fresh("word", key, lambda: self._syllables(len(key)))
        if not was.isascii():
            now = re.sub("[aeiou]", lambda vowel: ACCENTS[vowel[0]], now, count=1)
        now = now.upper() if was.isupper() and len(was) > 1 else now.capitalize() if was[:1].isupper() else now
        return self._noted("word", was, now)

    def number(self, was: str) -> str:
        """Another number of as many digits; a first zero stays one."""
        digits = "".join(str(unicodedata.digit(sign)) for sign in was)
        now = self._known.get(("number", digits)) or self._fresh("number", digits, lambda: self._digits(digits))
        return self._noted("number", was, now)

    def code(self, was: str) -> str:
        """Another tracking number or the like: a letter for a letter, a digit for a digit."""
        key = was.upper()
        now = self._known.get(("code", key)) or self._fresh("code", key, lambda: self._shaped(key))
        return self._noted("code", was, now if was == key else now.lower())

    def mail(self, was: str) -> str:
        """Another address, at a domain that nobody can own."""
        now = self._known.get(("mail", was.casefold()))
        now = now or self._fresh("mail", was.casefold(), lambda: f"{self._syllables(7)}@example.com")
        return self._noted("e-mail", was, now)

    def ip(self, was: str) -> str:
        """Another IP address, of those that are kept for documents."""
        make = "2001:db8::{:x}" if ":" in was else "203.0.113.{}"
        now = self._known.get(("ip", was))
        now = now or self._fresh("ip", was, lambda: make.format(self.chance.randrange(1, 250)))
        return self._noted("IP address", was, now)

    def picture(self, was: str) -> str:
        """The address of a picture that does not exist."""
        ending = re.search(r"\.(?:jpe?g|png|webp|avif|gif)", was, re.IGNORECASE)
        now = self._known.get(("picture", was))
        return now or self._fresh(
            "picture", was, lambda: f"https://ae01.alicdn.com/kf/S{self._hex()}{ending[0] if ending else ''}"
        )

    def _fresh(self, kind: str, key: str, make: Callable[[], str]) -> str:
        now = make()
        # Of short ones there are too few for each to be another: only itself it may not become.
        while now == key or (len(key) >= AMPLE and plain(now) in self.taken):
            now = make()
        self.taken.add(plain(now))
        self._known[kind, key] = now
        return now

    def _noted(self, kind: str, was: str, now: str) -> str:
        self.replaced[Replaced(kind, was, now)] += 1
        return now

    def _syllables(self, length: int) -> str:
        made = ""
        while len(made) < max(3, min(length, 10)):
            made += self.chance.choice(ONSETS) + self.chance.choice(VOWELS)
        return self._syllables(length + 1) if made in harmless.words() else made

    def _digits(self, was: str) -> str:
        # Below 9 in front: a number of 16 digits must stay one that JavaScript can hold.
        first = "0" if was.startswith("0") and len(was) > 1 else str(self.chance.randrange(1, 9))
        return first + "".join(str(self.chance.randrange(10)) for _ in was[1:])

    def _shaped(self, was: str) -> str:
        shapes = {True: LETTERS, False: "0123456789"}
        return "".join(self.chance.choice(shapes[sign.isalpha()]) if sign.isalnum() else sign for sign in was)

    def _hex(self) -> str:
        return f"{self.chance.randrange(16**32):032x}"

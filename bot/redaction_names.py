"""Finds in a text what is known to be somebody's, however it is spelt: without accents, in capitals, in other signs."""

import re
import unicodedata
from collections import OrderedDict

# More than any run reads at once; the oldest go first.
AT_MOST = 50_000
# An accent may stand behind its letter as a sign of its own.
_WORD = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+")
_DIGITS = re.compile(r"(?<![\w.])\(?\d(?:[ .()\u00a0-]{0,2}\d){6,16}(?![\w])")
_NO_MARKS = str.maketrans({"đ": "d", "Đ": "D", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "ı": "i"})
_PHONE_TAIL = 8


def _plain(word: str) -> str:
    if word.isascii():
        return word.casefold()
    bare = unicodedata.normalize("NFKD", word.translate(_NO_MARKS)).casefold()
    return "".join(sign for sign in bare if sign.isalnum())


class KnownPeople:
    """Words in a row, by the first of them, and the last digits of phone numbers."""

    def __init__(self, at_most: int = AT_MOST) -> None:
        self._at_most = at_most
        self._known: OrderedDict[str, None] = OrderedDict()
        self._rows: dict[str, set[tuple[str, ...]]] = {}
        self._tails: set[str] = set()

    def know(self, told: str) -> None:
        """Remember one value; a single short word, or a short number, is nobody's."""
        if told in self._known:
            self._known.move_to_end(told)
            return
        self._known[told] = None
        self._add(told)
        if len(self._known) > self._at_most:
            self._forget_oldest()

    def taken_out(self, text: str, gone: str) -> str:
        """The text with `gone` in place of whatever is known."""
        if not self._known:
            return text
        text = _DIGITS.sub(lambda found: gone if _tail(found[0]) in self._tails else found[0], text)
        words = [(found.start(), found.end(), _plain(found[0])) for found in _WORD.finditer(text)]
        cut: list[tuple[int, int]] = []
        at = 0
        while at < len(words):
            length = self._length_of(text, words, at)
            if length:
                cut.append((words[at][0], words[at + length - 1][1]))
            at += length or 1
        for start, end in reversed(cut):
            text = text[:start] + gone + text[end:]
        return text

    def _length_of(self, text: str, words: list[tuple[int, int, str]], at: int) -> int:
        """How many words from here on are somebody's; 0 where none are."""
        longest = 0
        for row in self._rows.get(words[at][2], ()):
            end = at + len(row)
            if len(row) > longest and end <= len(words) and all(words[at + n][2] == row[n] for n in range(len(row))):
                near = all(words[n + 1][0] - words[n][1] <= 4 for n in range(at, end - 1))
                if near and (len(row) > 1 or _is_name(text, words[at][0])):
                    longest = len(row)
        return longest

    def _add(self, told: str) -> None:
        digits = _tail(told)
        if digits and not re.search(r"[^\W\d_]", told):
            self._tails.add(digits)
        row = tuple(_plain(found[0]) for found in _WORD.finditer(told))
        if row and len("".join(row)) >= (3 if len(row) > 1 or not row[0].isdigit() else 5):
            self._rows.setdefault(row[0], set()).add(row)

    def _forget_oldest(self) -> None:
        kept = list(self._known)[len(self._known) // 2 :]
        self._known, self._rows, self._tails = OrderedDict.fromkeys(kept), {}, set()
        for each in kept:
            self._add(each)


def _tail(text: str) -> str:
    digits = "".join(sign for sign in text if sign.isdigit())
    return digits[-_PHONE_TAIL:] if len(digits) >= _PHONE_TAIL - 1 else ""


def _is_name(text: str, start: int) -> bool:
    """Whether a single word stands there as a name does: a small "will" is no Will, and #10115 is no post code."""
    return not text[start].islower() and text[start - 1 : start] not in ("#", "/")

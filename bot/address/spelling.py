"""Writes any script in plain Latin letters, as AliExpress's address form wants it."""

import re
import unicodedata

from anyascii import anyascii

_EMOJI_NAME = re.compile(r":[^\s:]+:")
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)


def latin(text: str) -> str:
    """The text in printable ASCII, its words parted by single blanks; emoji and control characters are dropped."""
    return " ".join("".join(map(_letter, text)).split())


def words_lost(text: str) -> bool:
    """Whether a word with letters or digits leaves nothing of itself in Latin letters."""
    return any(_has_letters(word) and not _has_letters(latin(word)) for word in text.split())


def _has_letters(word: str) -> bool:
    return any(letter.isalnum() for letter in word)


def _letter(letter: str) -> str:
    if letter.isspace():
        return " "
    if unicodedata.category(letter)[0] == "C" or ord(letter) in _FLAG_LETTERS:
        return ""
    written = anyascii(letter)
    return "" if not letter.isascii() and _EMOJI_NAME.fullmatch(written) else written

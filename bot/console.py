"""Consoles of every encoding: a letter that one does not have is written as near to it as can be read."""

import codecs
import sys

from bot.language import spoken

_PLAIN = {"→": "->", "…": "...", "“": '"', "”": '"', "‘": "'", "’": "'", "×": "x", "–": "-", "—": "-", "≤": "<="}


def survive() -> None:
    """Let a letter that the console cannot show be written in another way, instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            handler = f"dropferry-{stream.encoding}"
            codecs.register_error(handler, _Nearest(stream.encoding))
            stream.reconfigure(errors=handler)


class _Nearest:
    """Writes what an encoding lacks in another way."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding  # the error itself says "charmap" for all of them

    def __call__(self, error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeEncodeError):
            raise error
        return "".join(map(self._written, error.object[error.start : error.end])), error.end

    def _written(self, letter: str) -> str:
        for spelling in _spellings(letter):
            try:
                spelling.encode(self._encoding)
            except UnicodeEncodeError:
                continue
            return spelling
        return letter.encode("ascii", "backslashreplace").decode("ascii")


def _spellings(letter: str) -> list[str]:
    """The letter with its tone apart, as the Vietnamese code page has it, and in Vietnamese without: "ế", "ê´", "e".

    Vietnamese can be read without its marks; codes cannot.
    """
    import unicodedata

    if letter in _PLAIN:
        return [_PLAIN[letter]]
    base, *marks = list(unicodedata.normalize("NFD", letter))
    if letter not in "đĐ" and not "a" <= base.lower() <= "z":
        return []
    apart = [unicodedata.normalize("NFC", base + "".join(marks).replace(tone, "", 1)) + tone for tone in marks]
    bare = {"đ": "d", "Đ": "D"}.get(letter, base)
    return [*apart, bare] if spoken() == "vi" else apart

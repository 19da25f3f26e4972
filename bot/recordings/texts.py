"""Looks through the texts of a page as one stream, so that what is split over several elements is found too."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from bot.recordings import harmless
from bot.recordings.inventing import Inventor, plain

MAIL = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")
LINK = re.compile(r"(?:https?:)?//[^\s\"'<>]+")
IP4 = re.compile(r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.])")
DOTTED = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")  # the same where the next text begins with a digit
IP6 = re.compile(r"(?<![\w:])(?:(?:[0-9a-fA-F]{1,4}:){4,7}[0-9a-fA-F]{0,4}|[0-9a-fA-F:]*::[0-9a-fA-F:]+)(?![\w:])")
CODE = re.compile(
    r"(?<![^\W_])(?=[^\W_]*\d[^\W_]*\d[^\W_]*\d[^\W_]*\d[^\W_]*\d)(?=[^\W_]*[^\W\d_])[^\W_]{8,}(?![^\W_])"
)
SECRET = re.compile(r"(?=[\w+/=.-]*\d)(?=[\w+/=.-]*[A-Za-z])[\w+/=.-]{20,}")
CALLED = re.compile(r"[A-Za-z]+(?:[_.-][A-Za-z]+)*(?:[_.-]\d{1,6})?")  # a name that a programmer gave
CARD = re.compile(r"[*•·xX]{2,}[\s*•·xX]{0,15}\d{4}(?!\d)")
DIGITS = re.compile(r"\d{7,}")
DIALLING = re.compile(r"\+\d{1,4}(?=[\s\u00a0]|$)")
PHONE = re.compile(r"(?<!\d)(?:\+\d{1,3}[^\S\n]|\(?\+?)?\d(?:(?:[^\S\n]|[().\u200b-\u200f\u2010-\u2015-]){0,3}\d){7,}")
JOINING = {"Cf", "Mn", "Me"}


@dataclass(frozen=True)
class Piece:
    """A run of letters and digits: where it begins and ends, and what it is in `plain` letters."""

    start: int
    end: int
    plain: str


class Stream:
    """Several texts as one: `raw` has a line break between texts of different blocks, none between those of one.

    Changes are noted by place and written back at the end; what is `done` is looked at no more.
    """

    def __init__(self, texts: Sequence[tuple[str, bool]]) -> None:
        self.spans: list[tuple[int, int]] = []
        raw = ""
        for said, begins_block in texts:
            raw += "\n" if begins_block and raw else ""
            self.spans.append((len(raw), len(raw) + len(said)))
            raw += said
        self.raw = raw
        self.done = bytearray(len(raw))
        self._changes: dict[int, str] = {}
        self._letters, self._at, self._gaps = _spelt(raw)
        self._edges = {edge for span in self.spans for edge in span}

    def is_free(self, start: int, end: int) -> bool:
        """Whether nothing in there is done yet."""
        return not any(self.done[start:end])

    def keep(self, start: int, end: int) -> None:
        """Leaves a place as it is from now on."""
        self.done[start:end] = b"\1" * (end - start)

    def change(self, start: int, end: int, now: str) -> None:
        """Another text in place of this one; where it is split, all of it stands in the first part."""
        self.keep(start, end)
        self._changes[start] = now
        for place in range(start + 1, end):
            self._changes[place] = ""

    def each(self, pattern: re.Pattern[str], now: Callable[[str], str | None]) -> None:
        """Changes all that a pattern finds inside each text; None leaves it. Signs that show nothing are overlooked."""
        for start, end in self.spans:
            self._each_in(pattern, self.raw[start:end], start, now)

    def across(self, pattern: re.Pattern[str], now: Callable[[str], str | None]) -> None:
        """The same over the borders of texts."""
        self._each_in(pattern, self.raw, 0, now)

    def _each_in(self, pattern: re.Pattern[str], text: str, offset: int, now: Callable[[str], str | None]) -> None:
        shown = [place for place, sign in enumerate(text) if sign.isascii() or unicodedata.category(sign) != "Cf"]
        for found in pattern.finditer("".join(text[place] for place in shown)):
            if found.end() == found.start():
                continue
            start, end = shown[found.start()] + offset, shown[found.end() - 1] + 1 + offset
            if self.is_free(start, end) and (other := now(found[0])) is not None:
                self.change(start, end, other)

    def pieces(self) -> Iterator[Piece]:
        """Each run of letters and digits without a gap, whatever element borders are in it."""
        begin = 0
        for place in range(1, len(self._letters) + 1):
            if place == len(self._letters) or self._gaps[place]:
                if place > begin:
                    yield self._piece(begin, place)
                begin = place

    def parts(self, piece: Piece) -> Iterator[Piece]:
        """The piece cut at the borders of elements."""
        cuts = sorted({piece.start, piece.end} | {edge for edge in self._edges if piece.start < edge < piece.end})
        for start, end in pairwise(cuts):
            yield Piece(start, end, plain(self.raw[start:end]))

    def find(self, wanted: str) -> Iterator[tuple[int, int]]:
        """Where a text without gaps stands, whatever gaps and borders are in between: places among the letters."""
        place = self._letters.find(wanted)
        while place >= 0:
            yield place, place + len(wanted)
            place = self._letters.find(wanted, place + 1)

    def begins_word(self, place: int) -> bool:
        """Whether a letter is the first of a run, or of an element."""
        return self._gaps[place] or self._at[place] in self._edges

    def piece_of(self, begin: int, end: int) -> Piece:
        """A stretch of letters as a piece."""
        return self._piece(begin, end)

    def written(self) -> list[str]:
        """The texts with their changes."""
        whole = [self._changes.get(place, sign) for place, sign in enumerate(self.raw)]
        return ["".join(whole[start:end]) for start, end in self.spans]

    def left(self, number: int) -> str:
        """One text without what is done."""
        start, end = self.spans[number]
        return "".join(" " if self.done[place] else self.raw[place] for place in range(start, end))

    def _piece(self, begin: int, end: int) -> Piece:
        last = self._at[end - 1] + 1
        while last < len(self.raw) and unicodedata.category(self.raw[last]) in JOINING and last not in self._edges:
            last += 1
        return Piece(self._at[begin], last, self._letters[begin:end])


def _spelt(raw: str) -> tuple[str, list[int], list[bool]]:
    """The letters and digits of a text in `plain` form, where each stands, and whether a gap is before it."""
    letters: list[str] = []
    at: list[int] = []
    gaps: list[bool] = []
    gap = True
    for place, sign in enumerate(raw):
        found = plain(sign)
        for letter in found:
            letters.append(letter)
            at.append(place)
            gaps.append(gap)
            gap = False
        if not found and unicodedata.category(sign) not in JOINING:
            gap = True
    return "".join(letters), at, gaps


class Finder:
    """Finds and replaces what is known of people, and what looks like a number, an address or a secret.

    `values` are whole texts of people (names, streets, phones); `public` are ids that everyone may see.
    """

    def __init__(
        self, inventor: Inventor, values: Iterable[str], public: Iterable[str], secrets: Iterable[str]
    ) -> None:
        self.inventor = inventor
        self.public = frozenset(public)
        self.secrets = sorted({secret for secret in secrets if len(secret) >= 6}, key=len, reverse=True)
        wholes = {tuple(words) for value in values if (words := _words(value))}
        self._wholes = sorted(wholes, key=lambda words: len("".join(words)), reverse=True)
        self._words = {word for words in wholes for word in words if is_telling(word)}
        self._long = sorted((word for word in self._words if len(word) >= 6), key=len, reverse=True)

    def replace(self, stream: Stream) -> None:
        """Replaces all that is found in a stream: inside its texts first, then what is split over several."""
        for each in (stream.each, stream.across):
            for secret in self.secrets:
                each(re.compile(re.escape(secret)), self.inventor.code)
            each(MAIL, self.inventor.mail)
            each(LINK, lambda _: "https://example.com/")
            each(CARD, lambda was: was[:-4] + self.inventor.number(was[-4:]))
        self._keep_facts(stream)
        for each in (stream.each, stream.across):
            each(IP4, self.inventor.ip)
            each(IP6, self.inventor.ip)
        stream.across(DOTTED, self.inventor.ip)
        self._replace_known(stream)
        for each in (stream.each, stream.across):
            each(CODE, lambda was: None if was in self.public else self.inventor.code(was))
            each(SECRET, self._secret)
            each(DIGITS, self._number)
            each(PHONE, self._phone)

    def is_named_after(self, name: str) -> bool:
        """Whether a name that the site gave to something has anybody's data in it."""
        stream = Stream([(name, True)])
        self._replace_known(stream)
        for pattern in (CODE, DIGITS):
            stream.each(pattern, lambda _: "")
        return stream.written() != [name] or any(secret in name for secret in self.secrets)

    def _replace_known(self, stream: Stream) -> None:
        self._replace_wholes(stream)
        for piece in list(stream.pieces()):
            if not self._replace_word(stream, piece):
                for part in stream.parts(piece):
                    self._replace_word(stream, part)
        for word in self._long:
            for begin, end in stream.find(word):
                self._spell(stream, stream.piece_of(begin, end))

    def replace_rest(self, stream: Stream, number: int) -> None:
        """Replaces every word and number of one text: it is somebody's."""
        start, end = stream.spans[number]
        for piece in list(stream.pieces()):
            for part in stream.parts(piece):
                if start <= part.start < end:
                    self._spell(stream, part)

    def finds(self, text: str) -> bool:
        """Whether anything in a text would be replaced."""
        stream = Stream([(text, True)])
        before = self.inventor.replaced.copy()
        self.replace(stream)
        self.inventor.replaced.clear()
        self.inventor.replaced.update(before)
        return stream.written() != [text]

    def _keep_facts(self, stream: Stream) -> None:
        for found in DIALLING.finditer(stream.raw):
            stream.keep(*found.span())
        for start, end in [*stream.spans, (0, len(stream.raw))]:
            for first, last in harmless.facts(stream.raw[start:end]):
                stream.keep(start + first, start + last)
            for found in DIGITS.finditer(stream.raw, start, end):
                if found[0] in self.public:
                    stream.keep(*found.span())

    def _replace_wholes(self, stream: Stream) -> None:
        for words in self._wholes:
            whole = "".join(words)
            if len(whole) < 5 and not (len(whole) >= 4 and whole.isdigit()):
                continue
            for place, _ in list(stream.find(whole)):
                if not (stream.begins_word(place) or len(whole) >= 8):
                    continue
                ends = list(accumulate(map(len, words), initial=place))
                for begin, end in pairwise(ends):
                    self._spell(stream, stream.piece_of(begin, end), whole=True)

    def _replace_word(self, stream: Stream, piece: Piece) -> bool:
        said = stream.raw[piece.start : piece.end]
        if piece.plain not in self._words or harmless.written(said) in harmless.words():
            return False
        if len(piece.plain) < 4 and said[:1].islower():
            return False
        return self._spell(stream, piece)

    def _spell(self, stream: Stream, piece: Piece, *, whole: bool = False) -> bool:
        """Puts an invented word, number or code in place of a piece."""
        said = stream.raw[piece.start : piece.end]
        if not piece.plain or not stream.is_free(piece.start, piece.end):
            return False
        if piece.plain.isdigit():
            now = self.inventor.number(piece.plain)
        elif any(sign.isdigit() for sign in piece.plain):
            now = self.inventor.code(piece.plain.upper())
        elif whole and len(piece.plain) == 1:
            return False
        else:
            now = self.inventor.word(unicodedata.normalize("NFC", said))
        stream.change(piece.start, piece.end, now)
        return True

    def _number(self, was: str) -> str | None:
        return None if was in self.public else self.inventor.number(was)

    def _secret(self, was: str) -> str | None:
        return None if was in self.public or CALLED.fullmatch(was) else self.inventor.code(was)

    def _phone(self, was: str) -> str:
        prefix = re.match(r"\+\d{1,3}[\s\u00a0]", was)
        kept = prefix[0] if prefix else ""
        rest = was[len(kept) :]
        digits = iter(self.inventor.number(re.sub(r"\D", "", rest)))
        return kept + re.sub(r"\d", lambda _: next(digits), rest)


def is_telling(word: str) -> bool:
    """Whether a plain word alone is worth replacing: not a single letter, no short number."""
    if word.isdigit() or any(sign.isdigit() for sign in word):
        return len(word) >= 4
    return len(word) >= 2


def _words(value: str) -> list[str]:
    return [found for run in re.findall(r"[^\W_]+", unicodedata.normalize("NFC", value)) if (found := plain(run))]

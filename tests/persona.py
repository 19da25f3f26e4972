"""Invented people whose data are planted into recordings, in every disguise, and looked for in what comes out."""

import html
import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from urllib.parse import quote, unquote

from hypothesis import strategies as st

from bot.recordings.inventing import plain

# Letters that no word of the site has in such a row, so that a find is a find.
LETTERS = "qxjwvkzđăơ"
VOWELS = "aeiouyàảạấễọổủựỹ"


@st.composite
def _word(draw: st.DrawFn) -> str:
    pairs = draw(st.lists(st.tuples(st.sampled_from(LETTERS), st.sampled_from(VOWELS)), min_size=3, max_size=4))
    return "".join(first + second for first, second in pairs).capitalize()


@dataclass(frozen=True)
class Persona:
    """Somebody: all that a page may know of them."""

    name: str
    street: str
    city: str
    phone: str
    mail: str
    order: str
    tracking: str
    token: str
    ip: str
    buyer: str

    @property
    def known(self) -> tuple[str, ...]:
        """What can only be found because it stands in a field of people too."""
        return (self.name, self.street, self.city)

    @property
    def telling(self) -> tuple[str, ...]:
        """What can be told by its form."""
        return (self.phone, self.mail, self.order, self.tracking, self.token, self.ip, self.buyer)


DUC = Persona(
    name="Nguyễn Văn Đức",
    street="12 Hàngbạcx",
    city="Hoànkiếmx",
    phone="+84 912345678",
    mail="duc.nguyen@vinaxy.vn",
    order="8190001112223334",
    tracking="LP00123456789012CN",
    token="a3f9c0d1e2b4a3f9c0d1e2b4a3f9",
    ip="113.161.72.18",
    buyer="2671234567",
)


@st.composite
def personas(draw: st.DrawFn) -> Persona:
    """Somebody."""
    digits = st.text("0123456789", min_size=9, max_size=9)
    words = draw(st.lists(_word(), min_size=5, max_size=5, unique_by=plain))
    token = draw(st.text("abcdef0123456789", min_size=28, max_size=32).filter(lambda text: re.search(r"\d\D", text)))
    return Persona(
        name=" ".join(words[:3]),
        street=f"{draw(st.integers(1, 999))} {words[3]}",
        city=words[4],
        phone=draw(st.sampled_from(("+84 9", "09", "+1 (50) "))) + draw(digits),
        mail=f"{plain(words[0])}.{plain(words[1])}{draw(st.integers(1, 99))}@{plain(words[2])}.vn",
        order="8" + draw(st.text("0123456789", min_size=15, max_size=15)),
        tracking="LP" + draw(st.text("0123456789", min_size=11, max_size=14)) + "CN",
        token=token,
        ip=".".join(str(draw(st.integers(11, 250))) for _ in range(4)),
        buyer="2" + draw(digits),
    )


def disguises(value: str) -> dict[str, str]:
    """A value as a text can hide it."""
    return {
        "plain": value,
        "upper": value.upper(),
        "lower": value.lower(),
        "decomposed": unicodedata.normalize("NFD", value),
        "bare": _bare(value),
        "url": quote(value),
        "twice url": quote(quote(value)),
        "entities": "".join(f"&#{ord(sign)};" for sign in value),
        "escapes": json.dumps(value)[1:-1],
        "json": json.dumps({"x": [value]}, ensure_ascii=False),
        "json in json": json.dumps({"x": json.dumps({"y": value})}),
        "wide": "\u200b".join(value),
        "in words": f"for {value}, thanks",
    }


def _bare(value: str) -> str:
    bare = unicodedata.normalize("NFKD", value.translate(str.maketrans("đĐ", "dD")))
    return "".join(sign for sign in bare if not unicodedata.combining(sign))


def traces(someone: Persona, *outputs: str) -> list[str]:
    """What of somebody is in any output, however it is written there."""
    seen = [plain(text) for output in outputs for text in _unfolded(output)]
    values = [*someone.known, *someone.telling]
    wanted = {
        value: [plain(value), *(plain(word) for word in value.split() if len(plain(word)) >= 5)] for value in values
    }
    wanted[someone.phone] = [re.sub(r"\D", "", someone.phone)[-9:]]
    wanted[someone.ip] = []
    found = [value for value, forms in wanted.items() for form in forms if any(form in text for text in seen)]
    return found + [someone.ip for output in outputs for text in _unfolded(output) if someone.ip in _shown(text)]


def _shown(text: str) -> str:
    return "".join(sign for sign in text if unicodedata.category(sign) != "Cf")


def _unfolded(output: str) -> Iterator[str]:
    """An output as it is, without its tags, and with each layer of escapes undone."""
    ways: tuple[Callable[[str], str], ...] = (html.unescape, unquote, _unescaped)
    now = output
    for _ in range(4):
        yield now
        yield re.sub(r"<[^>]*>", "", now)
        for way in ways:
            now = way(now)


def _unescaped(text: str) -> str:
    return re.sub(r"\\+u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)


def split(value: str, cuts: list[int]) -> list[Any]:
    """A value cut into inline elements, as the page script gives them."""
    edges = sorted({0, len(value), *(cut % (len(value) + 1) for cut in cuts)})
    pieces = [value[start:end] for start, end in pairwise(edges)]
    return [["span", {}, [], [piece]] if place % 2 else piece for place, piece in enumerate(pieces)]

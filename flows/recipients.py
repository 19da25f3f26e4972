"""Whether a drawn address is the one that was asked for: piece by piece, whatever the order and the signs between."""

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from flows.selector_files import load
from flows.values_buying import ShipTo


class Missing(NamedTuple):
    """A piece of an address that a text does not show."""

    field: str
    value: str


def bare(text: str) -> str:
    """A text as addresses are compared: one case, no accents, words with single blanks between."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^\w]|_", " ", letters).split())


def missing_from(text: str, to: ShipTo) -> Missing | None:
    """The first piece of an address that the drawn text does not show; None where it shows all of them.

    Province and city may stand there under any of their names, "Other" included.
    """
    for name, choices in _pieces(to):
        if not any(_shows(text, choice) for choice in choices):
            return Missing(name, choices[0])
    if to.phone not in re.sub(r"\D", "", text):
        return Missing("phone", to.phone)
    return None


def same_place(option: str, names: Iterable[str]) -> bool:
    """Whether an entry of a list of places is one of these names."""
    return bare(option) in {bare(name) for name in names if name}


def place_names(first: str, others: Iterable[str]) -> tuple[str, ...]:
    """The spellings of a place to try, in order, none twice."""
    return tuple(dict.fromkeys(name for name in (first, *others) if name))


def _pieces(to: ShipTo) -> list[tuple[str, tuple[str, ...]]]:
    """Each piece with the texts of which one must stand there; what is empty or has no letters is left out."""
    other = load("address_form").means["words"]["other"]
    told = {
        "name": (to.full_name,),
        "street": (to.street,),
        "street2": (to.street2,),
        "zip": (to.zip,),
        "city": place_names(to.city, (*to.city_names, *other) if to.city or to.city_names else ()),
        "province": place_names(to.province, (*to.province_names, *other) if to.province or to.province_names else ()),
    }
    kept = {name: tuple(choice for choice in choices if bare(choice)) for name, choices in told.items()}
    return [(name, choices) for name, choices in kept.items() if choices]


def _shows(text: str, piece: str) -> bool:
    return f" {bare(piece)} " in f" {bare(text)} "

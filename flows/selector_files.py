"""Where to look on a page and what its words mean, read from `selectors/<page>.toml`.

A file holds entries, each an ordered list of places to look (`css` or `selector`, with the `design` it serves and the
month it was last `seen`), and a `[means]` table of words. A merchant's own folder may override single entries, never a
meaning: a wrong meaning could make the robot pay or buy twice.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

MEANS = "means"
SEEN = re.compile(r"^(20\d\d(-(0[1-9]|1[0-2]))?|never)$")
Means = Mapping[str, Mapping[str, tuple[str, ...]]]


class SelectorFileError(ValueError):
    """A selector file is not what it should be; the message names the file, the entry and the fix."""


@dataclass(frozen=True)
class Candidate:
    """One place to look: a CSS selector, or a Playwright selector where `css` is False."""

    selector: str
    css: bool
    design: str
    seen: str


@dataclass(frozen=True)
class SelectorFile:
    """The entries of one page, each in order of preference, and its words; `overridden` are the merchant's own."""

    page: str
    entries: Mapping[str, tuple[Candidate, ...]]
    means: Means
    overridden: frozenset[str] = frozenset()

    def css(self, name: str) -> list[str]:
        """The CSS selectors of an entry, for reading many elements at once."""
        found = [candidate.selector for candidate in self.entries[name] if candidate.css]
        if not found:
            raise SelectorFileError(f'{self.page}.toml: {name}: needs at least one entry with css = "…"')
        return found

    def entry_of(self, name: str, candidate: Candidate) -> int:
        """Which place to look it is: counted from 0, a merchant's own from -1 down."""
        place = self.entries[name].index(candidate)
        return -1 - place if name in self.overridden else place


def load(page: str, overrides: Path | None = None) -> SelectorFile:
    """The selectors of `page`, with single entries replaced from the folder `overrides`.

    Raises SelectorFileError for unknown keys, empty lists, and a `[means]` table or an unknown entry in an override.
    """
    return _load(page, overrides)


@cache
def _load(page: str, overrides: Path | None) -> SelectorFile:
    own = _folder() / f"{page}.toml"
    table = _parse(own)
    means = _means(own, table.pop(MEANS, {}))
    entries = {name: _entry(own, name, value) for name, value in table.items()}
    mended: dict[str, tuple[Candidate, ...]] = {}
    if overrides is not None and (theirs := overrides / f"{page}.toml").is_file():
        mended = _override(theirs, entries.keys())
    return SelectorFile(page, entries | mended, means, frozenset(mended))


def read_anew() -> None:
    """Have every file read again at its next use: a merchant may have mended theirs since."""
    _load.cache_clear()


@cache
def pages() -> tuple[str, ...]:
    """The pages that elements are looked for on; files of meanings alone are of none."""
    return tuple(page for page in sorted(file.stem for file in _folder().glob("*.toml")) if load(page).entries)


def _folder() -> Path:
    packaged = Path(__file__).parent / "_selectors"
    return packaged if packaged.is_dir() else Path(__file__).parents[1] / "selectors"


def _parse(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SelectorFileError(f"{file}: cannot be read: {error}") from error


def _override(file: Path, known: Any) -> dict[str, tuple[Candidate, ...]]:
    table = _parse(file)
    if MEANS in table:
        raise SelectorFileError(
            f"{file}: [means] is not allowed here: an override says where to look, not what it means"
        )
    for name in table:
        if name not in known:
            raise SelectorFileError(f"{file}: {name}: no such entry; known are {', '.join(sorted(known))}")
    return {name: _entry(file, name, value) for name, value in table.items()}


def _entry(file: Path, name: str, value: object) -> tuple[Candidate, ...]:
    if not isinstance(value, list) or not value:
        raise SelectorFileError(f"{file}: {name}: must be a list of at least one {{css = …, design = …, seen = …}}")
    return tuple(_candidate(file, name, item) for item in value)


def _candidate(file: Path, name: str, item: object) -> Candidate:
    if not isinstance(item, dict) or len(item) != 3 or set(item) - {"css", "selector"} != {"design", "seen"}:
        raise SelectorFileError(
            f"{file}: {name}: each needs css or selector, design and seen, and nothing else: {item}"
        )
    if not all(isinstance(text, str) and text.strip() for text in item.values()):
        raise SelectorFileError(f"{file}: {name}: every value must be a text: {item}")
    if not SEEN.match(item["seen"]):
        raise SelectorFileError(f'{file}: {name}: seen must be like "2026-09", "2026" or "never": {item["seen"]}')
    css = "css" in item
    return Candidate(item["css" if css else "selector"], css, item["design"], item["seen"])


def _means(file: Path, table: object) -> Means:
    if not isinstance(table, dict):
        raise SelectorFileError(f"{file}: means: must be a table")
    return {group: _words(file, f"means.{group}", words) for group, words in table.items()}


def _words(file: Path, name: str, table: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(table, dict) or not table:
        raise SelectorFileError(f"{file}: {name}: must be a table of lists of words")
    for key, words in table.items():
        if not isinstance(words, list) or not words or not all(isinstance(word, str) and word for word in words):
            raise SelectorFileError(f"{file}: {name}.{key}: must be a list of at least one word")
    return {key: tuple(words) for key, words in table.items()}

"""How well the selectors fit: by which entry each element of each page is found, since when, and what is broken.

Every run notes what it finds (`noted`); `dropferry check` looks at recorded pages and at the merchant's own; before a
purchase the pages that would find an order again are looked at, so that nothing is pressed which could not be found.
"""

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlmodel import Session, select

from bot.db import Database
from bot.language import _, mark
from bot.models_running import SelectorUse
from flows import matches
from flows.selector_files import Candidate, SelectorFile, load, pages
from flows.survey import Seen
from flows.values import Site

log = logging.getLogger(__name__)

NEVER = "never"
# What waits while a page cannot be read.
NEEDED_FOR: dict[str, str] = {
    "order_list": mark("reading orders and placing"),
    "order_detail": mark("reading orders and placing"),
    "tracking": mark("reading tracking numbers"),
    "product": mark("placing and dropferry map check"),
    "confirm": mark("placing"),
    "address_form": mark("placing"),
    "login": mark("noticing that a person is needed"),
}


@dataclass(frozen=True, slots=True)
class Broken:
    """An element, or a whole `page`, that is not found where it has to be; `where` it was looked for."""

    page: str
    element: str
    why: str
    where: str


@dataclass(frozen=True, slots=True)
class Looked:
    """One page that was looked at; `source` is "real", "sandbox" (both recorded) or "live".

    `seen` holds, by selector file and element, how each was found.
    """

    where: str
    source: str
    seen: Mapping[str, Mapping[str, Seen]]
    broken: tuple[Broken, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One place to look: on how many recorded and live pages it found its element, and since and until when live."""

    candidate: Candidate
    recorded: int
    live: int
    since: datetime | None
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a page; `own` where the places to look are the merchant's.

    `fallbacks` are the places after the first that have found it on a page where the first does not.
    """

    page: str
    name: str
    own: bool
    entries: tuple[Entry, ...]
    fallbacks: tuple[int, ...]
    broken: tuple[Broken, ...]

    @property
    def is_found(self) -> bool:
        """Whether any place has found it on a page that was looked at."""
        return any(one.recorded or one.live for one in self.entries)

    @property
    def is_proved(self) -> bool:
        """Whether any place was ever seen to fit on the real site."""
        return any(one.candidate.seen != NEVER for one in self.entries)

    @property
    def state(self) -> str:
        """ "broken", "nobody" (no place has found it), "fallback" (where the first does not) or "found"."""
        if self.broken:
            return "broken"
        if not self.is_found:
            return "nobody"
        return "fallback" if self.fallbacks else "found"


@dataclass(frozen=True, slots=True)
class PageHealth:
    """One selector file: its elements, and on how many recorded and live pages they were looked for."""

    page: str
    elements: tuple[Element, ...]
    recorded: int
    live: int
    broken: tuple[Broken, ...]


class Uses:
    """Which entries have found their elements, until it is written down."""

    def __init__(self) -> None:
        self._found: set[tuple[str, str, int]] = set()

    def note(self, page: str, element: str, entry: int) -> None:
        """An element was found by an entry, counted as the table does."""
        self._found.add((page, element, entry))

    def note_seen(self, file: SelectorFile, seen: Mapping[str, Seen]) -> None:
        """The same for all elements of a page that was looked at as a whole."""
        for element, one in seen.items():
            for place, wins in enumerate(one.wins):
                if wins:
                    self.note(file.page, element, file.entry_of(element, file.entries[element][place]))

    def save(self, database: Database, now: datetime) -> None:
        """Write down since when and until when each was in use."""
        if not self._found:
            return
        try:
            self._write(database, now)
        except IntegrityError:
            # Another home on the same database has noted the same for the first time just now.
            self._write(database, now)

    def _write(self, database: Database, now: datetime) -> None:
        with database.write() as session:
            for page, element, entry in sorted(self._found):
                row = session.get(SelectorUse, (page, element, entry))
                if row is None:
                    row = SelectorUse(page=page, element=element, entry=entry, first_seen=now, last_seen=now)
                row.last_seen = max(row.last_seen, now)
                session.add(row)


@contextlib.contextmanager
def noted(database: Database, clock: Callable[[], datetime]) -> Iterator[None]:
    """While the block runs, what finds its element on AliExpress's pages is noted. Trouble with it hinders nothing."""
    uses = Uses()
    with matches.watched(uses.note):
        try:
            yield
        finally:
            try:
                uses.save(database, clock())
            except SQLAlchemyError as error:
                log.warning("which selectors were in use could not be noted: %s", error)


def forget(session: Session, page: str) -> None:
    """Forget since when the merchant's own entries of a page are in use: the file is another one now."""
    for row in session.exec(select(SelectorUse).where(SelectorUse.page == page, SelectorUse.entry < 0)):
        session.delete(row)


def health(site: Site, looked: Iterable[Looked], session: Session | None) -> list[PageHealth]:
    """How each page's elements stand by what was looked at, with what earlier runs have noted."""
    looked = list(looked)
    used = (
        {}
        if session is None
        else {(row.page, row.element, row.entry): row for row in session.exec(select(SelectorUse))}
    )
    return [
        _page(load(page, site.selectors), [one for one in looked if page in one.seen or _is_broken(one, page)], used)
        for page in pages()
    ]


def is_changing(use: Mapping[int, SelectorUse]) -> bool:
    """Whether an element is found by a later entry only since the first one finds it no more, by what was noted."""
    first = use.get(0)
    later = [row for entry, row in use.items() if entry > 0]
    return first is not None and any(row.first_seen > first.last_seen for row in later)


def changing(session: Session) -> list[SelectorUse]:
    """The entries that have taken the place of the first one: AliExpress is changing that page."""
    uses: dict[tuple[str, str], dict[int, SelectorUse]] = {}
    for row in session.exec(select(SelectorUse)):
        uses.setdefault((row.page, row.element), {})[row.entry] = row
    return [max(use.values(), key=lambda row: row.last_seen) for use in uses.values() if is_changing(use)]


def _is_broken(looked: Looked, page: str) -> bool:
    return any(one.page == page for one in looked.broken)


def _page(file: SelectorFile, looked: list[Looked], used: Mapping[tuple[str, str, int], SelectorUse]) -> PageHealth:
    broken = [one for each in looked for one in each.broken if one.page == file.page]
    live = [one for one in looked if one.source == "live"]
    elements = tuple(
        Element(
            page=file.page,
            name=name,
            own=name in file.overridden,
            entries=tuple(_entry(file, name, place, looked, used) for place in range(len(candidates))),
            fallbacks=tuple(place for place in range(1, len(candidates)) if _stood_in(file.page, name, place, looked)),
            broken=tuple(one for one in broken if one.element == name),
        )
        for name, candidates in file.entries.items()
    )
    return PageHealth(file.page, elements, len(looked) - len(live), len(live), tuple(broken))


def _entry(
    file: SelectorFile,
    name: str,
    place: int,
    looked: list[Looked],
    used: Mapping[tuple[str, str, int], SelectorUse],
) -> Entry:
    candidate = file.entries[name][place]
    found = [one for one in looked if _won(one, file.page, name, place)]
    live = sum(one.source == "live" for one in found)
    row = used.get((file.page, name, file.entry_of(name, candidate)))
    return Entry(
        candidate=candidate,
        recorded=len(found) - live,
        live=live,
        since=row.first_seen if row else None,
        last=row.last_seen if row else None,
    )


def _stood_in(page: str, name: str, place: int, looked: list[Looked]) -> bool:
    """Whether a place has found an element on a page on which the first place has it nowhere."""
    return any(_won(one, page, name, place) and not _won(one, page, name, 0) for one in looked)


def _won(looked: Looked, page: str, name: str, place: int) -> bool:
    seen = looked.seen.get(page, {}).get(name)
    return seen is not None and seen.wins[place] > 0


def needed_for(page: str) -> str:
    """What waits while this page cannot be read, in the merchant's language."""
    return _(NEEDED_FOR.get(page, NEEDED_FOR["order_list"]))

"""Base of the page objects: a page says what it is, and what stands where; anything else is PageChanged."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from playwright.sync_api import Locator, Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from flows.amounts import read_price
from flows.errors import PageChanged
from flows.matches import note
from flows.selector_files import Candidate, SelectorFile, load
from flows.values import Money, Site

log = logging.getLogger(__name__)

# Pictures, fonts, media and visitor counting: nothing that a page needs to tell its data.
HEAVY = (
    *(
        f"*.{ending}{tail}"
        for ending in ("avif", "gif", "jpg", "jpeg", "png", "svg", "webp")
        for tail in ("", "?*", "_*")
    ),
    *(f"*.{ending}{tail}" for ending in ("woff", "woff2", "ttf", "otf", "mp4", "webm", "mp3") for tail in ("", "?*")),
    *(f"*://*{host}/*" for host in ("mmstat.com", "google-analytics.com", "googletagmanager.com", "doubleclick.net")),
    *(f"*://*{host}/*" for host in ("facebook.net", "facebook.com", "criteo.com", "criteo.net", "bat.bing.com")),
)

# Reads many elements in one round trip: for each part the first selector that matches, and all that it matches.
READ = """
  const first = (root, css) => {
    for (const [place, selector] of css.entries()) {
      const found = [...root.querySelectorAll(selector)];
      if (found.length) return [place, found];
    }
    return [-1, []];
  };
  const take = (element, {attribute, inner}) =>
    inner ? read(element, inner) : attribute ? element.getAttribute(attribute) : element.textContent;
  const read = (root, parts) => Object.fromEntries(parts.map(part => {
    const [place, found] = first(root, part.css);
    return [part.name, {place, values: found.map(element => take(element, part))}];
  }));
"""
READ_EACH = (
    f"([css, start, parts]) => {{ {READ} return first(document, css)[1].slice(start).map(root => read(root, parts)); }}"
)
READ_PAGE = f"parts => {{ {READ} return read(document, parts); }}"
# The widest element around each anchor that holds no other anchor: what belongs to it, whatever the boxes are called.
READ_AROUND = f"""([css, parts]) => {{ {READ}
  const anchors = first(document, css)[1];
  return anchors.map(anchor => {{
    let box = anchor;
    while (box !== document.body && anchors.every(other => other === anchor || !box.parentElement.contains(other)))
      box = box.parentElement;
    return read(box, parts);
  }});
}}"""
PRESS = f"""([css, place]) => {{ {READ} const found = first(document, css)[1][place];
  found?.click(); return Boolean(found); }}"""
AT_LEAST = "([css, count]) => css.some(one => document.querySelectorAll(one).length >= count)"


@dataclass(frozen=True)
class Part:
    """What to take from the elements of one entry: their text, an attribute, or further parts inside them."""

    attribute: str | None = None
    inner: "Parts | None" = None


Parts = Mapping[str, Part]
Drawn = dict[str, list[Any]]


def names_of(parts: Parts) -> frozenset[str]:
    """All entries that a set of parts asks for."""
    inner = (names_of(part.inner) for part in parts.values() if part.inner)
    return frozenset(parts).union(*inner)


def nesting(parts: Parts, around: str | None = None) -> dict[str, str]:
    """Which entries of a set of parts are looked for inside which other one; `around` is the outermost, if any."""
    own = dict.fromkeys(parts, around) if around is not None else {}
    inner = [nesting(part.inner, name) for name, part in parts.items() if part.inner]
    return {name: outer for each in (own, *inner) for name, outer in each.items()}


class PageObject:
    """One kind of page, drawn in `page`. `matched` tells which place to look was the right one, by entry."""

    name: ClassVar[str]
    asks_for: ClassVar[frozenset[str]]
    sign: ClassVar[str]  # the entry whose elements tell that the page is drawn
    inside: ClassVar[Mapping[str, str]] = {}  # which entries are looked for in the elements of which other one
    always: ClassVar[frozenset[str]] = frozenset()  # entries without which the drawn page cannot be read

    def __init__(self, page: Page, site: Site | None = None) -> None:
        self.page = page
        self.site = site or Site()
        self.selectors: SelectorFile = load(self.name, self.site.selectors)
        self.matched: dict[str, Candidate] = {}

    def is_here(self) -> bool:
        """Whether this is the page that it should be."""
        raise NotImplementedError

    def must_be_here(self) -> None:
        """PageChanged where this is another page."""
        if not self.is_here():
            raise PageChanged(self.name, "page", f"this is another page: {self.page.url.split('?', 1)[0]}")

    def one(self, name: str) -> Locator:
        """The first element of an entry; PageChanged where no place to look has one."""
        return self.all(name).first

    def all(self, name: str) -> Locator:
        """The elements of an entry at the first place that has any; PageChanged where none has."""
        for candidate in self._candidates(name):
            found = self.page.locator(candidate.selector)
            if found.count():
                self._note(name, candidate)
                return found
        raise PageChanged(self.name, name, "nothing there")

    def text(self, name: str) -> str:
        """The text of the first element of an entry, with single blanks."""
        return tidy(self.one(name).text_content() or "")

    def money(self, name: str) -> Money:
        """The amount that the first element of an entry shows."""
        return read_price(self.name, name, self.text(name))

    def has(self, name: str) -> bool:
        """Whether the page has any element of an entry."""
        return any(self.page.locator(candidate.selector).count() for candidate in self._candidates(name))

    def read(self, roots: str, parts: Parts, start: int = 0) -> list[Drawn]:
        """The parts of each root element from number `start` on, read in one round trip."""
        found = self.page.evaluate(READ_EACH, [self.selectors.css(roots), start, self._spec(parts)])
        return [self._unpack(root) for root in found]

    def read_page(self, parts: Parts) -> Drawn:
        """The parts of the whole page, read in one round trip."""
        return self._unpack(self.page.evaluate(READ_PAGE, self._spec(parts)))

    def read_around(self, anchor: str, parts: Parts) -> list[Drawn]:
        """The parts that belong to each element of an entry, the anchor itself among them."""
        found = self.page.evaluate(READ_AROUND, [self.selectors.css(anchor), self._spec(parts)])
        return [self._unpack(root) for root in found]

    def press(self, name: str, place: int = 0) -> None:
        """Presses an element by a click event of its own, which nothing that lies over it can catch."""
        css = [candidate.selector for candidate in self._candidates(name) if candidate.css]
        if not self.page.evaluate(PRESS, [css, place]):
            self.all(name).nth(place).dispatch_event("click")

    def drawn(self, count: int = 1, seconds: float = 0.05) -> bool:
        """Waits until `count` elements of the page's sign are there; False when the time is over."""
        try:
            wanted = [self.selectors.css(self.sign), count]
            self.page.wait_for_function(AT_LEAST, arg=wanted, polling=20, timeout=seconds * 1000)
        except PlaywrightTimeout:
            return False
        return True

    def _candidates(self, name: str) -> tuple[Candidate, ...]:
        if name not in self.asks_for:
            raise KeyError(f"{self.name}: {name} is not among the names that this page asks for")
        return self.selectors.entries[name]

    def _spec(self, parts: Parts) -> list[dict[str, Any]]:
        return [
            {
                "name": name,
                "css": self.selectors.css(name),
                "attribute": part.attribute,
                "inner": self._spec(part.inner) if part.inner else None,
            }
            for name, part in parts.items()
        ]

    def _unpack(self, root: Mapping[str, Any]) -> Drawn:
        for name, found in root.items():
            if found["place"] >= 0 and name not in self.matched:
                self._note(name, [one for one in self.selectors.entries[name] if one.css][found["place"]])
        return {
            name: [self._unpack(value) if isinstance(value, dict) else tidy(value or "") for value in found["values"]]
            for name, found in root.items()
        }

    def _note(self, name: str, candidate: Candidate) -> None:
        if self.matched.get(name) != candidate:
            self.matched[name] = candidate
            note(self.name, name, self.selectors.entry_of(name, candidate))
            log.debug("%s: %s found by %s (%s)", self.name, name, candidate.selector, candidate.design)


def first(drawn: Drawn, name: str) -> str:
    """The text of the first element of a part, empty where there is none."""
    return str(drawn[name][0]) if drawn[name] else ""


def tidy(text: str) -> str:
    """A text as a person sees it: single blanks, none around."""
    return " ".join(text.split())


def as_drawn(page: Page) -> str:
    """The HTML of a page as it stands: `page.content()` without making a world of its own in the page first."""
    html: str = page.evaluate(
        """() => (document.doctype ? new XMLSerializer().serializeToString(document.doctype) : "")
            + (document.documentElement?.outerHTML ?? "")"""
    )
    return html


def block_heavy(page: Page) -> None:
    """Keeps pictures, fonts, media and visitor counting from loading, without giving up the HTTP cache."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setBlockedURLs", {"urls": list(HEAVY)})

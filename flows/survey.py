"""Looks for every element of a page at once, and tells for each which of its places to look has it."""

from collections.abc import Mapping

from playwright.sync_api import Page

from flows.selector_files import SelectorFile
from flows.values import Value

# For each element: in how many of the elements that it lies in (or in the page) each place is the first to have it.
SURVEY = """(spec) => {
  const found = {}, told = {};
  const first = (root, css) => {
    for (const [place, selector] of css.entries()) {
      if (selector === null) continue;
      const inside = [...root.querySelectorAll(selector)];
      if (inside.length) return [place, inside];
    }
    return [-1, []];
  };
  const look = (name) => {
    if (name in found) return found[name];
    const {within, css} = spec[name];
    const roots = within === null ? [document] : look(within);
    const wins = css.map(() => 0);
    found[name] = [];
    for (const root of roots) {
      const [place, inside] = first(root, css);
      if (place >= 0) wins[place] += 1;
      found[name].push(...inside);
    }
    told[name] = {roots: roots.length, wins};
    return found[name];
  };
  Object.keys(spec).forEach(look);
  return told;
}"""


class Seen(Value):
    """How one element was found: in how many `roots` it was looked for, and how often each place was the first."""

    roots: int
    wins: tuple[int, ...]

    @property
    def is_found(self) -> bool:
        """Whether any place has it."""
        return any(self.wins)

    @property
    def is_missed(self) -> bool:
        """Whether it was looked for, and no place has it anywhere."""
        return self.roots > 0 and not self.is_found


def survey(page: Page, file: SelectorFile, inside: Mapping[str, str]) -> dict[str, Seen]:
    """Every element of a file as the open page has it; `inside` says which are looked for in another. Changes nothing.

    Playwright's own selectors are tried where no CSS place has the element.
    """
    spec = {
        name: {"within": inside.get(name), "css": [one.selector if one.css else None for one in candidates]}
        for name, candidates in file.entries.items()
    }
    told = page.evaluate(SURVEY, spec)
    return {
        name: _with_others(page, file, name, Seen(roots=one["roots"], wins=one["wins"])) for name, one in told.items()
    }


def _with_others(page: Page, file: SelectorFile, name: str, seen: Seen) -> Seen:
    if seen.is_found:
        return seen
    for place, one in enumerate(file.entries[name]):
        if not one.css and page.locator(one.selector).count():
            return Seen(roots=seen.roots, wins=tuple(int(each == place) for each in range(len(seen.wins))))
    return seen

"""Selector health: what is found by which entry, since when, which fallbacks are in use, and what is broken."""

import shutil
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from sqlmodel import select

from bot.checkup.recorded import PACKAGED, folders, look_at_case, look_at_recorded, shipped
from bot.db import Database
from bot.errors import ConfigError
from bot.home import Home
from bot.models_running import SelectorUse
from bot.recordings import cases
from bot.recordings.kinds import KINDS
from bot.recordings.replay import Replayer
from bot.selector_health import Broken, Element, Looked, PageHealth, Uses, changing, forget, health, noted
from flows import matches, pages
from flows.page import PageObject, Part, nesting
from flows.pages.order_list import DrawnOrderList
from flows.pages.result import DrawnResult
from flows.selector_files import load
from flows.survey import Seen, survey
from flows.values import Site

for found in iter_modules(pages.__path__):
    import_module(f"{pages.__name__}.{found.name}")
# The page after a press has words alone.
PAGES = sorted({*PageObject.__subclasses__()} - {DrawnResult}, key=lambda page: page.name)
NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
RECORDED = Path(__file__).parent / "recorded"
CARDS = """<div class="order-item">
  <span data-pl="order_item_header_status">To pay</span>
  <div data-pl="order_item_header_info"><div>Order date: Nov 2, 2026</div></div>
  <div class="order-item-content-body"><a href="/item/1005001.html">Mug</a></div>
</div>
<div class="order-item">
  <span class="order-item-header-status-text">Completed</span>
  <div class="order-item-content-body">a picture alone</div>
</div>
<a href="/item/9.html">a link outside of every card</a>
<button class="comet-btn-borderless">View orders</button>"""


@pytest.fixture(name="context", scope="module")
def context_fixture(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[BrowserContext]:
    """One context for the module; it reaches nothing."""
    with browser.new_context(**browser_context_args) as opened:
        yield opened


@pytest.fixture(name="page")
def page_fixture(context: BrowserContext) -> Iterator[Page]:
    """A tab with two cards, each in another design."""
    page = context.new_page()
    page.set_content(CARDS)
    yield page
    page.close()


def own(folder: Path, text: str) -> Site:
    """A site read with a merchant's own order_list.toml."""
    folder.mkdir(exist_ok=True)
    (folder / "order_list.toml").write_text(text, encoding="utf-8")
    return Site(selectors=folder)


def element(found: list[PageHealth], page: str, name: str) -> Element:
    """One element of what was found."""
    return next(each for one in found if one.page == page for each in one.elements if each.name == name)


def looked(where: str, source: str, **wins: tuple[int, ...]) -> Looked:
    """A look at an order list in which these elements were found so often by each entry."""
    return Looked(where, source, {"order_list": {name: Seen(roots=1, wins=won) for name, won in wins.items()}})


class TestSurvey:
    """All elements of a page at once."""

    def test_each_is_looked_for_where_its_reader_looks(self, page: Page) -> None:
        """A card's parts count inside the cards alone, each card by its own first place; a miss is told."""
        seen = survey(page, load("order_list"), DrawnOrderList.inside)
        assert Seen(roots=1, wins=(1,)) == seen["card"]
        assert Seen(roots=2, wins=(1, 1)) == seen["card_status"]
        assert Seen(roots=2, wins=(1, 0)) == seen["card_info"]
        assert Seen(roots=2, wins=(1,)) == seen["line_link"]
        assert (True, False) == (seen["card_total"].is_missed, seen["card_status"].is_missed)

    def test_selectors_of_playwright_stand_in(self, page: Page) -> None:
        """Where no CSS place has an element, the others are tried, in their place."""
        assert (0, 0, 1) == survey(page, load("order_list"), {})["more_button"].wins

    def test_nothing_of_it_is_looked_for_where_the_outer_one_is_missing(self, page: Page) -> None:
        """Without a card nothing is asked of cards, so nothing of them is missing."""
        page.set_content("<p>nothing here</p>")
        seen = survey(page, load("order_list"), DrawnOrderList.inside)
        assert (True, False) == (seen["card"].is_missed, seen["card_total"].is_missed)
        assert 0 == seen["line_link"].roots

    @pytest.mark.parametrize("screen", PAGES, ids=lambda screen: screen.name)
    def test_every_page_names_entries_that_it_has(self, screen: type[PageObject]) -> None:
        """What lies in what, and what is always there, are entries of the page's own file; nothing lies in itself."""
        entries = set(load(screen.name).entries)
        assert set(screen.inside) | set(screen.inside.values()) | screen.always <= entries
        for name in screen.inside:
            way = [name]
            while (around := screen.inside.get(way[-1])) is not None:
                way.append(around)
                assert len(way) <= 4

    def test_parts_know_what_they_lie_in(self) -> None:
        """Nested parts give the same nesting that the readers read by."""
        parts = {"a": Part(), "b": Part(inner={"c": Part(), "d": Part(inner={"e": Part()})})}
        assert {"c": "b", "d": "b", "e": "d"} == nesting(parts)
        assert {"a": "root", "b": "root", "c": "b", "d": "b", "e": "d"} == nesting(parts, "root")


class TestNoted:
    """What every run notes of what it found."""

    def test_readers_tell_by_which_entry(self, page: Page, tmp_path: Path) -> None:
        """A reader tells each match once, with the entry's place; a merchant's own places count from -1 down."""
        told: list[tuple[str, str, int]] = []
        site = own(tmp_path / "own", 'card = [{css = ".x", design = "m", seen = "2026"}, '
                                     '{css = ".order-item", design = "m", seen = "2026"}]')  # fmt: skip
        with matches.watched(lambda *match: told.append(match)):
            assert DrawnOrderList(page).all("card_status").count() == DrawnOrderList(page, site).all("card").count() - 1
            DrawnOrderList(page).all("more_button")
        DrawnOrderList(page).all("card")
        assert [
            ("order_list", "card", -2),
            ("order_list", "card_status", 0),
            ("order_list", "more_button", 2),
        ] == sorted(told)

    def test_since_when_and_until_when(self, sqlite: Database) -> None:
        """The first and the last time are kept for each entry."""
        with noted(sqlite, lambda: NOW):
            matches.note("order_list", "card", 0)
        with noted(sqlite, lambda: NOW + timedelta(days=3)):
            matches.note("order_list", "card", 0)
            matches.note("order_list", "card_status", 1)
        with noted(sqlite, lambda: NOW + timedelta(days=4)):
            pass
        with sqlite.read() as session:
            rows = {
                (row.element, row.entry): (row.first_seen, row.last_seen) for row in session.exec(select(SelectorUse))
            }
        later = NOW + timedelta(days=3)
        assert {("card", 0): (NOW, later), ("card_status", 1): (later, later)} == rows

    def test_trouble_with_the_database_ends_no_run(self, sqlite: Database) -> None:
        """A run is not lost for what could not be noted of it; and what it raised itself is not hidden."""
        with sqlite.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE selector_use")
        with noted(sqlite, lambda: NOW):
            matches.note("order_list", "card", 0)
        with pytest.raises(KeyError, match="of the run"), noted(sqlite, lambda: NOW):
            matches.note("order_list", "card", 0)
            raise KeyError("of the run")

    def test_a_page_that_is_changing(self, sqlite: Database) -> None:
        """An element that a later entry has begun to find since the first ceased to is told; two designs side by side
        are not; a merchant's own entries are theirs, and are forgotten with their file."""
        day = timedelta(days=1)
        rows = [
            ("card", 0, NOW, NOW + 5 * day),
            ("card_status", 0, NOW, NOW + 5 * day),
            ("card_status", 1, NOW + 6 * day, NOW + 7 * day),
            ("card_info", 0, NOW, NOW + 7 * day),
            ("card_info", 1, NOW + 6 * day, NOW + 7 * day),
            ("card_total", -1, NOW, NOW),
        ]
        with sqlite.write() as session:
            for name, entry, first, last in rows:
                row = SelectorUse(page="order_list", element=name, entry=entry, first_seen=first, last_seen=last)
                session.add(row)
        with sqlite.write() as session:
            assert [("card_status", 1)] == [(row.element, row.entry) for row in changing(session)]
            forget(session, "order_list")
        with sqlite.read() as session:
            assert not [row for row in session.exec(select(SelectorUse)) if row.entry < 0]


class TestHealth:
    """What is made of all looks together."""

    def test_states(self, sqlite: Database) -> None:
        """Found by the first, by a fallback where the first has nothing, by nobody, or broken; and since when."""
        uses = Uses()
        uses.note("order_list", "card_status", 1)
        uses.save(sqlite, NOW)
        pages = [
            looked("a", "sandbox", card=(1,), card_status=(1, 0), card_info=(1, 1)),
            looked("b", "real", card=(1,), card_status=(0, 2), card_info=(0, 0)),
            Looked("c", "live", {}, (Broken("order_list", "tab", "nothing there", "c"),)),
        ]
        with sqlite.read() as session:
            found = health(Site(), pages, session)
        states = {
            name: element(found, "order_list", name).state for name in ("card", "card_status", "card_info", "tab")
        }
        assert {"card": "found", "card_status": "fallback", "card_info": "found", "tab": "broken"} == states
        assert "nobody" == element(found, "order_list", "card_store").state
        status = element(found, "order_list", "card_status")
        assert [(1, None), (1, NOW)] == [(one.recorded, one.since) for one in status.entries]
        assert (1,) == status.fallbacks
        page = next(one for one in found if one.page == "order_list")
        assert (2, 1, 1) == (page.recorded, page.live, len(page.broken))
        assert not element(found, "order_list", "card_box").is_proved

    def test_an_override_has_a_history_of_its_own(self, sqlite: Database, tmp_path: Path) -> None:
        """Since when a merchant's place is in use is not that of the package's place of the same number."""
        uses = Uses()
        uses.note("order_list", "card", 0)
        uses.save(sqlite, NOW)
        site = own(tmp_path / "own", 'card = [{css = ".x", design = "m", seen = "2026"}]')
        with sqlite.read() as session:
            (entry,) = element(health(site, [], session), "order_list", "card").entries
        assert (".x", None) == (entry.candidate.selector, entry.since)


class TestRecorded:
    """Recorded pages are looked at as the robot would see them."""

    def test_what_ships_is_found(self, tmp_path: Path) -> None:
        """The cases of the project are found without being named, and the home's own beside them."""
        assert RECORDED == shipped()
        home = Home(tmp_path)
        assert [RECORDED] == folders(home, None)
        shutil.copytree(RECORDED / "order-list" / "under-way", tmp_path / "recordings" / "order-list" / "mine")
        assert [RECORDED, tmp_path / "recordings"] == folders(home, None)
        assert [tmp_path] == folders(home, tmp_path)

    def test_what_ships_is_in_the_wheel(self) -> None:
        """The wheel takes the cases to where an installed dropferry looks for them."""
        project = tomllib.loads((RECORDED.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
        taken = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
        assert str(PACKAGED.relative_to(RECORDED.parents[1]).as_posix()) == taken["tests/recorded"]

    @pytest.mark.long
    def test_every_element_is_on_some_recorded_page(self, context: BrowserContext) -> None:
        """With all cases that ship nothing is broken, and what no case shows is what only the real site could show."""
        seen = list(look_at_recorded(context, Site(), cases.find([RECORDED]), frozenset(KINDS)))
        assert [] == [one for each in seen for one in each.broken]
        every = [each for one in health(Site(), seen, None) for each in one.elements]
        nobody = {f"{each.page} {each.name}" for each in every if each.state == "nobody" and each.is_proved}
        assert nobody <= {"address_form error", "confirm payment_option"}

    def test_a_case_that_is_as_expected(self, context: BrowserContext) -> None:
        """Nothing is broken, its elements are found by their first places, and only wanted kinds are looked at."""
        found = cases.find([RECORDED / "order-list" / "under-way", RECORDED / "order-list" / "empty"])
        done: list[int] = []
        seen = list(look_at_recorded(context, Site(), found, frozenset(KINDS), done.append))
        assert [(), ()] == [one.broken for one in seen]
        assert [1, 2] == done
        under_way = health(Site(), seen, None)
        for name in ("card", "card_status", "card_total", "line_link"):
            assert ("found", 1) == (
                element(under_way, "order_list", name).state,
                element(under_way, "order_list", name).entries[0].recorded,
            )
        assert [] == list(look_at_recorded(context, Site(), found, frozenset({"tracking"})))

    @pytest.mark.parametrize(
        ("text", "broken"),
        [
            ('card = [{css = ".x", design = "m", seen = "2026"}]', "card"),
            ('card_status = [{css = ".x", design = "m", seen = "2026"}]', "card_status"),
            ('tab = [{css = ".x", design = "m", seen = "2026"}]', "tab"),
            ('card_total = [{css = ".order-item-header-status-text", design = "m", seen = "2026"}]', "total"),
        ],
    )
    def test_an_override_that_does_not_fit_is_broken(
        self, context: BrowserContext, tmp_path: Path, text: str, broken: str
    ) -> None:
        """An own place that finds nothing, or the wrong thing, is broken and named, also where no reader needs it."""
        replayer = Replayer(context, own(tmp_path / "own", text))
        try:
            seen = look_at_case(replayer, cases.read(RECORDED / "order-list" / "under-way"))
        finally:
            replayer.close()
        assert broken in {one.element for one in seen.broken}
        assert {("order_list", "order-list/under-way")} == {(one.page, one.where) for one in seen.broken}

    def test_a_case_without_word_of_what_to_expect(self, context: BrowserContext, tmp_path: Path) -> None:
        """A fresh recording is fine while a second choice stands in, and broken where the last one has gone."""
        fresh = tmp_path / "order-list" / "fresh"
        shutil.copytree(RECORDED / "order-list" / "under-way", fresh)
        (fresh / "expected.toml").unlink()
        seen = list(look_at_recorded(context, Site(), [fresh], frozenset(KINDS)))
        assert () == seen[0].broken
        html = (fresh / "page.html").read_text(encoding="utf-8")
        for name in ("order_item_header_status", "order-item-header-status-text"):
            html = html.replace(name, "renamed")
            (fresh / "page.html").write_text(html, encoding="utf-8")
            seen += look_at_recorded(context, Site(), [fresh], frozenset(KINDS))
        assert [(), ("card_status",)] == [tuple(one.element for one in each.broken) for each in seen[1:]]
        assert (1,) == element(health(Site(), seen[:2], None), "order_list", "card_status").fallbacks

    def test_a_case_that_is_none(self, context: BrowserContext, tmp_path: Path) -> None:
        """A damaged case is named, with what to do."""
        (tmp_path / "about.toml").write_text("kind = 1", encoding="utf-8")
        with pytest.raises(ConfigError, match=r"about\.toml"):
            list(look_at_recorded(context, Site(), [tmp_path], frozenset(KINDS)))


def test_a_table_of_elements_is_closed(sqlite: Database) -> None:
    """Every page that elements are looked for on is in the health report, whatever was looked at."""
    with sqlite.read() as session:
        named: Mapping[str, int] = {one.page: len(one.elements) for one in health(Site(), [], session)}
    assert {page.name: len(load(page.name).entries) for page in PAGES} == named

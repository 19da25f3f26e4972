"""The selector files: what the loader takes and refuses, and that files and page objects ask for the same names."""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

from flows import pages
from flows.page import PageObject
from flows.selector_files import SelectorFileError, load
from flows.statuses import plain_word
from flows.values import AliStatus, RefundState

for found in iter_modules(pages.__path__):
    import_module(f"{pages.__name__}.{found.name}")
PAGES = sorted(PageObject.__subclasses__(), key=lambda page: page.name)
CARD = '{ css = ".their-card", design = "mine", seen = "2026-11" }'


def override(folder: Path, text: str, page: str = "order_list") -> Path:
    """A merchant's own folder with one file."""
    (folder / f"{page}.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_names_asked_for_are_the_names_given(page: type[PageObject]) -> None:
    """Proves that no page object asks for a name that its file lacks, and that no file has a name nobody asks for."""
    assert page.asks_for == frozenset(load(page.name).entries)
    assert not page.asks_for or page.sign in page.asks_for


def test_every_file_loads() -> None:
    """Proves that each file of the folder is one that the loader takes."""
    folder = Path(__file__).parents[1] / "selectors"
    names = {file.stem for file in folder.glob("*.toml")}
    assert {"login", "order_detail", "order_list", "tracking", "words"} <= names
    for name in names:
        assert name == load(name).page


def test_order_of_preference_is_kept() -> None:
    """Proves that the candidates of an entry come in the order of the file, each with its design and date."""
    status = load("order_list").entries["card_status"]
    expected = ['[data-pl="order_item_header_status"]', ".order-item-header-status-text"]
    assert expected == [one.selector for one in status]
    assert [("2023-26", "2026-06"), ("2022-26", "2026-01")] == [(one.design, one.seen) for one in status]


def test_every_status_has_words_and_no_word_has_two() -> None:
    """Proves that each status can be read, and that no word means two things."""
    table = load("words").means["status"]
    assert {status.value for status in AliStatus} == set(table)
    words = [plain_word(word) for words in table.values() for word in words]
    assert len(set(words)) == len(words)
    assert {state.value for state in RefundState} - {"unknown"} == set(load("words").means["refund_note"])
    signs = [sign for signs in load("words").means["currency"].values() for sign in signs]
    assert len(set(signs)) == len(signs)


def test_override_replaces_one_entry(tmp_path: Path) -> None:
    """Proves that a merchant's folder replaces an entry and leaves the others, the words and other pages alone."""
    own = load("order_list")
    mended = load("order_list", override(tmp_path, f"card = [{CARD}]"))
    assert [".their-card"] == mended.css("card")
    assert own.entries["card_status"] == mended.entries["card_status"]
    assert own.means == mended.means
    assert load("tracking").entries == load("tracking", tmp_path).entries


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[means.status]\nunpaid = ["Paid"]', r"means.*not allowed here"),
        (f"cards = [{CARD}]", r"cards: no such entry; known are .*card"),
        ("card = []", "card: must be a list of at least one"),
        ('card = ".order-item"', "card: must be a list"),
        ('card = [{ css = ".a", design = "x" }]', "card: each needs css or selector, design and seen"),
        ('card = [{ css = ".a", design = "x", seen = "2026", note = "y" }]', "nothing else"),
        ('card = [{ css = ".a", selector = "b", design = "x", seen = "2026" }]', "css or selector"),
        ('card = [{ css = " ", design = "x", seen = "2026" }]', "every value must be a text"),
        ('card = [{ css = 1, design = "x", seen = "2026" }]', "every value must be a text"),
        ('card = [{ css = ".a", design = "x", seen = "yesterday" }]', "seen must be like"),
        ("card = [", "cannot be read"),
    ],
)
def test_override_that_is_wrong_is_refused(tmp_path: Path, text: str, says: str) -> None:
    """Proves that each mistake in a merchant's file is an error that names the file and the mistake."""
    with pytest.raises(SelectorFileError, match=says) as raised:
        load("order_list", override(tmp_path, text))
    assert str(tmp_path / "order_list.toml") in str(raised.value)


def test_page_that_does_not_exist_is_refused() -> None:
    """Proves that a misspelt page is an error that names the file that was looked for."""
    with pytest.raises(SelectorFileError, match=r"order_lists\.toml"):
        load("order_lists")


def test_entry_without_css_cannot_be_read_in_bulk(tmp_path: Path) -> None:
    """Proves that an entry with Playwright selectors alone is refused where many elements are read at once."""
    folder = override(tmp_path, 'card = [{ selector = "text=Order", design = "x", seen = "2026" }]')
    with pytest.raises(SelectorFileError, match="card: needs at least one entry with css"):
        load("order_list", folder).css("card")

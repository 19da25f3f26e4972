"""Evidence of pages that could not be read: private, complete, and not without end."""

import json
import stat
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from bot import evidence
from bot.evidence import Evidence
from flows.errors import PageChanged


@pytest.fixture
def page(context: BrowserContext) -> Page:
    opened = context.new_page()
    opened.set_content("<h1>Đơn hàng</h1>")
    return opened


def test_page_and_picture_are_kept_for_the_user_alone(page: Page, tmp_path: Path) -> None:
    """The finding is told, the page kept as drawn and as a picture, in a folder that the error names."""
    error = PageChanged("order_list", "status", "unknown word: 'Đang chờ'")
    Evidence(tmp_path).keep(page, error)
    (folder,) = tmp_path.iterdir()
    assert folder.name == error.evidence
    by_kind = {file.suffix: file for file in folder.iterdir()}
    about = json.loads(by_kind[".json"].read_text(encoding="utf-8"))
    assert ("about:blank", "PageChanged", str(error)) == (about["url"], about["kind"], about["problem"])
    assert "<h1>Đơn hàng</h1>" in by_kind[".html"].read_text(encoding="utf-8")
    assert by_kind[".jpg"].read_bytes().startswith(b"\xff\xd8")
    if sys.platform != "win32":
        assert 0o700 == stat.S_IMODE(folder.stat().st_mode)
        assert {0o600} == {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


def test_a_page_that_is_gone_leaves_the_finding(page: Page, tmp_path: Path) -> None:
    """When the tab is closed already, what was found is kept all the same, with the reason for the missing picture."""
    page.close()
    error = PageChanged("tracking", "page", "closed")
    Evidence(tmp_path).keep(page, error)
    assert error.evidence is not None
    kept = tmp_path / error.evidence
    assert [".json", ".txt"] == sorted(file.suffix for file in kept.iterdir())


def test_one_run_keeps_so_many_and_no_more(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When every page has changed, the first ones are kept, and the disk is not filled with the same finding."""
    monkeypatch.setattr(evidence, "AT_MOST", 2)
    keeper, page = Evidence(tmp_path), browser.new_page()
    errors = [PageChanged("tracking", "page", str(number)) for number in range(3)]
    for error in errors:
        keeper.keep(page, error)
    page.close()
    assert [True, True, False] == [error.evidence is not None for error in errors]
    assert 2 == len(list(tmp_path.iterdir()))


def test_nothing_of_a_page_gets_into_a_path(page: Page, tmp_path: Path) -> None:
    """An element called like a path is written down, never walked."""
    Evidence(tmp_path / "evidence").keep(page, PageChanged("../../x", "/etc/passwd", "\x00"))
    assert ["evidence"] == [each.name for each in tmp_path.iterdir()]

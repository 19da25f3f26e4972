"""Every recorded case in a real browser: both readers read what is expected, and nothing leaves the machine."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bot.browser import LANGUAGE
from bot.recordings import cases
from bot.recordings.replay import Replayer
from tests.forking import ROOT
from tests.record_cases import SCENES

RECORDED = Path(__file__).parent / "recorded"
FOLDERS = cases.find([RECORDED])


@pytest.fixture(name="replayer", scope="module")
def replayer_fixture(browser: Browser) -> Iterator[Replayer]:
    """One tab for all cases."""
    context = browser.new_context(locale=LANGUAGE, service_workers="block")
    replayer = Replayer(context)
    yield replayer
    replayer.close()
    context.close()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_case_reads_as_expected(replayer: Replayer, folder: Path) -> None:
    """Proves that both readers read of a recorded page what its expected.toml says, and the robot takes it so."""
    replayed = replayer.replay(cases.read(folder))
    assert () == replayed.differences


def test_cases_are_those_of_the_scenes() -> None:
    """Proves that every scene is recorded, and that no case is left that nobody could make again."""
    recorded = {f"{folder.parent.name}/{folder.name}" for folder in FOLDERS if _source(folder) == "sandbox"}
    assert {scene.name for scene in SCENES} == recorded
    assert 25 <= len(recorded)


def test_readme_says_how_many_are_real() -> None:
    """Proves that nobody is told of more real pages than there are."""
    real = sum(_source(folder) == "real" for folder in FOLDERS)
    said = f"{len(FOLDERS)} of them, {real} real and {len(FOLDERS) - real} made from the stand-ins"
    assert said in (ROOT / "README.md").read_text(encoding="utf-8")
    said = f"{len(FOLDERS)} trang, {real} thật và {len(FOLDERS) - real} từ trang giả"
    assert said in (ROOT / "README.vi.md").read_text(encoding="utf-8")


def test_cases_are_small() -> None:
    """Proves that all cases together weigh less than 2 MB, and none much more than its page."""
    sizes = {folder.name: sum(file.stat().st_size for file in folder.iterdir()) for folder in FOLDERS}
    assert sum(sizes.values()) < 2_000_000
    assert [] == [name for name, size in sizes.items() if size > 100_000]


def test_case_that_reads_otherwise_is_told_place_by_place(replayer: Replayer) -> None:
    """Proves that a replay can fail: another status is told with where, what was expected and what is read."""
    case = cases.read(RECORDED / "order-detail" / "processing")
    assert "Processing" in case.html
    changed = replace(case, html=case.html.replace("Processing", "Completed"))
    found = replayer.replay(changed).differences
    assert "page.status: expected 'to_ship', read 'completed'" in found
    assert any(line.startswith("both.error: expected nothing, read 'PageChanged'") for line in found)


def test_nothing_leaves_the_machine(replayer: Replayer) -> None:
    """Proves that whatever a recorded page asks for beside its own calls is refused, even under AliExpress's name."""
    case = cases.read(RECORDED / "order-detail" / "processing")
    trap = '<script src="https://www.aliexpress.com/v.js"></script><iframe src="https://www.aliexpress.com/x"></iframe>'
    failed: list[str] = []
    replayer.page.on("requestfailed", lambda request: failed.append(request.url))
    loaded: list[str] = []
    replayer.page.on("requestfinished", lambda request: loaded.append(request.url.partition("?")[0]))
    replayer.replay(replace(case, html=case.html.replace("</body>", f"{trap}</body>")))
    assert {"https://www.aliexpress.com/v.js", "https://www.aliexpress.com/x"} <= set(failed)
    api = "https://acs.aliexpress.com/h5/mtop.aliexpress.trade.buyer.order.detail/1.0/"
    assert {"https://www.aliexpress.com/p/order/detail.html", api} >= set(loaded)


def _source(folder: Path) -> str:
    return cases.read(folder).about.source

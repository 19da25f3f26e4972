"""The command `pay-run`: what it asks for before a browser opens, how a list is ticked, what it prints."""

from pathlib import Path

import pytest

from bot.cli.pay_run_report import order_line, print_summary, read_ticks
from bot.jobs.paid import PaidOrder, PaidRun
from bot.planning import Candidate
from bot.sandbox.server import Sandbox
from tests.buying_home import BuyingHome
from tests.processes import called

ONE = Candidate(1, "#1012", "main", 1, 1, "Canvas Tote Bag", 1)


@pytest.fixture(name="shop")
def shop_fixture(sandbox: Sandbox, tmp_path: Path) -> BuyingHome:
    """A home that may buy."""
    return BuyingHome(sandbox, tmp_path / "home")


def settings(shop: BuyingHome, before: str, after: str) -> None:
    """Change config.toml."""
    file = shop.home.config_file
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")


@pytest.mark.parametrize(
    ("typed", "chosen"),
    [
        ("", [0, 1, 2, 3]),
        (" ALL ", [0, 1, 2, 3]),
        ("none", []),
        ("2", [1]),
        ("1-2, 4", [0, 1, 3]),
        ("3 1 3", [0, 2]),
        ("0", None),
        ("5", None),
        ("3-1", None),
        ("two", None),
        ("1,,x", None),
    ],
)
def test_ticks(typed: str, chosen: list[int] | None) -> None:
    """Proves that places and ranges are taken, and that what names no order is asked again, not guessed."""
    assert chosen == read_ticks(typed, 4)


def test_live_has_to_be_switched_on(shop: BuyingHome) -> None:
    """Proves that nothing can be ordered through a pay run either, before the caps are set and live is on."""
    settings(shop, "live = true", "live = false")
    done = called(shop.path, "pay-run", "--all")
    assert (3, True) == (done.returncode, "live is off" in done.stderr)


def test_home_has_to_have_looked(shop: BuyingHome) -> None:
    """Proves that a home that does not know what was bought before opens no window."""
    (shop.path / "buying.json").unlink()
    done = called(shop.path, "pay-run", "--all")
    assert (4, True) == (done.returncode, "reconcile" in done.stderr)


def test_without_a_display_the_ways_are_named(shop: BuyingHome, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that a server without a screen says where a pay run can be done, and leaves everything as it is."""
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    done = called(shop.path, "pay-run", "--all", "--yes")
    assert (3, True, True) == (done.returncode, "no display" in done.stderr, "PostgreSQL" in done.stderr)


def test_robot_leaves_an_account_whose_person_presses(shop: BuyingHome) -> None:
    """Proves that `place --live` names the pay run for an account that is set to it."""
    settings(shop, 'currency = "USD"', 'currency = "USD"\nbuying = "fill"')
    done = called(shop.path, "place", "--all", "--live")
    assert (3, True) == (done.returncode, "dropferry pay-run" in done.stderr)


def test_line_of_an_order() -> None:
    """Proves that an order without a quote is told with its number, and one that was not bought with the reason."""
    placed = PaidOrder(ONE, "placed", numbers=("3072000000017351",))
    assert " 3/80  #1012: AliExpress order 3072000000017351" == order_line(3, 80, placed)
    assert "4/9  #1012: you skipped it" == order_line(4, 9, PaidOrder(ONE, "skipped", "you skipped it"))


def test_summary_counts_each_state(capsys: pytest.CaptureFixture[str]) -> None:
    """Proves that what was skipped, held, left open and not come to is told, and what stands unpaid named."""
    states = ("placed", "skipped", "held", "unknown")
    print_summary(PaidRun(outcomes=[PaidOrder(ONE, state) for state in states]), 2)
    said = capsys.readouterr().out
    for words in ("1 ordered", "1 skipped", "1 held", "1 perhaps ordered", "2 not come to", "dropferry pay"):
        assert words in said

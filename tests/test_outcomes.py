"""What a run did, in one line, counts in plain English."""

import pytest

from bot.jobs.orphans import Orphan
from bot.jobs.pull import Pulled
from bot.jobs.push import Pushed
from bot.jobs.recheck import Rechecked
from bot.jobs.sync import Synced
from bot.jobs.tell import Told
from bot.outcomes import pulled_line, pushed_line, rechecked_line, synced_line


@pytest.mark.parametrize(
    ("pulled", "line"),
    [
        (Pulled(), "0 orders read, 0 new, 0 changed"),
        (Pulled(seen=1, new=1), "1 order read, 1 new, 0 changed"),
        (
            Pulled(seen=12, new=2, changed=3, deleted=1, unreadable=["order 7: total_price: missing"]),
            "12 orders read, 2 new, 3 changed, 1 deleted in the store, 1 could not be understood",
        ),
    ],
)
def test_pulls(pulled: Pulled, line: str) -> None:
    """A pull says how many orders it read, and what could not be read."""
    assert line == pulled_line(pulled)


@pytest.mark.parametrize(
    ("synced", "line"),
    [
        (Synced(), "no open AliExpress orders, nothing to read"),
        (
            Synced(open=1, list_pages=1, numbers=1, changed=1),
            "1 open order, 1 page read, 1 changed, 1 new tracking number",
        ),
        (
            Synced(
                open=30, list_pages=3, details=4, trackings=5, missing=1, problems=["8214: missing", "8215: missing"]
            ),
            (
                "30 open orders, 12 pages read, 0 changed, 0 new tracking numbers, "
                "1 not found on AliExpress, 2 could not be read"
            ),
        ),
    ],
)
def test_syncs(synced: Synced, line: str) -> None:
    """A sync says how many pages it took, and what it could not read."""
    assert line == synced_line(synced)


@pytest.mark.parametrize(
    ("pushed", "line"),
    [
        (Pushed(), "nothing new to tell ShopBase"),
        (Pushed(ready=3, waits="off"), '3 ready; nothing is told, because live_push is off for shop "main"'),
        (Pushed(ready=3, waits="first"), "3 ready; the first push of a shop waits for you: dropferry push --yes"),
        (Pushed(ready=51, waits="many"), "51 ready; so many at once wait for you: dropferry push --yes"),
        (Pushed(ready=1, told=Told(sent=1, mailed=1)), "1 fulfilment made, 1 buyer mailed"),
        (
            Pushed(
                ready=9,
                told=Told(sent=2, corrected=1, found=1, unsure=1),
                problems=["#1: ShopBase gave no answer", "#2: not JSON", "#3: not JSON"],
            ),
            (
                "2 fulfilments made, 0 buyers mailed, 1 corrected, 1 already there, "
                "1 without an answer (looked for at the next push), 2 could not be told"
            ),
        ),
        (
            Pushed(ready=2, told=Told(refused=1, stuck=1)),
            "0 fulfilments made, 0 buyers mailed, 1 refused, 1 left unfinished by another app",
        ),
    ],
)
def test_pushes(pushed: Pushed, line: str) -> None:
    """A push says what it told, what it waits for, and what did not go through."""
    assert line == pushed_line(pushed, "main")


def test_what_was_stopped_says_so() -> None:
    """A run that was asked to end before it was through says that there is more to do."""
    assert "3 orders read, 0 new, 0 changed, stopped before its end" == pulled_line(Pulled(seen=3, stopped=True))
    assert synced_line(Synced(open=2, stopped=True)).endswith(", stopped before its end")
    assert pushed_line(Pushed(ready=2, stopped=True), "main").endswith(", stopped before its end")


@pytest.mark.parametrize(
    ("found", "line"),
    [
        (Rechecked(), "nothing waits for payment, nothing to read"),
        (Rechecked(open=1, paid=1), "1 order looked at, 1 paid, 0 unpaid"),
        (
            Rechecked(open=7, paid=2, still=1, over=1, problems=["a", "b"]),
            "7 orders looked at, 2 paid, 1 unpaid, 1 cancelled or expired, 3 not settled yet, 2 could not be read",
        ),
    ],
)
def test_another_look_at_the_unpaid(found: Rechecked, line: str) -> None:
    """A look says what became of the orders, and what nobody knows yet."""
    assert line == rechecked_line(found)
    found.stopped = True
    assert not found.open or f"{line}, stopped before its end" == rechecked_line(found)


def test_order_that_nobody_knows_is_named_by_a_sync() -> None:
    """An order for a mapped product that belongs to nothing here has a line of its own."""
    first, orphan = synced_line(Synced(open=1, orphans=[Orphan("8214398062177351", "2 x Tote")])).splitlines()
    assert first.startswith("1 open order, 0 pages read")
    assert "8214398062177351 (2 x Tote)" in orphan
    assert "dropferry link ORDER 8214398062177351" in orphan

"""The demo: one command, no question asked, and an end that holds against what the stand-ins hold."""

import re

import pytest

from tests.processes import dropferry

COUNTS = re.compile(
    r"^  Pending (\d+) \| Awaiting Order (\d+) \| .* \| Fulfilled (\d+) \| Failed (\d+) \| Canceled (\d+)$"
)


@pytest.fixture(name="shown", scope="module")
def shown_fixture(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What a demo prints on the Vietnamese console of Windows, in a folder named as people are."""
    folder = tmp_path_factory.mktemp("demo") / "Nguyễn Văn Đức"
    folder.mkdir()
    done = dropferry(folder / "home", "demo", TMPDIR=str(folder), PYTHONIOENCODING="cp1258")
    assert (0, "") == (done.returncode, done.stderr)
    assert [] == list(folder.glob("dropferry*")), "it leaves nothing behind"
    return done.stdout.splitlines()


def after(shown: list[str], heading: str) -> list[str]:
    """The lines under a heading, without their indent."""
    start = next(place for place, line in enumerate(shown) if line.startswith(heading)) + 1
    block = shown[start : shown.index("", start)]
    return [line.removeprefix("  ") for line in block]


def test_tabs_before_and_after(shown: list[str]) -> None:
    """The counts of the tabs are shown from the morning, when everything is to be done, to the evening."""
    counts = [tuple(map(int, found.groups())) for line in shown if (found := COUNTS.match(line))]
    assert (2, 8, 0, 0, 0) == counts[0]
    assert (2, 0, 6, 1, 1) == counts[-1]
    assert len(counts) >= 3


def test_each_orders_way(shown: list[str]) -> None:
    """Each order is followed from the store to AliExpress to its parcels and its tab; what is not done says why."""
    ways = [line for line in after(shown, "Each order's way:") if line.startswith("#")]
    assert [f"#{1001 + place}" for place in range(10)] == [way.partition(":")[0] for way in ways]
    assert "> LM998877665US > Fulfilled" in ways[0]
    assert 2 == ways[4].split(" > ")[1].count("9200")
    reasons = [line.strip() for line in after(shown, "Each order's way:") if not line.startswith("#")]
    assert any("was cancelled" in reason for reason in reasons)
    assert any("still stands: cancel it there, or ask for a refund" in reason for reason in reasons)


def test_fulfilments_and_mails(shown: list[str]) -> None:
    """The store ends with every number that AliExpress shows, each once, and each buyer was mailed once a parcel."""
    held = [re.fullmatch(r"(#\d+)\.\d+: (\S+) by (.+), success", line) for line in after(shown, "The fulfilments")]
    assert all(held)
    numbers = [found[2] for found in held if found]
    assert 9 == len(set(numbers)) == len(numbers)
    parcels = [
        number
        for way in after(shown, "Each order's way:")
        if way.startswith("#") and "no parcel" not in way
        for number in way.split(" > ")[1].split(", ")
    ]
    assert sorted(parcels) == sorted(numbers)
    mails = after(shown, "The mails")
    assert 9 == len(mails) == len(set(mails))
    assert any(
        "All 9 tracking numbers that AliExpress shows are with ShopBase, each of them once" in line for line in shown
    )


def test_what_dropferry_never_does(shown: list[str]) -> None:
    """It says that it never pays, and that the first push waits for a yes; nobody is asked anything."""
    assert "You paid the others on AliExpress. dropferry never does." in shown
    assert "The robot pressed 4 times; 0 of its orders were charged, the others wait in To pay." in shown
    assert any("waits for your yes" in line for line in shown)
    assert not shown[-1].endswith("?")


def test_pay_run_is_played(shown: list[str]) -> None:
    """A stand-in presses for the merchant, and says so; each of its three orders has its number and is paid."""
    lines = after(shown, "So you press")
    assert any("stand-in for you" in line for line in lines)
    assert ["#1001", "#1002", "#1003"] == [line.split()[1].strip(":") for line in lines if line.endswith(", paid")]

"""Notices that the machine slept, or its clock was set, in the middle of a job: the browser is then opened anew."""

import ctypes
import sys
import time
from collections.abc import Callable
from typing import Protocol, TypeVar

from bot.language import _, mark
from flows.errors import TryLater

LEAP_SECONDS = 120.0
OPENED_AT_MOST = 4
# Of jobs that press something: whatever was read before is old then.
SLEPT = mark("the machine slept, or its clock was set, in the middle of this; run it again for the rest")


class Job(Protocol):
    """How a job went: `stopped` says that it was asked to end before it was through."""

    stopped: bool


Done = TypeVar("Done", bound=Job)


def awake_seconds() -> float:
    """Seconds of a clock that stands still while the machine sleeps."""
    if sys.platform == "win32":  # there the monotonic clock of Python goes on in sleep
        ticks = ctypes.c_ulonglong()
        ctypes.windll.kernel32.QueryUnbiasedInterruptTime(ctypes.byref(ticks))
        return ticks.value / 10_000_000
    return time.monotonic()


class ClockWatch:
    """Says whether the time of day has leapt by more than two minutes since it was last asked."""

    def __init__(self, wall: Callable[[], float] = time.time, awake: Callable[[], float] = awake_seconds) -> None:
        self._wall = wall
        self._awake = awake
        self._ahead = self._wall() - self._awake()
        self.has_leapt = False

    def look(self) -> bool:
        """Whether there was a leap, now or at an earlier look; slow drift and slow steps are none."""
        ahead = self._wall() - self._awake()
        self.has_leapt = self.has_leapt or abs(ahead - self._ahead) > LEAP_SECONDS
        self._ahead = ahead
        return self.has_leapt


def again_after_leap(
    work: Callable[[Callable[[], bool]], Done],
    stopped: Callable[[], bool],
    say: Callable[[str], None],
    watch: Callable[[], ClockWatch] = ClockWatch,
) -> Done:
    """Do `work`, which opens a browser, ends early when what it is given says so, and does only what is left to do.

    Where the time of day leaps meanwhile it ends at its next step, and is done again in a new browser: three times at
    most, then it stays as it is. Trouble with pages after a leap is the old browser's, and is not told.
    """
    for opened in range(1, OPENED_AT_MOST + 1):
        watching = watch()
        is_last = opened == OPENED_AT_MOST
        try:
            done = work(lambda watching=watching: watching.look() or stopped())  # type: ignore[misc]
        except TryLater:
            if not watching.look() or stopped() or is_last:
                raise
        else:
            if not (done.stopped and watching.has_leapt) or stopped() or is_last:
                return done
        say(_("the machine slept, or its clock was set, in the middle of this: the browser is opened anew"))
    raise AssertionError("the last time returns or raises")

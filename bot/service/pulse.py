"""The service's sign of life: given by its loop and by the steps of its jobs, never by a thread that only ticks."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

from bot.service.sd_notify import tell, watchdog_seconds

# So many signs in the time after which systemd takes a silent service for hung.
SIGNS = 10


class Pulse:
    """Says WATCHDOG=1 while both hands of the service move: the office always, the browser while it has a job.

    A hand that hangs leaves the watchdog without signs, and systemd starts the service anew.
    """

    def __init__(
        self,
        seconds: float | None = None,
        clock: Callable[[], float] = time.monotonic,
        say: Callable[[str], None] = tell,
    ) -> None:
        self._seconds = watchdog_seconds() if seconds is None else seconds
        self._clock = clock
        self._say = say
        self._told_at: float | None = None
        self._browser_moved_at: float | None = None
        self._mutex = threading.Lock()

    def office(self) -> None:
        """The office, which is the loop of the service, has come to another step."""
        if self._seconds is None:
            return
        with self._mutex:
            now, moved = self._clock(), self._browser_moved_at
            hangs = moved is not None and now - moved > self._seconds
            soon = self._told_at is not None and now - self._told_at < self._seconds / SIGNS
            if not hangs and not soon:
                self._told_at = now
                self._say("WATCHDOG=1")

    def browser(self) -> None:
        """The browser's job has come to another step; between jobs this says nothing."""
        with self._mutex:
            if self._browser_moved_at is not None:
                self._browser_moved_at = self._clock()

    @contextlib.contextmanager
    def browsing(self) -> Iterator[None]:
        """While the block runs, the browser has a job and has to move."""
        with self._mutex:
            self._browser_moved_at = self._clock()
        try:
            yield
        finally:
            with self._mutex:
                self._browser_moved_at = None

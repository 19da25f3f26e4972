"""Keeps requests inside the store's leaky bucket: 30 places, 2 leak away each second."""

import re
from collections.abc import Callable

SIZE = 30
LEAK_PER_SECOND = 2.0
# Places never filled: the header is rounded, the answer took time to travel, another app may ask at the same moment.
MARGIN = 3


class Pacing:
    """Tells how full the bucket is and waits for a free place; the store's own header outranks our count."""

    def __init__(self, sleep: Callable[[float], None], clock: Callable[[], float]) -> None:
        self._sleep = sleep
        self._clock = clock
        self._size = SIZE
        self._level = 0.0
        self._at = clock()

    def take(self) -> float:
        """Waits until one more request fits, counts it, and returns the time at which it goes out."""
        self._leak()
        over = self._level + 1 - (self._size - MARGIN)
        if over > 0:
            self._sleep(over / LEAK_PER_SECOND)
            self._leak()
        self._level += 1
        return self._at

    def heard(self, header: str | None, sent_at: float) -> None:
        """Corrects the level by `X-Sb-Shop-Api-Call-Limit: 22/30` of an answer to the request sent at `sent_at`."""
        self._leak()
        match = re.fullmatch(r"\s*(\d+)\s*/\s*([1-9]\d*)\s*", header or "")
        if match is None:
            return
        used, size = int(match[1]), int(match[2])
        self._size = max(size, MARGIN + 1)
        # The store counted at an unknown moment between sending and hearing: at least this much is still in the bucket.
        self._level = max(self._level, used - LEAK_PER_SECOND * (self._at - sent_at))

    def refused(self) -> None:
        """Notes a 429: the bucket is full, whatever we thought."""
        self._leak()
        self._level = max(self._level, float(self._size))

    def _leak(self) -> None:
        now = self._clock()
        self._level = max(0.0, self._level - LEAK_PER_SECOND * (now - self._at))
        self._at = now

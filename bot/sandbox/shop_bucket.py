"""The leaky bucket that the stand-in ShopBase counts requests with: 30 places, 2 leak away each second."""

import math
from collections.abc import Callable


class LeakyBucket:
    """Counts requests; `clock` answers seconds and may be a test's own."""

    def __init__(self, clock: Callable[[], float], size: int = 30, leak_per_second: float = 2.0) -> None:
        self.size = size
        self._leak = leak_per_second
        self._clock = clock
        self._level = 0.0
        self._at = clock()

    def take(self) -> bool:
        """Counts one request, or says that there is no place for it."""
        self._settle()
        if self._level + 1 > self.size:
            return False
        self._level += 1
        return True

    def fill(self, requests: int) -> None:
        """Counts requests of another app that uses the same bucket."""
        self._settle()
        self._level = min(float(self.size), self._level + requests)

    @property
    def header(self) -> str:
        """What `X-Sb-Shop-Api-Call-Limit` says: places used, and size."""
        self._settle()
        return f"{math.ceil(self._level)}/{self.size}"

    def _settle(self) -> None:
        now = self._clock()
        self._level = max(0.0, self._level - self._leak * (now - self._at))
        self._at = now

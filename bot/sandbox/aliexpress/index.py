"""The order list of one account: what each tab shows, newest first, and how late it learns of a change."""

import time
from bisect import bisect_left, insort
from collections import deque
from datetime import datetime

from bot.sandbox.aliexpress.orders import TAB_OF_STATE, AliOrder

PAGE_SIZE = 10
_Key = tuple[datetime, int]


class ListIndex:
    """Tabs as sorted keys, so that page k costs a slice; changes wait in line for as long as the list lags."""

    def __init__(self) -> None:
        self._orders: dict[_Key, AliOrder] = {}
        self._tabs: dict[str, list[_Key]] = {"all": []}
        self._waiting: deque[tuple[int, float, AliOrder]] = deque()
        self._answers = 0

    def note(self, order: AliOrder) -> None:
        """A new order, or one whose state has changed."""
        self._waiting.append((self._answers, time.monotonic(), order))

    def catch_up(self, lag: int, seconds: float = 0) -> None:
        """One more list answer is given: take in the changes that are `lag` answers and so many seconds old."""
        now = time.monotonic()
        while self._waiting and self._answers - self._waiting[0][0] >= lag and now - self._waiting[0][1] >= seconds:
            self._take_in(self._waiting.popleft()[2])
        self._answers += 1

    def page(self, tab: str, number: int) -> tuple[list[AliOrder], bool]:
        """The orders of page `number` (from 1) of a tab, newest first, and whether more follow."""
        keys = self._tabs.get(tab, [])
        end = len(keys) - (number - 1) * PAGE_SIZE
        start = max(end - PAGE_SIZE, 0)
        found = [self._orders[key] for key in reversed(keys[start : max(end, 0)])]
        return found, start > 0

    def count(self, tab: str) -> int:
        """How many orders stand in a tab."""
        return len(self._tabs.get(tab, ()))

    def _take_in(self, order: AliOrder) -> None:
        key = (order.created_at, int(order.number))
        if key not in self._orders:
            self._orders[key] = order
            insort(self._tabs["all"], key)
        self._move(key, TAB_OF_STATE.get(order.listed) if order.listed else None, TAB_OF_STATE.get(order.state))
        order.listed = order.state

    def _move(self, key: _Key, before: str | None, after: str | None) -> None:
        if before == after:
            return
        if before:
            keys = self._tabs[before]
            del keys[bisect_left(keys, key)]
        if after:
            insort(self._tabs.setdefault(after, []), key)

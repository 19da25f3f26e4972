"""The clients of the shops of one run, each opened when first asked for."""

import time
from collections.abc import Callable
from types import TracebackType

from bot import opening
from bot.shopbase import ShopBase
from bot.work import Workplace


class Stores:
    """A client of each shop of a home, which waits by `sleep` between its tries; use as a context manager, or close it.

    Not shared between threads.
    """

    def __init__(self, place: Workplace, sleep: Callable[[float], None] = time.sleep) -> None:
        self._place = place
        self._sleep = sleep
        self._clients: dict[str, ShopBase] = {}

    def __enter__(self) -> "Stores":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def of(self, shop: str) -> ShopBase:
        """The Admin API of one shop. Raises MissingSecret, ConfigError."""
        if shop not in self._clients:
            self._clients[shop] = opening.shop_client(self._place.home, self._place.config, shop, sleep=self._sleep)
        return self._clients[shop]

    def close(self) -> None:
        """Close all of them; a later `of` opens anew."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()

"""Two readers of one page: the answer of its data call first, the drawn page beside it or in its place."""

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from flows.errors import AnswerChanged, PageChanged, TryLater
from flows.values import Reader, Value

Read = TypeVar("Read", bound=Value)
Beside = TypeVar("Beside")
PATIENCE = 2.0  # how long a page may take to draw what it was answered
HASTE = 0.05  # how long it is still given once a page of its kind was not drawn in time


class TwoReaders(Generic[Read, Beside]):
    """Reads pages of one kind; `compare` raises PageChanged where answer and drawn page differ."""

    def __init__(self, compare: Callable[[Read, Beside], None]) -> None:
        self._compare = compare
        self._patience = PATIENCE

    def read(
        self,
        answer: Callable[[], Read],
        drawn: Callable[[], Read],
        beside: Callable[[], Beside],
        wait: Callable[[Read, float], bool],
    ) -> Read:
        """What the answer says, or where none came or its shape is unknown, what is drawn; `reader` tells which.

        An answer that contradicts itself is not replaced by the drawn page, which shows less. `wait` gives the page
        so many seconds to draw what was read; then what is drawn `beside` it is compared.
        """
        try:
            read = answer()
        except (AnswerChanged, TryLater) as unread:
            try:
                return drawn()
            except PageChanged:
                raise unread from None
        if not wait(read, self._patience):
            self._patience = HASTE
            return read
        try:
            shown = beside()
        except PageChanged:
            return read
        self._compare(read, shown)
        return read.model_copy(update={"reader": Reader.BOTH})


def check_same(page: str, answered: Mapping[str, object], drawn: Mapping[str, object]) -> None:
    """PageChanged that names the first fact in which answer and drawn page differ."""
    for name, fact in answered.items():
        if drawn[name] != fact:
            raise PageChanged(page, name, f"the answer says {fact}, the drawn page says {drawn[name]}")

"""The words of the bar: each sentence in every language, and a key of its own for each choice."""

import itertools
from collections.abc import Iterator

import pytest

from bot import language
from bot.pay_words import _LABELS, _TEXTS, PayWords, Text
from flows.values_paying import Choice

# What stands side by side on one bar.
TOGETHER = (
    (Choice.ACCEPT, Choice.SKIP, Choice.HOLD, Choice.STOP),
    (Choice.DONE, Choice.SKIP, Choice.HOLD, Choice.STOP),
    (Choice.YES, Choice.NO, Choice.NOT_SURE),
    (Choice.YES, Choice.SKIP, Choice.HOLD, Choice.STOP),
)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Each test leaves the process as it was."""
    yield
    language.use("en")


def test_nothing_is_without_words() -> None:
    """Proves that each sentence and each choice has its words."""
    assert (set(Text), set(Choice)) == (set(_TEXTS), set(_LABELS))


@pytest.mark.parametrize(("spoken", "choices"), itertools.product(language.LANGUAGES, TOGETHER))
def test_each_choice_has_a_key_of_its_own(spoken: str, choices: tuple[Choice, ...]) -> None:
    """Proves that Alt and a letter says one thing, its label has that letter, and the browser needs it not."""
    language.use(spoken)
    labels = PayWords().choices(*choices)
    keys = [key for _, _, key in labels]
    assert len(keys) == len(set(keys))
    assert [] == [label for _, label, key in labels if key not in label.lower() or "&" in label]
    assert not set(keys) & set("def")


def test_the_bar_speaks_the_language_of_the_process() -> None:
    """Proves that a sentence and a label are told in Vietnamese where that is spoken."""
    assert ("Preparing this order …", ((Choice.SKIP, "Skip", "s"),)) == bar()
    language.use("vi")
    assert ("Đang chuẩn bị đơn này …", ((Choice.SKIP, "Bỏ qua", "b"),)) == bar()


def bar() -> tuple[str, object]:
    """A sentence and a label."""
    return PayWords()(Text.PREPARING), PayWords().choices(Choice.SKIP)


def test_candidates_are_named_by_number() -> None:
    """Proves that the first nine candidates have a digit, and that what is said names the number."""
    made = PayWords().numbers({str(8190 + place): f"No. {place}" for place in range(10)})
    assert ("number:8190", "No. 0", "1") == made[0]
    assert "" == made[9][2]

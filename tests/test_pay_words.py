"""The words of the bar: each sentence in both languages, with the same places, and a key of its own for each choice."""

import itertools
import string

import pytest

from bot.pay_words import _LABELS, _TEXTS, PayWords, Text
from flows.values_paying import Choice

# What stands side by side on one bar.
TOGETHER = (
    (Choice.ACCEPT, Choice.SKIP, Choice.HOLD, Choice.STOP),
    (Choice.DONE, Choice.SKIP, Choice.HOLD, Choice.STOP),
    (Choice.YES, Choice.NO, Choice.NOT_SURE),
    (Choice.YES, Choice.SKIP, Choice.HOLD, Choice.STOP),
)


def places(sentence: str) -> set[str]:
    """The names of a sentence's places."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("text", Text)
def test_each_sentence_is_there_in_both_languages(text: Text) -> None:
    """Proves that a sentence is told with the same facts in both."""
    english, vietnamese = _TEXTS["en"][text], _TEXTS["vi"][text]
    assert places(english) == places(vietnamese)
    assert english.strip()


@pytest.mark.parametrize(("language", "choices"), itertools.product(_LABELS, TOGETHER))
def test_each_choice_has_a_key_of_its_own(language: str, choices: tuple[Choice, ...]) -> None:
    """Proves that Alt and a letter says one thing, and nothing that the browser keeps for itself."""
    keys = [key for _, _, key in PayWords(language).choices(*choices)]
    assert len(keys) == len(set(keys))
    assert not set(keys) & set("def")


def test_every_choice_has_a_label() -> None:
    """Proves that no choice is without a word, in either language."""
    assert [set(Choice)] * 2 == [set(labels) for labels in _LABELS.values()]


def test_candidates_are_named_by_number() -> None:
    """Proves that the first nine candidates have a digit, and that what is said names the number."""
    made = PayWords("en").numbers({str(8190 + place): f"No. {place}" for place in range(10)})
    assert ("number:8190", "No. 0", "1") == made[0]
    assert "" == made[9][2]

"""The merchant's language: every sentence that a person reads goes through `_`; without a translation it stays English.

Sentences are whole, with named places: `_("{count} orders wait").format(count=3)`. A table of sentences marks them with
`mark`, so that they are collected, and translates at the moment of telling.
"""

import gettext
from pathlib import Path

LANGUAGES = ("en", "vi")
DOMAIN = "dropferry"
FOLDER = Path(__file__).parent / "locale"

_catalogue: gettext.NullTranslations = gettext.NullTranslations()
_spoken = "en"


def use(language: str) -> None:
    """From here on this process speaks `language`: "en" or "vi"."""
    global _catalogue, _spoken  # noqa: PLW0603 - a process speaks one language, as a person does
    _spoken = language
    _catalogue = gettext.translation(DOMAIN, FOLDER, [language], fallback=True)


def spoken() -> str:
    """The language that this process speaks."""
    return _spoken


def _(sentence: str) -> str:
    """The sentence in the merchant's language."""
    return _catalogue.gettext(sentence)


def counted(one: str, many: str, count: int) -> str:
    """The form of a sentence that belongs to a number; both may have {count} in it."""
    return _catalogue.ngettext(one, many, count).format(count=count)


def mark(sentence: str) -> str:
    """A sentence that is translated later, where it is told."""
    return sentence

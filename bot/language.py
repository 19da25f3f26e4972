"""The merchant's language: every sentence that a person reads goes through `_`; without a translation it stays English.

Sentences are whole, with named places: `_("{count} orders wait").format(count=3)`. A table of sentences marks them with
`mark`, so that they are collected, and translates at the moment of telling. `make words` collects the sentences.
"""

import os
import sys

TYPE_CHECKING = False  # as `typing` has it, which takes longer to import than all of this
if TYPE_CHECKING:
    from collections.abc import Sequence
    from gettext import NullTranslations

LANGUAGES = ("en", "vi")
LANGUAGE_VARIABLE = "DROPFERRY_LANGUAGE"
DOMAIN = "dropferry"
FOLDER = os.path.join(os.path.dirname(__file__), "locale")  # noqa: PTH118, PTH120 - `--help` does without pathlib

_catalogue: "NullTranslations | None" = None
_spoken = "en"


def use(language: str) -> None:
    """From here on this process speaks `language`: "en" or "vi"."""
    global _catalogue, _spoken  # noqa: PLW0603 - a process speaks one language, as a person does
    _spoken = language
    _catalogue = None
    if language != "en":  # the sentences in the code are the English ones
        from gettext import translation

        _catalogue = translation(DOMAIN, FOLDER, [language], fallback=True)


def spoken() -> str:
    """The language that this process speaks."""
    return _spoken


def _(sentence: str) -> str:
    """The sentence in the merchant's language."""
    return sentence if _catalogue is None else _catalogue.gettext(sentence)


def counted(one: str, many: str, count: int, **places: object) -> str:
    """The form of a sentence that belongs to a number; both may have {count} in it, and the other places named."""
    form = (one if count == 1 else many) if _catalogue is None else _catalogue.ngettext(one, many, count)
    return form.format(count=count, **places)


def mark(sentence: str) -> str:
    """A sentence that is translated later, where it is told."""
    return sentence


def wanted(arguments: "Sequence[str]") -> str:
    """The language to speak: as DROPFERRY_LANGUAGE says, else the configuration, else, before there is one, the system.

    It is read before anything else is loaded, so that the help is in it, and the configuration's trouble too.
    """
    said = os.environ.get(LANGUAGE_VARIABLE) or _configured(arguments) or _of_the_system()
    return said if said in LANGUAGES else "en"


def _configured(arguments: "Sequence[str]") -> str | None:
    """What stands in config.toml above its tables, right or wrong; None where there is no such file."""
    try:
        with open(_config_file(arguments), encoding="utf-8-sig", errors="replace") as file:  # noqa: PTH123 - as above
            for line in file:
                key, _, value = line.strip().partition("=")
                if key.strip() == "language":
                    return value.partition("#")[0].strip("\"' \t") or "en"
                if key.startswith("["):
                    break
            return "en"
    except (OSError, ValueError):
        return None


def _config_file(arguments: "Sequence[str]") -> str:
    for at, argument in enumerate(arguments):
        if argument.startswith("--home="):
            home = argument.removeprefix("--home=")
            break
        if argument == "--home" and at + 1 < len(arguments):
            home = arguments[at + 1]
            break
    else:
        home = os.environ.get("DROPFERRY_HOME", "")
    if not home:
        from platformdirs import user_data_dir

        home = user_data_dir("dropferry", appauthor=False)
    return os.path.join(os.path.expanduser(home), "config.toml")  # noqa: PTH111, PTH118 - as above


def _of_the_system() -> str:
    if sys.platform == "win32":
        import locale

        name = locale.getlocale()[0] or ""  # "Vietnamese_Vietnam"
    else:
        name = next(filter(None, (os.environ.get(key) for key in ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "vi" if name.lower().startswith("vi") else "en"

"""Collects every sentence that a merchant reads, and brings the catalogues in step with them: `make words`.

Sentences stand in `_("…")`, `mark("…")` and `counted("…", "…", n)`, in the helps of the commands and their options,
and in the meanings of the configuration's keys.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from bot.language import DOMAIN, FOLDER, LANGUAGES

ROOT = Path(__file__).resolve().parents[1]
TRANSLATED = tuple(language for language in LANGUAGES if language != "en")
Sentence = str | tuple[str, str]
Sentences = Mapping[Sentence, set[str]]


class _Catalogue(Catalog):
    """A catalogue whose head does not change with the day and the tool."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Project-Id-Version", "dropferry"),
            ("Language", str(self.locale)),
            ("Plural-Forms", self.plural_forms),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]


def file_of(language: str, ending: str) -> Path:
    """The catalogue of a language, `.po` for people or `.mo` for the program."""
    return Path(FOLDER) / language / "LC_MESSAGES" / f"{DOMAIN}{ending}"


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Every module of `bot` with its path from the root."""
    for file in sorted((ROOT / "bot").rglob("*.py")):
        yield file.relative_to(ROOT).as_posix(), ast.parse(file.read_text(encoding="utf-8"))


def sentences() -> Sentences:
    """Each sentence in English, or a singular with its plural, and the files that say it."""
    found: defaultdict[Sentence, set[str]] = defaultdict(set)
    for path, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and (said := _said(node)) is not None:
                found[said].add(path)
    for sentence, path in _helps():
        found[sentence].add(path)
    return found


def _said(call: ast.Call) -> Sentence | None:
    if not isinstance(call.func, ast.Name):
        return None
    texts = [each.value for each in call.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    if call.func.id in ("_", "mark") and texts:
        return texts[0]
    return (texts[0], texts[1]) if call.func.id == "counted" and len(texts) >= 2 else None


def _helps() -> Iterator[tuple[str, str]]:
    """Every paragraph of the helps, English as they stand in the code."""
    from bot.cli.app import command
    from bot.cli.commands import COMMANDS

    for name, (place, _summary) in COMMANDS.items():
        path = place.partition(":")[0].replace(".", "/") + ".py"
        for help_text in _helps_of(command(name)):
            for paragraph in help_text.split("\n\n"):
                yield paragraph, path


def _helps_of(command: Any) -> Iterator[str]:
    yield from filter(None, (command.help, *(each.help for each in command.params)))
    for below in getattr(command, "commands", {}).values():
        yield from _helps_of(below)


def read(language: str) -> Catalog:
    """The catalogue for people of a language; an empty one where there is none yet."""
    file = file_of(language, ".po")
    if not file.exists():
        return Catalog(language)
    with file.open("rb") as opened:
        return read_po(opened, locale=language)


def updated(language: str, known: Sentences) -> Catalog:
    """The catalogue with exactly the known sentences, and the translations that it had."""
    before, after = read(language), _Catalogue(language, fuzzy=False)
    after.header_comment = "# What dropferry says. Made by `make words`; write translations here, nothing else."
    for sentence in sorted(known, key=lambda each: (min(known[each]), str(each))):
        old: Message | None = before.get(sentence[0] if isinstance(sentence, tuple) else sentence)
        string = old.string if old is not None and old.id == sentence else None
        flags = {"python-brace-format"} if "{" in str(sentence) else set()
        after.add(sentence, string, locations=[(path, 0) for path in sorted(known[sentence])], flags=flags)
    return after


def main() -> None:
    """Collect, update and compile; says how much is left to translate."""
    known = sentences()
    for language in TRANSLATED:
        catalogue = updated(language, known)
        file_of(language, ".po").parent.mkdir(parents=True, exist_ok=True)
        with file_of(language, ".po").open("wb") as opened:
            write_po(opened, catalogue, width=120, include_lineno=False)
        with file_of(language, ".mo").open("wb") as opened:
            write_mo(opened, catalogue)
        left = [each.id for each in catalogue if each.id and not _is_translated(each)]
        print(f"{language}: {len(known)} sentences, {len(left)} not translated")


def _is_translated(message: Message) -> bool:
    return all(message.string) if isinstance(message.string, (tuple, list)) else bool(message.string)


if __name__ == "__main__":
    main()

"""Recorded cases: folders with page.html, calls.json, expected.toml and about.toml, written and read."""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomlkit

from bot.errors import ConfigError
from bot.home import write_private
from bot.language import _, mark
from bot.recordings.capture import RecordedCall
from bot.recordings.kinds import KINDS, Kind, Reading
from flows.errors import CannotBuy, FlowError, PageChanged, PersonNeeded
from flows.values import Value

SOURCES = ("real", "sandbox")
NAME = re.compile(r"^[a-z0-9][a-z0-9-]{0,60}$")
FILES = ("page.html", "calls.json", "expected.toml", "about.toml")
CALL = ("api", "way", "status", "asked", "body")
NOTHING: dict[str, Any] = {}


@dataclass(frozen=True)
class About:
    """What a case is of: the address `asked` for and the one where it ended, when it was taken, where from."""

    kind: str
    asked: str
    url: str
    date: str
    language: str
    design: str
    source: str
    redacted: bool = True
    note: str = ""


@dataclass(frozen=True)
class Case:
    """One recorded case, in memory; `expected` is None where nobody has said yet what is to be read."""

    name: str
    about: About
    html: str
    calls: tuple[RecordedCall, ...]
    expected: Mapping[str, Any] | None

    @property
    def kind(self) -> Kind:
        """Its kind of page."""
        return KINDS[self.about.kind]


def find(folders: Iterable[Path]) -> list[Path]:
    """The folders of all cases in these folders and below, by name. ConfigError names a folder without any."""
    found: list[Path] = []
    for folder in folders:
        here = sorted(file.parent for file in folder.rglob("about.toml")) if folder.is_dir() else []
        if not here:
            raise ConfigError(
                _("{folder}: there is no recorded case").format(folder=folder),
                _("name the folder of a case, or one with cases in it"),
            )
        found += here
    return list(dict.fromkeys(found))


def read(folder: Path) -> Case:
    """One case. ConfigError names the file that is not what it should be."""
    about = _about(folder / "about.toml")
    expected = folder / "expected.toml"
    return Case(
        name=f"{folder.parent.name}/{folder.name}",
        about=about,
        html=_text(folder / "page.html"),
        calls=tuple(_calls(folder / "calls.json")),
        expected=_toml(expected) if expected.is_file() else None,
    )


def write(folder: Path, case: Case) -> None:
    """Write the files of a case, for the user alone: whether it may be shared is for them to say."""
    write_private(folder / "page.html", case.html)
    calls = [
        {"api": one.api, "way": one.way, "status": one.status, "asked": one.asked, "body": one.body}
        for one in case.calls
    ]
    rows = ",\n".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in calls)
    write_private(folder / "calls.json", f"[\n{rows}\n]\n" if rows else "[]\n")
    about = {name: value for name, value in vars(case.about).items() if name != "note" or value}
    write_private(folder / "about.toml", tomlkit.dumps(about))
    if case.expected is not None:
        write_private(folder / "expected.toml", _(EXPECTED) + tomlkit.dumps(case.expected))


EXPECTED = mark("""\
# What is to be read from this case: by the reader of the answers, by the reader of the drawn page, and by the robot,
# which takes both together. Look whether it is what the page shows; a draft only says what the readers made of it.
""")


def told(reading: Reading) -> dict[str, Any]:
    """What the readers said, as it stands in expected.toml."""
    found = {
        name: _outcome(outcome)
        for name, outcome in (("calls", reading.calls), ("page", reading.page), ("both", reading.both))
        if outcome is not None
    }
    for name in ("calls", "page"):
        if name in found and "error" not in found["both"] and _same_but_reader(found[name], found["both"]):
            found["both"] = {"as": name, "reader": found["both"].get("reader", name)}
            break
    return found


def _same_but_reader(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return {**one, "reader": ""} == {**other, "reader": ""}


def differences(expected: object, actual: object, where: str = "") -> list[str]:
    """What was read otherwise than expected, each as "place: expected …, read …"."""
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        names = [*expected, *(name for name in actual if name not in expected)]
        inner = (
            differences(expected.get(name, NOTHING), actual.get(name, NOTHING), f"{where}.{name}".lstrip("."))
            for name in names
        )
        return [line for lines in inner for line in lines]
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        inner = (
            differences(*pair, f"{where}[{place}]") for place, pair in enumerate(zip(expected, actual, strict=True))
        )
        return [line for lines in inner for line in lines]
    return [] if expected == actual else [_otherwise(where, expected, actual)]


def _otherwise(where: str, expected: object, actual: object) -> str:
    told = _("{where}: expected {expected}, read {actual}")
    return told.format(where=where, expected=_short(expected), actual=_short(actual))


def _short(value: object) -> str:
    return "nothing" if value == NOTHING else f"{value!r:.200}"


def _outcome(outcome: Value | FlowError) -> dict[str, Any]:
    if isinstance(outcome, Value):
        return {name: value for name, value in _plain(outcome.model_dump(mode="json")).items() if value != NOTHING}
    told: dict[str, Any] = {"error": type(outcome).__name__}
    if isinstance(outcome, PersonNeeded):
        return told | {"kind": outcome.kind.value}
    if isinstance(outcome, CannotBuy):
        return told | {"reason": outcome.reason.value}
    if isinstance(outcome, PageChanged):
        return told | {"page": outcome.page, "element": outcome.element, "found": outcome.found}
    return told | {"says": str(outcome)}


def _plain(value: Any) -> Any:
    """A value as TOML can write it: what is None is left out of tables, and an empty table in lists."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items() if each is not None}
    if isinstance(value, list):
        return sorted(map(_plain, value)) if value and _is_set(value) else [_plain(each) for each in value]
    return NOTHING if value is None else value


def _is_set(value: list[Any]) -> bool:
    """Choices like "14:193" come from a set and have no order."""
    return all(isinstance(each, str) and re.fullmatch(r"\d+:\d+", each) for each in value)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(_("{file}: not UTF-8 text").format(file=file), _("record the case again")) from error
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror or error}", _("record the case again")) from error


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(file))
    except ValueError as error:
        raise ConfigError(f"{file}: {error}", _("mend it, or record the case again")) from error


def _about(file: Path) -> About:
    table = _toml(file)
    try:
        about = About(**table)
    except TypeError as error:
        raise ConfigError(f"{file}: {str(error).split(') ')[-1]}", _("mend it, or record the case again")) from error
    if about.kind not in KINDS:
        raise ConfigError(
            _("{file}: no page {kind!r}").format(file=file, kind=about.kind),
            _("known are {names}").format(names=", ".join(KINDS)),
        )
    if about.source not in SOURCES:
        raise ConfigError(
            _("{file}: no source {source!r}").format(file=file, source=about.source),
            _("known are {names}").format(names=", ".join(SOURCES)),
        )
    return about


def _calls(file: Path) -> list[RecordedCall]:
    try:
        rows = json.loads(_text(file))
        return [RecordedCall(**{name: one[name] for name in CALL}) for one in rows]
    except (ValueError, TypeError, KeyError) as error:
        raise ConfigError(
            _('{file}: must be a list of {{"api", "way", "status", "asked", "body"}}: {error!r:.80}').format(
                file=file, error=error
            ),
            _("record the case again"),
        ) from error

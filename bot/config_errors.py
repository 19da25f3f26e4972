"""Turns what is wrong in a TOML file into one line that names the file, the line, the key and the fix."""

import difflib
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.errors import ConfigError
from bot.language import _, mark

Keys = tuple[str | int, ...]

_NAME_FIX = mark("a name has 1 to 32 of the letters a-z, digits and hyphens")
_FIXES = {
    "bool_type": (mark("neither true nor false"), mark("write true or false, without quotes")),
    "int_type": (mark("not a whole number"), mark("write a whole number, without quotes")),
    "string_type": (mark("not a text"), mark('write it in quotes: "…"')),
    "dict_type": (mark("not a table"), mark("write it as a [table] of its own")),
    "model_type": (mark("not a table"), mark("write it as a [table] of its own")),
    "tuple_type": (mark("not a list"), mark('write a list: ["…", "…"]')),
}


# What pydantic says of the kinds that a merchant can meet here.
_LIMITS = {
    "greater_than_equal": mark("input should be greater than or equal to {ge}"),
    "less_than_equal": mark("input should be less than or equal to {le}"),
    "literal_error": mark("input should be {expected}"),
    "string_too_short": mark("string should have at least {min_length} character"),
    "too_short": mark("it should have at least {min_length} item, not {actual_length}"),
}


class BadKey(ValueError):
    """Something is wrong with a key; `key` is its dotted path where the value alone does not tell it."""

    def __init__(self, what: str, fix: str, key: str = "") -> None:
        super().__init__(what)
        self.fix = fix
        self.key = key


def nearest(word: str, known: Iterable[str]) -> str:
    """`did you mean "…"?`, or nothing where no known word is near."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return _('did you mean "{word}"?').format(word=near[0]) if near else ""


def read_toml(file: Path) -> tuple[str, dict[str, Any]]:
    """The text and the tables of a file; raises ConfigError where it is missing, not UTF-8 or no TOML."""
    try:
        text = file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError:
        raise ConfigError(_("{file}: there is no such file yet").format(file=file), _("run: dropferry init")) from None
    except UnicodeDecodeError:
        raise ConfigError(
            _("{file}: this is not UTF-8 text").format(file=file), _("save it again with the encoding UTF-8")
        ) from None
    except OSError as error:
        raise ConfigError(
            _("{file}: cannot be read: {problem}").format(file=file, problem=error.strerror),
            _("see to the file's rights"),
        ) from error
    return text, read_toml_text(text, file)


def read_toml_text(text: str, file: Path) -> dict[str, Any]:
    """The tables of a text that stands, or is going to stand, in `file`; raises ConfigError where it is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        fix = _("see the examples in config.example.toml")
        if "\\" in str(error) or "escape" in str(error).lower() or "hex" in str(error).lower():
            fix = _("write a Windows path between 'single quotes', or with / in place of \\")
        raise ConfigError(_("{file}: this is not TOML: {problem}").format(file=file, problem=error), fix) from None


def config_error(error: ValidationError, model: type[BaseModel], file: Path, text: str) -> ConfigError:
    """The first thing that is wrong, and how many more there are."""
    details = error.errors(include_url=False, include_input=False)
    # A misspelt key is also a missing one; the spelling is what has to be mended.
    details.sort(key=lambda detail: detail["type"] != "extra_forbidden")
    keys, what, fix = _told(details[0], model)
    line = line_of(text, keys)
    where = _("{file}, line {line}").format(file=file, line=line) if line else str(file)
    told = f"{where}: {dotted(keys)}{what}"
    if len(details) > 1:
        told = _("{problem} (and {count} more)").format(problem=told, count=len(details) - 1)
    return ConfigError(told, fix)


def dotted(keys: Keys) -> str:
    """`shops.main.url: `, or nothing for the file as a whole."""
    return ".".join(str(key) for key in keys) + ": " if keys else ""


def _told(detail: ErrorDetails, model: type[BaseModel]) -> tuple[Keys, str, str]:
    keys, kind = detail["loc"], detail["type"]
    cause = detail.get("ctx", {}).get("error")
    if isinstance(cause, BadKey):
        return (tuple(cause.key.split(".")) if cause.key else keys), str(cause), cause.fix
    if kind == "extra_forbidden":
        known = _keys_of(model, keys[:-1])
        return keys, _("there is no such key"), nearest(str(keys[-1]), known) or _known(known)
    if kind == "missing":
        fix = _("see config.example.toml, or run dropferry init in a new home folder")
        return keys, _("this key is missing"), fix
    if keys and keys[-1] == "[key]":
        return keys[:-1], _("this name is not allowed"), _(_NAME_FIX)
    if kind in _FIXES:
        what, fix = _FIXES[kind]
        return keys, _(what), _(fix)
    return keys, *_by_pattern(detail)


def _by_pattern(detail: ErrorDetails) -> tuple[str, str]:
    pattern = str(detail.get("ctx", {}).get("pattern", ""))
    if "a-z0-9-" in pattern:
        return _("this name is not allowed"), _(_NAME_FIX)
    if r":[0-5]\d" in pattern:
        return _("this is no time of day"), _('write hours and minutes in UTC, such as "00:00"')
    if detail["type"] in _LIMITS:
        return _(_LIMITS[detail["type"]]).format(**detail.get("ctx", {})), _("see config.example.toml")
    message = detail["msg"]
    return message[:1].lower() + message[1:], _("see config.example.toml")


def _known(names: list[str]) -> str:
    if not names:
        return _("take it out; there is nothing to set here")
    return _("take it out; the keys here are {keys}").format(keys=", ".join(names))


def _keys_of(model: type[BaseModel], keys: Keys) -> list[str]:
    for key in keys:
        field = model.model_fields.get(str(key))
        if field is None:
            continue  # the name of one shop or account: its table is the same for all
        found = [part for part in (field.annotation, *get_args(field.annotation)) if _is_model(part)]
        model = found[0] if found else model
    return list(model.model_fields)


def _is_model(part: Any) -> bool:
    return isinstance(part, type) and issubclass(part, BaseModel)


def line_of(text: str, keys: Keys) -> int:
    """The line where the key, or else the nearest table above it, is written; 0 where none is."""
    wanted = [str(key) for key in keys]
    best, at = 0, 0
    table: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        header = re.match(r"\s*\[\[?(.+?)\]\]?\s*(?:#.*)?$", line)
        if header:
            table = _split(header[1])
            path = table
        elif "=" in line and not line.lstrip().startswith("#"):
            path = table + _key_before_equals(line)
        else:
            continue
        if path and path == wanted[: len(path)] and len(path) > best:
            best, at = len(path), number
    return at


def _key_before_equals(line: str) -> list[str]:
    """The key of a line; an equals sign may stand in its quotes, so each is tried."""
    ends = (found.start() for found in re.finditer("=", line))
    return next((key for end in ends if (key := _split(line[:end]))), [])


def _split(key: str) -> list[str]:
    try:
        tree: Any = tomllib.loads(f"{key} = 0")
    except tomllib.TOMLDecodeError:
        return []
    path = []
    while isinstance(tree, dict):
        name, tree = next(iter(tree.items()))
        path.append(name)
    return path

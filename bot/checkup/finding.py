"""What a check found: how bad it is, in a sentence, and what to do about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.cli.output import CONFIGURATION, FAILED, PAGE_CHANGED, PERSON_NEEDED, exit_code, told
from bot.language import mark

# Which code counts where several things are wrong: what has to be mended before the next can be looked at.
_FIRST = (CONFIGURATION, PAGE_CHANGED, PERSON_NEEDED, FAILED)


class Level(StrEnum):
    """How a check went: all is well, a look is worth it, or a run would fail."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


LABELS = {Level.OK: mark("ok"), Level.WARN: mark("look"), Level.BAD: mark("BAD")}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor. `name` is the same in every language; `code` is the exit code where it is bad."""

    name: str
    level: Level
    text: str
    fix: str = ""
    code: int = 0


def well(name: str, text: str) -> Finding:
    """All is well."""
    return Finding(name, Level.OK, text)


def look(name: str, text: str, fix: str) -> Finding:
    """A run works, but a look is worth it."""
    return Finding(name, Level.WARN, text, fix)


def bad(name: str, text: str, fix: str, code: int = CONFIGURATION) -> Finding:
    """A run would fail."""
    return Finding(name, Level.BAD, text, fix, code)


def trouble(name: str, error: Exception, fix: str = "") -> Finding:
    """The same from an error, with its own fix unless another is given."""
    what, own = told(error)
    return Finding(name, Level.BAD, what, fix or own, exit_code(error))


def code_of(findings: Iterable[Finding]) -> int:
    """The exit code of all of them together: that of the worst, 0 where nothing is bad."""
    codes = {finding.code or FAILED for finding in findings if finding.level is Level.BAD}
    return next((code for code in _FIRST if code in codes), max(codes, default=0))


def worst(findings: Sequence[Finding]) -> Level:
    """The worst level among them."""
    return max((finding.level for finding in findings), key=list(Level).index, default=Level.OK)

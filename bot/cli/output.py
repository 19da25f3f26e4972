"""How commands print: text of strangers made harmless, tables, JSON, progress, and trouble in a line with its code."""

import contextlib
import json
import re
import sys
import traceback
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.errors import DropferryError
from bot.home import Home
from bot.language import _
from bot.redaction import known

FAILED, USAGE, CONFIGURATION, PERSON_NEEDED, PAGE_CHANGED = 1, 2, 3, 4, 5

# Errors of modules that know nothing of commands (a DropferryError knows its own code). They are told by name, so that
# nothing is imported for an error that did not happen; the nearest base class counts.
EXIT_CODES = {
    "bot.db.DatabaseError": CONFIGURATION,
    "bot.shopbase.errors.ShopCredentials": CONFIGURATION,
    "bot.shopbase.errors.ShopBaseError": FAILED,
    "flows.read_file.SavedFileError": USAGE,
    "flows.selector_files.SelectorFileError": CONFIGURATION,
    "flows.errors.PersonNeeded": PERSON_NEEDED,
    "flows.errors.PageChanged": PAGE_CHANGED,
    "flows.errors.FlowError": FAILED,
}
# Zero-width joiners stay: Persian words and family emoji are spelt with them.
_JOINERS = "\u200c\u200d"
_SPACES = ("Zl", "Zp")
_RISKY = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def safe(text: object) -> str:
    """The text without control and bidi characters: what a store or a page says can only be read, never obeyed."""
    return "".join(map(_harmless, str(text)))


def _harmless(letter: str) -> str:
    kind = unicodedata.category(letter)
    if letter in "\t\n\r\v\f" or kind in _SPACES:
        return " "
    if kind == "Cs":
        return "\ufffd"
    return "" if kind == "Cc" or (kind == "Cf" and letter not in _JOINERS) else letter


def say(text: object = "") -> None:
    """Print one line of text to the reader."""
    print(safe(text))


def note(text: object) -> None:
    """Print one line beside the output proper, on stderr."""
    print(safe(text), file=sys.stderr)


def note_text(text: str) -> None:
    """Print lines beside the output proper, on stderr."""
    for line in text.rstrip("\n").split("\n"):
        note(line)


def print_json(value: Any) -> None:
    """Print a value as one JSON text that every console can carry and every parser reads."""
    text = _RISKY.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False, default=str))
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        text = json.dumps(value, default=str)
    print(text)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]], right: Sequence[str] = ()) -> None:
    """Print rows under their headings, fitted to the terminal, or unfolded where there is none.

    `right` names the columns that are aligned to the right. No markup is read in any cell.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(markup=False, highlight=False, emoji=False, width=None if sys.stdout.isatty() else 1000)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(Text(safe(column)), justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(safe(cell)) for cell in row))
    console.print(table)


@contextlib.contextmanager
def progress(label: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A bar on stderr while the block runs, where stderr is a terminal; the block calls `done(how_many_so_far)`."""
    if not sys.stderr.isatty():
        yield lambda _so_far: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(escape(safe(label)), total=total)
        yield lambda so_far: bar.update(task, completed=so_far)


def exit_code(error: BaseException) -> int:
    """The exit code of an error; 1 for one that nobody foresaw."""
    return _foreseen(error) or FAILED


def _foreseen(error: BaseException) -> int | None:
    if isinstance(error, DropferryError):
        return error.exit_code
    names = (f"{each.__module__}.{each.__qualname__}" for each in type(error).__mro__)
    return next((EXIT_CODES[name] for name in names if name in EXIT_CODES), None)


def fail(error: Exception) -> int:
    """Tell the trouble in one line on stderr, with its fix, and return its exit code."""
    if hasattr(error, "show") and hasattr(error, "exit_code"):  # Typer's own: wrong usage
        from bot.cli.usage import tell_wrong_usage

        tell_wrong_usage(error)
        return int(error.exit_code)
    code = _foreseen(error)
    if code is not None:
        note("dropferry: " + "; ".join(part for part in told(error) if part))
        return code
    if type(error).__name__ == "Abort":
        note(_("dropferry: stopped, nothing was done"))
        return FAILED
    said = known.text(str(error))[:300]
    unforeseen = _("dropferry: this was not foreseen: {error}; {kept}")
    note(unforeseen.format(error=f"{type(error).__name__}: {said}", kept=_keep(error)))
    return FAILED


def told(error: Exception) -> tuple[str, str]:
    """What happened and what to do about it, each in a few words."""
    if isinstance(error, DropferryError):
        return error.what, error.fix
    from bot.wording_found import in_words
    from bot.wording_pages import changed

    evidence = getattr(error, "evidence", None)
    kept = _("what was seen is kept in {folder}").format(folder=evidence) if evidence else ""
    if _foreseen(error) == PERSON_NEEDED:
        what, fix = _for_a_person(error)
        return what, "; ".join(filter(None, [fix, kept]))
    if _foreseen(error) == PAGE_CHANGED:
        return _("a page of AliExpress is not as it was: {error}").format(error=changed(str(error))), kept
    return in_words(str(error)), kept


def _for_a_person(error: Any) -> tuple[str, str]:
    """Whom AliExpress needs, what for, and the one thing to do; without an account where nobody knows which it was."""
    from bot.persons import what_is_the_matter, what_to_do
    from bot.wording_found import in_words

    detail = f" ({in_words(error.detail)})" if error.detail else ""
    matter = what_is_the_matter(error.kind) + detail
    if error.account is None:
        return _("AliExpress needs you: {matter}").format(matter=matter), what_to_do(error.kind, "ACCOUNT")
    told = _('account "{account}" needs you: {matter}')
    return told.format(account=error.account, matter=matter), what_to_do(error.kind, error.account)


def _keep(error: Exception) -> str:
    """Write the whole story to the log of the home folder, without secrets and anybody's data; returns where it is."""
    from bot.log_files import append

    whole = known.text("".join(traceback.format_exception(error)))
    told = f"{datetime.now(UTC).isoformat(timespec='seconds')} dropferry {version()}\n{whole}\n"
    try:
        home = Home.find()
        append(home.logs / "errors.log", told.encode("utf-8", "backslashreplace"))
    except (OSError, DropferryError):
        return _("its log cannot be written: {error}").format(error=whole)
    return _("the details are in {file}").format(file=home.logs / "errors.log")


def version() -> str:
    """The version that is installed."""
    from importlib.metadata import version as installed

    return installed("dropferry")

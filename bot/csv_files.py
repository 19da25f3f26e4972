"""CSV files that go through Excel and come back whole: no cell is a formula, no id is a number.

A cell that begins with `= + - @`, a tab, CR or an apostrophe gets an apostrophe before it, and so does every cell of a
column of ids; reading takes exactly that one off. Files are UTF-8 with BOM, their lines end in CRLF.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.errors import DropferryError
from bot.home import write_private
from bot.language import _

MARK = "'"
RISKY = ("=", "+", "-", "@", "\t", "\r")
_DELIMITERS = ",;\t"
_SHORTENED = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]+")
_ZEROED = re.compile(r"[0-9]{15}0+")
_TOLD_AT_MOST = 10


class CsvError(DropferryError):
    """A CSV file cannot be used; `what` names the rows and columns, and nothing was taken from the file."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Column:
    """One column by its heading. `is_id` marks its cells as text, `required` says that a file must have it."""

    name: str
    is_id: bool = False
    required: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as a spreadsheet counts (the headings are row 1), and its cells by heading."""

    number: int
    cells: dict[str, str]


def csv_text(columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> str:
    """The text of a file with its BOM; each row has a cell for each column."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow([column.name for column in columns])
    for row in rows:
        writer.writerow([_guarded(cell, column) for cell, column in zip(row, columns, strict=True)])
    return "\ufeff" + written.getvalue()


def write_csv(path: Path, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> None:
    """Write a file for the user alone, whole or not at all. Raises ConfigError."""
    write_private(path, csv_text(columns, rows))


def read_csv(path: Path, columns: Sequence[Column]) -> list[Row]:
    """Read a file with these headings in any order, parted by comma, semicolon or tab. Raises CsvError."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CsvError(
            _("{path}: cannot be read: {trouble}").format(path=path, trouble=error.strerror),
            _("see that the file is there"),
        ) from error
    return parse_csv(data, columns, path.name)


def parse_csv(data: bytes, columns: Sequence[Column], name: str) -> list[Row]:
    """The rows of a file called `name`. Raises CsvError with every cell that is wrong."""
    text = _decoded(data, name)
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True))
    except csv.Error as error:
        raise CsvError(
            _("{name}: this is no CSV: {error}").format(name=name, error=error), _("save it again as CSV UTF-8")
        ) from error
    headings = _headings(table, columns, name)
    by_name = {column.name: column for column in columns}
    problems: list[str] = []
    rows: list[Row] = []
    for number, cells in enumerate(table[1:], start=2):
        if not cells:
            continue
        if len(cells) > len(headings):
            problems.append(
                _("row {number} has {cells} cells for {columns} columns").format(
                    number=number, cells=len(cells), columns=len(headings)
                )
            )
            continue
        padded = [*cells, *[""] * (len(headings) - len(cells))]
        read = {}
        for heading, cell in zip(headings, padded, strict=True):
            problem = _spoilt(cell) if by_name[heading].is_id else None
            if problem:
                problems.append(
                    _("row {number}, column {heading}: {problem}").format(
                        number=number, heading=heading, problem=problem
                    )
                )
            read[heading] = _unguarded(cell, by_name[heading])
        rows.append(Row(number, read))
    refuse(name, problems, _("put ' before each id, or set the column to text, then type the ids again"))
    return rows


def refuse(name: str, problems: Sequence[str], fix: str) -> None:
    """Raise CsvError where there are problems, told together."""
    if problems:
        told = "; ".join(problems[:_TOLD_AT_MOST])
        if len(problems) > _TOLD_AT_MOST:
            told = _("{problems}; and {count} more").format(problems=told, count=len(problems) - _TOLD_AT_MOST)
        raise CsvError(f"{name}: {told}", _("{fix}; nothing was taken from the file").format(fix=fix))


def _guarded(cell: str, column: Column) -> str:
    return MARK + cell if cell and (column.is_id or cell.startswith((*RISKY, MARK))) else cell


def _unguarded(cell: str, column: Column) -> str:
    marked = cell.startswith(MARK) and (column.is_id or cell[1:].startswith((*RISKY, MARK)))
    return cell[1:] if marked else cell


def _spoilt(cell: str) -> str | None:
    """What a spreadsheet made of an id that it took for a number."""
    if _SHORTENED.fullmatch(cell.strip()):
        return _("a spreadsheet has shortened this id to {cell}").format(cell=cell.strip())
    if _ZEROED.fullmatch(cell.strip()):
        return _("a spreadsheet may have zeroed the end of this id ({cell})").format(cell=cell.strip())
    return None


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CsvError(_("{name}: this file is not in UTF-8").format(name=name), _('save it as "CSV UTF-8"')) from error


def _delimiter(text: str) -> str:
    """The one that parts the headings, which hold none of them."""
    first = text.partition("\n")[0]
    return max(_DELIMITERS, key=first.count)


def _headings(table: list[list[str]], columns: Sequence[Column], name: str) -> list[str]:
    headings = [heading.strip() for heading in table[0]] if table else []
    known = [column.name for column in columns]
    problems = [
        _('there is no column "{heading}"').format(heading=heading) for heading in headings if heading not in known
    ]
    problems += [
        _('the column "{column}" is missing').format(column=column.name)
        for column in columns
        if column.required and column.name not in headings
    ]
    problems += [
        _('the column "{heading}" is there twice').format(heading=heading)
        for heading in known
        if headings.count(heading) > 1
    ]
    refuse(name, problems, _("the columns are {known}").format(known=", ".join(known)))
    return headings

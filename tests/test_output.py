"""What commands print: harmless text, tables, JSON that survives every console, and trouble as a line with a code."""

import io
import json
import sys
import unicodedata
from pathlib import Path

import pytest
import typer

from bot import console, language
from bot.cli import output
from bot.db import DatabaseError
from bot.errors import AlreadyRunning, ConfigError, DoneInPart
from bot.home import HOME_VARIABLE
from bot.secrets import MissingSecret
from bot.shopbase import ShopCredentials, ShopUnavailable
from flows.errors import AnswerChanged, NeedKind, PageChanged, PersonNeeded, TryLater
from flows.read_file import SavedFileError

ODD = "Áo [/M] đỏ \x1b[31m\x9b31m\u202eevil\u2066\u200f\n\t\x00 👨‍👩‍👧 می‌خواهم \ud800"


class Console(io.TextIOWrapper):
    """A console of another encoding, as `python` opens one, which is a terminal or not."""

    def __init__(self, encoding: str, terminal: bool = False) -> None:
        super().__init__(io.BytesIO(), encoding=encoding, errors="strict", write_through=True, newline="\n")
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    @property
    def text(self) -> str:
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue().decode(self.encoding)


def use_console(monkeypatch: pytest.MonkeyPatch, encoding: str = "cp1258", *, terminal: bool = False) -> Console:
    """A console, by default the Vietnamese one of Windows, as standard output and standard error."""
    made = Console(encoding, terminal)
    monkeypatch.setattr(sys, "stdout", made)
    monkeypatch.setattr(sys, "stderr", made)
    console.survive()
    return made


def test_text_of_strangers_is_made_harmless() -> None:
    """Control and bidi characters go out, line breaks become blanks, and letters of all scripts stay."""
    assert "Áo [/M] đỏ [31m31mevil   👨‍👩‍👧 می‌خواهم \ufffd" == output.safe(ODD)


def test_any_console_survives(monkeypatch: pytest.MonkeyPatch) -> None:
    """A letter that the console does not have is written with its tone apart, or as signs like it, or as its code."""
    made = use_console(monkeypatch)
    output.say("Nguyễn → 👍")
    assert "Nguyễn -> \\U0001f44d\n" == unicodedata.normalize("NFC", made.text)


def test_no_vietnamese_letter_is_lost_on_its_code_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every letter of Vietnamese comes back whole from the Vietnamese code page, with one mark or two."""
    bases = "aăâeêioôơuưy"
    tones = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
    small = "".join(unicodedata.normalize("NFC", base + tone) for base in bases for tone in tones) + "đ"
    made = use_console(monkeypatch)
    output.say(small + small.upper())
    assert small + small.upper() + "\n" == unicodedata.normalize("NFC", made.text)


def test_vietnamese_is_read_without_its_marks_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a console has no Vietnamese letters, Vietnamese is written without them, and other text with codes."""
    language.use("vi")
    try:
        made = use_console(monkeypatch, "cp437")
        output.say("Nguyễn Văn Đức, đặt 中")
    finally:
        language.use("en")
    output.say("Đức")
    assert "Nguyen Van Duc, dat \\u4e2d\n\\u0110\\u1ee9c\n" == made.text


@pytest.mark.parametrize("encoding", ["utf-8", "cp1258", "ascii"])
def test_json_comes_back_whole(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """JSON gives every letter back to its reader, whatever the console can carry, and steers no terminal."""
    made = use_console(monkeypatch, encoding)
    output.print_json({"title": ODD, "total": 1.5})
    assert {"title": ODD, "total": 1.5} == json.loads(made.text)
    assert [] == [letter for letter in made.text.rstrip("\n") if letter in "\x1b\x9b\u202e\u2066\u200f\n\x00"]


def test_json_stays_readable(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a UTF-8 console Vietnamese stays Vietnamese."""
    made = use_console(monkeypatch, "utf-8")
    output.print_json(["Nguyễn Văn Đức"])
    assert '["Nguyễn Văn Đức"]\n' == made.text


def test_a_table_reads_no_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    """Square brackets and colons in a cell are text, and a long cell is not cut where there is no terminal."""
    made = use_console(monkeypatch, "utf-8")
    output.print_table(("order", "title"), [("#1001", "[bold]Áo[/bold] :smile: " + "x" * 200), ("#1002", ODD)])
    lines = made.text.splitlines()
    assert ["order", "title"] == lines[0].split()
    assert "[bold]Áo[/bold] :smile: " + "x" * 200 in lines[2]
    assert output.safe(ODD) in lines[3]


def test_a_table_survives_any_console(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lines of a table are drawn with what the console has."""
    made = use_console(monkeypatch)
    output.print_table(("order", "total"), [("Nguyễn", 12)], right=("total",))
    assert ["Nguyễn", "|", "12"] == unicodedata.normalize("NFC", made.text).splitlines()[2].split()


def test_progress_is_for_terminals_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bar is drawn on stderr where that is a terminal, without reading markup; else nothing is."""
    shown = []
    for terminal in (True, False):
        made = use_console(monkeypatch, "utf-8", terminal=terminal)
        monkeypatch.setenv("TERM", "xterm")
        with output.progress("reading [bold]x[/nope]", 10) as done:
            done(5)
        shown.append(made.text)
    assert "reading [bold]x[/nope]" in shown[0]
    assert "" == shown[1]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigError("x"), 3),
        (MissingSecret("main-shopbase-key"), 3),
        (DatabaseError("newer"), 3),
        (ShopCredentials("GET", "/x", 401, "no"), 3),
        (PersonNeeded(NeedKind.CAPTCHA), 4),
        (PageChanged("tracking", "number", "none"), 5),
        (AnswerChanged("tracking", "number", "none"), 5),
        (AlreadyRunning("x"), 6),
        (DoneInPart("x"), 7),
        (SavedFileError("x"), 2),
        (TryLater("x"), 1),
        (ShopUnavailable("GET", "/x", 500, "down"), 1),
        (ValueError("x"), 1),
    ],
)
def test_each_trouble_has_its_exit_code(
    error: Exception, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script can tell by the code what has to happen next; the trouble is one line."""
    console = use_console(monkeypatch)
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    assert (code, code) == (output.exit_code(error), output.fail(error))
    assert 1 == console.text.count("\n")
    assert console.text.startswith("dropferry: ")


def test_what_and_fix_stand_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line names what happened and what to do, even where a stranger's text is in it."""
    console = use_console(monkeypatch)
    output.fail(ConfigError("config.toml, line 1: langage: there is\n no such key\x1b[2J", 'did you mean "language"?'))
    told = 'dropferry: config.toml, line 1: langage: there is  no such key[2J; did you mean "language"?\n'
    assert told == console.text


def test_a_person_is_told_the_one_thing_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """A signed-out account names the command that mends it, and where the evidence lies."""
    console = use_console(monkeypatch)
    error = PersonNeeded(NeedKind.SIGNED_OUT)
    error.evidence = "evidence/7"
    output.fail(error)
    assert "dropferry login ACCOUNT; what was seen is kept in evidence/7" in console.text


def test_the_unforeseen_is_kept_in_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that nobody foresaw is a line that says where its whole story is."""
    console = use_console(monkeypatch)
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    try:
        {"here": 1}["gone"]
    except KeyError as error:
        output.fail(error)
    log = tmp_path / "home" / "logs" / "errors.log"
    assert f"the details are in {log}" in console.text
    whole = log.read_text(encoding="utf-8")
    assert "Traceback" in whole
    assert "KeyError: 'gone'" in whole


def test_giving_up_is_no_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """A question that is answered with Ctrl-C ends in one line."""
    console = use_console(monkeypatch)
    assert 1 == output.fail(typer.Abort())
    assert "dropferry: stopped, nothing was done\n" == console.text

"""The merchant's language: every sentence can be translated, is translated, and is told in the chosen language."""

import ast
import re
import string
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import language
from bot.cli.app import command
from bot.cli.commands import COMMANDS
from bot.language import _, counted
from bot.wording_events import WHAT
from tests import prose, words

# Not for merchants: what stands in for the two sites, the tables' history, and pages made harmless.
NOT_OURS = (
    "bot/sandbox/",
    "bot/migrations/",
    "bot/address/region_names.py",
    "bot/recordings/harmless.py",
    "bot/recordings/replay.py",
    "bot/telling.py",
)
DEMO = "bot/sandbox/demo"
# Words of the program's own inside, and what a dictionary makes of them.
INSIDE = re.compile(
    r"\b(intents?|reconcil\w*|orphans?|guards?|ý định|dự định|đối soát|đối chiếu|lính gác|người gác|mồ côi)\b",
    re.IGNORECASE,
)
# What is not a sentence for a merchant although it looks like one.
NO_SENTENCE: dict[str, set[str]] = {
    "bot/address/names.py": {"Anna Nguyen"},
    "bot/address/regions.py": {
        "(?:tinh|thanh pho|tp|quan|huyen|thi xa|thi tran)\\b\\.?",
        "Ha Noi",
        "Hong Kong",
        "New York",
        "Vatican City",
        "new york city",
        "washington dc",
    },
    "bot/address/street.py": {"12 Tran Hung Dao"},
    "bot/backup.py": {"SELECT version_num FROM alembic_version"},
    "bot/browser.py": {
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost",
        "Service Worker",
    },
    "bot/browser_install.py": {
        "Google Chrome.app/Contents/MacOS/Google Chrome",
        "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    },
    "bot/checkup/accounts.py": {"account {…}", "card {…}"},
    "bot/checkup/live.py": {"address", "address book", "confirm", "confirm page"},
    "bot/checkup/pages.py": {"override {…}"},
    "bot/checkup/running.py": {"sync {…}", "{…} --shop {…}"},
    "bot/checkup/store.py": {"clock {…}", "shop {…}"},
    "bot/cli/commands.py": {"--home FOLDER", "dropferry [--home FOLDER] COMMAND [OPTIONS]"},
    "bot/cli/pay_report.py": {"AliExpress order", "Do not pay", "Pay until", "Running total"},
    "bot/cli/reporting.py": {'"off"'},
    "bot/cli/setup.py": {"  dropferry login {…}", "  dropferry pull", "  dropferry secret set {…}"},
    "bot/home_place.py": {"Google Drive", "google drive", "icloud drive", "mobile documents", "pcloud drive"},
    "bot/intake.py": {"line {…}", "taken off", "{…} to {…}"},
    "bot/jobs/pay_together.py": {"pay sheet"},
    "bot/jobs/tell.py": {"ShopBase {…}"},
    "bot/log_events.py": {"dropferry: events to be logged"},
    "bot/pricing.py": {"additional charge"},
    "bot/recordings/capture.py": {
        "() => [document.readyState, document.documentElement.outerHTML.length]",
        "one => String([...document.querySelectorAll('iframe, frame')].indexOf(one))",
        "told => { {…} return dropferryDrawn(told) }",
    },
    "bot/recordings/kinds.py": {"neither the address book nor its form is open", "the page says that it is not sold"},
    "bot/recordings/nodes.py": {'<!doctype html>\n<html lang="{…}">\n<head><meta charset="utf-8"><title>{…}</title>'},
    "bot/restore.py": {"SELECT count(*) FROM sqlite_master WHERE type IN ('trigger', 'view')"},
    "bot/runs.py": {"done in part"},
    "bot/sandbox/demo.py": {"  pull: {…}", "  push: {…}", "  sync: {…}"},
    "bot/scheduler.py": {"pull {…}", "push {…}"},
    "bot/service/kinds.py": {"Task Scheduler (Windows)", "launchd (macOS)"},
    "bot/service/systemd.py": {
        "# A network or a database that is away for a while is tried again without end.",
        "# The end is asked of dropferry alone, which closes its browser itself.",
    },
    "bot/service/tasks.py": {
        '<?xml version="1.0" encoding="UTF-16"?>\n',
        "Written by dropferry service install. Not tested by us on Windows itself.",
    },
    "bot/shopbase/fields.py": {"a whole number", "an amount"},
}


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Each test leaves the process as it was."""
    yield
    language.use("en")


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    """Every module of bot."""
    return dict(words.modules())


def places(sentence: str) -> list[str]:
    """The named places of a sentence."""
    return sorted(name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None)


def forms(text: object) -> list[str]:
    """The singular and the plural, or the one form that there is."""
    return list(text) if isinstance(text, tuple | list) else [str(text)]


def edges(sentence: str) -> tuple[bool, bool, str]:
    """How a sentence begins and ends: with a blank or not, and with which sign."""
    last = sentence[-1:]
    return sentence[:1].isspace(), last.isspace(), last if last in ".:?!…" else ""


# Compared with its translation, or translated by whoever gets it.
HANDED_ON = {"bot/cli/usage.py: _HELP", "bot/wording.py: _WHY_OR_MAP", "bot/wording.py: _WHY_NO_DEADLINE"}


class TestChoice:
    """A process knows its language before it has loaded anything."""

    @pytest.fixture(name="home", autouse=True)
    def home_fixture(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A home folder named as people are, on a system that speaks English."""
        home = tmp_path / "Nguyễn Văn Đức"
        home.mkdir()
        for name in (language.LANGUAGE_VARIABLE, "LC_ALL", "LC_MESSAGES"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("LANG", "C.UTF-8")
        monkeypatch.setenv("DROPFERRY_HOME", str(home))
        return home

    @pytest.mark.parametrize(
        ("text", "spoken"),
        [
            ('language = "vi"\n', "vi"),
            ("# dropferry\n\nlanguage='vi' # tiếng Việt\n[shops.main]\n", "vi"),
            ('\ufefflanguage = "vi"\r\n', "vi"),
            ('language = "en"\n', "en"),
            ('language = "fr"\n', "en"),
            ("language = 5\n", "en"),
            ('live = false\n[shops.main]\nlanguage = "vi"\n', "en"),
            ("", "en"),
        ],
    )
    def test_the_configuration_says(self, home: Path, text: str, spoken: str) -> None:
        """Proves that the key above the tables counts, and that a wrong one leaves the language of the code."""
        (home / "config.toml").write_text(text, encoding="utf-8", newline="")
        assert spoken == language.wanted([])

    def test_the_home_that_is_named_counts(self, home: Path, tmp_path: Path) -> None:
        """Proves that --home, before or after the command, is where the configuration is looked for."""
        (home / "config.toml").write_text('language = "vi"\n', encoding="utf-8")
        assert "vi" == language.wanted(["orders"])
        assert "vi" == language.wanted(["--home", str(home), "orders"])
        assert "en" == language.wanted(["orders", f"--home={tmp_path}"])

    def test_the_environment_comes_first(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Proves that DROPFERRY_LANGUAGE outranks the configuration, and an unknown language is none."""
        (home / "config.toml").write_text('language = "vi"\n', encoding="utf-8")
        for named, spoken in (("en", "en"), ("vi", "vi"), ("", "vi"), ("fr", "en")):
            monkeypatch.setenv(language.LANGUAGE_VARIABLE, named)
            assert spoken == language.wanted([])

    def test_before_there_is_a_configuration(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Proves that the system's own language is spoken where nothing says otherwise yet."""
        assert "en" == language.wanted(["init"])
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setenv("LANG", "vi_VN.UTF-8")
        assert "vi" == language.wanted(["init"])


@pytest.mark.parametrize("spoken", words.TRANSLATED)
class TestCatalogue:
    """The catalogue of a language is whole, true to its sentences, and the one that the program reads."""

    def test_it_has_every_sentence_and_no_other(self, spoken: str) -> None:
        """Proves that nothing was added to the code, or taken out, without `make words`."""
        catalogue = {each.id: each for each in words.read(spoken) if each.id}
        assert set(words.sentences()) == set(catalogue)

    def test_every_sentence_is_translated(self, spoken: str) -> None:
        """Proves that no translation is missing or only guessed."""
        left = [each.id for each in words.read(spoken) if each.id and (each.fuzzy or not all(forms(each.string)))]
        assert [] == left

    def test_translations_say_the_same_places(self, spoken: str) -> None:
        """Proves that each translation has the places of its sentence, and begins and ends like it."""
        pairs = [
            (forms(message.id)[-1], told)
            for message in words.read(spoken)
            if message.id
            for told in forms(message.string)
        ]
        assert [] == [(origin, told) for origin, told in pairs if places(origin) != places(told)]
        assert [] == [(origin, told) for origin, told in pairs if edges(origin) != edges(told)]

    def test_no_word_from_inside(self, spoken: str) -> None:
        """Proves that what is inside the program, and a literal translation of it, reaches no merchant."""
        told = [form for message in words.read(spoken) if message.id for form in forms(message.string)]
        assert [] == [each for each in told if INSIDE.search(re.sub(r"dropferry reconcile", "", each))]

    def test_the_program_reads_the_same(self, spoken: str) -> None:
        """Proves that the compiled catalogue is the one that people edit."""
        language.use(spoken)
        for message in words.read(spoken):
            if isinstance(message.id, tuple | list):
                one, many = message.id
                kept = {name: f"{{{name}}}" for name in places(many) if name != "count"}
                assert forms(message.string)[-1].replace("{count}", "5") == counted(one, many, 5, **kept)
            elif message.id:
                assert message.string == _(message.id)


class TestCode:
    """No sentence in the code can escape the catalogue."""

    def test_every_sentence_can_be_translated(self, trees: dict[str, ast.Module]) -> None:
        """Proves that each text that a merchant may read goes through `_`, `mark` or `counted`."""
        trouble = prose.troubles(trees)
        found = [
            each
            for path, tree in trees.items()
            if (not path.startswith(NOT_OURS) or path.startswith(DEMO))
            for each in prose.bare_sentences(path, tree, trouble)
            if each.text not in NO_SENTENCE.get(path, set()) | WHAT
        ]
        assert [] == [str(each) for each in found]

    def test_no_exception_is_left_over(self, trees: dict[str, ast.Module]) -> None:
        """Proves that each exception made above is still needed."""
        trouble = prose.troubles(trees)
        texts = {path: {each.text for each in prose.bare_sentences(path, trees[path], trouble)} for path in NO_SENTENCE}
        assert {} == {path: left for path, known in NO_SENTENCE.items() if (left := known - texts[path])}

    def test_no_sentence_is_put_together(self, trees: dict[str, ast.Module]) -> None:
        """Proves that sentences are translated whole, and when they are told."""
        assert [] == [str(each) for path, tree in trees.items() for each in prose.misused(path, tree)]

    def test_no_marked_sentence_is_told_as_it_is(self, trees: dict[str, ast.Module]) -> None:
        """Proves that a constant that is only marked goes through `_` wherever its module uses it."""
        raw = {f"{path}: {name}" for path, tree in trees.items() for name in raw_constants(tree)}
        assert HANDED_ON == raw


def raw_constants(tree: ast.Module) -> Iterator[str]:
    """Constants of a module that are marked sentences and are used without `_`."""
    marked = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and _calls(node.value, "mark")
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    told = {id(inside) for node in ast.walk(tree) if _calls(node, "_") for inside in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in marked and id(node) not in told:
            yield node.id


def _calls(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


# What dropferry does or is, said of it in a sentence; any other word after its name is a command.
SAID_OF_IT = {
    *(
        "after",
        "already",
        "buy",
        "came",
        "cannot",
        "carries",
        "did",
        "does",
        "finds",
        "first",
        "has",
        "in",
        "into",
        "is",
    ),
    *("knows", "looks", "may", "never", "notes", "only", "opens", "or", "paid", "presses", "reads", "runs", "says"),
    *("soon", "still", "tells", "than", "then", "works"),
}
NAMED = re.compile(r"\bdropferry +([a-z][a-z-]*)(?![\w-])(?: +([a-z][a-z-]*)(?![\w-]))?")


def test_every_command_that_is_named_exists() -> None:
    """Proves that no sentence and no README sends anybody to a command, or to a part of one, that is not there."""
    texts = [text for each in words.sentences() for text in ((each,) if isinstance(each, str) else each)]
    texts += [(words.ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.vi.md")]
    found = {named.groups() for text in texts for named in NAMED.finditer(text)}
    unknown = {name for name, _below in found} - SAID_OF_IT - COMMANDS.keys()
    assert (set(), True) == (unknown, len(found) > 40)
    parts = {name: set(getattr(command(name), "commands", {})) for name in COMMANDS}
    assert [] == [(name, below) for name, below in found if below and parts.get(name) and below not in parts[name]]

"""Finds English that a merchant would read in any language: sentences in `bot` that nobody can translate."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

# Two words beside each other; names, keys, patterns and SQL have none.
_PROSE = re.compile(r"[A-Za-z][a-z'’]+[,;:.)]? [a-zA-Z{(]")
_WORD = re.compile(r"[A-Za-z]{2}")
_TRANSLATORS = {"_", "mark", "counted"}
# What goes wrong in the program itself is for the one who mends it.
_PROGRAMMING = {"ValueError", "TypeError", "RuntimeError", "AssertionError", "KeyError", "LookupError"}
_LOGS = {"log", "logs", "logger"}
_PATTERNS = {"re"}
# Names of steps for tests that end the process there, and SQL.
_NAMES = {"reached", "text"}
# Whatever these are given is read by a person, be it a single word.
_PRINTERS = {"say", "note", "print_table", "confirm", "prompt", "BadParameter", "BadKey", "progress"}
# Names that are the same in every language: of a line of the doctor, and of the key that is wrong.
_NAMED = {"well": 0, "look": 0, "bad": 0, "trouble": 0, "BadKey": 2}
# Explained where the help is made: the commands' own are collected from there.
_HELPS = {"help", "description", "metavar"}


@dataclass(frozen=True, slots=True)
class Found:
    """A text that cannot be translated, and where it stands."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text!r}"


def bare_sentences(path: str, tree: ast.Module, trouble: frozenset[str] = frozenset()) -> list[Found]:
    """The sentences outside of `_`, `mark` and `counted`, and the words that are printed as they stand.

    `trouble` are the names of the errors whose text a merchant reads.
    """
    finder = _Finder(trouble)
    finder.visit(tree)
    return [Found(path, line, text) for line, text in finder.found]


class _Finder(ast.NodeVisitor):
    def __init__(self, trouble: frozenset[str]) -> None:
        self.found: list[tuple[int, str]] = []
        self._readers = _PRINTERS | trouble
        self._printed = False

    def visit_Call(self, node: ast.Call) -> None:
        name, owner = _name(node.func), _owner(node.func)
        if name in _TRANSLATORS | _PROGRAMMING | _NAMES or owner in _PATTERNS or (owner in _LOGS and name != "say"):
            return
        self.visit(node.func)
        before, self._printed = self._printed, name in self._readers
        for place, argument in enumerate(node.args):
            if place != _NAMED.get(name):
                self.visit(argument)
        self._printed = before
        for keyword in node.keywords:
            if keyword.arg not in _HELPS:
                self.visit(keyword.value)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring is for the reader of the code
            self.generic_visit(node)

    def visit_Assert(self, node: ast.Assert) -> None:
        self.visit(node.test)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for part in (*node.args.defaults, *filter(None, node.args.kw_defaults), *node.body):
            self.visit(part)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.visit(node.value)
        if not isinstance(node.slice, ast.Constant):
            self.visit(node.slice)

    def visit_Compare(self, node: ast.Compare) -> None:
        for part in (node.left, *node.comparators):
            if not isinstance(part, ast.Constant):
                self.visit(part)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self._judge(node.lineno, node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        texts = [str(part.value) if isinstance(part, ast.Constant) else "{…}" for part in node.values]
        self._judge(node.lineno, "".join(texts))
        before, self._printed = self._printed, False
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part.value)
        self._printed = before

    def _judge(self, line: int, text: str) -> None:
        if (_WORD if self._printed else _PROSE).search(text.replace("dropferry", "")):
            self.found.append((line, text))


def misused(path: str, tree: ast.Module) -> Iterator[Found]:
    """Calls of `_` that cannot work: on a sentence that is glued together, or before the language is known."""
    for node in _at_import(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"_", "counted"}:
            yield Found(path, node.lineno, "translated when the module is imported: use mark")
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _TRANSLATORS:
            glued = (isinstance(each, ast.JoinedStr | ast.BinOp) or _name(each) == "format" for each in node.args[:2])
            if any(glued):
                yield Found(path, node.lineno, "the sentence is put together before it is translated")


def _at_import(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from _at_import(child)


def troubles(trees: dict[str, ast.Module]) -> frozenset[str]:
    """The names of DropferryError and of all classes made from it."""
    bases = {
        node.name: {_name(base) for base in node.bases}
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = {"DropferryError"}
    while more := {name for name, above in bases.items() if above & found} - found:
        found |= more
    return frozenset(found)


def _name(node: ast.AST) -> str:
    node = node.func if isinstance(node, ast.Call) else node
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _owner(node: ast.AST) -> str:
    return _name(node.value) if isinstance(node, ast.Attribute) else ""

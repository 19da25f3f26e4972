"""Helps and wrong usage in the merchant's language: what Typer itself says is English alone."""

import re
from collections.abc import Sequence
from typing import Any

import typer

from bot.cli import output
from bot.language import _, mark
from bot.wording_found import in_words

# What Typer says of wrong usage, word for word, with what it names; the first that fits is told.
_WRONG = (
    mark("No such option: {option} (Possible options: {near})"),
    mark("No such option: {option}"),
    mark("Missing argument {name}."),
    mark("Missing option {name}."),
    mark("Missing command."),
    mark("No such command {name}."),
    mark("Invalid value for {name}: {what}"),
    mark("Invalid value: {what}"),
    mark("Option {name} requires an argument."),
    mark("Option {name} does not take a value."),
    mark("Got unexpected extra argument ({words})"),
    mark("Got unexpected extra arguments ({words})"),
    mark("{value} is not a valid integer."),
    mark("{value} is not a valid float."),
    mark("{value} is not in the range {range}."),
    mark("{value} is not one of {choices}."),
    mark("File {name} does not exist."),
    mark("Directory {name} does not exist."),
    mark("Path {name} does not exist."),
)
_HEADINGS = (mark("Arguments"), mark("Options"), mark("Commands"))
_HELP = mark("Show this message and exit.")


class HelpContext(typer.Context):
    """A command's context whose help has its headings in the merchant's language."""

    def make_formatter(self) -> Any:
        formatter = super().make_formatter()
        return _Translating(formatter) if _(_HELP) != _HELP else formatter


class _Translating:
    """Hands everything on to Typer's formatter, its own few words translated."""

    def __init__(self, formatter: Any) -> None:
        self._formatter = formatter

    def __getattr__(self, name: str) -> Any:
        return getattr(self._formatter, name)

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        self._formatter.write_usage(prog, args, prefix or _("Usage: {line}").format(line=""))

    def section(self, name: str) -> Any:
        return self._formatter.section(_(name))

    def write_dl(self, rows: Sequence[tuple[str, str]], **how: Any) -> None:
        self._formatter.write_dl([(first, _remarks(_(second))) for first, second in rows], **how)


def _remarks(text: str) -> str:
    """An option's help with what Typer adds to it: `[default: 600; required]`."""
    told, bracket, added = text.rpartition("  [")
    if not bracket:
        return text
    added = re.sub(r"default: ", lambda _found: _("default: {value}").format(value=""), added)
    return told + bracket + re.sub(r"\brequired\b", lambda _found: _("required"), added)


def translate(command: Any) -> None:
    """Put the help of a command, of those below it and of their options into the merchant's language."""
    command.context_class = HelpContext
    command.help = paragraphs(command.help)
    for parameter in command.params:
        parameter.help = paragraphs(parameter.help)
    for below in getattr(command, "commands", {}).values():
        translate(below)


def paragraphs(text: str | None) -> str | None:
    """A help, translated paragraph by paragraph, whatever the width at which it stands in the code."""
    return None if text is None else "\n\n".join(_(" ".join(each.split())) for each in text.split("\n\n"))


def tell_wrong_usage(error: Any) -> None:
    """How the command is used and what is wrong, on stderr."""
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        output.note_text(error.format_message())
        return
    if context is not None:
        output.note_text(context.get_usage())
        asked = f"{context.command_path} {context.help_option_names[0]}"
        output.note(_("Try '{command}' for help.").format(command=asked))
        output.note("")
    output.note(_("Error: {what}").format(what=in_words(error.format_message(), _WRONG)))

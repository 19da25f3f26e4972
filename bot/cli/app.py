"""The shell around the commands: finds the one that was asked for, loads only that, and turns trouble into words."""

import difflib
import importlib
import os
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

from bot import console, language
from bot.cli import output
from bot.cli.commands import COMMANDS, top_help
from bot.cli.usage import HelpContext, translate
from bot.home import HOME_VARIABLE, POSIX, Home
from bot.language import _

SETTINGS = {"help_option_names": ["-h", "--help"]}


def run(arguments: list[str]) -> int:
    """Run the command line and return its exit code; nothing is raised but SystemExit."""
    language.use(language.wanted(arguments))
    console.survive()
    if POSIX:
        os.umask(0o077)  # whatever is written from here on, by the browser too, is for the user alone
    try:
        code = get_command(_app).main(args=arguments, prog_name="dropferry", standalone_mode=False)
    except Exception as error:  # noqa: BLE001  # the one place where every trouble becomes a line and a code
        return output.fail(error)
    return code if isinstance(code, int) else 0


def command(name: str) -> Any:
    """The Typer command or group of that name, with `--home` on each of its leaves."""
    module, _colon, attribute = COMMANDS[name][0].partition(":")
    found = getattr(importlib.import_module(module), attribute)
    if isinstance(found, typer.Typer):
        built = get_group(found)
        built.name = name
        leaves = list(built.commands.values())
    else:
        single = typer.Typer(add_completion=False, rich_markup_mode=None, context_settings=SETTINGS)
        single.command(name)(found)
        built = get_command(single)  # type: ignore[assignment]  # a command where the other is a group
        leaves = [built]
    for leaf in leaves:
        leaf.params.append(_home_option())
    translate(built)
    return built


def group(summary: str) -> typer.Typer:
    """A command that has commands of its own, such as `dropferry secret`."""
    return typer.Typer(
        help=summary, add_completion=False, rich_markup_mode=None, context_settings=SETTINGS, no_args_is_help=True
    )


class _Commands(TyperGroup):
    """A group that knows its commands by the table and imports a command's module when that command is run."""

    context_class = HelpContext

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in COMMANDS:
            return command(cmd_name)
        if not ctx.resilient_parsing:
            near = difflib.get_close_matches(cmd_name, COMMANDS, n=1)
            said = (
                _("there is no command '{name}'. Did you mean '{near}'?")
                if near
                else _("there is no command '{name}'.")
            )
            ctx.fail(said.format(name=cmd_name, near="".join(near)))
        return None

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        formatter.write(top_help())


def _remember_home(given: Path | None) -> None:
    # By way of the environment, so that a process that a command starts keeps to the same home.
    if given is not None:
        os.environ[HOME_VARIABLE] = str(Home.find(given).path)


def _tell_version(asked: bool) -> None:
    if asked:
        output.say(f"dropferry {output.version()}")
        raise typer.Exit


HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        metavar="FOLDER",
        help="where everything is kept; also DROPFERRY_HOME in the environment",
        callback=_remember_home,
        expose_value=False,
        show_default=False,
    ),
]
_app = typer.Typer(
    cls=_Commands, add_completion=False, rich_markup_mode=None, context_settings=SETTINGS, no_args_is_help=True
)


@_app.callback()
def _dropferry(
    home: HomeOption = None,
    version: Annotated[bool, typer.Option("--version", callback=_tell_version, is_eager=True)] = False,
) -> None:
    """Carry a ShopBase store's paid orders to AliExpress, and tracking numbers back."""


def _home_option() -> Any:
    def only_home(home: HomeOption = None) -> None:
        """Nothing: Typer builds the option from this signature."""

    single = typer.Typer(add_completion=False)
    single.command()(only_home)
    return get_command(single).params[0]

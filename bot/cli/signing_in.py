"""The command `login`: a person signs in, brings the cookies of a browser where they did, or opens a plain Chrome."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import output
from bot.cli.opening import open_config, someone_is_there
from bot.errors import ConfigError
from bot.language import _, mark

if TYPE_CHECKING:
    from bot.config import Config

START = "start"
_REFUSED_BEFORE = mark(
    'AliExpress did not take the password kept for account "{account}" the last time. '
    "Have you kept another one since, so that it may be typed again?"
)


def login(
    account: Annotated[
        str | None, typer.Argument(help="which AliExpress account of config.toml; the only one needs no name")
    ] = None,
    cookies: Annotated[
        Path | None,
        typer.Option(help="take the sign-in from a file: cookies.txt, JSON of an add-on, or Playwright storage state"),
    ] = None,
    delete: Annotated[
        bool | None, typer.Option("--delete/--keep", help="what becomes of that file afterwards; else you are asked")
    ] = None,
    attach: Annotated[
        str | None,
        typer.Option(
            metavar="start|URL",
            help="sign in in a plain Chrome that stays open: start one, or name the address of one started before",
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="this account is from now on another AliExpress account than before")
    ] = False,
    minutes: Annotated[int, typer.Option(min=1, max=120, help="how long to wait for you to sign in")] = 15,
) -> None:
    """Sign in to AliExpress in a browser of its own.

    A window opens at AliExpress's sign-in page. If its name and password are kept as secrets, they are typed in for
    you; whatever else AliExpress asks for is yours to do. When you are in, the window closes and the order list is
    opened once more to prove it. Without a display, bring the cookies of another browser.
    """
    from bot.opening import database_of
    from bot.sign_in import InWindow, SigningIn, from_file

    if cookies is not None and attach is not None:
        raise typer.BadParameter(_("say --cookies or --attach, not both"))
    home, config = open_config()
    name = _which(config, account)
    with database_of(home, config) as database:
        signing_in = SigningIn(home, config, database, name, replace, output.say)
        if cookies is not None:
            from_file(signing_in, cookies)
            _away_with(cookies, delete)
        elif attach is not None:
            InWindow(signing_in, minutes, _may_type_again).in_plain_chrome(None if attach == START else attach)
        else:
            InWindow(signing_in, minutes, _may_type_again).in_own_browser()
    output.say(_('Account "{account}" is signed in: its order list opens.').format(account=name))


def _which(config: "Config", account: str | None) -> str:
    if account is not None:
        config.account(account)
        return account
    if len(config.accounts) > 1:
        raise ConfigError(
            _("there are several accounts"),
            _("say which one: dropferry login {accounts}").format(accounts="|".join(config.accounts)),
        )
    return next(iter(config.accounts))


def _may_type_again(account: str) -> bool:
    """A password that was refused is typed again only after a person has said so: a few tries lock an account."""
    return someone_is_there() and typer.confirm(_(_REFUSED_BEFORE).format(account=account), default=False)


def _away_with(file: Path, wanted: bool | None) -> None:
    """Whoever has the file is signed in as the merchant: offer to delete it."""
    from bot.cookie_check import delete

    if not file.is_file():
        return  # it came through a pipe: nothing lies anywhere
    if wanted is None and someone_is_there():
        asked = _("Delete {file}? Whoever has that file is signed in as you.").format(file=file)
        wanted = typer.confirm(asked, default=True)
    if wanted:
        delete(file)
        output.say(_("{file} is deleted.").format(file=file))
    elif wanted is None:
        output.say(
            _("{file} is still there: whoever has it is signed in as you. Delete it, or say --delete.").format(
                file=file
            )
        )

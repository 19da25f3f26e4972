"""Commands that set things up: `init`, `secret`, `browser` and `version`."""

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import output
from bot.cli.app import group
from bot.cli.opening import open_config, open_home, someone_is_there
from bot.errors import ConfigError
from bot.home import Home, write_private
from bot.language import _, mark

if TYPE_CHECKING:
    from bot.config import Config

secret = group(mark("Keep the keys and passwords of the shops."))
browser = group(mark("Find a Chromium, or get one."))

AsJson = Annotated[bool, typer.Option("--json", help="print JSON for a program to read")]


def init(
    shop_url: Annotated[
        str, typer.Option(help="the shop's ShopBase address, https://NAME.onshopbase.com; with it nothing is asked")
    ] = "",
    shop: Annotated[str, typer.Option(help="what to call the shop here: a-z, digits and hyphens")] = "main",
    account: Annotated[str, typer.Option(help="what to call the AliExpress account that buys for it")] = "main",
    buy_from: Annotated[
        str, typer.Option(help="the first day whose orders the robot may buy, as 2026-11-22; today if not given")
    ] = "",
) -> None:
    """Make a home folder with a safe configuration.

    Nothing is bought, sent to ShopBase or mailed until you set live and live_push in it.
    """
    from bot.config import load, parse
    from bot.config_errors import read_toml_text
    from bot.config_text import config_text

    home = open_home()
    if home.config_file.exists():
        raise ConfigError(
            _("{file}: this file is there already").format(file=home.config_file), _("edit it, or name another --home")
        )
    if not shop_url:
        if not someone_is_there():
            raise ConfigError(_("nobody is there to ask for the shop's address"), _("give it with --shop-url"))
        shop_url = typer.prompt(_("The shop's ShopBase address (https://NAME.onshopbase.com)"))
        shop = typer.prompt(_("What shall the shop be called here"), default=shop)
        account = typer.prompt(_("And the AliExpress account that buys for it"), default=account)
        output.say(_("Orders that were bought before dropferry came must not be bought again."))
        buy_from = typer.prompt(_("From which day's orders on may the robot buy"), default=buy_from or _today())
    text = config_text(shop.strip(), shop_url.strip(), account.strip(), buy_from.strip() or _today())
    parse(text, read_toml_text(text, home.config_file), home.config_file)
    write_private(home.config_file, text)
    _tell_next_steps(home, load(home))


def _today() -> str:
    return datetime.now().astimezone().date().isoformat()


def _tell_next_steps(home: Home, config: "Config") -> None:
    from bot.secrets import wanted

    output.say(_("Written: {file}").format(file=home.config_file))
    output.say(
        _("All is safe: nothing is bought until you set live = true there, and nobody is mailed until live_push.")
    )
    output.say(
        _(
            "AliExpress's button charges at once, or nobody knows that it does not, so the robot never presses it: you "
            "do, with dropferry pay-run, or you list a way to pay later in deferred_payment_methods."
        )
    )
    output.say(_("Next:"))
    for name, needed in wanted(config).items():
        if needed:
            output.say(f"  dropferry secret set {name}")
    for account in config.accounts:
        output.say(f"  dropferry login {account}")
    output.say("  dropferry pull")


def version() -> None:
    """Say which version this is."""
    output.say(f"dropferry {output.version()}")


@secret.command("set")
def set_secret(
    name: Annotated[str, typer.Argument(help="which one, for example main-shopbase-key")],
    file: Annotated[
        bool, typer.Option("--file", help="keep it in secrets.toml of the home folder, where there is no keyring")
    ] = False,
) -> None:
    """Keep one secret in the system's keyring.

    It is asked for without being shown, or read from standard input where that is not a terminal.
    """
    from bot.secrets import Secret, check_name, store_in_file, store_in_keyring, wanted

    home, config = open_config()
    check_name(name, wanted(config))
    value = Secret(_ask_for(name))
    if file:
        store_in_file(home, name, value)
        output.say(_("{name} is kept in {file}, readable by you alone.").format(name=name, file=home.secrets_file))
    else:
        store_in_keyring(name, value)
        output.say(_("{name} is kept in the keyring.").format(name=name))


def _ask_for(name: str) -> str:
    if someone_is_there():
        value = str(typer.prompt(_("{name} (it is not shown)").format(name=name), hide_input=True))
    else:
        value = sys.stdin.readline()
    if not value.strip():
        raise ConfigError(
            _("no value came for the secret {name}").format(name=name), _("type it, or send it to standard input")
        )
    return value.strip()


@secret.command("list")
def list_secrets(as_json: AsJson = False) -> None:
    """Say which secrets are used and where each one lies, never what it is."""
    from bot.secrets import Secrets, variable, wanted

    home, config = open_config()
    secrets = Secrets(home, config.is_sandbox)
    rows = [
        {"name": name, "needed": needed, "place": secrets.place_of(name), "variable": variable(name)}
        for name, needed in wanted(config).items()
    ]
    if as_json:
        output.print_json(rows)
        return
    cells = [
        (row["name"], row["place"] or (_("missing") if row["needed"] else _("not set, not needed"))) for row in rows
    ]
    output.print_table((_("secret"), _("place")), cells)


@browser.command("install")
def install_browser() -> None:
    """Find a Chromium, or get one.

    In this order: the one named in config.toml, Playwright's own, an installed Chrome, Edge or Chromium; else
    Playwright is asked to download its own, and Debian, for root, for its package.
    """
    from playwright.sync_api import sync_playwright

    from bot.browser import own_download
    from bot.browser_install import Machine, install

    configured = configured_browser()
    with sync_playwright() as playwright:
        own = own_download(playwright)
    install(Machine.here(), configured, own, output.say)


@browser.command("show")
def show_browser(as_json: AsJson = False) -> None:
    """Say which browser is used, and why that one."""
    from playwright.sync_api import sync_playwright

    from bot.browser import own_download
    from bot.browser_install import Machine, find, none_here

    configured = configured_browser()
    with sync_playwright() as playwright:
        own = own_download(playwright)
    found = find(Machine.here(), configured, own)
    if found is None:
        raise none_here()
    if as_json:
        output.print_json({"path": str(found.path), "origin": found.origin})
    else:
        output.say(f"{found.path} ({_(found.origin)})")


def configured_browser() -> str:
    """Before `init` there is nothing to name one in, and looking for a browser is fine all the same."""
    if not Home.find().config_file.exists():
        return ""
    return open_config()[1].browser.executable

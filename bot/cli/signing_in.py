"""The command `login`: a person signs in, or brings the cookies of a browser where they did."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import output
from bot.cli.opening import open_config
from bot.errors import ConfigError
from bot.home import Home

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

    from bot.config import Config


def login(
    account: Annotated[
        str | None, typer.Argument(help="which AliExpress account of config.toml; the only one needs no name")
    ] = None,
    cookies: Annotated[
        Path | None,
        typer.Option(help="take the sign-in from a file: cookies.txt, JSON of an add-on, or Playwright storage state"),
    ] = None,
    minutes: Annotated[int, typer.Option(min=1, max=120, help="how long to wait for you to sign in")] = 15,
) -> None:
    """Sign in to AliExpress in a browser of its own.

    A window opens at AliExpress's sign-in page; you type, the robot only looks. When you are in, it closes the window
    and opens the order list once more to prove it. Without a display, bring the cookies of another browser.
    """
    from playwright.sync_api import sync_playwright

    from bot.locks import account_lock

    home, config = open_config()
    name = _which(config, account)
    with account_lock(home, name, config.is_sandbox), sync_playwright() as playwright:
        if cookies is not None:
            _bring(playwright, config, home, name, cookies)
        else:
            _sign_in(playwright, config, home, name, minutes)
    output.say(f'Account "{name}" is signed in: its order list opens.')


def _which(config: "Config", account: str | None) -> str:
    if account is not None:
        config.account(account)
        return account
    if len(config.accounts) > 1:
        raise ConfigError("there are several accounts", f"say which one: dropferry login {'|'.join(config.accounts)}")
    return next(iter(config.accounts))


def _bring(playwright: "Playwright", config: "Config", home: Home, account: str, file: Path) -> None:
    from bot.browser import account_browser, import_cookies
    from flows.login import probe

    with account_browser(playwright, config, home, account, headless=True) as context:
        how_many = import_cookies(context, file, config.site)
        output.say(f"{how_many} cookies of AliExpress taken from {file}. Opening the order list …")
        probe(context.pages[0] if context.pages else context.new_page(), config.site)


def _sign_in(playwright: "Playwright", config: "Config", home: Home, account: str, minutes: int) -> None:
    from bot.browser import account_browser, need_display
    from flows.errors import NeedKind, PersonNeeded
    from flows.login import probe, wait_for_sign_in

    need_display(config, attended=True)
    output.say(f'A browser opens for account "{account}". Sign in there; {minutes} minutes are left for it.')
    with account_browser(playwright, config, home, account, headless=False, attended=True) as context:
        page = context.pages[0] if context.pages else context.new_page()
        signed_in = wait_for_sign_in(page, config.site, lambda: False, minutes * 60.0)
    if not signed_in:
        raise PersonNeeded(NeedKind.SIGNED_OUT, f"nobody signed in within {minutes} minutes")
    output.say("Seen. Opening the order list once more …")
    with account_browser(playwright, config, home, account, config.browser.headless) as context:
        probe(context.pages[0] if context.pages else context.new_page(), config.site)

"""Opens what a job works with: the database, a shop's API, an account's browser."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from bot.config import Config
from bot.db import Database, open_database
from bot.home import Home
from bot.secrets import DATABASE_PASSWORD, Secrets

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from bot.shopbase import ShopBase


def now() -> datetime:
    """The time, aware UTC."""
    return datetime.now(UTC)


@contextmanager
def database_of(home: Home, config: Config) -> Iterator[Database]:
    """The home's database, of this version. Raises DatabaseError."""
    database = open_database(database_url(home, config), home.path / "backups")
    try:
        yield database
    finally:
        database.close()


def database_url(home: Home, config: Config) -> str:
    """The URL with its password from the secrets, if one is kept there."""
    if config.database == "sqlite":
        return f"sqlite:///{home.database_file}"
    password = Secrets(home, config.is_sandbox).find(DATABASE_PASSWORD)
    if password is None:
        return config.database
    scheme, _, rest = config.database.partition("://")
    user, _, place = rest.rpartition("@")
    return f"{scheme}://{user}:{quote(password.get_secret_value(), safe='')}@{place}"


def shop_client(home: Home, config: Config, shop: str) -> "ShopBase":
    """The Admin API of one shop. Raises MissingSecret, ConfigError."""
    from bot.shopbase import ShopBase

    settings = config.shop(shop)
    secrets = Secrets(home, config.is_sandbox)
    token = secrets.find(f"{shop}-shopbase-token-secret")
    return ShopBase(
        settings.url,
        secrets.need(f"{shop}-shopbase-key").get_secret_value(),
        secrets.need(f"{shop}-shopbase-password").get_secret_value(),
        token.get_secret_value() if token is not None else None,
    )


@contextmanager
def open_shop(
    home: Home,
    config: Config,
    shop: str,
    *,
    wait_seconds: float,
    say: Callable[[str], None] | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator["ShopBase"]:
    """The Admin API of one shop, with its lock held: two at once could tell a number twice.

    A wait for the lock ends when `stopped` says so. Raises AlreadyRunning, MissingSecret, ConfigError.
    """
    from bot.locks import shop_lock

    client = shop_client(home, config, shop)
    with shop_lock(home, shop, wait_seconds, say, stopped=stopped), client as shopbase:
        yield shopbase


@contextmanager
def browser_of(
    home: Home,
    config: Config,
    account: str,
    *,
    wait_seconds: float,
    say: Callable[[str], None] | None = None,
    stopped: Callable[[], bool] = lambda: False,
    attended: bool = False,
) -> Iterator["BrowserContext"]:
    """The browser of one account, with its lock held; a wait for it ends when `stopped` says so.

    With `attended` it is shown, whatever the configuration says: a person works in it. Raises AlreadyRunning,
    ConfigError.
    """
    from playwright.sync_api import sync_playwright

    from bot.browser import account_browser, import_cookies, need_display
    from bot.locks import account_lock

    config.account(account)
    if attended:
        # Told before anybody waits for a browser that cannot be shown.
        need_display(config, attended=True)
    # `dropferry sandbox` leaves a signed-in session for the first browser of its home.
    session = home.path / "aliexpress-cookies.json"
    is_first = config.is_sandbox and session.exists() and not home.profile(account, sandbox=True).exists()
    with (
        account_lock(home, account, config.is_sandbox, wait_seconds, say, stopped=stopped),
        sync_playwright() as playwright,
        account_browser(playwright, config, home, account, config.browser.headless, attended=attended) as context,
    ):
        if is_first:
            import_cookies(context, session, config.site)
        yield context

"""Opens what a job works with: the database, a shop's API, an account's browser."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from bot.config import Config
from bot.cookies import member_of
from bot.db import Database, open_database
from bot.home import Home
from bot.secrets import DATABASE_PASSWORD, Secrets

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Playwright

    from bot.locks import Note
    from bot.shopbase import ShopBase


_here = threading.local()


def now() -> datetime:
    """The time, aware UTC."""
    return datetime.now(UTC)


@contextmanager
def database_of(home: Home, config: Config) -> Iterator[Database]:
    """The home's database, of this version. Raises DatabaseError."""
    from bot import personal_data

    personal_data.watch()
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


def shop_client(home: Home, config: Config, shop: str, *, sleep: Callable[[float], None] = time.sleep) -> "ShopBase":
    """The Admin API of one shop; `sleep` waits between its tries. Raises MissingSecret, ConfigError."""
    from bot.shopbase import ShopBase

    settings = config.shop(shop)
    secrets = Secrets(home, config.is_sandbox)
    token = secrets.find(f"{shop}-shopbase-token-secret")
    return ShopBase(
        settings.url,
        secrets.need(f"{shop}-shopbase-key").get_secret_value(),
        secrets.need(f"{shop}-shopbase-password").get_secret_value(),
        token.get_secret_value() if token is not None else None,
        sleep=sleep,
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
    database: Database | None = None,
    clock: Callable[[], datetime] = now,
    only_reads: bool = False,
    even_if_paused: bool = False,
) -> Iterator["BrowserContext"]:
    """The browser of one account, with its lock held; a wait for it ends when `stopped` says so.

    With `attended` it is shown, whatever the configuration says: a person works in it. A job that `only_reads` may work
    in the Chrome that `dropferry login --attach` has left open. An account that waits for a person is not opened unless
    `even_if_paused`; one that turns out to need a person is paused (`bot.account_states`). `database` is the home's if
    not given. Raises AlreadyRunning, ConfigError (also for selector files that may not be used), PersonNeeded.
    """
    from bot import account_states, overrides, selector_health
    from bot.locks import account_lock
    from flows.errors import PersonNeeded
    from flows.tab import browser_trouble

    config.account(account)
    if attended:
        from bot.browser import need_display

        # Told before anybody waits for a browser that cannot be shown.
        need_display(config, attended=True)
    with _this_or_own(database, home, config) as known:
        with known.read() as session:
            overrides.check_usable(session, config.site.selectors)
        if not even_if_paused:
            account_states.check_not_paused(known, account, clock())
        with account_lock(home, account, config.is_sandbox, wait_seconds, say, stopped=stopped) as left:
            if not even_if_paused:
                # Whoever had the browser before may have been asked for a person.
                account_states.check_not_paused(known, account, clock())
            try:
                with (
                    selector_health.noted(known, clock),
                    account_context(
                        home, config, account, attended=attended, only_reads=only_reads, left=left
                    ) as context,
                ):
                    with browser_trouble("browser"):
                        member = member_of(context.cookies(), config.site)
                    account_states.check_same_person(known, account, member)
                    yield context
            except PersonNeeded as need:
                account_states.need_arose(known, account, need, clock())
                raise


@contextmanager
def _this_or_own(database: Database | None, home: Home, config: Config) -> Iterator[Database]:
    if database is not None:
        yield database
        return
    with database_of(home, config) as own:
        yield own


@contextmanager
def one_driver() -> Iterator["Playwright"]:
    """Playwright's driver for all browsers that this thread opens in the block: each start of it takes a second."""
    from playwright.sync_api import sync_playwright

    started: Playwright | None = getattr(_here, "driver", None)
    if started is not None:
        yield started
        return
    with sync_playwright() as playwright:
        _here.driver = playwright
        try:
            yield playwright
        finally:
            del _here.driver


@contextmanager
def account_context(
    home: Home, config: Config, account: str, *, attended: bool, only_reads: bool, left: "Note | None"
) -> Iterator["BrowserContext"]:
    """The account's own browser, or for reading the one that a person has open on its profile."""
    from bot import attached
    from bot.browser import account_browser, import_cookies

    # `dropferry sandbox` leaves a signed-in session for the first browser of its home.
    profile = home.profile(account, config.is_sandbox)
    session = home.path / "aliexpress-cookies.json"
    is_first = config.is_sandbox and session.exists() and not profile.exists()
    headless = config.browser.headless
    open_one = attached.running(profile)
    if open_one is not None and not only_reads:
        raise attached.must_be_closed(account)
    with one_driver() as playwright:
        if open_one is not None:
            with attached.looked_into(playwright, config, open_one) as context:
                yield context
            return
        with account_browser(playwright, config, home, account, headless, attended=attended, left=left) as context:
            if is_first:
                import_cookies(context, session, config.site)
            yield context

"""Looks at all that a run needs, one thing after another; what rests on something broken is not looked at."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from bot import account_states
from bot.checkup import database
from bot.checkup.finding import Finding, Level, bad
from bot.checkup.place import disk, place, rights
from bot.checkup.settings import configuration, live, secrets
from bot.cli.output import PERSON_NEEDED
from bot.config import Config
from bot.home import Home
from bot.language import _
from bot.models_running import AccountState

Clock = Callable[[], datetime]


def playwrights_own() -> Path:
    """Where Playwright's own browser is, or would be."""
    from playwright.sync_api import sync_playwright

    from bot.browser import own_download

    with sync_playwright() as playwright:
        return own_download(playwright)


def examine(
    home: Home, *, browse: bool, clock: Clock, own_browser: Callable[[], Path] = playwrights_own
) -> Iterator[Finding]:
    """What each check finds, as it is found. Changes nothing; with `browse` each account's order list is opened.

    `own_browser` says where Playwright's own browser would be.
    """
    yield place(home)
    yield rights(home)
    yield disk(home)
    read = configuration(home)
    yield read.finding
    if read.config is None:
        return
    found, is_current = database.version(home, read.config)
    yield found
    with contextlib.ExitStack() as opened:
        session = opened.enter_context(database.reading(home, read.config)) if is_current else None
        looked = _Checkup(home, read.config, session, browse, clock, own_browser)
        for check in (looked.settings, looked.stores, looked.browsing, looked.unattended):
            yield from _guarded(check)


def _guarded(check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """A check that fails in a way nobody foresaw is a finding of its own, and the others go on."""
    try:
        yield from check()
    except Exception as error:  # noqa: BLE001
        told = _("a check failed in a way that was not foreseen: {why}").format(
            why=f"{type(error).__name__}: {str(error)[:300]}"
        )
        yield bad("doctor", told, _("run dropferry doctor again; if it stays, report it: dropferry bundle"), code=1)


@dataclass(frozen=True, slots=True)
class _Checkup:
    home: Home
    config: Config
    session: Session | None
    browse: bool
    clock: Clock
    own_browser: Callable[[], Path]

    def settings(self) -> Iterator[Finding]:
        yield from secrets(self.home, self.config)
        yield live(self.home, self.config)
        if self.session is not None:
            yield database.tabs(self.session, self.clock())

    def stores(self) -> Iterator[Finding]:
        from bot.checkup.store import store

        for shop in self.config.shops:
            yield from store(self.home, self.config, shop, self.session, self.clock)

    def browsing(self) -> Iterator[Finding]:
        from bot.checkup.accounts import account, card
        from bot.checkup.browser import browser
        from bot.checkup.pages import selectors

        found = browser(self.config, self.own_browser(), self.clock())
        yield from found
        fit = selectors(self.config, self.session)
        yield from fit
        # Selectors that nobody has accepted may be read with.
        ask = self.browse and not any(each.level is Level.BAD and each.code != PERSON_NEEDED for each in (*found, *fit))
        for name in self.config.accounts:
            yield account(self.home, self.config, name, self._state(name), self.clock(), ask=ask)
            yield card(self.config, name, self.session)

    def unattended(self) -> Iterator[Finding]:
        from bot.checkup import running

        yield running.scheduler(self.home, self.config, self.session, self.clock())
        if self.session is not None:
            yield from running.last_runs(self.session)
        yield running.notifications(self.home, self.config)
        yield running.backup(self.home, self.config, self.clock())

    def _state(self, name: str) -> AccountState:
        if self.session is None:
            return AccountState(account=name)
        return account_states.state_of(self.session, name)

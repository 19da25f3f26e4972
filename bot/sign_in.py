"""The three ways to sign an account in: a person in a window, cookies from a file, a plain Chrome that stays open."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, Playwright, sync_playwright

from bot import account_states, attached, persons
from bot.browser import account_browser, add_cookies, need_display, own_download
from bot.config import Config
from bot.cookie_check import CookieCheck, check_cookies, is_open_to_others
from bot.cookies import member_of
from bot.db import Database
from bot.errors import ConfigError, DropferryError
from bot.home import Home
from bot.language import _
from bot.locks import Note, account_lock
from bot.opening import now
from bot.secrets import Secrets, account_secrets
from flows.errors import FlowError, NeedKind, PersonNeeded
from flows.login import open_sign_in, probe, wait_for_sign_in
from flows.sign_in_form import SignIn, fill_form
from flows.tab import close_tab

Say = Callable[[str], None]
# These say nothing against the cookies: whoever they sign in has something to do before it shows.
_PERHAPS_GOOD = (NeedKind.CAPTCHA, NeedKind.TERMS, NeedKind.ACCOUNT_LIMITED)


class NobodySignedIn(DropferryError):
    """A file of cookies signs nobody in; what was there before it is there again."""

    exit_code = 4


@dataclass(frozen=True, slots=True)
class SigningIn:
    """Who is to be signed in, and where it is noted; with `replace` it may be somebody else than before."""

    home: Home
    config: Config
    database: Database
    account: str
    replace: bool
    say: Say

    @contextlib.contextmanager
    def at_work(self) -> Iterator[tuple[Playwright, Note | None]]:
        """The account's lock held, and a Playwright; with the note of whoever died in its profile."""
        with account_lock(self.home, self.account, self.config.is_sandbox) as left, sync_playwright() as playwright:
            yield playwright, left

    @contextlib.contextmanager
    def noting_needs(self) -> Iterator[None]:
        """What turns out to need a person pauses the account's jobs."""
        try:
            yield
        except PersonNeeded as need:
            account_states.need_arose(self.database, self.account, need, now())
            raise

    def prove(self, context: BrowserContext) -> None:
        """Open the order list in a page of our own, and note who is signed in. Raises FlowError."""
        page = context.new_page()
        try:
            probe(page, self.config.site)
        finally:
            close_tab(page)
        member = member_of(context.cookies(), self.config.site)
        self.must_be_same(member)
        account_states.is_signed_in(self.database, self.account, now(), member, by_person=True, replace=self.replace)

    def forget_another(self, context: BrowserContext) -> None:
        """Sign out whoever was found here in the place of the one before, so that the right one can sign in."""
        with self.database.read() as session:
            waits_for = account_states.state_of(session, self.account).waits_for
        if waits_for is NeedKind.OTHER_ACCOUNT and not self.replace:
            context.clear_cookies()

    def must_be_same(self, member: str | None) -> None:
        """Raises PersonNeeded(OTHER_ACCOUNT) where somebody else signs in than before, unless that is meant."""
        if not self.replace:
            account_states.check_same_person(self.database, self.account, member)


def from_file(signing_in: SigningIn, file: Path) -> None:
    """Say what a file of cookies lacks, put them in the place of those before, and prove them by the order list.

    Cookies that sign nobody in, or somebody else, are taken out again and the ones before put back. Raises ConfigError,
    AlreadyRunning, FlowError.
    """
    checked = check_cookies(file, signing_in.config.site)
    _tell_about(signing_in, file, checked)
    config, account = signing_in.config, signing_in.account
    try:
        signing_in.must_be_same(checked.member)
        with (
            signing_in.at_work() as (playwright, left),
            account_browser(playwright, config, signing_in.home, account, headless=True, left=left) as context,
        ):
            before = context.cookies()
            context.clear_cookies()
            try:
                add_cookies(context, checked.cookies, file, config.site)
                signing_in.say(_("Opening the order list …"))
                signing_in.prove(context)
            except (FlowError, ConfigError) as trouble:
                if isinstance(trouble, PersonNeeded) and trouble.kind in _PERHAPS_GOOD:
                    account_states.need_arose(signing_in.database, account, trouble, now())
                    raise
                context.clear_cookies()
                context.add_cookies(before)  # type: ignore[arg-type]  # what it gave it takes back
                raise
    except PersonNeeded as need:
        need.account = account
        if need.kind is NeedKind.OTHER_ACCOUNT:
            raise _another(signing_in, file, need) from None
        if need.kind is NeedKind.SIGNED_OUT:
            raise _nobody(signing_in, file) from None
        raise


def _tell_about(signing_in: SigningIn, file: Path, checked: CookieCheck) -> None:
    told = _("Cookies of AliExpress in {file}: {count}.").format(file=file, count=len(checked.cookies))
    signing_in.say(told)
    for lack in checked.lacks:
        signing_in.say(f"  {lack}")
    if is_open_to_others(file):
        signing_in.say("  " + _("other users of this computer may read that file"))


def _another(signing_in: SigningIn, file: Path, other: PersonNeeded) -> ConfigError:
    told = _('{file}: these cookies are of another AliExpress account than "{account}" was before ({who})')
    fix = _(
        "save the cookies of the right one; or, if the account has really changed: "
        "dropferry login {account} --cookies FILE --replace"
    )
    return ConfigError(
        told.format(file=file, account=signing_in.account, who=other.detail), fix.format(account=signing_in.account)
    )


def _nobody(signing_in: SigningIn, file: Path) -> NobodySignedIn:
    told = _("{file}: these cookies sign nobody in; the ones before them are back in their place")
    fix = _(
        "sign in to AliExpress in a browser, save its cookies again, and take those: "
        "dropferry login {account} --cookies FILE"
    )
    return NobodySignedIn(told.format(file=file), fix.format(account=signing_in.account))


@dataclass(frozen=True, slots=True)
class InWindow:
    """A person signs in in a window; `may_type_again` tells whether a password that was refused may be typed again."""

    signing_in: SigningIn
    minutes: int
    may_type_again: Callable[[str], bool]

    def in_own_browser(self) -> None:
        """Open the sign-in page in the account's browser, wait for the person, and prove it in a new one.

        Raises ConfigError, AlreadyRunning, FlowError; PersonNeeded where nobody has signed in in time.
        """
        it = self.signing_in
        need_display(it.config, attended=True)
        with it.at_work() as (playwright, left), it.noting_needs():
            told = _('A browser opens for account "{account}". Sign in there; time for it: {minutes} min.')
            it.say(told.format(account=it.account, minutes=self.minutes))
            with account_browser(
                playwright, it.config, it.home, it.account, headless=False, attended=True, left=left
            ) as context:
                it.forget_another(context)
                self._wait_in(context.pages[0] if context.pages else context.new_page())
            it.say(_("Seen. Opening the order list once more …"))
            with account_browser(playwright, it.config, it.home, it.account, it.config.browser.headless) as context:
                it.prove(context)

    def in_plain_chrome(self, url: str | None) -> None:
        """Sign in in a plain Chrome on the account's profile, which stays open; without `url` one is started.

        Raises ConfigError, AlreadyRunning, FlowError.
        """
        it = self.signing_in
        if url is not None:
            attached.port_of(url)
        with it.at_work() as (playwright, left), it.noting_needs():
            found = self._found(url, own_download(playwright), left)
            told = _('A plain Chrome is open at {url}, with dropferry\'s own profile of account "{account}".')
            it.say(told.format(url=found.url, account=it.account))
            it.say(
                _(
                    "It stays open, and while it is open dropferry reads in it. Nothing is ordered in it: "
                    "close its window before you place orders."
                )
            )
            with attached.looked_into(playwright, it.config, found) as context:
                it.forget_another(context)
                self._prove_or_wait(context)

    def _found(self, url: str | None, own: Path, left: Note | None) -> attached.Running:
        it = self.signing_in
        profile = it.home.profile(it.account, it.config.is_sandbox)
        if url is not None:
            return attached.must_be_running(profile, url)
        return attached.running(profile) or attached.start(it.config, it.home, it.account, own, left)

    def _prove_or_wait(self, context: BrowserContext) -> None:
        it = self.signing_in
        try:
            it.prove(context)
        except PersonNeeded as need:
            if need.kind is NeedKind.OTHER_ACCOUNT:
                raise
        else:
            return
        told = _("Sign in there, in the page that opens now; time for it: {minutes} min.")
        it.say(told.format(minutes=self.minutes))
        page = context.new_page()
        try:
            self._wait_in(page)
        finally:
            close_tab(page)
        it.prove(context)

    def _wait_in(self, page: Page) -> None:
        site = self.signing_in.config.site
        open_sign_in(page, site)
        asked = self._fill_in(page)
        if not wait_for_sign_in(page, site, lambda: False, self.minutes * 60.0):
            told = _("nobody signed in within {minutes} min").format(minutes=self.minutes)
            raise PersonNeeded(asked or NeedKind.SIGNED_OUT, told)

    def _fill_in(self, page: Page) -> NeedKind | None:
        """Type name and password if both are kept; what is asked for then, None where nothing is."""
        it, kept = self.signing_in, self._kept()
        if kept is None:
            return None
        it.say(_("Name and password are kept here and are typed in for you …"))
        try:
            kind = fill_form(page, it.config.site, kept)
        except FlowError as trouble:
            it.say(_("The form could not be filled in ({why}); sign in yourself.").format(why=trouble))
            return None
        if kind is NeedKind.WRONG_PASSWORD:
            account_states.need_arose(it.database, it.account, PersonNeeded(kind), now())
        if kind is NeedKind.SIGNED_OUT:
            it.say(_("AliExpress has not answered the form: go on in the window."))
        elif kind is not None:
            it.say(_("{what}: go on in the window.").format(what=persons.what_is_the_matter(kind)))
        return kind

    def _kept(self) -> SignIn | None:
        it = self.signing_in
        secrets = Secrets(it.home, it.config.is_sandbox)
        user, password = (secrets.find(name) for name in account_secrets(it.account))
        if user is None or password is None:
            return None
        with it.database.read() as session:
            refused = account_states.state_of(session, it.account).waits_for is NeedKind.WRONG_PASSWORD
        if refused and not self.may_type_again(it.account):
            return None
        return SignIn(user.get_secret_value(), password.get_secret_value())

"""Types a name and a password into AliExpress's own sign-in form, once, and stops at whatever asks for a person."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import ElementHandle, Page
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from flows.errors import NeedKind, PageChanged, TryLater
from flows.pages.login import LoginPage
from flows.values import Site

LOOK_UP_EVERY = 0.2
FORM_SECONDS = 30.0
PRESS_MS = 3000.0


@dataclass(frozen=True)
class SignIn:
    """What one account is signed in with; the password is never shown, not even by `repr`."""

    user: str
    password: str = field(repr=False)


def fill_form(page: Page, site: Site, sign_in: SignIn, seconds: float = FORM_SECONDS) -> NeedKind | None:
    """Types `sign_in` into the form that `page` shows and sends it off, once; tells what the site asks for then.

    None: the page has left the sign-in pages. Any kind is a person's to do, in the same window: a human check is never
    touched, a second try is never made, and a password goes only into a field whose document is of the sign-in host.
    Raises PageChanged where the form is not one that is known, TryLater where the page does not answer.
    """
    return _Form(page, site, time.monotonic() + seconds).fill(sign_in)


class _AskedForMore(Exception):
    """The page asks for something that is not the robot's to give; None where it has left the sign-in pages."""

    def __init__(self, kind: NeedKind | None) -> None:
        super().__init__(kind)
        self.kind = kind


class _Form:
    """One filling of the form, in whichever design it comes; all of it has to be done before `until`."""

    def __init__(self, page: Page, site: Site, until: float) -> None:
        self.page = page
        self.until = until
        self.screen = LoginPage(page, site)

    def fill(self, sign_in: SignIn) -> NeedKind | None:
        try:
            with _quietly():
                self._type(self._wait_for("user"), sign_in.user)
                if self._find("password") is None:
                    self._press("go_on")
                self._type(self._wait_for("password"), sign_in.password)
                self._press("enter")
                return self._outcome()
        except _AskedForMore as asked:
            return asked.kind

    def _wait_for(self, name: str) -> ElementHandle:
        """The field, as soon as it shows; PageChanged where it does not in time."""
        while time.monotonic() < self.until:
            self._look_for_person()
            if name == "password" and self.screen.knows_no_such_user():
                raise _AskedForMore(NeedKind.WRONG_PASSWORD)
            found = self._find(name)
            if found is not None:
                return found
            self._rest()
        raise PageChanged(LoginPage.name, name, "nothing there")

    def _look_for_person(self) -> None:
        kind = self.screen.asks_for_person()
        if kind is not NeedKind.SIGNED_OUT:
            raise _AskedForMore(kind)

    def _find(self, name: str) -> ElementHandle | None:
        """The first visible element of an entry in a document of the sign-in host."""
        for frame in self.page.frames:
            if not self.screen.may_type_at(frame.url):
                continue
            for candidate in self.screen.selectors.entries[name]:
                found = frame.query_selector(candidate.selector)
                if found is not None and found.is_visible():
                    return found
        return None

    def _type(self, into: ElementHandle, text: str) -> None:
        # The field's own document is asked: between finding and typing, its frame may have been led elsewhere.
        if not self.screen.may_type_at(str(into.evaluate("field => field.ownerDocument.location.href"))):
            raise PageChanged(LoginPage.name, "address", "the form is not on the sign-in host")
        into.fill(text, timeout=PRESS_MS)

    def _press(self, name: str) -> None:
        button = self._find(name)
        if button is None:
            raise PageChanged(LoginPage.name, name, "nothing there")
        try:
            button.click(timeout=PRESS_MS)
        except PlaywrightTimeout:
            # Something lies over it: a human check is the likeliest, and is left alone.
            self._look_for_person()
            raise

    def _outcome(self) -> NeedKind | None:
        """What shows after the form was sent off; SIGNED_OUT where it stands there without a word."""
        kind: NeedKind | None = NeedKind.SIGNED_OUT
        while kind is NeedKind.SIGNED_OUT and time.monotonic() < self.until:
            self._rest()
            kind = self.screen.asks_for_person()
        return kind

    def _rest(self) -> None:
        try:
            self.page.wait_for_event("framenavigated", timeout=LOOK_UP_EVERY * 1000)
        except PlaywrightTimeout:
            return


@contextmanager
def _quietly() -> Iterator[None]:
    """What Playwright says of a field that could not be filled has the text in it, so nothing of that is handed on."""
    try:
        yield
    except PlaywrightError:
        raise TryLater("the sign-in page went away while it was being filled in") from None

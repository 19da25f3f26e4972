"""Where a person is needed: sign-in pages, second factors, and human checks that may cover any page."""

from urllib.parse import urlsplit

from flows.errors import NeedKind
from flows.page import PageObject


class LoginPage(PageObject):
    """Tells whether a page asks for a person, and for what; never fills anything in."""

    name = "login"
    asks_for = frozenset({"sign_in_form", "second_factor", "human_check"})
    sign = "sign_in_form"

    def is_here(self) -> bool:
        """Whether the address is one where people sign in."""
        return self._address_says("signed_out")

    def asks_for_person(self, look: bool = False) -> NeedKind | None:
        """What a person is needed for, None where nothing shows; `look` also looks for signs on other pages."""
        if self._address_says("human_check"):
            return NeedKind.CAPTCHA
        if not self.is_here():
            return NeedKind.CAPTCHA if look and self.has("human_check") else None
        if self.has("human_check"):
            return NeedKind.CAPTCHA
        return NeedKind.SECOND_FACTOR if self.has("second_factor") else NeedKind.SIGNED_OUT

    def is_form_shown(self) -> bool:
        """Whether the form for name and password is drawn."""
        return self.has("sign_in_form")

    def _address_says(self, meaning: str) -> bool:
        parts = urlsplit(self.page.url)
        where = parts.netloc + parts.path
        if meaning == "signed_out" and parts.netloc == urlsplit(self.site.login).netloc:
            return True
        return any(sign in where for sign in self.selectors.means["address"][meaning])

"""Where a person is needed: sign-in pages, second factors, and human checks that may cover any page."""

from urllib.parse import urlsplit

from playwright.sync_api import Error as PlaywrightError

from flows.errors import NeedKind
from flows.page import PageObject, tidy

# What a sign-in page may say, in the order in which it is believed: a form that says "wrong" is still the form.
SAYS = (
    ("email_code", NeedKind.EMAIL_CODE),
    ("second_factor", NeedKind.SECOND_FACTOR),
    ("account_limited", NeedKind.ACCOUNT_LIMITED),
    ("terms", NeedKind.TERMS),
    ("wrong_password", NeedKind.WRONG_PASSWORD),
)


class LoginPage(PageObject):
    """Tells whether a page asks for a person, and for what; `flows.login` fills its form."""

    name = "login"
    asks_for = frozenset(
        {
            "sign_in_form",
            "form_frame",
            "user",
            "go_on",
            "password",
            "enter",
            "email_code",
            "human_check",
        }
    )
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
        if self._address_says("second_factor"):
            return NeedKind.SECOND_FACTOR
        if self.has("email_code"):
            return NeedKind.EMAIL_CODE
        return self._said() or NeedKind.SIGNED_OUT

    def is_form_shown(self) -> bool:
        """Whether the form for name and password is drawn."""
        return self.has("sign_in_form")

    def knows_no_such_user(self) -> bool:
        """Whether the page offers to register whoever was typed, instead of asking for a password."""
        said = self._text()
        return not self.has("user") and any(word in said for word in self.selectors.means["says"]["unknown_user"])

    def may_type_at(self, url: str) -> bool:
        """Whether an address is of the sign-in host itself, by its whole name: nowhere else is a password typed."""
        return is_sign_in_origin(url, self.site.login, self.selectors.means["host"]["sign_in"])

    def _said(self) -> NeedKind | None:
        said = self._text()
        words = self.selectors.means["says"]
        return next((kind for name, kind in SAYS if any(word in said for word in words[name])), None)

    def _text(self) -> str:
        """What the page and its sign-in frames show, in small letters; nothing of frames that have gone meanwhile."""
        texts = []
        for frame in self.page.frames:
            if frame == self.page.main_frame or self.may_type_at(frame.url):
                try:
                    texts.append(str(frame.evaluate("document.body ? document.body.innerText : ''")))
                except PlaywrightError:
                    continue
        return tidy(" ".join(texts)).lower()

    def _address_says(self, meaning: str) -> bool:
        parts = urlsplit(self.page.url)
        where = parts.netloc + parts.path
        if meaning == "signed_out" and parts.netloc == urlsplit(self.site.login).netloc:
            return True
        return any(sign in where for sign in self.selectors.means["address"][meaning])


def is_sign_in_origin(url: str, login: str, others: tuple[str, ...]) -> bool:
    """Whether `url` is of the sign-in origin `login`, or, for the real site, of one of its `others` over https.

    The whole host counts, no part of it: "login.aliexpress.com.example.net" is somebody else's.
    """
    asked, ours = urlsplit(url), urlsplit(login)
    if (asked.scheme, asked.netloc) == (ours.scheme, ours.netloc):
        return True
    return ours.hostname in others and asked.scheme == "https" and asked.netloc in others

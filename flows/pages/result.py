"""The page that tells how a payment ended, by its words alone: a word of failure counts before any word of success."""

from typing import ClassVar

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from flows.errors import PageChanged
from flows.guard_rules import is_paid_page
from flows.page import PageObject
from flows.pages import confirm
from flows.selector_files import load
from flows.statuses import plain_word
from flows.values import Site, Value

NAME = "paying"


class Result(Value):
    """How a payment ended, None where the page does not say, with the order numbers that it shows."""

    is_paid: bool | None
    numbers: tuple[str, ...] = ()


class DrawnResult(PageObject):
    """The page after a press; it has no elements that are known, only words."""

    name: ClassVar[str] = NAME
    asks_for: ClassVar[frozenset[str]] = frozenset()

    def is_here(self) -> bool:
        """Whether the address is that of a payment's end."""
        return is_paid_page(self.page.url, self.site)

    def drawn(self, count: int = 1, seconds: float = 0.05) -> bool:  # noqa: ARG002 - words are not counted
        """Waits until the page says how it ended; False when the time is over."""
        said = of(text_of(self.page), self.page.url).is_paid
        if said is None:
            self.page.wait_for_timeout(seconds * 1000)
        return said is not None


def text_of(page: Page) -> str:
    """What a page says; nothing between two documents."""
    try:
        return str(page.evaluate("() => document.body?.innerText ?? ''"))
    except PlaywrightError:
        return ""


def of(text: str, url: str) -> Result:
    """What a page of that text and address tells."""
    numbers, words, plain = confirm.numbers_in(text, url), load(NAME).means["result"], plain_word(text)
    if any(plain_word(word) in plain for word in words["failure"]):
        return Result(is_paid=False, numbers=numbers)
    if numbers or any(plain_word(word) in plain for word in words["success"]):
        return Result(is_paid=True, numbers=numbers)
    return Result(is_paid=None)


def from_page(page: Page, site: Site) -> Result:
    """The same of a page that is open. PageChanged where it is another page, or does not say how it ended."""
    DrawnResult(page, site).must_be_here()
    result = of(text_of(page), page.url)
    if result.is_paid is None:
        raise PageChanged(NAME, "result", "neither a word of success nor one of failure")
    return result

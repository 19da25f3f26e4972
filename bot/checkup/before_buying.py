"""The look before a purchase: nothing is pressed that could not be found again afterwards."""

from pathlib import Path
from typing import TYPE_CHECKING

from bot.checkup.live import LivePages, known_of
from bot.errors import DropferryError
from bot.evidence import Evidence
from bot.language import _
from bot.selector_health import Broken, needed_for
from bot.wording_found import in_words
from bot.wording_pages import INSTEAD, page_name

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from bot.work import Workplace

FOUND_BY = frozenset({"order-list", "order-detail"})


class PagesBrokenError(DropferryError):
    """A `page` that is needed is not as it was; `what` names it with its `element`, and what waits for it."""

    exit_code = 5

    def __init__(self, broken: Broken, folder: Path) -> None:
        self.page, self.element = broken.page, broken.element
        super().__init__(
            _("AliExpress has changed a page: {page}, {element}: {why}. While it is so, this waits: {waits}").format(
                page=page_name(broken.page),
                element=broken.element,
                why=in_words(broken.why, INSTEAD),
                waits=needed_for(broken.page),
            ),
            _(
                "see all of it with dropferry check --live, and update dropferry; what was seen is kept in {folder}"
            ).format(folder=folder),
        )


def check_pages(place: "Workplace", context: "BrowserContext", account: str) -> None:
    """Look at the order list and at one order, by both readers; what shows later is proved by each purchase itself.

    Raises PagesBrokenError, PersonNeeded, TryLater.
    """
    config = place.config
    with place.database.read() as session:
        known = known_of(session, account, [])
    evidence = Evidence(place.home.evidence)
    pages = LivePages(context, config.site, known, FOUND_BY, on_trouble=evidence.keep)
    looked = list(pages.before_buying())
    pages.uses.save(place.database, place.clock())
    broken = [one for each in looked for one in each.broken]
    if broken:
        raise PagesBrokenError(broken[0], place.home.evidence)

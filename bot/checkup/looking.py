"""What a page that is open shows of the elements that its readers look for, and what of it is broken."""

from collections.abc import Iterable, Iterator

from playwright.sync_api import Page

from bot.language import _
from bot.recordings.kinds import Kind, Reading
from bot.selector_health import Broken
from flows.errors import AnswerChanged, FlowError, PageChanged
from flows.pages import order_list
from flows.selector_files import load
from flows.survey import Seen, survey
from flows.values import OrderListPage, Site, Value

Found = dict[str, dict[str, Seen]]


def elements_of(page: Page, kind: Kind, site: Site) -> Found:
    """Every element that this kind of page is read by, as the open page has it."""
    screen = kind.screen
    return {screen.name: survey(page, load(screen.name, site.selectors), screen.inside)}


def complete(kind: Kind, seen: Found, broken: Iterable[Broken], where: str, *, was_read: bool) -> tuple[Broken, ...]:
    """What is broken, with each entry that has to be there and is not; an entry's name says more than a reader's error.

    On a page that was not read, and of which nothing is broken, such as an empty list, nothing has to be there.
    """
    found = list(broken)
    name, elements = kind.screen.name, seen.get(kind.screen.name, {})
    lost = [each for each in sorted(kind.screen.always) if each in elements and elements[each].is_missed]
    if lost and (found or was_read):
        found = [one for one in found if one.element in elements]
        found += [Broken(name, each, _("nothing there"), where) for each in lost]
    first: dict[tuple[str, str], Broken] = {}
    for one in found:
        first.setdefault((one.page, one.element), one)
    return tuple(first.values())


def worse_than_ours(page: Page, kind: Kind, site: Site, seen: Found, where: str) -> Iterator[Broken]:
    """The elements that the package's own places find on the open page, and the merchant's do not."""
    screen = kind.screen
    own = load(screen.name, site.selectors)
    if own.overridden:
        ours = survey(page, load(screen.name), screen.inside)
        for element in sorted(own.overridden):
            if ours[element].is_found and not seen[screen.name][element].is_found:
                yield Broken(screen.name, element, _("your own file finds nothing where dropferry's does"), where)


def contradicted(kind: Kind, reading: Reading, where: str) -> Iterator[Broken]:
    """The trouble of the readers of a page of which nobody has said what is to be read."""
    if isinstance(reading.calls, FlowError) and not (
        isinstance(reading.calls, AnswerChanged) and not isinstance(reading.page, FlowError)
    ):
        yield of_error(kind, reading.calls, where)
    elif isinstance(reading.page, FlowError) and not is_empty(reading.calls) and not _is_the_last_page(reading):
        yield of_error(kind, reading.page, where)
    elif isinstance(reading.both, FlowError):
        yield of_error(kind, reading.both, where)


def of_error(kind: Kind, error: FlowError, where: str) -> Broken:
    """What a reader's error says, by the element that it names."""
    if isinstance(error, PageChanged):
        return Broken(kind.screen.name, error.element, error.found[:200], where)
    return Broken(kind.screen.name, "page", str(error)[:200], where)


def _is_the_last_page(reading: Reading) -> bool:
    """A full page has no button for more where the answer says that there are no more."""
    ends = isinstance(reading.calls, OrderListPage) and not reading.calls.has_more
    return ends and isinstance(reading.page, PageChanged) and reading.page.element == order_list.MORE


def is_empty(told: Value | FlowError | None) -> bool:
    """Whether an answer tells of a list without orders: nothing is drawn, and nothing can be."""
    return isinstance(told, OrderListPage) and not told.orders and not told.unread

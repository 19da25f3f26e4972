"""Looks for every element in recorded pages, replayed in a browser that can reach nothing."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from playwright.sync_api import BrowserContext
from playwright.sync_api import Error as PlaywrightError

from bot.checkup.looking import complete, contradicted, elements_of, of_error, worse_than_ours
from bot.home import Home
from bot.language import _
from bot.recordings import cases
from bot.recordings.cases import Case
from bot.recordings.replay import Replayed, Replayer
from bot.selector_health import Broken, Looked
from flows.errors import FlowError
from flows.values import Site

PACKAGED = Path(cases.__file__).parent / "_recorded"
BESIDE = Path(cases.__file__).parents[2] / "tests" / "recorded"


def shipped() -> Path | None:
    """The recordings that come with dropferry: in the package as installed, else beside the checkout."""
    return next((folder for folder in (PACKAGED, BESIDE) if folder.is_dir()), None)


def folders(home: Home, named: Path | None) -> list[Path]:
    """Where recorded cases are looked for: the folder named, else those that ship and the home's own."""
    if named is not None:
        return [named]
    own = home.path / "recordings"
    found = [folder for folder in (shipped(), own) if folder is not None and folder.is_dir()]
    return [folder for folder in found if any(folder.rglob("about.toml"))]


def look_at_recorded(
    context: BrowserContext,
    site: Site,
    found: Iterable[Path],
    kinds: frozenset[str],
    progress: Callable[[int], None] = lambda _done: None,
) -> Iterator[Looked]:
    """Each case of these kinds as it is found with the selectors of `site`. Raises ConfigError for a broken case."""
    replayer = Replayer(context, Site(selectors=site.selectors))
    try:
        for done, folder in enumerate(found, start=1):
            case = cases.read(folder)
            if case.about.kind in kinds:
                yield look_at_case(replayer, case)
            progress(done)
    finally:
        replayer.close()


def look_at_case(replayer: Replayer, case: Case) -> Looked:
    """One case: what is found, and what of it is otherwise than expected."""
    kind, site = case.kind, replayer.site
    try:
        replayed = replayer.replay(case)
        seen = elements_of(replayer.page, kind, site)
        broken = [*_differs(replayed), *worse_than_ours(replayer.page, kind, site, seen, case.name)]
    except PlaywrightError as error:
        why = _("it could not be replayed: {why}").format(why=str(error).splitlines()[0][:200])
        return Looked(case.name, case.about.source, {}, (Broken(kind.screen.name, "page", why, case.name),))
    was_read = not isinstance(replayed.reading.page, FlowError)
    return Looked(case.name, case.about.source, seen, complete(kind, seen, broken, case.name, was_read=was_read))


def _differs(replayed: Replayed) -> Iterator[Broken]:
    case, reading = replayed.case, replayed.reading
    if case.expected is None:
        yield from contradicted(case.kind, reading, case.name)
    elif replayed.differences:
        unexpected = _unexpected(replayed)
        if unexpected is not None:
            yield of_error(case.kind, unexpected, case.name)
        else:
            yield Broken(case.kind.screen.name, "page", replayed.differences[0][:300], case.name)


def _unexpected(replayed: Replayed) -> FlowError | None:
    """The error of the drawn page's reader where a value was expected: it names the element."""
    expected = (replayed.case.expected or {}).get("page", {})
    error = replayed.reading.page
    return error if isinstance(error, FlowError) and "error" not in expected else None

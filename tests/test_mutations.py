"""Every recorded case changed in hundreds of ways: each reader gives the right value or a named error."""

import copy
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from bot.browser import LANGUAGE
from bot.recordings import cases
from bot.recordings.capture import EMBEDDED
from bot.recordings.cases import Case
from bot.recordings.kinds import said
from bot.recordings.replay import Replayer
from flows.errors import FlowError
from flows.mtop import unwrap
from tests import recorded_mutated
from tests.hard_facts import Fact, facts
from tests.reading import envelope
from tests.test_replay import FOLDERS

SCRIPT = (Path(__file__).parent / "mutations.js").read_text(encoding="utf-8")
SINGLE, PAIRS, ANSWERS = 500, 100, 400
# What a page that shows less may tell otherwise: the list as drawn has more behind it only where its button shows.
SHOWS_LESS = {"drop", "empty", "nothing"}
FREE_TEXTS = ("recipient", "method", "carrier", "service", "default", "field")
PLACES = ("country", "province", "city")


@pytest.fixture(name="replayer", scope="module")
def replayer_fixture(browser: Browser) -> Iterator[Replayer]:
    """One tab for all cases."""
    context = browser.new_context(locale=LANGUAGE, service_workers="block")
    replayer = Replayer(context)
    yield replayer
    replayer.close()
    context.close()


def by_name(folder: Path) -> str:
    """How a case is called in the report."""
    return f"{folder.parent.name}/{folder.name}"


# Cases that were made by changing a page would be changed twice over: into pages that no redesign brings.
AS_DRAWN = [folder for folder in FOLDERS if by_name(folder) not in {scene.name for scene in recorded_mutated.SCENES}]


@pytest.mark.long
@pytest.mark.parametrize("folder", AS_DRAWN, ids=by_name)
def test_drawn_page_is_read_right_or_not_at_all(replayer: Replayer, folder: Path) -> None:
    """Proves that no change of a drawn page makes its reader tell a fact that is not one."""
    case = cases.read(folder)
    with replayer.opened(case):
        wrong = list(_misread(replayer, case))
    assert [] == wrong


def _misread(replayer: Replayer, case: Case) -> Iterator[tuple[Any, Any]]:
    page, read = replayer.page, case.kind.from_page
    true = said(lambda: read(page, replayer.site))
    truth = set() if isinstance(true, FlowError) else facts(true)
    page.evaluate(SCRIPT)
    for changes in _chosen(page.evaluate("window.mutations.all()"), case.name):
        if not page.evaluate("changes => window.mutations.apply(changes)", changes):
            continue
        found = said(lambda: read(page, replayer.site))
        if isinstance(found, FlowError):
            continue
        # A page that could not be read at first may be read once what stood in the way is gone.
        wrong = facts(found) - truth if truth else set()
        wrong = {fact for fact in wrong if not _is_true_now(fact, changes)}
        if wrong:
            yield changes, sorted(wrong, key=str)


def _chosen(every: list[Any], name: str) -> list[list[Any]]:
    chance = random.Random(name)
    whole = [change for change in every if change[0] in {"whole", "name"}]
    single = [change for change in every if change[0] not in {"whole", "name"}]
    chosen = [*whole, *chance.sample(single, min(SINGLE, len(single)))]
    return [*([one] for one in chosen), *(chance.sample(single, 2) for _ in range(PAIRS) if len(single) > 1)]


def _is_true_now(fact: Fact, changes: list[Any]) -> bool:
    """Whether the change itself made a fact true: names and methods are free texts, which say what they say.

    A page without its button for more has no more to show, and an emptied place for payment is a page without payment.
    Places that are told by their order alone have changed places where that was changed.
    """
    ways = {change[1] for change in changes}
    if fact in {("page", "more", False), ("payment", False)}:
        return bool(ways & SHOWS_LESS)
    if fact[0] == "field" and fact[1] in PLACES and ways & {"swap", "backwards"}:
        return True
    return any(name in fact for name in FREE_TEXTS) and any(change[0] == "text" for change in changes)


@pytest.mark.long
@pytest.mark.parametrize("folder", FOLDERS, ids=by_name)
def test_answers_are_read_right_or_not_at_all(folder: Path) -> None:
    """Proves that no change of an answer's shape makes its reader tell a fact that is not one."""
    assert [] == list(_misread_answers(cases.read(folder)))


def _misread_answers(case: Case) -> Iterator[tuple[str, set[Fact]]]:
    wanted = [one for one in case.calls if one.api.lower() in {api.lower() for api in case.kind.apis}]
    read, bodies = case.kind.from_answers, [one.body for one in wanted if one.way != EMBEDDED]
    if read is None or not bodies or not all(isinstance(body, dict) for body in bodies):
        return
    true = said(lambda: read([_data(body) for body in bodies], case.about.url))
    truth = set() if isinstance(true, FlowError) else facts(true)
    for changed, what in _changed(bodies, case.name) if truth else ():
        found = said(lambda bodies=changed: read([_data(body) for body in bodies], case.about.url))  # type: ignore[misc]
        if not isinstance(found, FlowError) and facts(found) - truth:
            yield what, facts(found) - truth


def _data(body: Any) -> Any:
    return unwrap(envelope(body.get("data"), *body.get("ret", [])), "any")


def _changed(bodies: list[Any], name: str) -> Iterator[tuple[list[Any], str]]:
    chance = random.Random(name)
    for number in range(ANSWERS):
        copied = copy.deepcopy(bodies)
        place = _somewhere(copied[-1].get("data"), chance)
        what = [_spoil(chance, *place) for _ in range(1 + number % 2)] if place else []
        if any(what):
            yield copied, ", ".join(what)


def _somewhere(node: Any, chance: random.Random) -> tuple[Any, Any, str] | None:
    path = []
    while isinstance(node, dict | list) and node:
        key = chance.choice(list(node)) if isinstance(node, dict) else chance.randrange(len(node))
        path.append(str(key))
        if not isinstance(node[key], dict | list) or not node[key] or chance.random() < 0.2:
            return node, key, ".".join(path)
        node = node[key]
    return None


def _spoil(chance: random.Random, node: Any, key: Any, path: str) -> str:
    """Changes one place as a new version of an answer may: the same said otherwise, or not at all."""
    ways = ["none", "text", "gone", "inside", "renamed", "empty"]
    way = chance.choice(ways)
    if isinstance(node, dict) and key not in node:
        return ""
    value = node[key]
    if way == "none":
        node[key] = None
    elif way == "text" and isinstance(value, int | float) and not isinstance(value, bool):
        node[key] = str(value)
    elif way == "gone" and isinstance(node, dict):
        del node[key]
    elif way == "inside":
        node[key] = {"value": value}
    elif way == "renamed" and isinstance(node, dict):
        node[f"{key}New"] = node.pop(key)
    elif way == "empty" and isinstance(value, str | list | dict):
        node[key] = type(value)()
    else:
        return ""
    return f"{path}: {way}"

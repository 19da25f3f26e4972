"""Makes a case of a page that was taken: without anybody's data, small, and under AliExpress's own host names."""

import json
import random
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from bot.hosts import is_loopback
from bot.recordings.capture import EMBEDDED, RecordedCall, Recording
from bot.recordings.cases import About, Case
from bot.recordings.inventing import Inventor
from bot.recordings.kinds import KINDS
from bot.recordings.nodes import Element, Text, html_of, prune
from bot.recordings.redact import Redactor, Report
from flows.values import Site

PAGE_LIMIT = 60_000  # characters of a page; parts that no selector touches are emptied beyond it
OTHER_CALL_LIMIT = 20_000  # of an answer that no reader reads
WEIGHTY_TEXT = 4_000  # a single text that long is nothing that a reader reads


def make_case(
    name: str,
    kind: str,
    taken: Recording,
    site: Site,
    *,
    known: Iterable[str] = (),
    secrets: Iterable[str] = (),
    redacted: bool = True,
    keep_texts: bool = False,
    chance: random.Random | None = None,
    note: str = "",
) -> tuple[Case, Report]:
    """The case of a page that was taken, still without what is to be expected, and the report of what was replaced.

    `known` are texts of people that are known from elsewhere, `secrets` the values of the browser's cookies. Changes
    the page of `taken`.
    """
    source = "sandbox" if is_loopback(site.www) else "real"
    taken = _as_real(taken, site)
    calls = [one for one in taken.calls if _is_wanted(kind, one)]
    redactor = Redactor(Inventor(chance) if chance else None, keep_texts=keep_texts)
    language, title, urls = taken.language, taken.title, (taken.asked, taken.url)
    if redacted:
        answers = [part for one in taken.calls for part in (one.asked, one.body)]
        redactor.collect(taken.page, answers, urls, known, secrets)
        redactor.page(taken.page)
        calls = [_redacted(redactor, one) for one in calls]
        title = redactor.text(title)
        urls = (redactor.address(taken.asked), redactor.address(taken.url))
    prune(taken.page, PAGE_LIMIT, lambda element: bool(element.marks))
    about = About(
        kind=kind,
        asked=urls[0],
        url=urls[1],
        date=datetime.now(UTC).date().isoformat(),
        language=language,
        design=", ".join(taken.designs) or "unknown",
        source=source,
        redacted=redacted,
        note=note,
    )
    return Case(name, about, html_of(taken.page, language, title), tuple(calls), None), redactor.report


def _is_wanted(kind: str, call: RecordedCall) -> bool:
    is_read = call.api.lower() in {api.lower() for api in KINDS[kind].apis}
    return is_read or len(json.dumps(call.body)) <= OTHER_CALL_LIMIT or (call.way == EMBEDDED and kind == "product")


def _redacted(redactor: Redactor, call: RecordedCall) -> RecordedCall:
    if isinstance(call.body, dict):
        said = {name: value for name, value in call.body.items() if name != "ret"}
        body: Any = redactor.answer(_light(said))
        if "ret" in call.body:
            body["ret"] = _codes(call.body["ret"])
    else:
        body = redactor.text(str(call.body)[:WEIGHTY_TEXT])
    return replace(call, asked=redactor.answer(call.asked), body=body)


def _codes(ret: object) -> list[str]:
    """What an envelope says, by its codes alone: the text behind them may name anybody."""
    entries = ret if isinstance(ret, list) else [ret]
    return [f"{str(entry).split('::', 1)[0]}::" for entry in entries]


def _light(value: Any) -> Any:
    """Without texts that are too long to be read by any reader."""
    if isinstance(value, dict):
        return {key: _light(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_light(each) for each in value]
    if isinstance(value, str) and len(value) > WEIGHTY_TEXT and value.lstrip()[:1] not in {"{", "["}:
        return ""
    return value


def _as_real(taken: Recording, site: Site) -> Recording:
    """With the real site's host names in place of the stand-in's."""
    hosts = _hosts(site)
    if not hosts:
        return taken
    _rename(taken.page, hosts)
    calls = [replace(one, asked=_renamed(one.asked, hosts), body=_renamed(one.body, hosts)) for one in taken.calls]
    return replace(taken, asked=_renamed(taken.asked, hosts), url=_renamed(taken.url, hosts), calls=calls)


def _hosts(site: Site) -> dict[str, str]:
    real, found = Site(), {}
    for ours, theirs in ((site.www, real.www), (site.acs, real.acs), (site.login, real.login)):
        if ours != theirs:
            for way in (str, lambda text: quote(text, safe="")):
                found[way(ours)] = way(theirs)
                found[way(urlsplit(ours).netloc)] = way(urlsplit(theirs).netloc)
    return found


def _rename(page: Element, hosts: Mapping[str, str]) -> None:
    for element in page.walk():
        element.attributes = {name: _renamed(value, hosts) for name, value in element.attributes.items()}
        for one in element.inside:
            if isinstance(one, Text):
                one.said = _renamed(one.said, hosts)


def _renamed(value: Any, hosts: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {_renamed(key, hosts): _renamed(each, hosts) for key, each in value.items()}
    if isinstance(value, list):
        return [_renamed(each, hosts) for each in value]
    if isinstance(value, str):
        for ours, theirs in hosts.items():
            value = value.replace(ours, theirs)
    return value

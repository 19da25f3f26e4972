"""Prints how well the selectors fit, for a person and as JSON."""

from collections.abc import Sequence
from typing import Any

from bot.checkup.live import NotLooked
from bot.cli import output
from bot.language import _, counted
from bot.overrides import Override, Standing
from bot.selector_health import Element, Entry, Looked, PageHealth, needed_for
from bot.wording import when


def print_health(
    found: Sequence[PageHealth], looked: Sequence[Looked], skipped: Sequence[NotLooked], *, every: bool
) -> None:
    """A row for each page, then what is worth a look; with `every` each element of each page."""
    for line in _summary(looked):
        output.say(line)
    headings = [_("Page"), _("Elements"), _("Found"), _("By a fallback"), _("By nobody"), _("Broken")]
    output.print_table(headings, [_row(page) for page in found], right=headings[1:])
    if every:
        _print_elements(found)
    else:
        _print_fallbacks(found)
        _print_nobody(found)
    for each in skipped:
        output.say(_("Not looked at: {page} ({why})").format(page=each.page, why=each.why))
    _print_broken(found)


def _summary(looked: Sequence[Looked]) -> list[str]:
    sources = [one.source for one in looked]
    recorded = sources.count("real") + sources.count("sandbox")
    lines = []
    if recorded:
        told = _("Recorded pages looked at: {count}, of which {real} of the real AliExpress, {sandbox} of the sandbox")
        lines.append(told.format(count=recorded, real=sources.count("real"), sandbox=sources.count("sandbox")))
    if "live" in sources:
        lines.append(
            counted("{count} page of your own looked at", "{count} pages of your own looked at", sources.count("live"))
        )
    return lines


def _row(page: PageHealth) -> tuple[object, ...]:
    states = [each.state for each in page.elements]
    return (
        page.page,
        len(states),
        sum(each.is_found for each in page.elements),
        sum(bool(each.fallbacks) for each in page.elements),
        states.count("nobody"),
        len(page.broken),
    )


def _print_elements(found: Sequence[PageHealth]) -> None:
    for page in found:
        for each in page.elements:
            output.say(f"{page.page} {each.name}: {_state(each)}")
            for place, entry in enumerate(each.entries, start=1):
                output.say(f"  {place}. {_entry(entry)}")


def _print_fallbacks(found: Sequence[PageHealth]) -> None:
    rows = [each for page in found for each in page.elements if each.fallbacks]
    if rows:
        output.say(_("Found by a fallback, on pages where the first place to look has nothing:"))
    for each in rows:
        for place in each.fallbacks:
            told = _("  {page} {element}: by place {place} of {count}: {entry}")
            entry = _entry(each.entries[place])
            output.say(
                told.format(page=each.page, element=each.name, place=place + 1, count=len(each.entries), entry=entry)
            )


def _print_nobody(found: Sequence[PageHealth]) -> None:
    rows = {page.page: [each for each in page.elements if each.state == "nobody"] for page in found}
    rows = {page: elements for page, elements in rows.items() if elements}
    if not rows:
        return
    output.say(_("Found by nobody: no page that was looked at shows it, or it has changed (*: never seen to fit):"))
    for page, elements in rows.items():
        names = ", ".join(each.name if each.is_proved else f"{each.name}*" for each in elements)
        output.say(f"  {page}: {names}")


def _print_broken(found: Sequence[PageHealth]) -> None:
    rows = [one for page in found for one in page.broken]
    if not rows:
        output.say(_("Nothing is broken."))
    for one in rows:
        told = _("BROKEN: {page} {element}: {why} ({where}). While it is so, this waits: {waits}")
        output.say(
            told.format(page=one.page, element=one.element, why=one.why, where=one.where, waits=needed_for(one.page))
        )


def _state(each: Element) -> str:
    says = {
        "found": _("found"),
        "fallback": _("found by a fallback"),
        "nobody": _("found by nobody"),
        "broken": _("broken"),
    }[each.state]
    return says if not each.own else _("{state}, by places of your own").format(state=says)


def _entry(entry: Entry) -> str:
    one = entry.candidate
    parts = [_("{selector} (design {design})").format(selector=one.selector, design=one.design)]
    if entry.recorded:
        parts.append(counted("on {count} recorded page", "on {count} recorded pages", entry.recorded))
    if entry.since is not None and entry.last is not None:
        parts.append(
            _("on your pages since {since}, last {last}").format(since=when(entry.since), last=when(entry.last))
        )
    return ", ".join(parts)


def print_overrides(overrides: Sequence[Override]) -> None:
    """The merchant's own files, and how each stands."""
    for each in overrides:
        if each.standing is Standing.ACCEPTED and each.accepted_at is not None:
            told = _("Your own {file} is in use, as accepted {when}.")
            output.say(told.format(file=each.file, when=when(each.accepted_at)))
        elif each.standing is Standing.CHANGED:
            output.say(
                _("Your own {file} has been changed since it was accepted, so nothing works with it.").format(
                    file=each.file
                )
            )
        else:
            output.say(
                _("Your own {file} is in use and not accepted yet: nothing is placed unattended.").format(
                    file=each.file
                )
            )


def health_json(
    found: Sequence[PageHealth],
    looked: Sequence[Looked],
    skipped: Sequence[NotLooked],
    overrides: Sequence[Override],
    accepted: Sequence[Override],
) -> dict[str, Any]:
    """All of it for a program."""
    sources = [one.source for one in looked]
    return {
        "looked_at": {name: sources.count(name) for name in ("real", "sandbox", "live")},
        "pages": [_page_json(page) for page in found],
        "not_looked_at": [{"page": each.page, "why": each.why} for each in skipped],
        "overrides": [
            {"file": str(each.file), "sha256": each.sha256, "standing": each.standing.value, "at": each.accepted_at}
            for each in overrides
        ],
        "accepted": [each.file.name for each in accepted],
    }


def _page_json(page: PageHealth) -> dict[str, Any]:
    return {
        "page": page.page,
        "recorded": page.recorded,
        "live": page.live,
        "broken": [{"element": one.element, "why": one.why, "where": one.where} for one in page.broken],
        "elements": [
            {
                "element": each.name,
                "state": each.state,
                "own": each.own,
                "entries": [_entry_json(entry) for entry in each.entries],
            }
            for each in page.elements
        ],
    }


def _entry_json(entry: Entry) -> dict[str, Any]:
    one = entry.candidate
    return {
        "selector": one.selector,
        "design": one.design,
        "seen": one.seen,
        "recorded": entry.recorded,
        "live": entry.live,
        "since": entry.since,
        "last": entry.last,
    }

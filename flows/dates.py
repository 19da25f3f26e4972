"""Days as pages write them, and instants as answers count them."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import cache

from flows.errors import PageChanged

ENGLISH = re.compile(r"^([A-Za-z]{3,9})\.? (\d{1,2}), (\d{4})$")
NUMBERED = re.compile(r"^(\d{4})(?:-|년 ?|年)(\d{1,2})(?:-|월 ?|月)(\d{1,2})(?:일|日)?$")
DOTTED = re.compile(r"^(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})$")  # day first, in every language that writes dots
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# The languages of AliExpress's own subdomains whose months are words.
LANGUAGES = ("en", "pt_BR", "es", "de", "fr", "it", "nl", "pl", "tr", "uk", "ru", "vi")
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def read_day(page: str, element: str, text: str | None) -> date | None:
    """ "Sep 1, 2026" as a day; None where there is no text; PageChanged where a text is no day that is surely known."""
    if text is None or not text.strip():
        return None
    plain = " ".join(text.split())
    parts = _english(plain) or _numbered(plain) or _in_words(plain)
    if parts is None:
        raise PageChanged(page, element, f"not a date: {plain:.60}")
    try:
        return date(*parts)
    except ValueError as error:
        raise PageChanged(page, element, f"not a date: {plain:.60}") from error


def read_instant(page: str, element: str, milliseconds: int | None) -> datetime | None:
    """Milliseconds since 1970 as UTC; None for none and for 0; PageChanged far outside our time."""
    if not milliseconds:
        return None
    if not EARLIEST.timestamp() <= milliseconds / 1000 < LATEST.timestamp():
        raise PageChanged(page, element, f"not a time of our day: {milliseconds}")
    return datetime.fromtimestamp(milliseconds // 1000, UTC).replace(microsecond=milliseconds % 1000 * 1000)


def _english(text: str) -> tuple[int, int, int] | None:
    match = ENGLISH.match(text)
    if match is None or match[1][:3].lower() not in MONTHS:
        return None
    return int(match[3]), MONTHS.index(match[1][:3].lower()) + 1, int(match[2])


def _numbered(text: str) -> tuple[int, int, int] | None:
    match = NUMBERED.match(text)
    if match:
        return int(match[1]), int(match[2]), int(match[3])
    match = DOTTED.match(text)
    return (int(match[3]), int(match[2]), int(match[1])) if match else None


def _in_words(text: str) -> tuple[int, int, int] | None:
    """ "17 de abr. de 2026": one year, one day, and one word that is one month in every language."""
    numbers = re.findall(r"\d+", text)
    years = [int(number) for number in numbers if len(number) == 4]
    days = [int(number) for number in numbers if len(number) <= 2]
    words = [word for word in re.findall(r"[^\W\d_]+", text.casefold()) if word in _months()]
    if (len(numbers), len(years), len(days), len(words)) != (2, 1, 1, 1):
        return None
    months = _months()[words[0]]
    return (years[0], next(iter(months)), days[0]) if len(months) == 1 else None


@cache
def _months() -> dict[str, set[int]]:
    from babel.dates import get_month_names

    found: dict[str, set[int]] = {}
    for language in LANGUAGES:
        for width in ("abbreviated", "wide"):
            for context in ("format", "stand-alone"):
                names: Iterable[tuple[int, str]] = get_month_names(width, context, language).items()
                for month, name in names:
                    found.setdefault(name.casefold().strip(". "), set()).add(month)
    return found

"""What the pages' readers say in English alone, word for word as they say it, put into the merchant's language.

`flows` knows no language; its messages are details beside our own sentences, with what was asked and what was found.
"""

import re
from collections.abc import Iterable

from bot.language import _, mark

# The first that fits is told; a part that is itself one of these is told so, too.
FOUND = (
    # why an order was surely not placed
    mark("asked for 1 new entry, the address book has {found}"),
    mark("asked for no default, the form insists on one"),
    mark("asked to give {name}, the form has no field for it"),
    mark("asked {name}, the form's list of {count} has no such entry"),
    mark("asked {asked}, the page says that it is not sold"),
    mark("the page says that it is not sold"),
    mark("the total is {total}, row {row} shows {shown}"),
    mark("asked {asked}, row {row} shows {shown}"),
    mark("button {button}, payment {payment}"),
    mark("{asked}, page shows {shown}"),
    mark("asked for a known button"),
    mark("asked for an amount to pay"),
    mark("asked 1 product"),
    mark("asked {asked}"),
    mark("quote {asked}"),
    mark("the quote is too old: its deadline has passed"),
    mark("not chosen"),
    mark("no address"),
    mark("none"),
    mark("{left} left"),
    # what may be tried again, and what nobody knows
    mark("the window was closed before anybody had signed in"),
    mark("the sign-in page went away while it was being filled in"),
    mark("sign-in page: {trouble}"),
    mark("{where}: the browser says: {trouble}"),
    mark("the browser says: {trouble}"),
    mark("{where}: the answer was lost: {trouble}"),
    mark("{where}: {trouble} within {seconds} s"),
    mark("{where}: HTTP {status}"),
    mark("the page is gone; {trouble}"),
    mark("{call} was sent; {trouble}"),
    mark("nobody saw an order call leave"),
    mark("the page shows no order number"),
    mark("no answer"),
    mark("nothing came"),
    # files that a person gave
    mark("no page {name}: known are {known}"),
    mark("{path}: no such file"),
    mark("{path}: must end in .json or .html, or be the folder of a recorded case"),
    mark("{path}: not UTF-8 text: save it again as UTF-8"),
    mark("{path}: an answer of {found}, not of {wanted}"),
    mark("{path}: a drawn page needs a browser: install one, or give the answer as .json"),
    mark("{path}: neither calls.json nor page.html: not a recorded case"),
    mark('{path}: must be a list of {{"api", "status", "body"}}: {trouble}'),
    mark('{file}: {name}: needs at least one entry with css = "…"'),
    mark("{file}: [means] is not allowed here: an override says where to look, not what it means"),
    mark("{file}: {name}: no such entry; known are {known}"),
    mark("{file}: {name}: must be a list of at least one {{css = …, design = …, seen = …}}"),
    mark("{file}: {name}: each needs css or selector, design and seen, and nothing else: {found}"),
    mark("{file}: {name}: every value must be a text: {found}"),
    mark('{file}: {name}: seen must be like "2026-09", "2026" or "never": {found}'),
    mark("{file}: means: must be a table"),
    mark("{file}: {name}: must be a table of lists of words"),
    mark("{file}: {name}: must be a list of at least one word"),
    mark("{path}: cannot be read: {trouble}"),
)


def in_words(message: str, templates: Iterable[str] = FOUND) -> str:
    """The message in the merchant's language where it is one of the templates, else as it is."""
    known = tuple(templates)
    found = fitting(message, known)
    if found is None:
        return message
    template, parts = found
    return _(template).format(**{name: in_words(part, known) for name, part in parts.items()})


def fitting(message: str, templates: Iterable[str]) -> tuple[str, dict[str, str]] | None:
    """The first template that a message may have been made from, with what stands in its places."""
    for template in templates:
        whole = re.escape(template).replace(r"\{\{", r"\{").replace(r"\}\}", r"\}")
        found = re.fullmatch(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", whole), message, re.DOTALL)
        if found:
            return template, found.groupdict()
    return None

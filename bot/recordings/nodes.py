"""A drawn page as a tree, and as the HTML that draws it again without any script."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape

BROKEN = frozenset({"body", "div", "section", "article", "ul", "li", "form", "table", "tr", "td", "label", "button"})
VOID = frozenset({"area", "br", "col", "embed", "hr", "img", "input", "source", "track", "wbr"})
NAME = re.compile(r"^[a-z][a-z0-9-]*$")
ATTRIBUTE = re.compile(r"^[a-z][a-z0-9_:.-]*$")
LEFT_OUT = "data-left-out"


@dataclass(slots=True)
class Text:
    """A piece of text inside an element."""

    said: str


@dataclass(slots=True)
class Element:
    """An element; `marks` are the names of the places to look that match it."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    marks: frozenset[str] = frozenset()
    inside: list["Element | Text"] = field(default_factory=list)

    def walk(self) -> Iterator["Element"]:
        """This element and all inside it, in the order of the page."""
        yield self
        for one in self.inside:
            if isinstance(one, Element):
                yield from one.walk()


def tree_of(node: object) -> Element:
    """The tree that the page script gave; every kind of blank becomes a single one."""
    found = _node(node)
    if not isinstance(found, Element):
        raise TypeError(f"not an element: {node!r:.60}")
    return found


def _node(node: object) -> Element | Text:
    if isinstance(node, str):
        return Text(re.sub(r"\s+", " ", node))
    if not isinstance(node, list) or len(node) != 4:
        raise TypeError(f"neither a text nor an element: {node!r:.60}")
    tag, attributes, marks, inside = node
    name = str(tag).lower()
    kept = {key.lower(): str(value) for key, value in attributes.items() if ATTRIBUTE.match(key.lower())}
    return Element(name if NAME.match(name) else "div", kept, frozenset(marks), [_node(one) for one in inside])


def html_of(page: Element, language: str, title: str) -> str:
    """The page as one HTML text, with its line breaks inside the tags, where they change nothing."""
    head = (
        f'<!doctype html>\n<html lang="{escape(language)}">\n<head><meta charset="utf-8"><title>{escape(title)}</title>'
    )
    return f"{head}</head>\n{inner_html(page)}\n</html>\n"


def inner_html(element: Element) -> str:
    """One element as HTML; what a frame draws stands in its `srcdoc`, so that nothing is asked for."""
    attributes = dict(element.attributes)
    if element.tag == "iframe":
        attributes["srcdoc"] = "".join(inner_html(one) for one in element.inside if isinstance(one, Element))
    names = "".join(f' {name}="{escape(value)}"' if value else f" {name}" for name, value in attributes.items())
    if element.tag in VOID:
        return f"<{element.tag}{names}>"
    if element.tag == "iframe":
        return f"<iframe{names}></iframe>"
    inside = "".join(
        escape(one.said, quote=False) if isinstance(one, Text) else inner_html(one) for one in element.inside
    )
    end = "\n>" if element.tag in BROKEN else ">"
    return f"<{element.tag}{names}{end}{inside}</{element.tag}>"


def prune(page: Element, limit: int, keeps: Callable[[Element], bool]) -> int:
    """Empties the largest parts in which `keeps` finds nothing until the page has at most `limit` characters.

    Returns how many characters went; the emptied element says how many in `data-left-out`.
    """
    size, gone = len(inner_html(page)), 0
    candidates = [one for one in _bare(page, keeps) if one.inside]
    for element in sorted(candidates, key=lambda one: len(inner_html(one)), reverse=True):
        if size - gone <= limit:
            break
        went = sum(len(inner_html(one)) if isinstance(one, Element) else len(one.said) for one in element.inside)
        element.inside = []
        element.attributes[LEFT_OUT] = str(went)
        gone += went
    return gone


def _bare(element: Element, keeps: Callable[[Element], bool]) -> Iterator[Element]:
    """The outermost elements that neither are kept nor hold any that is."""
    for one in element.inside:
        if not isinstance(one, Element):
            continue
        if any(keeps(each) for each in one.walk()):
            if not keeps(one):
                yield from _bare(one, keeps)
        else:
            yield one

"""Takes everybody's data out of a recording, on the page and in its answers alike.

What is known of people and what looks like a number, an address or a secret gets an invented value, the same wherever
it stands. Of the rest only that stays which readers read or which the site prints for everyone; any other text is taken
out, whatever it may be.
"""

import html
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from bot.recordings import harmless, personal
from bot.recordings.inventing import Inventor, Replaced, plain
from bot.recordings.nodes import Element, Text
from bot.recordings.texts import Finder, Stream

TAKEN_OUT = "…"
BLOCKS = frozenset({"div", "p", "li", "ul", "ol", "td", "th", "tr", "table", "section", "article", "form", "h1", "h2"})
BLOCKS |= {
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "footer",
    "main",
    "nav",
    "label",
    "dt",
    "dd",
    "option",
    "button",
    "br",
    "body",
}
CALLED = re.compile(r"^[A-Za-z_$][\w$.:-]*$")
NAMED = re.compile(r"^[A-Za-z_-][\w:-]*$", re.ASCII)
CHOICE = re.compile(r"^\d{1,9}-\d{1,10}$", re.ASCII)  # property and value of a SKU
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
PICTURE = re.compile(r"\.(?:jpe?g|png|webp|avif|gif|svg)(?:[_?].*)?$", re.IGNORECASE)


@dataclass
class Report:
    """What was done: values replaced and fields emptied with how often, texts taken out, texts of unknown origin."""

    replaced: Counter[Replaced] = field(default_factory=Counter)
    emptied: Counter[str] = field(default_factory=Counter)
    taken_out: int = 0
    unknown: list[str] = field(default_factory=list)


class Redactor:
    """Redacts the page, the answers and the addresses of one case; see `collect`, then the others in any order.

    With `keep_texts` texts of unknown origin stay and are listed in the report.
    """

    def __init__(self, inventor: Inventor | None = None, *, keep_texts: bool = False) -> None:
        self.inventor = inventor or Inventor()
        self.report = Report(replaced=self.inventor.replaced)
        self.keep_texts = keep_texts
        self._values: set[str] = set()
        self._public: set[str] = set()
        self._finder = Finder(self.inventor, (), (), ())
        self._said: dict[tuple[str, str], str] = {}

    def collect(self, page: Element, answers: Iterable[Any], addresses: Iterable[str], known: Iterable[str],
                secrets: Iterable[str]) -> None:  # fmt: skip
        """Learns whose data are in it: from the answers' fields, from where pages show people, and what is `known`."""
        told = list(answers)
        for answer in told:
            self._learn(answer, in_people=False)
        for address in addresses:
            self._learn_address(address)
        for element in page.walk():
            for name in ("href", "src"):
                self._learn_address(element.attributes.get(name, ""))
        self._values |= set(_people_on(page))
        everything = plain(" ".join([*_texts_of(page), json.dumps(told, ensure_ascii=False), *addresses]))
        everything += plain(unquote(everything))
        self._values |= {value for value in known if len(plain(value)) >= 3 and plain(value) in everything}
        self._public -= {value for value in self._values if value.isdigit()}
        self.inventor.avoid(word for value in self._values for word in value.split())
        self.inventor.avoid([*self._values, *self._public])
        self._finder = Finder(self.inventor, self._values, self._public, secrets)

    def page(self, page: Element) -> None:
        """Redacts a page in place: its texts, and what stands in attributes."""
        found = list(_texts(page, ""))
        stream = Stream([(text.said, begins) for text, _, begins in found])
        self._finder.replace(stream)
        for number, (text, policy, _) in enumerate(found):
            if policy == "people" and not harmless.is_harmless(stream.left(number)):
                self._finder.replace_rest(stream, number)
            elif not self._may_stay(text.said, stream.left(number), policy):
                stream.keep(*stream.spans[number])
                stream.change(*stream.spans[number], harmless.saying(text.said) or TAKEN_OUT)
        for (text, _, _), said in zip(found, stream.written(), strict=True):
            text.said = said
        for element, policy in _elements(page, ""):
            self._attributes(element, policy)

    def answer(self, value: Any) -> Any:
        """A redacted copy of what an answer holds."""
        return self._json(value, ("", ""), in_people=False)

    def address(self, url: str) -> str:
        """An address without whatever could name somebody; "" for one that is no web address."""
        try:
            parts = urlsplit(url.strip())
            asked = parse_qsl(parts.query)
        except ValueError:
            return ""
        if parts.scheme not in {"", "http", "https"} or (not parts.netloc and not parts.path.startswith("/")):
            return ""
        if PICTURE.search(parts.path) or parts.path.startswith("/kf/"):
            return self.inventor.picture(url)
        host = parts.netloc.rpartition("@")[2].lower()
        start = f"{parts.scheme}:" if parts.scheme else ""
        if host and not personal.SITE.match(host):
            return f"{start}//{'example.com' if self._finder.finds(host) else host}/"
        path = parts.path if personal.OPEN_PATHS.match(parts.path) and parts.path.isascii() else "/"
        kept = [(name, self._asked(name, value)) for name, value in asked if name in personal.ASKED]
        query = f"?{urlencode(kept, quote_via=quote)}" if kept else ""
        return f"{start}{'//' + host if host else ''}{self._replaced(path)}{query}"

    def text(self, said: str, policy: str = "") -> str:
        """One text by itself; `policy` is "all" for anybody's, "people" for somebody's, else unknown."""
        if (said, policy) not in self._said:
            self._said[said, policy] = self._text(said, policy)
        return self._said[said, policy]

    def _text(self, said: str, policy: str) -> str:
        stream = Stream([(said, True)])
        self._finder.replace(stream)
        if policy == "people" and not harmless.is_harmless(stream.left(0)):
            self._finder.replace_rest(stream, 0)
        elif not self._may_stay(said, stream.left(0), policy):
            return harmless.saying(said) or TAKEN_OUT
        return stream.written()[0]

    def _may_stay(self, said: str, left: str, policy: str) -> bool:
        """Whether a text may stay after all known was replaced in it; it is noted where it may not."""
        if policy in {"all", "people"} or self.keep_texts:
            hidden = any(self._finder.finds(other) for other in _unfolded(said))
            if not hidden and not (policy or harmless.is_harmless(left)):
                self.report.unknown.append(said)
            self.report.taken_out += hidden
            return not hidden
        may = harmless.is_harmless(left)
        self.report.taken_out += not may
        return may

    def _replaced(self, text: str) -> str:
        stream = Stream([(text, True)])
        self._finder.replace(stream)
        return stream.written()[0]

    def _asked(self, name: str, value: str) -> str:
        return self.address(value) if name == "return_url" else self.text(value, "all")

    def _attributes(self, element: Element, policy: str) -> None:
        kept: dict[str, str] = {}
        for name, value in element.attributes.items():
            if name not in personal.ATTRIBUTES or (name == "src" and element.tag != "iframe"):
                continue
            kept[name] = self._attribute(element, name, value, policy)
        element.attributes = {name: value for name, value in kept.items() if value or not element.attributes[name]}

    def _attribute(self, element: Element, name: str, value: str, policy: str) -> str:
        if name in {"href", "src"}:
            return self.address(value)
        if name == "data-sku-col" and CHOICE.match(value):
            return value
        if name in personal.NAME_ATTRIBUTES:
            return " ".join(token for token in value.split() if self._is_name(token))
        if name in personal.SPOKEN_ATTRIBUTES and value.strip():
            if re.fullmatch(r"\+\d{1,4}", value):  # a country's dialling code
                return value
            return self.text(
                value, "people" if name == "value" and policy != "all" and element.tag != "button" else policy
            )
        return value

    def _is_name(self, token: str) -> bool:
        """Whether a name that the site gave to an element may stay: it holds nothing of anybody."""
        if (token, "name") not in self._said:
            is_name = NAMED.match(token) is not None and not self._finder.is_named_after(token)
            self._said[token, "name"] = token if is_name else ""
        return bool(self._said[token, "name"])

    def _learn(self, value: Any, *, in_people: bool, name: str = "") -> None:
        if isinstance(value, dict):
            for key, each in value.items():
                about = in_people or personal.OF_PEOPLE.search(personal.short(str(key))) is not None
                self._learn(each, in_people=about, name=personal.short(str(key)))
        elif isinstance(value, list):
            for each in value:
                self._learn(each, in_people=in_people, name=name)
        elif isinstance(value, str) and (inside := _json_in(value)) is not None:
            self._learn(inside, in_people=in_people, name=name)
        elif isinstance(value, str | int) and not isinstance(value, bool):
            self._learn_value(str(value), name, in_people=in_people)

    def _learn_value(self, value: str, name: str, *, in_people: bool) -> None:
        if personal.PUBLIC.search(name):
            self._public |= set(re.findall(r"\d{7,}", value))
        elif personal.NUMBERS.search(name) and re.search(r"\d{4}", value):
            self._values.add(value)
        elif in_people and not personal.OF_ALL.search(name) and not personal.PICTURES.search(name):
            text = html.unescape(re.sub(r"<[^>]*>", " ", value))
            if len(plain(text)) >= 3 and not harmless.is_harmless(text):
                self._values.add(text)
        self._learn_address(value)

    def _learn_address(self, text: str) -> None:
        for found in re.findall(r"/(?:item|i)/(?:[^/?]*/)?(\d{7,20})\.html", text):
            self._public.add(found)
        for name, value in re.findall(r"[?&](objectId|skuId|skuAttr)=([^&#]*)", text):
            self._public |= set(re.findall(r"\d{7,}", unquote(value))) if name else set()

    def _json(self, value: Any, names: tuple[str, str], *, in_people: bool) -> Any:
        if isinstance(value, dict):
            return {self._key(str(key)): self._field(str(key), each, names, in_people) for key, each in value.items()}
        if isinstance(value, list):
            return [self._json(each, names, in_people=in_people) for each in value]
        if isinstance(value, str):
            return self._string(value, names, in_people=in_people)
        if isinstance(value, int) and not isinstance(value, bool):
            return self._whole(value, personal.short(names[1]), in_people=in_people)
        return value

    def _field(self, key: str, value: Any, names: tuple[str, str], in_people: bool) -> Any:
        name = personal.short(key)
        if personal.EMPTIED.search(name) and not personal.PUBLIC.search(name):
            if value not in (None, "", 0, [], {}) and not isinstance(value, bool):
                self.report.emptied[self._key(key)] += 1
            return _empty(value)
        about = in_people or personal.OF_PEOPLE.search(name) is not None
        return self._json(value, (names[1], key), in_people=about)

    def _string(self, value: str, names: tuple[str, str], *, in_people: bool) -> str:
        name = personal.short(names[1])
        inside = _json_in(value)
        if inside is not None:
            return json.dumps(self._json(inside, names, in_people=in_people), ensure_ascii=False, separators=(",", ":"))
        is_link = re.match(r"^(?:https?:)?//", value.strip()) is not None
        if personal.PICTURES.search(name) and (is_link or value.startswith("/")):
            return self.inventor.picture(value)
        if is_link or (personal.LINKS.search(name) and value.startswith("/")):
            return self.address(value)
        is_under = personal.OF_ALL_UNDER.search(f"{personal.short(names[0])}.{name}")
        of_all = is_under or any(one.search(name) for one in (personal.OF_ALL, personal.PUBLIC, personal.NUMBERS))
        said = self.text(value, "all" if of_all else "people" if in_people else "")
        if said == TAKEN_OUT != value:
            self.report.emptied[self._key(names[1])] += 1
        return said

    def _whole(self, value: int, name: str, *, in_people: bool) -> int:
        digits = str(abs(value))
        if personal.PUBLIC.search(name) or digits in self._public:
            return value
        if personal.TIMES.search(name) and re.fullmatch(r"1\d{9}(\d{3})?", digits):
            return value
        if personal.NUMBERS.search(name) or in_people or (len(digits) >= 7 and name != "value"):
            return int(self.inventor.number(digits)) if len(digits) > 1 else value
        return value

    def _key(self, key: str) -> str:
        if CALLED.match(key) and not re.search(r"\d{7}", key) and not self._finder.finds(key):
            return key
        now = self._replaced(key)
        return now if CALLED.match(now) or re.fullmatch(r"\d+", now) or harmless.is_harmless(now) else "key"


def _people_on(page: Element) -> Iterator[str]:
    for element in page.walk():
        if element.marks & (personal.ENTRIES_OF_PEOPLE - {"item"}) or "surely" in element.marks:
            yield from _values_in(element)
        elif (
            element.tag in {"input", "textarea"}
            and "people" in element.marks
            and not element.marks & personal.ENTRIES_OF_ALL
        ):
            yield from (value for value in [element.attributes.get("value", "")] if _is_value(value))


def _values_in(element: Element) -> Iterator[str]:
    """Each text of people in an element, and each line that several of them make together without labels between."""
    found = [(text.said, begins) for text, policy, begins in _texts(element, "people") if policy == "people"]
    lines = "".join("\n" if harmless.is_label(said) else f"\n{said}" if begins else said for said, begins in found)
    yield from dict.fromkeys(text for text in (*lines.split("\n"), *(said for said, _ in found)) if _is_value(text))


def _is_value(text: str) -> bool:
    return len(plain(text)) >= 3 and not harmless.is_harmless(text)


def _policy(element: Element, policy: str) -> str:
    if element.marks & personal.ENTRIES_OF_ALL:
        return "all"
    if element.marks & (personal.ENTRIES_OF_PEOPLE | {"people", "surely"}):
        return "people"
    return policy


def _texts(element: Element, policy: str, fresh: list[bool] | None = None) -> Iterator[tuple[Text, str, bool]]:
    """Each text, how it is dealt with, and whether a block begins with it: `fresh` carries that from text to text."""
    policy, fresh = _policy(element, policy), [True] if fresh is None else fresh
    fresh[0] = fresh[0] or element.tag in BLOCKS
    for one in element.inside:
        if isinstance(one, Text):
            yield one, policy, fresh[0]
            fresh[0] = False
        else:
            yield from _texts(one, policy, fresh)
    fresh[0] = fresh[0] or element.tag in BLOCKS


def _elements(element: Element, policy: str) -> Iterator[tuple[Element, str]]:
    policy = _policy(element, policy)
    yield element, policy
    for one in element.inside:
        if isinstance(one, Element):
            yield from _elements(one, policy)


def _texts_of(page: Element) -> Iterator[str]:
    for text, _, _ in _texts(page, ""):
        yield text.said
    for element in page.walk():
        yield from element.attributes.values()


def _unfolded(text: str) -> Iterator[str]:
    """What a text says once its escapes are undone, where it has any."""
    now = text
    for _ in range(3):
        before = now
        now = html.unescape(unquote(ESCAPED.sub(lambda found: chr(int(found[1], 16)), now)))
        if now == before:
            return
        yield now


def _json_in(text: str) -> Any:
    """The object or list that a text holds as JSON; None for any other text."""
    if text.lstrip()[:1] not in {"{", "["}:
        return None
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict | list) else None


def _empty(value: Any) -> Any:
    for kind, empty in ((bool, value), (str, ""), (int, 0), (float, 0), (list, []), (dict, {})):
        if isinstance(value, kind):
            return empty
    return None

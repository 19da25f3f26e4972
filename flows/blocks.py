"""The "Ultron" blocks of an answer: chosen by `tag`, ordered by `hierarchy.structure`; key suffixes vary."""

import json
import re
from collections.abc import Iterator
from typing import Any

from flows.errors import AnswerChanged, PageChanged

ORDER_NUMBER = re.compile(r"^[0-9]{10,20}$")  # in digits of no other script: it is compared as a text
ITEM_ID = re.compile(r"^[0-9]{1,20}$")
EXACT = 2**53  # beyond this, JavaScript rounds whole numbers


class Fields:
    """The fields of one block or row; every reader raises an error that names page, block and field."""

    def __init__(self, page: str, where: str, table: object) -> None:
        if not isinstance(table, dict):
            raise AnswerChanged(page, where, f"a {type(table).__name__} instead of an object")
        self.page = page
        self.where = where
        self.table: dict[str, Any] = table

    def raw(self, name: str) -> Any:
        """The field as it came, None where it is not there."""
        return self.table.get(name)

    def text(self, name: str) -> str | None:
        """A text without blanks around it, None where there is none."""
        value = self.table.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self.changed(name, f"a {type(value).__name__} instead of a text")
        # A lone surrogate (half an emoji, cut by the site) cannot be stored anywhere.
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip() or None

    def needed(self, name: str) -> str:
        """A text that must be there."""
        found = self.text(name)
        if found is None:
            raise self.changed(name, "missing")
        return found

    def whole(self, name: str) -> int | None:
        """A whole number, as a number or as digits; None where there is none."""
        value = self.table.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, int | str) or not re.match(r"^\d{1,15}$", str(value)):
            raise self.changed(name, f"not a whole number: {value!r:.60}")
        return int(value)

    def flag(self, name: str) -> bool | None:
        """A yes or no, as a boolean or as the words "true" and "false"; None where there is none."""
        value = self.table.get(name)
        if value is None:
            return None
        known = {"true": True, "false": False}
        if str(value).lower() not in known:
            raise self.changed(name, f"neither true nor false: {value!r:.60}")
        return known[str(value).lower()]

    def order_number(self, name: str, asked: str | None = None) -> str | None:
        """An order number, as text or as a number.

        A number that JavaScript would round is believed only where it is the one that was `asked` for.
        """
        return self._identifier(name, ORDER_NUMBER, asked)

    def item_id(self, name: str) -> str | None:
        """An id of a product, a SKU or an order line."""
        return self._identifier(name, ITEM_ID, None)

    def inside(self, name: str) -> "Fields":
        """The object under a field."""
        if self.table.get(name) is None:
            raise self.changed(name, "missing")
        return Fields(self.page, f"{self.where}.{name}", self.table[name])

    def rows(self, name: str, needed: bool = True) -> list["Fields"]:
        """The objects in the list under a field."""
        value = self.table.get(name)
        if value is None and not needed:
            return []
        if not isinstance(value, list):
            raise self.changed(name, "missing" if value is None else f"a {type(value).__name__} instead of a list")
        return [Fields(self.page, f"{self.where}.{name}[{place}]", row) for place, row in enumerate(value)]

    def _identifier(self, name: str, shape: re.Pattern[str], asked: str | None) -> str | None:
        value = self.table.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, int | str) or not shape.match(str(value).strip()):
            raise PageChanged(self.page, f"{self.where}.{name}", f"not an id: {value!r:.60}")
        if isinstance(value, int) and value > EXACT and str(value) != asked:
            raise PageChanged(self.page, f"{self.where}.{name}", f"a number beyond 2^53, perhaps rounded: {value}")
        return str(value).strip()

    def changed(self, name: str, found: str) -> AnswerChanged:
        """The error that this field is not what it should be."""
        return AnswerChanged(self.page, f"{self.where}.{name}", found)


class Blocks:
    """All blocks of one answer's `data`."""

    def __init__(self, page: str, data: object) -> None:
        answer = Fields(page, "data", data)
        self.page = page
        self.outer = answer
        self.table = answer.inside("data").table
        self._order = _drawing_order(answer.raw("hierarchy"))

    def all(self, tag: str) -> list[Fields]:
        """The blocks with this tag in the order in which they are drawn; one that no structure names comes last."""
        keys = [key for key, block in self.table.items() if isinstance(block, dict) and block.get("tag") == tag]
        place = {key: number for number, key in enumerate(self._order)}
        keys.sort(key=lambda key: place.get(key, len(place)))
        return [Fields(self.page, tag, self.table[key].get("fields")) for key in keys]

    def one(self, tag: str) -> Fields:
        """The only block with this tag, with fields in it."""
        found = self.all(tag)
        if len(found) != 1 or not found[0].table:
            what = "missing" if not found else "empty" if len(found) == 1 else f"{len(found)} of them"
            raise AnswerChanged(self.page, tag, what)
        return found[0]

    def missing(self, prefix: str) -> list[str]:
        """Keys that the structure names and under which the data hold no block."""
        return [key for key in self._order if key.startswith(prefix) and not isinstance(self.table.get(key), dict)]


def nested(fields: Fields, name: str) -> dict[str, Any]:
    """An object that some captures hold as a text of JSON; empty where it is neither."""
    value = fields.raw(name)
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    return value if isinstance(value, dict) else {}


def _drawing_order(hierarchy: object) -> list[str]:
    table = hierarchy if isinstance(hierarchy, dict) else {}
    structure = table.get("structure")
    if not isinstance(structure, dict):
        return []
    root = str(table.get("root"))
    met: set[str] = set()
    return [key for start in ([root] if root in structure else structure) for key in _walk(structure, start, met)]


def _walk(structure: dict[str, Any], key: str, met: set[str]) -> Iterator[str]:
    if key in met:
        return
    met.add(key)
    yield key
    children = structure.get(key)
    for child in children if isinstance(children, list) else []:
        yield from _walk(structure, str(child), met)

"""Checks requests against ShopBase's published Swagger 2.0, which lies beside the checkout and is not part of it."""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from tests.conftest import shared_folder

FILE = shared_folder() / "shopbase" / "public-swagger.json"
# Known from real clients, not from the swagger: `status` beside `order_status`, and the mail switch on create.
EXTRAS = frozenset({"status", "notify_customer"})
# This one PUT is published with the list's filter as its body; what it takes is an order.
ORDER_PUT = "/admin/orders/{}.json"

needs_swagger = pytest.mark.skipif(
    not FILE.is_file(), reason="the folder of real answers, with ShopBase's swagger, is not there"
)


class SwaggerError(AssertionError):
    """A request that ShopBase does not publish."""


@cache
def _published() -> dict[str, Any]:
    told: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return told


def _plain_path(template: str) -> str:
    r"""Turns /orders/{order_id:(?:\\d+)}.json and /orders/{order_id:[0-9]+}.json into /orders/{}.json."""
    return re.sub(r"\{\w+(?::(?:\(\?:\\+d\+\)|\\+d\+|\[0-9\]\+))?\}", "{}", template)


@cache
def _operations() -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), _plain_path(template)): operation
        for template, operations in _published()["paths"].items()
        for method, operation in operations.items()
    }


def _find(method: str, path: str) -> tuple[str, dict[str, Any]]:
    for (known_method, plain), operation in _operations().items():
        # Every place of these templates is a number; a name in the path is written out.
        pattern = re.escape(plain).replace(r"\{\}", r"\d+")
        if known_method == method and re.fullmatch(pattern, path):
            return plain, operation
    raise SwaggerError(f"{method} {path}: no such operation is published")


def check_request(method: str, path: str, query: Mapping[str, str], body: Any) -> None:
    """Raises SwaggerError naming the first thing of the request that ShopBase does not publish."""
    plain, operation = _find(method, path)
    parameters = operation.get("parameters", [])
    sent_as_body = [one["schema"] for one in parameters if one["in"] == "body"]
    names = {one["name"]: one for one in parameters if one["in"] == "query"}
    if method == "GET":
        for schema in sent_as_body:
            names |= _properties(schema)
        sent_as_body = []
    for name, text in query.items():
        if name in EXTRAS:
            continue
        if name not in names:
            raise SwaggerError(f"{method} {path}: query {name!r} is not published")
        _check_text(f"{method} {path}: query {name}", text, names[name])
    if method == "PUT" and plain == ORDER_PUT:
        sent_as_body = [{"properties": {"order": {"$ref": "#/definitions/OrderDto"}}}]
    if body and not sent_as_body:
        raise SwaggerError(f"{method} {path}: a body is not published")
    if body:
        _check_value(f"{method} {path}: body", body, sent_as_body[0])


def _resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in schema:
        return schema
    named: Mapping[str, Any] = _published()["definitions"][schema["$ref"].rpartition("/")[2]]
    return named


def _properties(schema: Mapping[str, Any]) -> dict[str, Any]:
    return dict(_resolved(schema).get("properties", {}))


def _check_text(place: str, text: str, schema: Mapping[str, Any]) -> None:
    kind = schema.get("type")
    right = {
        "integer": text.isdecimal(),
        "number": text.isdecimal(),
        "boolean": text in {"true", "false"},
        "array": all(one.isdecimal() for one in text.split(",")),
    }
    if not right.get(str(kind), True):
        raise SwaggerError(f"{place}: {text!r} is not of type {kind}")


def _check_value(place: str, value: Any, schema: Mapping[str, Any]) -> None:
    schema = _resolved(schema)
    properties = schema.get("properties")
    if properties is not None:
        if not isinstance(value, Mapping):
            raise SwaggerError(f"{place}: {value!r} is not an object")
        for name, inner in value.items():
            if name in properties:
                _check_value(f"{place}.{name}", inner, properties[name])
            elif name not in EXTRAS:
                raise SwaggerError(f"{place}.{name} is not published")
        return
    kind = schema.get("type")
    if kind == "array":
        if not isinstance(value, list):
            raise SwaggerError(f"{place}: {value!r} is not a list")
        for number, inner in enumerate(value):
            _check_value(f"{place}[{number}]", inner, schema.get("items", {}))
        return
    types: dict[str, type | tuple[type, ...]] = {"string": str, "integer": int, "number": (int, float), "boolean": bool}
    expected = types.get(str(kind))
    if expected is not None and (not isinstance(value, expected) or (isinstance(value, bool) and kind != "boolean")):
        raise SwaggerError(f"{place}: {value!r} is not of type {kind}")

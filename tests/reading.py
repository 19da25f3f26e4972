"""What the tests of the readers share: real answers, altered copies of them, and a signed-in tab."""

import copy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from playwright.sync_api import BrowserContext, Page

from bot.sandbox.aliexpress.state import AliWorld
from bot.sandbox.ready_home import storage_state
from flows.mtop import unwrap
from flows.tab import close_tab

Json = dict[str, Any]
ODD: list[Any] = [None, "", 0, -1, 1.5, True, "x", "\ud83d", [], {}, [None], 2**60, "9" * 40]


def real_text(shared: Path, name: str) -> str:
    """A real answer as it came."""
    return (shared / "aliexpress" / name).read_text(encoding="utf-8")


def real_data(shared: Path, name: str) -> Json:
    """The `data` of a real answer."""
    return unwrap(real_text(shared, name), name)


def fields(data: Json, tag: str) -> Json:
    """The fields of the first block of a tag, to be altered in place."""
    found: Json = next(block["fields"] for block in data["data"].values() if block["tag"] == tag)
    return found


def without(data: Json, tag: str) -> Json:
    """A copy without the blocks of a tag."""
    kept = copy.deepcopy(data)
    kept["data"] = {key: block for key, block in kept["data"].items() if block["tag"] != tag}
    return kept


def damaged(answer: Json, data: st.DataObject) -> Json:
    """A copy in which one value, anywhere, is another one."""
    whole = copy.deepcopy(answer)
    node: Any = whole
    while isinstance(node, dict | list) and node:
        key = data.draw(st.sampled_from(list(node) if isinstance(node, dict) else list(range(len(node)))))
        if not isinstance(node[key], dict | list) or not node[key] or data.draw(st.integers(0, 3)) == 0:
            node[key] = data.draw(st.sampled_from(ODD))
            break
        node = node[key]
    return whole


def envelope(data: object, *codes: str) -> str:
    """An answer as it comes over the line."""
    return json.dumps({"api": "any", "data": data, "ret": list(codes or ("SUCCESS::调用成功",)), "v": "1.0"})


@contextmanager
def signed_in_tab(context: BrowserContext, ali: AliWorld, account: str) -> Iterator[Page]:
    """A tab of the context, signed in to an account of the stand-in."""
    context.clear_cookies()
    context.add_cookies(storage_state(ali.sign_in(account))["cookies"])  # type: ignore[arg-type]
    page = context.new_page()
    try:
        yield page
    finally:
        close_tab(page)

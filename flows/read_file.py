"""Reads a saved page with the same readers as the live one: what a maintainer uses when the site changes.

A saved page is an answer (`.json`, with or without its envelope or JSONP), a drawn page (`.html`), or a recorded case:
a folder with `page.html`, `calls.json` (a list of `{"api", "status", "body"}`) and `about.toml`.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page

from flows.errors import AnswerChanged
from flows.mtop import parse, unwrap
from flows.pages import confirm, confirm_answer, order_detail, order_list, product, tracking
from flows.pages.confirm_answer import Terms
from flows.pages.product import DrawnProduct, Shown
from flows.tab import close_tab
from flows.two_readers import TwoReaders, check_same
from flows.values import OrderDetail, OrderListPage, Site, Tracking
from flows.values_buying import Product, ProductGlance, Quote

Saved = OrderListPage | OrderDetail | Tracking | Product | ProductGlance | Shown | Terms | Quote


class SavedFileError(ValueError):
    """A saved page cannot be read from this path; the message names it and the fix."""


@dataclass(frozen=True)
class Kind:
    """One kind of page: the api whose answer it shows, and its two readers."""

    api: str
    from_answer: Callable[[Any], Saved]
    from_page: Callable[[Page, Site], Saved]
    compare: Callable[[Any, Any], None]


def _compare_cards(read: OrderListPage, drawn: OrderListPage) -> None:
    order_list.compare(read, drawn.orders)


def _compare_product(read: Product | ProductGlance, shown: Shown) -> None:
    if isinstance(read, Product):
        product.compare(read, shown)


def _compare_confirm(read: Terms, drawn: Quote) -> None:
    check_same(confirm_answer.NAME, {"total": read.total}, {"total": drawn.total})


KINDS: dict[str, Kind] = {
    "order-list": Kind(order_list.API, order_list.from_answer, order_list.from_page, _compare_cards),
    "order-detail": Kind(order_detail.API, order_detail.from_answer, order_detail.from_page, order_detail.compare),
    "tracking": Kind(tracking.API, tracking.from_answer, tracking.from_page, tracking.compare),
    "product": Kind(product.API, product.saved, lambda page, site: DrawnProduct(page, site).shown(), _compare_product),
    "confirm": Kind(confirm_answer.RENDER, confirm_answer.from_answer, confirm.from_page, _compare_confirm),
}


def read_saved(kind: str, path: Path, context: BrowserContext | None = None, selectors: Path | None = None) -> Saved:
    """The values of a saved page of `kind` ("order-list", "order-detail", "tracking", "product", "confirm").

    Drawn pages need a browser `context`; they are opened without network and without scripts. Raises SavedFileError
    for a path that cannot be read or holds another kind, and the readers' own errors.
    """
    if kind not in KINDS:
        raise SavedFileError(f"no page {kind!r}: known are {', '.join(KINDS)}")
    known, site = KINDS[kind], Site(selectors=selectors)
    if path.is_dir():
        return _case(known, path, context, site)
    if path.suffix.lower() == ".json":
        return known.from_answer(_data(known, _text(path), path))
    if path.suffix.lower() in {".html", ".htm"}:
        return _drawn(known, path, context, site)
    if not path.exists():
        raise SavedFileError(f"{path}: no such file")
    raise SavedFileError(f"{path}: must end in .json or .html, or be the folder of a recorded case")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise SavedFileError(f"{path}: not UTF-8 text: save it again as UTF-8") from error
    except OSError as error:
        raise SavedFileError(f"{path}: {error.strerror or error}") from error


def _data(kind: Kind, text: str, path: Path) -> Any:
    """The `data` of an answer, whether its envelope was saved with it or not."""
    answer = parse(text, kind.api)
    if "ret" not in answer:
        return answer
    api = str(answer.get("api", kind.api))
    if api.lower() != kind.api.lower():
        raise SavedFileError(f"{path}: an answer of {api}, not of {kind.api}")
    return unwrap(text, kind.api)


def _drawn(kind: Kind, path: Path, context: BrowserContext | None, site: Site) -> Saved:
    markup = _text(path)
    if context is None:
        raise SavedFileError(f"{path}: a drawn page needs a browser: install one, or give the answer as .json")
    page = context.new_page()
    try:
        page.route("**/*", lambda route: route.abort())
        session = context.new_cdp_session(page)
        session.send("Emulation.setScriptExecutionDisabled", {"value": True})
        page.set_content(markup, wait_until="domcontentloaded")
        return kind.from_page(page, site)
    finally:
        close_tab(page)


def _case(kind: Kind, folder: Path, context: BrowserContext | None, site: Site) -> Saved:
    """Both readers, as on the live page: one is enough, and they may not differ."""
    calls, page = folder / "calls.json", folder / "page.html"
    if not calls.is_file() and not page.is_file():
        raise SavedFileError(f"{folder}: neither calls.json nor page.html: not a recorded case")
    if not page.is_file() or (context is None and calls.is_file()):
        return kind.from_answer(_called(kind, calls))
    readers = TwoReaders[Saved, Saved](kind.compare)
    return readers.read(
        lambda: kind.from_answer(_called(kind, calls)),
        lambda: _drawn(kind, page, context, site),
        lambda: _drawn(kind, page, context, site),
        lambda _read, _seconds: True,
    )


def _called(kind: Kind, calls: Path) -> Any:
    """The `data` of the one call of this kind that was recorded."""
    if not calls.is_file():
        raise AnswerChanged(kind.api, "calls.json", "missing")
    try:
        recorded = json.loads(_text(calls))
        found = [one for one in recorded if str(one["api"]).lower() == kind.api.lower()]
        texts = [(one["body"], int(one.get("status", 200))) for one in found]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise SavedFileError(f'{calls}: must be a list of {{"api", "status", "body"}}: {error!r}') from error
    if not texts:
        raise AnswerChanged(kind.api, "calls.json", "no such call was recorded")
    body, status = texts[-1]
    return unwrap(body if isinstance(body, str) else json.dumps(body), kind.api, status)

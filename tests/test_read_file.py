"""Saved pages: answers with and without their wrappers, drawn pages, recorded cases, and what is refused."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from flows.errors import AnswerChanged, PageChanged, TryLater
from flows.pages.order_list import API
from flows.read_file import SavedFileError, read_saved
from flows.values import AliStatus, OrderDetail, OrderListPage, Reader, Tracking
from tests.reading import real_text

CARD_NUMBER = "8000000000000001"


def saved(folder: Path, name: str, text: str) -> Path:
    """A file with that text."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def card_answer(shared: Path, number: str = CARD_NUMBER, word: str = "Awaiting delivery") -> str:
    """The real list answer cut down to one order, so that it goes with the copied card."""
    answer = json.loads(real_text(shared, "order-list.json"))
    data = answer["data"]
    kept = "pc_om_list_order_8214398062177351"
    for key in [key for key in data["data"] if key.startswith("pc_om_list_order_") and key != kept]:
        del data["data"][key]
    data["hierarchy"]["structure"]["pc_om_list_body_109702"] = [kept]
    data["data"][kept]["fields"].update(orderId=number, statusText=word)
    return json.dumps(answer)


def recorded(folder: Path, calls: str | None, page: str | None) -> Path:
    """A recorded case with those two files."""
    for name, text in (("calls.json", calls), ("page.html", page)):
        if text is not None:
            saved(folder, name, text)
    saved(folder, "about.toml", 'url = "https://www.aliexpress.com/p/order/index.html"\n')
    return folder


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("order-list", "order-list.json", OrderListPage),
        ("order-detail", "order-detail.json", OrderDetail),
        ("tracking", "tracking.json", Tracking),
    ],
)
def test_real_answers_are_read(shared: Path, kind: str, name: str, value: type) -> None:
    """Proves that each kind reads its real answer from a file."""
    assert value is type(read_saved(kind, shared / "aliexpress" / name))


def test_wrappers_of_a_saved_answer_do_not_matter(shared: Path, tmp_path: Path) -> None:
    """Proves that an answer reads the same as JSON, as JSONP, with a byte order mark, and as bare data."""
    text = real_text(shared, "order-list.json")
    expected = read_saved("order-list", shared / "aliexpress" / "order-list.json")
    bare = json.dumps(json.loads(text)["data"])
    for place, form in enumerate((f" mtopjsonp3({text})", "\ufeff" + text, bare)):
        assert expected == read_saved("order-list", saved(tmp_path, f"{place}.json", form))


def test_drawn_page_is_read_without_scripts_or_network(context: BrowserContext, shared: Path, tmp_path: Path) -> None:
    """Proves that a saved page is read, that its own scripts do not run, and that it loads nothing."""
    asked: list[str] = []
    context.on("requestfinished", lambda request: asked.append(request.url))
    trap = '<script>document.body.innerHTML = ""</script><img src="http://127.0.0.1:9/x.png">'
    page = saved(tmp_path, "Đơn hàng.html", real_text(shared, "order-card.copy.html") + trap)
    read = read_saved("order-list", page, context)
    assert isinstance(read, OrderListPage)
    assert [(CARD_NUMBER, AliStatus.SENT)] == [(order.order_id, order.status) for order in read.orders]
    assert [] == asked
    assert [] == context.pages


def test_recorded_case_is_read_by_both_readers(context: BrowserContext, shared: Path, tmp_path: Path) -> None:
    """Proves that a case whose answer and page agree says that both were read."""
    calls = json.dumps([{"api": "mtop.other", "body": "{}"}, {"api": API.upper(), "body": card_answer(shared)}])
    case = recorded(tmp_path, calls, real_text(shared, "order-card.copy.html"))
    read = read_saved("order-list", case, context)
    assert isinstance(read, OrderListPage)
    assert (Reader.BOTH, "BRL") == (read.reader, read.orders[0].total.currency)


@pytest.mark.parametrize("change", [{"number": "8000000000000002"}, {"word": "Completed"}])
def test_recorded_case_whose_readers_differ_is_refused(
    context: BrowserContext, shared: Path, tmp_path: Path, change: dict[str, str]
) -> None:
    """Proves that a page that shows another number or status than its answer is a changed page."""
    calls = json.dumps([{"api": API, "body": json.loads(card_answer(shared, **change))}])
    case = recorded(tmp_path, calls, real_text(shared, "order-card.copy.html"))
    with pytest.raises(PageChanged, match="the drawn page says"):
        read_saved("order-list", case, context)


@pytest.mark.parametrize(
    "calls",
    [None, "[]", json.dumps([{"api": API, "body": "<html>"}]), json.dumps([{"api": API, "body": "x", "status": 500}])],
)
def test_recorded_case_without_an_answer_reads_its_page(
    context: BrowserContext, shared: Path, tmp_path: Path, calls: str | None
) -> None:
    """Proves that where no answer can be read, the drawn page is read in its place, and said to be."""
    case = recorded(tmp_path, calls, real_text(shared, "order-card.copy.html"))
    read = read_saved("order-list", case, context)
    assert isinstance(read, OrderListPage)
    assert Reader.PAGE is read.reader


def test_recorded_case_of_answers_alone_needs_no_browser(shared: Path, tmp_path: Path) -> None:
    """Proves that answers are read without a browser, and that the last one of several counts."""
    old, new = card_answer(shared, word="Processing"), card_answer(shared)
    case = recorded(tmp_path, json.dumps([{"api": API, "body": old}, {"api": API, "body": new}]), None)
    read = read_saved("order-list", case)
    assert isinstance(read, OrderListPage)
    assert (Reader.CALLS, AliStatus.SENT) == (read.reader, read.orders[0].status)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("<!doctype html><html></html>", AnswerChanged),
        ('{"api": "x"', AnswerChanged),
        ("", AnswerChanged),
        ('{"ret": ["SUCCESS::x"], "data": {}}', AnswerChanged),
        ('{"ret": ["FAIL_SYS_TRAFFIC_LIMIT::x"], "data": {}}', TryLater),
        ('{"ret": ["SUCCESS::x"], "data": {"data": {}}}', AnswerChanged),
    ],
    ids=["html", "broken", "nothing", "skeleton", "too fast", "no blocks"],
)
def test_saved_trouble_is_the_named_error(tmp_path: Path, text: str, error: type[Exception]) -> None:
    """Proves that a saved answer that is trouble raises what the live page would have raised."""
    with pytest.raises(error):
        read_saved("order-list", saved(tmp_path, "answer.json", text))


def test_own_selectors_are_used(context: BrowserContext, shared: Path, tmp_path: Path) -> None:
    """Proves that a maintainer can try a mended selector on a saved page."""
    page = saved(tmp_path, "page.html", real_text(shared, "order-card.copy.html").replace("order-item", "purchase"))
    with pytest.raises(PageChanged):
        read_saved("order-list", page, context)
    entries = {"card": ".purchase", "card_line": ".purchase-content-body", "line_title": ".purchase-content-info-name"}
    table = "\n".join(
        f'{name} = [{{ css = "{css}", design = "2027", seen = "2026-11" }}]' for name, css in entries.items()
    )
    saved(tmp_path, "order_list.toml", table)
    read = read_saved("order-list", page, context, tmp_path)
    assert isinstance(read, OrderListPage)
    assert [CARD_NUMBER] == [order.order_id for order in read.orders]


@pytest.mark.parametrize(
    ("kind", "name", "says"),
    [
        ("orders", "x.json", "known are order-list, order-detail, tracking"),
        ("order-list", "none.json", r"none\.json: No such file"),
        ("order-list", "none.html", r"none\.html: No such file"),
        ("order-list", "none", "no such file"),
        ("order-list", "notes.txt", r"must end in \.json or \.html"),
        ("order-list", "empty", "not a recorded case"),
        ("order-list", "page.html", "needs a browser"),
        ("order-list", "latin.json", "not UTF-8"),
        ("order-detail", "list.json", "an answer of mtop.aliexpress.trade.buyer.order.list, not of"),
        ("order-list", "odd", r"calls\.json: must be a list"),
    ],
)
def test_path_that_is_no_such_page_is_refused(tmp_path: Path, shared: Path, kind: str, name: str, says: str) -> None:
    """Proves that each wrong path is an error of its own that names the path and the fix."""
    saved(tmp_path, "notes.txt", "x")
    saved(tmp_path, "page.html", "<p>x</p>")
    saved(tmp_path, "list.json", card_answer(shared))
    (tmp_path / "latin.json").write_bytes('{"a": "é"}'.encode("latin-1"))
    (tmp_path / "empty").mkdir()
    (tmp_path / "odd").mkdir()
    saved(tmp_path / "odd", "calls.json", '{"api": 1}')
    with pytest.raises(SavedFileError, match=says):
        read_saved(kind, tmp_path / name)

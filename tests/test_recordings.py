"""Taking a page, keeping it as a case, and reading the case again."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Route

from bot.errors import ConfigError
from bot.recordings import cases
from bot.recordings.capture import RecordedCall, Recording, capture
from bot.recordings.cases import About, Case
from bot.recordings.kinds import KINDS
from bot.recordings.making import make_case
from bot.recordings.nodes import Element, html_of, inner_html, prune, tree_of
from bot.recordings.replay import Replayer
from flows.errors import TryLater
from flows.pages.order_detail import API
from flows.values import Site
from tests.persona import DUC, traces

URL = f"https://www.aliexpress.com/p/order/detail.html?orderId={DUC.order}"
PAGE = f"""<!doctype html><html lang="en"><head><title>Hello {DUC.name}</title>
<meta http-equiv="refresh" content="900"><link rel="preconnect" href="https://{DUC.token}.example">
<meta http-equiv="Content-Security-Policy" content="img-src 'none'"><style>.no {{ display: none }}</style></head>
<body onload="window.loaded = 1" data-user="{DUC.buyer}"><!-- {DUC.mail} -->
<div class="contact-info"><b>Nguyễn</b> <i>Văn</i> <u>Đ</u>ức, <span>{DUC.phone[:6]}</span>{DUC.phone[6:]}</div>
<p class="no" onclick="x()">Track status</p><div id="shadowed"></div>
<form><input id="typed"><input type="checkbox" id="ticked"><input type="password" value="{DUC.token}">
<select><option>Default<option id="chosen">Code</select><textarea id="long"></textarea></form>
<iframe id="framed" src="/frame.html?who={DUC.buyer}"></iframe>
<script>
  typed.value = "{DUC.street}"; ticked.checked = true; chosen.selected = true; long.value = "{DUC.mail}";
  shadowed.attachShadow({{ mode: "open" }}).innerHTML = "<p>Processing</p><p>{DUC.name}</p><style>p {{}}</style>";
  window.person = "{DUC.name}";
  fetch("https://acs.aliexpress.com/h5/{API}/1.0/?data=" + encodeURIComponent('{{"tradeOrderId":"{DUC.order}"}}'));
</script></body></html>"""
ANSWER = {
    "api": API,
    "ret": [f"SUCCESS::{DUC.name}"],
    "data": {"addressVO": {"contactName": DUC.name, "detailAddress": DUC.street, "city": DUC.city}, "note": DUC.name},
}


@pytest.fixture(name="served", scope="module")
def served_fixture(browser: Browser) -> Iterator[BrowserContext]:
    """A context in which AliExpress's own hosts serve that page and its answer."""
    context = browser.new_context(locale="en-US")

    def serve(route: Route) -> None:
        url = route.request.url
        if "/h5/" in url:
            cors = {"Access-Control-Allow-Origin": "https://www.aliexpress.com"}
            route.fulfill(body=json.dumps(ANSWER), headers=cors, content_type="application/json")
        elif "/frame.html" in url:
            route.fulfill(body=f"<body><p>Sign in</p><p>{DUC.name}</p></body>", content_type="text/html;charset=utf-8")
        elif "/p/order/" in url:
            route.fulfill(body=PAGE, content_type="text/html;charset=utf-8")
        else:
            route.abort()

    context.route("**/*", serve)
    yield context
    context.close()


@pytest.fixture(name="taken")
def taken_fixture(served: BrowserContext) -> Iterator[Recording]:
    """The page as it was taken."""
    page = served.new_page()
    yield capture(page, Site(), KINDS["order-detail"], URL, quiet=0.1)
    page.close()


def test_page_is_taken_as_it_is_drawn(taken: Recording) -> None:
    """Proves that what was typed, ticked and chosen, shadow roots and frames are kept, and nothing that runs."""
    page = inner_html(taken.page)
    assert '<template shadowrootmode="open"><p>Processing</p>' in page
    assert f'value="{DUC.street}"' in page
    assert 'type="checkbox" id="ticked" checked' in page
    assert '<option id="chosen" selected>' in page
    assert 'class="no" hidden' in page
    assert "srcdoc=" in page
    for gone in ("<script", "<style", "<meta", "<link", "onclick", "onload", "<!--", 'type="password" value'):
        assert gone not in page
    (call,) = taken.calls
    assert (API, "fetch", {"tradeOrderId": DUC.order}) == (call.api, call.way, call.asked)


def test_nothing_of_anybody_is_left_in_a_taken_page(taken: Recording) -> None:
    """Proves that a page as a browser draws it, with a name in every hiding place, comes out without that person."""
    case, report = make_case("order-detail/x", "order-detail", taken, Site(), secrets=[DUC.token])
    written = [case.html, json.dumps(vars(case.about)), *(json.dumps(vars(one)) for one in case.calls)]
    assert [] == traces(DUC, *written)
    assert "Processing" in case.html
    assert {"note": 1} == {name: count for name, count in report.emptied.items() if name == "note"}
    assert ["SUCCESS::"] == case.calls[0].body["ret"]


def test_unredacted_case_says_so(taken: Recording) -> None:
    """Proves that what was not redacted is marked, so that nobody shares it by mistake."""
    case, _ = make_case("order-detail/x", "order-detail", taken, Site(), redacted=False)
    assert not case.about.redacted
    assert DUC.phone in " ".join(json.dumps(vars(one), ensure_ascii=False) for one in case.calls) + case.html or (
        DUC.street in case.html
    )


def test_page_that_does_not_open_is_named(served: BrowserContext) -> None:
    """Proves that a page that cannot be reached is an error that names it without what stands behind the "?"."""
    page = served.new_page()
    with pytest.raises(TryLater, match=r"https://www\.aliexpress\.com/nowhere: the browser says"):
        capture(page, Site(), KINDS["order-detail"], "https://www.aliexpress.com/nowhere?who=lan")
    page.close()


def a_case(**changes: object) -> Case:
    """A small case."""
    about = About("order-list", "https://www.aliexpress.com/p/order/index.html", "https://www.aliexpress.com/p/order/index.html",
                  "2026-11-23", "en", "2023-26", "sandbox")  # fmt: skip
    call = RecordedCall("mtop.x", "jsonp", 200, {"a": "Đơn"}, {"ret": ["SUCCESS::"], "data": {}})
    return replace(Case("order-list/x", about, "<p>Đơn hàng</p>\n", (call,), {"calls": {"n": 1}}), **changes)  # type: ignore[arg-type]


def test_case_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Proves that nothing of a case is lost in its files."""
    folder = tmp_path / "order-list" / "x"
    cases.write(folder, a_case())
    assert a_case() == cases.read(folder)
    assert [folder] == cases.find([tmp_path])
    assert set(cases.FILES) == {file.name for file in folder.iterdir()}


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("about.toml", "kind = ", r"about\.toml: "),
        ("about.toml", 'kind = "order-list"\n', r"about\.toml: .*missing"),
        ("about.toml", None, r"about\.toml: .*No such file"),
        ("calls.json", "{", r"calls\.json: must be a list of"),
        ("calls.json", '[{"api": "x"}]', r"calls\.json: must be a list of"),
        ("page.html", None, r"page\.html: No such file"),
        ("expected.toml", "x", r"expected\.toml: "),
    ],
)
def test_broken_case_is_named(tmp_path: Path, name: str, text: str | None, says: str) -> None:
    """Proves that each file of a case that is not what it should be is an error that names it."""
    cases.write(tmp_path, a_case())
    (tmp_path / name).unlink()
    if text is not None:
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=says):
        cases.read(tmp_path)


@pytest.mark.parametrize(
    ("about", "value"),
    [(replace(a_case().about, kind="cart"), "cart"), (replace(a_case().about, source="dream"), "dream")],
    ids=["kind", "source"],
)
def test_case_of_another_kind_is_refused(tmp_path: Path, about: About, value: str) -> None:
    """Proves that a page or a source that nobody knows is refused with those that are known."""
    cases.write(tmp_path, a_case(about=about))
    with pytest.raises(ConfigError, match=f"no .*'{value}'"):
        cases.read(tmp_path)


def test_folder_without_cases_is_refused(tmp_path: Path) -> None:
    """Proves that a mistyped folder does not pass as a folder whose cases all read as expected."""
    with pytest.raises(ConfigError, match="no recorded case"):
        cases.find([tmp_path])


def test_differences_name_their_place() -> None:
    """Proves that a missing, another and a further value are each told with where they stand."""
    expected = {"a": [{"n": 1}, {"n": 2}], "b": 1}
    assert [] == cases.differences(expected, expected)
    assert ["a[1].n: expected 2, read 3"] == cases.differences(expected, {"a": [{"n": 1}, {"n": 3}], "b": 1})
    assert ["b: expected 1, read nothing", "c: expected nothing, read 2"] == cases.differences(
        expected, {"a": expected["a"], "c": 2}
    )
    assert 1 == len(cases.differences(expected, {"a": [{"n": 1}], "b": 1}))


def test_large_parts_that_no_selector_touches_are_left_out() -> None:
    """Proves that a heavy page becomes small without losing what is looked for."""
    heavy = ["div", {"class": "more-to-love"}, [], [["p", {}, [], ["x" * 500]] for _ in range(40)]]
    page = tree_of(["body", {}, [], [["div", {}, ["card"], ["Order"]], heavy]])
    gone = prune(page, 1000, lambda element: bool(element.marks))
    assert gone > 20_000
    assert "Order" in inner_html(page)
    assert f'data-left-out="{gone}"' in inner_html(page)


def test_written_page_is_escaped() -> None:
    """Proves that a text of a page cannot become markup of the case."""
    evil = Element("p", {"title": '"><script>x</script>'}, inside=[*tree_of(["b", {}, [], ["</b><script>y"]]).inside])
    page = html_of(Element("body", inside=[evil]), 'en"><script>', "</title><script>")
    assert "<script" not in page


def test_embedded_data_are_there_again(browser: Browser) -> None:
    """Proves that data which a page keeps for itself are put back where the reader looks for them."""
    product = cases.read(Path(__file__).parent / "recorded" / "product" / "two-axes")
    (answer,) = (one for one in product.calls if one.api.endswith("pdp.pc.query"))
    kept = RecordedCall("window._d_c_.lifeCycleEventList[0].data", "embedded", 200, {}, answer.body["data"]["result"])
    context = browser.new_context()
    replayer = Replayer(context)
    read = replayer.replay(replace(product, calls=(kept,))).told
    replayer.close()
    context.close()
    assert "page" == read["both"]["reader"]
    assert (product.expected or {})["calls"]["skus"] == read["page"]["skus"]

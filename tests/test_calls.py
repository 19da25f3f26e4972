"""The envelope of data calls, and listening to a page's own calls in a real Chromium."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import BrowserContext, Page, Route

from flows.calls import Calls
from flows.errors import AnswerChanged, FlowError, NeedKind, PageChanged, PersonNeeded, TryLater
from flows.mtop import TokenRenewed, unwrap
from flows.tab import close_tab
from flows.values import Site
from tests.reading import envelope, real_data

API = "mtop.aliexpress.trade.buyer.order.list"
SITE = Site(www="http://www.aliexpress.localhost:9", acs="http://acs.aliexpress.localhost:9")
OK = envelope({"module": {"here": 1}})


@pytest.fixture(scope="module")
def context(browser: Any, browser_context_args: dict[str, Any]) -> Iterator[BrowserContext]:
    """One context for the whole module."""
    opened = browser.new_context(**browser_context_args)
    yield opened
    opened.close()


@pytest.fixture
def asking(context: BrowserContext) -> Iterator[Callable[..., Page]]:
    """Opens a page that asks for the given addresses one after another; each gets the next of the replies."""
    opened: list[Page] = []

    def ask(urls: list[str], replies: list[tuple[int, str]], wait: str = "") -> Page:
        page = context.new_page()
        opened.append(page)
        left = iter(replies)

        def reply(route: Route) -> None:
            status, text = next(left)
            route.fulfill(status=status, body=text, headers={"Access-Control-Allow-Origin": "*"})

        script = (
            f"(async () => {{ for (const u of {json.dumps(urls)}) {{ {wait} await fetch(u).catch(() => 0); }} }})()"
        )
        page.route("**/h5/**", reply)
        page.route("**/start", lambda route: route.fulfill(body=f"<script>{script}</script>", content_type="text/html"))
        return page

    yield ask
    for page in opened:
        close_tab(page)


def address(api: str = API, **data: str) -> str:
    """The address of one call that carries its question."""
    return f"{SITE.acs}/h5/{api.lower()}/1.0/?data={json.dumps(data)}"


def listen(page: Page, alarm: Callable[[], None] = lambda: None) -> Calls:
    """Listens to the list calls of a page and opens it."""
    calls = Calls(page, SITE, [API], alarm)
    page.goto(f"{SITE.www}/start", wait_until="commit")
    return calls


@pytest.mark.parametrize(
    "text",
    [
        OK,
        f"mtopjsonp12({OK})",
        f" mtopjsonp1({OK});",
        f"/**/ window.cb_2({OK})\n",
        "\ufeff" + OK,
    ],
    ids=["bare", "jsonp", "semicolon", "comment", "byte order mark"],
)
def test_wrappers_come_off(text: str) -> None:
    """Proves that JSON is unwrapped with and without its JSONP call."""
    assert {"module": {"here": 1}} == unwrap(text, API)


def test_large_ids_stay_exact() -> None:
    """Proves that a whole number beyond 2^53 keeps every digit."""
    assert {"id": 9007199254740993} == unwrap(envelope({"id": 9007199254740993}), API)


@pytest.mark.parametrize(
    ("codes", "error", "kind"),
    [
        (["FAIL_SYS_SESSION_EXPIRED::Session过期"], PersonNeeded, NeedKind.SIGNED_OUT),
        (["NEED_LOGIN::x"], PersonNeeded, NeedKind.SIGNED_OUT),
        (["FAIL_SYS_SID_INVALID"], PersonNeeded, NeedKind.SIGNED_OUT),
        (["FAIL_SYS_USER_VALIDATE", "RGV587_ERROR::SM::哎哟喂"], PersonNeeded, NeedKind.CAPTCHA),
        (["RGV587_ERROR::SM"], PersonNeeded, NeedKind.CAPTCHA),
        (["FAIL_SYS_ACCESS_DENIED::非法请求"], PersonNeeded, NeedKind.ACCOUNT_LIMITED),
        (["FAIL_SYS_TRAFFIC_LIMIT::x"], TryLater, None),
        (["FAIL_SYS_TOKEN_EXOIRED::x"], TokenRenewed, None),
        (["FAIL_SYS_TOKEN_EMPTY::x"], TokenRenewed, None),
        (["FAIL_SYS_ILLEGAL_ACCESS::x"], TokenRenewed, None),
        (["UNKNOWN_FAIL_CODE::x"], PageChanged, None),
        (["SOMETHING_NEW::x"], PageChanged, None),
        (["SUCCESS::x", "SOMETHING_NEW::x"], PageChanged, None),
        ([""], PageChanged, None),
    ],
)
def test_codes_say_what_happens_next(codes: list[str], error: type[FlowError], kind: NeedKind | None) -> None:
    """Proves that each `ret` code becomes the error that says what has to happen next."""
    with pytest.raises(FlowError) as raised:
        unwrap(envelope({"module": 1}, *codes), API)
    assert error is type(raised.value)
    assert kind == getattr(raised.value, "kind", None)


@pytest.mark.parametrize(
    ("text", "status", "error"),
    [
        ("<!doctype html><html>Sorry</html>", 200, AnswerChanged),
        (OK[: len(OK) // 2], 200, AnswerChanged),
        ("", 200, AnswerChanged),
        ("[1]", 200, AnswerChanged),
        ('{"data": {"a": 1}}', 200, AnswerChanged),
        ('{"ret": ["SUCCESS::x"], "data": {}}', 200, AnswerChanged),
        ('{"ret": ["SUCCESS::x"], "data": "x"}', 200, AnswerChanged),
        ('{"ret": ["SUCCESS::x"], "data": {"a": NaN}}', 200, AnswerChanged),
        ("[" * 100_000, 200, AnswerChanged),
        (OK, 404, AnswerChanged),
        ("<html>busy</html>", 500, TryLater),
        (OK, 429, TryLater),
    ],
    ids=["html", "half", "nothing", "list", "no ret", "skeleton", "text", "nan", "deep", "404", "500", "429"],
)
def test_bad_answers_are_named(text: str, status: int, error: type[FlowError]) -> None:
    """Proves that no broken answer passes, and that only the site's own trouble is tried again."""
    with pytest.raises(error, match=API):
        unwrap(text, API, status)


@given(st.text(max_size=60))
def test_any_text_is_a_value_or_a_flow_error(text: str) -> None:
    """Proves that no text at all makes the envelope reader fail in an unnamed way."""
    try:
        unwrap(text, API)
    except FlowError:
        return
    pytest.fail("a text that is no envelope was read as one")


def test_real_envelopes_are_read(shared: Any) -> None:
    """Proves that the real counters and the real refunds come out of their envelopes exactly."""
    assert {"shipped": "2", "processing": "0", "unpaid": "0"} == real_data(shared, "order-count.json")["module"]
    case = real_data(shared, "refunds.trimmed.json")["module"]["items"][0]["reverseOrderLines"][0]
    assert ("8144543148947317", 4, 6125, 32815538653) == (
        case["tradeOrderId"],
        case["reverseStatus"],
        case["aeItemDTO"]["itemUnitPrice"]["cent"],
        case["aeItemDTO"]["itemId"],
    )


def test_answer_of_the_given_api_is_taken(asking: Callable[..., Page]) -> None:
    """Proves that other calls and other hosts are passed over, whatever their case, and that the question is told."""
    elsewhere = f"http://other.localhost:9/h5/{API}/1.0/"
    page = asking([address("mtop.other"), elsewhere, address(API.upper(), tradeOrderId="12")], [(200, OK)] * 3)
    call = listen(page).answer(API, deadline=5)
    assert ({"tradeOrderId": "12"}, {"module": {"here": 1}}) == (call.asked, call.data)


def test_answer_that_does_not_fit_is_dropped(asking: Callable[..., Page]) -> None:
    """Proves that a late answer for another order is not taken for this one's."""
    page = asking([address(tradeOrderId="1"), address(tradeOrderId="2")], [(200, OK), (200, OK)])
    call = listen(page).answer(API, lambda call: call.asked["tradeOrderId"] == "2", deadline=5)
    assert {"tradeOrderId": "2"} == call.asked


def test_renewed_token_waits_for_the_pages_own_repeat(asking: Callable[..., Page]) -> None:
    """Proves that an answer that only renews the token is passed over, and the repeat is taken."""
    renewed = envelope({}, "FAIL_SYS_TOKEN_EMPTY::令牌为空")
    page = asking([address(), address()], [(200, renewed), (200, f"cb({OK})")])
    assert {"module": {"here": 1}} == listen(page).answer(API, deadline=5).data


def test_renewed_token_without_a_repeat_is_tried_later(asking: Callable[..., Page]) -> None:
    """Proves that a page that does not repeat its call ends in TryLater, which says why."""
    page = asking([address()], [(200, envelope({}, "FAIL_SYS_TOKEN_EMPTY::x"))])
    with pytest.raises(TryLater, match=r"FAIL_SYS_TOKEN_EMPTY.* within 0.5 s"):
        listen(page).answer(API, deadline=0.5)


def test_no_answer_ends_at_the_deadline(asking: Callable[..., Page]) -> None:
    """Proves that waiting is bounded."""
    with pytest.raises(TryLater, match=r"no answer within 0.3 s"):
        listen(asking([], [])).answer(API, deadline=0.3)


def test_page_that_is_drawn_without_an_answer_is_not_waited_for(asking: Callable[..., Page]) -> None:
    """Proves that a drawn page whose data came another way ends the wait long before the deadline."""
    with pytest.raises(TryLater, match="no answer"):
        listen(asking([], [])).answer(API, deadline=600, drawn=lambda: True)


def test_alarm_ends_the_wait(asking: Callable[..., Page]) -> None:
    """Proves that a page that asks for a person ends the wait at once."""

    def alarm() -> None:
        raise PersonNeeded(NeedKind.SIGNED_OUT)

    with pytest.raises(PersonNeeded):
        listen(asking([], []), alarm).answer(API, deadline=600)


@pytest.mark.parametrize(("status", "error"), [(500, TryLater), (429, TryLater), (404, PageChanged)])
def test_document_without_success_is_named(asking: Callable[..., Page], status: int, error: type[FlowError]) -> None:
    """Proves that the page's own status ends the wait, as the site's trouble or as a changed page."""
    page = asking([], [])
    page.route("**/start", lambda route: route.fulfill(status=status, body="<p>x</p>"))
    with pytest.raises(error, match=f"/start.*{status}"):
        listen(page).answer(API, deadline=600)


def test_what_was_heard_is_forgotten(asking: Callable[..., Page]) -> None:
    """Proves that an answer of the page before is not taken for one of the page that begins."""
    page = asking([address(tradeOrderId="1")], [(200, OK)])
    with page.expect_response("**/h5/**"):
        calls = listen(page)
    calls.forget()
    with pytest.raises(TryLater):
        calls.answer(API, deadline=0.3)


def test_answers_of_another_api_wait_for_their_turn(asking: Callable[..., Page]) -> None:
    """Proves that where two apis are listened to, waiting for one does not lose the other's answer."""
    page = asking([address("mtop.first"), address("mtop.second")], [(200, OK), (200, OK)])
    calls = Calls(page, SITE, ["mtop.first", "mtop.second"], lambda: None)
    page.goto(f"{SITE.www}/start", wait_until="commit")
    assert ["mtop.second", "mtop.first"] == [calls.answer(api, deadline=5).api for api in ("mtop.second", "mtop.first")]

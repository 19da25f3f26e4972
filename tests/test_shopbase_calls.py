"""One call at a time: errors by what must happen next, tries, pace, secrets."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from bot.sandbox.shop_state import ShopState
from bot.sandbox.shopbase import build_app
from bot.shopbase import (
    ShopBase,
    ShopBaseError,
    ShopCredentials,
    ShopNotFound,
    ShopRefused,
    ShopReplyChanged,
    ShopUnavailable,
)
from tests.scripted import ScriptedStore, SteppedTime, Told
from tests.serving import serve
from tests.stores import (  # noqa: F401
    KEY,
    ORDER_ID,
    PASSWORD,
    Odd,
    Store,
    Travelling,
    a_fulfilment,
    a_request,
    an_order,
    odd_fixture,
    served_fixture,
    store_fixture,
)


@pytest.mark.parametrize(
    ("status", "body", "error", "text"),
    [
        (400, {"error": "Invalid provider code"}, ShopRefused, "400: Invalid provider code"),
        (401, {"errors": "[API] Invalid"}, ShopCredentials, r"401: the API key or password .*\[API\] Invalid"),
        (402, {}, ShopCredentials, "402: the store is frozen .* pay it"),
        (403, {"message": "no scope"}, ShopCredentials, r"403: the private app lacks .*read_orders.*no scope"),
        (404, {"error": "Not Found"}, ShopNotFound, "404: Not Found"),
        (406, "", ShopRefused, "406: refused without a reason"),
        (422, {"errors": {"line_items": ["bad", "worse"]}}, ShopRefused, "422: line_items: bad; worse"),
        (422, {"errors": ["a", "b"]}, ShopRefused, "422: a; b"),
        (422, {"errors": None, "error": "", "message": "c"}, ShopRefused, "422: c"),
        (422, "plain words", ShopRefused, "422: plain words"),
        (422, "<html><style>x{}</style><h1>Nope &amp; no</h1>", ShopRefused, "an HTML page .*: Nope & no$"),
        (423, {}, ShopCredentials, "423: the store is locked"),
        (200, {"success": False, "message": "no balance"}, ShopRefused, "200: no balance"),
        (500, {"error": "oops"}, ShopUnavailable, "500: oops"),
        (503, "<html><title>Down</title>", ShopUnavailable, "503: an HTML page instead of JSON: Down"),
        (429, "", ShopUnavailable, "429: too many requests"),
        (200, "<!DOCTYPE html><title>Just a moment...</title>", ShopReplyChanged, "an HTML page .*Just a moment"),
        (200, '{"order": {"email": "secret@buyer', ShopReplyChanged, "not JSON: broken at character 20 of 33 bytes"),
        (200, '{"order": NaN}', ShopReplyChanged, "not JSON"),
        (200, "[" * 100_000, ShopReplyChanged, "not JSON"),
        (200, "\udcff".encode("utf-8", "surrogatepass").decode("latin-1"), ShopReplyChanged, "not JSON"),
    ],
)
def test_each_bad_answer_has_its_class_and_text(
    odd: Odd, status: int, body: Any, error: type[ShopBaseError], text: str
) -> None:
    """The class says what to do next; the message names method, path, status and what the store said."""
    odd.script.tell(Told(body, status))
    with pytest.raises(error, match=text) as caught:
        odd.client.order(str(ORDER_ID))
    assert error is type(caught.value)
    assert str(caught.value).startswith(f"GET /admin/orders/{ORDER_ID}.json: {status}: ")
    assert ("GET", status) == (caught.value.method, caught.value.status)
    assert not any(secret in str(caught.value) for secret in (KEY, PASSWORD, "secret@buyer"))


def test_a_redirect_is_not_followed(odd: Odd) -> None:
    """Key and password never travel to another host."""
    odd.script.tell(Told("", 302, {"Location": f"{odd.url}/elsewhere?token=x"}))
    with pytest.raises(ShopReplyChanged, match=f"redirected to {odd.url}, which is not followed") as caught:
        odd.client.shop()
    assert "token" not in str(caught.value)
    assert ["/admin/shop.json"] == [path for _, path, _, _ in odd.script.requests]


def test_reads_are_tried_again_and_then_given_up(odd: Odd) -> None:
    """A GET outlives passing trouble, waits longer each time, and stops after five tries."""
    odd.script.tell(Told("", 500), Told("", 502), Told({"order": an_order()}))
    assert str(ORDER_ID) == odd.client.order(str(ORDER_ID)).id
    assert 3 == len(odd.script.requests)
    odd.script.tell(Told("", 503))
    odd.time.slept.clear()
    with pytest.raises(ShopUnavailable):
        odd.client.order(str(ORDER_ID))
    assert 5 == len(odd.script.requests)
    assert [1, 2, 4, 8] == odd.time.slept


def test_tries_end_with_their_total_time(odd: Odd) -> None:
    """Slow answers use up the 90 seconds before the fifth try."""
    odd.script.tell(Told("", 503))
    time = SteppedTime()

    class Slow(httpx.HTTPTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            time.seconds += 40
            return super().handle_request(request)

    with (
        ShopBase(odd.url, KEY, PASSWORD, sleep=time.sleep, clock=time.clock, transport=Slow()) as client,
        pytest.raises(ShopUnavailable),
    ):
        client.shop()
    assert 3 == len(odd.script.requests)


def test_no_connection_is_unavailable() -> None:
    """A store that does not answer at all is named after the tries."""
    time = SteppedTime()
    with serve(ScriptedStore().app) as url:
        pass
    with (
        ShopBase(url, KEY, PASSWORD, sleep=time.sleep, clock=time.clock) as client,
        pytest.raises(ShopUnavailable, match=r"GET /admin/shop.json: no answer \(ConnectError") as caught,
    ):
        client.shop()
    assert caught.value.status is None
    assert 4 == len(time.slept)


@pytest.mark.parametrize("status", [500, 429, 503])
def test_a_post_is_never_sent_twice(odd: Odd, status: int) -> None:
    """Whatever the answer, creating, opening and completing are asked for once."""
    odd.script.tell(Told("", status))
    acts: tuple[Callable[[], object], ...] = (
        lambda: odd.client.create_fulfillment(str(ORDER_ID), a_request()),
        lambda: odd.client.open_fulfillment(str(ORDER_ID), "5"),
        lambda: odd.client.complete_fulfillment(str(ORDER_ID), "5"),
    )
    for act in acts:
        with pytest.raises(ShopUnavailable):
            act()
    assert ["POST"] * 3 == [method for method, _, _, _ in odd.script.requests]


def test_a_put_that_mails_is_sent_once_and_one_that_does_not_is_tried_again(odd: Odd) -> None:
    """A lost answer must not mail the buyer twice."""
    odd.script.tell(Told("", 500), Told("", 500), Told({"fulfillment": a_fulfilment()}))
    with pytest.raises(ShopUnavailable):
        odd.client.update_tracking(str(ORDER_ID), "5", number="LX1", company=None, url=None, notify_customer=True)
    odd.client.update_tracking(str(ORDER_ID), "5", number="LX1", company=None, url=None, notify_customer=False)
    mailed = [body["fulfillment"]["notify_customer"] for _, _, _, body in odd.script.requests]
    assert [True, False, False] == mailed


def test_secrets_travel_in_their_headers(odd: Odd) -> None:
    """HTTP Basic always, the token secret only where there is one."""
    odd.script.tell(Told({"shop": {"id": 1, "name": "A", "currency": "USD"}}))
    for secret in (None, "partner-secret"):
        with ShopBase(odd.url, KEY, PASSWORD, secret) as client:
            client.shop()
    basic = "Basic " + base64.b64encode(f"{KEY}:{PASSWORD}".encode()).decode()
    assert [basic, basic] == [headers["authorization"] for headers in odd.script.headers]
    assert [None, "partner-secret"] == [headers.get("x-shopbase-token-secret") for headers in odd.script.headers]
    with pytest.raises(ShopCredentials, match="cannot be sent"):
        ShopBase(odd.url, KEY, PASSWORD, "two\nlines")


def test_a_proxy_of_the_environment_is_not_asked_for_loopback(odd: Odd, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sandbox store is reached directly, whatever HTTP_PROXY says."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    odd.script.tell(Told({"shop": {"id": 1, "name": "A", "currency": "USD"}}))
    with ShopBase(odd.url, KEY, PASSWORD) as client:
        assert "1" == client.shop().id


def test_server_time_is_the_stores_own(odd: Odd) -> None:
    """The Date header of each answer, errors too, moves the store's time; one that is broken does not."""
    odd.script.tell(
        Told({}, 404, {"Date": "Mon, 01 Mar 2021 10:20:30 GMT"}),
        Told({"order": an_order()}, 200, {"Date": "soon"}),
    )
    with ShopBase(odd.url, KEY, PASSWORD) as client:
        assert client.server_time is None
        with pytest.raises(ShopNotFound):
            client.order(str(ORDER_ID))
        client.order(str(ORDER_ID))
        assert datetime(2021, 3, 1, 10, 20, 30, tzinfo=UTC) == client.server_time


@pytest.mark.parametrize("latency", [0.0, 0.3, 0.45])
def test_pace_keeps_at_least_95_percent_of_the_rate_without_a_429(latency: float) -> None:
    """200 requests take at most 5 % longer than the bucket of 30 with 2 a second allows, and none is refused."""
    time = SteppedTime()
    state = ShopState(KEY, PASSWORD, clock=time.clock)
    with (
        serve(build_app(state)) as url,
        ShopBase(url, KEY, PASSWORD, sleep=time.sleep, clock=time.clock, transport=Travelling(time, latency)) as client,
    ):
        started = time.seconds
        for _ in range(200):
            client.shop()
    assert 0 == state.too_many_requests
    documented = (200 - 30) / 2
    assert time.seconds - started <= max(documented, 200 * latency) / 0.95


def test_pace_trusts_the_header_when_another_app_uses_the_bucket(store: Store) -> None:
    """Requests that others made are seen in the header and waited for."""
    for turn in range(120):
        if turn % 40 == 10:
            store.state.bucket.fill(18)
        store.client.shop()
    assert 0 == store.state.too_many_requests


def test_pace_of_a_fresh_client_survives_a_full_bucket(store: Store) -> None:
    """A bucket that an earlier process filled costs one refusal and a wait, not the call."""
    store.state.bucket.fill(30)
    assert "10000001" == store.client.shop().id
    assert 1 == store.state.too_many_requests

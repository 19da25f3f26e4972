"""The Admin API client: one store's orders and fulfilments. It has no way to cancel or refund an order."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import httpx

from bot.language import _
from bot.shopbase.calls import AdminCalls, Answer
from bot.shopbase.errors import ShopReplyChanged
from bot.shopbase.listing import list_orders
from bot.shopbase.reading import read_fulfillment, read_order, read_reply, rows, unwrapped
from bot.shopbase.replies import FulfillmentReply, OrderReply, ShopInfo
from bot.shopbase.requests import FulfillmentRequest, tracking_body

PAGE = 250


class ShopBase:
    """A store, reached at `base_url` with a private app's key and password.

    Reads and harmless writes are tried again within 5 tries and 90 seconds, a POST never. Raises ShopBaseError.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        password: str,
        token_secret: str | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._calls = AdminCalls(base_url, key, password, token_secret, sleep=sleep, clock=clock, transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection."""
        self._calls.close()

    @property
    def server_time(self) -> datetime | None:
        """The store's own clock at its last answer, aware UTC; None before the first answer."""
        return self._calls.server_time

    def shop(self) -> ShopInfo:
        """Reads the store; this is also the test of key and password."""
        answer = self._get("/admin/shop.json")
        return read_reply(answer, ShopInfo, unwrapped(answer.body, "shop", "result"), "shop")

    def orders(
        self,
        updated_at_min: datetime | None = None,
        since_id: str | None = None,
        order_status: str = "any",
        limit: int = PAGE,
        *,
        financial_status: str | None = None,
        fulfillment_status: str | None = None,
        on_unreadable: Callable[[ShopReplyChanged], None] | None = None,
    ) -> Iterator[OrderReply]:
        """Lists orders to the last page, in whatever order the store has them; check every filter again locally.

        An order that changes while the list is read may come twice. One that cannot be read is given to
        `on_unreadable` and the others go on; without it, it is raised. Raises ShopTooMany where more match than the
        store pages through.
        """
        filters: dict[str, str | int] = {"order_status": order_status, "status": order_status}
        if updated_at_min is not None:
            filters["updated_at_min"] = _iso(updated_at_min)
        if since_id is not None:
            filters["since_id"] = _digits(since_id)
        if financial_status is not None:
            filters["financial_status"] = financial_status
        if fulfillment_status is not None:
            filters["fulfillment_status"] = fulfillment_status
        return list_orders(self._get, filters, limit, on_unreadable)

    def order(self, order_id: str) -> OrderReply:
        """Reads one order; ShopNotFound if the store no longer has it."""
        answer = self._get(f"/admin/orders/{_digits(order_id)}.json")
        return read_order(answer, unwrapped(answer.body, "order", "result"))

    def set_tags(self, order_id: str, tags: Iterable[str]) -> None:
        """Replaces all tags of an order; the caller has read the present ones."""
        number = _digits(order_id)
        body = {"order": {"id": int(number), "tags": ", ".join(tags)}}
        self._calls.call("PUT", f"/admin/orders/{number}.json", body=body, again=True)

    def fulfillments(self, order_id: str) -> list[FulfillmentReply]:
        """Lists every fulfilment of an order."""
        path = f"/admin/orders/{_digits(order_id)}/fulfillments.json"
        found: dict[str, FulfillmentReply] = {}
        query: dict[str, str | int] = {"limit": PAGE}
        while True:
            answer = self._get(path, query)
            page = [read_fulfillment(answer, raw) for raw in rows(answer, "fulfillments")]
            fresh = {reply.id: reply for reply in page if reply.id not in found}
            found |= fresh
            if len(page) < PAGE or not fresh:
                return list(found.values())
            query["since_id"] = max(found, key=int)

    def fulfillment(self, order_id: str, fulfillment_id: str) -> FulfillmentReply:
        """Reads one fulfilment."""
        answer = self._get(self._fulfillment_path(order_id, fulfillment_id))
        body = unwrapped(answer.body, "fulfillment", "fulfillments", "result")
        told = body if isinstance(body, list) else [body]
        for raw in told:
            reply = read_fulfillment(answer, raw)
            if reply.id == str(fulfillment_id):
                return reply
        raise answer.changed(_("not in the answer"), subject=_("fulfilment {id}").format(id=fulfillment_id))

    def create_fulfillment(self, order_id: str, request: FulfillmentRequest) -> FulfillmentReply:
        """Tells the store that lines were sent; read its fulfilments first, because this is never sent twice.

        Raises ShopRefused with the store's text, for example for an order with refunded lines. After ShopUnavailable
        or ShopReplyChanged the fulfilment may exist: list before trying again.
        """
        path = f"/admin/orders/{_digits(order_id)}/fulfillments.json"
        answer = self._calls.call("POST", path, body=request.body(), again=False)
        told = _fulfillment_in(answer)
        if told is not None:
            return told
        number = (request.tracking_number,) if request.tracking_number else ()
        same = [reply for reply in self.fulfillments(order_id) if reply.tracking_numbers == number]
        if not same:
            missing = _("the store answered well but holds no such fulfilment")
            raise answer.changed(missing, subject=_("order {id}").format(id=order_id))
        return max(same, key=lambda reply: int(reply.id))

    def update_tracking(
        self,
        order_id: str,
        fulfillment_id: str,
        *,
        number: str,
        company: str | None,
        url: str | None,
        notify_customer: bool,
    ) -> FulfillmentReply:
        """Changes the tracking of a fulfilment; with `notify_customer` the buyer is mailed, so it is sent only once."""
        path = self._fulfillment_path(order_id, fulfillment_id)
        body = {"fulfillment": {"notify_customer": notify_customer, **tracking_body(number, company, url)}}
        answer = self._calls.call("PUT", path, body=body, again=not notify_customer)
        return _fulfillment_in(answer) or self.fulfillment(order_id, fulfillment_id)

    def open_fulfillment(self, order_id: str, fulfillment_id: str) -> FulfillmentReply:
        """Moves a fulfilment from pending to open."""
        return self._step(order_id, fulfillment_id, "open")

    def complete_fulfillment(self, order_id: str, fulfillment_id: str) -> FulfillmentReply:
        """Moves an open fulfilment to success."""
        return self._step(order_id, fulfillment_id, "complete")

    def _step(self, order_id: str, fulfillment_id: str, step: str) -> FulfillmentReply:
        path = f"{self._fulfillment_path(order_id, fulfillment_id).removesuffix('.json')}/{step}.json"
        answer = self._calls.call("POST", path, body={}, again=False)
        return _fulfillment_in(answer) or self.fulfillment(order_id, fulfillment_id)

    def _fulfillment_path(self, order_id: str, fulfillment_id: str) -> str:
        return f"/admin/orders/{_digits(order_id)}/fulfillments/{_digits(fulfillment_id)}.json"

    def _get(self, path: str, query: Mapping[str, str | int] | None = None) -> Answer:
        return self._calls.call("GET", path, query=query, again=True)


def _fulfillment_in(answer: Answer) -> FulfillmentReply | None:
    """Reads the fulfilment out of the answer to a write, None if the answer does not tell it in full."""
    body: Any = unwrapped(answer.body, "fulfillment", "result")
    if not isinstance(body, Mapping) or not {"id", "status"} <= body.keys() or "financial_status" in body:
        return None
    return read_fulfillment(answer, body)


def _digits(number: str) -> str:
    if not (number.isascii() and number.isdecimal()):
        raise ValueError(f"{number!r} is not an id of ShopBase, which has digits only")
    return number


def _iso(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.isoformat(timespec="seconds")

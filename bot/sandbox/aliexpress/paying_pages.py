"""The pages of the cashier, and of the bank that asks whoever owns the card. Neither knows who is signed in.

A payment is known by its id alone, as neither host gets AliExpress's session cookie back from the bank.
"""

import asyncio
import html
import json
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.sandbox.aliexpress.errors import SiteSaysNoError
from bot.sandbox.aliexpress.hosts import bank_of, cashier_of
from bot.sandbox.aliexpress.payments import CARD, INDEX, SAVED_CARD, SECURE, Payment, answer_bank, come_back, submit
from bot.sandbox.aliexpress.prices import written
from bot.sandbox.aliexpress.replies import CutShort
from bot.sandbox.aliexpress.shells import asset, shell, static_file
from bot.sandbox.aliexpress.state import AliWorld
from flows.values import Site

RESULT = "/p/second-payment/pay-result.html"
_NO_STORE = {"Cache-Control": "no-store"}
_GONE = "<!doctype html><title>Payment</title><p>This payment does not exist.</p>"
_Page = Callable[[Request, Payment], Awaitable[Response]]


def next_address(site: Site, payment: Payment) -> str:
    """Where a payment goes on: at the cashier, or to its result."""
    if payment.page is None:
        return f"{site.www}{RESULT}?pmntId={payment.id}"
    return f"{cashier_of(site)}{payment.page}?pmntId={payment.id}"


def cashier_routes(world: AliWorld, site: Site) -> list[Route]:
    """What `cashier` serves: the choice of a card, the form for one, the way to the bank, and the way back."""

    async def page(request: Request, payment: Payment) -> Response:
        path = request.url.path
        if not payment.may_show(path):
            return RedirectResponse(next_address(site, payment), 302)
        world.count_page("cashier")
        if path == SECURE and payment.way in {"3ds", "otp"}:
            return _sent_on(f"{bank_of(site)}/acs/challenge.html", payment)
        told = {**_told(site, payment), "page": path}
        return shell(world, site, "AliExpress Cashier", "cashier.js", signed_in=True, more=told)

    async def pay(request: Request, payment: Payment) -> Response:
        await _take_time(world)
        typed = (await request.json()).get("card")
        try:
            submit(world, payment, typed if isinstance(typed, dict) else None)
        except SiteSaysNoError as no:
            return JSONResponse({"error": no.text}, headers=_NO_STORE)
        return _or_lost(world, payment, JSONResponse({"to": next_address(site, payment)}, headers=_NO_STORE))

    async def back(_request: Request, payment: Payment) -> Response:
        come_back(world, payment)
        to = next_address(site, payment)
        if payment.way not in {"3ds_iframe", "3ds_popup"}:
            return _or_lost(world, payment, RedirectResponse(to, 303))
        script = f"const to = {json.dumps(to)}; if (opener) {{ opener.location.href = to; close(); }}"
        whole = f"<!doctype html><title>Payment</title><script>{script} else top.location.href = to;</script>"
        return _or_lost(world, payment, HTMLResponse(whole, headers=_NO_STORE))

    return [
        *(Route(path, _known(world, page)) for path in (INDEX, CARD, SECURE)),
        Route("/pay/submit", _known(world, pay), methods=["POST"]),
        Route("/pay/return", _known(world, back), methods=["GET", "POST"]),
        Route("/assets/{name}", asset),
    ]


def bank_routes(world: AliWorld, site: Site) -> list[Route]:
    """What the bank serves: its question, and the answer to it, which leads back to the cashier."""

    async def challenge(_request: Request, payment: Payment) -> Response:
        world.count_page("bank")
        return _question(payment, "")

    async def answered(request: Request, payment: Payment) -> Response:
        await _take_time(world)
        told = dict(parse_qsl((await request.body()).decode(errors="replace")))
        with world.lock:
            done = answer_bank(payment, code=told.get("code", "").strip(), confirmed=told.get("outcome") == "confirm")
        if not done:
            return _question(payment, "That code is not right. Please try again.")
        return _sent_on(f"{cashier_of(site)}/pay/return", payment)

    return [
        Route("/acs/challenge.html", _known(world, challenge), methods=["GET", "POST"]),
        Route("/acs/answer", _known(world, answered), methods=["POST"]),
    ]


def _known(world: AliWorld, page: _Page) -> Callable[[Request], Awaitable[Response]]:
    async def found(request: Request) -> Response:
        payment = world.market.payments.get(request.query_params.get("pmntId", ""))
        return HTMLResponse(_GONE, 404) if payment is None else await page(request, payment)

    return found


async def _take_time(world: AliWorld) -> None:
    if world.faults.payment_ms:
        await asyncio.sleep(world.faults.payment_ms / 1000)


def _or_lost(world: AliWorld, payment: Payment, response: Response) -> Response:
    lost = world.faults.payment_lost and payment.outcome == "paid"
    return CutShort(headers={"Content-Length": "20000"}, media_type="text/html") if lost else response


def _told(site: Site, payment: Payment) -> dict[str, object]:
    return {
        "payment": payment.id,
        "amount": written(payment.total, payment.currency).text,
        "orders": payment.orders,
        "saved": f"Visa **** {SAVED_CARD}",
        "bank": f"{bank_of(site)}/acs/challenge.html?pmntId={payment.id}",
        "popup": payment.way == "3ds_popup",
    }


def _sent_on(to: str, payment: Payment) -> Response:
    """A page that sends itself on by a form, as cashiers and banks hand over to each other."""
    action = html.escape(f"{to}?pmntId={payment.id}")
    form = f'<form method="post" action="{action}"><input type="hidden" name="creq" value="{payment.id}"></form>'
    whole = f"<!doctype html><title>One moment</title>{form}<script>document.forms[0].submit();</script>"
    return HTMLResponse(whole, headers=_NO_STORE)


def _question(payment: Payment, trouble: str) -> Response:
    page = static_file("bank.html").decode()
    code = '<label>Code <input name="code" inputmode="numeric" autocomplete="one-time-code"></label>'
    asks = "Enter the code that we have sent to your phone." if payment.way == "otp" else "Do you want to pay?"
    for mark, text in (
        ("{id}", payment.id),
        ("{amount}", html.escape(written(payment.total, payment.currency).text)),
        ("{card}", payment.card),
        ("{asks}", asks),
        ("{code}", code if payment.way == "otp" else ""),
        ("{trouble}", f'<p role="alert">{html.escape(trouble)}</p>' if trouble else ""),
    ):
        page = page.replace(mark, text)
    return HTMLResponse(page, headers=_NO_STORE)

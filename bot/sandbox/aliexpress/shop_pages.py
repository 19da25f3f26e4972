"""The pages of buying: product pages of two generations, the confirm page, the page after it, and what weighs."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.sandbox.aliexpress import heavy
from bot.sandbox.aliexpress.checkout_words import checkout_words
from bot.sandbox.aliexpress.component_page import component_data
from bot.sandbox.aliexpress.faults import Faults
from bot.sandbox.aliexpress.gateway import SESSION_COOKIE
from bot.sandbox.aliexpress.hosts import cashier_of
from bot.sandbox.aliexpress.paying_pages import next_address
from bot.sandbox.aliexpress.placing import SOMEBODY_ELSE, note_presses
from bot.sandbox.aliexpress.product_answer import seen_by
from bot.sandbox.aliexpress.products import Product
from bot.sandbox.aliexpress.shells import account_of, shell, static_file, to_sign_in
from bot.sandbox.aliexpress.state import AliWorld
from flows.values import Site

# What the cookie `aep_usuc_f` says of language, currency and country (aliexpress.md 2).
LOCALE_COOKIE = "aep_usuc_f"
_NOT_FOUND = "<!doctype html><title>404</title><p>Sorry, the page you requested can not be found:(</p>"
_CONFIRM = (
    "shop.js",
    "confirm-parts.js",
    "address-book.js",
    "address-drawer.js",
    "address-form.js",
    "press.js",
    "confirm.js",
)


def routes(world: AliWorld, site: Site) -> list[Route]:
    """What `www` serves for buying."""

    async def item(request: Request) -> Response:
        product_id = str(request.path_params["id"])
        product = world.market.product(product_id)
        if product is None:
            return HTMLResponse(_NOT_FOUND, 404)
        account = account_of(world, request)
        if account and world.market.buyer(account).us_routed and product_id != product.us_id:
            return RedirectResponse(f"/item/{product.us_id}.html?gatewayAdapt=glo2usa4itemAdapt", 302)
        world.count_page("item")
        return _item(world, site, product, request)

    async def confirm(request: Request) -> Response:
        if SESSION_COOKIE not in request.cookies:
            return to_sign_in(site, request)
        world.count_page("confirm")
        return shell(world, site, "Confirm order", *_CONFIRM, signed_in=True, more=_confirm_told(world.faults))

    async def result(request: Request) -> Response:
        payment = world.market.payments.get(request.query_params.get("pmntId", ""))
        if payment is not None and payment.page is not None:
            return RedirectResponse(next_address(site, payment), 302)
        world.count_page("result")
        told = _result_told(world, site, request.query_params.get("pmntId", ""), account_of(world, request))
        return shell(world, site, "Payment result", "result.js", signed_in=True, more=told)

    async def pixel(request: Request) -> Response:
        note_presses(world, request.query_params.get("press", ""))
        return Response(heavy.PIXEL, media_type="image/gif", headers={"Cache-Control": "no-store"})

    return [
        Route("/item/{id:int}.html", item),
        Route("/i/{id:int}.html", item),
        Route("/p/trade/confirm.html", confirm),
        Route("/p/second-payment/pay-result.html", result),
        Route("/v.gif", pixel),
        Route("/kf/{picture:path}", _picture),
        Route("/fonts/{name}", _font),
        Route("/sw.js", _service_worker),
    ]


def _item(world: AliWorld, site: Site, product: Product, request: Request) -> Response:
    account = account_of(world, request)
    older = world.faults.design == "2022"
    told = {"ticket": world.market.open_item(product.id, loaded=older), "product": product.id}
    signed_in = account is not None
    if not older:
        return shell(world, site, product.title, "shop.js", "item.js", signed_in=signed_in, more=told)
    chosen = dict(parse_qsl(request.cookies.get(LOCALE_COOKIE, "")))
    asked = {"_currency": chosen.get("c_tp"), "country": chosen.get("region")}
    with world.lock:
        shown = seen_by(world, account, product, asked, world.faults)
        given = {"runParams": {"data": component_data(shown, site.www), "is23": True}}
    return shell(
        world, site, product.title, "shop.js", "item-component.js", signed_in=signed_in, more=told, inline=given
    )


def _confirm_told(faults: Faults) -> Mapping[str, Any]:
    form = "form" if faults.design == "2022" else "drawer"
    words = checkout_words(faults.language, faults.design)
    return {
        "addressDesign": faults.address_design or form,
        "totalMs": faults.total_ms,
        "buttonPopup": faults.button_popup,
        "redraw": faults.redraw,
        "redrawOn": faults.redraw_on,
        "redrawMs": faults.redraw_ms,
        "redrawButton": words.buttons["pay_now"],
        "redrawName": SOMEBODY_ELSE,
        "doubleClick": faults.double_click,
        "orderBy": faults.order_by,
    }


def _result_told(world: AliWorld, site: Site, token: str, account: str | None) -> Mapping[str, Any]:
    words = checkout_words(world.faults.language, world.faults.design)
    checkout, payment = world.market.checkouts.get(token), world.market.payments.get(token)
    whose = payment.account if payment else checkout.buyer.account if checkout else None
    if whose is None or whose != account:
        return {"result": None}
    told = {"checkOrder": words.check_order, "home": words.home}
    if payment is None:
        method = checkout.buyer.payment if checkout else None
        told |= {
            "title": words.placed,
            "text": words.placed_more.format(method=method.text if method else "AliExpress"),
        }
    elif payment.outcome == "paid":
        told |= {"title": words.paid, "text": words.paid_more}
    else:
        again = f"{cashier_of(site)}/pay/index.html?pmntId={token}"
        told |= {"title": words.failed, "text": words.failed_more, "again": again, "payAgain": words.pay_again}
    if world.faults.shows_number:
        placed = payment.orders if payment else checkout.placed if checkout else []
        told["numbers"] = f"{words.number}: {', '.join(placed)}"
    return {"result": told}


async def _picture(request: Request) -> Response:
    name = str(request.path_params["picture"])
    kept = {"Cache-Control": "max-age=3600"}
    if name.startswith("S"):
        return Response(heavy.picture(name), media_type="image/png", headers=kept)
    return Response(heavy.PIXEL, media_type="image/gif", headers=kept)


async def _font(_request: Request) -> Response:
    return Response(heavy.font(), media_type="font/ttf", headers={"Cache-Control": "max-age=3600"})


async def _service_worker(_request: Request) -> Response:
    return Response(static_file("sw.js"), media_type="text/javascript", headers={"Cache-Control": "no-store"})

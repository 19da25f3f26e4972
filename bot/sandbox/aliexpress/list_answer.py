"""The answers of `order.list` and `order.count` (aliexpress.md 4 and 5.1)."""

import json
from typing import Any

from bot.sandbox.aliexpress.answers import Asked, Json, block, empty_page, page_data, without_block
from bot.sandbox.aliexpress.index import PAGE_SIZE
from bot.sandbox.aliexpress.lines_answer import (
    currency_of,
    order_line,
    price_of,
    status_of,
    without_scheme,
)
from bot.sandbox.aliexpress.orders import UNSENT, AliOrder, OrderState
from bot.sandbox.aliexpress.payments import MOST_LINES, MOST_ORDERS
from bot.sandbox.aliexpress.state import AliWorld

_PAGE, _HEADER, _ACTION = "pc_om_list_page_109694", "pc_om_list_header_110551", "pc_om_list_header_action_110846"
_BODY, _FOOTER = "pc_om_list_body_109702", "pc_om_list_footer_recommend_116745"


def count_answer(world: AliWorld, account: str | None) -> Json:
    """The counters of three tabs as strings; zeros for a stranger, who is not told that he is one."""
    counts = {tab: str(number) for tab, number in world.counts(account).items()}
    return {"module": counts, "notSuccess": False, "repeated": False, "retry": False}


def list_answer(world: AliWorld, asked: Asked) -> Json:
    """One page of ten: the first from `statusTab`, later ones from the blocks inside `params`.

    A later page asked without its linkage gets SUCCESS and no orders.
    """
    wanted = _page_wanted(asked.data)
    if wanted is None or asked.faults.empty_skeleton:
        return empty_page(_PAGE)
    tab, number = wanted
    with world.lock:
        orders, more = world.list_page(asked.account, tab, number, asked.faults)
        blocks = {f"pc_om_list_order_{order.number}": _order_block(order, asked) for order in orders}
        currencies = {currency_of(order, asked) for order in orders}
    structure = {_BODY: list(blocks)}
    blocks |= {_BODY: _body(number, more, asked), _ACTION: _action(tab)}
    if number == 1:
        blocks |= _frame(asked)
        structure |= {_PAGE: [_HEADER, _BODY, _FOOTER], _HEADER: [_ACTION]}
    return without_block(page_data(blocks, _PAGE, structure, currencies), asked.faults.missing_block)


def _page_wanted(data: Json) -> tuple[str, int] | None:
    if "params" not in data:
        return str(data.get("statusTab") or "all"), 1
    try:
        params = json.loads(data["params"])
        parts: dict[str, Any] = {name: json.loads(params[name]) for name in ("data", "linkage", "hierarchy")}
        body, action = (_by_tag(parts["data"], tag) for tag in ("pc_om_list_body", "pc_om_list_header_action"))
        both = {body, action}
        linkage = parts["linkage"]
        if not (both <= set(linkage["input"]) and both <= set(linkage["request"]) and linkage["signature"]):
            return None
        tab = parts["data"][action]["fields"]["statusTab"]
        return str(tab), int(parts["data"][body]["fields"]["pageIndex"])
    except (KeyError, TypeError, ValueError):
        return None


def _by_tag(blocks: dict[str, Json], tag: str) -> str:
    return next((key for key, one in blocks.items() if one.get("tag") == tag), "")


def _body(number: int, more: bool, asked: Asked) -> Json:
    fields = {
        "hasMore": more,
        "hasMoreText": asked.words.more,
        "mergePayLimit": MOST_ORDERS,
        "pageIndex": number,
        "pageSize": PAGE_SIZE,
    }
    return block("pc_om_list_body", "109702", fields)


def _action(tab: str) -> Json:
    fields = {"searchInput": "", "searchOption": "order", "statusTab": tab, "timeOption": "all"}
    return block("pc_om_list_header_action", "110846", fields, "header")


def _frame(asked: Asked) -> dict[str, Json]:
    words = asked.words
    header = {
        "disableSearch": False,
        "pageTitle": "Orders",
        "searchTimeOptions": [{"code": "all", "text": "All / Last year"}],
        "searchTimeTitle": "Orders placed in",
        "statusTabList": [{"code": code, "title": title} for code, title in words.tabs.items()],
        "tailStatusTab": {"code": "recycle", "title": "Deleted orders"},
    }
    page = {
        "cartUrl": f"{without_scheme(asked.site.www)}/p/shoppingcart/index.html",
        "i18n": {
            "cancel": words.cancel,
            "copy": words.copy,
            "copy_order_success": words.number,
            "merge_pay_out_limit": f"Sorry, you can only pay up to {MOST_ORDERS} orders at one time.",
            "merge_pay_out_line_limit": f"Sorry, you can only pay up to {MOST_LINES} sub-orders at one time.",
            "order_ID": words.number,
            "toast_payerror": "Combined payments can't be supported by different sellers",
        },
    }
    return {
        _HEADER: block("pc_om_list_header", "110551", header, "header"),
        _PAGE: block("pc_om_list_page", "109694", page, None),
        _FOOTER: block(
            "pc_om_list_footer_recommend", "116745", {"recommendScenario": "pcOrderListRecommend"}, "footer"
        ),
    }


def _order_block(order: AliOrder, asked: Asked) -> Json:
    return block("pc_om_list_order", order.number, _order_fields(order, asked), script="Pc_om_list_order_110655")


def _order_fields(order: AliOrder, asked: Asked) -> Json:
    words, www = asked.words, asked.site.www
    total = price_of(order.total, order, asked)
    as_number = asked.faults.id_as_number and asked.faults.hits_listed(order.number)
    fields = {
        "baseCurrency": "CNY",
        "buttons": _buttons(order, asked),
        "currencyCode": currency_of(order, asked),
        "formatPriceInfo": total.info,
        "hiddenOrderId": False,
        "intentionCurrency": currency_of(order, asked),
        "orderDateText": words.day(order.created_at),
        "orderDateTitle": words.date,
        "orderDetailText": words.details,
        "orderDetailUrl": f"{www}/p/order/detail.html?orderId={order.number}",
        "orderId": int(order.number) if as_number else order.number,
        "orderLineSize": len(order.lines),
        "orderLines": [order_line(order, index, asked) for index in range(len(order.lines))],
        "paymentOutId": f"1299{int(order.number) * 7919 % 10**25:025d}",
        "sellerConnectUrl": f"{www}/p/message/index.html",
        "showSelectBox": (order.listed or order.state) is OrderState.TO_PAY,
        "statusText": status_of(order, asked, listed=True),
        "statusTitle": "Status",
        "storeName": order.store,
        "storePageUrl": f"{without_scheme(www)}/store/1105843321",
        "totalPriceText": total.text,
        "totalPriceTitle": words.total,
    }
    if len(order.lines) > 1:
        fields["moreItemText"] = "items"
    if order.refund_note:
        fields["exposeInfo"] = {"itemList": [{"detailList": [{"title": words.refunded}]}]}
    return fields


def _buttons(order: AliOrder, asked: Asked) -> list[Json]:
    """The buttons of a card; the type code of "Pay now" is not publicly known, so it has none."""
    words, state = asked.words, order.listed or order.state
    first: Json = {"displayType": "primary", "size": "default"}
    other: Json = {"border": True, "displayType": "default", "size": "default"}
    if state is OrderState.TO_PAY:
        return [{**first, "text": words.pay_now}]
    if state in {OrderState.AWAITING_DELIVERY, OrderState.PARTLY_SHIPPED}:
        track = f"{asked.site.www}/p/tracking/index.html?tradeOrderId={order.number}"
        return [
            {**first, "text": words.confirm, "type": "CONFIRM_GOODS"},
            {**other, "href": track, "text": words.track, "type": "TRACKING"},
        ]
    again = {**first, "text": words.add_to_cart, "type": "REPURCHASE"}
    return [again] if state in UNSENT else [again, {**other, "text": words.remove, "type": "DELETE"}]

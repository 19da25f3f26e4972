"""How the stand-in ShopBase writes its answers: with the same mixture of forms as the real one.

Orders carry ISO times and fulfilments unix seconds, amounts are numbers, "not yet" is "", null or 0 by turns, and the
fulfilments inside an order do not tell their lines.
"""

from datetime import datetime
from typing import Any

from bot.sandbox.shop_state import ShopFulfilment, ShopLine, ShopOrder, ShopRefund, ShopState
from bot.shopbase.fields import minor_digits


def _amount(minor: int, currency: str) -> int | float:
    digits = minor_digits(currency)
    return minor / 10**digits if digits else minor


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def order_fulfillment_status(order: ShopOrder) -> str:
    """How much of an order is sent, in ShopBase's words; "" is unfulfilled."""
    wanted = sum(line.quantity - line.cancelled for line in order.lines if line.eligible)
    sent = sum(line.fulfilled for line in order.lines)
    waiting = sum(line.pending + line.opened for line in order.lines)
    if not sent and not waiting:
        return ""
    if sent >= wanted:
        return "fulfilled"
    if waiting:
        return "processing" if waiting >= wanted else "partial-processing"
    return "partial"


def _line_status(line: ShopLine) -> str | None:
    if not line.eligible:
        return "not_eligible"
    if line.fulfilled >= line.quantity:
        return "fulfilled"
    if line.pending + line.opened:
        return "processing" if not line.fulfilled else "partial-processing"
    return "partial" if line.fulfilled else None


def line_json(order: ShopOrder, line: ShopLine, quantity: int | None = None) -> dict[str, Any]:
    """One line of an order, or of a fulfilment that carries `quantity` of it."""
    goods, price = line.goods, _amount(line.price, order.currency)
    variant = f" - {goods.variant_title}" if goods.variant_title else ""
    return {
        "id": line.id,
        "order_id": order.id,
        "product_id": goods.product_id,
        "variant_id": goods.variant_id,
        "sku": goods.sku,
        "title": goods.title,
        "variant_title": goods.variant_title,
        "name": f"{goods.title}{variant}",
        "quantity": line.quantity if quantity is None else quantity,
        "fulfillable_quantity": line.fulfillable,
        "fulfillment_service": line.service,
        "fulfillment_status": _line_status(line),
        "price": price,
        "raw_price": price,
        "total_discount": 0,
        "requires_shipping": goods.requires_shipping,
        "gift_card": goods.gift_card,
        "taxable": True,
        "properties": None,
        "image_src": f"https://img.example.com/{goods.product_id}.jpg" if goods.product_id else "",
        "vendor": "Ferry Test Store",
        "tip_payment_gateway": "shopbase" if goods.is_tip else "",
        "tip_payment_method": "card" if goods.is_tip else "",
        "is_post_purchase_item": False,
    }


def _fulfilment_facts(order: ShopOrder, fulfilment: ShopFulfilment) -> dict[str, Any]:
    done = fulfilment.status == "success"
    return {
        "id": fulfilment.id,
        "order_id": order.id,
        "name": fulfilment.name,
        "status": fulfilment.status,
        "service": fulfilment.service,
        "shipment_status": "",
        "tracking_company": fulfilment.company,
        "tracking_number": fulfilment.number,
        "tracking_numbers": [fulfilment.number] if fulfilment.number else [],
        "tracking_url": fulfilment.url,
        "tracking_urls": [fulfilment.url] if fulfilment.url else None,
        "notify_customer": fulfilment.notify,
        "created_at": int(fulfilment.created.timestamp()),
        "updated_at": int(fulfilment.updated.timestamp()),
        "date_done": int(fulfilment.updated.timestamp()) if done else 0,
        "first_tracking_step_at": None,
        "last_crawled_at": 0,
    }


def fulfilment_json(order: ShopOrder, fulfilment: ShopFulfilment) -> dict[str, Any]:
    """One fulfilment with its lines, as its own routes answer it."""
    lines = {line.id: line for line in order.lines}
    carried = [(lines[line_id], quantity) for line_id, quantity in fulfilment.quantities.items() if line_id in lines]
    told = [line_json(order, line, quantity) for line, quantity in carried]
    return {**_fulfilment_facts(order, fulfilment), "line_items": told}


def _refund_json(order: ShopOrder, refund: ShopRefund) -> dict[str, Any]:
    at = int(refund.created.timestamp())
    return {
        "id": refund.id,
        "order_id": order.id,
        "created_at": at,
        "processed_at": at,
        "note": "",
        "restock": False,
        "refund_line_items": [
            {"line_item_id": line_id, "quantity": quantity, "restock_type": restock}
            for line_id, quantity, restock in refund.lines
        ],
        "transactions": [
            {
                "id": refund.id + 1,
                "kind": "refund",
                "status": "success",
                "gateway": "shopbase-payments",
                "currency": order.currency,
                "amount": _amount(refund.amount, order.currency),
            }
        ],
        "order_adjustments": None,
    }


def order_json(order: ShopOrder) -> dict[str, Any]:
    """One order, as the list and the single read answer it."""
    goods_total = order.total - order.shipping
    return {
        "id": order.id,
        "name": order.name,
        "order_number": order.number,
        "email": order.email,
        "phone": order.phone,
        "shop_id": 10000001,
        "created_at": _iso(order.created),
        "created_at_in_timezone": _iso(order.created),
        "updated_at": _iso(order.updated),
        "processed_at": _iso(order.created),
        "cancelled_at": _iso(order.cancelled),
        "closed_at": None,
        "cancel_reason": order.cancel_reason,
        "financial_status": order.financial,
        "fulfillment_status": order_fulfillment_status(order),
        "chargeback_status": order.chargeback,
        "is_risk": False,
        "currency": order.currency,
        "subtotal_price": _amount(goods_total, order.currency),
        "total_price": _amount(order.total, order.currency),
        "total_shipping": _amount(order.shipping, order.currency),
        "shipping_fee": _amount(order.shipping, order.currency),
        "total_discounts": 0,
        "total_tax": 0,
        "total_quantity": sum(line.quantity for line in order.lines),
        "line_items": [line_json(order, line) for line in order.lines],
        "fulfillments": [_fulfilment_facts(order, one) for one in order.fulfilments] or None,
        "refunds": [_refund_json(order, one) for one in order.refunds] or None,
        "shipping_lines": [{"code": "standard", "title": "Standard", "price": _amount(order.shipping, order.currency)}],
        "shipping_address": order.address,
        "billing_address": order.address,
        "note": order.note,
        "note_attributes": None,
        "tags": ", ".join(order.tags),
        "source_name": order.source,
        "customer_locale": order.locale,
        "payment_gateway": "shopbase-payments",
        "payment_gateway_names": ["shopbase-payments"],
        "is_in_post_purchase": order.post_purchase_until is not None,
        "post_purchase_timeout_at": _iso(order.post_purchase_until),
    }


def shop_json(state: ShopState) -> dict[str, Any]:
    """The store itself."""
    return {
        "id": 10000001,
        "name": "Ferry Test Store",
        "email": "owner@example.com",
        "customer_email": "care@example.com",
        "shop_owner": "Nguyễn Văn Đức",
        "domain": "ferry-test.example.com",
        "onshopbase_domain": "ferry-test.onshopbase.com",
        "currency": "USD",
        "money_format": "${{amount}}",
        "iana_timezone": "Asia/Ho_Chi_Minh",
        "country_code": "VN",
        "primary_locale": "en",
        "weight_unit": "g",
        "created_at": int(state.now().timestamp()),
        "updated_at": 0,
        "subscription_expired_at": None,
        "end_free_trial_at": 0,
    }

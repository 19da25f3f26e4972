"""The ShopBase Admin API: the client, its replies and its errors."""

from bot.shopbase.client import ShopBase
from bot.shopbase.errors import (
    ShopBaseError,
    ShopCredentials,
    ShopNotFound,
    ShopRefused,
    ShopReplyChanged,
    ShopTooMany,
    ShopUnavailable,
)
from bot.shopbase.replies import (
    FinancialStatus,
    FulfillmentReply,
    FulfillmentState,
    FulfillmentStatus,
    LineItem,
    OrderReply,
    RefundReply,
    ShippingAddress,
    ShopInfo,
)
from bot.shopbase.requests import FulfillmentRequest, LineQuantity

__all__ = [
    "FinancialStatus",
    "FulfillmentReply",
    "FulfillmentRequest",
    "FulfillmentState",
    "FulfillmentStatus",
    "LineItem",
    "LineQuantity",
    "OrderReply",
    "RefundReply",
    "ShippingAddress",
    "ShopBase",
    "ShopBaseError",
    "ShopCredentials",
    "ShopInfo",
    "ShopNotFound",
    "ShopRefused",
    "ShopReplyChanged",
    "ShopTooMany",
    "ShopUnavailable",
]

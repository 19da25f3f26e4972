"""Whether a shop's tracking numbers go out by themselves. Apart from the push, which takes longer to load."""

from sqlmodel import Session, col, select

from bot.config import Config
from bot.facts import PushMode
from bot.models import Fulfillment, Order


def push_mode(session: Session, config: Config, shop: str) -> PushMode:
    """Whether this shop's numbers go out by themselves: not while pushing is off, nor before the first yes."""
    if not config.shop(shop).live_push:
        return PushMode.OFF
    query = (
        select(Fulfillment.id)
        .join(Order, col(Order.id) == Fulfillment.order_id)
        .where(Order.shop == shop, col(Fulfillment.sent_at).is_not(None), col(Fulfillment.by_hand).is_(False))
        .limit(1)
    )
    return PushMode.ON if session.exec(query).first() is not None else PushMode.FIRST

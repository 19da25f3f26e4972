"""A ShopBase store: it lets dropferry in, its orders can be read, and its clock agrees with this machine's."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from bot.checkup.finding import Finding, bad, look, trouble, well
from bot.clock_off import FAR_OFF, OFF, how_to_set, in_words
from bot.config import Config
from bot.errors import ConfigError
from bot.home import Home
from bot.language import _
from bot.models import Fulfillment, Order
from bot.opening import shop_client
from bot.secrets import MissingSecret, stored_name
from bot.shopbase import ShopBase, ShopBaseError, ShopCredentials, ShopReplyChanged, ShopUnavailable
from bot.wording import when


def store(
    home: Home, config: Config, shop: str, session: Session | None, clock: Callable[[], datetime]
) -> list[Finding]:
    """Key and password, the right to read orders, and the clock. Only reads; a store that is down is asked 5 times."""
    name = f"shop {shop}"
    try:
        client = shop_client(home, config, shop, sleep=lambda _seconds: None)
    except MissingSecret:  # told with the secrets
        return []
    except ConfigError as error:
        return [trouble(name, error)]
    with client as shopbase:
        try:
            called = shopbase.shop().name
            next(shopbase.orders(limit=1), None)
        except ShopBaseError as error:
            found = _trouble(config, shop, error)
        else:
            found = _fine(shop, called, session)
        return [found, *_clock(shop, shopbase, clock)]


def _fine(shop: str, called: str, session: Session | None) -> Finding:
    written = _last_written(session, shop) if session is not None else None
    if written is not None:
        told = _(
            'shop "{shop}": ShopBase lets dropferry in to {called}; orders can be read, and were last written {at}'
        )
        return well(f"shop {shop}", told.format(shop=shop, called=called, at=when(written)))
    told = _(
        'shop "{shop}": ShopBase lets dropferry in to {called}; orders can be read. Whether they may be written '
        "(write_orders) only shows when the first number is sent"
    )
    return well(f"shop {shop}", told.format(shop=shop, called=called))


def _last_written(session: Session, shop: str) -> datetime | None:
    query = (
        select(Fulfillment.sent_at)
        .join(Order, col(Order.id) == Fulfillment.order_id)
        .where(Order.shop == shop, col(Fulfillment.sent_at).is_not(None))
        .order_by(col(Fulfillment.sent_at).desc())
        .limit(1)
    )
    return session.exec(query).first()


def _trouble(config: Config, shop: str, error: ShopBaseError) -> Finding:
    text = _('shop "{shop}": {why}').format(shop=shop, why=error)
    if isinstance(error, ShopCredentials) and error.status == 403:
        fix = _("in ShopBase under Apps > Manage private apps tick read_orders, write_orders and read_products")
    elif isinstance(error, ShopCredentials) and error.status in (401, None):
        text = _('shop "{shop}": ShopBase does not accept the key or the password').format(shop=shop)
        key = stored_name(f"{shop}-shopbase-key", config.is_sandbox)
        fix = _(
            "look both up in ShopBase under Apps > Manage private apps, then: dropferry secret set {key}, and the same "
            "with {password}"
        ).format(key=key, password=key.removesuffix("key") + "password")
    elif isinstance(error, ShopUnavailable):
        fix = _("look whether {url} opens in a browser here; if it does, try again in a few minutes").format(
            url=config.shop(shop).url
        )
        return bad(f"shop {shop}", text, fix, code=1)
    elif isinstance(error, ShopReplyChanged):
        fix = _("look whether shops.{shop}.url in config.toml is the store's own address").format(shop=shop)
    else:
        return trouble(f"shop {shop}", error, _("see to it in ShopBase, then run dropferry doctor again"))
    return bad(f"shop {shop}", text, fix)


def _clock(shop: str, shopbase: ShopBase, clock: Callable[[], datetime]) -> list[Finding]:
    if shopbase.server_time is None:
        return []
    return [judge_clock(f"clock {shop}", clock() - shopbase.server_time)]


def judge_clock(name: str, ahead: timedelta) -> Finding:
    """How far this machine's clock is ahead of the store's; the Date header has whole seconds."""
    away = abs(ahead)
    if away < OFF:
        return well(name, _("clock: as ShopBase's, within two minutes"))
    if away < FAR_OFF:
        return look(name, in_words(ahead), how_to_set())
    return bad(name, in_words(ahead), how_to_set())

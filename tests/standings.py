"""What the rows of an order come to, for tests."""

from sqlmodel import Session

from bot.facts import PushMode, Standing, Warn, Why
from bot.models import Order
from bot.order_rows import OrderRows, load
from bot.shipping import Reading, read
from bot.standing import standing_of
from tests.rows import NOW


def of(session: Session, order: Order) -> OrderRows:
    """All rows of one order."""
    session.flush()
    (loaded,) = load(session, [order.id or 0])
    return loaded


def reading(session: Session, order: Order) -> Reading:
    """What the rows of an order come to."""
    return read(of(session, order), {})


def standing(session: Session, order: Order, push: PushMode = PushMode.ON) -> Standing:
    """Where an order stands."""
    return standing_of(of(session, order), {}, push, NOW)


def why(session: Session, order: Order) -> Why | Warn | None:
    """Why it is not further."""
    said = standing(session, order).why
    return said.code if said is not None else None


def told(session: Session, order: Order) -> list[tuple[str, dict[int, int]]]:
    """What ShopBase is to be told: each number with {position: quantity}."""
    loaded = of(session, order)
    position = {line.id: line.position for line in loaded.lines}
    plan = read(loaded, {}).plan
    return [(each.number, {position[line]: count for line, count in each.lines.items()}) for each in plan.new]

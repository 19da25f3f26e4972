"""The control routes: what a test or a demo does to both stand-ins, and what it sees of them.

All under /__sandbox/, with the sandbox's token as `Authorization: Bearer`. A body is a JSON object; where it names
orders, `order` is one and `orders` is a list or "all": AliExpress numbers, or names of store orders as "#1001".
"""

from collections.abc import Callable
from secrets import compare_digest
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveInt, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.aliexpress.buyers import change_buyer
from bot.sandbox.aliexpress.errors import WorldError
from bot.sandbox.aliexpress.faults import FaultError
from bot.sandbox.aliexpress.orders import OrderState
from bot.sandbox.world import World

PREFIX = "/__sandbox"


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Seed(_Body):
    """How many paid orders the store gets, how many unpaid ones, and whether all are of the plainest kind."""

    orders: NonNegativeInt
    pending: NonNegativeInt = 0
    plain: bool = False


class Buy(_Body):
    """Which store order a person buys on AliExpress, by which account."""

    order: str = "all"
    account: str = "main"


class Orders(_Body):
    """Which AliExpress orders something happens to."""

    order: str | None = None
    orders: Literal["all"] | list[str] | None = None

    def chosen(self, world: World, default: Literal["all"] | None) -> str | list[str]:
        """AliExpress numbers, or "all"; WorldError where none are named and there is no default."""
        named = [self.order] if self.order is not None else self.orders or default
        if named is None:
            raise WorldError('name the orders: {"orders": ["…"]}')
        return "all" if named in ("all", ["all"]) else world.numbers(named)


class Pay(Orders):
    """Orders to pay; with `checking` the payment is still being verified."""

    checking: bool = False


class Ship(Orders):
    """Orders to send: in how many parcels, which lines, by whom, under which numbers."""

    parcels: NonNegativeInt = 1
    lines: list[NonNegativeInt] | None = None
    carrier: str | None = None
    numbers: list[str] | None = None


class Deliver(Orders):
    """Orders to deliver; with `complete` the buyer confirms them."""

    complete: bool = True


class Refund(Orders):
    """Orders to give the money back for; with `as_status` the status says so itself."""

    as_status: bool = False


class ChangeNumber(_Body):
    """Which parcel (by index) of which order gets which last-mile number."""

    order: str
    number: str = Field(min_length=1)
    parcel: NonNegativeInt = 0


class Return(_Body):
    """Which parcel (by index) of which order goes back."""

    order: str
    parcel: NonNegativeInt = 0


class Bulk(_Body):
    """How many AliExpress orders to make at once, for whom, and where they stand."""

    orders: PositiveInt
    account: str = "main"
    state: OrderState = OrderState.PROCESSING


class Account(_Body):
    """How an AliExpress account buys from now on; what is not named stays. Amounts are US cents."""

    account: str = "main"
    kind: str | None = None
    method: str | None = None
    currency: str | None = None
    coupon: NonNegativeInt | None = None
    bonus: NonNegativeInt | None = None
    us_routed: bool | None = None
    addresses: str | None = None


class ProductChange(_Body):
    """What is different about a product, or about one `sku` of it; what is not named stays. `price` is US cents."""

    product: str
    sku: str | None = None
    on_sale: bool | None = None
    price: NonNegativeInt | None = None
    stock: NonNegativeInt | None = None
    gone: bool | None = None
    carriers: dict[str, list[str]] | None = None


class FaultChanges(_Body):
    """Any fault by name; which names there are is for the two stand-ins to say."""

    model_config = ConfigDict(extra="allow")


_Asked = TypeVar("_Asked", bound=_Body)


def routes(world: World, token: str) -> list[Route]:
    """All control routes over `world`; each refuses a request without `token` with 401, a bad body with 422."""
    ali = world.ali

    def one(name: str) -> str:
        numbers = world.numbers([name])
        if len(numbers) != 1:
            raise WorldError(f"{name} stands for {len(numbers)} AliExpress orders; name one of {', '.join(numbers)}")
        return numbers[0]

    def number_changed(asked: ChangeNumber) -> list[str]:
        ali.change_number(one(asked.order), asked.number, parcel=asked.parcel)
        return [one(asked.order)]

    def returned(asked: Return) -> list[str]:
        ali.return_parcel(one(asked.order), parcel=asked.parcel)
        return [one(asked.order)]

    def sent(asked: Ship) -> list[str]:
        chosen, rest = asked.chosen(world, "all"), asked.model_dump(exclude={"order", "orders"})
        return ali.ship(chosen, **rest)

    def moved(path: str, shape: type[_Asked], act: Callable[[_Asked], list[str]]) -> Route:
        return _post(token, path, shape, lambda asked: {"orders": act(asked)})

    return [
        _get(token, "state", world.state),
        _post(token, "seed", Seed, lambda asked: _seeded(world, asked)),
        _post(token, "buy", Buy, lambda asked: _bought(world, asked)),
        _post(token, "account", Account, lambda asked: _account(world, asked)),
        _post(token, "product", ProductChange, lambda asked: _product(world, asked)),
        _faults(token, world),
        moved("bulk", Bulk, lambda asked: ali.bulk(asked.orders, asked.account, state=asked.state)),
        moved("pay", Pay, lambda asked: ali.pay(asked.chosen(world, "all"), checking=asked.checking)),
        moved("ship", Ship, sent),
        moved("deliver", Deliver, lambda asked: ali.deliver(asked.chosen(world, "all"), complete=asked.complete)),
        moved("expire", Orders, lambda asked: ali.expire(asked.chosen(world, "all"))),
        moved("cancel", Orders, lambda asked: ali.cancel(asked.chosen(world, None))),
        moved("close", Orders, lambda asked: ali.close(asked.chosen(world, None))),
        moved("dispute", Orders, lambda asked: ali.dispute(asked.chosen(world, None))),
        moved("refund", Refund, lambda asked: ali.refund(asked.chosen(world, None), as_status=asked.as_status)),
        moved("change-number", ChangeNumber, number_changed),
        moved("return-parcel", Return, returned),
    ]


def _seeded(world: World, asked: Seed) -> dict[str, Any]:
    made = world.shop.seed(asked.orders, pending=asked.pending, plain=asked.plain)
    return {"orders": [order.name for order in made]}


def _bought(world: World, asked: Buy) -> dict[str, Any]:
    made = world.buy(asked.order, asked.account)
    return {"bought": made, "orders": [number for numbers in made.values() for number in numbers]}


def _account(world: World, asked: Account) -> dict[str, Any]:
    with world.ali.lock:
        buyer = world.ali.market.buyer(asked.account)
        change_buyer(buyer, asked.model_dump(exclude={"account"}, exclude_unset=True))
    return {"account": buyer.account, "kind": buyer.kind, "currency": buyer.currency}


def _product(world: World, asked: ProductChange) -> dict[str, Any]:
    changes = asked.model_dump(exclude={"product"}, exclude_none=True)
    world.ali.market.change_product(asked.product, changes)
    return {"product": asked.product}


def _get(token: str, path: str, told: Callable[[], dict[str, Any]]) -> Route:
    async def answer(request: Request) -> Response:
        if not _let_in(request, token):
            return _stranger()
        return JSONResponse(await run_in_threadpool(told))

    return Route(f"{PREFIX}/{path}", answer, methods=["GET"])


def _post(token: str, path: str, shape: type[_Asked], act: Callable[[_Asked], dict[str, Any]]) -> Route:
    async def answer(request: Request) -> Response:
        if not _let_in(request, token):
            return _stranger()
        content = await request.body()
        try:
            asked = shape.model_validate_json(content.strip() or b"{}")
            return JSONResponse(await run_in_threadpool(act, asked))
        except ValidationError as error:
            return _refused(_plainly(error))
        except (WorldError, FaultError) as error:
            return _refused(str(error))

    return Route(f"{PREFIX}/{path}", answer, methods=["POST"])


def _faults(token: str, world: World) -> Route:
    return _post(token, "faults", FaultChanges, lambda asked: {"faults": world.set_faults(asked.model_extra or {})})


def _let_in(request: Request, token: str) -> bool:
    told = request.headers.get("Authorization", "")
    return compare_digest(told.encode(), f"Bearer {token}".encode())


def _stranger() -> Response:
    return JSONResponse({"error": "send the sandbox's token as Authorization: Bearer TOKEN"}, 401)


def _refused(why: str) -> Response:
    return JSONResponse({"error": why}, 422)


def _plainly(error: ValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else first["msg"]

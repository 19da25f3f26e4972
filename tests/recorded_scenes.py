"""What is recorded from the stand-in AliExpress: for each case the state it is in, where to look, what must be read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Page

from bot.recordings.cases import Case
from bot.sandbox.aliexpress.buyers import change_buyer
from bot.sandbox.aliexpress.orders import AliRecipient, BuyLine
from bot.sandbox.aliexpress.products import Product
from bot.sandbox.aliexpress.sessions import PASSWORD
from bot.sandbox.server import Sandbox
from flows.pages.address_form import DrawnAddresses

THEN = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
DUC = AliRecipient(
    "Nguyễn Văn Đức", "+84 912345678", "VN", "12 ngõ Hàng Bạc", "Hà Nội", "Hoàn Kiếm", "100000", "Tầng 3"
)
MARIA = AliRecipient(
    "Maria Souza", "+55 11987654321", "BR", "Rua das Flores, 12", "São Paulo", "São Paulo", "01310-100"
)
MUG = BuyLine("1005006800000174", "12000038500000182", "Ceramic Pour-Over Coffee Dripper", 1, 980, "14:29;5:100014064",
              "Color:White;Size:02 (2-4 cups)")  # fmt: skip
BAG = BuyLine("1005006800000137", "12000038500000091", "Canvas Tote Bag", 2, 1260, "14:193", "Color:Natural  canvas")
LAMP = BuyLine("1005006800000248", "12000038500000364", "LED Desk Lamp", 3, 2150, "14:193;200007763:201336100",
               "Color:Black / EU  plug;Ships From:China")  # fmt: skip


@dataclass
class Stage:
    """The stand-in as one scene finds it: an account of its own, orders that are easily made."""

    sandbox: Sandbox
    account: str

    def buy(self, *lines: BuyLine, to: AliRecipient = DUC, days: int = 0, **facts: Any) -> str:
        """One unpaid order, so many days after the first."""
        at = THEN + timedelta(days=days)
        return self.sandbox.ali.buy(to, lines or (MUG,), self.account, at=at, **facts)[0]

    def paid(self, *lines: BuyLine, days: int = 0, **facts: Any) -> str:
        """One paid order."""
        number = self.buy(*lines, days=days, **facts)
        self.sandbox.ali.pay([number], at=THEN + timedelta(days=days, hours=1))
        return number

    def sent(self, *lines: BuyLine, days: int = 0, parcels: int = 1, **facts: Any) -> str:
        """One sent order."""
        numbers = facts.pop("numbers", None)
        number = self.paid(*lines, days=days, **facts)
        self.sandbox.ali.ship([number], parcels=parcels, numbers=numbers, at=THEN + timedelta(days=days + 1))
        return number

    def list(self, tab: str = "") -> str:
        """Where the orders are listed."""
        return f"{self.sandbox.aliexpress}/p/order/index.html{f'?tab={tab}' if tab else ''}"

    def detail(self, number: str) -> str:
        """Where one order is."""
        return f"{self.sandbox.aliexpress}/p/order/detail.html?orderId={number}"

    def tracking(self, number: str) -> str:
        """Where the way of an order's parcels is."""
        return f"{self.sandbox.aliexpress}/p/tracking/index.html?tradeOrderId={number}"

    def product(self, title: str) -> Product:
        """A product by its title."""
        return next(one for one in self.sandbox.ali.market.products.values() if one.title == title)

    def item(self, title: str) -> str:
        """Where a product is."""
        return f"{self.sandbox.aliexpress}/item/{self.product(title).id}.html"

    def buyer(self, **changes: Any) -> "Stage":
        """The account buys otherwise."""
        change_buyer(self.sandbox.ali.market.buyer(self.account), changes)
        return self

    def confirm(self, title: str = "Canvas Tote Bag", **changes: Any) -> str:
        """Where one piece is confirmed."""
        product = self.product(title)
        sku = product.skus[0]
        asked = {
            "objectId": product.id,
            "skuAttr": product.attr(sku),
            "skuId": sku.id,
            "quantity": 1,
            "shippingCompany": "CAINIAO_STANDARD",
            "countryCode": "US",
            **changes,
        }
        query = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in asked.items())
        return f"{self.sandbox.aliexpress}/p/trade/confirm.html?{query}"


@dataclass(frozen=True)
class Scene:
    """One case to record. `reads` is what the robot must get: "both", "calls" or "page", or the name of an error."""

    name: str
    set_up: Callable[[Stage], str]
    reads: str = "both"
    faults: Mapping[str, Any] = field(default_factory=dict)
    act: Callable[[Page, Sandbox], None] | None = None
    signed_in: bool = True
    note: str = ""
    redrawn: Callable[[Case], Case] = lambda case: case

    @property
    def kind(self) -> str:
        """Which kind of page it is of."""
        return self.name.partition("/")[0]


def _under_way(stage: Stage) -> str:
    ali = stage.sandbox.ali
    stage.buy(MUG)
    ali.pay([stage.buy(BAG, to=MARIA, days=1)], checking=True)
    stage.paid(LAMP, days=2)
    ali.ship([stage.paid(MUG, LAMP, days=3)], lines=[0], at=THEN + timedelta(days=4))
    stage.sent(BAG, days=4)
    ali.deliver([stage.sent(LAMP, to=MARIA, days=5)], at=THEN + timedelta(days=9))
    return stage.list()


def _ended(stage: Stage) -> str:
    ali = stage.sandbox.ali
    ali.cancel([stage.buy(MUG)])
    ali.expire([stage.buy(BAG, to=MARIA, days=1)])
    ali.close([stage.paid(LAMP, days=2)])
    ali.dispute([stage.sent(BAG, days=3)])
    ali.refund([stage.paid(MUG, days=4)])
    ali.refund([stage.paid(LAMP, days=5)], as_status=True)
    return stage.list()


def _three(stage: Stage) -> str:
    stage.buy(MUG)
    stage.paid(BAG, to=MARIA, days=1)
    stage.sent(LAMP, days=2)
    return stage.list()


def _listed(stage: Stage) -> str:
    stage.sent(MUG, currency="BRL")
    stage.paid(BAG, to=MARIA, days=1, currency="BRL")
    return stage.list()


def many(stage: Stage) -> str:
    stage.sandbox.ali.bulk(12, stage.account, at=THEN)
    return stage.list()


def _to_pay(stage: Stage) -> str:
    stage.buy(MUG)
    stage.paid(LAMP, days=1)
    stage.buy(BAG, days=2)
    return stage.list("unpaid")


def _delivered(stage: Stage) -> str:
    number = stage.sent(BAG, to=MARIA)
    stage.sandbox.ali.deliver([number], at=THEN + timedelta(days=9))
    return number


def _returned(stage: Stage) -> str:
    number = stage.sent(MUG)
    stage.sandbox.ali.return_parcel(number, at=THEN + timedelta(days=12))
    return number


def _taken_over(stage: Stage) -> str:
    number = stage.sent(MUG, numbers=[""])
    stage.sandbox.ali.change_number(number, "VN123456789VN", at=THEN + timedelta(days=7))
    return number


def _part_sent(stage: Stage) -> str:
    number = stage.paid(MUG, LAMP)
    stage.sandbox.ali.ship([number], lines=[1], at=THEN + timedelta(days=2))
    return number


def _checked(stage: Stage) -> str:
    number = stage.buy(MUG)
    stage.sandbox.ali.pay([number], checking=True)
    return number


def _with(act: str, state: str) -> Callable[[Stage], str]:
    def set_up(stage: Stage) -> str:
        number = stage.paid(LAMP) if state == "paid" else stage.buy(LAMP)
        getattr(stage.sandbox.ali, act)([number])
        return stage.detail(number)

    return set_up


def _sold_out(stage: Stage) -> str:
    product = stage.product("Wool Beanie")
    for sku in product.skus:
        stage.sandbox.ali.market.change_product(product.id, {"sku": sku.id, "stock": 0})
    return stage.item("Wool Beanie")


def _gone(stage: Stage) -> str:
    stage.sandbox.ali.market.change_product(stage.product("Yoga Mat 6 mm").id, {"on_sale": False})
    return stage.item("Yoga Mat 6 mm")


def _nowhere(stage: Stage) -> str:
    stage.sandbox.ali.market.change_product(
        stage.product("Yoga Mat 6 mm").id, {"on_sale": True, "carriers": {"US": []}}
    )
    return stage.confirm("Yoga Mat 6 mm")


def _restored(stage: Stage) -> None:
    stage.sandbox.ali.market.change_product(stage.product("Yoga Mat 6 mm").id, {"on_sale": True})


def book(page: Page, sandbox: Sandbox) -> None:
    """Opens the address book."""
    DrawnAddresses(page, sandbox.site).press_part("page.change()", "page.isOpen()")


def form(page: Page, sandbox: Sandbox) -> None:
    """Opens an entry of the book in its form, with all its fields."""
    book(page, sandbox)
    DrawnAddresses(page, sandbox.site).press_part("page.edit(0)", "page.state().form?.fields.length > 6")


def new_form(page: Page, sandbox: Sandbox) -> None:
    """Opens the form for a new entry, its fields still folded away."""
    book(page, sandbox)
    DrawnAddresses(page, sandbox.site).press_part("page.add()", "page.state().form")


def places(page: Page, sandbox: Sandbox) -> None:
    """Opens the list of provinces of the form."""
    form(page, sandbox)
    screen = DrawnAddresses(page, sandbox.site)
    state = screen.press_part("true")
    place = state.form.place("province") if state.form else None
    screen.press_part("page.open(told)", "page.options().length > 3", place)


def no_address(stage: Stage) -> str:
    """An account that has never saved an address."""
    return stage.buyer(addresses="empty").confirm()


def password(page: Page, sandbox: Sandbox) -> None:
    """Types the account's address, so that the password is asked for."""
    sandbox.ali.account("someone")
    page.locator("input").first.fill("someone@sandbox.example")
    page.get_by_role("button", name="Continue", exact=True).click()
    page.locator("#fm-login-password").wait_for()


def enter(waits_for: str, typed: str = PASSWORD) -> Callable[[Page, Sandbox], None]:
    """Signs in as far as the site lets it, until `waits_for` shows."""

    def act(page: Page, sandbox: Sandbox) -> None:
        password(page, sandbox)
        page.locator("#fm-login-password").fill(typed)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.locator(waits_for).first.wait_for()

    return act


def _sign_in(name: str, act: Callable[[Page, Sandbox], None] | None = None, **faults: Any) -> Scene:
    return Scene(f"sign-in/{name}", lambda stage: f"{stage.sandbox.login}/", "page", faults, act, signed_in=False)


ORDERS = (
    Scene("order-list/under-way", _under_way),
    Scene("order-list/ended", _ended),
    Scene("order-list/first-page-of-two", many),
    Scene("order-list/empty", lambda stage: stage.list(), "calls"),
    Scene("order-list/unpaid-tab", _to_pay),
    Scene("order-list/portuguese", _listed, faults={"language": "pt_BR"}),
    Scene("order-list/german", lambda stage: (stage.sandbox.ali.deliver([stage.sent(MUG, currency="EUR")]),
          stage.list())[1], "calls", {"language": "de"}, note="its words around the number are unknown"),
    Scene("order-list/vietnamese", _three, "PageChanged", {"language": "vi"}, note="its status words are unknown"),
    Scene("order-list/design-2022", _three, faults={"design": "2022"}),
    Scene("order-list/unknown-design", _three, "AnswerChanged", {"design": "unknown"}),
    Scene("order-list/pop-up", _three, faults={"popup": True}),
    Scene("order-list/ids-as-numbers", _three, faults={"id_as_number": True}),
    Scene("order-list/no-calls", _three, "page", {"no_calls": True}),
    Scene("order-list/captcha", _three, "PersonNeeded", {"captcha": True}),
    Scene("order-list/captcha-rgv587", _three, "PersonNeeded", {"captcha": "RGV587_ERROR"}),
    Scene("order-list/signed-out", _three, "PersonNeeded", signed_in=False),
    Scene("order-list/session-expired", _three, "PersonNeeded", {"signed_out": True}),
    Scene("order-list/account-limited", _three, "PersonNeeded", {"account_limited": True}),
    Scene("order-list/too-fast", _three, "TryLater", {"traffic_limit": True}),
    Scene("order-list/number-disagrees", _three, "PageChanged", {"dom_disagrees": "number"}),
    Scene("order-list/status-disagrees", _three, "PageChanged", {"dom_disagrees": "status"}),
    Scene("order-list/unknown-status", _three, "PageChanged", {"unknown_status": "On its merry way"}),
)  # fmt: skip
DETAILS = (
    Scene("order-detail/unpaid", lambda stage: stage.detail(stage.buy(MUG))),
    Scene("order-detail/unpaid-no-deadline", lambda stage: stage.detail(stage.buy(BAG, to=MARIA)),
          faults={"no_deadline": True}),
    Scene("order-detail/payment-check", lambda stage: stage.detail(_checked(stage))),
    Scene("order-detail/processing", lambda stage: stage.detail(stage.paid(BAG))),
    Scene("order-detail/partly-sent", lambda stage: stage.detail(_part_sent(stage))),
    Scene("order-detail/two-parcels", lambda stage: stage.detail(stage.sent(MUG, LAMP, parcels=2))),
    Scene("order-detail/completed", lambda stage: stage.detail(_delivered(stage))),
    Scene("order-detail/canceled", _with("cancel", "unpaid")),
    Scene("order-detail/expired", _with("expire", "unpaid")),
    Scene("order-detail/refunded", _with("refund", "paid")),
    Scene("order-detail/real", lambda stage: stage.detail(stage.paid(LAMP, to=MARIA, currency="BRL"))),
    Scene("order-detail/yen", lambda stage: stage.detail(stage.sent(LAMP, currency="JPY")), "calls",
          note="a bare yen sign stands for two currencies"),
    Scene("order-detail/design-2022", lambda stage: stage.detail(stage.sent(BAG)), faults={"design": "2022"}),
    Scene("order-detail/unknown-design", lambda stage: stage.detail(stage.sent(BAG)), "AnswerChanged",
          {"design": "unknown"}),
    Scene("order-detail/number-disagrees", lambda stage: stage.detail(stage.sent(BAG)), "PageChanged",
          {"dom_disagrees": "number"}),
)  # fmt: skip
WAYS = (
    Scene("tracking/one-parcel", lambda stage: stage.tracking(stage.sent(MUG))),
    Scene("tracking/two-parcels", lambda stage: stage.tracking(stage.sent(MUG, LAMP, parcels=2, to=MARIA))),
    Scene("tracking/none-yet", lambda stage: stage.tracking(stage.paid(MUG)), "calls"),
    Scene("tracking/delivered", lambda stage: stage.tracking(_delivered(stage))),
    Scene("tracking/returned", lambda stage: stage.tracking(_returned(stage))),
    Scene("tracking/new-last-mile-number", lambda stage: stage.tracking(_taken_over(stage))),
    Scene("tracking/blanks-in-number", lambda stage: stage.tracking(stage.sent(BAG)), faults={"blank_in_number": True}),
    Scene("tracking/number-disagrees", lambda stage: stage.tracking(stage.sent(BAG)), "PageChanged",
          {"dom_disagrees": "tracking"}),
    Scene("tracking/captcha", lambda stage: stage.tracking(stage.sent(BAG)), "PersonNeeded", {"captcha": True}),
)  # fmt: skip
PRODUCTS = (
    Scene("product/two-axes", lambda stage: stage.item("Waterproof Hiking Jacket")),
    Scene("product/renamed-options", lambda stage: stage.item("Canvas Tote Bag")),
    Scene("product/ships-from", lambda stage: stage.item("LED Desk Lamp")),
    Scene("product/vietnamese-title", lambda stage: stage.item("Áo [/M] đỏ"), faults={"language": "vi"}),
    Scene("product/euro", lambda stage: stage.buyer(currency="EUR").item("Cat Tunnel 🐈")),
    Scene("product/united-states", lambda stage: stage.buyer(us_routed=True).item("Canvas Tote Bag")),
    Scene("product/sold-out", _sold_out),
    Scene("product/gone", _gone, "CannotBuy"),
    Scene("product/design-2023", lambda stage: stage.item("Folding Phone Stand"), "TryLater", {"design": "2022"}),
)
CONFIRMS = (
    Scene("confirm/pay-now-card", lambda stage: stage.confirm()),
    Scene("confirm/pay-now-paypal", lambda stage: stage.buyer(kind="pay_now_paypal").confirm()),
    Scene("confirm/pay-now-deferred", lambda stage: stage.buyer(kind="pay_now_deferred").confirm()),
    Scene("confirm/pay-now-unchosen", lambda stage: stage.buyer(kind="pay_now_unchosen").confirm()),
    Scene("confirm/place-order", lambda stage: stage.buyer(kind="place_order").confirm("LED Desk Lamp")),
    Scene("confirm/place-order-card", lambda stage: stage.buyer(kind="place_order_card").confirm()),
    Scene("confirm/unknown-button", lambda stage: stage.buyer(kind="unknown_button").confirm()),
    Scene("confirm/two-sellers", lambda stage: stage.confirm(), "PageChanged", {"extra_line": True}),
    Scene("confirm/coupon-and-bonus", lambda stage: stage.buyer(coupon=150, bonus=99).confirm(quantity=2)),
    Scene("confirm/yen", lambda stage: stage.buyer(currency="JPY").confirm("Waterproof Hiking Jacket"), "PageChanged",
          note="a bare yen sign stands for two currencies"),
    Scene("confirm/vietnamese", lambda stage: stage.confirm(), faults={"language": "vi"}),
    Scene("confirm/vietnamese-place-order", lambda stage: stage.buyer(kind="place_order").confirm(),
          faults={"language": "vi"}),
    Scene("confirm/design-2022", lambda stage: stage.confirm(), faults={"design": "2022"}),
    Scene("confirm/no-address", no_address),
    Scene("confirm/not-shippable", _nowhere),
)  # fmt: skip
ADDRESSES = (
    Scene("address/drawer-book", lambda stage: stage.confirm(), "page", act=book),
    Scene("address/drawer-form", lambda stage: stage.confirm(), "page", act=form),
    Scene("address/drawer-new", lambda stage: stage.confirm(), "page", act=new_form),
    Scene("address/drawer-provinces", lambda stage: stage.confirm(), "page", act=places),
    Scene("address/dialog-book", lambda stage: stage.confirm(), "page", {"address_design": "form"}, act=book),
    Scene("address/dialog-form", lambda stage: stage.confirm(), "page", {"address_design": "form"}, act=form),
    Scene("address/dialog-provinces", lambda stage: stage.confirm(), "page", {"address_design": "form"}, act=places),
)
SIGN_INS = (
    _sign_in("form"),
    _sign_in("form-2019", sign_in_form="2019"),
    _sign_in("form-in-frame", sign_in_form="frame"),
    _sign_in("slider", sign_in_check=True),
    _sign_in("password", password),
    _sign_in("wrong-password", enter("text=incorrect", "not this one")),
    _sign_in("email-code", enter("#j-test"), email_code=True),
    _sign_in("terms", enter("text=Terms of Use"), terms=True),
    _sign_in("account-limited", enter("text=restricted"), account_limited=True),
    _sign_in("second-factor", enter("text=Verify"), second_factor=True),
    Scene("sign-in/human-check", lambda stage: f"{stage.sandbox.aliexpress}/_____tmd_____/punish", "page"),
)
SCENES = (*ORDERS, *DETAILS, *WAYS, *PRODUCTS, *CONFIRMS, *ADDRESSES, *SIGN_INS)

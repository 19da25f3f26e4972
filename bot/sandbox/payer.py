"""The person of a pay run, played with the Playwright objects of the robot's own process.

Mouse and keyboard are the browser's own, so that every event is trusted. Two ways to use it:

- act by act: `payer.press(page)`, `payer.confirm_3ds(page)`, `payer.bar(page, "Skip")` …
- as what a job calls wherever it waits for the person: `rest=Payer({"#1003": Plan("skip")}, sandbox)`. At each call it
  looks which page is in front (the one that carries the bar) or which one asks for money, and does at most one thing.
  `Plan` says what becomes of an order; orders without a plan of their own are pressed and paid.
"""

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Frame, Page
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from bot.sandbox.aliexpress.payments import DECLINED_CARD, ONE_TIME_CODE
from bot.sandbox.server import Sandbox
from bot.sandbox.world import recipient_typed

BUTTON = ".pl-order-toal-container__btn-box button"
RESULT = "**/pay-result.html*"
CARD = "4111 1111 1111 1111"
REFUSED_CARD = DECLINED_CARD
PATIENCE = 8000
DEAF_FOR = 30  # looks
LABELS = {"skip": "Skip", "hold": "Hold", "stop": "Stop", "accept": "Accept", "done": "Done"}

Deed = Literal["pay", "skip", "hold", "stop", "close_tab", "close_browser", "wait"]
AtBank = Literal["confirm", "refuse", "close_tab", "close_browser", "wait"]
By = Literal["mouse", "keyboard"]


@dataclass(frozen=True)
class Plan:
    """What the person does with one order: at its confirm page (`deed`), then where its payment is asked for.

    `slow` is how many looks pass before the bank is answered, `again` after how many a press that changed nothing is
    repeated (0: never), `codes` are typed one after the other, `answers` are the labels of the bar that are taken
    wherever they are offered, the first one that fits.
    """

    deed: Deed = "pay"
    at_bank: AtBank = "confirm"
    by: By = "mouse"
    slow: int = 0
    again: int = 0
    codes: tuple[str, ...] = (ONE_TIME_CODE,)
    card: str = CARD
    answers: tuple[str, ...] = ("Accept", "Yes", "Done")


@dataclass(frozen=True)
class BarButton:
    """One choice of the bar: its text, its shortcut as the page tells it ("Alt+S", "" without one), and where it is."""

    label: str
    keys: str
    x: float
    y: float


class Payer:
    """One person. `did` notes each deed with the phone of the order's recipient, and with the page's path.

    `plans` are by store order ("#1003", which needs `sandbox`), by phone ("+1 5035551003") or by recipient's name; an
    order that is bought line by line may have one plan for each confirm page. `usual` is for all others.
    """

    def __init__(
        self,
        plans: Mapping[str, Plan | Sequence[Plan]] | None = None,
        sandbox: Sandbox | None = None,
        *,
        usual: Plan | None = None,
        labels: Mapping[str, str] | None = None,
    ) -> None:
        self.usual = usual or Plan()
        self.labels = {**LABELS, **(labels or {})}
        self.did: list[tuple[str, str]] = []
        self.looks = 0
        self._plans = {_key(named, sandbox): _listed(plan) for named, plan in (plans or {}).items()}
        self._now, self._who = self.usual, ""
        self._seen: set[tuple[Any, ...]] = set()
        self._waited = 0
        self._typed = 0
        self._knows_bar = False
        self._acted_at = 0

    def __call__(self, context: BrowserContext) -> None:
        """One look at the browser, and at most one deed: what `rest` of a job is."""
        self.looks += 1
        try:
            asking = next((page for page in reversed(context.pages) if is_paying(page)), None)
            page = asking or self.front(context)
            if asking is not None:
                self._pay_on(asking)
            elif page is not None:
                self._act_on(page)
        except PlaywrightTimeout:
            raise
        except PlaywrightError:
            return  # a page that goes on by itself in this instant is looked at the next time

    def front(self, context: BrowserContext) -> Page | None:
        """The page that carries the bar; before any bar was seen, the one page with an order button."""
        pages = [page for page in context.pages if not page.is_closed()]
        barred = [page for page in pages if self.bar_buttons(page)]
        if barred or self._knows_bar:
            self._knows_bar = True
            return barred[-1] if barred else None
        able = [page for page in pages if "/p/trade/confirm.html" in page.url and page.locator(BUTTON).count()]
        return able[0] if len(able) == 1 else None

    def press(self, page: Page, *, by: By = "mouse", times: int = 1) -> None:
        """Press the order button of a confirm page; `times` 2 is a nervous double click."""
        self.tidy(page)
        button = page.locator(BUTTON).first
        if by == "mouse":
            button.click(click_count=times, timeout=PATIENCE)
        else:
            button.focus(timeout=PATIENCE)
            for _ in range(times):
                page.keyboard.press("Enter")

    def confirm_3ds(self, page: Page, *, refuse: bool = False) -> None:
        """Press Confirm, or Cancel, on the bank's page: on top, in a frame of the cashier, or in a pop-up."""
        self._bank(page).get_by_role("button", name="Cancel" if refuse else "Confirm").click(timeout=PATIENCE)

    def open_bank(self, page: Page) -> Page:
        """Press the cashier's link to the bank and give the pop-up."""
        with page.expect_popup() as popup:
            page.get_by_role("link", name="Continue to your bank").click(timeout=PATIENCE)
        return popup.value

    def type_otp(self, page: Page, code: str = ONE_TIME_CODE) -> None:
        """Type a code on the bank's page and confirm it."""
        bank = self._bank(page)
        bank.locator("input[name=code]").press_sequentially(code, timeout=PATIENCE)
        bank.get_by_role("button", name="Confirm").click(timeout=PATIENCE)

    def type_card(self, page: Page, number: str = CARD, expiry: str = "12/30", cvc: str = "737") -> None:
        """Type a card into the cashier's form, key by key, and pay by it."""
        for name, text in (("number", number), ("expiry", expiry), ("cvc", cvc), ("holder", "MINH TRAN")):
            page.locator(f".cashier-card-form input[name={name}]").press_sequentially(text, timeout=PATIENCE)
        self.pay_at_cashier(page)

    def pay_at_cashier(self, page: Page) -> None:
        """Press the cashier's own button: pay by the card that is saved, or by the one that was typed."""
        page.locator(".cashier-pay-btn").click(timeout=PATIENCE)

    def close_tab(self, page: Page) -> None:
        """Close one tab."""
        page.close()

    def close_browser(self, context: BrowserContext) -> None:
        """Close the whole browser, as its own window button does; nobody asks Playwright."""
        page = next(iter(context.pages), None) or context.new_page()
        with suppress(PlaywrightError):
            context.new_cdp_session(page).send("Browser.close")
        ends = time.monotonic() + PATIENCE / 1000
        while context.browser and context.browser.is_connected() and time.monotonic() < ends:
            with suppress(PlaywrightError):  # it is gone: asking lets the news of it in
                page.wait_for_timeout(10)

    def bar_buttons(self, page: Page) -> list[BarButton]:
        """The choices of the bar in a page, as they are drawn now; empty where there is no bar."""
        if page.is_closed():
            return []
        session = page.context.new_cdp_session(page)
        try:
            root = session.send("DOM.getDocument", {"depth": -1, "pierce": True})["root"]
            found = []
            for node in _closed_buttons(root, inside=False):
                with suppress(PlaywrightError):  # not drawn
                    box = session.send("DOM.getBoxModel", {"backendNodeId": node["backendNodeId"]})["model"]["border"]
                    x, y = (box[0] + box[4]) / 2, (box[1] + box[5]) / 2
                    told = _attributes(node)
                    found.append(BarButton(_text(node), told.get("aria-keyshortcuts", ""), x, y))
            return found
        finally:
            with suppress(PlaywrightError):
                session.detach()

    def bar(self, page: Page, label: str, *, by: By = "keyboard") -> None:
        """Take a choice of the bar by its visible text (its beginning is enough), by its shortcut or by the mouse."""
        buttons = self.bar_buttons(page)
        button = next((one for one in buttons if _begins(one.label, label)), None)
        if button is None:
            raise AssertionError(f"the bar offers {[one.label for one in buttons]}, not {label!r}")
        if by == "mouse":
            page.mouse.click(button.x, button.y)
            return
        if not button.keys:
            raise AssertionError(f"{button.label!r} of the bar has no shortcut")
        page.keyboard.press(button.keys)

    def tick(self, page: Page, numbers: Iterable[str]) -> None:
        """Tick orders in the To pay tab that is open in a page."""
        self.tidy(page)
        for number in numbers:
            page.locator(f'.comet-checkbox-input[value="{number}"]').click(timeout=PATIENCE)

    def pay_selected(self, page: Page) -> None:
        """Press "Pay for selected orders" and wait for the cashier."""
        self.tidy(page)
        page.locator(".order-pay-selected").click(timeout=PATIENCE)
        page.wait_for_url("**/pay/index.html*", timeout=PATIENCE)

    def cancel_order(self, page: Page) -> None:
        """Cancel the order whose detail page is open, for the first reason there is."""
        self.tidy(page)
        page.get_by_role("button", name="Cancel", exact=True).click(timeout=PATIENCE)
        page.locator(".cancel-reason input").first.click(timeout=PATIENCE)
        with page.expect_navigation():
            page.locator(".cancel-submit").click(timeout=PATIENCE)

    def tidy(self, page: Page) -> None:
        """Close what AliExpress lays over a first visit: the cookie banner, and the praise of its app."""
        for noise in ("[data-role=gdpr-accept]", "#J_xiaomi_dialog button"):
            if page.locator(noise).count():
                with suppress(PlaywrightError):  # the bar may lie over it, and then it is in nobody's way
                    page.locator(noise).click(timeout=300)

    def _act_on(self, page: Page) -> None:
        labels = [button.label for button in self.bar_buttons(page)]
        phone, name = _recipient(page)
        plan = self._plan_of(page, phone, name) if phone else self._now
        wanted = _offered(plan, labels)
        if wanted is None and not phone:
            # The robot's own page asks about an order that is not in front any more.
            others = (_offered(each, labels) for plans in self._plans.values() for each in plans)
            wanted = next((one for one in others if one is not None), None)
        # A key that came before the bar could hear it is pressed once more.
        is_deaf = wanted is not None and self.looks - self._acted_at >= DEAF_FOR
        if not self._is_new(page, *labels) and not is_deaf:
            self._press_again(page, plan)
            return
        self._acted_at = self.looks
        if wanted is not None:
            self._note(wanted)
            self.bar(page, wanted, by=plan.by)
        elif phone:
            self._begin(page, plan)

    def _begin(self, page: Page, plan: Plan) -> None:
        self._note(plan.deed)
        if plan.deed == "pay":
            self.press(page, by=plan.by)
        elif plan.deed in {"skip", "hold", "stop"}:
            self.bar(page, self.labels[plan.deed], by=plan.by)
        else:
            self._leave(page, plan.deed)

    def _press_again(self, page: Page, plan: Plan) -> None:
        if plan.again and plan.deed == "pay" and self.looks - self._acted_at >= plan.again:
            self._acted_at = self.looks
            self._begin(page, plan)

    def _pay_on(self, page: Page) -> None:
        plan = self._now
        if plan.at_bank == "wait" or self._waited < plan.slow:
            self._waited += 1
            return
        if not self._is_ready(page) or not self._is_new(page):
            return
        self._note(plan.at_bank)
        if plan.at_bank in {"close_tab", "close_browser"}:
            self._leave(page, plan.at_bank)
        elif _is_bank(page.url) or self._bank_frame(page):
            self._answer_bank(page, plan)
        elif page.locator(".cashier-card-form").count():
            self.type_card(page, plan.card)
        elif page.locator(".cashier-pay-btn").count():
            self.pay_at_cashier(page)
        else:
            self.open_bank(page)

    def _answer_bank(self, page: Page, plan: Plan) -> None:
        if plan.at_bank == "refuse":
            self.confirm_3ds(page, refuse=True)
        elif self._bank(page).locator("input[name=code]").count():
            self.type_otp(page, plan.codes[min(self._typed, len(plan.codes) - 1)])
            self._typed += 1
        else:
            self.confirm_3ds(page)

    def _leave(self, page: Page, deed: str) -> None:
        if deed == "close_tab":
            self.close_tab(page)
        elif deed == "close_browser":
            self.close_browser(page.context)

    def _is_ready(self, page: Page) -> bool:
        """Whether a page that asks for money has been drawn."""
        where = self._bank(page) if page.locator("iframe.cashier-bank").count() else page
        return where.locator(".cashier-pay-btn, [rel=opener], button[name=outcome]").count() > 0

    def _is_new(self, page: Page, *more: str) -> bool:
        """Whether nothing was done yet to this document as it stands."""
        key = (page.evaluate("performance.timeOrigin"), page.url, *more)
        is_new = key not in self._seen
        self._seen.add(key)
        return is_new

    def _plan_of(self, page: Page, phone: str, name: str) -> Plan:
        place = ("plan", page.evaluate("performance.timeOrigin"))
        if place in self._seen:
            return self._now
        self._seen.add(place)
        plans = self._plans.get(phone) or self._plans.get(name) or [self.usual]
        self._now = plans.pop(0) if len(plans) > 1 else plans[0]
        self._who, self._waited, self._typed = phone, 0, 0
        return self._now

    def _bank(self, page: Page) -> Page | Frame:
        return page if _is_bank(page.url) else self._bank_frame(page) or page

    def _bank_frame(self, page: Page) -> Frame | None:
        return next((frame for frame in page.frames if frame.parent_frame and _is_bank(frame.url)), None)

    def _note(self, deed: str) -> None:
        self.did.append((self._who, deed))


def is_paying(page: Page) -> bool:
    """Whether a page is one of the cashier or of the bank."""
    return not page.is_closed() and (_is_bank(page.url) or _host(page.url).startswith("cashier."))


def result_said(page: Page) -> str:
    """What the page after paying says became of it."""
    page.wait_for_url(RESULT, timeout=PATIENCE)
    return page.locator(".pay-result-title").text_content() or ""


def _is_bank(url: str) -> bool:
    return _host(url).startswith("bank.")


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _key(named: str, sandbox: Sandbox | None) -> str:
    """A recipient as the confirm page tells it: the digits of the phone, else the name."""
    if named.startswith("#"):
        assert sandbox is not None, "name the sandbox whose store has that order"
        order = sandbox.shop.find(named)
        assert order.address is not None
        named = recipient_typed(order.address, order.phone).phone
    return re.sub(r"\D", "", named) if named.startswith("+") else named.casefold()


def _listed(plan: Plan | Sequence[Plan]) -> list[Plan]:
    return [plan] if isinstance(plan, Plan) else list(plan)


def _offered(plan: Plan, labels: Sequence[str]) -> str | None:
    """The first of a plan's answers that the bar offers."""
    return next((one for one in plan.answers if any(_begins(label, one) for label in labels)), None)


def _recipient(page: Page) -> tuple[str, str]:
    """Phone digits and name of whom a confirm page is for; empty on any other page."""
    address = page.locator("[data-pl=pl-address-detail]")
    if "/p/trade/confirm.html" not in page.url or not address.count():
        return "", ""
    phone, name = (address.locator(part).first.text_content() or "" for part in (".telephoneNumber", ".name"))
    return re.sub(r"\D", "", phone), name.casefold()


def _begins(label: str, wanted: str) -> bool:
    return re.match(rf"{re.escape(wanted)}(?!\w)", label.strip(), re.IGNORECASE) is not None


def _closed_buttons(node: dict[str, Any], *, inside: bool) -> Iterable[dict[str, Any]]:
    if inside and node.get("nodeName") == "BUTTON":
        yield node
    for child in node.get("children", ()):
        yield from _closed_buttons(child, inside=inside)
    for root in node.get("shadowRoots", ()):
        yield from _closed_buttons(root, inside=inside or root.get("shadowRootType") == "closed")


def _text(node: dict[str, Any]) -> str:
    if node.get("nodeName") == "#text":
        return str(node["nodeValue"])
    return " ".join("".join(_text(child) for child in node.get("children", ())).split())


def _attributes(node: dict[str, Any]) -> dict[str, str]:
    flat = node.get("attributes", [])
    return dict(zip(flat[::2], flat[1::2], strict=True))

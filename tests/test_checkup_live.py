"""The merchant's own pages, looked at without changing anything; and the look before a purchase."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from bot.checkup.before_buying import PagesBrokenError, check_pages
from bot.checkup.live import Known, LivePages, known_of
from bot.config import Config
from bot.db import Database
from bot.home import Home
from bot.models import AliOrder
from bot.models_buying import Mapping
from bot.models_running import SelectorUse
from bot.recordings.kinds import KINDS
from bot.sandbox.aliexpress.orders import AliRecipient, BuyLine
from bot.sandbox.aliexpress.state import AliWorld
from bot.sandbox.ready_home import storage_state
from bot.sandbox.server import Sandbox
from bot.selector_health import Looked, health
from bot.wording_pages import PAGES
from bot.work import Workplace
from flows.errors import FlowError, NeedKind, PersonNeeded, TryLater
from flows.values import AliStatus

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
DUC = AliRecipient(
    "Nguyễn Văn Đức", "+84 912345678", "VN", "12 ngõ Hàng Bạc", "Hà Nội", "Hoàn Kiếm", "100000", "Tầng 3"
)
MUG = BuyLine("1005006800000174", "12000038500000182", "Ceramic Pour-Over Coffee Dripper", 1, 980, "14:29;5:100014064",
              "Color:White;Size:02 (2-4 cups)")  # fmt: skip
EVERY = frozenset(KINDS)
MUG_KNOWN = Known(product=MUG.product_id, sku=MUG.sku_id)


@pytest.fixture(name="one_context", scope="module")
def one_context_fixture(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[BrowserContext]:
    """One browser context for the module."""
    with browser.new_context(**browser_context_args) as opened:
        yield opened


@pytest.fixture(name="context")
def context_fixture(one_context: BrowserContext, ali: AliWorld, me: str) -> BrowserContext:
    """It is signed in to this test's account."""
    one_context.clear_cookies()
    one_context.add_cookies(storage_state(ali.sign_in(me))["cookies"])  # type: ignore[arg-type]
    return one_context


def sent(ali: AliWorld, account: str) -> str:
    """One order of the account that was sent."""
    (number,) = ali.buy(DUC, [MUG], account)
    ali.pay([number])
    ali.ship([number])
    return number


def broken(looked: list[Looked]) -> list[tuple[str, str]]:
    """What is broken, by page and element."""
    return [(one.page, one.element) for each in looked for one in each.broken]


def held(sandbox: Sandbox, account: str) -> Any:
    """All that the site holds and that a purchase or a saved address would change."""
    told = sandbox.world.state()
    book = deepcopy(sandbox.ali.market.buyer(account).book)
    names = ("aliexpress_orders", "presses", "order_calls", "charges", "payments")
    return [told[name] for name in names], book


class TestLive:
    """Every page of an account."""

    @pytest.mark.long
    def test_a_list_that_ends_with_a_full_page(
        self, sandbox: Sandbox, context: BrowserContext, ali: AliWorld, me: str
    ) -> None:
        """With ten orders and no more there is no button for more, and nothing is broken."""
        ali.bulk(10, me)
        assert [] == broken(list(LivePages(context, sandbox.site, MUG_KNOWN, frozenset({"order-list"})).look()))
        ali.bulk(1, me)
        assert [] == broken(list(LivePages(context, sandbox.site, MUG_KNOWN, frozenset({"order-list"})).look()))

    def test_all_pages_are_found_and_nothing_is_changed(
        self, sandbox: Sandbox, context: BrowserContext, ali: AliWorld, me: str, sqlite: Database
    ) -> None:
        """Six pages are looked at, nothing is broken, what was found is noted; no order, no press, no saved address."""
        sent(ali, me)
        before = held(sandbox, me)
        pages = LivePages(context, sandbox.site, MUG_KNOWN, EVERY)
        looked = list(pages.look())
        assert before == held(sandbox, me)
        assert [] == broken(looked)
        assert ["order_list", "order_detail", "tracking", "product", "confirm", "address_form"] == [
            name for one in looked for name in one.seen
        ]
        assert [("login", True)] == [(each.page, "signed in" in each.why) for each in pages.skipped]
        assert {"live"} == {one.source for one in looked}
        assert not [one.where for one in looked if "?" in one.where]
        pages.uses.save(sqlite, NOW)
        with sqlite.read() as session:
            assert session.get(SelectorUse, ("confirm", "line", 0)) is not None
            found = health(sandbox.site, looked, session)
        entries = {(page.page, each.name): each for page in found for each in page.elements}
        for name in (("order_list", "card"), ("confirm", "button"), ("address_form", "item"), ("tracking", "number")):
            assert ("found", 1, NOW) == (
                entries[name].state,
                entries[name].entries[0].live,
                entries[name].entries[0].since,
            )
        assert 1 == len(context.pages) or not context.pages

    def test_without_orders_or_mappings(self, sandbox: Sandbox, context: BrowserContext) -> None:
        """An empty list is no broken one; what there is nothing to look at for is named with the reason."""
        pages = LivePages(context, sandbox.site, Known(), EVERY - {"sign-in"}, patience=0.3)
        looked = list(pages.look())
        assert ([], ["order_list"]) == (broken(looked), [name for one in looked for name in one.seen])
        assert {"order_detail", "tracking", "product", "confirm", "address_form"} == {
            each.page for each in pages.skipped
        }
        assert any("dropferry map" in each.why for each in pages.skipped)

    def test_another_design(self, sandbox: Sandbox, context: BrowserContext, ali: AliWorld, me: str) -> None:
        """The design of 2022 is found by second choices; a design that nobody knows is broken on every page."""
        sent(ali, me)
        ali.set_faults({"design": "2022"})
        wanted = frozenset({"order-list", "order-detail"})
        looked = list(LivePages(context, sandbox.site, MUG_KNOWN, wanted, patience=0.3).look())
        assert [] == broken(looked)
        found = {(page.page, each.name): each for page in health(sandbox.site, looked, None) for each in page.elements}
        assert "fallback" == found["order_list", "card_status"].state
        ali.set_faults({"design": "unknown"})
        known = Known(order=sent(ali, me), product=MUG.product_id, sku=MUG.sku_id)
        looked = list(LivePages(context, sandbox.site, known, wanted | {"product"}, patience=0.3).look())
        assert {"order_list", "order_detail", "product"} == {page for page, _element in broken(looked)}

    def test_a_page_that_disagrees_with_its_answer(
        self, sandbox: Sandbox, context: BrowserContext, ali: AliWorld, me: str
    ) -> None:
        """A status drawn otherwise than it was answered is broken, and whoever keeps evidence sees the open page."""
        sent(ali, me)
        ali.set_faults({"dom_disagrees": "status"})
        kept: list[tuple[str, str]] = []

        def keep(page: Page, error: FlowError) -> None:
            kept.append((urlsplit(page.url).path, type(error).__name__))

        pages = LivePages(context, sandbox.site, MUG_KNOWN, frozenset({"order-list"}), on_trouble=keep)
        ((page, element),) = broken(list(pages.look()))
        assert ("order_list", True) == (page, element.startswith("status of"))
        assert [("/p/order/index.html", "PageChanged")] == kept

    def test_a_person_or_a_silent_site_is_no_matter_of_selectors(
        self, sandbox: Sandbox, context: BrowserContext, ali: AliWorld
    ) -> None:
        """A captcha is PersonNeeded; a site that does not answer is TryLater. Neither is told as a changed page."""
        pages = LivePages(context, sandbox.site, Known(), frozenset({"order-list"}))
        ali.set_faults({"captcha": True})
        with pytest.raises(PersonNeeded) as need:
            list(pages.look())
        assert NeedKind.CAPTCHA is need.value.kind
        ali.set_faults({"captcha": None, "http_500": True})
        with pytest.raises(TryLater):
            list(pages.look())

    def test_what_cannot_be_bought_is_not_looked_at(
        self, sandbox: Sandbox, context: BrowserContext, ali: AliWorld
    ) -> None:
        """A confirm page that the site does not open for a good reason is named, and is not broken."""
        ali.set_faults({"sku_gone_at": "confirm"})
        pages = LivePages(context, sandbox.site, MUG_KNOWN, frozenset({"product", "confirm"}))
        looked = list(pages.look())
        assert ([], ["product"]) == (broken(looked), [name for one in looked for name in one.seen])
        assert ["confirm"] == [each.page for each in pages.skipped]


def test_what_there_is_to_look_at(sqlite: Database) -> None:
    """The newest order and the newest sent one of the account, and the newest mapping of its shops with its country."""
    with sqlite.write() as session:
        for number, account, status in (
            ("3072000000000001", "main", AliStatus.SENT),
            ("3072000000000003", "main", AliStatus.UNPAID),
            ("3072000000000009", "other", AliStatus.SENT),
        ):
            session.add(AliOrder(account=account, number=number, status=status, linked_at=NOW))
        for shop, product, day, country in (
            ("a", "1", 1, ""),
            ("a", "2", 2, "BR"),
            ("b", "3", 3, ""),
            ("a", None, 4, ""),
        ):
            row = Mapping(
                shop=shop, variant_id=str(day), product_id=product, sku_id="7", country=country, created_at=NOW
            )
            row.checked_at = NOW.replace(day=day)
            session.add(row)
    with sqlite.read() as session:
        assert Known("3072000000000003", "3072000000000001", "2", "7", "BR") == known_of(session, "main", ["a"])
        assert Known() == known_of(session, "nobody", ["c"])


class TestBeforeBuying:
    """The pages by which an order is found again are proved before anything is pressed."""

    @pytest.fixture(name="place")
    def place_fixture(self, sandbox: Sandbox, sqlite: Database, tmp_path: Any, me: str) -> Workplace:
        """A workplace whose account is this test's."""
        hosts = {"www": sandbox.aliexpress, "acs": sandbox.acs, "login": sandbox.login}
        name = "main"
        tables: dict[str, Any] = {
            "shops": {"main": {"url": sandbox.shopbase, "account": name}},
            "accounts": {name: {}},
            "aliexpress": hosts,
        }
        return Workplace(Home(tmp_path), Config.model_validate(tables), sqlite, print, clock=lambda: NOW)

    def test_all_is_well(self, place: Workplace, context: BrowserContext, ali: AliWorld, me: str) -> None:
        """List and order are read, what was found is noted, and nothing is said."""
        sent(ali, me)
        check_pages(place, context, "main")
        with place.database.read() as session:
            for page in ("order_list", "order_detail"):
                element = "card" if page == "order_list" else "status"
                assert session.get(SelectorUse, (page, element, 0)) is not None

    @pytest.mark.parametrize("page", ["order_list", "order_detail"])
    def test_a_page_that_has_changed(
        self, place: Workplace, context: BrowserContext, ali: AliWorld, me: str, page: str
    ) -> None:
        """The page is named with what waits for it and what to do; the exit code is that of a changed page."""
        sent(ali, me)
        block = {"order_list": "pc_om_list_body", "order_detail": "detail_order_status_block"}[page]
        ali.set_faults({"missing_block": block})
        with pytest.raises(PagesBrokenError) as caught:
            check_pages(place, context, "main")
        assert 5 == caught.value.exit_code
        assert f"changed a page: {PAGES[page]}, " in caught.value.what
        assert "While it is so, this waits: reading orders and placing" in caught.value.what
        assert "dropferry check --live" in caught.value.fix
        assert any(place.home.evidence.iterdir())

"""The list of orders: from the answer of `trade.buyer.order.list`, or from the drawn cards."""

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page

from flows.amounts import read_money, read_price
from flows.blocks import ITEM_ID, ORDER_NUMBER, Blocks, Fields, nested
from flows.dates import read_day
from flows.errors import AnswerChanged, PageChanged
from flows.labels import after_label, strip_copy
from flows.page import Drawn, PageObject, Part, first, names_of, nesting
from flows.statuses import check_code, check_tab, read_refund, read_status
from flows.two_readers import check_same
from flows.values import AliLine, ListedOrder, Money, OrderListPage, Reader, Site, UnreadCard

API = "mtop.aliexpress.trade.buyer.order.list"
NAME = "order_list"
PATH = "/p/order/index.html"
PAGE_SIZE = 10
MORE = "more_button"

# Reads the box of each card, after setting the boxes to the places given, one after the other in that order; what is no
# box is never clicked.
BOXES = """([cards, boxes, places]) => {
  const first = (root, css) => css.map(one => [...root.querySelectorAll(one)]).find(found => found.length) ?? [];
  const isBox = one => one.matches('input[type="checkbox"]') || one.getAttribute("role") === "checkbox";
  const isOn = one => one.matches("input") ? one.checked : one.getAttribute("aria-checked") === "true";
  const found = first(document, cards).map(card => first(card, boxes).filter(isBox));
  const own = found.map(inside => inside.length === 1 ? inside[0] : null);
  const set = (box, on) => { if (box && isOn(box) !== on) box.click(); };
  if (places) {
    own.forEach((box, place) => { if (!places.includes(place)) set(box, false); });
    places.forEach(place => set(own[place], true));
  }
  return own.map(box => box && isOn(box));
}"""

LINE = {
    "line_link": Part(attribute="href"),
    "line_title": Part(),
    "line_sku": Part(),
    "line_price": Part(),
    "line_quantity": Part(),
}
CARD = {
    "card_status": Part(),
    "card_info": Part(),
    "card_details_link": Part(attribute="href"),
    "card_store": Part(),
    "card_total": Part(),
    "card_refund": Part(),
    "card_line": Part(inner=LINE),
}


def from_answer(data: object, tab: str | None = None, *, leave_out: bool = False) -> OrderListPage:
    """One page of orders from the `data` of an order-list answer, in the order in which they are drawn.

    Raises AnswerChanged for an empty skeleton or a missing block, PageChanged for a value that cannot be believed. With
    `leave_out` a single card that cannot be believed is left out and named; that all are is PageChanged still.
    """
    blocks = Blocks(NAME, data)
    body = blocks.one("pc_om_list_body")
    cards = blocks.all("pc_om_list_order")
    index, more = body.whole("pageIndex") or 1, body.flag("hasMore")
    told = tab or tab_of(data)
    if more is None:
        raise body.changed("hasMore", "missing")
    _check_whole(blocks, cards, index, more)
    orders: list[ListedOrder] = []
    unread: list[UnreadCard] = []
    for card in cards:
        try:
            orders.append(_listed(card, told))
        except AnswerChanged:
            raise
        except PageChanged as problem:
            number = card.order_number("orderId")
            if not leave_out or number is None or len(unread) + 1 == len(cards):
                raise
            unread.append(UnreadCard(order_id=number, problem=str(problem)))
    _check_once([*(order.order_id for order in orders), *(card.order_id for card in unread)])
    return OrderListPage(
        orders=tuple(orders),
        unread=tuple(unread),
        page_index=index,
        has_more=more,
        pay_together=body.whole("mergePayLimit"),
        reader=Reader.CALLS,
    )


def tab_of(data: object) -> str | None:
    """The code of the tab that an answer belongs to, None where it does not say."""
    actions = Blocks(NAME, data).all("pc_om_list_header_action")
    return actions[0].text("statusTab") if actions else None


def from_page(page: Page, site: Site | None = None, start: int = 0) -> OrderListPage:
    """The drawn cards from number `start` on; PageChanged where there is none, for nothing proves an empty list."""
    return DrawnOrderList(page, site).orders(start)


def compare(read: OrderListPage, drawn: Sequence[ListedOrder]) -> None:
    """PageChanged where the cards beside an answer have other order numbers or statuses."""
    left_out = {card.order_id for card in read.unread}
    drawn = [order for order in drawn if order.order_id not in left_out]
    check_same(
        NAME,
        {"order numbers": [order.order_id for order in read.orders]},
        {"order numbers": [order.order_id for order in drawn]},
    )
    for answered, shown in zip(read.orders, drawn, strict=True):
        check_same(
            NAME,
            {f"status of {answered.order_id}": answered.status.value},
            {f"status of {answered.order_id}": shown.status.value},
        )


def _check_whole(blocks: Blocks, cards: list[Fields], index: int, more: bool) -> None:
    lost = blocks.missing("pc_om_list_order_")
    if lost:
        raise PageChanged(NAME, lost[0], "named in the structure, but not there")
    if cards:
        return
    if more or index > 1:
        raise PageChanged(NAME, "pc_om_list_order", f"no orders on page {index}, though there should be some")
    blocks.one("pc_om_list_header")


def _check_once(numbers: Sequence[str]) -> None:
    for number in numbers:
        if numbers.count(number) > 1:
            raise PageChanged(NAME, "orderId", f"{number} twice on one page")


def _listed(card: Fields, tab: str | None) -> ListedOrder:
    number = card.order_number("orderId")
    if number is None:
        raise PageChanged(NAME, "orderId", "missing")
    word = card.needed("statusText")
    status = read_status(NAME, word)
    check_tab(NAME, status, tab)
    extra = nested(card, "utParams").get("args")
    check_code(NAME, status, extra.get("orderStatus") if isinstance(extra, dict) else None)
    note = _refund_note(card)
    return ListedOrder(
        order_id=number,
        status=status,
        status_text=word,
        ordered_on=read_day(NAME, "orderDateText", card.text("orderDateText")),
        total=_money(card, "totalPriceText"),
        store_name=card.text("storeName") or "",
        lines=tuple(read_line(line, NAME) for line in card.rows("orderLines")),
        line_count=card.whole("orderLineSize"),
        refund_note=note,
        refund=read_refund(note),
    )


def read_line(line: Fields, page: str) -> AliLine:
    """One product line, the same in the list and on the detail page."""
    product, quantity = line.item_id("productId"), line.whole("quantity")
    if product is None or not quantity:
        raise PageChanged(page, line.where, f"product {product}, quantity {quantity}")
    priced = line.text("formatPriceInfo") or line.text("itemPriceText")
    return AliLine(
        line_id=line.item_id("orderLineId"),
        product_id=product,
        sku_id=line.item_id("skuId"),
        sku_attr_keys=line.text("skuAttrKeys"),
        title=line.needed("itemTitle"),
        sku_text=", ".join(attr.text("text") or "" for attr in line.rows("skuAttrs", needed=False)),
        quantity=quantity,
        unit_price=_money(line, "itemPriceText") if priced else None,
    )


def _money(fields: Fields, text: str) -> Money:
    parts = fields.text("formatPriceInfo")
    return read_money(fields.page, f"{fields.where}.{text}", parts, fields.text(text), fields.text("currencyCode"))


def _refund_note(card: Fields) -> str | None:
    """The texts of the refund line, from `exposeInfo.itemList[].detailList[].title`."""
    if card.raw("exposeInfo") is None:
        return None
    items = card.inside("exposeInfo").rows("itemList", needed=False)
    titles = [row.text("title") for item in items for row in item.rows("detailList", needed=False)]
    return " · ".join(title for title in titles if title) or None


class DrawnOrderList(PageObject):
    """The list as it is drawn: ten cards a page, more below after a press on "View orders"."""

    name = NAME
    asks_for = frozenset({"card", "card_box", "tab", MORE}) | names_of(CARD)
    sign = "card"
    inside: ClassVar[Mapping[str, str]] = {**nesting(CARD, "card"), "card_box": "card"}
    always = frozenset({"card_status", "card_info", "card_details_link", "card_total", "card_line"})

    def is_here(self) -> bool:
        """Whether this is the order list: its address, or a card."""
        return urlsplit(self.page.url).path == PATH or self.has("card")

    def orders(self, start: int = 0) -> OrderListPage:
        """The cards from number `start` on as a page of their own.

        A full page without its button for more may be the last one, or one whose button looks otherwise: PageChanged.
        """
        orders, has_more = self.cards(start), self.has(MORE)
        if not has_more and len(orders) == PAGE_SIZE:
            raise PageChanged(NAME, MORE, f"not there behind {len(orders)} cards")
        return OrderListPage(orders=orders, page_index=start // PAGE_SIZE + 1, has_more=has_more, reader=Reader.PAGE)

    def cards(self, start: int = 0) -> tuple[ListedOrder, ...]:
        """The cards from number `start` on; PageChanged where there are none."""
        self.must_be_here()
        cards = self.read("card", CARD, start)
        if not cards:
            raise PageChanged(NAME, "card", "no card drawn")
        orders = tuple(self._order(card) for card in cards)
        _check_once([order.order_id for order in orders])
        return orders

    def show_more(self) -> None:
        """Presses "View orders"."""
        self.press(MORE)

    def boxes(self) -> dict[str, bool | None]:
        """Whether the box of each order is ticked, None where its card has none; by order number."""
        found = self.page.evaluate(BOXES, [*self._places_of_boxes, None])
        return dict(zip(self._numbers(), found, strict=True))

    def tick(self, numbers: Sequence[str]) -> None:
        """Tick the boxes of these orders, the first one first, and of no others; nothing that is no box is clicked."""
        drawn = self._numbers()
        self.page.evaluate(BOXES, [*self._places_of_boxes, [drawn.index(each) for each in numbers if each in drawn]])

    def press_tab(self, code: str) -> None:
        """Opens the tab with this code; tabs stand in a fixed order, whatever they are called."""
        self.press("tab", self._tab_codes().index(code))

    def open_tab(self) -> str:
        """The code of the tab that is open."""
        codes = self._tab_codes()
        active = ["active" in classes for classes in self.read_page({"tab": Part(attribute="class")})["tab"]]
        if active[: len(codes)].count(True) != 1:
            raise PageChanged(NAME, "tab", f"{active.count(True)} of them open")
        return codes[active.index(True)]

    def _tab_codes(self) -> tuple[str, ...]:
        codes = self.selectors.means["tabs"]["codes"]
        if (count := self.all("tab").count()) < len(codes):
            raise PageChanged(NAME, "tab", f"{count} of them, {len(codes)} are known")
        return codes

    @property
    def _places_of_boxes(self) -> tuple[list[str], list[str]]:
        return self.selectors.css("card"), self.selectors.css("card_box")

    def _numbers(self) -> list[str]:
        """The order number of each card; PageChanged where a card does not tell it for sure."""
        labels = self.selectors.means["labels"]
        parts = {name: CARD[name] for name in ("card_details_link", "card_info")}
        return [
            _number(card["card_details_link"], after_label(_infos(card, labels), labels["order_id"]))
            for card in self.read("card", parts)
        ]

    def _order(self, card: Drawn) -> ListedOrder:
        labels = self.selectors.means["labels"]
        infos = _infos(card, labels)
        word = first(card, "card_status")
        note = first(card, "card_refund") or None
        return ListedOrder(
            order_id=_number(card["card_details_link"], after_label(infos, labels["order_id"])),
            status=read_status(NAME, word),
            status_text=word,
            ordered_on=read_day(NAME, "date", after_label(infos, labels["date"])),
            total=read_price(NAME, "total", _without_label(first(card, "card_total"), labels["total"])),
            store_name=first(card, "card_store"),
            lines=_drawn_lines(card["card_line"]),
            refund_note=note,
            refund=read_refund(note),
        )


def _infos(card: Drawn, labels: Mapping[str, tuple[str, ...]]) -> list[str]:
    return [strip_copy(info, labels) for info in card["card_info"]]


def _number(links: list[str], labelled: str | None) -> str:
    linked = [number for link in links for number in parse_qs(urlsplit(link).query).get("orderId", [])]
    found = {number for number in (*linked, labelled) if number}
    if len(found) != 1 or not ORDER_NUMBER.match(number := found.pop()):
        raise PageChanged(NAME, "orderId", f"not one number: link {linked}, text {labelled}")
    return number


def _drawn_lines(rows: list[Drawn]) -> tuple[AliLine, ...]:
    """The lines of a card, none where a line shows no more than its picture."""
    lines = [_drawn_line(row) for row in rows]
    return tuple(line for line in lines if line) if all(lines) else ()


def _drawn_line(row: Drawn) -> AliLine | None:
    product = re.search(r"/item/(\d+)\.html", first(row, "line_link"))
    quantity = re.fullmatch(r"[x×]\s?(\d{1,5})", first(row, "line_quantity"))
    title = first(row, "line_title")
    if not (product and quantity and title and ITEM_ID.match(product[1])):
        return None
    shown = first(row, "line_price").removesuffix(quantity[0]).strip()
    return AliLine(
        product_id=product[1],
        title=title,
        sku_text=first(row, "line_sku"),
        quantity=int(quantity[1]),
        unit_price=read_price(NAME, "line_price", shown) if shown else None,
    )


def _without_label(text: str, labels: Sequence[str]) -> str:
    return after_label([text], labels) or text

"""Which lines are to be bought, with what, and what stands in the way of the others."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from bot.config import Config
from bot.facts import Tab
from bot.holds import PASSING
from bot.language import _
from bot.models import Line, Order, Purchase, PurchaseState
from bot.models_buying import Mapping
from bot.notifying.words import held_words
from bot.standing import OLD_APP, OrderRows, is_before, load
from bot.tabs import PAID_IN_STORE


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line and one item that it is to be bought as; `blocker` says what is in the way, None for nothing."""

    order_id: int
    order: str
    shop: str
    line: int
    position: int
    title: str
    quantity: int
    blocker: str | None = None
    purchase: int | None = None


def plan(
    session: Session, config: Config, account: str, now: datetime, only: Collection[int] | None = None
) -> list[Candidate]:
    """Every line of the account's shops that is to be bought, the longest paid first; makes the purchases.

    `only` names orders (by our id) that a person asked for: their held purchases are looked at again, too.
    """
    return _Planning(session, config, account, now, only).candidates()


def is_to_buy(rows: OrderRows, line: Line) -> bool:
    """Whether a line still needs buying: it is to be sent, nothing of it is bought, and it is not left to others."""
    if not line.ours or left_to_buy(line) <= 0:
        return False
    mappings = mappings_for(rows, line)
    if any(mapping.ignored for mapping in mappings):
        return False
    bought = _bought(rows, line)
    return not bought or (bool(mappings) and bool({mapping.position for mapping in mappings} - bought))


def left_to_buy(line: Line) -> int:
    """How many of a line the buyer is still to get."""
    return 0 if line.removed else line.quantity - line.refunded_quantity - line.fulfilled_quantity


def _bought(rows: OrderRows, line: Line) -> set[int]:
    """The items of a line that are bought; what a person has bought for it is all of them."""
    placed = [purchase for purchase, _join, _ali in rows.purchases if purchase.line_id == line.id]
    if any(purchase.account is None for purchase in placed):
        return {purchase.item for purchase in placed} | {mapping.position for mapping in mappings_for(rows, line)}
    return {purchase.item for purchase in placed}


def mappings_for(rows: OrderRows, line: Line) -> Sequence[Mapping]:
    """What a line is bought as: the mapping for the buyer's country, else the one for all."""
    overrides = rows.order.address_overrides or {}
    country = str(overrides.get("country_code") or (rows.order.address or {}).get("country_code") or "").upper()
    mappings = rows.mappings.get(line.variant_id or "", [])
    own = [mapping for mapping in mappings if mapping.country == country and country]
    return own or [mapping for mapping in mappings if not mapping.country]


def _order_blocker(order: Order, config: Config, now: datetime) -> str | None:
    name = order.name.removeprefix("#")
    if order.financial_status not in PAID_IN_STORE:
        return _("not paid in the store")
    if is_before(order, config.shop(order.shop).buy_from):
        return _("from before dropferry; release it: dropferry approve {order}").format(
            order=order.name.removeprefix("#")
        )
    if order.chargeback_status in ("open", "submitted", "lost"):
        return _("the buyer disputes the payment")
    if order.is_risk and not order.released:
        return _("marked as risky; release it: dropferry approve {order}").format(order=name)
    if order.waits_until is not None and order.waits_until > now:
        return _("the buyer may still add items")
    paid = order.paid_at or order.created_at
    if now < paid + timedelta(minutes=config.buying.wait_minutes):
        return _("waits {minutes} minutes after payment").format(minutes=config.buying.wait_minutes)
    return None


@dataclass(frozen=True, slots=True)
class _Planning:
    session: Session
    config: Config
    account: str
    now: datetime
    only: Collection[int] | None

    def candidates(self) -> list[Candidate]:
        shops = [name for name, shop in self.config.shops.items() if shop.account == self.account]
        query = (
            select(Order.id)
            .where(col(Order.shop).in_(shops), col(Order.tab).in_([Tab.AWAITING_ORDER, Tab.FAILED]))
            .order_by(col(Order.paid_at), col(Order.created_at), col(Order.id))
        )
        if self.only is not None:
            query = query.where(col(Order.id).in_(list(self.only)))
        orders = [each for each in self.session.exec(query) if each is not None]
        return [
            each
            for rows in load(self.session, orders)
            for line in rows.lines
            if is_to_buy(rows, line)
            for each in self._of_line(rows, line)
        ]

    def _of_line(self, rows: OrderRows, line: Line) -> list[Candidate]:
        order, blocker = rows.order, _order_blocker(rows.order, self.config, self.now)
        assert order.id is not None
        assert line.id is not None
        quantity = left_to_buy(line)
        base = Candidate(order.id, order.name, order.shop, line.id, line.position, line.title, quantity, blocker)
        if (line.service == OLD_APP or line.pending_quantity) and not order.released:
            told = _("perhaps ordered by ShopBase's own connector; release it: dropferry approve {order}")
            return [replace(base, blocker=told.format(order=order.name.removeprefix("#")))]
        mappings = mappings_for(rows, line)
        if not mappings:
            told = _("not mapped: dropferry map set {variant} ALIEXPRESS-URL")
            return [replace(base, blocker=told.format(variant=line.variant_id))]
        bought = _bought(rows, line)
        waiting = {purchase.item: purchase for purchase in rows.waiting.get(line.id, [])}
        return [
            self._of_mapping(base, mapping, waiting.get(mapping.position))
            for mapping in mappings
            if mapping.position not in bought
        ]

    def _of_mapping(self, base: Candidate, mapping: Mapping, purchase: Purchase | None) -> Candidate:
        if purchase is None and base.blocker is None:
            purchase = Purchase(line_id=base.line, item=mapping.position, state=PurchaseState.NEW, created_at=self.now)
        if purchase is not None and purchase.intent_at is None and purchase.state is not PurchaseState.INTENT:
            self._bring_up_to_date(purchase, mapping, base.quantity)
        blocker = base.blocker or _unproved(mapping) or self._held_back(purchase)
        return replace(base, blocker=blocker, purchase=purchase.id if purchase is not None else None)

    def _held_back(self, purchase: Purchase | None) -> str | None:
        if purchase is None or purchase.state is PurchaseState.NEW:
            return None
        if purchase.state is PurchaseState.INTENT or purchase.intent_at is not None:
            return _("perhaps ordered already")
        # A cause that may have passed by itself is looked at again; for the others a person has to ask.
        if self.only is not None or purchase.hold in PASSING:
            return None
        return held_words(purchase.hold or "", purchase.hold_data or {})

    def _bring_up_to_date(self, purchase: Purchase, mapping: Mapping, quantity: int) -> None:
        if (purchase.product_id, purchase.sku_id) not in ((None, None), (mapping.product_id, mapping.sku_id)):
            # What a person has accepted was about another thing.
            purchase.approved = {}
        purchase.account = self.account
        purchase.mapping_id = mapping.id
        purchase.product_id, purchase.sku_id = mapping.product_id, mapping.sku_id
        purchase.units = mapping.units * quantity
        self.session.add(purchase)
        self.session.flush()


def _unproved(mapping: Mapping) -> str | None:
    """A mapping by names of options has no SKU id before its product page was read."""
    if mapping.product_id is not None and mapping.sku_id is not None:
        return None
    return _("its SKU is not proved yet: dropferry map check {variant}").format(variant=mapping.variant_id)

"""Holds a quote against the caps, the mapped cost, the margin, the first look, and what the button would do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from sqlmodel import Session, col, select

from bot.config import Config
from bot.guardrails import Offer, Spent, check
from bot.holds import Held, Hold
from bot.language import _
from bot.models import Line, Order, Purchase, PurchaseState
from bot.models_buying import Mapping, ProvenMethod
from bot.pricing import cost_of
from flows.errors import Reason
from flows.place_order import may_press
from flows.values import Money
from flows.values_buying import ButtonKind, Quote

CAPS = frozenset({Hold.OVER_ORDER, Hold.OVER_RUN, Hold.OVER_DAY})


class UnmappedError(Exception):
    """The mapping of a purchase was taken away meanwhile."""


@dataclass(frozen=True, slots=True)
class PurchaseRows:
    """A purchase with the rows it stands on; `items` are all the mappings that its line is bought as."""

    purchase: Purchase
    mapping: Mapping
    line: Line
    order: Order
    items: Sequence[Mapping]

    @classmethod
    def load(cls, session: Session, purchase_id: int | None, *, lock: bool = False) -> "PurchaseRows":
        """Load a purchase with its mapping, line and order; with `lock` nobody else changes it before the commit.

        Raises UnmappedError.
        """
        purchase = session.get_one(Purchase, purchase_id, with_for_update=True if lock else None)
        line = session.get_one(Line, purchase.line_id)
        mapping = session.get(Mapping, purchase.mapping_id) if purchase.mapping_id is not None else None
        if mapping is None or mapping.product_id is None:
            raise UnmappedError(_("line {position} is no longer mapped").format(position=line.position))
        items = select(Mapping).where(
            Mapping.shop == mapping.shop,
            Mapping.variant_id == mapping.variant_id,
            Mapping.country == mapping.country,
            col(Mapping.product_id).is_not(None),
        )
        return cls(purchase, mapping, line, session.get_one(Order, line.order_id), session.exec(items).all())

    @property
    def expected(self) -> Money | None:
        """The mapped cost of all units, None where none is mapped."""
        if self.mapping.cost_minor is None or self.mapping.cost_currency is None:
            return None
        minor = self.mapping.cost_minor * (self.purchase.units or 1)
        return Money(minor=minor, currency=self.mapping.cost_currency)

    @property
    def sale(self) -> Money:
        """What the buyer paid for as many of the line as are bought; of a line of several items, this item's share."""
        quantity = max(1, (self.purchase.units or 1) // max(1, self.mapping.units))
        return Money(minor=int(self.line.price_minor * quantity * self._share), currency=self.order.currency)

    @property
    def _share(self) -> Fraction:
        """This item's part of the line by the mapped costs; where one is not mapped, each item counts the same."""
        costs = {each.id: (each.cost_minor or 0) * each.units for each in self.items}
        comparable = all(costs.values()) and len({each.cost_currency for each in self.items}) == 1
        if not comparable:
            return Fraction(1, max(1, len(costs)))
        return Fraction(costs[self.mapping.id], sum(costs.values()))


@dataclass(slots=True)
class Checks:
    """The checks of one account."""

    config: Config
    account: str
    clock: Callable[[], datetime]

    def money(
        self,
        session: Session,
        rows: PurchaseRows,
        quote: Quote,
        spent_in_run: int,
        *,
        attended: bool = False,
        only_planned: bool = False,
    ) -> Held | None:
        """The first cause to hold a quote: a cap, the price, the margin, or that nobody has looked at the mapping yet.

        With `attended` a person presses, as often in an hour as they like. `only_planned`: what is spent in this run
        is not written down, because it is a dry run. Caps that are not set yet hold nothing here: `live = true` is not
        accepted without them.
        """
        settings = self.config.account(self.account)
        cost = cost_of(quote)
        held = check(
            Offer(cost.total, cost.items, rows.expected, rows.sale),
            currency=settings.currency,
            limits=settings.limits,
            buying=self.config.buying,
            spent=self._spent(session, spent_in_run, attended=attended, only_planned=only_planned),
            rates=self.config.rates,
            approved=rows.purchase.approved or {},
        )
        if held is not None and (settings.limits.are_set or held.code not in CAPS):
            return held
        return _first_look(rows, quote)

    def button(self, session: Session, quote: Quote, *, watched: bool, attended: bool = False) -> Held | None:
        """Why the robot must not press this button; a method nobody has seen leave an order unpaid needs a watcher.

        With `attended` a person presses, who may pay as they like; only a button that nobody knows is kept from them.
        """
        if attended:
            return _unknown_button(quote)
        listed = frozenset(self.config.account(self.account).deferred_payment_methods)
        reason = may_press(quote, listed)
        if reason is not None:
            shown = _('button "{button}", payment "{method}"')
            shown = shown.format(button=quote.button_text, method=quote.payment.method or _("none"))
            return Held(reason, {"detail": shown})
        method = quote.payment.method if quote.payment.present else None
        if method is None or watched or session.get(ProvenMethod, (self.account, method)) is not None:
            return None
        return Held(Hold.UNPROVEN_METHOD, {"method": method})

    def _spent(self, session: Session, in_run: int, *, attended: bool, only_planned: bool) -> Spent:
        now = self.clock()
        pressed = select(Purchase).where(
            Purchase.account == self.account,
            col(Purchase.intent_at) >= now - timedelta(days=1),
            col(Purchase.state).in_([PurchaseState.INTENT, PurchaseState.HELD, PurchaseState.PLACED]),
        )
        rows = [(row.intent_at, row) for row in session.exec(pressed) if row.intent_at is not None]
        today = sum(row.cost_minor or 0 for at, row in rows if at.date() == now.date())
        hour = sum(now - at < timedelta(hours=1) for at, row in rows if not row.attended)
        return Spent(run=in_run, day=today + (in_run if only_planned else 0), hour=0 if attended else hour)


def _unknown_button(quote: Quote) -> Held | None:
    known = quote.button_kind is not ButtonKind.UNKNOWN
    told = _('button "{button}"').format(button=quote.button_text)
    return None if known else Held(Reason.UNKNOWN_BUTTON, {"detail": told})


def _first_look(rows: PurchaseRows, quote: Quote) -> Held | None:
    if rows.mapping.looked_at is not None or Hold.FIRST_LOOK in (rows.purchase.approved or {}):
        return None
    shop = f"{rows.line.title} {rows.line.variant_title}".strip()
    ali = f"{quote.lines[0].title} {quote.lines[0].sku_text}".strip() if quote.lines else ""
    pictures = {"shop_picture": rows.line.image, "ali_picture": rows.mapping.image}
    return Held(Hold.FIRST_LOOK, {"shop_option": shop, "ali_option": ali, **pictures})

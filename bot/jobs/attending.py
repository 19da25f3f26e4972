"""One order in front of the person: made ready, compared with their list, handed over, and watched until it is over.

Nothing here presses anything. From the hand-over to the result nothing of the page is recorded.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from playwright.sync_api import Page

from bot import checkpoints
from bot.holds import Held, Hold
from bot.jobs.comparing import Comparing
from bot.jobs.desk import Desk
from bot.jobs.intents import NotNowError, seen_before
from bot.jobs.paid import PaidOrder, Pressed, Turn
from bot.jobs.warming import Warming, reached
from bot.language import _, mark
from bot.models import Purchase
from bot.shopbase import ShopBaseError
from flows.errors import CannotBuy, FlowError, Reason
from flows.pay_page import finish, requote
from flows.paying import watch
from flows.tab import browser_trouble
from flows.values_buying import Quote
from flows.values_paying import BarFace, Choice, PayStep, Sight

# So long the store's last word holds.
SPOKEN = timedelta(seconds=30)
UNDER_WAY = frozenset({PayStep.PRESSED, PayStep.PAYING})
PERSON_MAY_ACCEPT = frozenset({Hold.PRICE_DRIFT, Hold.LOW_MARGIN})
SKIPPED = mark("you skipped it; it waits for the next pay run")
CLOSED = mark("its tab was closed before the press; it waits for the next pay run")
STOPPED = mark("the run was stopped before its press; it waits for the next one")
STILL_PAYING = mark(
    "order {order} is still being paid, and nothing is taken away from you: finish it in the window, or close its tab "
    "to go on with the next order"
)


@dataclass(slots=True)
class Attending:
    """The person's window, order after order."""

    desk: Desk
    warming: Warming
    comparing: Comparing

    def make_ready(self, turn: Turn) -> Quote | PaidOrder:
        """Bring an opened page to the front, with address and quote. Raises FlowError where the page is the trouble."""
        assert turn.warm is not None
        with browser_trouble("buying"):
            turn.warm.page.bring_to_front()
        self.desk.show(turn.warm.page, self.desk.faces.preparing(turn))
        try:
            quote = finish(turn.warm, self.desk.own.entry(), reached)
        except CannotBuy as no:
            return self.desk.hold(turn.candidate, Held(no.reason, {"detail": no.detail}))
        checkpoints.reached("pay: in front")
        return quote

    def attend(self, turn: Turn, quote: Quote) -> PaidOrder | Pressed:
        """Take one order from its quote to the end of the person's part. Raises FlowError, nothing pressed."""
        ended: PaidOrder | Pressed | Quote = quote
        try:
            while isinstance(ended, Quote):
                ended = self._once(turn, ended)
        finally:
            self.comparing.let_go()
        return ended

    def _once(self, turn: Turn, quote: Quote) -> PaidOrder | Pressed | Quote:
        """As far as the person takes it; a quote where the page was made ready anew."""
        no = self._agree(turn, quote)
        if no is not None:
            return no
        purchase = self._commit(turn, quote)
        return purchase if isinstance(purchase, PaidOrder) else self._hand_over(turn, purchase, quote)

    def _agree(self, turn: Turn, quote: Quote) -> PaidOrder | None:
        """None where the quote is that of the person's list, or was accepted by them, and nothing forbids it."""
        desk = self.desk
        assert turn.rows is not None
        assert turn.warm is not None
        changes = desk.faces.changes(turn.listed, quote) if turn.accepted is not quote else []
        if changes:
            said = self._choose(turn.warm.page, desk.faces.changed(turn, quote, changes))
            checkpoints.reached("pay: answered")
            if said != Choice.ACCEPT:
                return self._left(turn, said)
            turn.accepted = quote
        with desk.place.database.read() as session:
            held = desk.checks.money(session, turn.rows, quote, desk.spent_in_run, attended=True)
        if held is not None and held.code in PERSON_MAY_ACCEPT and turn.accepted is quote:
            self._approve(turn, held)
            held = None
        if held is None:
            numbers = desk.known.perhaps_bought(turn.rows, turn.warm.wanted)
            held = Held(Hold.PERHAPS_BOUGHT, {"numbers": ", ".join(numbers)}) if numbers else None
        return desk.hold(turn.candidate, held) if held is not None else None

    def _choose(self, page: Page, face: BarFace) -> str:
        """The choice of the person before anything is committed; the end of the run is one, too."""
        desk = self.desk
        while not desk.is_to_end() and not page.is_closed():
            desk.show(page, face)
            said = desk.said(page)
            if said is not None:
                return said
            desk.wait()
        return Choice.STOP if desk.is_to_end() else Choice.SKIP

    def _approve(self, turn: Turn, held: Held) -> None:
        """The person saw the new price and took it."""
        assert turn.rows is not None
        with self.desk.place.database.write() as session:
            row = session.get_one(Purchase, turn.candidate.purchase, with_for_update=True)
            row.approved = {**(row.approved or {}), str(held.code): int(held.data.get("found_minor") or 0)}
            session.add(row)
        turn.rows.purchase.approved = row.approved

    def _commit(self, turn: Turn, quote: Quote) -> Purchase | PaidOrder:
        """The store's last word, then the intent; nothing is pressed by anybody before it is written down."""
        desk, candidate = self.desk, turn.candidate
        assert turn.rows is not None
        assert turn.warm is not None
        asked_at = desk.place.clock()
        try:
            says = desk.lease(candidate).confirm(candidate)
        except ShopBaseError as trouble:
            return PaidOrder(candidate, "nothing", _("the store could not be read: {problem}").format(problem=trouble))
        checkpoints.reached("place: last word")
        if says.held is not None:
            return desk.hold(candidate, says.held)
        if says.over is not None:
            return PaidOrder(candidate, "nothing", says.over)
        purchase = turn.rows.purchase
        try:
            # No picture: the person sees the page themselves, and waits for it.
            evidence = seen_before(desk.place.home, turn.warm.page, quote, picture=False)
            held = desk.intents.commit(
                purchase,
                turn.warm.wanted,
                quote,
                known_number=desk.known.newest,
                evidence=evidence.name,
                spent_in_run=desk.spent_in_run,
                attended=True,
                within=desk.person_wait,
                not_after=asked_at + SPOKEN,
            )
        except NotNowError as no:
            return PaidOrder(candidate, "nothing", str(no))
        if held is not None:
            return desk.hold(candidate, held)
        desk.spent_in_run += quote.total.minor
        return purchase

    def _hand_over(self, turn: Turn, purchase: Purchase, quote: Quote) -> PaidOrder | Pressed | Quote:
        assert turn.warm is not None
        assert purchase.deadline is not None
        desk = self.desk
        try:
            desk.guard.hand_over(turn.warm.page, quote, purchase.deadline)
        except CannotBuy:
            return self._anew(turn, purchase, quote)
        except FlowError:
            self._take_back(turn, purchase, quote, _(SKIPPED))
            raise
        checkpoints.reached("pay: handed over")
        return self._watch(turn, purchase, quote)

    def _watch(self, turn: Turn, purchase: Purchase, quote: Quote) -> PaidOrder | Pressed | Quote:
        assert turn.warm is not None
        page, desk = turn.warm.page, self.desk
        late: datetime | None = None
        is_told = False
        while True:
            sight = watch(page, desk.site, desk.guard)
            if sight.pressed is False:
                ended = self._before_press(turn, purchase, quote, sight)
                if ended is not None:
                    return ended
            else:
                if late is None:
                    late = desk.place.clock() + desk.person_wait
                    checkpoints.reached("pay: pressed")
                if sight.step not in UNDER_WAY:
                    checkpoints.reached("pay: result")
                    return Pressed(turn, purchase, quote, page, sight)
            if late is not None and not is_told and desk.place.clock() >= late:
                is_told = True
                desk.place.say(_(STILL_PAYING).format(order=turn.candidate.order))
            desk.wait()
            if sight.step in UNDER_WAY or sight.step is PayStep.WAITING:
                self._do_beside(turn)

    def _do_beside(self, turn: Turn) -> None:
        """What can be done in other tabs while the person reads, types or pays."""
        if not self.desk.is_to_end() and not self.warming.ahead_of(turn):
            self.comparing.step()

    def _before_press(
        self, turn: Turn, purchase: Purchase, quote: Quote, sight: Sight
    ) -> PaidOrder | Pressed | Quote | None:
        """What the person wants of an order that nobody has pressed yet; None as long as they say nothing."""
        assert turn.warm is not None
        desk = self.desk
        if desk.is_to_end():
            return self._chosen(turn, purchase, quote, Choice.STOP)
        if sight.step is PayStep.CLOSED:
            return self._take_back(turn, purchase, quote, _(CLOSED))
        if sight.step is PayStep.EXPIRED:
            return self._after_the_time(turn, purchase, quote)
        desk.show(turn.warm.page, self._face(turn, quote, sight))
        said = desk.said(turn.warm.page)
        if said == Choice.DONE and desk.warnings:
            desk.warnings.pop(0)
            return None
        return self._chosen(turn, purchase, quote, said) if said is not None else None

    def _face(self, turn: Turn, quote: Quote, sight: Sight) -> BarFace:
        desk = self.desk
        if sight.step is PayStep.REFUSED_PRESS:
            return desk.faces.refused(turn, quote, acceptable=sight.reason is Reason.PRICE_CHANGED)
        if sight.step is PayStep.AWAY:
            return desk.faces.left(turn, quote)
        return desk.warnings[0] if desk.warnings else desk.faces.ready(turn, quote)

    def _chosen(self, turn: Turn, purchase: Purchase, quote: Quote, said: str) -> PaidOrder | Pressed | Quote:
        assert turn.warm is not None
        if said == Choice.ACCEPT:
            try:
                changed = requote(turn.warm)
            except (ValueError, FlowError):
                return self._anew(turn, purchase, quote)
            self._take_back_intent(purchase, quote)
            # They were asked at the page itself.
            turn.accepted = changed
            return changed
        if said == Choice.YES:
            return self._anew(turn, purchase, quote)
        ended = self._take_back(turn, purchase, quote, _(SKIPPED))
        return self._left(turn, said) if isinstance(ended, PaidOrder) else ended

    def _after_the_time(self, turn: Turn, purchase: Purchase, quote: Quote) -> PaidOrder | Pressed | Quote:
        """Nobody pressed: nothing stays committed while the person is asked whether to go on."""
        minutes = self.desk.place.config.buying.person_wait_minutes
        ended = self._take_back(turn, purchase, quote, _(SKIPPED))
        if not isinstance(ended, PaidOrder):
            return ended
        said = self.desk.question(self.desk.faces.time_is_up(turn, minutes))
        return self._prepared(turn) if said == Choice.YES else self._left(turn, said)

    def _anew(self, turn: Turn, purchase: Purchase, quote: Quote) -> PaidOrder | Pressed | Quote:
        """Take the page back and make it ready from the beginning."""
        ended = self._take_back(turn, purchase, quote, _(SKIPPED))
        return self._prepared(turn) if isinstance(ended, PaidOrder) else ended

    def _prepared(self, turn: Turn) -> PaidOrder | Quote:
        turn.forget()
        self.warming.prepare(turn)
        if turn.trouble is not None:
            raise turn.trouble
        if isinstance(turn.no, Held):
            return self.desk.hold(turn.candidate, turn.no)
        return self.make_ready(turn) if turn.no is None else PaidOrder(turn.candidate, "nothing", turn.no)

    def _take_back(self, turn: Turn, purchase: Purchase, quote: Quote, why: str) -> PaidOrder | Pressed:
        """End the hand-over; the guard knows whether an order call has left meanwhile."""
        assert turn.warm is not None
        page, guard = turn.warm.page, self.desk.guard
        guard.take_back(page)
        if guard.of(page).let_through:
            return Pressed(turn, purchase, quote, page, Sight(step=PayStep.UNCLEAR, pressed=True))
        self._take_back_intent(purchase, quote)
        turn.forget()
        self.warming.is_done_with(page)
        return PaidOrder(turn.candidate, "skipped", why)

    def _take_back_intent(self, purchase: Purchase, quote: Quote) -> None:
        self.desk.intents.take_back(purchase, "not pressed, taken back")
        self.desk.give_back(quote)
        checkpoints.reached("pay: taken back")

    def _left(self, turn: Turn, said: str) -> PaidOrder:
        """What becomes of an order that the person does not buy now."""
        if said == Choice.HOLD:
            outcome = self.desk.hold(turn.candidate, Held(Hold.BY_PERSON))
            outcome.chosen = True
            checkpoints.reached("pay: held")
            return outcome
        if said == Choice.STOP:
            return PaidOrder(turn.candidate, "stopped", _(STOPPED), chosen=True)
        return PaidOrder(turn.candidate, "skipped", _(SKIPPED), chosen=True)

"""What became of a press: the number from AliExpress's list, else the word of the person, never a guess."""

from contextlib import closing
from dataclasses import dataclass

from sqlmodel import Session

from bot import checkpoints
from bot.approving import resolve
from bot.holds import Held
from bot.jobs.comparing import NOT_PAID, Comparing
from bot.jobs.desk import Desk
from bot.jobs.looking import ListView, look_back
from bot.jobs.paid import PaidOrder, Pressed
from bot.language import _, mark
from bot.models import Line, Order, Purchase, PurchaseState
from bot.pay_words import NUMBER
from bot.wording_trouble import trouble_in_words
from flows.check_orders import ListAhead, read_details
from flows.errors import FlowError, PersonNeeded
from flows.values import OrderDetail
from flows.values_paying import BarFace, Choice, PayStep

LOOKS = (0.0, 10.0, 30.0, 60.0)
NOT_FOUND = mark("perhaps ordered, so do not order it again: it is looked for at every sync")
NOT_PRESSED = mark("you said that it was not pressed; it waits for the next pay run")
ASKED = mark("you were asked and nobody knows; it is looked for at every sync, or: dropferry resolve {order}/{line}")


@dataclass(slots=True)
class Settling:
    """Settles one press after another."""

    desk: Desk
    comparing: Comparing

    def settle(self, pressed: Pressed, ahead: ListAhead | None = None) -> PaidOrder:
        """Find what the press made; asks the person where only they can know. The browser may be gone by now.

        `ahead` has begun to load the order list in the robot's own tab.
        """
        turn, sight = pressed.turn, pressed.sight
        self.desk.is_read_again()
        if sight.step is PayStep.FAILED and sight.reason is not None:
            held = Held(sight.reason, {"detail": sight.detail})
            self.desk.give_back(pressed.quote)
            return self.desk.hold(turn.candidate, held, pressed_at=pressed.purchase.intent_at)
        outcome = PaidOrder(turn.candidate, "unknown", _(NOT_FOUND), pressed.quote)
        if self.desk.guard.is_alive() and self._look(pressed, outcome, LOOKS[:1], ahead):
            return outcome
        order, faces = turn.candidate.order, self.desk.faces
        said = ""
        if sight.pressed is None:
            said = self.ask(pressed.purchase, faces.did_they(order, pressed.quote))
        if said != Choice.NO and self.desk.guard.is_alive() and self._look(pressed, outcome, LOOKS[1:]):
            return outcome
        if pressed.quote is None and not said:
            said = self.ask(pressed.purchase, faces.not_found(order))
        if said == Choice.NO:
            outcome.state, outcome.why = "skipped", _(NOT_PRESSED)
            self.desk.give_back(pressed.quote)
        self.desk.intents.leave(pressed.purchase)
        return outcome

    def at_their_word(self, pressed: Pressed) -> PaidOrder | None:
        """The person says that nothing was bought: None, and all is as before, unless AliExpress shows an order."""
        outcome = PaidOrder(pressed.turn.candidate, "unknown", _(NOT_FOUND), pressed.quote)
        if self.desk.guard.is_alive() and self._look(pressed, outcome, LOOKS[:1]):
            return outcome
        self.desk.intents.leave(pressed.purchase)
        with self.desk.place.database.write() as session:
            row = session.get_one(Purchase, pressed.purchase.id, with_for_update=True)
            if row.state is PurchaseState.INTENT:
                self._resolve(session, row, ())
        checkpoints.reached("pay: taken back")
        return None

    def ask(self, purchase: Purchase, face: BarFace) -> str:
        """Ask once whether it was bought, and write the answer down; "no" makes it as if nobody had begun."""
        desk = self.desk
        desk.intents.leave(purchase)
        said = desk.question(face)
        checkpoints.reached("pay: answered")
        with desk.place.database.write() as session:
            row = session.get_one(Purchase, purchase.id, with_for_update=True)
            row.asked_at = desk.place.clock()
            session.add(row)
            if said == Choice.NO and row.state is PurchaseState.INTENT:
                self._resolve(session, row, ())
        return said

    def _look(
        self, pressed: Pressed, outcome: PaidOrder, waits: tuple[float, ...], ahead: ListAhead | None = None
    ) -> bool:
        """Look after each of these waits; True as soon as it is decided, and `outcome` says what it is."""
        desk, purchase = self.desk, pressed.purchase
        for seconds in waits:
            if seconds:
                desk.place.say(_("looking for the number of order {order} …").format(order=outcome.candidate.order))
                desk.pause(seconds)
            try:
                view = look_back(desk.office, desk.site, down_to=desk.known.newest, ahead=ahead)
                checkpoints.reached("pay: looked")
                arrived = pressed.sight.step is PayStep.DONE
                verdict = desk.looker.settle_own_press(purchase, view, pressed.sight.numbers, arrived=arrived)
            except FlowError as trouble:
                outcome.why = f"{_(NOT_FOUND)} ({trouble_in_words(trouble)})"
                if isinstance(trouble, PersonNeeded) and not desk.is_seen_to(trouble):
                    return False
                continue
            desk.known.keep(view)
            outcome.why = _(NOT_FOUND)
            if verdict.found:
                self._found(pressed, outcome, verdict.found, view)
                return True
            if verdict.unclear:
                return self._which_one(pressed, outcome, verdict.unclear, view)
        return False

    def _found(self, pressed: Pressed, outcome: PaidOrder, numbers: tuple[str, ...], view: ListView) -> None:
        """Written down already; whether it is paid is the list's word, the result page's where the list is silent."""
        status = {seen.number: seen.status for seen in view.seen}
        known = [status.get(number) for number in numbers]
        said_paid = pressed.sight.step is PayStep.DONE and not pressed.sight.numbers
        outcome.is_paid = all(each is not None and each not in NOT_PAID for each in known) if any(known) else said_paid
        outcome.state, outcome.why, outcome.numbers = "placed", "", numbers
        self.desk.faces.placed(outcome)
        self.comparing.add(pressed.purchase, outcome)
        checkpoints.reached("pay: placed")

    def _which_one(self, pressed: Pressed, outcome: PaidOrder, numbers: tuple[str, ...], view: ListView) -> bool:
        """Two orders may be the one: a person decides, and without their word it is held."""
        desk, purchase, candidate = self.desk, pressed.purchase, pressed.turn.candidate
        said = desk.question(desk.faces.which_one(candidate.order, self._details(numbers)))
        checkpoints.reached("pay: answered")
        chosen = said.removeprefix(NUMBER)
        if chosen in numbers:
            with desk.place.database.write() as session:
                self._resolve(session, session.get_one(Purchase, purchase.id, with_for_update=True), (chosen,))
            self._found(pressed, outcome, (chosen,), view)
            return True
        desk.intents.leave(purchase)
        desk.looker.settle_one(purchase, view, desk.place.clock())
        outcome.state = "held"
        outcome.why = _(ASKED).format(order=candidate.order.removeprefix("#"), line=candidate.position)
        return True

    def _details(self, numbers: tuple[str, ...]) -> list[OrderDetail]:
        with closing(read_details([self.desk.office], self.desk.site, numbers, tabs=1)) as read:
            return [detail for _number, detail in read if isinstance(detail, OrderDetail)]

    def _resolve(self, session: Session, row: Purchase, numbers: tuple[str, ...]) -> None:
        line = session.get_one(Line, row.line_id)
        order = session.get_one(Order, line.order_id)
        now = self.desk.place.clock()
        resolve(session, order, line, numbers=numbers, account=self.desk.account, now=now, purchase=row)

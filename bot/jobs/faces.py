"""What the bar shows at each step of a pay run."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.jobs.paid import PaidOrder, Turn
from bot.jobs.pictures import Pictures
from bot.money import money_text
from bot.pay_words import PayWords, Text
from flows.values import Money, OrderDetail
from flows.values_buying import Quote, ShipTo
from flows.values_paying import BarFace, Choice

AT_WORK = (Choice.SKIP, Choice.HOLD, Choice.STOP)


@dataclass(slots=True)
class Faces:
    """The bar's faces; `made` is what this run has ordered so far, of which each knows whether it is paid."""

    words: PayWords
    pictures: Pictures
    made: list[PaidOrder] = field(default_factory=list)

    def placed(self, outcome: PaidOrder) -> None:
        """One more order was placed."""
        self.made.append(outcome)

    def so_far(self) -> str:
        """What of this run is paid, and what stands unpaid: a card may be refused, a bank left."""
        told = ((Text.PAID_SO_FAR, self._sum(is_paid=True)), (Text.UNPAID_SO_FAR, self._sum(is_paid=False)))
        return " · ".join(self.words(text, amount=amount) for text, amount in told if amount)

    def preparing(self, turn: Turn) -> BarFace:
        """The page is being made ready."""
        return self._of(turn, turn.listed, self.words(Text.PREPARING))

    def looking(self, turn: Turn, order: str) -> BarFace:
        """The page is ready, the number of the order before it is not there yet."""
        return self._of(turn, turn.listed, self.words(Text.LOOKING, order=order))

    def ready(self, turn: Turn, quote: Quote) -> BarFace:
        """The person's move."""
        told = self.words(Text.READY, button=quote.button_text)
        last = self.made[-1] if self.made else None
        if last is not None and last.is_left_unpaid:
            told = f"{self.words(Text.LEFT_UNPAID, order=last.candidate.order)} {told}"
        return self._asking(turn, quote, told, "calm", *AT_WORK)

    def changed(self, turn: Turn, quote: Quote, changes: Sequence[str]) -> BarFace:
        """The quote is not that of the list."""
        told = self.words(Text.CHANGED, changes=" ".join(changes))
        return self._asking(turn, quote, told, "ask", Choice.ACCEPT, *AT_WORK)

    def refused(self, turn: Turn, quote: Quote, *, acceptable: bool) -> BarFace:
        """The page shows something else, so that a press does nothing; another total may be accepted."""
        if acceptable:
            return self._asking(turn, quote, self.words(Text.OTHER_TOTAL), "ask", Choice.ACCEPT, *AT_WORK)
        return self._asking(turn, quote, self.words(Text.NOT_AS_PREPARED), "ask", Choice.YES, *AT_WORK)

    def left(self, turn: Turn, quote: Quote) -> BarFace:
        """The tab shows another page."""
        return self._asking(turn, quote, self.words(Text.AWAY), "ask", Choice.YES, *AT_WORK)

    def time_is_up(self, turn: Turn, minutes: int) -> BarFace:
        """Nobody pressed."""
        told = self.words(Text.TIME_IS_UP, minutes=minutes)
        return self._asking(turn, turn.listed, told, "ask", Choice.YES, *AT_WORK)

    def did_they(self, order: str, quote: Quote | None) -> BarFace:
        """Nobody but the person knows whether the button was pressed, or whether they bought on pages of their own."""
        if quote is None:
            return self.question(self.words(Text.DID_YOU_BUY, order=order))
        return self.question(self.words(Text.DID_YOU_PRESS, order=order, button=quote.button_text))

    def not_found(self, order: str) -> BarFace:
        """The person said that they bought it, and AliExpress does not show it."""
        return self.question(self.words(Text.NOT_FOUND, order=order))

    def question(self, message: str) -> BarFace:
        """A question about one order: yes, no, not sure."""
        choices = self.words.choices(Choice.YES, Choice.NO, Choice.NOT_SURE)
        return BarFace(heading="", message=message, tone="ask", choices=choices)

    def which_one(self, order: str, details: Sequence[OrderDetail]) -> BarFace:
        """Several orders may be the one."""
        numbers = {
            detail.order_id: self.words(
                Text.CANDIDATE,
                number=detail.order_id,
                total=money_text(detail.total),
                recipient=detail.recipient.name if detail.recipient is not None else "?",
            )
            for detail in details
        }
        choices = (*self.words.numbers(numbers), *self.words.choices(Choice.NOT_SURE))
        return BarFace(heading="", message=self.words(Text.WHICH_ONE, order=order), tone="ask", choices=choices)

    def differs(self, order: str, number: str, what: Sequence[str], link: str) -> BarFace:
        """The order that was made is not what was prepared."""
        told = self.words(Text.DIFFERS, order=order, number=number, what=" ".join(what), link=link)
        return BarFace(heading="", message=told, tone="warn", choices=self.words.choices(Choice.DONE))

    def buy_yourself(self, turn: Turn) -> BarFace:
        """The person buys on pages of their own."""
        assert turn.wanted is not None
        told = self.words(Text.BUY_YOURSELF, count=turn.wanted.quantity)
        return self._asking(turn, turn.listed, told, "calm", Choice.DONE, *AT_WORK)

    def changes(self, before: Quote | None, now: Quote) -> list[str]:
        """What is not as the list had it, each as one sentence."""
        if before is None:
            return []
        told: list[str] = []
        if before.total != now.total:
            told.append(
                self.words(Text.TOTAL_CHANGED, now=money_text(now.total), before=money_text(before.total)),
            )
        if (before.carrier or "") != (now.carrier or ""):
            told.append(self.words(Text.CARRIER_CHANGED, now=now.carrier or "?", before=before.carrier or "?"))
        lines = [" ".join(f"{line.title} {line.sku_text}" for line in quote.lines) for quote in (before, now)]
        if lines[0] != lines[1]:
            told.append(self.words(Text.LINE_CHANGED, now=lines[1], before=lines[0]))
        return told

    def _asking(self, turn: Turn, quote: Quote | None, message: str, tone: str, *choices: Choice) -> BarFace:
        face = self._of(turn, quote, message)
        return face.model_copy(update={"tone": tone, "choices": self.words.choices(*choices)})

    def _of(self, turn: Turn, quote: Quote | None, message: str) -> BarFace:
        heading = self.words(Text.HEADING, place=turn.place, all=turn.every, order=turn.candidate.order)
        if turn.rows is None or turn.wanted is None:
            return BarFace(heading=heading, message=message)
        line, mapping, words = turn.rows.line, turn.rows.mapping, self.words
        ali = quote.lines[0] if quote is not None and quote.lines else None
        options = ", ".join(value for _, value in mapping.options)
        return BarFace(
            heading=heading,
            recipient=recipient_text(turn.wanted.ship_to),
            shop_title=words(Text.IN_SHOP, title=line.title),
            shop_options=words(Text.PIECES, options=line.variant_title, count=turn.candidate.quantity),
            shop_image=self.pictures.get(line.image),
            ali_title=words(Text.ON_ALI, title=ali.title if ali else mapping.title),
            ali_options=words(Text.PIECES, options=ali.sku_text if ali else options, count=turn.wanted.quantity),
            ali_image=self.pictures.get(turn.ali_image),
            expected=words(Text.EXPECTED, amount=money_text(quote.total)) if quote is not None else "",
            paid_so_far=self.so_far(),
            message=message,
        )

    def _sum(self, *, is_paid: bool) -> str:
        sums: Counter[str] = Counter()
        for total in (each.quote.total for each in self.made if each.quote is not None and each.is_paid is is_paid):
            sums[total.currency] += total.minor
        return " + ".join(money_text(Money(minor=minor, currency=code)) for code, minor in sums.items())


def recipient_text(to: ShipTo) -> str:
    """A recipient in one line."""
    place = (to.street, to.street2, to.city, f"{to.province} {to.zip}".strip(), to.country_code)
    return ", ".join(part for part in (to.full_name, *place, f"{to.phone_code} {to.phone}") if part)

"""What is recorded of the page after a press: how a payment ended."""

import re
from dataclasses import replace

from bot.recordings.cases import Case
from bot.sandbox.aliexpress.payments import DECLINED_CARD, pay_later, submit
from tests.recorded_scenes import BAG, MUG, Scene, Stage


def _paid(stage: Stage) -> str:
    return _ended(stage, None)


def _refused(stage: Stage) -> str:
    return _ended(stage, {"number": DECLINED_CARD, "expiry": "12/30", "cvc": "123"})


def _ended(stage: Stage, card: dict[str, str] | None) -> str:
    """Where the end of a payment of two orders is told."""
    world = stage.sandbox.ali
    payment = pay_later(world, stage.account, [stage.buy(MUG), stage.buy(BAG)])
    submit(world, payment, card)
    return f"{stage.sandbox.aliexpress}/p/second-payment/pay-result.html?pmntId={payment.id}"


def _at_the_real_cashier(case: Case) -> Case:
    """Its link to the cashier, which is on a host of its own, as the real page has it."""
    html = re.sub(r"http://cashier\.aliexpress\.localhost:\d+", "https://cashier.aliexpress.com", case.html)
    return replace(case, html=html)


VI = {"language": "vi"}
SCENES = (
    Scene("result/paid", _paid, "page"),
    Scene("result/paid-vietnamese", _paid, "page", VI),
    Scene("result/refused", _refused, "page", redrawn=_at_the_real_cashier),
    Scene("result/refused-vietnamese", _refused, "page", VI, redrawn=_at_the_real_cashier),
)

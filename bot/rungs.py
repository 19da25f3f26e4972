"""Who does what when something is bought, and why the robot does less than it might. Pure, no I/O.

Three rungs: the robot presses; it fills in and a person presses; a person buys and it notes the number.
"""

from enum import StrEnum

from bot.config_buying import Rung
from bot.language import _
from bot.wording_found import in_words
from flows.errors import FlowError, NeedKind, PageChanged, PersonNeeded


class Way(StrEnum):
    """How an order is bought."""

    ROBOT = "robot"
    FILL = "fill"
    RECORD = "record"


def why_not_robot(account: str, rung: Rung) -> str | None:
    """Why `dropferry place --live` is not for this account; None where it is."""
    if rung == "fill":
        return _('account "{account}" is set to buying = "fill", so you press: dropferry pay-run').format(
            account=account
        )
    if rung == "record":
        return _('account "{account}" is set to buying = "record", so you buy: dropferry pay-run').format(
            account=account
        )
    return None


def way_of_pay_run(account: str, rung: Rung, *, record_only: bool) -> tuple[Way, str]:
    """How a pay run buys, and why, where that is not what was asked for or set."""
    if record_only:
        return Way.RECORD, ""
    if rung == "record":
        told = _('account "{account}" is set to buying = "record": you buy, dropferry notes the number')
        return Way.RECORD, told.format(account=account)
    if rung == "robot":
        told = _('account "{account}" is set to buying = "robot", but in a pay run nothing is pressed for you')
        return Way.FILL, told.format(account=account)
    return Way.FILL, ""


def step_down(rung: Rung, trouble: FlowError | None) -> str | None:
    """Why a pay run goes on with you buying yourself, where its pages cannot be prepared; None where it does not.

    Only an account that is set to "auto" steps down, and only where AliExpress turns automated pages away or has
    changed them: signing in, or a site that is silent, is mended otherwise.
    """
    if rung != "auto" or trouble is None:
        return None
    if isinstance(trouble, PageChanged):
        what = f"{trouble.page}: {trouble.element}: {in_words(trouble.found)}"
        return _("a page of AliExpress is not as it was ({what}), so dropferry cannot prepare it").format(what=what)
    if isinstance(trouble, PersonNeeded) and trouble.kind is NeedKind.CAPTCHA:
        return _("AliExpress turns automated pages away today (it asks for a captcha)")
    return None

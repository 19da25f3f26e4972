"""A live run that nobody watches and that orders nothing: told once, until one gets as far as ordering again."""

from typing import TYPE_CHECKING

from sqlmodel import col, delete

from bot.checkup.before_buying import PagesBrokenError
from bot.errors import DropferryError
from bot.language import _
from bot.models_running import Told
from bot.notify import notify
from bot.notifying.notice import Notice, Weight, fingerprint
from bot.wording_pages import page_name

if TYPE_CHECKING:
    from bot.work import Workplace


def tell_refused(place: "Workplace", account: str, no: DropferryError) -> None:
    """Say why nothing is ordered, without what a page showed."""
    why = no.what
    if isinstance(no, PagesBrokenError):
        why = _('the {page} is not as it was ("{element}")').format(page=page_name(no.page), element=no.element)
    notice = Notice(
        Weight.NEEDS_YOU,
        _key(account),
        fingerprint(type(no).__name__, why),
        _('Nothing is ordered on account "{account}"').format(account=account),
        _('Nothing is ordered on account "{account}": {why}. What to do: {fix}').format(
            account=account, why=why, fix=no.fix
        ),
    )
    notify(place, notice)


def goes_again(place: "Workplace", account: str) -> None:
    """What stood between is gone; should it come back it is told again."""
    with place.database.write() as session:
        session.exec(delete(Told).where(col(Told.key) == _key(account)))


def _key(account: str) -> str:
    return f"place:{account}"

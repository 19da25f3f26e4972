"""What is wrong with the machine itself: a disk that keeps nothing, a clock that is wrong."""

from collections.abc import Iterator

from sqlmodel import Session

from bot.clock_off import far_off, how_to_set, in_words
from bot.config import Config
from bot.evidence import why_not_kept
from bot.home import Home
from bot.language import _
from bot.notifying.notice import Notice, Weight, fingerprint


def machine_in_trouble(session: Session, home: Home, config: Config) -> Iterator[Notice]:
    """What stands between this machine and all work."""
    why = why_not_kept(home.evidence)
    if why is not None:
        told = _(
            "What pages look like cannot be kept in {folder} ({why}), so nothing is ordered. Make room there; see: "
            "dropferry doctor"
        )
        title = _("The home folder cannot be written")
        text = told.format(folder=home.evidence, why=why)
        yield Notice(Weight.NEEDS_YOU, "machine:evidence", fingerprint(why), title, text)
    ahead = far_off(session, config)
    if ahead is not None:
        title, text = _("The clock of this machine is wrong"), _("{clock}, so nothing is ordered live. {fix}")
        # Not the minutes, which are others at each pull.
        is_ahead = ahead.total_seconds() > 0
        text = text.format(clock=in_words(ahead), fix=how_to_set())
        yield Notice(Weight.NEEDS_YOU, "machine:clock", fingerprint(is_ahead), title, text)

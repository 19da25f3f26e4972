"""What went wrong on AliExpress's pages, in a few words of the merchant's language."""

from bot.language import _
from bot.persons import what_is_the_matter
from bot.wording_found import in_words
from flows.errors import FlowError, PageChanged, PersonNeeded


def trouble_in_words(trouble: FlowError) -> str:
    """The trouble in a few words; what to do about it is not said here."""
    if isinstance(trouble, PersonNeeded):
        detail = f" ({in_words(trouble.detail)})" if trouble.detail else ""
        return what_is_the_matter(trouble.kind) + detail
    if isinstance(trouble, PageChanged):
        return _("a page of AliExpress is not as it was: {error}").format(error=trouble)
    return in_words(str(trouble))

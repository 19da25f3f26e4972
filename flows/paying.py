"""What the page of a person who pays tells, without waiting and without looking at anything that is theirs alone."""

import time
from urllib.parse import urlsplit

from playwright.sync_api import Page

from flows.guard import Guard, GuardedPage
from flows.guard_rules import is_left, is_paid_page, is_www, place
from flows.order_calls import Answer
from flows.pages import confirm, result
from flows.values import Site
from flows.values_paying import PayStep, Sight

SPEAKS_WITHIN = 2.0  # how long the page may take from an answer, or from its first words, to what comes of it


def watch(page: Page, site: Site, guard: Guard) -> Sight:
    """How far the person is in a page that was handed over; asked ten times a second, with waits on a page between.

    Before the press the confirm page is compared with its quote, and armed again where the person loaded it anew.
    From the order call on nothing but addresses is read, until the page is the one that tells how the payment ended.
    ValueError where the page is not handed over.
    """
    held = guard.of(page)
    if held.is_persons:
        return _after(held, site)
    if not held.is_handed_over:
        raise ValueError("the page is not handed over")
    return _before(held, site, guard)


def _before(held: GuardedPage, site: Site, guard: Guard) -> Sight:
    if held.page.is_closed():
        is_sure = not held.ear.may_have_begun and guard.is_alive()
        return Sight(step=PayStep.CLOSED, pressed=False if is_sure else None)
    if time.time() >= held.deadline:
        return Sight(step=PayStep.EXPIRED)
    if not _is_confirm(held.page.url, site):
        return Sight(step=PayStep.AWAY, detail=place(held.page.url))
    refused = held.why_not_now()
    if refused is not None:
        return Sight(step=PayStep.REFUSED_PRESS, reason=refused.reason, detail=refused.detail)
    if held.is_empty:
        return Sight(step=PayStep.AWAY, detail="the page shows no order")
    return Sight(step=PayStep.WAITING)


def _after(held: GuardedPage, site: Site) -> Sight:
    opened = [page for page in (held.page, *held.tab.popups) if not page.is_closed()]
    if not opened:
        return Sight(step=PayStep.CLOSED, pressed=True)
    told = next((page for page in opened if is_paid_page(page.url, site)), None)
    if told is not None:
        return _result(held, told)
    if held.page.is_closed():
        return Sight(step=PayStep.PAYING, pressed=True)
    return _under_way(held, site)


def _under_way(held: GuardedPage, site: Site) -> Sight:
    """By the address alone, and by what the order call was answered."""
    url = held.page.url
    if is_left(url, site):
        return _unclear(place(url), confirm.numbers_in("", url))
    if not _is_confirm(url, site):
        return Sight(step=PayStep.PAYING, pressed=True)
    if held.tab.has_come_back:
        return _unclear("back on the confirm page")
    answer = held.tab.answer(held.sent[-1][1])
    if answer is None:
        return Sight(step=PayStep.PRESSED, pressed=True)
    if answer.is_success:
        return Sight(step=PayStep.PAYING, pressed=True)
    return _refused(held, answer)


def _refused(held: GuardedPage, answer: Answer) -> Sight:
    """A known refusal is sure; any other answer may still lead on, and else the order list has to tell."""
    said = confirm.refusal(answer.texts)
    if said is not None:
        return Sight(step=PayStep.FAILED, pressed=True, reason=said[0], detail=said[1])
    if held.tab.is_waiting_since(SPEAKS_WITHIN):
        return _unclear(", ".join(answer.codes) or "the answer was lost")
    return Sight(step=PayStep.PRESSED, pressed=True)


def _result(held: GuardedPage, page: Page) -> Sight:
    text = result.text_of(page)
    told, said = result.of(text, page.url), " ".join(text.split())[:200]
    if told.is_paid is not None:
        step = PayStep.DONE if told.is_paid else PayStep.FAILED
        return Sight(step=step, pressed=True, detail=said, numbers=told.numbers)
    if held.tab.is_waiting_since(SPEAKS_WITHIN):
        return _unclear(said)
    return Sight(step=PayStep.PAYING, pressed=True)


def _unclear(detail: str, numbers: tuple[str, ...] = ()) -> Sight:
    return Sight(step=PayStep.UNCLEAR, pressed=True, detail=detail, numbers=numbers)


def _is_confirm(url: str, site: Site) -> bool:
    return is_www(url, site) and urlsplit(url).path == confirm.PATH

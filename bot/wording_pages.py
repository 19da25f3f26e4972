"""Pages and jobs by the names that a merchant knows, and what went wrong with them, in the merchant's language."""

import builtins
import re

from bot.language import _, mark
from bot.wording_found import FOUND, in_words

PAGES: dict[str, str] = {
    "order_list": mark("order list"),
    "order_detail": mark("order page"),
    "tracking": mark("tracking page"),
    "product": mark("product page"),
    "confirm": mark("confirm page"),
    "address_form": mark("address form"),
    "login": mark("sign-in page"),
    "paying": mark("payment page"),
    "guard": mark("guarded page"),
}
JOBS: dict[str, str] = {
    "pull": mark("pulling orders"),
    "push": mark("telling ShopBase"),
    "sync": mark("reading AliExpress"),
    "recheck": mark("looking after unpaid orders"),
}
_CHANGED = mark('{page}, "{element}": {found}')
# What a reader finds instead of what should be there.
INSTEAD = (
    *FOUND,
    mark("{found} (kept in evidence/{folder})"),
    mark("unknown word: {found}"),
    mark("unknown: {found}"),
    mark("missing"),
    mark("missing, while the status is {status}"),
    mark("there, while the status is {status}"),
    mark("nothing there"),
    mark("no card drawn"),
    mark("not there"),
    mark("not there behind {count} cards"),
    mark("no orders on page {page}, though there should be some"),
    mark("the answer says {answer}, the drawn page says {drawn}"),
    mark("the word says {word}, {where} says {other}"),
    mark("this is another page: {address}"),
    mark("nothing there within {seconds} s"),
    mark("does not stand still within {seconds} s"),
    mark("it does not stand as it was filled in"),
    mark("not an amount: {found}"),
    mark("not an amount of {currency}: {found}"),
    mark("not a date: {found}"),
    mark("not a time of our day: {found}"),
    mark("not a number: {found}"),
    mark("not an id: {found}"),
    mark("not a tracking number: {found}"),
    mark("not one number: {found}"),
    mark("not one: {found}"),
    mark("not that of order {number}"),
    mark("can be read in two ways: {found}"),
    mark("{found} came, {asked} was asked for"),
    mark("{found} twice on one page"),
    mark("an order without lines"),
    mark("no row with that label"),
    mark("neither a word of success nor one of failure"),
    mark("an HTML page instead of JSON"),
    mark("the page has not arrived"),
    mark("no answer: only the drawn page tells what would be ordered"),
    mark("{count} amounts"),
    mark("{count} lines, the address asks for SKU {sku}"),
    mark("{count} of them open"),
    mark("{count} of them, {known} are known"),
    mark("{count} ticked that were not asked for"),
    mark("{titles} titles, {texts} texts"),
    mark("{asked} was asked for, another one is open"),
    mark("{typed} was typed, the form shows {shown}"),
    mark("a SKU id twice"),
    mark("a {found} instead of an object"),
    mark("a number beyond 2^53, perhaps rounded: {found}"),
    mark("an HTML page instead of a script"),
    mark("answered {seconds} s ago"),
    mark("armed while {phase}"),
    mark("broken JSON: {trouble}"),
    mark("more decimals than the currency has: {found}"),
    mark("named in the structure, but not there"),
    mark("neither a number nor an event drawn"),
    mark("no price for SKU {sku}"),
    mark("no product, title or quantity: {found}"),
    mark("no such call was recorded"),
    mark("nobody listens to it any more"),
    mark("not property:value: {found}"),
    mark("not text|whole|decimals: {found}"),
    mark("not the ids of its path"),
    mark("not there: a drawn page does not show the ids of its SKUs"),
    mark("nothing there, not even the empty place of a page without payment"),
    mark("product {product}, count {count}"),
    mark("product {product}, quantity {count}"),
    mark("quantity {count}, address {address}"),
    mark("the answer has {answer}, the drawn page has not"),
    mark("the form is not on the sign-in host"),
    mark("the page was loaded before the guard"),
    mark("the parts are not those of the text: {found}"),
    mark("unknown, or not {currency}: {found}"),
)
_PARTS = re.compile(r"(?:(?P<order>\d{8,}): )?(?P<page>[\w.]+): (?P<element>.+?): (?P<found>.+)", re.DOTALL)
_RAISED = re.compile(r"(?P<kind>[A-Z]\w+): (?P<text>.*)", re.DOTALL)


def page_name(page: str) -> str:
    """What a page, or one of AliExpress's data calls, is called."""
    if page.startswith("mtop."):
        return _("AliExpress's answer {name}").format(name=page)
    return _(PAGES[page]) if page in PAGES else page


def job_name(job: str) -> str:
    """What a job does."""
    return _(JOBS[job]) if job in JOBS else job


def run_name(name: str) -> str:
    """A job with whose it is: "pull:main"."""
    job, _colon, whose = name.partition(":")
    return f"{job_name(job)} ({whose})" if whose else job_name(job)


def changed(problem: str) -> str:
    """What is not as it was, from `page: element: what was found`, also with an order before it; else as it is."""
    parts = _PARTS.fullmatch(problem)
    if parts is None or not (parts["page"] in PAGES or parts["page"].startswith("mtop.")):
        return in_words(problem)
    found = in_words(parts["found"], INSTEAD)
    told = _(_CHANGED).format(page=page_name(parts["page"]), element=parts["element"], found=found)
    return f"{parts['order']}: {told}" if parts["order"] else told


def run_problem(problem: str) -> str:
    """How a run ended, from its record: an error with its class, or the orders that could not be read."""
    raised = _RAISED.fullmatch(problem)
    if raised is None or hasattr(builtins, raised["kind"]):
        return "; ".join(changed(each) for each in problem.split("; "))
    if raised["kind"] == "PersonNeeded":
        return _person(raised["text"])
    return changed(raised["text"])


def _person(text: str) -> str:
    from bot.persons import what_is_the_matter
    from flows.errors import NeedKind

    kind, _colon, detail = text.partition(": ")
    if kind not in list(NeedKind):
        return text
    matter = what_is_the_matter(NeedKind(kind))
    return f"{matter} ({in_words(detail)})" if detail else matter

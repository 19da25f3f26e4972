"""Redaction of recordings: nobody's data come out, whatever hides them; what readers read stays."""

import json
import random
import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.recordings import harmless
from bot.recordings.capture import RecordedCall, Recording
from bot.recordings.cases import Case
from bot.recordings.inventing import Inventor, plain
from bot.recordings.making import make_case
from bot.recordings.nodes import tree_of
from bot.recordings.redact import Redactor, Report
from flows.values import Site
from tests.persona import DUC, Persona, disguises, personas, split, traces

LIST = "mtop.aliexpress.trade.buyer.order.list"
URL = "https://www.aliexpress.com/p/order/detail.html?orderId={order}&email={mail}"


def taken(body: Any, answer: Any, someone: Persona) -> Recording:
    """A page whose address block and whose answer both name somebody, with more in both."""
    texts = (someone.name, someone.phone, someone.street)
    lines: list[Any] = [["div", {}, [], [text]] for text in texts]
    block: list[Any] = ["div", {"class": "contact-info"}, ["people", "surely"], lines]
    told = {
        "ret": ["SUCCESS::调用成功"],
        "data": {
            "addressVO": {
                "contactName": someone.name,
                "detailAddress": someone.street,
                "city": someone.city,
                "fullPhoneNo": someone.phone,
                "countryCode": "VN",
            },
            "more": answer,
        },
    }
    url = URL.format(order=someone.order, mail=someone.mail)
    calls = [RecordedCall(LIST, "fetch", 200, {"tradeOrderId": someone.order}, told)]
    whole: list[Any] = ["body", {}, [], [block, *body]]
    return Recording(url, url, "en-US", "Order details", tree_of(whole), calls)


def made(recording: Recording, **options: Any) -> tuple[Case, Report, list[str]]:
    """The case, the report, and all that would be written of the case."""
    case, report = make_case("order-detail/x", "order-detail", recording, Site(), **options)
    calls = [json.dumps(vars(one), ensure_ascii=False) for one in case.calls]
    return case, report, [case.html, json.dumps(vars(case.about)), *calls]


WHERE = ("text", "split", "title", "alt", "value", "data-x", "class", "href", "all")
FIELDS = ("memo", "buyerId", "anything", "itemTitle", "storeName", "trackingName", "richText", "utParams", "token")
VALUES, WAYS = range(10), range(13)


@settings(max_examples=60, deadline=None)
@given(
    personas(),
    st.lists(st.tuples(st.sampled_from(VALUES), st.sampled_from(WAYS), st.sampled_from(WHERE)), max_size=8),
    st.lists(st.tuples(st.sampled_from(VALUES), st.sampled_from(WAYS), st.sampled_from(FIELDS)), max_size=8),
    st.lists(st.integers(1, 40), min_size=1, max_size=12),
)
@example(DUC, [(value, way, "text") for value in VALUES for way in WAYS], [], [2, 5])
@example(DUC, [(value, 0, "split") for value in VALUES], [], list(range(40)))
@example(DUC, [], [(value, way, "anything") for value in VALUES for way in WAYS], [3])
@example(DUC, [], [(value, way, "itemTitle") for value in VALUES for way in WAYS], [3])
@example(DUC, [(value, way, "all") for value in VALUES for way in WAYS], [], [3])
def test_nobodys_data_come_out(
    someone: Persona, on_page: list[tuple[int, int, str]], in_answer: list[tuple[int, int, str]], cuts: list[int]
) -> None:
    """Proves that what is planted in pages and answers, in every disguise, is in nothing that is written."""
    values = [*someone.known, *someone.telling]
    body = [_planted(where, _disguised(values[value], way), cuts) for value, way, where in on_page]
    answer: list[dict[str, Any]] = [{field: _disguised(values[value], way)} for value, way, field in in_answer]
    answer.append({someone.mail: 1, f"order_{someone.order}": {"id": int(someone.order)}, "n": int(someone.buyer)})
    _, _, written = made(taken(body, answer, someone), secrets=[someone.token])
    assert [] == traces(someone, *written)


def _disguised(value: str, way: int) -> str:
    return list(disguises(value).values())[way]


def _planted(where: str, value: str, cuts: list[int]) -> list[Any]:
    if where == "text":
        return ["div", {}, [], [value]]
    if where == "all":  # in the title of a product
        return ["span", {}, ["line_title"], [value]]
    if where == "split":
        return ["p", {}, [], split(value, cuts)]
    if where == "href":
        return ["a", {"href": f"https://www.aliexpress.com/p/x.html?who={value}"}, [], ["Details"]]
    return ["input" if where == "value" else "b", {where: value}, [], []]


def test_what_is_looked_for_would_be_found() -> None:
    """Proves that the search itself works: without redaction, every value is found in every disguise."""
    for value in (*DUC.known, *DUC.telling):
        for disguise, hidden in disguises(value).items():
            text = json.dumps({"x": hidden}) if "json" in disguise else hidden
            assert value in traces(DUC, text), disguise
            assert value in traces(DUC, made(taken([["p", {}, [], [hidden]]], {}, DUC), redacted=False)[2][0])


def test_the_same_becomes_the_same_in_page_and_answers() -> None:
    """Proves that a name, a number and a phone are one other name, number and phone wherever they stand."""
    someone = ["p", {}, [], [f"Ref. Number: {DUC.order}"]]
    case, _, _ = made(taken([someone], {"contactName": DUC.name.upper(), "orderId": DUC.order}, DUC))
    told = case.calls[0].body["data"]
    block = re.findall(r"<div\n>([^<]+)</div>", case.html)
    assert block == [told["addressVO"][name] for name in ("contactName", "fullPhoneNo", "detailAddress")]
    assert told["addressVO"]["contactName"].upper() == told["more"]["contactName"]
    order = told["more"]["orderId"]
    assert f"Ref. Number: {order}" in case.html
    assert {"tradeOrderId": order} == case.calls[0].asked
    assert f"https://www.aliexpress.com/p/order/detail.html?orderId={order}" == case.about.url


def test_two_cases_of_one_person_have_nothing_in_common() -> None:
    """Proves that invented values are by chance: nobody can tell from two cases that they are of the same person."""
    one, other = (made(taken([], {}, DUC))[0].calls[0].body["data"]["addressVO"] for _ in range(2))
    for field in ("contactName", "detailAddress", "fullPhoneNo"):
        assert one[field] != other[field]


def test_invented_values_keep_their_shape() -> None:
    """Proves that numbers, codes, capitals and accents look as before, so that readers take them as they would."""
    inventor = Inventor(random.Random(1))
    assert re.fullmatch(r"\d{16}", inventor.number(DUC.order))
    assert int(inventor.number("9007199254740993")) < 2**53
    assert re.fullmatch(r"[A-Z]{2}\d{14}[A-Z]{2}", inventor.code(DUC.tracking))
    assert inventor.word("NGUYEN").isupper()
    assert not inventor.word("Đức").isascii()
    assert plain(inventor.word("Nguyễn")) == plain(inventor.word("NGUYEN"))
    assert inventor.mail(DUC.mail).endswith("@example.com")
    assert inventor.ip("113.161.72.18").startswith("203.0.113.")


@pytest.mark.parametrize("digits", ["0", "5", "00", "12", "123", "0912345678", "0" * 16])
def test_there_is_another_number_of_every_length(digits: str) -> None:
    """Proves that short numbers, of which there are few, get another one too, however many were given before."""
    inventor = Inventor(random.Random(1))
    inventor.avoid(map(str, range(1000)))
    now = inventor.number(digits)
    assert len(digits) == len(now)
    assert digits != now


@pytest.mark.parametrize(
    "text",
    ["Awaiting delivery", "Ref. Number", "Total: R$132,74", "Sep 1, 2026", "17 de abr. de 2026", "x2", "Delivered",
     "Địa chỉ giao hàng", "US $1,234.50", "1.299.000₫", "****", "", "Order placed on: Nov 23, 2026"],
)  # fmt: skip
def test_texts_of_the_site_are_harmless(text: str) -> None:
    """Proves that what the site prints for everyone stays, so that a case can still be read."""
    assert harmless.is_harmless(text)
    assert text == Redactor().text(text)


@pytest.mark.parametrize(
    "text",
    ["Hello Lan", "Paid by Lan", "0912", "12345", "May Lee", "Total: Lan", "Sep", "Hoàn", "A1B2", "&#76;", "%4c"],
)
def test_any_other_text_is_taken_out(text: str) -> None:
    """Proves that a text of unknown origin does not stay, even where nothing is known of anybody in it."""
    assert not harmless.is_harmless(text)
    assert "…" == Redactor().text(text)


def test_what_a_sign_in_page_wants_can_still_be_read() -> None:
    """Proves that of a text that tells what is wanted those words stay, and nobody who is named beside them."""
    assert "… account has been restricted …" == Redactor().text("Lan, your account has been restricted since 3 pm")


def test_texts_of_unknown_origin_can_be_kept_and_are_listed() -> None:
    """Proves that the words of a new design can be kept, that they are told, and that people go all the same."""
    body = [["p", {}, [], ["Purchase strip"]], ["p", {}, [], [f"Dear {DUC.name}"]]]
    case, report, written = made(taken(body, {}, DUC), keep_texts=True)
    assert "Purchase strip" in case.html
    assert "Purchase strip" in report.unknown
    assert [] == traces(DUC, *written)


def test_the_report_names_what_was_replaced_and_emptied() -> None:
    """Proves that the merchant sees each value with what stands for it, and each field that was emptied."""
    _, report, _ = made(taken([], {"csrfToken": DUC.token, "remark": "Ring twice", "orderId": DUC.order}, DUC))
    was = {one.was: one.now for one in report.replaced}
    assert {"Nguyễn", "Văn", "Đức", DUC.order} <= was.keys()
    assert all(value != now for value, now in was.items())
    assert {"csrfToken": 1, "remark": 1} == dict(report.emptied)


def test_what_is_known_from_elsewhere_is_found_in_a_title() -> None:
    """Proves that the merchant's own records help: a buyer's name in a title is found though no field has it."""
    line = ["span", {}, ["line_title"], ["Mug for Trần Thị Mỹ"]]
    assert "Trần Thị Mỹ" in made(taken([line], {}, DUC))[0].html
    assert "Mỹ" not in made(taken([line], {}, DUC), known=["Trần Thị Mỹ"])[0].html


def test_ids_of_products_stay() -> None:
    """Proves that what everyone may see stays as it is: products and SKUs, also where they look like order numbers."""
    line = {"productId": "1005006800000137", "skuId": 12000038500000091, "skuAttr": "14:193#Bear;5:200007741"}
    link = ["a", {"href": "//www.aliexpress.com/item/1005006800000137.html?spm=a2g.x"}, [], ["Details"]]
    case, _, _ = made(taken([link], line, DUC))
    assert line == case.calls[0].body["data"]["more"]
    assert 'href="//www.aliexpress.com/item/1005006800000137.html"' in case.html


@pytest.mark.parametrize(
    ("url", "left"),
    [
        ("//www.aliexpress.com/p/order/index.html?tab=all&uid=7", "//www.aliexpress.com/p/order/index.html?tab=all"),
        ("//www.aliexpress.com/item/1005006800000137.html", "//www.aliexpress.com/item/1005006800000137.html"),
        ("https://track.carrier.example/see?who=lan", "https://track.carrier.example/"),
        ("https://lan:secret@www.aliexpress.com/p/x.html", "https://www.aliexpress.com/p/x.html"),
        ("https://www.aliexpress.com/Lan Anh/x", "https://www.aliexpress.com/"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("mailto:lan@example.vn", ""),
        ("https://[", ""),
    ],
)
def test_addresses_keep_only_what_says_which_page_it_is(url: str, left: str) -> None:
    """Proves that of an address host, path and the known parameters stay, and nothing of anybody."""
    redactor = Redactor()
    redactor.collect(tree_of(["body", {}, [], []]), [], [url], [], [])
    assert left == redactor.address(url)

"""Each way in which the stand-in AliExpress can be told to go wrong, and that it goes no further."""

import json
from typing import Any

import httpx
import pytest

from bot.sandbox.aliexpress.faults import FaultError
from bot.sandbox.aliexpress.orders import OrderState
from bot.sandbox.aliexpress.state import AliWorld
from bot.sandbox.server import Sandbox
from tests.asking import DETAIL, GRACE, LIST, TOTE, TRACKING, Asker, block, code, in_state, orders


@pytest.mark.parametrize(
    ("faults", "expected"),
    [
        ({"captcha": True}, "FAIL_SYS_USER_VALIDATE"),
        ({"captcha": "RGV587_ERROR"}, "RGV587_ERROR"),
        ({"account_limited": True}, "FAIL_SYS_ACCESS_DENIED"),
        ({"traffic_limit": True}, "FAIL_SYS_TRAFFIC_LIMIT"),
        ({"signed_out": True}, "FAIL_SYS_SESSION_EXPIRED"),
    ],
)
def test_refusals_are_told_by_code(ali: AliWorld, asker: Asker, faults: dict[str, Any], expected: str) -> None:
    """Proves the `ret` code of each refusal, and that all is well again once the fault is off."""
    ali.set_faults(faults)
    refused = code(asker.get(LIST))
    ali.set_faults(dict.fromkeys(faults))
    assert (expected, "SUCCESS") == (refused, code(asker.get(LIST)))


def test_captcha_comes_after_some_answers(ali: AliWorld, asker: Asker) -> None:
    """Proves that `captcha_after` lets the stated number of answers through."""
    ali.set_faults({"captcha_after": 2})
    assert ["SUCCESS", "SUCCESS", "FAIL_SYS_USER_VALIDATE"] == [code(asker.get(LIST)) for _ in range(3)]


@pytest.mark.parametrize(("fault", "status"), [("http_500", 500), ("html", 200)])
def test_html_instead_of_an_answer(ali: AliWorld, asker: Asker, fault: str, status: int) -> None:
    """Proves that an answer can be a page of HTML, with or without status 500."""
    ali.set_faults({fault: True})
    answer = asker.get(LIST)
    assert (status, "<!doctype") == (answer.status_code, answer.text[:9])
    assert answer.headers["content-type"].startswith("text/html")


def test_broken_json_stops_in_the_middle(ali: AliWorld, asker: Asker) -> None:
    """Proves that the cut text starts like an answer and cannot be read."""
    ali.set_faults({"broken_json": True})
    text = asker.get(LIST).text
    with pytest.raises(ValueError, match=r"Unterminated|Expecting|delimiter"):
        json.loads(text)
    assert text.startswith('{"api"')


def test_lost_answer_closes_the_connection(ali: AliWorld, asker: Asker) -> None:
    """Proves that a lost answer is a connection which ends inside it."""
    ali.set_faults({"lost": True})
    with pytest.raises(httpx.RemoteProtocolError):
        asker.get(LIST)


def test_faults_inside_a_list_answer(ali: AliWorld, asker: Asker, me: str) -> None:
    """Proves the unknown word, the numeric id and the unknown currency, for the orders named and no others."""
    spared, hit = ali.bulk(2, me)
    ali.set_faults({"unknown_status": "Teleported", "id_as_number": True, "unknown_currency": True})
    ali.set_faults({"only_orders": [hit]})
    first, second = orders(asker.data(LIST))
    assert (int(hit), "Teleported", "QQQ") == (first["orderId"], first["statusText"], first["currencyCode"])
    assert (spared, "Processing", "USD") == (second["orderId"], second["statusText"], second["currencyCode"])


def test_empty_skeleton_and_missing_block(ali: AliWorld, asker: Asker, me: str) -> None:
    """Proves that SUCCESS may come with no block at all, or without one block, or without one field of the module."""
    (number,) = in_state(ali, me, OrderState.COMPLETED)
    ali.set_faults({"missing_block": "detail_order_price_block"})
    tags = {one["tag"] for one in asker.data(DETAIL, {"tradeOrderId": number})["data"].values()}
    ali.set_faults({"missing_block": "trackingDetailLineList"})
    module = asker.data(TRACKING, {"tradeOrderId": number})["module"]
    ali.set_faults({"missing_block": None, "empty_skeleton": True})
    empty = [asker.data(LIST)["data"], asker.data(DETAIL, {"tradeOrderId": number})["data"]]
    assert ("detail_product_block" in tags, "detail_order_price_block" in tags) == (True, False)
    assert "trackingDetailLineList" not in module
    assert empty == [{}, {}]


def test_blanks_in_a_tracking_number(ali: AliWorld, asker: Asker, me: str) -> None:
    """Proves that the number comes with blanks around and inside."""
    (number,) = in_state(ali, me, OrderState.AWAITING_DELIVERY)
    ali.set_faults({"blank_in_number": True})
    (parcel,) = asker.data(TRACKING, {"tradeOrderId": number})["module"]["trackingDetailLineList"]
    plain = ali.order(number).parcels[0].number
    assert (f" {plain[:4]} {plain[4:]} ", plain) == (parcel["mailNo"], parcel["mailNo"].replace(" ", ""))


def test_list_lags_behind_the_detail_page(ali: AliWorld, asker: Asker, me: str) -> None:
    """Proves that with `lag` the list shows the old state, and no new order, for so many answers."""
    (number,) = ali.bulk(1, me)
    asker.data(LIST)
    ali.set_faults({"lag": 2})
    ali.cancel(number)
    title = block(asker.data(DETAIL, {"tradeOrderId": number}), "detail_order_status_block")["title"]
    ali.buy(GRACE, [TOTE], me)
    seen = [[order["statusText"] for order in orders(asker.data(LIST))] for _ in range(3)]
    assert title == "Canceled"
    assert [["Processing"], ["Processing"], ["To pay", "Canceled"]] == seen


def test_faults_hit_only_what_they_are_meant_for(ali: AliWorld, asker: Asker, me: str) -> None:
    """Proves that `only_answers`, `only_orders` and `times` spare everything else."""
    one, other = ali.bulk(2, me)
    ali.set_faults({"html": True, "only_answers": ["detail"], "only_orders": [one], "times": 1})
    kinds = [
        asker.get(api, data).headers["content-type"].partition(";")[0]
        for api, data in [
            (LIST, {}),
            (DETAIL, {"tradeOrderId": other}),
            (TRACKING, {"tradeOrderId": one}),
            (DETAIL, {"tradeOrderId": one}),
            (DETAIL, {"tradeOrderId": one}),
        ]
    ]
    assert ["application/json"] * 3 + ["text/html", "application/json"] == kinds


@pytest.mark.parametrize(
    ("language", "words"),
    [("pt_BR", ("Aguardando a entrega ", "Data")), ("de", ("Warten auf Lieferung", "Bestelldatum"))],
)
def test_languages(ali: AliWorld, asker: Asker, me: str, language: str, words: tuple[str, str]) -> None:
    """Proves that words change with the language and tab codes do not."""
    ali.bulk(1, me, state=OrderState.AWAITING_DELIVERY)
    ali.set_faults({"language": language})
    data = asker.data(LIST, {"statusTab": "shipped"})
    (card,) = orders(data)
    codes = [tab["code"] for tab in block(data, "pc_om_list_header")["statusTabList"]]
    assert words == (card["statusText"], card["orderDateTitle"])
    assert ["all", "unpaid", "processing", "shipped", "completed"] == codes


def test_answer_of_unknown_shape(ali: AliWorld, asker: Asker, me: str) -> None:
    """Proves that the unknown design answers SUCCESS with nothing of the known shape."""
    ali.bulk(1, me)
    ali.set_faults({"design": "unknown"})
    assert "data" not in asker.data(LIST)


def test_unknown_fault_is_refused_by_name(ali: AliWorld) -> None:
    """Proves that a misspelt fault and a value of the wrong kind are named, with what there is."""
    with pytest.raises(FaultError, match=r"unknown fault 'captchas'; there are signed_out, captcha,"):
        ali.set_faults({"captchas": True})
    with pytest.raises(FaultError, match="fault 'language'"):
        ali.set_faults({"language": "fr"})
    assert ali.faults.model_dump(exclude_defaults=True) == {}


def test_signed_out_sessions_come_back(ali: AliWorld, asker: Asker, sandbox: Sandbox, me: str) -> None:
    """Proves that sessions end when the fault is set, that a later sign-in holds, and that the old one comes back."""
    ali.set_faults({"signed_out": True})
    with Asker(sandbox, ali.sign_in(me)) as later:
        during = [code(asker.get(LIST)), code(later.get(LIST))]
    ali.set_faults({"signed_out": False})
    assert ["FAIL_SYS_SESSION_EXPIRED", "SUCCESS", "SUCCESS"] == [*during, code(asker.get(LIST))]


def test_only_answered_list_pages_are_counted(ali: AliWorld, asker: Asker) -> None:
    """Proves that a page of the list counts once for each ten orders answered, and not when it was refused."""
    before = ali.page_loads["list"]
    asker.get(LIST)
    ali.set_faults({"traffic_limit": True})
    asker.get(LIST)
    assert ali.page_loads["list"] == before + 1

"""The envelope and the block shapes of the data answers (aliexpress.md 4 to 6), and which API gives which answer."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.sandbox.aliexpress.faults import AnswerKind, Faults
from bot.sandbox.aliexpress.prices import format_rules
from bot.sandbox.aliexpress.words import Words, words_for
from flows.values import Site

Json = dict[str, Any]

LIST_API = "mtop.aliexpress.trade.buyer.order.list"
COUNT_API = "mtop.aliexpress.trade.buyer.order.count"
DETAIL_API = "mtop.aliexpress.trade.buyer.order.detail"
TRACKING_API = "mtop.ae.ld.querydetail"
OPERATION_API = "mtop.aliexpress.trade.buyer.order.operation"
PRODUCT_API = "mtop.aliexpress.pdp.pc.query"
KIND_OF_API: dict[str, AnswerKind] = {
    LIST_API: "list",
    COUNT_API: "count",
    DETAIL_API: "detail",
    TRACKING_API: "tracking",
    PRODUCT_API: "product",
    "mtop.aliexpress.checkout.renderorder": "checkout",
    "mtop.aliexpress.checkout.adjustorder": "checkout",
    "mtop.aliexpress.address.addressinfo.get": "addresses",
    "mtop.aliexpress.address.shipto.division.get": "divisions",
    "mtop.aliexpress.address.addressinfo.save": "address",
    # The real name is not publicly known; this one is of its siblings' kind, and stands in the sandbox alone.
    "mtop.aliexpress.checkout.placeorder": "place",
    OPERATION_API: "operation",
}
SUCCESS = "SUCCESS::调用成功"


@dataclass(frozen=True)
class Asked:
    """One data call: who asks for what, on which site, and which faults the answer meets."""

    data: Json
    account: str
    faults: Faults
    site: Site

    @property
    def words(self) -> Words:
        """The texts that this answer uses."""
        return words_for(self.faults.language, self.faults.design)


def envelope(api: str, data: Json, code: str = SUCCESS) -> Json:
    """What every answer is wrapped in."""
    trace = f"2103{datetime.now(UTC):%Y%m%d%H%M%S%f}0e0f1b"
    return {"api": api, "data": data, "ret": [code], "traceId": trace, "v": "1.0"}


def block(tag: str, suffix: str, fields: Json, position: str | None = "body", *, script: str | None = None) -> Json:
    """One "Ultron" block; its key is the tag and a suffix that is not to be relied on."""
    whole: Json = {
        "fields": fields,
        "id": suffix,
        "scriptKey": script or f"{tag[0].upper()}{tag[1:]}_{suffix}",
        "status": "normal",
        "tag": tag,
        "type": tag,
    }
    return whole if position is None else {**whole, "position": position}


def page_data(blocks: dict[str, Json], root: str, structure: dict[str, list[str]], currencies: set[str]) -> Json:
    """The `data` of a list or detail answer: blocks by key, and the tree that puts them in order."""
    return {
        "container": {"data": []},
        "data": blocks,
        "endpoint": {
            "droplet": True,
            "mode": "pc",
            "osVersion": "9.9.9",
            "protocolVersion": "3.0",
            "standard": True,
            "ultronage": True,
        },
        "global": {
            "curTime": milliseconds(datetime.now(UTC)),
            "response": {},
            "refreshPage": True,
            "local_ab": True,
            "global_price_local_config": {code: format_rules(code) for code in sorted(currencies)},
        },
        "hierarchy": {
            "component": sorted({one["tag"] for one in blocks.values()}),
            "root": root,
            "structure": structure,
        },
        "linkage": {"common": {}, "input": [], "request": [], "signature": {"stub": True}},
        "reload": True,
    }


def empty_page(root: str) -> Json:
    """SUCCESS with nothing in it: what the site answers to a question that it does not understand."""
    return page_data({}, root, {}, set())


def without_block(data: Json, name: str | None) -> Json:
    """The same data without the blocks of a tag."""
    if name is None:
        return data
    kept = {key: one for key, one in data["data"].items() if one["tag"] != name}
    return {**data, "data": kept}


def milliseconds(at: datetime) -> int:
    """A moment as the answers write it."""
    return int(at.timestamp() * 1000)

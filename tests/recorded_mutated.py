"""Cases made of others: a page or an answer changed in the way in which mutations once found a misreading."""

import json
import re
from collections.abc import Callable
from dataclasses import replace

from bot.recordings.cases import Case
from tests.recorded_scenes import BAG, Scene, form, many


def _other_digits(case: Case) -> Case:
    number = re.search(r"orderId=(\d+)", case.about.url)
    assert number is not None
    other = "".join(chr(0x660 + int(digit)) for digit in number[1])
    return replace(case, html=case.html.replace(f"<span>{number[1]}</span>", f"<span>{other}</span>"))


def _html(pattern: str, now: str) -> Callable[[Case], Case]:
    """The page with one thing drawn otherwise."""

    def redrawn(case: Case) -> Case:
        html, count = re.subn(pattern, now, case.html, count=1, flags=re.DOTALL)
        assert count == 1, pattern
        return replace(case, html=html)

    return redrawn


def _answer(pattern: str, now: str) -> Callable[[Case], Case]:
    """The answers with one thing said otherwise."""

    def redrawn(case: Case) -> Case:
        said = [json.dumps(one.body) for one in case.calls]
        assert re.search(pattern, " ".join(said)), pattern
        calls = [
            replace(one, body=json.loads(re.sub(pattern, now, body)))
            for one, body in zip(case.calls, said, strict=True)
        ]
        return replace(case, calls=tuple(calls))

    return redrawn


FOUND = "made of another case: what mutations found once"
SCENES = (
    Scene("order-list/full-page-without-button", many, "calls", note=FOUND,
          redrawn=_html(r'<div class="order-more".*?</button></div>', "")),
    Scene("order-detail/number-in-other-digits", lambda stage: stage.detail(stage.paid(BAG)), "calls", note=FOUND,
          redrawn=_other_digits),
    Scene("product/no-sku-attr", lambda stage: stage.item("Canvas Tote Bag"), "AnswerChanged", note=FOUND,
          redrawn=_answer('"skuAttr"', '"skuAttribute"')),
    Scene("confirm/no-place-for-payment", lambda stage: stage.buyer(kind="place_order_card").confirm(), "PageChanged",
          note=FOUND, redrawn=_html(r'class="placeorder-page-payment-container".*?<button', "><div><div><button")),
    Scene("confirm/lost-shop-title", lambda stage: stage.confirm(), "page", note=FOUND,
          redrawn=_answer(r'"checkout_shop_title_\w+": \{', '"shop_title": {')),
    Scene("address/dialog-with-another-choice", lambda stage: stage.confirm(), "page", {"address_design": "form"},
          act=form, note=FOUND, redrawn=_html(r'(<input type="text" role="combobox"[^>]*>)', r"\1\1")),
    Scene("address/drawer-name-without-its-box", lambda stage: stage.confirm(), "page", act=form, note=FOUND,
          redrawn=_html(r'<div class="mt-form-item[^>]*>(<span[^>]*>Last name\*</span><input[^>]*>)</div>', r"\1")),
)  # fmt: skip

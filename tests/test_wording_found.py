"""What the pages' readers say, in the merchant's language: each of their messages is known word for word."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bot import language
from bot.facts import Said, Why
from bot.wording import sentence
from bot.wording_found import FOUND, fitting, in_words
from bot.wording_pages import INSTEAD, PAGES, run_problem
from flows.selector_files import pages

FLOWS = Path(__file__).resolve().parents[1] / "flows"
# Which argument of each is read by a merchant as it stands.
MESSAGE = {"CannotBuy": 1, "TryLater": 0, "OutcomeUnknown": 0, "SavedFileError": 0, "SelectorFileError": 0}
INSTEAD_OF = {"PageChanged": 2, "AnswerChanged": 2}


def messages(where: Mapping[str, int]) -> Iterator[str]:
    """Every message of `flows` that is told, with something in its places."""
    for file in sorted(FLOWS.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in where:
                yield from (_text(each) for each in node.args[where[node.func.id] :][:1] if _is_text(each))


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values)
    assert isinstance(node, ast.Constant)
    return str(node.value)


@pytest.mark.parametrize(("where", "templates"), [(MESSAGE, FOUND), (INSTEAD_OF, INSTEAD)], ids=["errors", "pages"])
def test_every_message_is_known(where: Mapping[str, int], templates: tuple[str, ...]) -> None:
    """Proves that no message of a reader escapes the catalogue; those that only pass on another's words say nothing."""
    told = {message for message in messages(where) if message.replace("X", "").strip(" :;,")}
    assert len(told) > 30
    assert [] == sorted(message for message in told if fitting(message, templates) is None)


def test_every_page_has_a_name() -> None:
    """Proves that each page of which a selector file tells is named in words."""
    assert set() == set(pages()) - PAGES.keys()


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        ("8214398062177351: order_detail: status: unknown word: 'Gone' (kept in evidence/2026-1)",
         "8214398062177351: trang đơn hàng, \"status\": có chữ lạ: 'Gone' (lưu ở evidence/2026-1)"),
        ("PageChanged: order_list: card: no card drawn", "danh sách đơn hàng, \"card\": không thấy thẻ đơn nào"),
        ("PersonNeeded: captcha", "AliExpress muốn kiểm tra rằng có người thật (thanh trượt, hoặc chọn hình)"),
        ("ValueError: out of range", "ValueError: out of range"),
    ],
)  # fmt: skip
def test_problem_of_a_run_in_vietnamese(problem: str, told: str) -> None:
    """Proves that what stands in the record of a run is told by the names that a merchant knows."""
    language.use("vi")
    try:
        assert told == run_problem(problem)
    finally:
        language.use("en")


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("asked 2, page shows 1", "cần 2, trang hiện 1"),
        ("quote 1299 USD, page shows 1599 USD", "báo giá 1299 USD, trang hiện 1599 USD"),
        ("asked CAINIAO, page shows none", "cần CAINIAO, trang hiện không có"),
        ("mtop.x.y: no answer within 20 s", "mtop.x.y: không trả lời trong 20 giây"),
        ("words of a stranger {x}", "words of a stranger {x}"),
    ],
)
def test_details_in_vietnamese(message: str, told: str) -> None:
    """Proves that a detail is told in Vietnamese, part by part, and that what is not known stays as it is."""
    language.use("vi")
    try:
        assert told == in_words(message)
    finally:
        language.use("en")
    assert message == in_words(message)


def test_a_held_purchase_tells_its_detail_too() -> None:
    """Proves that the detail inside a sentence is in the language of the sentence."""
    data = {"code": "quantity_changed", "detail": "asked 2, page shows 1", "order": "#1001", "line": 1}
    language.use("vi")
    try:
        assert "AliExpress đổi số lượng (cần 2, trang hiện 1); hãy xem sản phẩm ở đó" == sentence(Said(Why.HELD, data))
    finally:
        language.use("en")

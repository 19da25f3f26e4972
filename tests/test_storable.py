"""Text that any database can hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.storable import storable


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Áo [/M] đỏ", "Áo [/M] đỏ"),
        ("Cat Tunnel 🐈", "Cat Tunnel 🐈"),
        ("فاطمة\u200f", "فاطمة\u200f"),
        ("Cat \ud83d", "Cat \ufffd"),
        ("\udc08 Cat", "\ufffd Cat"),
        ("a\0b", "ab"),
        ("", ""),
    ],
)
def test_what_is_kept(text: str, kept: str) -> None:
    """Any real text stays as it is; NUL goes, and half an emoji becomes a replacement sign."""
    assert kept == storable(text)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_whole_text_is_never_changed(text: str) -> None:
    """What UTF-8 can hold comes back the same."""
    assert text == storable(text)


@given(st.text(st.characters()))
def test_the_result_can_always_be_written(text: str) -> None:
    """Whatever comes in, what comes out is UTF-8 without NUL."""
    assert b"\0" not in storable(text).encode()

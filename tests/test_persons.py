"""What a person is needed for: each kind with its one instruction and its own rule of looking again."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.persons import NEEDS, look_again_at, what_is_the_matter, what_to_do
from flows.errors import NeedKind

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
H = timedelta(hours=1)


@pytest.mark.parametrize("kind", NeedKind)
def test_every_kind_says_what_and_how(kind: NeedKind) -> None:
    """Each kind has its own words and one instruction, which names the account and the command that begins it."""
    assert 1 == [need.says for need in NEEDS.values()].count(NEEDS[kind].says)
    assert what_is_the_matter(kind)
    told = what_to_do(kind, "vn")
    assert "dropferry login vn" in told
    assert "{" not in told


def test_the_secret_to_mend_is_named() -> None:
    """A wrong password names the very secret that is to be set anew, the sandbox's in the sandbox."""
    assert "dropferry secret set vn-aliexpress-password" in what_to_do(NeedKind.WRONG_PASSWORD, "vn")
    told = what_to_do(NeedKind.WRONG_PASSWORD, "vn", sandbox=True)
    assert "dropferry secret set sandbox-vn-aliexpress-password" in told


@pytest.mark.parametrize(
    ("kind", "rests"),
    [
        (NeedKind.SIGNED_OUT, [None, None]),
        (NeedKind.WRONG_PASSWORD, [None, None]),
        (NeedKind.CAPTCHA, [6 * H, 24 * H, 24 * H]),
        (NeedKind.SECOND_FACTOR, [None]),
        (NeedKind.EMAIL_CODE, [None]),
        (NeedKind.TERMS, [12 * H, 12 * H]),
        (NeedKind.ACCOUNT_LIMITED, [24 * H, 24 * H]),
        (NeedKind.OTHER_ACCOUNT, [None]),
    ],
)
def test_when_the_robot_looks_again(kind: NeedKind, rests: list[timedelta | None]) -> None:
    """Where only a sign-in helps it never does; where the site may change its mind it rests longer each time."""
    wanted = [None if rest is None else NOW + rest for rest in rests]
    assert wanted == [look_again_at(kind, tries, NOW) for tries in range(1, len(rests) + 1)]

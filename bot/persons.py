"""What a person is needed for on an AliExpress account: one instruction each, and when the robot may look again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.language import _, mark
from flows.errors import NeedKind


@dataclass(frozen=True, slots=True)
class Need:
    """One kind of need: what is the matter, the one thing to do, and after which rests the robot looks by itself.

    Without a rest only a sign-in ends it; the last rest is taken again and again. Nobody is told a second time.
    """

    says: str
    do: str
    rests: tuple[timedelta, ...] = ()


NEEDS: dict[NeedKind, Need] = {
    NeedKind.SIGNED_OUT: Need(
        mark("nobody is signed in any more"),
        mark("sign in again: dropferry login {account}"),
    ),
    NeedKind.WRONG_PASSWORD: Need(
        mark("AliExpress does not take the name or the password that is kept for it"),
        mark("keep the right one: dropferry secret set {secret}; then sign in: dropferry login {account}"),
    ),
    NeedKind.CAPTCHA: Need(
        mark("AliExpress wants to see that a person is there (a slider, or a picture to choose)"),
        mark("do that check yourself, in the window that this opens: dropferry login {account}"),
        (timedelta(hours=6), timedelta(hours=24)),
    ),
    NeedKind.SECOND_FACTOR: Need(
        mark("AliExpress wants a second proof that it is you"),
        mark("give it that proof, in the window that this opens: dropferry login {account}"),
    ),
    NeedKind.EMAIL_CODE: Need(
        mark("AliExpress has mailed you a code and wants it typed in"),
        mark("type the code, in the window that this opens: dropferry login {account}"),
    ),
    NeedKind.TERMS: Need(
        mark("AliExpress has terms that only you can accept"),
        mark("read them and decide, in the window that this opens: dropferry login {account}"),
        (timedelta(hours=12),),
    ),
    NeedKind.ACCOUNT_LIMITED: Need(
        mark("AliExpress has limited this account"),
        mark(
            "see what AliExpress says about it, in its app or in the window that this opens: dropferry login {account}"
        ),
        (timedelta(hours=24),),
    ),
    NeedKind.OTHER_ACCOUNT: Need(
        mark("somebody else's AliExpress account is signed in here than before"),
        mark(
            "sign in as before: dropferry login {account}; or, if the account has really changed: "
            "dropferry login {account} --replace"
        ),
    ),
}

# Who is signed in is not known any more once one of these is asked for.
SIGNS_OUT = frozenset(
    {NeedKind.SIGNED_OUT, NeedKind.WRONG_PASSWORD, NeedKind.SECOND_FACTOR, NeedKind.EMAIL_CODE, NeedKind.OTHER_ACCOUNT}
)


def what_is_the_matter(kind: NeedKind) -> str:
    """What is the matter, in a few words of the merchant's language."""
    return _(NEEDS[kind].says)


def what_to_do(kind: NeedKind, account: str, *, sandbox: bool = False) -> str:
    """The one thing to do about it, with the command that begins it."""
    from bot.secrets import account_secrets, stored_name

    _user, password = account_secrets(account)
    return _(NEEDS[kind].do).format(account=account, secret=stored_name(password, sandbox))


def look_again_at(kind: NeedKind, tries: int, now: datetime) -> datetime | None:
    """When the robot may look by itself after it was asked `tries` times in a row; None: not before a sign-in."""
    rests = NEEDS[kind].rests
    return now + rests[min(tries, len(rests)) - 1] if rests else None

"""The envelope of AliExpress's data calls ("mtop"): JSONP or JSON around `{api, v, ret, data}`."""

import json
import re
from typing import Any, NoReturn

from flows.errors import AnswerChanged, FlowError, NeedKind, PageChanged, PersonNeeded, TryLater

JSONP = re.compile(r"^(?:/\*\*/)?\s*[A-Za-z_$][\w$.]*\s*\((.*)\)\s*;?$", re.DOTALL)

# What `ret` says, and what has to happen next (aliexpress.md 4).
RENEWED_TOKEN = {"FAIL_SYS_TOKEN_EMPTY", "FAIL_SYS_TOKEN_EXOIRED", "FAIL_SYS_TOKEN_EXPIRED", "FAIL_SYS_ILLEGAL_ACCESS"}
SIGNED_OUT = {"FAIL_SYS_SESSION_EXPIRED", "FAIL_SYS_SID_INVALID", "NEED_LOGIN", "FAIL_SYS_NEED_LOGIN"}
HUMAN_CHECK = {"FAIL_SYS_USER_VALIDATE", "RGV587_ERROR"}
TOO_FAST = {"FAIL_SYS_TRAFFIC_LIMIT"}
REFUSED = {"FAIL_SYS_ACCESS_DENIED"}


class TokenRenewed(TryLater):
    """The answer only renewed the token: the page repeats the call by itself."""


def unwrap(text: str, api: str, status: int = 200) -> dict[str, Any]:
    """The `data` of one answer of `api`.

    Raises TokenRenewed, PersonNeeded or TryLater by its `ret` code, AnswerChanged for broken JSON or an HTML page,
    PageChanged for a code that is not known.
    """
    _check_status(api, status)
    envelope = parse(text, api)
    if "ret" not in envelope:
        raise AnswerChanged(api, "ret", "missing")
    _check_codes(api, codes_of(envelope["ret"]))
    data = envelope.get("data")
    if not isinstance(data, dict) or not data:
        raise AnswerChanged(api, "data", "empty skeleton" if not data else f"a {type(data).__name__}")
    return data


def parse(text: str, api: str) -> dict[str, Any]:
    """The object that an answer holds, its JSONP wrapper taken off; AnswerChanged where it is no JSON object."""
    text = text.lstrip("\ufeff").strip()
    if text.startswith("<"):
        raise AnswerChanged(api, "answer", "an HTML page instead of JSON")
    wrapped = JSONP.match(text)
    try:
        answer = json.loads(wrapped.group(1) if wrapped else text, parse_constant=_no_such_number)
    except (ValueError, RecursionError) as error:
        raise AnswerChanged(api, "answer", f"broken JSON: {error}") from error
    if not isinstance(answer, dict):
        raise AnswerChanged(api, "answer", f"a {type(answer).__name__} instead of an object")
    return answer


def codes_of(ret: object) -> list[str]:
    """`["SUCCESS::调用成功"]` is `["SUCCESS"]`; a bare text counts as a list of one."""
    entries = ret if isinstance(ret, list) else [ret]
    return [str(entry).split("::", 1)[0].strip() for entry in entries]


def _check_status(api: str, status: int) -> None:
    if status == 429 or status >= 500:
        raise TryLater(f"{api}: HTTP {status}")
    if status >= 400:
        raise AnswerChanged(api, "HTTP status", str(status))


def _check_codes(api: str, codes: list[str]) -> None:
    if codes and all(code == "SUCCESS" for code in codes):
        return
    said = ", ".join(codes)
    means: list[tuple[set[str], FlowError]] = [
        (HUMAN_CHECK, PersonNeeded(NeedKind.CAPTCHA, f"{api}: {said}")),
        (REFUSED, PersonNeeded(NeedKind.ACCOUNT_LIMITED, f"{api}: {said}")),
        (SIGNED_OUT, PersonNeeded(NeedKind.SIGNED_OUT, f"{api}: {said}")),
        (TOO_FAST, TryLater(f"{api}: {said}")),
        (RENEWED_TOKEN, TokenRenewed(f"{api}: {said}")),
    ]
    for known, error in means:
        if known.intersection(codes):
            raise error
    raise PageChanged(api, "ret", said or "empty")


def _no_such_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON number")

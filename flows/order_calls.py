"""What an order call was answered, as far as that tells whether anything was ordered; the page itself is not read."""

from dataclasses import dataclass

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Request

from flows.errors import AnswerChanged
from flows.guard_rules import NAME
from flows.mtop import codes_of, parse

RETRY = "FAIL_SYS_TOKEN_"  # nothing was processed: the page repeats the call
SUCCESS = "SUCCESS"


@dataclass(frozen=True)
class Answer:
    """What was answered: `codes` and `texts` of its `ret`, none where the answer was lost or cannot be read."""

    codes: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()

    @property
    def is_success(self) -> bool:
        """Whether the site took the call."""
        return bool(self.codes) and all(code == SUCCESS for code in self.codes)

    @property
    def was_for_nothing(self) -> bool:
        """Whether its token was old and nothing was processed."""
        return bool(self.codes) and all(code.startswith(RETRY) for code in self.codes)


def answer_of(request: Request) -> Answer | None:
    """The answer to an order call; None as long as there is none."""
    if request.failure:
        return Answer()
    response = request.existing_response
    if response is None:
        return None
    try:
        ret = parse(response.text(), NAME).get("ret")
    except (PlaywrightError, AnswerChanged, UnicodeDecodeError):
        return Answer()
    entries = ret if isinstance(ret, list) else [ret]
    return Answer(tuple(codes_of(ret)), tuple(str(entry).partition("::")[2].strip() for entry in entries))

"""What dropferry did, line by line: readable for whoever watches, and as JSON in the home folder.

Lines are kept while `kept` runs; else they go nowhere. Every line says in which run of which job it was written, for
which shop, account and order; secrets and people's data are taken out of all of them (bot/redaction.py).
"""

import contextlib
import logging
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.home import Home
from bot.redaction import known

if TYPE_CHECKING:
    import structlog

FILE = "dropferry.jsonl"
Line = Callable[[str], None]
# Whose every line is wanted; of others only what they warn of. httpx would log each address that it opens.
_OURS = ("bot", "flows")
_handlers: list[logging.Handler] = []


@contextlib.contextmanager
def kept(home: Home, terminal: Line | None = None) -> Iterator[None]:
    """While the block runs lines go to the home's log; what is said to the merchant goes to `terminal`, too."""
    from bot import log_events
    from bot.log_files import JsonLines

    _configure()
    log_events.watch()
    _attach(JsonLines(home.logs / FILE), _json)
    if terminal is not None:
        _attach(_Terminal(terminal), _readable)
    for name in _OURS:
        logging.getLogger(name).setLevel(logging.INFO)
    try:
        yield
    finally:
        for handler in _handlers:
            logging.getLogger().removeHandler(handler)
        _handlers.clear()


def is_on() -> bool:
    """Whether lines are kept."""
    return bool(_handlers)


def say(text: str) -> None:
    """A line for the merchant: it is logged, and shown on the terminal if there is one."""
    _write("info", text, said=True)


def spoken(show: Line) -> Line:
    """What shows a line to the merchant by `show`, and logs it."""

    def both(text: str) -> None:
        show(text)
        note(text)

    return both


def note(event: str, **facts: Any) -> None:
    """A line for the log alone."""
    _write("info", event, **facts)


def warn(event: str, **facts: Any) -> None:
    """A line about trouble that is over with it."""
    _write("warning", event, **facts)


def trouble(event: str, error: BaseException, **facts: Any) -> None:
    """A line about an error, with the whole story of one that nobody foresaw."""
    _write("error", event, error=type(error).__name__, exc_info=error, **facts)


@contextlib.contextmanager
def about(**facts: str | None) -> Iterator[None]:
    """What every line within is about: job, run, shop, account, order; None is left out."""
    if not is_on():
        yield
        return
    from structlog.contextvars import bound_contextvars

    with bound_contextvars(**{name: fact for name, fact in facts.items() if fact is not None}):
        yield


def run_of(name: str, at: datetime, tries: int = 1) -> dict[str, str]:
    """What `about` says of one run of a job named as in the table of runs: "pull:main" is of a shop, others of an
    account."""
    job, _, whose = name.partition(":")
    kind = "shop" if job in ("pull", "push") else "account"
    return {"job": job, "run": f"{name}/{at:%Y%m%dT%H%M%SZ}.{tries}", **({kind: whose} if whose else {})}


def _write(level: str, event: str, **facts: Any) -> None:
    if is_on():
        import structlog

        told = {name: fact for name, fact in facts.items() if fact not in (None, {}, [], "")}
        getattr(structlog.get_logger("bot"), level)(event, **told)


def _configure() -> None:
    import structlog

    structlog.configure(
        processors=[*_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _shared() -> "list[structlog.typing.Processor]":
    """What becomes of every line, ours and those of others, in this order; the redaction sees all of it."""
    import structlog

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.format_exc_info,
        redact,
    ]


def redact(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """The line without secrets and without anybody's data; a record of the standard library is left as it is."""
    return {
        name: each if name in ("_record", "_from_structlog") else known.value(each, name) for name, each in line.items()
    }


def _attach(handler: logging.Handler, render: Callable[[Any, str, MutableMapping[str, Any]], str]) -> None:
    import structlog

    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_shared(),
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    _handlers.append(handler)
    logging.getLogger().addHandler(handler)


def _json(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> str:
    import json

    first = {name: line[name] for name in ("at", "level", "event") if name in line}
    rest = {name: each for name, each in line.items() if name not in first and name != "said"}
    return json.dumps({**first, **rest}, ensure_ascii=False, default=str)


def _readable(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> str:
    return str(line["event"])


class _Terminal(logging.Handler):
    """Shows what is said to the merchant, and nothing else."""

    def __init__(self, show: Line) -> None:
        super().__init__()
        self._show = show
        self.addFilter(lambda record: isinstance(record.msg, dict) and bool(record.msg.get("said")))

    def emit(self, record: logging.LogRecord) -> None:
        self._show(self.format(record))

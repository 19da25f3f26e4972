"""From an answer's JSON to replies: wrappers taken off, what is missing named with the order it is missing in."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from bot.language import _
from bot.shopbase.calls import Answer
from bot.shopbase.fields import minor_digits, plain_text
from bot.shopbase.replies import FulfillmentReply, OrderReply, Reply

R = TypeVar("R", bound=Reply)


def unwrapped(body: Any, *names: str) -> Any:
    """Takes off the wrappers `names`, one inside the other or none at all: {"result": {"order": {…}}} and {…} alike."""
    while isinstance(body, Mapping):
        inner = next((body[name] for name in names if isinstance(body.get(name), Mapping | list)), None)
        if inner is None:
            return body
        body = inner
    return body


def rows(answer: Answer, name: str) -> list[Any]:
    """Returns the list under `name`, or a bare list; null is an empty one."""
    body = unwrapped(answer.body, name, "result")
    if isinstance(body, list):
        return body
    if isinstance(body, Mapping) and name in body and body[name] is None:
        return []
    raise answer.changed(_("missing"), field=name)


def read_order(answer: Answer, raw: Any) -> OrderReply:
    """Reads one order; a missing or odd field is ShopReplyChanged naming the order and the field."""
    subject = _subject(_("order"), raw)
    if not isinstance(raw, Mapping):
        raise answer.changed(_("not an object"), subject=subject)
    currency = plain_text(raw.get("currency")).strip().upper()
    if not currency:
        raise answer.changed(_("missing"), subject=subject, field="currency")
    try:
        minor_digits(currency)
    except ValueError as unknown:
        raise answer.changed(str(unknown), subject=subject, field="currency") from unknown
    return read_reply(answer, OrderReply, {**raw, "currency": currency}, subject, {"currency": currency})


def read_fulfillment(answer: Answer, raw: Any) -> FulfillmentReply:
    """Reads one fulfilment; a missing or odd field is ShopReplyChanged naming the fulfilment and the field."""
    return read_reply(answer, FulfillmentReply, raw, _subject(_("fulfilment"), raw))


def read_reply(answer: Answer, model: type[R], raw: Any, subject: str, context: Mapping[str, str] | None = None) -> R:
    """Reads `raw` as `model`, or raises ShopReplyChanged naming `subject` and the first field that is wrong."""
    try:
        return model.model_validate(raw, context=dict(context or {}))
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_input=False)[0]
        detail = _("missing") if first["type"] in {"missing", "too_short"} else first["msg"]
        raise answer.changed(detail, subject=subject, field=_field(first["loc"])) from wrong


def _field(place: tuple[int | str, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).lstrip(".")


def _subject(kind: str, raw: Any) -> str:
    if not isinstance(raw, Mapping):
        return kind
    name = plain_text(raw.get("name"))
    told = [kind, plain_text(raw.get("id")), f"({name})" if name else ""]
    return " ".join(filter(None, told))

"""What is sent to ShopBase."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

DigitId = Annotated[str, StringConstraints(pattern=r"^[1-9]\d{0,18}$")]


class LineQuantity(BaseModel):
    """How many of an order line to send."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    line_id: DigitId
    quantity: Annotated[int, Field(gt=0)]


class FulfillmentRequest(BaseModel):
    """A fulfilment to create. Lines are always named, because a store takes a request without lines for all of them.

    `notify_customer` has no default: the store's own default mails the buyer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    lines: Annotated[tuple[LineQuantity, ...], Field(min_length=1)]
    notify_customer: bool
    tracking_number: str | None = None
    tracking_company: str | None = None
    tracking_url: str | None = None
    service: str | None = None

    def body(self) -> dict[str, Any]:
        """Returns the JSON body, without the keys that are not set."""
        lines = [{"id": int(line.line_id), "quantity": line.quantity} for line in self.lines]
        told = tracking_body(self.tracking_number, self.tracking_company, self.tracking_url)
        service = {"service": self.service} if self.service else {}
        return {"fulfillment": {"line_items": lines, "notify_customer": self.notify_customer, **told, **service}}


def tracking_body(number: str | None, company: str | None, url: str | None) -> dict[str, str]:
    """Returns the tracking keys of a fulfilment body, only those that are set."""
    told = {"tracking_number": number, "tracking_company": company, "tracking_url": url}
    return {key: text for key, text in told.items() if text}

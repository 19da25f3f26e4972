"""The ways in which buying on the stand-in AliExpress can be told to go wrong.

A place is "item", "confirm" or "press": from the product page on, from the confirm page on, or at the order call alone.

| name               | value               | what then happens                                                     |
|--------------------|---------------------|-----------------------------------------------------------------------|
| signed_out_at      | a place             | data calls from there on answer FAIL_SYS_SESSION_EXPIRED              |
| captcha_at         | a place             | data calls from there on answer FAIL_SYS_USER_VALIDATE                |
| sku_gone_at        | a place             | the SKU asked for is not sold any more                                |
| sold_out_at        | a place             | nothing is left of it                                                 |
| carrier_gone_at    | item, confirm       | its carrier does not go there: the confirm page takes another one     |
| price_jump_at      | a place             | each piece costs `price_jump` US cents more                           |
| price_jump         | cents               | by how much, 200 unless told; also for `redraw` of the total          |
| currency_at        | item, confirm       | amounts come in `other_currency`                                      |
| other_currency     | a code              | EUR unless told                                                       |
| address_refused    | a text              | no address is saved; the form says that text                          |
| recipient_altered  | a name              | an address is saved under that name                                   |
| quantity_reset     | true                | the confirm page begins with a quantity of 1, whatever was asked      |
| extra_line         | true                | the confirm page holds another product too                            |
| address_design     | drawer, form        | the other form than the one that belongs to the design                |
| total_ms           | n                   | the total stops moving n ms after the rows                            |
| button_popup       | true                | a pop-up lies over the order button until it is closed                |
| redraw             | total, button, …    | total, button, method, quantity or recipient change after they were drawn |
| redraw_on          | timer, mouseover,   | when: `redraw_ms` after the total, when the mouse reaches the button, |
|                    | pointerdown         | or when it is pressed down, before the click                          |
| redraw_ms          | n                   | see there                                                             |
| double_click       | true                | the page sends its order call twice for one press                     |
| order_by           | fetch, xhr, jsonp,  | how the page sends it                                                 |
|                    | beacon, form,       |                                                                       |
|                    | window, iframe,     |                                                                       |
|                    | worker, socket      |                                                                       |
| order_call         | lost, lost_before,  | its answer is lost, or status 500, after or before the order was      |
|                    | 500, 500_before,    | recorded; "token" answers FAIL_SYS_TOKEN_EXOIRED once                 |
|                    | token               |                                                                       |
| order_refused      | a text              | no order is made; the page says that text                             |
| order_slow_ms      | n                   | the order is recorded at once and answered n ms later                 |
| shows_number       | true                | the page after the press shows the order numbers                      |
| lag_seconds        | seconds             | a change shows in the order list so much later                        |
| payment            | charged, checking,  | what a card does: takes the money at once, is still verified then, is |
|                    | refused, 3ds,       | refused, or asks its owner first (the bank's page on top, in a frame, |
|                    | 3ds_iframe, otp,    | or in a pop-up; or a code, which is 246810), or must be typed; until  |
|                    | 3ds_popup,          | then the order stands unpaid, and stays so if the window is closed    |
|                    | card_form           |                                                                       |
| payment_for        | a way by order      | the same for single orders: by SKU id, by recipient as the order call |
|                    |                     | finds it (a name, or a phone "+1 5035551003"), or by store order as   |
|                    |                     | "#1003", which stands for the phone of its buyer                      |
| payment_ms         | n                   | cashier and bank answer n ms later                                    |
| payment_lost       | true                | the money is taken, but the answer of cashier or bank is lost         |
| pay_refused        | a text              | no payment is begun in the To pay tab; the page says that text        |
| no_deadline        | true                | an unpaid order does not tell until when it can be paid               |
| pay_hours          | hours               | how long new orders can be paid, instead of 12 days                   |
| cancel_ms          | n                   | "Cancel" shows on the detail page n ms after the rest                 |
"""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, NonNegativeFloat, NonNegativeInt

Stage = Literal["item", "confirm", "press"]
BuyingCurrency = Literal["USD", "EUR", "GBP", "BRL", "JPY", "VND", "KWD"]
OrderBy = Literal["fetch", "xhr", "jsonp", "beacon", "form", "window", "iframe", "worker", "socket"]
OrderCall = Literal["lost", "lost_before", "500", "500_before", "token"]
PaymentWay = Literal["charged", "checking", "3ds", "3ds_iframe", "3ds_popup", "otp", "card_form", "refused"]
_STAGES: tuple[Stage, ...] = ("item", "confirm", "press")


class BuyingFaults(BaseModel):
    """What goes wrong with buying at present: see the table above."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    signed_out_at: Stage | None = None
    captcha_at: Stage | None = None
    sku_gone_at: Stage | None = None
    sold_out_at: Stage | None = None
    carrier_gone_at: Literal["item", "confirm"] | None = None
    price_jump_at: Stage | None = None
    price_jump: int = 200
    currency_at: Literal["item", "confirm"] | None = None
    other_currency: BuyingCurrency = "EUR"
    address_refused: str | None = None
    recipient_altered: str | None = None
    quantity_reset: bool = False
    extra_line: bool = False
    address_design: Literal["drawer", "form"] | None = None
    total_ms: NonNegativeInt = 60
    button_popup: bool = False
    redraw: Literal["total", "button", "method", "quantity", "recipient"] | None = None
    redraw_on: Literal["timer", "mouseover", "pointerdown"] = "timer"
    redraw_ms: NonNegativeInt = 0
    double_click: bool = False
    order_by: OrderBy = "fetch"
    order_call: OrderCall | None = None
    order_refused: str | None = None
    order_slow_ms: NonNegativeInt = 0
    shows_number: bool = False
    lag_seconds: NonNegativeFloat = 0
    payment: PaymentWay | None = None
    payment_for: Mapping[str, PaymentWay] = {}
    payment_ms: NonNegativeInt = 0
    payment_lost: bool = False
    pay_refused: str | None = None
    no_deadline: bool = False
    pay_hours: NonNegativeFloat | None = None
    cancel_ms: NonNegativeInt = 60

    def come(self, place: Stage | None, stage: Stage) -> bool:
        """Whether a fault that begins at `place` is on at `stage`."""
        return place is not None and _STAGES.index(place) <= _STAGES.index(stage)

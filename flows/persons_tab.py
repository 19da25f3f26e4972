"""A tab that belongs to a person: it is free, its pop-ups too, and of it only addresses and call names are known."""

import time
from contextlib import ExitStack, suppress

from playwright.sync_api import Dialog, Page, Request
from playwright.sync_api import Error as PlaywrightError

from flows.order_calls import Answer, answer_of


class PersonsTab:
    """What goes with `page` from its order call until it is taken back.

    `mark` is what tells the guard's script that a document is free; `popups` are those that the page opened.
    """

    def __init__(self, page: Page, mark: str) -> None:
        self.page = page
        self.popups: list[Page] = []
        self._mark = mark
        self._undo = ExitStack()
        self._dialogs: list[Dialog] = []
        self._arrivals = 0
        self._ended: set[Request] = set()
        self._answers: dict[Request, Answer | None] = {}
        self._waiting = ("", 0.0)

    def begin(self) -> None:
        """Frees the tab; its dialogs are the person's, which without a listener would be dismissed at once."""
        self._free_from_now_on(self.page)
        for event, heard in (("dialog", self._on_dialog), ("domcontentloaded", self._on_arrival)):
            self.page.on(event, heard)  # type: ignore[call-overload]
            self._undo.callback(self.page.remove_listener, event, heard)

    def adopt(self, popup: Page) -> None:
        """Frees a pop-up too, which already shows its first document."""
        self.popups.append(popup)
        self._free_from_now_on(popup)
        popup.evaluate("mark => { window[mark] = true }", self._mark)

    def end(self) -> None:
        """Documents that are loaded from now on are guarded again."""
        with suppress(PlaywrightError):
            self._undo.close()
        for dialog in self._dialogs:
            with suppress(PlaywrightError):
                dialog.dismiss()

    @property
    def has_come_back(self) -> bool:
        """Whether the page loaded another document since its order call."""
        return self._arrivals > 0

    def end_call(self, request: Request) -> None:
        """An order call was answered, or failed."""
        self._ended.add(request)

    def answer(self, request: Request) -> Answer | None:
        """What an order call was answered; None as long as it is not."""
        if request not in self._ended:
            return None
        if request not in self._answers:
            self._answers[request] = answer_of(request)
        return self._answers[request]

    def is_waiting_since(self, seconds: float) -> bool:
        """Whether this was asked for so long, while the page kept its address."""
        if self._waiting[0] != self.page.url:
            self._waiting = (self.page.url, time.monotonic())
        return time.monotonic() - self._waiting[1] >= seconds

    def _free_from_now_on(self, page: Page) -> None:
        with suppress(PlaywrightError):
            self._undo.enter_context(page.add_init_script(f"window[{self._mark!r}] = true"))

    def _on_dialog(self, dialog: Dialog) -> None:
        self._dialogs.append(dialog)

    def _on_arrival(self, _page: Page) -> None:
        self._arrivals += 1

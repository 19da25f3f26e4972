"""Hears a person's press at the moment itself: nobody could ask a tab that was closed right after it."""

import time
from contextlib import suppress
from typing import Any

from playwright.sync_api import CDPSession, Page
from playwright.sync_api import Error as PlaywrightError

TELLS_WITHIN = 0.5  # how long the word of a press may take after the call that it brings
PRESSED = "pressed"


class PressEar:
    """Listens to what the guard's script in `page` says under `name`: a press was begun, or one was let through."""

    def __init__(self, page: Page, name: str) -> None:
        self.begun = False
        self.pressed_at = 0.0
        self._page = page
        self._name = name
        self._session: CDPSession | None = None

    def listen(self) -> None:
        """Begins to listen, in this document and those after it."""
        self.forget()
        self._session = self._page.context.new_cdp_session(self._page)
        self._session.on("Runtime.bindingCalled", self._on_told)
        self._session.send("Runtime.enable")
        self._session.send("Runtime.addBinding", {"name": self._name})

    def stop(self) -> None:
        """Listens no more; what was heard stays."""
        session, self._session = self._session, None
        if session is not None:
            with suppress(PlaywrightError):
                session.detach()

    def forget(self, begun: bool = False) -> None:
        """Nothing was pressed, as far as is known now; `begun` where the button is being held down."""
        self.begun, self.pressed_at = begun, 0.0

    @property
    def may_have_begun(self) -> bool:
        """Whether a press was begun that may have come to its end unheard."""
        return self.begun or bool(self.pressed_at)

    def wait(self) -> bool:
        """Whether a press was let through; its word may come a moment after the call that it brings."""
        until = time.monotonic() + TELLS_WITHIN
        while not self.pressed_at and time.monotonic() < until:
            try:
                self._page.wait_for_timeout(10)
            except PlaywrightError:
                break
        return bool(self.pressed_at)

    def _on_told(self, event: dict[str, Any]) -> None:
        if event["name"] == self._name:
            self.begun = True
            if event["payload"] == PRESSED:
                self.pressed_at = time.monotonic()

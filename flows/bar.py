"""The bar of a pay run: a strip over a page that shows what is bought for whom, and hears what the person chooses."""

import base64
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import CDPSession, Page
from playwright.sync_api import Error as PlaywrightError

from flows.guard import Guard
from flows.guard_rules import is_www
from flows.pages import confirm
from flows.values import Site
from flows.values_paying import BarFace, Choice

BLANK = "about:blank"
WORLD = "dropferry"
SCRIPT = "bar.js"
RESTS = 4.0  # how long it stays away after a press that sent no order call
CALL = "function (what, ...told) { return globalThis.dropferryBar ? globalThis.dropferryBar[what](...told) : null }"


class Bar:
    """The bar of one page: on pages of our own and on the shop's, never on a cashier's or a sign-in, nor on a page that
    became the person's by their press.

    It lives in a script world and a shadow root of its own, so that the page can neither read nor answer it; the
    choices are those of the person's own hand.
    """

    def __init__(self, page: Page, site: Site, guard: Guard) -> None:
        self.page = page
        self.site = site
        self.guard = guard
        self._face: BarFace | None = None
        self._session: CDPSession | None = None
        self._world: int | None = None

    def show(self, face: BarFace) -> bool:
        """Shows `face` in place of what was shown; False where the bar has no business on the page as it is now."""
        self._face = face
        return self._draw()

    def said(self) -> Choice | str | None:
        """What the person chose since it was last asked; a page that was loaded anew gets its bar again."""
        if self._face is None or not self._may_stand():
            return None
        what = self._call("said")
        if what is None:
            self._draw()
        return _choice(what) if what else None

    def hide(self) -> None:
        """Takes the bar away."""
        self._face = None
        if self._may_stand():
            self._call("hide")
        self._forget()

    def _may_stand(self) -> bool:
        if self.page.is_closed() or self.guard.of(self.page).is_persons:
            return False
        url = self.page.url
        return url == BLANK or (is_www(url, self.site) and not urlsplit(url).path.startswith("/_____tmd_____"))

    def _draw(self) -> bool:
        if self._face is None or not self._may_stand():
            return False
        face = self._face.model_dump(mode="python")
        for name in ("shop_image", "ali_image"):
            face[name] = base64.b64encode(face[name]).decode() if face[name] else ""
        face["choices"] = [[str(what), label, key] for what, label, key in face["choices"]]
        told = confirm.places(self.site)
        places = {
            "clear": [*told["button"], *told["total"]],
            "button": ", ".join(told["button"]),
            "rests": RESTS * 1000,
        }
        return bool(self._call("show", face, places) or (self._enter() and self._call("show", face, places)))

    def _call(self, what: str, *told: object) -> Any:
        """Asks the bar in the page; None where it is not there, or the page is between two documents."""
        if self._session is None or self._world is None:
            return None
        asked = [{"value": one} for one in (what, *told)]
        try:
            answer = self._session.send(
                "Runtime.callFunctionOn",
                {
                    "functionDeclaration": CALL,
                    "executionContextId": self._world,
                    "arguments": asked,
                    "returnByValue": True,
                },
            )
        except PlaywrightError:
            self._world = None
            return None
        return answer["result"].get("value")

    def _enter(self) -> bool:
        """Puts the bar's script into the page that is there now."""
        try:
            if self._session is None:
                self._session = self.page.context.new_cdp_session(self.page)
            frame = self._session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
            made = self._session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": WORLD})
            self._world = int(made["executionContextId"])
            begin = f"globalThis.dropferryBar ??= {_script()}; true"
            self._session.send("Runtime.evaluate", {"expression": begin, "contextId": self._world})
        except PlaywrightError:
            self._forget()
            return False
        return True

    def _forget(self) -> None:
        session, self._session, self._world = self._session, None, None
        if session is not None and not self.page.is_closed():
            try:
                session.detach()
            except PlaywrightError:
                return


def _choice(said: object) -> Choice | str:
    text = str(said)
    return Choice(text) if text in set(Choice) else text


@cache
def _script() -> str:
    return (Path(__file__).parent / "scripts" / SCRIPT).read_text(encoding="utf-8")

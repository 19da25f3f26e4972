"""The HTTP status of answers that the browser refuses to show.

A call made by a script tag (JSONP) that is answered with HTML fails as `ERR_BLOCKED_BY_ORB`, without a response; only
the browser's own protocol still tells its status.
"""

from typing import Any

from playwright.sync_api import Page

REFUSED = "ERR_BLOCKED_BY_ORB"


class Statuses:
    """The last status of each address of a page that holds `mark`.

    Address and status of a request come from two processes of the browser, in either order.
    """

    def __init__(self, page: Page, mark: str) -> None:
        self._mark = mark
        self._asked: dict[str, str] = {}
        self._status_of: dict[str, int] = {}
        self._session = page.context.new_cdp_session(page)
        self._session.on("Network.requestWillBeSent", self._on_request)
        self._session.on("Network.responseReceivedExtraInfo", self._on_status)
        self._session.send("Network.enable")

    def of(self, url: str) -> int | None:
        """The status with which an address was answered, None where none was seen."""
        told = [self._status_of.get(asked) for asked, address in self._asked.items() if address == url]
        return told[-1] if told else None

    def forget(self) -> None:
        """Drops what was seen: a new page begins."""
        self._asked.clear()
        self._status_of.clear()

    def close(self) -> None:
        """Stops listening."""
        self._session.detach()

    def _on_request(self, event: dict[str, Any]) -> None:
        url = str(event["request"]["url"])
        if self._mark in url:
            self._asked[event["requestId"]] = url

    def _on_status(self, event: dict[str, Any]) -> None:
        self._status_of[event["requestId"]] = int(event["statusCode"])

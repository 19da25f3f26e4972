"""What Chromium keeps in a profile: nothing of what a person types."""

import json
import shutil
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Playwright

from bot.browser_profile import keep_nothing_typed
from tests.conftest import chromium_switches

CARD = "4111 1111 1111 1111"
FORM = (
    b"<form method=post action=/><input id=card autocomplete=cc-number><input id=plain name=plain><button>Pay</button>"
)


class Cashier(BaseHTTPRequestHandler):
    """A form that is sent to the same address."""

    def do_GET(self) -> None:
        """The form."""
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(FORM)

    do_POST = do_GET  # noqa: N815 - the name that the server asks for

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture(name="cashier")
def cashier_fixture() -> Iterator[str]:
    """The address of a form."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Cashier) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def found_in(folder: Path, typed: str) -> list[str]:
    """The files that hold a text, as Chromium may write it."""
    needles = [each.encode(code) for each in (typed, typed.replace(" ", "")) for code in ("utf-8", "utf-16-le")]
    files = [file for file in folder.rglob("*") if file.is_file()]
    return [str(file.relative_to(folder)) for file in files if any(each in file.read_bytes() for each in needles)]


def test_a_typed_card_number_is_not_kept(playwright: Playwright, cashier: str, tmp_path: Path) -> None:
    """Proves with a whole Chromium (the shell keeps no sessions) that a profile forgets, and saves nothing new."""
    browser = shutil.which("chromium") or shutil.which("google-chrome") or playwright.chromium.executable_path
    (tmp_path / "Default" / "Sessions").mkdir(parents=True)
    (tmp_path / "Default" / "Sessions" / "Session_1").write_bytes(CARD.encode("utf-16-le"))
    keep_nothing_typed(tmp_path)
    context = playwright.chromium.launch_persistent_context(
        tmp_path, executable_path=browser, args=[*chromium_switches(), "--headless=new"], headless=True
    )
    page = context.pages[0]
    page.goto(cashier)
    for place in ("#card", "#plain"):
        page.locator(place).press_sequentially(CARD)
    page.get_by_text("Pay").click()
    page.go_back()
    assert CARD == page.locator("#plain").input_value()
    context.close()
    assert [] == found_in(tmp_path, CARD)


def test_what_was_set_before_stays(tmp_path: Path) -> None:
    """Proves that a profile's other settings are left as they are, and that unreadable ones are no trouble."""
    file = tmp_path / "Default" / "Preferences"
    file.parent.mkdir()
    file.write_text('{"profile": {"name": "Mai"}, "zoom": 2}', encoding="utf-8")
    keep_nothing_typed(tmp_path)
    known = json.loads(file.read_text(encoding="utf-8"))
    assert ("Mai", False, 2) == (known["profile"]["name"], known["profile"]["password_manager_enabled"], known["zoom"])
    file.write_text("[broken", encoding="utf-8")
    keep_nothing_typed(tmp_path)
    assert not json.loads(file.read_text(encoding="utf-8"))["autofill"]["enabled"]

"""What is kept of a purchase that failed: a trace that opens nobody's account."""

import zipfile
from pathlib import Path

from playwright.sync_api import Browser

from bot.recording import Recording, strip_headers
from bot.sandbox.server import Sandbox


def test_a_trace_holds_no_cookie(browser: Browser, sandbox: Sandbox, tmp_path: Path) -> None:
    """From the second failure on a trace has pages and requests; the cookies of the session, sent and received, are in
    no part of it."""
    session = sandbox.ali.sign_in("main")
    with browser.new_context() as context:
        context.add_cookies([{"name": "xman_t", "value": session, "domain": ".aliexpress.localhost", "path": "/"}])
        recording = Recording(context, tmp_path)
        page = context.new_page()
        with recording.running():
            recording.begin()
            first = recording.keep(page, {"order": "#1000"}) or "nothing"
            recording.begin()
            page.goto(f"{sandbox.aliexpress}/p/order/index.html")
            page.wait_for_load_state("networkidle")
            name = recording.keep(page, {"order": "#1001"}) or "nothing"
    assert (tmp_path / first / "trace.zip").is_file()
    tokens = [session.encode(), b"_m_h5_tk="]
    with zipfile.ZipFile(tmp_path / name / "trace.zip") as trace:
        contents = [trace.read(entry) for entry in trace.namelist()]
    assert any(b"/p/order/index.html" in content for content in contents)
    assert [] == [token for token in tokens for content in contents if token in content]
    assert {"failure.html", "failure.json", "failure.jpg", "trace.zip"} == {
        file.name for file in (tmp_path / name).iterdir()
    }


def test_headers_go_wherever_they_stand(tmp_path: Path) -> None:
    """Cookie and Authorization are taken out of lists of headers, tables and lists of cookies; the rest stays."""
    raw = tmp_path / "raw.zip"
    line = (
        '{"headers":[{"name":"Cookie","value":"secret-1"},{"name":"Accept","value":"kept-1"}],'
        '"cookies":[{"name":"a","value":"secret-2"}],"request":{"authorization":"secret-3","url":"kept-2"}}'
    )
    with zipfile.ZipFile(raw, "w") as trace:
        trace.writestr("trace.network", line + "\n\n" + line)
        trace.writestr("resources/page.html", "kept-3")
    strip_headers(raw, tmp_path / "clean.zip")
    with zipfile.ZipFile(tmp_path / "clean.zip") as trace:
        text = "".join(trace.read(entry).decode() for entry in trace.namelist())
    assert "secret" not in text
    assert [2, 2, 1] == [text.count(f"kept-{number}") for number in (1, 2, 3)]


def test_what_went_well_is_forgotten(browser: Browser, sandbox: Sandbox, tmp_path: Path) -> None:
    """A purchase that went well leaves nothing behind, and the next failure holds only its own pages."""
    with browser.new_context() as context:
        recording = Recording(context, tmp_path)
        page = context.new_page()
        with recording.running():
            recording.begin()
            page.goto(f"{sandbox.aliexpress}/?first")
            recording.forget()
            assert [] == list(tmp_path.iterdir())
            recording.begin()
            page.goto(f"{sandbox.aliexpress}/?second")
            name = recording.keep(page, {}) or "nothing"
    with zipfile.ZipFile(tmp_path / name / "trace.zip") as trace:
        steps = b"".join(trace.read(entry) for entry in trace.namelist() if entry.endswith(".trace"))
    assert (True, False) == (b"?second" in steps, b"?first" in steps)

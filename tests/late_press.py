"""A robot that arms the guard, says so, waits for a word, and presses: run as a process of its own, to be frozen."""

import json
import sys

from playwright.sync_api import sync_playwright

from flows.errors import CannotBuy
from flows.guard import Guard
from flows.pages.confirm import DrawnConfirm
from flows.place_order import press
from flows.values import Site
from tests.buying import soon


def main() -> None:
    """What is told on the command line: site, browser, and how many seconds the press may take."""
    told = json.loads(sys.argv[1])
    site = Site.model_validate(told["site"])
    with sync_playwright() as playwright:
        named = {"executable_path": told["executable"]} if told["executable"] else {}
        browser = playwright.chromium.launch(**named, args=told["switches"])
        context = browser.new_context(service_workers="block")
        with Guard(context, site) as guard:
            page = context.new_page()
            page.goto(told["confirm"])
            quote = DrawnConfirm(page, site).quote()
            guard.quote_read(page)
            deadline = soon(told["seconds"])
            guard.arm(quote, deadline)
            print("armed", flush=True)
            sys.stdin.readline()
            try:
                press(page, site, guard, quote, deadline)
            except CannotBuy as refused:
                print(json.dumps({"pressed": False, "let_through": False, "why": str(refused)}), flush=True)
            except Exception as error:  # noqa: BLE001 - whatever it is, the test reads it
                print(
                    json.dumps({"pressed": True, "let_through": bool(guard.let_through), "why": str(error)}), flush=True
                )
            else:
                print(json.dumps({"pressed": guard.was_pressed(), "let_through": bool(guard.let_through)}), flush=True)
        browser.close()


if __name__ == "__main__":
    main()

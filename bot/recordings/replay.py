"""Replays recorded cases in a real browser, as if AliExpress served them, and compares what is read.

The page is served under AliExpress's own host name, and a loader asks for its data again, so that the readers work as
they do on the live site. Nothing leaves the machine: whatever else is asked for is refused.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, Route

from bot.recordings import cases
from bot.recordings.capture import EMBEDDED, RecordedCall
from bot.recordings.cases import Case
from bot.recordings.kinds import Answers, Reading, read_open
from flows.tab import Tab, close_tab
from flows.values import Site

DRAWN_WITHIN = 5.0
ANSWERED_WITHIN = 5.0
LOADER = """
for (const [place, value] of Object.entries(told.embedded)) {
  const names = place.replace(/^window\\./, "").replace(/\\[(\\d+)\\]/g, ".$1").split(".");
  let at = window;
  names.forEach((name, n) => {
    const inside = n + 1 < names.length ? (/^\\d+$/.test(names[n + 1]) ? [] : {}) : value;
    at = at[name] ??= inside;
  });
}
for (const { way, url, data } of told.calls) {
  if (way === "jsonp") {
    const name = new URL(url).searchParams.get("callback");
    window[name] = () => 0;
    document.head.append(Object.assign(document.createElement("script"), { src: url }));
  } else {
    fetch(url, { method: "POST", credentials: "include", body: new URLSearchParams({ data }) }).catch(() => 0);
  }
}
document.currentScript.remove();
"""


@dataclass(frozen=True)
class Replayed:
    """What came of one case: what was read, and where that differs from what was expected."""

    case: Case
    reading: Reading
    differences: tuple[str, ...]

    @property
    def told(self) -> Mapping[str, Any]:
        """What was read, as expected.toml writes it."""
        return cases.told(self.reading)


class Replayer:
    """Replays case after case in one tab of a context that has nothing to lose: it can reach nothing any more."""

    def __init__(self, context: BrowserContext, site: Site | None = None) -> None:
        self.site = site or Site()
        self._case: Case | None = None
        self._context = context
        context.route("**/*", self._answer)
        self.page: Page = context.new_page()

    def close(self) -> None:
        """Closes the tab; the context can reach the world again."""
        close_tab(self.page)
        self._context.unroute("**/*", self._answer)

    def replay(self, case: Case) -> Replayed:
        """Reads one case with both readers and compares it with what is expected, where that is told."""
        with self.opened(case) as tab:
            reading = read_open(case.kind, self.page, self.site, lambda: self._answers(tab, case))
        found = () if case.expected is None else tuple(cases.differences(case.expected, cases.told(reading)))
        return Replayed(case, reading, found)

    @contextmanager
    def opened(self, case: Case) -> Iterator[Tab]:
        """The case as an open page, with whoever listens to its calls."""
        self.page.goto("about:blank")  # what the case before it left behind must not be read for this one
        self._case = case
        with Tab(self.page, self.site, case.kind.apis) as tab:
            tab.start(case.about.asked)
            self.page.wait_for_url(lambda url: url == case.about.url, wait_until="load", timeout=DRAWN_WITHIN * 1000)
            yield tab
        self._case = None

    def _answers(self, tab: Tab, case: Case) -> Answers:
        """The answers that the page got, by the way that the robot gets them."""
        wanted = [one for one in case.calls if one.way != EMBEDDED and _is_of(one, case.kind.apis)]
        if not wanted:
            tab.answer(case.kind.apis[0], deadline=0.01)
        return [tab.answer(one.api, deadline=ANSWERED_WITHIN).data for one in wanted]

    def _answer(self, route: Route) -> None:
        """Serves the page and its calls; all else is refused."""
        request, case = route.request, self._case
        if case is None:
            route.abort()
        elif request.is_navigation_request() and request.frame == self.page.main_frame:
            self._serve_page(route, case)
        elif urlsplit(request.url).netloc == urlsplit(self.site.acs).netloc:
            _serve_call(route, case, self.site)
        else:
            route.abort()

    def _serve_page(self, route: Route, case: Case) -> None:
        about = case.about
        if route.request.url == about.url:
            route.fulfill(body=with_loader(case, self.site), content_type="text/html;charset=utf-8")
        elif route.request.url == about.asked:
            # Led on by script: where a served redirect leads is asked for behind the back of every route.
            led_on = f"<script>location.replace({json.dumps(about.url)})</script>"
            route.fulfill(body=led_on, content_type="text/html")
        else:
            route.abort()


def with_loader(case: Case, site: Site) -> str:
    """The page with the script that asks for its data again."""
    calls = [
        {"way": one.way, "url": _url(number, one, site), "data": json.dumps(one.asked)}
        for number, one in enumerate(case.calls)
        if one.way != EMBEDDED
    ]
    embedded = {one.api: one.body for one in case.calls if one.way == EMBEDDED}
    told = json.dumps({"calls": calls, "embedded": embedded}).replace("<", "\\u003c")
    script = f"<script>{{ const told = {told};{LOADER} }}</script>"
    return case.html.replace("</body>", f"{script}</body>") if "</body>" in case.html else case.html + script


def _url(number: int, call: RecordedCall, site: Site) -> str:
    callback = f"&callback=mtopjsonp{number + 1}" if call.way == "jsonp" else ""
    data = f"&data={_quoted(json.dumps(call.asked))}" if call.way == "jsonp" else ""
    return f"{site.acs}/h5/{call.api.lower()}/1.0/?n={number}{callback}{data}"


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")


def _serve_call(route: Route, case: Case, site: Site) -> None:
    from urllib.parse import parse_qs

    asked = parse_qs(urlsplit(route.request.url).query)
    call = case.calls[int(asked["n"][0])]
    text = call.body if isinstance(call.body, str) else json.dumps(call.body, ensure_ascii=False)
    callback = asked.get("callback", [""])[0]
    headers = {"Access-Control-Allow-Origin": site.www, "Access-Control-Allow-Credentials": "true"}
    if callback and not isinstance(call.body, str):
        route.fulfill(status=call.status, body=f"{callback}({text})", content_type="text/javascript;charset=utf-8")
    else:
        route.fulfill(status=call.status, body=text, content_type="application/json;charset=utf-8", headers=headers)


def _is_of(call: RecordedCall, apis: tuple[str, ...]) -> bool:
    return call.api.lower() in {api.lower() for api in apis}

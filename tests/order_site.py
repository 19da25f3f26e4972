"""A shop of one page whose every way of sending an order can be tried, and that tells what reached it."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from flows.guard import Guard
from flows.pages.confirm import DrawnConfirm
from flows.values import Site
from flows.values_buying import Quote
from tests.serving import serve

API = "mtop.aliexpress.checkout.anything"
BUTTON = "button.place-order-primary-btn"
READ = "mtop.aliexpress.checkout.adjustorder"
PAGE = """<!doctype html><body><div id="placeorder_wrap__inner">
  <div data-pl="pl-address-detail"><b>Ann Lee</b><span data-pl="pl-address-change"><a>Change</a></span></div>
  <div class="placeorder-page-payment-container"><b class="chosen-channel--chosen-channel-title--x">Boleto</b></div>
  <span class="pl-order-toal-container__item-content">US $9.24</span>
  <form id="form" onsubmit="order(); return false">
    <div class="pl-order-toal-container__btn-box">
      <button type="button" class="place-order-primary-btn" onclick="order()">Pay now</button>
    </div>
    <input id="field">
  </form></div>
  <script>
    window.order = () => fetch(ORDER, { method: "POST" }).catch(() => 0);
    window.ORDER = "/h5/API/1.0/?w=press";
  </script></body>""".replace("API", API)
FRAME = "<!doctype html><body>a page</body>"
WORKER = """onmessage = null;
fetch("/h5/API/1.0/?w=NAME", { method: "POST" }).catch(() => 0);
try { new WebSocket("ws://127.0.0.1:PORT/?w=NAME-socket") } catch {}""".replace("API", API)
SERVICE_WORKER = """
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  fetch("/h5/API/1.0/?w=service-worker", { method: "POST" }).catch(() => 0);
  event.respondWith(fetch(event.request));
});""".replace("API", API)


class OrderSite:
    """What reached the site: `got` has the mark of each order call, `asked` each address; `ret` is what it answers."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self.asked: list[str] = []
        self.ret: list[str] = []
        self.url = ""
        self.sockets = _Sockets(self.got)

    @property
    def site(self) -> Site:
        """The site as the flows know it."""
        port = urlsplit(self.url).port
        return Site(**{name: f"http://{name}.aliexpress.localhost:{port}" for name in ("www", "acs", "login")})

    @property
    def confirm(self) -> str:
        """The address of its one page."""
        return f"{self.site.www}/p/trade/confirm.html"

    def app(self) -> Starlette:
        """The site itself."""
        return Starlette(
            routes=[
                Route("/h5/{api}/{version}/", self._call, methods=["GET", "POST"]),
                Route("/order", self._call, methods=["GET", "POST"]),
                Route("/{name}.js", self._script),
                Route("/{path:path}", self._page),
            ]
        )

    async def _call(self, request: Request) -> Response:
        self.got.append(request.query_params.get("w", ""))
        ret = self.ret.pop(0) if self.ret else "SUCCESS::x"
        text = json.dumps({"api": API, "ret": [ret], "data": {"a": 1}})
        return Response(text, media_type="application/json", headers={"Access-Control-Allow-Origin": "*"})

    async def _script(self, request: Request) -> Response:
        name = str(request.path_params["name"])
        self.asked.append(request.url.path)
        worker = WORKER.replace("NAME", name).replace("PORT", str(self.sockets.port))
        return Response(SERVICE_WORKER if name == "sw" else worker, media_type="text/javascript")

    async def _page(self, request: Request) -> Response:
        self.asked.append(request.url.path)
        return HTMLResponse(PAGE if request.url.path.endswith("confirm.html") else FRAME)


class _Sockets:
    """Notes every WebSocket that is opened, and closes it."""

    def __init__(self, got: list[str]) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._got = got
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        """Stops."""
        self._listening.close()

    def _listen(self) -> None:
        while True:
            try:
                opened, _ = self._listening.accept()
            except OSError:
                return
            with opened:
                first = opened.recv(4000).split(b"\r\n")[0].decode()
                self._got.append(first.split("w=")[-1].split(" ")[0])


@contextmanager
def order_site() -> Iterator[OrderSite]:
    """The running site."""
    shop = OrderSite()
    with serve(shop.app()) as url:
        shop.url = url
        try:
            yield shop
        finally:
            shop.sockets.close()


def ways(shop: OrderSite) -> dict[str, str]:
    """Every way in which a page can send something, as a script that marks it with its own name."""

    def to(name: str) -> str:
        return f'"/h5/{API}/1.0/?w={name}"'

    def element(kind: str, name: str, how: str = "src", more: str = "") -> str:
        return f'const e = document.createElement("{kind}"); e.{how} = {to(name)}; {more}; document.body.append(e)'

    def rules(kind: str) -> str:
        told = json.dumps({kind: [{"source": "list", "urls": [f"/order?w={kind}"], "eagerness": "immediate"}]})
        made = 'const e = document.createElement("script"); e.type = "speculationrules"; '
        return f"{made} e.text = {json.dumps(told)}; document.head.append(e)"

    ping = f'const e = document.createElement("a"); e.href = "#x"; e.ping = {to("ping")}; document.body.append(e)'
    port = shop.sockets.port
    blob = f'fetch("{shop.site.www}" + {to("blob")}, {{ method: "POST" }})'
    posted = 'e.method = "POST"; setTimeout(() => e.submit(), 0)'
    return {
        "fetch": f'fetch({to("fetch")}, {{ method: "POST" }})',
        "get": f"fetch({to('get')})",
        "keepalive": f'fetch({to("keepalive")}, {{ method: "POST", keepalive: true }})',
        "elsewhere": 'fetch("/order?w=elsewhere", { method: "POST" })',
        "xhr": f'const x = new XMLHttpRequest(); x.open("POST", {to("xhr")}); x.send()',
        "jsonp": element("script", "jsonp"),
        "image": element("img", "image"),
        "style": element("link", "style", "href", 'e.rel = "stylesheet"'),
        "preload": element("link", "preload", "href", 'e.rel = "preload"; e.as = "script"'),
        "hint": element("link", "hint", "href", 'e.rel = "prefetch"'),
        "beacon": f"navigator.sendBeacon({to('beacon')}, 'x')",
        "ping": f"{ping}; e.click()",
        "events": f"new EventSource({to('events')})",
        "iframe": element("iframe", "iframe"),
        "in-frame": 'const f = document.createElement("iframe"); document.body.append(f); '
        f'f.contentWindow.fetch("{shop.site.www}" + {to("in-frame")}, {{ method: "POST" }})',
        "form": element("form", "form", "action", f'e.target = "other"; {posted}'),
        "pop-up": f"window.open({to('pop-up')})",
        "no-opener": f'window.open({to("no-opener")}, "_blank", "noopener")',
        "link": element("a", "link", "href", 'e.target = "_blank"; setTimeout(() => e.click(), 0)'),
        "later": f'fetchLater({to("later")}, {{ method: "POST", activateAfter: 0 }})',
        "worker": 'new Worker("/worker.js")',
        "shared": 'new SharedWorker("/shared.js")',
        "blob": f"new Worker(URL.createObjectURL(new Blob([{json.dumps(blob)}])))",
        "socket": f'new WebSocket("ws://127.0.0.1:{port}/?w=socket")',
        "prefetch": rules("prefetch"),
        "prerender": rules("prerender"),
    }


def run(page: Page, script: str) -> None:
    """Lets a page run a script of its own, which may throw."""
    page.evaluate("script => { setTimeout(() => (0, eval)(`(() => { ${script} })()`), 0) }", script)


def settle(page: Page) -> None:
    """Until what a page began has come to its end: a request after it, and the time that one needs three times over."""
    begun = time.monotonic()
    for _ in range(3):
        page.evaluate("async () => { await fetch('/sw.js').catch(() => 0) }")
    page.wait_for_timeout(100 + 1000 * (time.monotonic() - begun))


def sealed(page: Page, guard: Guard) -> Quote:
    """The quote of the page, read; from here on nothing leaves."""
    quote = DrawnConfirm(page, guard.site).quote()
    guard.quote_read(page)
    return quote


def wait_for(condition: Callable[[], object], page: Page, missing: Callable[[], object] = lambda: "") -> None:
    """Until something is so; otherwise the test fails and says what is `missing`."""
    until = time.monotonic() + 8
    while not condition() and time.monotonic() < until:
        page.wait_for_timeout(10)
    assert condition(), missing()

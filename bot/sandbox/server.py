"""Runs both stand-ins on one loopback port, told apart by host name."""

import os
import secrets
import socket
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.sandbox import control, shopbase
from bot.sandbox.aliexpress import app as aliexpress
from bot.sandbox.aliexpress.hosts import BANK_NAME, cashier_of
from bot.sandbox.aliexpress.state import AliWorld
from bot.sandbox.shop_state import ShopState
from bot.sandbox.world import World
from flows.values import Site

LOOPBACK = "127.0.0.1"


class Sandbox:
    """Both stand-ins; also a context manager. The addresses are there once `start` was called.

    `aliexpress`, `acs`, `login` and `shopbase` are origins, `control` is the address of the control routes, which ask
    for `token`. `ali` and `shop` are what they hold, `world` is both.
    """

    aliexpress: str
    acs: str
    login: str
    shopbase: str
    control: str

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(24)
        self.ali = AliWorld()
        self.shop = ShopState(key=secrets.token_hex(16), password=secrets.token_hex(16))
        self.world = World(self.ali, self.shop)
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> "Sandbox":
        """Start on a free port."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    @property
    def site(self) -> Site:
        """The stand-in AliExpress as the flows know a site."""
        return Site(www=self.aliexpress, acs=self.acs, login=self.login)

    @property
    def cashier(self) -> str:
        """Where the stand-in AliExpress takes money."""
        return cashier_of(self.site)

    @property
    def addresses(self) -> dict[str, str]:
        """What whoever uses the sandbox needs to know."""
        return {
            "aliexpress": self.aliexpress,
            "shopbase": self.shopbase,
            "control": self.control,
            "token": self.token,
        }

    def start(self, port: int = 0) -> None:
        """Serve on 127.0.0.1 at `port` (0: a free one); answers from the moment it returns. OSError: port taken."""
        # Named as TCP, because asyncio switches Nagle off only there: otherwise an answer can take 40 ms longer.
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if os.name == "posix":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((LOOPBACK, port))
        except OSError:
            listening.close()
            raise
        listening.listen(128)
        self._name_addresses(listening.getsockname()[1])
        config = uvicorn.Config(
            self._app(),
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            date_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listening]}, name="sandbox", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Finish the answers at hand and close the port; harmless where it does not run."""
        if self._server and self._thread:
            self._server.should_exit = True
            self._thread.join()
        self._server = self._thread = None

    def write_home(self, home: Path, *, live_push: bool = True) -> None:
        """Write a ready config.toml, the secrets and a signed-in session's cookies into the empty folder `home`.

        ConfigError: the folder is not empty, or cannot be made.
        """
        from bot.sandbox.ready_home import write_home

        write_home(self, home, live_push=live_push)

    def _name_addresses(self, port: int) -> None:
        self.aliexpress, self.acs, self.login = (
            f"http://{host}.aliexpress.localhost:{port}" for host in ("www", "acs", "login")
        )
        self.shopbase = f"http://{LOOPBACK}:{port}"
        self.control = f"{self.shopbase}{control.PREFIX}"

    def _app(self) -> ASGIApp:
        ali = aliexpress.build_app(self.ali, self.site)
        store = shopbase.build_app(self.shop)
        store.router.routes[:0] = control.routes(self.world, self.token)

        async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
            host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
            name = host.rpartition(":")[0].lower()
            app: Any = ali if name.endswith((".aliexpress.localhost", BANK_NAME)) else store
            await app(scope, receive, send)

        return dispatch

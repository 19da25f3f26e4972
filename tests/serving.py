"""Serves an ASGI app on a free port of 127.0.0.1, in a thread of this process, for as long as a test needs it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp


@contextmanager
def serve(app: ASGIApp) -> Iterator[str]:
    """Yields the base URL of `app`, for example http://127.0.0.1:40123; it answers from the first moment on."""
    config = uvicorn.Config(
        app, log_level="critical", access_log=False, lifespan="off", ws="none", date_header=False, timeout_keep_alive=60
    )
    server = uvicorn.Server(config)
    # Named as TCP, because asyncio switches Nagle off only there: otherwise every answer takes 40 ms longer.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        # It listens before the thread runs, so a request that comes early waits in its queue.
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()

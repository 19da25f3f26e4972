"""Commands against the make-believe shop: `demo` and `sandbox`."""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import output
from bot.errors import ConfigError
from bot.home import HOME_VARIABLE, Home
from bot.language import _

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox


def demo(
    window: Annotated[bool, typer.Option("--window", help="show the browser while it works")] = False,
) -> None:
    """Watch the whole day against a make-believe shop.

    Orders are pulled, AliExpress pages read and tracking numbers pushed, on this machine alone: no account, no key.
    """
    from bot.sandbox.demo import run_demo

    run_demo(headless=not window)


def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="the port to listen on; 0: any free one")] = 0,
    as_json: Annotated[
        bool, typer.Option("--json", help="print the addresses and the token as one line of JSON")
    ] = False,
) -> None:
    """Start the make-believe ShopBase and AliExpress.

    They run on this machine alone until Ctrl-C. --home names an empty folder, which becomes a ready home folder.
    """
    from bot.sandbox.server import Sandbox

    folder = _empty_folder()
    stand_ins = Sandbox()
    with _until_stopped() as stopped:
        stand_ins.start(port)
        try:
            stand_ins.write_home(folder)
            _tell(stand_ins, folder, as_json)
            # A wait without end could not be interrupted on Windows.
            while not stopped.wait(0.5):
                pass
        finally:
            stand_ins.stop()


def _empty_folder() -> Path:
    if HOME_VARIABLE not in os.environ:
        raise ConfigError(
            _("the sandbox needs a folder of its own"), _("name an empty one: dropferry sandbox --home FOLDER")
        )
    folder = Home.find().path
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(
            _("{folder}: the sandbox writes only into an empty folder").format(folder=folder),
            _("name another with --home"),
        )
    return folder


def _tell(stand_ins: "Sandbox", folder: Path, as_json: bool) -> None:
    addresses = {
        "aliexpress": stand_ins.aliexpress,
        "shopbase": stand_ins.shopbase,
        "control": stand_ins.control,
        "token": stand_ins.token,
    }
    if as_json:
        output.print_json(addresses)
    else:
        for name, value in addresses.items():
            output.say(f"{name:<11} {value}")
        output.say(_("Try: dropferry pull --home {folder}").format(folder=folder))
        output.say(_("Ctrl-C ends it."))
    sys.stdout.flush()  # a reader at the other end of a pipe must not wait for the buffer to fill


@contextlib.contextmanager
def _until_stopped() -> Iterator[threading.Event]:
    stopped = threading.Event()
    kinds = [signal.SIGINT, signal.SIGTERM]
    before = {kind: signal.signal(kind, lambda *_signal: stopped.set()) for kind in kinds}
    try:
        yield stopped
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)

"""A display that nobody sees, for the visible browser of a machine without one: Xvfb, open to this process alone."""

import contextlib
import os
import secrets
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bot.errors import ConfigError
from bot.language import _

PROGRAM = "Xvfb"
_SCREEN = "1400x1000x24"  # a little larger than the window
_ANY_HOST = 0xFFFF
_COOKIE = b"MIT-MAGIC-COOKIE-1"


def is_here() -> bool:
    """Whether a browser can be shown on a display that nobody sees."""
    return shutil.which(PROGRAM) is not None


@contextlib.contextmanager
def hidden_display() -> Iterator[dict[str, str]]:
    """The environment variables of a display of one's own, which is gone after the block.

    Other users of the machine can neither see it nor press in it: it asks for a cookie that is ours alone. Raises
    ConfigError where it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="dropferry-display-") as folder:
        authority = Path(folder, "authority")
        authority.write_bytes(_authority())
        with _started(authority) as number:
            yield {"DISPLAY": f":{number}", "XAUTHORITY": str(authority)}


@contextlib.contextmanager
def _started(authority: Path) -> Iterator[int]:
    reading, writing = os.pipe()
    command = [PROGRAM, "-displayfd", str(writing), "-auth", str(authority)]
    command += ["-screen", "0", _SCREEN, "-nolisten", "tcp", "-noreset"]
    try:
        # In a group of its own, so that Ctrl-C lets the browser close first.
        process = subprocess.Popen(  # noqa: S603  # fixed words
            command, pass_fds=[writing], start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    except OSError as error:
        os.close(reading)
        raise ConfigError(_not_started(), str(error)) from error
    finally:
        os.close(writing)
    try:
        with open(reading, "rb") as told:  # noqa: PTH123  # a descriptor, not a path
            line = told.readline().strip()
        if not line.isdigit():
            raise ConfigError(_not_started(), _("try it by hand: {program} :99").format(program=PROGRAM))
        yield int(line)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _not_started() -> str:
    return _("{program} does not start, so the browser has no display").format(program=PROGRAM)


def _authority() -> bytes:
    """An authority file with one entry: a secret that holds for every display and host."""
    fields = (b"", b"", _COOKIE, secrets.token_bytes(16))
    return struct.pack(">H", _ANY_HOST) + b"".join(struct.pack(">H", len(each)) + each for each in fields)

"""The command line as processes of their own: run to the end, or started and watched."""

import io
import os
import queue
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import psutil
import pytest

from tests import forking
from tests.forking import ROOT, Typed

NO_KEYRING = "keyring.backends.fail.Keyring"
PATIENCE = 60


def environment(home: Path, **more: str) -> dict[str, str]:
    """What a command sees: its home, and no secrets but those in it."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("DROPFERRY_SECRET")}
    told = {"DROPFERRY_HOME": str(home), "PYTHON_KEYRING_BACKEND": NO_KEYRING, "PYTHONIOENCODING": "utf-8"}
    return {**inherited, **told, **more}


def dropferry(home: Path, *arguments: object, typed: str = "", **more: str) -> "subprocess.CompletedProcess[str]":
    """Run one command to its end; `typed` is what it reads from its input."""
    variables = environment(home, **more)
    words = tuple(map(str, arguments))
    # Python reads the encoding only as it starts.
    if not typed and variables["PYTHONIOENCODING"] == "utf-8":
        return forking.run(Typed(words, variables), PATIENCE * 5)
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        input=typed,
        capture_output=True,
        encoding=variables["PYTHONIOENCODING"],
        env=variables,
        cwd=ROOT,
        timeout=PATIENCE * 5,
    )


def ran(home: Path, code: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
    """Run Python code to its end, in a process that sees what a command sees."""
    return forking.run(Typed(tuple(map(str, arguments)), environment(home), code), PATIENCE * 5)


def called(home: Path, *arguments: object) -> "subprocess.CompletedProcess[str]":
    """The same in this process, a second quicker: for commands that open no browser."""
    from bot.cli.app import run

    typed = [*map(str, arguments)]
    said, noted = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said), redirect_stderr(noted):
        patch.setenv("DROPFERRY_HOME", str(home))
        # From the environment, because the keyring of whoever runs the tests is none of our business.
        for name, secret in tomllib.loads((home / "secrets.toml").read_text(encoding="utf-8")).items():
            patch.setenv(f"DROPFERRY_SECRET_{name.upper().replace('-', '_')}", secret)
        code = run(typed)
    return subprocess.CompletedProcess(typed, code, said.getvalue(), noted.getvalue())


def told(done: "subprocess.CompletedProcess[str]") -> str:
    """The one line on stderr of a command that failed."""
    assert 1 == done.stderr.count("\n"), done.stderr
    return done.stderr


class Started:
    """A command that is running, with what it said so far."""

    def __init__(self, process: forking.Process) -> None:
        self.process = process
        self.said: list[str] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def wait_for(self, words: str) -> str:
        """The next line that holds these words."""
        while (line := self._lines.get(timeout=PATIENCE)) is not None:
            self.said.append(line)
            if words in line:
                return line
        raise AssertionError(f"it ended without {words!r}: {''.join(self.said)}")

    def end(self) -> int:
        """Its exit code, once it has ended by itself."""
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        while (line := self._lines.get_nowait()) is not None:
            self.said.append(line)
        return code

    def children(self) -> list[psutil.Process]:
        """What it has started: the browser's driver and the browser."""
        return psutil.Process(self.process.pid).children(recursive=True)


@contextmanager
def started(home: Path, *arguments: object, **more: str) -> Iterator[Started]:
    """A command at work, in a group of its own as in a terminal; whatever is left of it is ended afterwards."""
    variables = environment(home, PYTHONUNBUFFERED="1", **more)
    typed = Typed(tuple(map(str, arguments)), variables, own_session=True)
    with forking.Process(typed, together=True) as process:
        running = Started(process)
        try:
            yield running
        finally:
            for left in [*running.children(), psutil.Process(process.pid)] if process.poll() is None else []:
                left.kill()


def wait_until(true: Callable[[], object], what: str) -> None:
    """Wait until something holds, looking often."""
    for _ in range(PATIENCE * 50):
        if true():
            return
        threading.Event().wait(0.02)
    raise AssertionError(f"it never came to pass: {what}")

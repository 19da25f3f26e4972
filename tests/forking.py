"""Commands as processes of their own that begin at once: forked from one that has everything imported already.

They are as real as others, and can be killed as others; only the second is saved that Python takes to import it all.
Where there is no fork (Windows) each imports for itself.
"""

import atexit
import io
import multiprocessing
import os
import subprocess
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[1]
WAYS: Any = multiprocessing.get_context("spawn" if os.name == "nt" else "forkserver")
WAYS.set_forkserver_preload(["tests.preloaded"])


@dataclass(frozen=True, slots=True)
class Typed:
    """What such a process is to do: run code, or else a command; and what it sees of the world."""

    arguments: tuple[str, ...]
    variables: Mapping[str, str]
    code: str = ""
    own_session: bool = False


class Process:
    """A running one; `stdout` and `stderr` are what it says, the latter None where both go the same way."""

    def __init__(self, typed: Typed, *, together: bool = False) -> None:
        ours, theirs = WAYS.Pipe(duplex=False)
        also_ours, also_theirs = (None, None) if together else WAYS.Pipe(duplex=False)
        self._process = WAYS.Process(target=_begin, args=(typed, theirs, also_theirs))
        self._process.start()
        for end in (theirs, also_theirs):
            if end is not None:
                end.close()
        self.stdout = _reader(ours)
        self.stderr = _reader(also_ours) if also_ours is not None else None
        self.pid = self._process.pid or 0

    def poll(self) -> int | None:
        """Its exit code, below zero for a signal; None while it runs."""
        code: int | None = self._process.exitcode
        return code

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, once it has ended; TimeoutExpired where it has not by then."""
        self._process.join(timeout)
        if (code := self.poll()) is None:
            raise subprocess.TimeoutExpired("dropferry", timeout or 0)
        return code

    def terminate(self) -> None:
        """Ask it to end."""
        self._process.terminate()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, *_: object) -> None:
        self.wait()
        for stream in (self.stdout, self.stderr):
            if stream is not None:
                stream.close()


def run(typed: Typed, timeout: float) -> "subprocess.CompletedProcess[str]":
    """Run one to its end."""
    with Process(typed) as process:
        assert process.stderr is not None
        said: list[str] = ["", ""]
        readers = [
            Thread(target=_read_all, args=(said, place, stream), daemon=True)
            for place, stream in enumerate((process.stdout, process.stderr))
        ]
        for reader in readers:
            reader.start()
        try:
            code = process.wait(timeout)
        finally:
            process.kill()
        for reader in readers:
            # What a killed process has started may hold its end of the pipe for some time.
            reader.join(10 if code >= 0 else 1)
    return subprocess.CompletedProcess(typed.arguments, code, *said)


def _read_all(said: list[str], place: int, stream: IO[str]) -> None:
    for line in stream:
        said[place] += line


def _reader(end: "Connection[Any, Any]") -> IO[str]:
    return os.fdopen(os.dup(end.fileno()), "r", encoding="utf-8")


def _begin(typed: Typed, out: "Connection[Any, Any]", err: "Connection[Any, Any] | None") -> None:
    """In the new process: become what a shell would have started."""
    if typed.own_session:
        os.setsid()
    os.environ.clear()
    os.environ.update(typed.variables)
    os.chdir(ROOT)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, source in enumerate((nothing, out.fileno(), (err or out).fileno())):
        os.dup2(source, number)
    at_once = "PYTHONUNBUFFERED" in typed.variables
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  # for the life of the process
    written = open(1, "wb", buffering=0 if at_once else -1, closefd=False)  # noqa: SIM115
    sys.stdout = io.TextIOWrapper(written, encoding="utf-8", write_through=at_once)
    sys.stderr = io.TextIOWrapper(
        open(2, "wb", closefd=False),  # noqa: SIM115
        encoding="utf-8", errors="backslashreplace", line_buffering=True,
    )  # fmt: skip
    code = _run(typed)
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _run(typed: Typed) -> int:
    from bot.__main__ import main

    sys.argv[:] = ["-c" if typed.code else "dropferry", *typed.arguments]
    try:
        if typed.code:
            exec(typed.code, {"__name__": "__main__"})
        else:
            main()
    except SystemExit as error:
        if isinstance(error.code, str):
            print(error.code, file=sys.stderr)
            return 1
        return error.code or 0
    except BaseException:  # noqa: BLE001  # as Python itself ends
        traceback.print_exc()
        return 1
    return 0

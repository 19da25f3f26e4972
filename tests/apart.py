"""The stand-ins in a process of their own, as sites are: what they compute takes no time from the robot's Python."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.processes import environment


@dataclass(frozen=True)
class Apart:
    """Running stand-ins; `ask` and `state` speak to them by their control routes."""

    aliexpress: str
    control: str
    token: str

    def ask(self, what: str, **told: Any) -> dict[str, Any]:
        """Have something done there; HTTPStatusError where it is refused."""
        return self._said(httpx.post(f"{self.control}/{what}", json=told, headers=self._bearer, timeout=60))

    def state(self) -> dict[str, Any]:
        """All that they hold."""
        return self._said(httpx.get(f"{self.control}/state", headers=self._bearer, timeout=60))

    @property
    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @staticmethod
    def _said(answer: httpx.Response) -> dict[str, Any]:
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told


@contextmanager
def stand_ins(home: Path) -> Iterator[Apart]:
    """Both of them, with `home` made ready."""
    command = [sys.executable, "-m", "bot", "sandbox", "--home", str(home), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment(home)) as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            yield Apart(told["aliexpress"], told["control"], told["token"])
        finally:
            process.terminate()

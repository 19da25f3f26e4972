"""Who is signed in to the stand-in AliExpress."""

import secrets
import threading
from dataclasses import dataclass

PASSWORD = "sandbox-password"  # noqa: S105 - the one of every sandbox account; nothing real is behind it


@dataclass(slots=True)
class _Session:
    account: str
    ended: bool = False


class Sessions:
    """Sessions by the value of their cookie; `lock` is the world's."""

    def __init__(self, lock: threading.RLock) -> None:
        self._lock = lock
        self._by_token: dict[str, _Session] = {}

    def open(self, account: str) -> str:
        """A new session of an account: the value of its HttpOnly cookie."""
        with self._lock:
            token = secrets.token_hex(16)
            self._by_token[token] = _Session(account)
            return token

    def account(self, token: str | None) -> str | None:
        """Whose session this is; None where there is none or it has ended."""
        with self._lock:
            session = self._by_token.get(token or "")
            return session.account if session and not session.ended else None

    def end_all(self, ended: bool) -> None:
        """End every session there is, or bring them back."""
        with self._lock:
            for session in self._by_token.values():
                session.ended = ended

"""Tells systemd how the service fares, over the socket that it names; without one, nothing is told to anybody."""

import contextlib
import os
import socket


def tell(*states: str) -> None:
    """Send states such as "READY=1", "WATCHDOG=1" or "STATUS=…" in one message; trouble with it is nobody's trouble."""
    place = os.environ.get("NOTIFY_SOCKET", "")
    if not place or not hasattr(socket, "AF_UNIX"):
        return
    # A leading @ stands for the zero byte of an address that is not in the file system.
    address = f"\0{place[1:]}" if place.startswith("@") else place
    message = "\n".join(state.replace("\n", " ") for state in states)
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sending:
        sending.sendto(message.encode("utf-8", "replace")[:4000], address)


def watchdog_seconds() -> float | None:
    """How often systemd wants to hear of this process; None where it does not ask."""
    asked, who = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID", "")
    if not asked.isdecimal() or int(asked) == 0 or (who and who != str(os.getpid())):
        return None
    return int(asked) / 1_000_000

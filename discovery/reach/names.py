"""The name of an address, and whether that name leads back: this machine's resolver is asked."""

import queue
import socket
import threading
from collections.abc import Callable
from typing import TypeVar

from discovery.reach.values import Names

T = TypeVar("T")


def look_up(address: str, timeout_seconds: float = 5.0) -> Names:
    """Return the name and its addresses; empty where there is none, or no answer in time."""
    name = _in_time(lambda: socket.gethostbyaddr(address)[0], "", timeout_seconds)
    if not name:
        return Names(address, "", ())
    nothing: tuple[str, ...] = ()
    return Names(address, name, _in_time(lambda: _addresses(name), nothing, timeout_seconds))


def _addresses(name: str) -> tuple[str, ...]:
    return tuple(sorted({str(one[4][0]) for one in socket.getaddrinfo(name, None)}))


def _in_time(ask: Callable[[], T], nothing: T, timeout_seconds: float) -> T:
    """Ask in a thread of its own: the resolver knows no timeout."""
    answers: queue.SimpleQueue[T] = queue.SimpleQueue()

    def run() -> None:
        try:
            answers.put(ask())
        except (OSError, UnicodeError):
            answers.put(nothing)

    threading.Thread(target=run, name="look-up", daemon=True).start()
    try:
        return answers.get(timeout=timeout_seconds)
    except queue.Empty:
        return nothing

"""No test talks to the world: a socket that leaves loopback fails the test that opened it."""

import ipaddress
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

_GUARDED = ("connect", "connect_ex", "sendto")


class LeftLoopbackError(AssertionError):
    """A test, or the code under it, tried to reach another machine."""


class LoopbackGuard:
    """Remembers every attempt, because the code under test may swallow the exception."""

    def __init__(self) -> None:
        self.attempts: list[str] = []

    def check(self, family: int, address: object) -> None:
        """Let local families and loopback addresses pass; raises LeftLoopbackError."""
        if family not in (socket.AF_INET, socket.AF_INET6) or not isinstance(address, tuple):
            return
        host = str(address[0])
        if not _is_loopback(host):
            self.attempts.append(f"{host}:{address[1]}")
            raise LeftLoopbackError(f"tests stay on loopback, not {self.attempts[-1]}")

    def wrap(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Guard one method of `socket.socket`; the address is always its last argument."""

        def guarded(sender: socket.socket, *arguments: Any) -> Any:
            self.check(sender.family, arguments[-1])
            return original(sender, *arguments)

        return guarded


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host == "localhost"
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


@pytest.fixture(autouse=True)
def loopback_guard(monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackGuard]:
    """Keep this test on loopback; a test that means to knock elsewhere clears `attempts`."""
    guard = LoopbackGuard()
    for name in _GUARDED:
        monkeypatch.setattr(socket.socket, name, guard.wrap(getattr(socket.socket, name)))
    yield guard
    assert guard.attempts == [], "the code under test tried to leave loopback"

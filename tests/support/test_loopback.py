import socket

import pytest

from tests.support.loopback import LeftLoopbackError, LoopbackGuard

# TEST-NET-3 (RFC 5737): nobody lives there, should the guard ever fail.
_ELSEWHERE = ("203.0.113.7", 9)


@pytest.mark.parametrize("method", ["connect", "connect_ex"])
def test_a_connection_to_another_machine_is_refused_and_remembered(
    loopback_guard: LoopbackGuard, method: str
) -> None:
    with socket.socket() as sender, pytest.raises(LeftLoopbackError):
        getattr(sender, method)(_ELSEWHERE)
    assert loopback_guard.attempts == ["203.0.113.7:9"]
    loopback_guard.attempts.clear()


def test_a_datagram_to_another_machine_is_refused(loopback_guard: LoopbackGuard) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as sender, pytest.raises(LeftLoopbackError):
        sender.sendto(b"hello", _ELSEWHERE)
    loopback_guard.attempts.clear()


def test_a_name_that_is_not_localhost_is_refused(loopback_guard: LoopbackGuard) -> None:
    with socket.socket() as sender, pytest.raises(LeftLoopbackError):
        sender.connect(("example.test", 443))
    loopback_guard.attempts.clear()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.50", "localhost", "::ffff:127.0.0.1"])
def test_loopback_addresses_pass(loopback_guard: LoopbackGuard, host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    loopback_guard.check(family, (host, 8080))
    assert loopback_guard.attempts == []


def test_a_real_connection_on_loopback_works(loopback_guard: LoopbackGuard) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=5) as client,
    ):
        assert client.getpeername() == server.getsockname()
    assert loopback_guard.attempts == []

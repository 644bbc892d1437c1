import socket
import threading
from collections.abc import Iterator

import pytest

from server.foundation.errors import AddressRefused, SettingsError, WebUnreachable
from server.foundation.outbound import INSIDE, Gate, gate_of
from server.foundation.settings import Settings, load_settings
from server.foundation.web_client import WebClient

_HERE = gate_of("127.0.0.0/8", "web_networks")


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f::1", "::ffff:93.184.215.14"])
def test_public_addresses_may_be_connected_to(address: str) -> None:
    assert Gate().allows(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.31.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "0.0.0.0",  # noqa: S104 - an address to refuse
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "::",
        "::1",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:a9fe:a9fe",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::1",
        "not an address",
    ],
)
def test_no_other_address_may(address: str) -> None:
    assert not Gate().allows(address)


def test_a_network_of_the_settings_opens_just_that() -> None:
    gate = gate_of("10.2.0.0/16, fd00::/8", "web_networks")
    assert gate.allows("10.2.3.4")
    assert gate.allows("fd12::1")
    assert not gate.allows("10.3.0.1")
    assert not gate.allows("127.0.0.1")


def test_directories_may_stand_inside_but_not_where_clouds_keep_their_secrets() -> None:
    assert INSIDE.allows("10.0.0.5")
    assert INSIDE.allows("127.0.0.1")
    assert not INSIDE.allows("169.254.169.254")


def test_a_setting_that_names_no_network_is_named_itself() -> None:
    wrong = {"web_networks": "10.0.0.0/8 intranet"}
    with pytest.raises(SettingsError, match="web_networks holds 'intranet'"):
        load_settings(wrong, {})
    with pytest.raises(SettingsError, match="web_networks holds 'intranet'"):
        _ = Settings(web_networks=wrong["web_networks"]).web_gate
    assert Settings().web_gate == Gate()


def test_the_address_that_was_looked_at_is_the_one_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A name server under somebody's control answers something else each time it is asked.
    answers = iter(["93.184.215.14", "127.0.0.1"])
    asked: list[str] = []

    def resolve(host: str, port: int, **_: object) -> list[object]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    ((*_, address),) = Gate().candidates("rebinding.test", 80)
    assert address == ("93.184.215.14", 80)
    with pytest.raises(AddressRefused):
        Gate().connect("rebinding.test", 80, 1)
    assert asked == ["rebinding.test", "rebinding.test"]


@pytest.fixture
def talker() -> Iterator["Talker"]:
    talker = Talker()
    yield talker
    talker.close()


class Talker:
    """A web server that says the same to everybody, and counts who came."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.said = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
        self.heard: list[bytes] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                self.heard.append(connection.recv(65536))
                try:
                    connection.sendall(self.said)
                except OSError:
                    continue

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


def test_an_answer_comes_through_the_gate(talker: Talker) -> None:
    answer = WebClient(_HERE).ask("GET", f"http://127.0.0.1:{talker.port}/a?b=c")
    assert (answer.status, answer.json()) == (200, {})
    assert talker.heard[0].startswith(b"GET /a?b=c HTTP/1.1\r\n")


def test_nothing_is_said_to_an_address_behind_a_closed_gate(talker: Talker) -> None:
    with pytest.raises(AddressRefused):
        WebClient(Gate()).ask("GET", f"http://localhost:{talker.port}/")
    assert talker.heard == []


def test_a_redirect_is_an_answer_and_no_way_on(talker: Talker) -> None:
    talker.said = (
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    )
    assert WebClient(_HERE).ask("GET", f"http://127.0.0.1:{talker.port}/").status == 302
    assert len(talker.heard) == 1


def test_an_endless_answer_ends(talker: Talker) -> None:
    talker.said = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 200_000
    with pytest.raises(WebUnreachable, match="too large"):
        WebClient(_HERE, largest_bytes=100_000).ask("GET", f"http://127.0.0.1:{talker.port}/")


@pytest.mark.parametrize(
    "url",
    [
        "http://intranet.test/",
        "https://user:secret@127.0.0.1/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_",
        "https://127.0.0.1/a b",
        "https://127.0.0.1/\r\nHost: x",
        "https://127.0.0.1\\@evil.test/",
        "https://127.0.0.1:0/",
        "https://[::1",
        "https:///x",
        "//127.0.0.1/",
        "",
    ],
)
def test_what_is_no_address_of_a_web_server_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        WebClient(_HERE).ask("GET", url)

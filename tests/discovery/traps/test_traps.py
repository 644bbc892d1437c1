"""What devices announce is understood, whoever else sends something."""

import socket
import subprocess
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery.snmp.codec.notifications import read_notification
from discovery.snmp.codec.responses import Malformed
from discovery.traps.meaning import Announcement, Happening, understand
from discovery.traps.receiver import Heard, Receiver
from tests.support import ber
from tests.support.processes import require_program

_LINK_DOWN = "1.3.6.1.6.3.1.1.5.3"
_IF_INDEX = "1.3.6.1.2.1.2.2.1.1.7"


class _Listening:
    """A receiver on a free port, and what it heard."""

    def __init__(self) -> None:
        self.receiver = Receiver("127.0.0.1", 0, lambda: {"office"})
        self.sock = self.receiver.open()
        self.port = self.sock.getsockname()[1]

    def hear(self) -> Heard:
        return next(self.receiver.listen(self.sock, lambda: False))


@pytest.fixture
def listening() -> Iterator[_Listening]:
    made = _Listening()
    yield made
    made.sock.close()


def _send(kind: str, port: int, *words: str, community: str = "office") -> None:
    """Send with the tools of net-snmp."""
    program = require_program("snmptrap", "snmp")
    version = ["-v1"] if kind == "v1" else ["-v2c", *(["-Ci"] if kind == "inform" else [])]
    subprocess.run(
        [program, *version, "-r", "0", "-t", "1", "-c", community, f"127.0.0.1:{port}", *words],
        check=False,
        capture_output=True,
    )


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("v1", ("1.3.6.1.4.1.9", "10.0.0.9", "2", "0", "5", _IF_INDEX, "i", "7")),
        ("v2c", ("5", _LINK_DOWN, _IF_INDEX, "i", "7")),
        ("inform", ("5", _LINK_DOWN, _IF_INDEX, "i", "7")),
    ],
)
def test_real_traps_of_every_version_say_which_port_went_down(
    listening: _Listening, kind: str, words: tuple[str, ...]
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(b"\x30\x82\xff\xff not a trap", ("127.0.0.1", listening.port))
    if kind == "inform":  # its sender waits for the answer
        sender = subprocess.Popen(
            [
                *(require_program("snmptrap", "snmp"), "-v2c", "-Ci", "-r", "0", "-t", "5"),
                *("-c", "office", f"127.0.0.1:{listening.port}", *words),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        heard = listening.hear()
        assert sender.wait(10) == 0
    else:
        _send(kind, listening.port, *words, community="wrong")
        _send(kind, listening.port, *words)
        heard = listening.hear()
        assert listening.receiver.counts.strangers == 1
    assert heard.sender == ("10.0.0.9" if kind == "v1" else "127.0.0.1")
    assert heard.announcement == Announcement(Happening.LINK_DOWN, 7)
    assert listening.receiver.counts.malformed == 1


def _trap(name: ber.Oid) -> bytes:
    named = ber.varbind((1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0), ber.object_id(name))
    port = ber.varbind((1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 1, 9), ber.tlv(ber.OCTETS, b"Gi1/0/9"))
    head = ber.integer(1) + ber.integer(0) + ber.integer(0)
    return ber.message(1, b"office", ber.tlv(0xA7, head + ber.tlv(ber.SEQUENCE, named + port)))


def test_a_port_may_be_told_by_its_name_alone() -> None:
    announcement = understand(read_notification(_trap((1, 3, 6, 1, 6, 3, 1, 1, 5, 4))))
    assert announcement == Announcement(Happening.LINK_UP, 9, ("Gi1/0/9",))


def test_what_means_nothing_to_us_is_nothing() -> None:
    assert understand(read_notification(_trap((1, 3, 6, 1, 4, 1, 9, 0, 1)))) is None


_SAMPLE = _trap((1, 3, 6, 1, 6, 3, 1, 1, 5, 3))


@given(st.integers(0, len(_SAMPLE) - 1), st.integers(0, 255), st.integers(0, len(_SAMPLE)))
@settings(max_examples=300, deadline=None)
def test_a_damaged_trap_is_a_trap_or_malformed(place: int, octet: int, cut: int) -> None:
    damaged = bytearray(_SAMPLE)
    damaged[place] = octet
    for datagram in (bytes(damaged), bytes(damaged[:cut])):
        try:
            understand(read_notification(datagram))
        except Malformed:
            continue

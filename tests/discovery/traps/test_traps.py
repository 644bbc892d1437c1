"""What devices announce is understood, whoever else sends something."""

import socket
import subprocess
from collections.abc import Iterator

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pysnmp.proto.rfc1902 import OctetString
from pysnmp.proto.secmod.rfc3414.service import SnmpUSMSecurityModel

from discovery.snmp.client.user import _AUTH, _PRIV
from discovery.snmp.codec.notifications import read_notification
from discovery.snmp.codec.responses import Malformed
from discovery.snmp.credentials import AUTH_PROTOCOLS, PRIV_PROTOCOLS, User
from discovery.snmp.usm import privacy_key
from discovery.traps.engine import OwnEngine
from discovery.traps.meaning import Announcement, Happening, understand
from discovery.traps.opening import Asked, Clocks, Stranger, open_secured
from discovery.traps.receiver import Heard, Receiver
from tests.support import ber
from tests.support.processes import require_program

_LINK_DOWN = "1.3.6.1.6.3.1.1.5.3"
_IF_INDEX = "1.3.6.1.2.1.2.2.1.1.7"


class _Listening:
    """A receiver on a free port, and what it heard."""

    def __init__(self) -> None:
        self.users: list[User] = []
        self.receiver = Receiver("127.0.0.1", 0, lambda: {"office"}, lambda: self.users)
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


_ENGINE = "80001f8804636164"
#: A trap as net-snmp sends it: user "watch", SHA-1 with "open sesame".
_SIGNED = (
    "3081a302010330110204297fffe3020300ffe3040101020103042b3029040880001f880463616402"
    "010102034f13b704057761746368040cc63a42aa07c55eaced012d750400305e041180001f88803b"
    "a9f7459498026b000000000400a7470204419bd1cb0201000201003039300d06082b060102010103"
    "004301053017060a2b06010603010104010006092b0601060301010503300f060a2b060102010202"
    "010107020107"
)
_LEVELS = {(False, False): "noAuthNoPriv", (True, False): "authNoPriv", (True, True): "authPriv"}


def _send_as(user: User, port: int) -> None:
    """Send a trap as a user of SNMPv3, with the tools of net-snmp."""
    level = _LEVELS[bool(user.auth_protocol), bool(user.priv_protocol)]
    keys = ["-a", user.auth_protocol, "-A", user.auth_key] if user.auth_protocol else []
    keys += ["-x", user.priv_protocol, "-X", user.priv_key] if user.priv_protocol else []
    program = require_program("snmptrap", "snmp")
    words = [f"127.0.0.1:{port}", "5", _LINK_DOWN, _IF_INDEX, "i", "7"]
    subprocess.run(
        [program, "-v3", "-e", f"0x{_ENGINE}", "-u", user.user, "-l", level, *keys, *words],
        check=True,
        capture_output=True,
    )


@pytest.mark.parametrize(
    ("auth", "priv"),
    [("", ""), ("SHA-512", ""), ("MD5", "DES"), ("SHA", "AES"), ("SHA-256", "AES-256")],
)
def test_a_trap_of_a_user_counts_only_under_the_very_keys_that_are_kept(
    listening: _Listening, auth: str, priv: str
) -> None:
    auth_key, priv_key = "open sesame" if auth else "", "close sesame" if priv else ""
    kept = User("watch", auth, auth_key, priv, priv_key)
    listening.users[:] = [User("watch", "SHA", "other words"), kept]
    _send_as(User("somebody", auth, auth_key, priv, priv_key), listening.port)
    if auth:
        _send_as(User("watch"), listening.port)
        _send_as(User("watch", auth, "wrong words", priv, priv_key), listening.port)
    _send_as(kept, listening.port)
    heard = listening.hear()
    assert (heard.user, heard.announcement) == (kept, Announcement(Happening.LINK_DOWN, 7))
    assert listening.receiver.counts.strangers == (3 if auth else 1)


def test_what_is_told_again_much_later_counts_no_more() -> None:
    clocks = Clocks()
    assert clocks.take(b"one", 3, 1000)
    assert clocks.take(b"one", 3, 900)
    assert not clocks.take(b"one", 3, 849)
    assert not clocks.take(b"one", 2, 5000)
    assert clocks.take(b"one", 4, 1)
    assert clocks.take(b"two", 1, 1)


def test_keys_are_those_that_pysnmp_makes() -> None:
    """The oracle is pysnmp: each way to lengthen a key, over a short hash and a long one."""
    for auth in ("MD5", "SHA", "SHA-256"):
        for priv in PRIV_PROTOCOLS:
            user = User("u", auth, "open sesame", priv, "close sesame")
            assert privacy_key(user, bytes.fromhex(_ENGINE)) == _pysnmp_key(auth, priv)
    assert len(AUTH_PROTOCOLS) == 6


def _pysnmp_key(auth: str, priv: str) -> bytes:
    maker = SnmpUSMSecurityModel.PRIV_SERVICES[_PRIV[priv]]
    service = _AUTH[auth]
    master = maker.hash_passphrase(service, b"close sesame")
    return bytes(maker.localize_key(service, master, OctetString(hexValue=_ENGINE)))


@given(st.integers(0, 140), st.integers(0, 255), st.integers(0, 140))
@settings(max_examples=200, deadline=None)
def test_a_damaged_message_of_a_user_is_never_his(place: int, octet: int, cut: int) -> None:
    user = User("watch", "SHA", "open sesame")
    damaged = bytearray(bytes.fromhex(_SIGNED))
    place %= len(damaged)
    assume(damaged[place] != octet)
    damaged[place] = octet
    for datagram in (bytes(damaged), bytes(damaged[:cut])):
        with pytest.raises((Asked, Malformed, Stranger)):
            open_secured(datagram, [user], Clocks(), OwnEngine())


def test_the_message_that_was_damaged_above_is_right_when_it_is_whole() -> None:
    user = User("watch", "SHA", "open sesame")
    notification, _ = open_secured(bytes.fromhex(_SIGNED), [user], Clocks(), OwnEngine())
    assert understand(notification) == Announcement(Happening.LINK_DOWN, 7)

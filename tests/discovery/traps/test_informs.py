"""Informs of SNMPv3 arrive once, are answered, and count under our own engine and clock."""

import asyncio
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from pysnmp.hlapi.v3arch import asyncio as pysnmp

from discovery.snmp.client.user import _AUTH, _PRIV
from discovery.snmp.codec.responses import Malformed
from discovery.snmp.codec.secured import Envelope, read_secured, scoped, write_secured
from discovery.snmp.credentials import User
from discovery.snmp.usm import proof_octets, proof_of
from discovery.traps.engine import OwnEngine, new_engine_id, read_engine_id
from discovery.traps.meaning import Announcement, Happening
from discovery.traps.opening import Asked, Clocks, Stranger, open_secured
from discovery.traps.receiver import Heard, Receiver
from tests.support import ber
from tests.support.processes import require_program

_LINK_DOWN = "1.3.6.1.6.3.1.1.5.3"
_IF_INDEX = "1.3.6.1.2.1.2.2.1.1.7"
_LEVELS = {(False, False): "noAuthNoPriv", (True, False): "authNoPriv", (True, True): "authPriv"}
_MEANT = Announcement(Happening.LINK_DOWN, 7)


class _Listening:
    """A receiver in a thread of its own, and what it heard until it was stopped."""

    def __init__(self) -> None:
        self.users: list[User] = []
        self.heard: list[Heard] = []
        self.receiver = Receiver("127.0.0.1", 0, tuple, lambda: self.users)
        sock = self.receiver.open()
        self.port = sock.getsockname()[1]
        self._stop = threading.Event()
        listening = self.receiver.listen(sock, self._stop.is_set)
        self._thread = threading.Thread(target=lambda: self.heard.extend(listening))
        self._thread.start()

    def stop(self) -> list[Heard]:
        self._stop.set()
        self._thread.join()
        return self.heard


@pytest.fixture
def listening() -> Iterator[_Listening]:
    made = _Listening()
    yield made
    made.stop()


def _inform(user: User, port: int, *more: str) -> int:
    """Send an inform with the tools of net-snmp; 0 when it was answered."""
    level = _LEVELS[bool(user.auth_protocol), bool(user.priv_protocol)]
    keys = ["-a", user.auth_protocol, "-A", user.auth_key] if user.auth_protocol else []
    keys += ["-x", user.priv_protocol, "-X", user.priv_key] if user.priv_protocol else []
    program = require_program("snmpinform", "snmp")
    words = [f"127.0.0.1:{port}", "5", _LINK_DOWN, _IF_INDEX, "i", "7"]
    return subprocess.run(
        [program, "-v3", "-r", "1", "-t", "2", "-u", user.user, "-l", level, *keys, *more, *words],
        check=False,
        capture_output=True,
    ).returncode


@pytest.mark.parametrize(
    ("auth", "priv"),
    [("", ""), ("SHA-512", ""), ("MD5", "DES"), ("SHA", "AES"), ("SHA-256", "AES-256")],
)
def test_an_inform_of_a_user_is_answered_and_counts_once(
    listening: _Listening, auth: str, priv: str
) -> None:
    user = User("watch", auth, "open sesame" if auth else "", priv, "close sesame" if priv else "")
    listening.users[:] = [User("watch", "SHA", "other words"), user]
    assert _inform(user, listening.port) == 0
    heard = listening.stop()
    assert [(one.user, one.announcement) for one in heard] == [(user, _MEANT)]
    assert listening.receiver.counts.asked >= 1


def test_a_device_that_was_told_our_engine_id_need_not_ask(listening: _Listening) -> None:
    user = User("watch", "SHA-256", "open sesame", "AES", "close sesame")
    listening.users[:] = [user]
    own = listening.receiver.engine.engine_id.hex()
    assert _inform(user, listening.port, "-e", f"0x{own}") == 0
    assert len(listening.stop()) == 1


def test_who_has_other_keys_gets_no_answer(listening: _Listening) -> None:
    listening.users[:] = [User("watch", "SHA", "open sesame")]
    strangers = (User("watch", "SHA", "wrong words"), User("nobody"), User("watch"))
    # Each waits until its tries are used up: they do so together.
    with ThreadPoolExecutor(len(strangers)) as waiting:
        ended = list(waiting.map(lambda user: _inform(user, listening.port), strangers))
    assert 0 not in ended
    assert listening.stop() == []
    assert listening.receiver.counts.strangers >= 3


def test_where_no_user_is_kept_nobody_is_told_who_we_are(listening: _Listening) -> None:
    assert _inform(User("watch", "SHA", "open sesame"), listening.port) != 0
    assert listening.receiver.counts.asked == 0


@pytest.mark.parametrize(("auth", "priv"), [("SHA", ""), ("SHA-256", "AES"), ("MD5", "DES")])
def test_pysnmp_is_answered_too(listening: _Listening, auth: str, priv: str) -> None:
    """The oracle: a sender of another make, which checks the proof of the answer."""
    user = User("watch", auth, "open sesame", priv, "close sesame" if priv else "")
    listening.users[:] = [user]
    assert asyncio.run(_inform_by_pysnmp(user, listening.port)) == (None, 0)
    assert [one.announcement for one in listening.stop()] == [_MEANT]


async def _inform_by_pysnmp(user: User, port: int) -> tuple[Any, int]:
    engine = pysnmp.SnmpEngine()
    keys = {"authKey": user.auth_key, "authProtocol": _AUTH[user.auth_protocol]}
    if user.priv_protocol:
        keys |= {"privKey": user.priv_key, "privProtocol": _PRIV[user.priv_protocol]}
    target = await pysnmp.UdpTransportTarget.create(("127.0.0.1", port), timeout=2, retries=1)
    about = pysnmp.NotificationType(pysnmp.ObjectIdentity(_LINK_DOWN))
    about.add_varbinds((_IF_INDEX, pysnmp.Integer32(7)))
    who = pysnmp.UsmUserData(user.user, **keys)  # noqa: S509 - keys are what is tried
    problem, status, *_ = await pysnmp.send_notification(
        engine, who, target, pysnmp.ContextData(), "inform", about
    )
    engine.close_dispatcher()
    return problem, int(status)


def _signed(user: User, own: OwnEngine, clock: tuple[int, int], kind: int = 0xA6) -> bytes:
    named = ber.varbind((1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0), ber.object_id((1, 3, 6, 1, 6, 3, 1)))
    numbers = ber.integer(7) + ber.integer(0) + ber.integer(0)
    pdu = ber.tlv(kind, numbers + ber.tlv(ber.SEQUENCE, named))
    size = proof_octets(user)
    envelope = Envelope(1, user.user.encode(), own.engine_id, *clock, size)
    blank, (first, last) = write_secured(envelope, scoped(own.engine_id, b"", pdu))
    return blank[:first] + proof_of(user, own.engine_id, blank) + blank[last:]


def test_an_inform_of_another_time_is_corrected_and_does_not_count() -> None:
    user, own = User("watch", "SHA", "open sesame"), OwnEngine()
    boots, now = own.clock()
    for clock in ((0, 0), (boots - 1, now), (boots + 1, now), (boots, now + 200)):
        with pytest.raises(Asked) as asked:
            open_secured(_signed(user, own, clock), [user], Clocks(), own)
        told = read_secured(asked.value.reply)
        assert (told.boots, told.signed, told.reportable) == (boots, True, False)
    notification, who = open_secured(_signed(user, own, (boots, now)), [user], Clocks(), own)
    assert who == user
    answer = read_secured(notification.reply)
    assert (answer.number, answer.user, answer.signed) == (1, b"watch", True)
    later = OwnEngine(own.engine_id)
    assert later.clock() >= own.clock()


def test_a_trap_under_our_engine_and_an_inform_under_another_are_none() -> None:
    user, own = User("watch", "SHA", "open sesame"), OwnEngine()
    with pytest.raises(Malformed, match="wrong engine"):
        open_secured(_signed(user, own, own.clock(), 0xA7), [user], Clocks(), own)
    other = OwnEngine()
    with pytest.raises(Asked):
        open_secured(_signed(user, other, other.clock()), [user], Clocks(), own)
    with pytest.raises(Stranger):
        open_secured(_signed(user, own, own.clock()), [replace(user, user="x")], Clocks(), own)


@pytest.mark.parametrize("words", ["", "80", "0x", "no hex", "00" * 8, "ff" * 8, "80" * 33])
def test_an_engine_id_that_cannot_be_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match="an engine id"):
        read_engine_id(words)


def test_a_new_engine_id_is_well_formed_and_nobody_elses() -> None:
    made = new_engine_id()
    assert read_engine_id(made.hex()) == made
    assert made != new_engine_id()

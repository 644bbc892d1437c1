"""Our messages of SNMPv3 against pysnmp's security model: each understands the other's."""

import asyncio
import time
from itertools import product
from typing import Any

import pytest
from pysnmp.entity import config
from pysnmp.proto.rfc1902 import OctetString

from discovery.snmp.client import SnmpClient
from discovery.snmp.client.secured import Engine, SecuredExchange
from discovery.snmp.client.user import _AUTH, _PRIV
from discovery.snmp.codec.requests import GET, request_pdu
from discovery.snmp.codec.responses import Malformed
from discovery.snmp.codec.secured import (
    Envelope,
    number_of_secured,
    read_secured,
    scoped,
    write_secured,
)
from discovery.snmp.credentials import AUTH_PROTOCOLS, PRIV_PROTOCOLS, User
from discovery.snmp.session import Limits, Refused
from discovery.snmp.usm import decipher, encipher, proof_octets, proof_of, proves
from tests.support.snmp import SnmpdServer

_ENGINE = bytes.fromhex("80001f8880e9bd0c1d12667a5100000000")
_CLOCK = (7, 123_456)
_PASS, _SECRET = "one pass phrase", "another pass phrase"
_NAME = (1, 3, 6, 1, 2, 1, 1, 5, 0)


@pytest.mark.parametrize(("auth", "priv"), [*product(AUTH_PROTOCOLS, PRIV_PROTOCOLS)])
def test_pysnmp_opens_what_we_seal_and_we_open_what_it_seals(auth: str, priv: str) -> None:
    user = User("reader", auth, _PASS, priv, _SECRET, context="vlan-7")
    content = scoped(_ENGINE, b"vlan-7", request_pdu(GET, 5, [_NAME]))
    engine = OctetString(_ENGINE)
    cipher: Any = config.PRIV_SERVICES[_PRIV[priv]]
    key = cipher.localize_key(_AUTH[auth], cipher.hash_passphrase(_AUTH[auth], _SECRET), engine)

    salt = bytes(range(8))
    ours = encipher(user, _ENGINE, _CLOCK, salt, content)
    opened = bytes(cipher.decrypt_data(key, (*_CLOCK, OctetString(salt)), OctetString(ours)))
    assert opened.startswith(content)
    theirs, their_salt = cipher.encrypt_data(key, (*_CLOCK, None), content)
    assert decipher(user, _ENGINE, _CLOCK, bytes(their_salt), bytes(theirs)).startswith(content)

    signer: Any = config.AUTH_SERVICES[_AUTH[auth]]
    signing_key = signer.localize_key(signer.hash_passphrase(_PASS), engine)
    envelope = Envelope(9, b"reader", _ENGINE, *_CLOCK, proof_octets(user), salt)
    blank, (start, end) = write_secured(envelope, ours)
    whole = blank[:start] + proof_of(user, _ENGINE, blank) + blank[end:]
    assert bytes(signer.authenticate_outgoing_message(signing_key, blank)) == whole
    assert proves(user, _ENGINE, whole, (start, end))
    assert not proves(user, _ENGINE, whole[:-1] + bytes((whole[-1] ^ 1,)), (start, end))

    read = read_secured(whole)
    assert (read.number, read.user, read.engine_id) == (9, b"reader", _ENGINE)
    assert (read.boots, read.time, read.salt, read.content) == (*_CLOCK, salt, ours)
    assert (read.signed, read.enciphered, read.proof) == (True, True, (start, end))
    assert number_of_secured(whole) == 9


def test_a_clock_goes_forward_and_what_is_too_old_does_not_count() -> None:
    engine = Engine(_ENGINE, 1, 100, time.monotonic())
    assert engine.accept(5, 50)  # nothing was proved before
    assert engine.accept(5, 60)
    assert engine.accept(5, 20)  # within the window
    assert not engine.accept(4, 10_000)
    assert engine.accept(6, 1)  # it was started anew
    assert not engine.accept(5, 70)
    assert engine.accept(6, 1_000)
    assert not engine.accept(6, 800)
    assert not engine.accept(2**31 - 1, 1)
    assert engine.clock() == (6, 1_000)


def test_garbage_is_told_from_messages() -> None:
    message, _ = write_secured(Envelope(1, b"u", _ENGINE, 1, 1), scoped(b"", b"", b""))
    for end in range(len(message)):
        with pytest.raises(Malformed):
            read_secured(message[:end])


def _user(snmpd: SnmpdServer) -> User:
    keys = snmpd.authentication_password, snmpd.privacy_password
    return User(snmpd.user, "SHA-256", keys[0], "AES", keys[1])


def test_our_codec_and_pysnmp_read_the_same_off_a_device(snmpd_server: SnmpdServer) -> None:
    async def read(*, by_pysnmp: bool) -> Any:
        async with SnmpClient(by_pysnmp=by_pysnmp) as client:
            place = snmpd_server.host, snmpd_server.port
            session = client.session(*place, _user(snmpd_server), Limits(2, 1))
            # sysUpTime and what counts stay out: they differ from one question to the next.
            stable = [(1, 3, 6, 1, 2, 1, 1, 4), (1, 3, 6, 1, 2, 1, 2, 2, 1, 2), (2, 99)]
            found = await session.get([_NAME, (*_NAME, 9)])
            return dict(found), [*await session.bulk(stable, 1)]

    ours = asyncio.run(read(by_pysnmp=False))
    assert ours == asyncio.run(read(by_pysnmp=True))
    assert ours[0][_NAME] == snmpd_server.name.encode()


def test_a_device_that_was_started_anew_teaches_its_clock_and_its_name_again(
    snmpd_server: SnmpdServer,
) -> None:
    async def run() -> None:
        async with SnmpClient() as client:
            place = snmpd_server.host, snmpd_server.port
            session = client.session(*place, _user(snmpd_server), Limits(2, 1))
            assert (await session.get([_NAME]))[_NAME]
            exchange: SecuredExchange = client._secured
            engine = exchange._engines[place]
            engine.boots, engine.seconds = engine.boots - 1, 5
            assert (await session.get([_NAME]))[_NAME] == snmpd_server.name.encode()
            exchange._engines[place] = Engine(_ENGINE, 1, 1, 0.0)
            assert (await session.get([_NAME]))[_NAME] == snmpd_server.name.encode()
            stranger = client.session(*place, User("nobody", "SHA", _PASS), Limits(2, 1))
            with pytest.raises(Refused, match="does not know the user"):
                await stranger.get([_NAME])

    asyncio.run(run())

"""Our codec says and hears what pysnmp does, and nothing that a stranger sends surprises it."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyasn1.codec.ber import decoder, encoder
from pyasn1.type import univ
from pysnmp.proto import api, rfc1902, rfc1905
from pysnmp.proto.api import v2c

from discovery.snmp.codec.requests import (
    GET,
    GET_NEXT,
    V1,
    V2C,
    bulk_request,
    object_id,
    request,
)
from discovery.snmp.codec.responses import Malformed, number_of, read_response
from discovery.snmp.session import ABSENT, END, Oid, Value, VarBind
from tests.support import ber

_LARGEST = 2**32 - 1
_oids = st.builds(
    lambda first, rest: (*first, *rest),
    st.one_of(
        st.tuples(st.integers(0, 1), st.integers(0, 39)),
        st.tuples(st.just(2), st.integers(0, 47)),
    ),
    st.lists(st.integers(0, _LARGEST) | st.integers(0, 300), max_size=40),
)
_numbers = st.integers(0, 2**31 - 1)
_communities = st.binary(max_size=200)
_kinds = {"get": GET, "next": GET_NEXT}

#: A value as pysnmp makes it, and as we read it.
_values = st.one_of(
    st.integers(-(2**31), 2**31 - 1).map(lambda one: (rfc1902.Integer32(one), one)),
    st.integers(0, _LARGEST).map(lambda one: (rfc1902.Counter32(one), one)),
    st.integers(0, _LARGEST).map(lambda one: (rfc1902.Gauge32(one), one)),
    st.integers(0, _LARGEST).map(lambda one: (rfc1902.TimeTicks(one), one)),
    st.integers(0, 2**64 - 1).map(lambda one: (rfc1902.Counter64(one), one)),
    st.binary(max_size=400).map(lambda one: (rfc1902.OctetString(one), one)),
    st.binary(min_size=4, max_size=4).map(lambda one: (rfc1902.IpAddress(one), one)),
    st.binary(max_size=40).map(lambda one: (rfc1902.Opaque(one), one)),
    _oids.map(lambda one: (univ.ObjectIdentifier(one), one)),
    st.just((rfc1905.noSuchObject, ABSENT)),
    st.just((rfc1905.noSuchInstance, ABSENT)),
    st.just((rfc1905.endOfMibView, END)),
)


@given(
    st.sampled_from(sorted(_kinds)),
    st.sampled_from([V1, V2C]),
    _communities,
    _numbers,
    st.lists(_oids, max_size=30),
)
@settings(max_examples=60, deadline=None)
def test_pysnmp_reads_every_request_as_it_was_meant(
    kind: str, version: int, community: bytes, number: int, oids: Sequence[Oid]
) -> None:
    pdu = _understood(request(version, community, _kinds[kind], number, oids), version, community)
    names = {"get": "GetRequestPDU", "next": "GetNextRequestPDU"}
    assert type(pdu).__name__ == names[kind]
    module = api.PROTOCOL_MODULES[version]
    assert int(module.apiPDU.get_request_id(pdu)) == number
    assert [tuple(oid) for oid, _ in module.apiPDU.get_varbinds(pdu)] == list(oids)


@given(_communities, _numbers, st.lists(_oids, min_size=1, max_size=30), st.integers(0, 2**31 - 1))
@settings(max_examples=40, deadline=None)
def test_pysnmp_reads_every_bulk_request_as_it_was_meant(
    community: bytes, number: int, oids: Sequence[Oid], repetitions: int
) -> None:
    pdu = _understood(bulk_request(community, number, oids, repetitions), V2C, community)
    assert int(v2c.apiBulkPDU.get_max_repetitions(pdu)) == repetitions
    assert int(v2c.apiBulkPDU.get_non_repeaters(pdu)) == 0
    assert [tuple(oid) for oid, _ in v2c.apiBulkPDU.get_varbinds(pdu)] == list(oids)


def _understood(datagram: bytes, version: int, community: bytes) -> Any:
    module = api.PROTOCOL_MODULES[version]
    message, rest = decoder.decode(datagram, asn1Spec=module.Message())
    assert not rest
    assert bytes(module.apiMessage.get_community(message)) == community
    return module.apiMessage.get_pdu(message)


def _response(number: int, varbinds: Sequence[tuple[Oid, Any]], error: tuple[int, int]) -> bytes:
    pdu = v2c.ResponsePDU()
    v2c.apiPDU.set_defaults(pdu)
    v2c.apiPDU.set_request_id(pdu, number)
    v2c.apiPDU.set_error_status(pdu, error[0])
    pdu["error-index"] = error[1]
    v2c.apiPDU.set_varbinds(pdu, list(varbinds))
    message = v2c.Message()
    v2c.apiMessage.set_defaults(message)
    v2c.apiMessage.set_community(message, b"public")
    v2c.apiMessage.set_pdu(message, pdu)
    encoded: bytes = encoder.encode(message)
    return encoded


@given(
    _numbers,
    st.lists(st.tuples(_oids, _values), max_size=12),
    st.tuples(st.integers(0, 18), st.integers(0, 40)),
)
@settings(max_examples=80, deadline=None)
def test_what_pysnmp_says_is_heard_as_it_was_meant(
    number: int, varbinds: Sequence[tuple[Oid, tuple[Any, Value]]], error: tuple[int, int]
) -> None:
    datagram = _response(number, [(oid, value[0]) for oid, value in varbinds], error)
    response = read_response(datagram)
    assert (response.number, response.status, response.place) == (number, *error)
    assert response.varbinds == [(oid, value[1]) for oid, value in varbinds]
    assert number_of(datagram) == number


_SAMPLE = ber.message(
    1,
    b"public",
    ber.response(
        70_000,
        [
            ber.varbind((1, 3, 6, 1, 2, 1, 2, 2, 1, 2, 10_101), ber.tlv(ber.OCTETS, b"Gi1/0/1")),
            ber.varbind((1, 3, 6, 1, 2, 1, 2, 2, 1, 5, 10_101), ber.integer(2**32 - 1, ber.GAUGE)),
            ber.varbind((1, 3, 6, 1, 2, 1, 1, 2, 0), ber.object_id((1, 3, 6, 1, 4, 1, 9, 1))),
            ber.exception((1, 3, 6, 1), ber.END_OF_MIB),
        ],
    ),
)


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_octets_of_strangers_are_a_response_or_malformed(datagram: bytes) -> None:
    _read_or_refuse(datagram)


@given(
    st.integers(0, len(_SAMPLE) - 1),
    st.integers(0, 255),
    st.integers(0, len(_SAMPLE)),
    st.binary(max_size=4),
)
@settings(max_examples=400, deadline=None)
def test_a_response_damaged_anywhere_is_a_response_or_malformed(
    place: int, octet: int, cut: int, more: bytes
) -> None:
    damaged = bytearray(_SAMPLE)
    damaged[place] = octet
    _read_or_refuse(bytes(damaged))
    _read_or_refuse(bytes(damaged[:cut]))
    _read_or_refuse(bytes(damaged[:place] + more + damaged[place:]))


def _read_or_refuse(datagram: bytes) -> None:
    try:
        number_of(datagram)
        varbinds = read_response(datagram).varbinds
    except Malformed:
        return
    for oid, value in varbinds:
        assert len(oid) <= len(datagram)
        assert not isinstance(value, int) or value.bit_length() <= 72


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        (b"\x42\x04\xff\xff\xff\xff", 2**32 - 1),  # a gauge without the leading zero octet
        (b"\x46\x08\xff\xff\xff\xff\xff\xff\xff\xff", 2**64 - 1),
        (b"\x02\x00", 0),  # an integer without content
        (b"\x06\x00", (0, 0)),  # an OID without content, as some agents give for sysObjectID
        (b"\x04\x82\x00\x02ab", b"ab"),  # a length in more octets than needed
        (b"\x04\x84\x00\x00\x00\x02ab", b"ab"),
        (b"\x05\x00", ABSENT),
        (b"\x1f\x01\x07", ABSENT),  # a type that SNMP does not know
    ],
)
def test_what_real_agents_get_wrong_is_understood(value: bytes, meant: Value) -> None:
    assert _one(value) == ((1, 3, 6, 1), meant)


@pytest.mark.parametrize(
    "value",
    [
        b"\x02\x0a" + b"\x7f" * 10,  # an integer of 80 bits
        b"\x04\x80ab\x00\x00",  # an indefinite length
        b"\x04\x89" + b"\x00" * 8 + b"\x02ab",  # a length of nine octets
        b"\x06\x02\x2b\x86",  # an OID that ends within a number
        b"\x06\x82\x03\xe8" + b"\x01" * 1000,  # an OID of a thousand numbers
    ],
)
def test_what_cannot_be_meant_is_malformed(value: bytes) -> None:
    with pytest.raises(Malformed):
        _one(value)


def _one(value: bytes) -> VarBind:
    name = ber.object_id((1, 3, 6, 1))
    message = ber.message(1, b"", ber.response(1, [ber.tlv(ber.SEQUENCE, name + value)]))
    (varbind,) = read_response(message).varbinds
    return varbind


@pytest.mark.parametrize("oid", [(), (1,), (1, 40), (3, 1), (1, 3, -1), (1, 3, 2**32)])
def test_what_is_no_oid_is_not_written(oid: Oid) -> None:
    with pytest.raises(ValueError, match="is no OID"):
        object_id(oid)


def test_a_request_is_no_response() -> None:
    with pytest.raises(Malformed):
        number_of(request(V2C, b"public", GET, 1, [(1, 3, 6)]))

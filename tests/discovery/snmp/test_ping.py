"""The small questions of a sweep are SNMP, by the word of pysnmp and of a real snmpd."""

import socket

from pyasn1.codec.ber import decoder
from pysnmp.proto import api
from pysnmp.proto.mpmod.rfc3412 import SNMPv3Message

from discovery.snmp.credentials import Community, Credential, User
from discovery.snmp.ping import Pings
from tests.support.snmp import SnmpdServer

_COMMUNITY = Community("a community of 140 octets " + "x" * 114)


def test_a_community_question_is_a_get_of_the_object_id() -> None:
    (message,) = Pings([_COMMUNITY], 7).messages.values()
    module = api.PROTOCOL_MODULES[1]
    decoded, rest = decoder.decode(message, asn1Spec=module.Message())
    assert rest == b""
    assert bytes(module.apiMessage.get_community(decoded)).decode() == _COMMUNITY.community
    pdu = module.apiMessage.get_pdu(decoded)
    assert [str(oid) for oid, _ in module.apiPDU.get_varbinds(pdu)] == ["1.3.6.1.2.1.1.2.0"]


def test_a_user_question_is_an_engine_discovery() -> None:
    (message,) = Pings([User("reader"), User("other")], 7).messages.values()
    decoded, rest = decoder.decode(message, asn1Spec=SNMPv3Message())
    assert rest == b""
    assert int(decoded["msgVersion"]) == 3


def test_a_real_agent_answers_each_kind_and_the_answer_is_recognised(
    snmpd_server: SnmpdServer,
) -> None:
    community = snmpd_server.community
    credentials: list[Credential] = [
        Community("wrong"),
        Community(community, "1"),
        User("x"),
        Community(community),
    ]
    pings = Pings(credentials, 65_535)
    found = set()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(2)
        for message in pings.messages.values():
            sock.sendto(message, (snmpd_server.host, snmpd_server.port))
        for _ in range(3):
            found.add(pings.answered(sock.recv(65_536)))
    assert found == {1, 2, 3}


def test_what_is_no_answer_is_nobodys_answer() -> None:
    pings = Pings([Community("public"), User("x")], 1)
    for message in pings.messages.values():
        truncated = [message[:length] for length in range(len(message))]
        assert {pings.answered(piece) for piece in truncated} <= {None, 1}
    assert pings.answered(b"") is None
    assert pings.answered(bytes(range(256))) is None
    assert Pings([Community("public")], 2).answered(pings.messages[0]) is None

"""Who a device says it is over SNMP, how its ports stand, and with what it is asked."""

import time
from dataclasses import replace

import pytest

from discovery.collector.deliveries import delivery_from
from discovery.findings import Why
from discovery.findings.wire import BadDocument
from discovery.reach.checking import check
from discovery.reach.device import ask_device
from discovery.reach.values import DeviceAnswer, DownPort
from discovery.snmp.credentials import Community, Ladder, User
from tests.support import switched_lab as lab
from tests.support.processes import free_port
from tests.support.snmp import SnmpdServer
from tests.support.snmp_responder import SnmpResponder


def _user(snmpd: SnmpdServer, key: str = "") -> User:
    return User(
        snmpd.user,
        "SHA-256",
        key or snmpd.authentication_password,
        "AES",
        snmpd.privacy_password,
    )


def test_a_device_says_who_it_is_and_how_its_ports_stand(snmpd_server: SnmpdServer) -> None:
    known = Community(snmpd_server.community)
    answer = check("snmp", snmpd_server.host, snmpd_server.port, [Community("wrong"), known])
    assert isinstance(answer, DeviceAnswer)
    assert (answer.why, answer.name) == ("", snmpd_server.name)
    assert answer.object_id.startswith("1.3.6.1.4.1.8072.3.2.")
    assert answer.description.startswith("Linux")
    assert answer.uptime_seconds is not None
    assert answer.up >= 1  # the loopback interface
    assert "lo" not in {one.name for one in answer.down}
    assert answer.complaint == ""


def test_a_user_of_version_three_is_answered_and_a_wrong_key_is_refused(
    snmpd_server: SnmpdServer,
) -> None:
    place = (snmpd_server.host, snmpd_server.port)
    assert ask_device(*place, [_user(snmpd_server)]).name == snmpd_server.name
    wrong = _user(snmpd_server, "not this one")
    assert ask_device(*place, [wrong]).why == Why.REFUSED


def test_an_address_where_nobody_speaks_snmp_is_silent_in_seconds_whatever_is_kept() -> None:
    credentials = [Community(f"c{number}") for number in range(30)]
    begun = time.monotonic()
    answer = ask_device("127.0.0.1", free_port(), credentials)
    assert answer == DeviceAnswer("127.0.0.1", Why.SILENT)
    assert time.monotonic() - begun < 8


def test_what_fitted_before_is_offered_alone_and_others_only_when_it_fails() -> None:
    device = lab.device(lab.core())
    with SnmpResponder({"127.80.0.9": device}) as responder:
        right, wrong = Community("cadastre"), Community("wrong")
        place = ("127.80.0.9", responder.port)
        ladder = Ladder((wrong, right), {"127.80.0.9": 1})
        assert ask_device(*place, ladder).why == ""
        assert device.refused == 0
        assert ask_device(*place, replace(ladder, fitted={"127.80.0.9": 0})).why == ""
        assert device.refused > 0


def test_an_answer_comes_out_of_the_wire_as_it_went_in() -> None:
    answer = DeviceAnswer(
        "10.0.0.1", "", "core", "Linux", "1.3.6.1", 5.0, 2, (DownPort("eth3", off=True),), 1, 2
    )
    told = {
        "address": "10.0.0.1",
        "name": "core",
        "description": "Linux",
        "object_id": "1.3.6.1",
        "uptime_seconds": 5,
        "up": 2,
        "down": [{"name": "eth3", "off": True}],
        "more_down": 1,
        "more_off": 2,
    }
    head = {"errand": 1, "attempt": 1, "first": 1, "state": "done"}
    _, (result,) = delivery_from(head | {"results": [{"snmp": told, "at": 5}]})
    assert result.said == answer
    bad = told | {"down": [{"name": "eth3", "off": "no"}]}
    with pytest.raises(BadDocument, match=r"snmp\.down\.off"):
        delivery_from(head | {"results": [{"snmp": bad, "at": 5}]})

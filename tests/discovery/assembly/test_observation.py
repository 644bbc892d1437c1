"""What the register gets: stable keys, honest evidence, whole sections with stable digests."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from cmdb.observation import Identifier, Observation
from cmdb.vocabulary import (
    CHASSIS_ID,
    ENGINE_ID,
    FQDN,
    MAC,
    NAME,
    SERIAL,
    SNMP,
    ClassCode,
    IdentifierKind,
)
from discovery.assembly.identifiers import origin_key, usable_engine_id
from discovery.assembly.identity import DeviceIdentity
from discovery.assembly.observation import assemble
from discovery.findings import (
    AddressFinding,
    DeviceFindings,
    InterfaceFinding,
    ProbeOutcome,
    ProbeState,
    SystemFinding,
)
from tests.discovery.knowledge.register import shipped_attributes
from tests.discovery.visits import Devices, visit

_NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
_ANYTHING = DeviceIdentity(ClassCode("switch"))


def observe(findings: DeviceFindings) -> Observation:
    return assemble(findings, 7, _NOW)


def rows_of(observation: Observation, name: str) -> list[Mapping[str, Any]]:
    found = [row for one in observation.sections if one.name == name for row in one.rows or ()]
    return [row for row in found if isinstance(row, Mapping)]


def kinds(observation: Observation, kind: IdentifierKind) -> list[str]:
    return [one.value for one in observation.identifiers if one.kind == kind]


def test_a_switch_becomes_an_observation(recorded_devices: Devices) -> None:
    observation = observe(visit(recorded_devices, "stack-switch"))
    assert observation.origin.source == SNMP
    assert observation.origin.key == "serial:FOC0001T0AA|cisco"
    assert (observation.class_code, observation.organisation_id) == ("switch", 7)
    assert observation.values == {
        "name": "access-3.example.net",
        "fqdn": "access-3.example.net",
        "vendor": "Cisco",
        "model": "WS-C2960X-48TS-L",
        "serial": "FOC0001T0AA",
        "hardware_revision": "V02",
        "os_name": "IOS",
        "os_version": "15.2(7)E3",
        "sys_descr": "Cisco IOS Software, C2960X Software (C2960X-UNIVERSALK9-M), "
        "Version 15.2(7)E3, RELEASE SOFTWARE (fc2)",
        "sys_object_id": "1.3.6.1.4.1.9.1.1208",
        "sys_location": "Floor 3, cabinet B",
        "sys_contact": "network@example.net",
        "sys_name": "access-3.example.net",
        "engine_id": "8000000903005056a10b01",
        "chassis_id": "00:16:46:0a:0b:00",
        "base_mac": "00:16:46:0a:0b:00",
        "port_count": 4,
        "stack_members": 2,
    }
    assert observation.readings["sys_uptime"] == 1_234_567
    assert observation.readings["problems"] == []


def test_an_address_is_for_management_when_it_is_the_only_one() -> None:
    def managed_at(*addresses: str) -> object:
        rows = tuple(AddressFinding(1, address) for address in addresses)
        findings = DeviceFindings("192.0.2.1", 161, "c", "2c", addresses=rows)
        return observe(findings).values.get("management_address")

    assert managed_at() == "192.0.2.1"
    assert managed_at("127.0.0.1", "192.0.2.1", "fe80::1") == "192.0.2.1"
    assert managed_at("192.0.2.1", "198.51.100.1") is None


def test_values_are_attributes_of_their_class(recorded_devices: Devices) -> None:
    for name in ("stack-switch", "edge-router", "printer", "ups", "nas", "odd-values"):
        observation = observe(visit(recorded_devices, name))
        assert set(observation.values) <= shipped_attributes(observation.class_code)


def test_evidence_is_gathered_strongest_first_and_once(recorded_devices: Devices) -> None:
    observation = observe(visit(recorded_devices, "stack-switch"))
    assert observation.identifiers[0] == Identifier(SERIAL, "FOC0001T0AA|cisco")
    assert kinds(observation, CHASSIS_ID) == ["00:16:46:0a:0b:00"]
    assert kinds(observation, ENGINE_ID) == ["8000000903005056a10b01"]
    assert kinds(observation, MAC)[0] == "00:16:46:0a:0b:00"
    assert len(kinds(observation, MAC)) == len(set(kinds(observation, MAC))) == 6
    assert kinds(observation, FQDN) == ["access-3.example.net"]
    assert kinds(observation, NAME) == ["access-3"]


def test_an_engine_id_is_evidence_and_never_a_serial_number(recorded_devices: Devices) -> None:
    findings = visit(recorded_devices, "stack-switch")
    bare = replace(findings, entities=(), particulars={})
    observation = observe(bare)
    assert "serial" not in observation.values
    assert observation.origin.key == "engine:8000000903005056a10b01"


@pytest.mark.parametrize(
    ("engine_id", "usable"),
    [
        ("8000000903005056a10b01", True),  # made from a MAC address
        ("80001f8880b1c2d3e4f5a6b7c8", True),  # made by chance (net-snmp)
        ("80000a4c01c0a80101", False),  # made from an IPv4 address
        ("80000009046e6f2d6e616d65", False),  # made from a text
        ("8000000903000000000000", False),  # zeros
        ("8000000903", False),  # a header and nothing else
        ("", False),
    ],
)
def test_an_engine_id_that_repeats_on_many_devices_is_no_evidence(
    engine_id: str, usable: bool
) -> None:
    assert bool(usable_engine_id(engine_id)) is usable


def test_the_key_falls_back_from_serial_to_engine_to_mac_to_address() -> None:
    bare = DeviceFindings("192.0.2.1", 161, "c", "2c")
    by_mac = replace(
        bare,
        interfaces=(
            InterfaceFinding(1, mac="00:16:46:00:00:09"),
            InterfaceFinding(2, mac="00:16:46:00:00:07"),
            InterfaceFinding(3, mac="00:16:46:00:00:07"),
            InterfaceFinding(4, mac="00:00:5e:00:01:0a"),
        ),
    )
    by_bridge = replace(by_mac, system=SystemFinding(bridge_mac="00:16:46:00:00:01"))
    assert origin_key(bare, _ANYTHING) == "address:192.0.2.1"
    assert origin_key(by_mac, _ANYTHING) == "mac:00:16:46:00:00:07"
    assert origin_key(by_bridge, _ANYTHING) == "mac:00:16:46:00:00:01"


def test_addresses_that_several_devices_share_are_no_evidence() -> None:
    shared = ("00:00:5e:00:01:0a", "00:00:0c:07:ac:01", "00:00:0c:9f:f0:01", "02:42:ac:11:00:02")
    own = ("00:16:46:00:00:07", "00:16:46:00:00:08")
    interfaces = tuple(InterfaceFinding(n, mac=mac) for n, mac in enumerate((*shared, *own)))
    findings = DeviceFindings("192.0.2.1", 161, "c", "2c", interfaces=interfaces)
    assert kinds(observe(findings), MAC) == list(own)


@pytest.mark.parametrize("name", ["", "localhost", "10.0.0.1", "two words", "Switch", "a_b!"])
def test_a_name_that_is_none_is_no_evidence(name: str) -> None:
    findings = DeviceFindings("192.0.2.1", 161, "c", "2c", system=SystemFinding(name=name))
    observation = observe(findings)
    assert not kinds(observation, NAME)
    assert observation.values["name"] == name or "192.0.2.1"


def test_interfaces_have_the_shape_of_the_register(recorded_devices: Devices) -> None:
    observation = observe(visit(recorded_devices, "stack-switch"))
    rows = {row["name"]: row for row in rows_of(observation, "interfaces")}
    assert rows["Vl1"] == {
        "name": "Vl1",
        "description": "Vlan1",
        "alias": "",
        "mac": "00:16:46:0a:0b:40",
        "type": "virtual",
        "mtu": 1500,
        "speed_mbps": 1000,
        "up": True,
        "admin_up": True,
        "virtual": True,
        "index": 1,
        "addresses": [{"address": "10.20.3.2", "prefix_length": 24}],
    }
    assert (rows["Po1"]["type"], rows["Po1"]["virtual"]) == ("bond", True)
    assert (rows["Te1/0/1"]["type"], rows["Te1/0/1"]["virtual"]) == ("ethernet", False)


def test_twin_names_are_told_apart_and_no_interface_is_lost(recorded_devices: Devices) -> None:
    observation = observe(visit(recorded_devices, "odd-values"))
    names = [row["name"] for row in rows_of(observation, "interfaces")]
    assert names == ["17", "port 2 (2)", "port 2 (3)"]


def test_neighbours_and_components_are_sections(recorded_devices: Devices) -> None:
    observation = observe(visit(recorded_devices, "stack-switch"))
    neighbours = rows_of(observation, "neighbours")
    assert [(row["local_port"], row["protocol"]) for row in neighbours] == [
        ("Gi1/0/1", "lldp"),
        ("Gi1/0/1", "lldp"),
        ("Te1/0/1", "lldp"),
        ("Te2/0/1", "cdp"),
    ]
    assert [row["serial"] for row in rows_of(observation, "components")] == [
        "FOC0001T0AA",
        "LIT0003T0CC",
        "FOC0002T0BB",
    ]


def test_the_same_device_gives_the_same_digests(recorded_devices: Devices) -> None:
    first = observe(visit(recorded_devices, "stack-switch"))
    findings = visit(recorded_devices, "stack-switch")
    shuffled = replace(findings, neighbours=tuple(reversed(findings.neighbours)))
    second = observe(shuffled)
    assert [one.digest for one in first.sections] == [one.digest for one in second.sections]


def test_a_section_whose_reading_was_broken_off_is_not_sent(recorded_devices: Devices) -> None:
    findings = visit(recorded_devices, "stack-switch")

    def with_outcome(changed: ProbeOutcome) -> set[str]:
        outcomes = [one for one in findings.outcomes if one.probe != changed.probe]
        observation = observe(replace(findings, outcomes=(*outcomes, changed)))
        assert observation.origin.confidence < 0.9
        assert observation.readings["problems"]
        return {section.name for section in observation.sections}

    cut = ProbeOutcome("interfaces", ProbeState.PARTIAL, 3, reason="too slow", cut_short=True)
    assert with_outcome(cut) == {"neighbours", "components", "spanning"}
    everything = {"interfaces", "neighbours", "components", "spanning"}
    assert with_outcome(replace(cut, cut_short=False)) == everything
    failed = ProbeOutcome("cdp", ProbeState.FAILED, reason="no answer")
    assert with_outcome(failed) == {"interfaces", "components", "spanning"}


def test_what_was_not_asked_is_not_said(recorded_devices: Devices) -> None:
    observation = observe(visit(recorded_devices, "stack-switch", "system"))
    assert observation.sections == ()
    assert "serial" not in observation.values

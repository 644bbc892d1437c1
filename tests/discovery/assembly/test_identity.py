"""What devices are, by sysObjectID, sysDescr, ENTITY-MIB and the values that a make keeps.

The descriptions are what such devices say of themselves; names and serial numbers are invented.
"""

import tomllib
from collections.abc import Mapping

import pytest

from cmdb.vocabulary import ClassCode
from discovery.assembly.identity import DeviceIdentity, identify
from discovery.findings import (
    AccessPointFinding,
    DeviceFindings,
    EntityFinding,
    InterfaceFinding,
    SystemFinding,
)
from discovery.knowledge.rules import load_knowledge
from tests.discovery.conftest import RECORDINGS
from tests.discovery.knowledge.register import shipped_classes
from tests.discovery.visits import Devices, visit

E = "1.3.6.1.4.1."
DESCRIBED = tomllib.loads((RECORDINGS / "described-devices.toml").read_text("utf-8"))["device"]


def identity(object_id: str, description: str, **answers: str) -> DeviceIdentity:
    findings = DeviceFindings(
        "192.0.2.1",
        161,
        "community",
        "2c",
        system=SystemFinding(object_id=object_id, description=description),
        particulars={name.replace("_", "."): value for name, value in answers.items()},
    )
    return identify(findings, load_knowledge())


@pytest.mark.parametrize("device", DESCRIBED, ids=lambda device: str(device["description"])[:40])
def test_a_device_is_known_by_what_it_says(device: Mapping[str, str]) -> None:
    found = identity(device["object_id"], device["description"])
    assert found.class_code == device["class"]
    assert found.vendor == device.get("vendor", "")
    assert found.model == device.get("model", "")
    assert f"{found.os_name} {found.os_version}".strip() == device.get("system", "")


@pytest.mark.parametrize(
    ("object_id", "answers", "expected"),
    [
        (
            E + "12356.101.1.641",
            {
                E + "12356.100.1.1.1.0": "FGT60F0000000001",
                E + "12356.101.4.1.1.0": "v7.0.5,build0304",
            },
            ("firewall", "Fortinet", "", "FGT60F0000000001", "FortiOS", "7.0.5"),
        ),
        (
            E + "25461.2.3.38",
            {
                E + "25461.2.1.2.1.1.0": "10.1.6",
                E + "25461.2.1.2.1.3.0": "013201000001",
                E + "25461.2.1.2.2.1.0": "PA-220",
            },
            ("firewall", "Palo Alto Networks", "PA-220", "013201000001", "PAN-OS", "10.1.6"),
        ),
        (
            E + "3375.2.1.3.4.89",
            {
                E + "3375.2.1.4.2.0": "15.1.2",
                E + "3375.2.1.3.5.2.0": "BIG-IP i4600",
                E + "3375.2.1.3.3.3.0": "f5-abcd-0001",
            },
            ("load_balancer", "F5", "BIG-IP i4600", "f5-abcd-0001", "TMOS", "15.1.2"),
        ),
        (
            E + "674.10892.5",
            {
                E + "674.10892.5.1.3.12.0": "PowerEdge R640",
                E + "674.10892.5.1.3.2.0": "ABC0001",
                E + "674.10892.5.1.1.8.0": "5.10.30.00",
            },
            ("server", "Dell", "PowerEdge R640", "ABC0001", "iDRAC", "5.10.30.00"),
        ),
        (
            E + "2435.2.3.9.1",
            {E + "2435.2.3.9.1.1.7.0": "MFG:Brother;CMD:PJL;MDL:HL-L6400DW series;CLS:PRINTER;"},
            ("printer", "Brother", "HL-L6400DW series", "", "", ""),
        ),
        (
            "1.3.6.1.4.1.99999.1",
            {"1.3.6.1.2.1.43.5.1.1.17.1": "PR000001"},
            ("printer", "", "", "PR000001", "", ""),
        ),
    ],
)
def test_what_a_make_keeps_in_its_own_tables_is_used(
    object_id: str, answers: dict[str, str], expected: tuple[str, ...]
) -> None:
    found = identity(object_id, "", **answers)
    assert expected == (
        *(found.class_code, found.vendor, found.model),
        *(found.serial, found.os_name, found.os_version),
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "stack-switch",
            ("switch", "Cisco", "WS-C2960X-48TS-L", "FOC0001T0AA", "IOS", "15.2(7)E3"),
        ),
        ("edge-router", ("router", "Juniper", "MX204", "BZ0001", "Junos", "21.4R3-S2.3")),
        ("printer", ("printer", "HP", "LaserJet MFP M428fdw", "VNB0000001", "", "")),
        ("ups", ("ups", "Volta Works", "VW 3000", "", "", "2.1.7")),
        ("nas", ("storage_array", "Synology", "DS1821+", "2150SBR000001", "DSM", "7.2-64570")),
        ("odd-values", ("network_device", "", "", "12345", "", "")),
    ],
)
def test_recorded_devices_are_known(
    recorded_devices: Devices, name: str, expected: tuple[str, ...]
) -> None:
    found = identify(visit(recorded_devices, name), load_knowledge())
    assert expected == (
        *(found.class_code, found.vendor, found.model),
        *(found.serial, found.os_name, found.os_version),
    )


def test_a_serial_number_that_says_nothing_is_none() -> None:
    for serial in ("", "N/A", "0000000000", "To be filled by O.E.M.", "System MAC: 00-16-46", "?"):
        entity = EntityFinding(1, "chassis", serial=serial, model="X-1")
        findings = DeviceFindings("192.0.2.1", 161, "c", "2c", entities=(entity,))
        assert identify(findings, load_knowledge()).serial == ""


def test_the_first_chassis_of_a_stack_stands_for_it_and_not_its_line_cards() -> None:
    entities = (
        EntityFinding(1, "stack", name="Stack"),
        EntityFinding(5, "module", parent=2, model="LC-48", serial="LINECARD1"),
        EntityFinding(2, "chassis", parent=1, model="X-48", serial="MEMBER1"),
        EntityFinding(9, "chassis", parent=1, model="X-24", serial="MEMBER2"),
    )
    findings = DeviceFindings("192.0.2.1", 161, "c", "2c", entities=entities)
    found = identify(findings, load_knowledge())
    assert (found.model, found.serial) == ("X-48", "MEMBER1")


@pytest.mark.parametrize(
    ("ports", "services", "bridge", "expected"),
    [
        (24, None, "00:16:46:00:00:01", "switch"),
        (24, 2, "", "switch"),
        (4, 4, "", "router"),
        (2, None, "", "network_device"),
        (1, 64, "", "peripheral"),
        (0, None, "", "peripheral"),
    ],
)
def test_a_device_nobody_knows_is_taken_for_what_it_does(
    ports: int, services: int | None, bridge: str, expected: str
) -> None:
    findings = DeviceFindings(
        "192.0.2.1",
        161,
        "c",
        "2c",
        system=SystemFinding("1.3.6.1.4.1.99999.1", services=services, bridge_mac=bridge),
        interfaces=tuple(InterfaceFinding(index, type=6) for index in range(ports)),
    )
    found = identify(findings, load_knowledge()).class_code
    assert found == ClassCode(expected)
    assert found in shipped_classes()


@pytest.mark.parametrize(
    ("address", "mac", "serial"),
    [
        ("10.0.0.9", "00:1b:21:00:00:02", "CN0002"),
        ("10.0.0.1", "", "CN0001"),
        ("10.0.0.9", "00:1b:21:00:00:09", ""),
    ],
)
def test_an_access_point_of_a_cluster_is_itself_and_not_the_first_of_the_table(
    address: str, mac: str, serial: str
) -> None:
    findings = DeviceFindings(
        *(address, 161, "c", "2c"),
        system=SystemFinding(object_id="1.3.6.1.4.1.14823.1.2.59"),
        interfaces=(InterfaceFinding(1, "eth0", mac=mac),),
        access_points=(
            AccessPointFinding("00:1b:21:00:00:01", "hall-1", "10.0.0.1", serial="CN0001"),
            AccessPointFinding("00:1b:21:00:00:02", "hall-2", "10.0.0.2", serial="CN0002"),
        ),
    )
    assert identify(findings, load_knowledge()).serial == serial

"""Each probe brings what the device has, and nothing that it has not."""

import pytest

from discovery.findings import DeviceFindings, ProbeState
from discovery.scan.blocking import scan_host
from discovery.settings import ScanSettings
from discovery.snmp.credentials import Community
from tests.discovery.conftest import Serve
from tests.discovery.visits import Devices, visit
from tests.support.snmp import SnmpdServer
from tests.support.snmp_recordings import parse_recording
from tests.support.snmp_responder import RecordedDevice


def test_the_system_group_is_read_with_engine_id_and_bridge_address(
    recorded_devices: Devices,
) -> None:
    system = visit(recorded_devices, "stack-switch", "system").system
    assert system.name == "access-3.example.net"
    assert system.object_id == "1.3.6.1.4.1.9.1.1208"
    assert system.location == "Floor 3, cabinet B"
    assert system.uptime_seconds == 1_234_567.89
    assert system.services == 6
    assert system.engine_id == "8000000903005056a10b01"
    assert system.bridge_mac == "00:16:46:0a:0b:00"


@pytest.mark.parametrize("version", ["1", "2c"])
def test_interfaces_are_joined_from_both_tables(recorded_devices: Devices, version: str) -> None:
    credentials = (Community("public", version),)
    found = visit(recorded_devices, "stack-switch", "interfaces", credentials=credentials)
    uplink = {one.index: one for one in found.interfaces}[10601]
    assert (uplink.name, uplink.description) == ("Te1/0/1", "TenGigabitEthernet1/0/1")
    assert uplink.alias == "Uplink core-1"
    assert uplink.mac == "00:16:46:0a:0b:33"
    assert (uplink.mtu, uplink.speed_mbps) == (9198, 10_000)
    assert (uplink.admin_up, uplink.up, uplink.connector_present) == (True, True, True)
    assert [one.up for one in found.interfaces] == [True, True, True, False, True, False]


def test_a_device_without_the_newer_interface_table_has_interfaces_too(
    recorded_devices: Devices,
) -> None:
    (interface,) = visit(recorded_devices, "printer", "interfaces").interfaces
    assert (interface.description, interface.name) == ("HP ETHERNET", "")
    assert interface.speed_mbps == 100


def test_addresses_come_from_every_table_and_broadcasts_from_none(
    recorded_devices: Devices,
) -> None:
    found = visit(recorded_devices, "edge-router", "addresses").addresses
    assert {(one.interface_index, one.address, one.prefix_length) for one in found} == {
        (502, "198.51.100.2", 30),
        (502, "2001:db8:1::2", 64),
        (502, "fe80::4e96:14ff:fe00:1", None),
        (6, "10.255.0.1", 32),
    }


def test_components_keep_their_place_in_the_whole(recorded_devices: Devices) -> None:
    found = {one.index: one for one in visit(recorded_devices, "stack-switch", "entities").entities}
    assert found[1].kind == "stack"
    assert (found[2001].kind, found[2001].parent, found[2001].position) == ("chassis", 1, 1)
    assert found[2001].serial == "FOC0002T0BB"
    assert found[1010].kind == "power_supply"


def test_several_neighbours_on_one_port_are_all_kept(recorded_devices: Devices) -> None:
    found = visit(recorded_devices, "stack-switch", "lldp", "interfaces")
    core, phone, computer = sorted(found.neighbours, key=lambda one: one.chassis_id)
    assert (phone.chassis_id, phone.chassis_id_kind) == ("10.20.3.100", "address")
    assert (phone.port_id, phone.port_id_kind) == ("00:04:f2:c0:ff:ee", "mac")
    assert phone.capabilities == ("bridge", "telephone")
    assert computer.capabilities == ("station",)
    assert core.addresses == ("10.20.0.1",)
    assert (core.port_id, core.port_id_kind) == ("Et1/3", "interface_name")
    assert {one.local_name for one in (phone, computer)} == {"Gi1/0/1"}
    assert found.chassis.chassis_id == "00:16:46:0a:0b:00"


def test_a_neighbour_seen_by_cdp_stands_on_its_interface(recorded_devices: Devices) -> None:
    (core,) = visit(recorded_devices, "stack-switch", "cdp", "interfaces").neighbours
    assert (core.protocol, core.local_name, core.local_rule) == ("cdp", "Te2/0/1", "ifIndex")
    assert (core.name, core.port_id) == ("core-2.example.net(FDO0009T0ZZ)", "Ethernet1/3")
    assert core.addresses == ("10.20.0.2",)


def test_a_device_with_everything_wrong_is_read_all_the_same(recorded_devices: Devices) -> None:
    found = visit(recorded_devices, "odd-values")
    assert all(outcome.state is not ProbeState.FAILED for outcome in found.outcomes)
    assert found.system.description == "Odd switch\nsecond line [31m"
    assert found.system.name == "0xfffe0001020304ff"
    assert found.system.location == "São Paulo"
    assert (found.system.uptime_seconds, found.system.services) == (None, 7)
    first, second, third = found.interfaces
    assert (first.description, first.type, first.mac) == ("17", 6, "00:16:46:0a:0b:01")
    assert (first.admin_up, first.up, first.speed_mbps) == (None, False, 100)
    assert (second.mac, second.up, second.mtu) == ("", None, None)
    assert third.mac == ""
    assert [(one.address, one.prefix_length) for one in found.addresses] == [("10.1.1.1", None)]
    (neighbour,) = found.neighbours
    assert neighbour.name == "éé"
    assert neighbour.addresses == ()


def test_a_real_agent_tells_what_the_machine_has(snmpd_server: SnmpdServer) -> None:
    port_and_address = (snmpd_server.port, {"here": snmpd_server.host})
    credentials = (Community(snmpd_server.community),)
    found = visit(port_and_address, "here", credentials=credentials)
    assert isinstance(found, DeviceFindings)
    assert found.system.name == snmpd_server.name
    assert found.system.location == snmpd_server.location
    assert "lo" in {one.name for one in found.interfaces}
    assert ("127.0.0.1", 8) in {(one.address, one.prefix_length) for one in found.addresses}
    assert found.complete


def test_a_service_router_of_nokia_tells_components_and_neighbours_in_its_own_tables(
    serve: Serve,
) -> None:
    hardware, lldp = "1.3.6.1.4.1.6527.3.1.2.2.1.8.1", "1.3.6.1.4.1.6527.3.1.2.59.4.1.1"
    neighbour = "815.35684352.1.2"
    lines = [
        "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.6527.6.2.1.2.2.5",
        "1.3.6.1.2.1.31.1.1.1.1.35684352|4|1/1/1",
        f"{hardware}.4.1.50331649|4|3HE00001AA",
        f"{hardware}.5.1.50331649|4|NS0001",
        f"{hardware}.7.1.50331649|2|3",
        f"{hardware}.8.1.50331649|4|Chassis 1",
        f"{hardware}.8.1.83886081|4|Power Supply 1",
        f"{hardware}.7.1.83886081|2|5",
        f"{hardware}.13.1.83886081|2|50331649",
        f"{lldp}.4.{neighbour}|2|4",
        f"{lldp}.5.{neighbour}|4x|A47B2C000001",
        f"{lldp}.6.{neighbour}|2|7",
        f"{lldp}.7.{neighbour}|4|35717120",
        f"{lldp}.9.{neighbour}|4|pe-2",
    ]
    port = serve({"127.77.9.1": RecordedDevice(parse_recording(lines))})
    settings = ScanSettings(port=port, timeout_seconds=0.8, retries=0)
    found = scan_host("127.77.9.1", [Community("public")], settings)
    assert isinstance(found, DeviceFindings)
    chassis, supply = found.entities
    assert (chassis.kind, chassis.serial, chassis.model) == ("chassis", "NS0001", "3HE00001AA")
    assert (supply.kind, supply.parent) == ("power_supply", chassis.index)
    (row,) = found.neighbours
    assert (row.local_index, row.name, row.port_id) == (35684352, "pe-2", "35717120")
    assert row.local_name == "1/1/1"

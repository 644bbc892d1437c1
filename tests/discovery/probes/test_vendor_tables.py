"""What a make keeps in tables of its own: components, optics, access points, wireless clients."""

from collections.abc import Callable, Sequence

import pytest

from discovery.findings import (
    AccessPointFinding,
    DeviceFindings,
    EntityFinding,
    EntityPortFinding,
    ProbeState,
    SensorFinding,
    StationFinding,
    TransceiverFinding,
)
from discovery.findings.storing import findings_document, findings_from
from discovery.findings.wire import result_document, result_from
from discovery.scan.blocking import scan_host
from discovery.settings import ScanSettings
from tests.discovery.conftest import Serve
from tests.discovery.visits import PUBLIC
from tests.support.snmp_recordings import parse_recording
from tests.support.snmp_responder import RecordedDevice

Visit = Callable[..., DeviceFindings]
_ADDRESS = "127.77.11.1"


@pytest.fixture
def visit_of(serve: Serve) -> Visit:
    """Return a function that visits a device with a sysObjectID and some variables."""

    def visit(object_id: str, lines: Sequence[str], *probes: str, said: str = "") -> DeviceFindings:
        system = [f"1.3.6.1.2.1.1.1.0|4|{said}", f"1.3.6.1.2.1.1.2.0|6|{object_id}"]
        port = serve({_ADDRESS: RecordedDevice(parse_recording([*system, *lines]))})
        settings = ScanSettings(port=port, timeout_seconds=1, probes=("system", *probes))
        found = scan_host(_ADDRESS, PUBLIC, settings)
        assert isinstance(found, DeviceFindings), found
        assert all(one.state is ProbeState.DONE for one in found.outcomes), found.outcomes
        assert findings_from(findings_document(found)).stations == found.stations
        returned = result_from(result_document(found))
        assert isinstance(returned, DeviceFindings)
        assert returned.transceivers == found.transceivers
        return found

    return visit


def test_parts_of_a_juniper_are_told_once_and_what_is_built_in_has_no_number(
    visit_of: Visit,
) -> None:
    entry, entity = "1.3.6.1.4.1.2636.3.1.8.1", "1.3.6.1.2.1.47.1.1.1.1"
    found = visit_of(
        "1.3.6.1.4.1.2636.1.1.1.2.39",
        [
            f"{entity}.5.1|2|3",
            f"{entity}.11.1|4|AA0001",
            f"{entry}.6.1.1.0.0|4|midplane",
            f"{entry}.7.1.1.0.0|4|AA0001",
            f"{entry}.6.2.1.0.0|4|PEM 0",
            f"{entry}.7.2.1.0.0|4|PS0001",
            f"{entry}.10.2.1.0.0|4|740-000001",
            f"{entry}.14.2.1.0.0|4|PWR-1",
            f"{entry}.6.8.1.1.0|4|PIC: 16x GE Base PIC",
            f"{entry}.7.8.1.1.0|4|BUILTIN",
            f"{entry}.10.8.1.1.0|4|750-000002",
        ],
        *("entities", "vendor_tables"),
    )
    assert [(one.kind, one.name, one.model, one.serial) for one in found.entities] == [
        ("chassis", "", "", "AA0001"),
        ("power_supply", "PEM 0", "PWR-1", "PS0001"),
        ("module", "PIC: 16x GE Base PIC", "750-000002", ""),
    ]
    assert len({one.index for one in found.entities}) == 3


def test_an_aruba_controller_tells_its_access_points_and_who_is_connected(visit_of: Visit) -> None:
    point, client = "1.3.6.1.4.1.14823.2.3.3.1.2.1.1", "1.3.6.1.4.1.14823.2.3.3.1.2.4.1"
    mac, phone = "0.27.33.0.0.1", "0.27.33.0.0.9"
    found = visit_of(
        "1.3.6.1.4.1.14823.1.2.59",
        [
            f"{point}.2.{mac}|4|hall-1",
            f"{point}.3.{mac}|64|10.0.0.11",
            f"{point}.4.{mac}|4|CN0001",
            f"{point}.6.{mac}|4|225",
            f"{client}.3.{phone}|64|10.0.9.9",
            f"{client}.4.{phone}|64|10.0.0.11",
            f"{client}.5.{phone}|4|phone-of-ann",
        ],
        "vendor_tables",
    )
    assert found.access_points == (
        AccessPointFinding(
            "00:1b:21:00:00:01", "hall-1", "10.0.0.11", "HPE Aruba", "225", "CN0001"
        ),
    )
    assert found.stations == (
        StationFinding("00:1b:21:00:00:09", "phone-of-ann", "10.0.9.9", "10.0.0.11"),
    )


def test_a_cisco_controller_names_access_points_by_their_mac(visit_of: Visit) -> None:
    client = "1.3.6.1.4.1.14179.2.1.4.1"
    found = visit_of(
        "1.3.6.1.4.1.9.1.1069",
        [
            f"{client}.4.0.27.33.0.0.9|4x|001b21000001",
            f"{client}.7.0.27.33.0.0.9|4|office",
            f"{client}.4.0.27.33.0.0.8|4|ap-101",
        ],
        "vendor_tables",
        said="Cisco Controller",
    )
    assert found.stations == (
        StationFinding("00:1b:21:00:00:08", access_point="ap-101"),
        StationFinding("00:1b:21:00:00:09", access_point="00:1b:21:00:00:01", network="office"),
    )


def test_optics_of_hpe_are_read_in_their_units_and_no_light_is_no_number(visit_of: Visit) -> None:
    entry = "1.3.6.1.4.1.11.2.14.11.5.1.82.1.1.1.1"
    found = visit_of(
        "1.3.6.1.4.1.11.2.3.7.11.154",
        [
            f"{entry}.3.49|4|J4859C",
            f"{entry}.4.49|4|MY0001",
            f"{entry}.5.49|4|1000LX",
            f"{entry}.11.49|2|45398",
            f"{entry}.12.49|66|32970",
            f"{entry}.13.49|66|8850",
            f"{entry}.14.49|2|-6020",
            f"{entry}.15.49|2|-99999999",
            f"{entry}.15.0|2|-99999999",
        ],
        "vendor_tables",
    )
    assert found.transceivers == (
        TransceiverFinding(
            interface_index=49,
            kind="1000LX",
            vendor="HPE",
            model="J4859C",
            serial="MY0001",
            temperature_c=45.398,
            volts=3.297,
            bias_ma=8.85,
            sent_dbm=-6.02,
        ),
    )


def test_a_device_of_another_make_is_not_asked(visit_of: Visit) -> None:
    found = visit_of("1.3.6.1.4.1.99999.1", [], "vendor_tables")
    assert [one.probe for one in found.outcomes] == ["system"]


def test_sensors_are_read_in_units_whoever_s_table_they_stand_in(visit_of: Visit) -> None:
    standard, cisco = "1.3.6.1.2.1.99.1.1.1", "1.3.6.1.4.1.9.9.91.1.1.1.1"
    alias = "1.3.6.1.2.1.47.1.3.2.1.2"

    def sensor(entry: str, index: int, *values: int) -> list[str]:
        return [f"{entry}.{n}.{index}|2|{value}" for n, value in enumerate(values, 1)]

    found = visit_of(
        "1.3.6.1.4.1.9.1.1",
        [
            *sensor(standard, 5, 8, 9, 1, 533, 1),  # 53.3 degrees
            *sensor(standard, 6, 6, 7, 3, 500, 1),  # 0.5 microwatts
            *sensor(standard, 7, 8, 9, 0, 1_000_000_000, 1),  # above what can be told
            *sensor(standard, 8, 8, 9, 0, 20, 3),  # out of order
            *sensor(standard, 9, 10, 9, 0, 4000, 1),  # turns of a fan
            *sensor(cisco, 11, 14, 9, 1, -47, 1),
            f"{alias}.3.0|6|1.3.6.1.2.1.2.2.1.1.10103",
            f"{alias}.3.7|6|1.3.6.1.2.1.2.2.1.1.99",
            f"{alias}.4.0|6|1.3.6.1.4.1.9.7",
        ],
        "sensors",
    )
    assert [(one.index, one.unit) for one in found.sensors] == [
        (5, "celsius"),
        (6, "watts"),
        (11, "dbm"),
    ]
    assert [one.value for one in found.sensors] == pytest.approx([53.3, 5e-7, -4.7])
    assert found.entity_ports == (EntityPortFinding(3, 10103),)
    assert isinstance(found.sensors[0], SensorFinding)
    assert EntityFinding not in map(type, found.sensors)

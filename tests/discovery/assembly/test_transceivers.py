"""An optic is found in its port by whatever the agent tells: alias, the whole, or a name."""

import pytest

from discovery.assembly.transceivers import transceivers_of
from discovery.findings import (
    DeviceFindings,
    EntityFinding,
    EntityPortFinding,
    InterfaceFinding,
    SensorFinding,
    TransceiverFinding,
)

_PORTS = (InterfaceFinding(1, "Te1/1/1"), InterfaceFinding(2, "Ethernet2", "2"))


def _found(**fields: object) -> dict[int, TransceiverFinding]:
    findings = DeviceFindings("10.0.0.1", 161, "lab", "2c", interfaces=_PORTS, **fields)  # type: ignore[arg-type]  # fields by name
    return dict(transceivers_of(findings))


def test_a_module_that_holds_the_port_and_its_sensors() -> None:
    """Cisco: container > optic > port (alias); sensors lie below the optic."""
    found = _found(
        entities=(
            EntityFinding(1, "chassis", model="WS-C1", serial="FOC1"),
            EntityFinding(10, "container", parent=1, name="Te1/1/1 Container"),
            EntityFinding(
                11,
                "module",
                parent=10,
                description="SFP-10GBase-SR",
                model="SFP-10G-SR",
                serial="FNS0001",
            ),
            EntityFinding(12, "port", parent=11, name="Te1/1/1"),
            EntityFinding(13, "sensor", parent=11, name="Te1/1/1 Module Temperature Sensor"),
            EntityFinding(14, "sensor", parent=11, name="Te1/1/1 Transmit Power Sensor"),
            EntityFinding(15, "sensor", parent=11, name="Te1/1/1 Receive Power Sensor"),
            EntityFinding(16, "sensor", parent=1, name="Inlet Temperature Sensor"),
        ),
        entity_ports=(EntityPortFinding(12, 1),),
        sensors=(
            SensorFinding(13, "celsius", 31.5),
            SensorFinding(14, "dbm", -2.25),
            SensorFinding(15, "dbm", -4.5),
            SensorFinding(16, "celsius", 22),
        ),
    )
    assert list(found) == [1]
    optic = found[1]
    assert (optic.kind, optic.model, optic.serial) == ("SFP-10GBase-SR", "SFP-10G-SR", "FNS0001")
    assert (optic.temperature_c, optic.sent_dbm, optic.received_dbm) == (31.5, -2.25, -4.5)


def test_a_port_is_known_by_the_name_in_a_sentence_and_lanes_by_the_worst() -> None:
    """Arista: nothing but descriptions; light in watts, one sensor for each lane."""
    found = _found(
        entities=(
            EntityFinding(
                20, "module", description="Xcvr for Ethernet2", model="QSFP-40G", serial="XKE0001"
            ),
            EntityFinding(21, "sensor", parent=20, description="DOM TX Bias Sensor for Ethernet2"),
            EntityFinding(22, "sensor", description="DOM RX Power Sensor for Ethernet2"),
            EntityFinding(23, "sensor", description="DOM RX Power Sensor for Ethernet2"),
            EntityFinding(24, "sensor", description="DOM RX Power Sensor for Ethernet2"),
        ),
        sensors=(
            SensorFinding(21, "amperes", 0.0065),
            SensorFinding(22, "watts", 0.001),
            SensorFinding(23, "watts", 0.0001),
            SensorFinding(24, "watts", 0.0),
        ),
    )
    assert found[2].serial == "XKE0001"
    assert found[2].bias_ma == pytest.approx(6.5)
    assert found[2].received_dbm == pytest.approx(-10)


def test_a_name_with_a_tail_is_the_port_s_and_a_bare_number_is_nobody_s() -> None:
    """IOS XR writes Te1/1/1-Rx Lane Power; "2" is in every sentence."""
    found = _found(
        entities=(
            EntityFinding(30, "sensor", name="Te1/1/1-Rx Lane Power"),
            EntityFinding(31, "sensor", name="Power Supply 2 Output"),
        ),
        sensors=(SensorFinding(30, "dbm", -3.0), SensorFinding(31, "watts", 120.0)),
    )
    assert {index: one.received_dbm for index, one in found.items()} == {1: -3.0}


def test_a_vendor_s_table_wins_and_the_rest_is_filled_in() -> None:
    found = _found(
        entities=(EntityFinding(40, "port", name="Te1/1/1", model="SFP-1G", serial="S40"),),
        entity_ports=(EntityPortFinding(40, 1),),
        transceivers=(
            TransceiverFinding(entity_index=40, temperature_c=40.0, serial="OWN"),
            TransceiverFinding(interface_index=2, model="SFP-LX"),
        ),
    )
    assert (found[1].serial, found[1].model, found[1].temperature_c) == ("OWN", "SFP-1G", 40.0)
    assert found[2].model == "SFP-LX"


def test_what_is_no_optic_is_none() -> None:
    """A card of many ports, an empty cage, a copper port with a part number, a warm fan."""
    found = _found(
        entities=(
            EntityFinding(50, "module", name="48 ports SFP+", model="LC-48-SFP", serial="LC1"),
            *(EntityFinding(60 + n, "port", parent=50) for n in range(12)),
            EntityFinding(80, "container", description="Pluggable optics Te1/1/1", model="N/A"),
            EntityFinding(
                81, "port", name="Te1/1/1", description="1000BaseTX", model="10/100 Port"
            ),
            EntityFinding(82, "sensor", name="Te1/1/1 temperature"),
        ),
        entity_ports=tuple(EntityPortFinding(60 + n, 100 + n) for n in range(12)),
        sensors=(SensorFinding(82, "celsius", 30.0),),
    )
    assert found == {}

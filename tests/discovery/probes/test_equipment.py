"""What a device tells of its own equipment: supplies, battery, power over Ethernet."""

from discovery.findings import BatteryFinding, PoeFinding, SupplyFinding
from discovery.findings.storing import findings_document, findings_from
from tests.discovery.visits import Devices, visit


def test_a_printer_tells_what_is_left_as_far_as_it_measures(recorded_devices: Devices) -> None:
    """A number above its most, a word instead of a number, and nothing left at all."""
    assert visit(recorded_devices, "printer", "supplies").supplies == (
        SupplyFinding("Black Cartridge", 23.5, some=True),
        SupplyFinding("Waste Toner Box", None, some=True),
        SupplyFinding("Drum", 0.0, some=False),
        SupplyFinding("Fuser", None, some=None),
    )


def test_a_ups_tells_how_long_it_lasts_and_its_heaviest_line(recorded_devices: Devices) -> None:
    found = visit(recorded_devices, "ups", "battery")
    assert found.batteries == (BatteryFinding("normal", "normal", 100, 42, 0, 24, 31),)
    assert findings_from(findings_document(found)).batteries == found.batteries


def test_power_over_ethernet_is_counted_by_group(recorded_devices: Devices) -> None:
    assert visit(recorded_devices, "stack-switch", "poe").poe == (
        PoeFinding(1, watts=370, drawn_watts=15, ports=2, delivering=1),
        PoeFinding(2, ports=1, faulty=1),
    )


def test_what_has_none_of_it_tells_nothing(recorded_devices: Devices) -> None:
    found = visit(recorded_devices, "edge-router")
    assert (found.supplies, found.batteries, found.poe) == ((), (), ())
    assert {"supplies", "battery", "poe"} <= {one.probe for one in found.outcomes}

"""Supplies, batteries and power over Ethernet in the reader's words."""

from discovery.findings import BatteryFinding, DeviceFindings, PoeFinding, SupplyFinding
from tests.web.presenters.readers import reader
from web.presenters.equipment import equipment_rows


def test_what_a_device_tells_of_its_equipment_is_told_in_words() -> None:
    found = DeviceFindings(
        *("192.0.2.1", 161, "test", "2c"),
        supplies=(
            SupplyFinding("Toner", 23.5, some=True),
            SupplyFinding("Box", some=True),
            SupplyFinding("Drum"),
        ),
        batteries=(BatteryFinding("low", "battery", 12, 3),),
        poe=(PoeFinding(1, 370, 15, 24, 7, 1), PoeFinding(2, ports=24)),
    )
    assert equipment_rows(found, reader()) == [
        ("Toner", "23.5 %"),
        ("Box", "some left"),
        ("Drum", "not known"),
        ("Battery", "low"),
        ("Lives on", "battery"),
        ("Charge", "12 %"),
        ("Lasts for", "3 min"),
        ("Power over Ethernet 1", "15 of 370 W, 7 of 24 ports draw power, 1 faulty"),
        ("Power over Ethernet 2", "0 of 24 ports draw power"),
    ]
    assert equipment_rows(None, reader()) == []

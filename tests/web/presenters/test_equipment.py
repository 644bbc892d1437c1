"""Supplies, batteries, power over Ethernet and optics in the reader's words."""

from discovery.findings import (
    BatteryFinding,
    DeviceFindings,
    PoeFinding,
    SupplyFinding,
    TransceiverFinding,
)
from tests.web.presenters.readers import reader
from web.presenters.equipment import equipment_rows, optic_readings, optic_text


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


def test_an_optic_is_told_by_what_it_is_and_what_it_measures() -> None:
    optic = TransceiverFinding(
        1, vendor="Finisar", model="FTLX", serial="A1", temperature_c=31.4, received_dbm=-4.56
    )
    assert optic_text(optic) == "Finisar FTLX, A1"
    assert optic_readings(optic, reader()) == "receives -4.6 dBm, 31\N{NO-BREAK SPACE}°C"
    assert "-4,6" in optic_readings(optic, reader("ru"))
    measured = TransceiverFinding(1, kind="1000LX", sent_dbm=0.04)
    assert optic_text(measured) == "1000LX"
    assert optic_readings(measured, reader()) == "sends 0 dBm"
    assert optic_readings(TransceiverFinding(1, model="FTLX"), reader()) == ""

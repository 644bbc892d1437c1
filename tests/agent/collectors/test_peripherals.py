"""What is attached to a machine: USB, displays, batteries, print queues."""

from pathlib import Path

from agent.collectors import batteries, monitors, printers, usb
from tests.agent.recordings import made_of


def test_usb_devices_are_told_and_hubs_are_not(tmp_path: Path) -> None:
    machine = made_of(
        tmp_path,
        "/sys/bus/usb/devices/usb1/idVendor = 1d6b",
        "/sys/bus/usb/devices/usb1/bDeviceClass = 09",
        "/sys/bus/usb/devices/1-2/idVendor = 046d",
        "/sys/bus/usb/devices/1-2/idProduct = c52b",
        "/sys/bus/usb/devices/1-2/product = USB Receiver",
        "/sys/bus/usb/devices/1-2/manufacturer = Logitech",
        "/sys/bus/usb/devices/1-2:1.0/bInterfaceClass = 03",
    )
    assert usb.collect(machine) == [
        {
            "name": "USB Receiver",
            "vendor": "Logitech",
            "vendor_id": "046d",
            "product_id": "c52b",
            "serial": None,
        }
    ]


def _display(name: str, serial: str) -> bytes:
    """A display's own description: VESA E-EDID 1.4, made by hand."""
    told = bytearray(128)
    told[0:8] = b"\x00\xff\xff\xff\xff\xff\xff\x00"
    told[8:10] = (4 << 10 | 5 << 5 | 12).to_bytes(2, "big")  # DEL
    told[17] = 2021 - 1990
    for start, tag, text in ((54, 0xFF, serial), (72, 0xFC, name)):
        told[start + 3] = tag
        told[start + 5 : start + 18] = f"{text}\n".ljust(13).encode()
    return bytes(told)


def test_a_display_tells_its_name_and_serial(tmp_path: Path) -> None:
    machine = made_of(tmp_path, "/sys/class/drm/card0-DP-1/status = connected")
    (tmp_path / "sys/class/drm/card0-DP-1/edid").write_bytes(_display("DELL U2412M", "YMYH12"))
    (tmp_path / "sys/class/drm/card0-VGA-1").mkdir()
    (tmp_path / "sys/class/drm/card0-VGA-1/edid").write_bytes(b"")
    assert monitors.collect(machine) == [
        {"port": "DP-1", "name": "DELL U2412M", "vendor": "DEL", "serial": "YMYH12", "year": 2021}
    ]


def test_a_battery_is_told_as_it_was_built_and_that_of_a_mouse_is_not(tmp_path: Path) -> None:
    place = "/sys/class/power_supply"
    machine = made_of(
        tmp_path,
        f"{place}/AC/type = Mains",
        f"{place}/BAT0/type = Battery",
        f"{place}/BAT0/manufacturer = SMP",
        f"{place}/BAT0/model_name = DELL RWT1R43",
        f"{place}/BAT0/technology = Li-ion",
        f"{place}/BAT0/charge_full_design = 7500000",
        f"{place}/BAT0/voltage_min_design = 7600000",
        f"{place}/BAT0/capacity = 61",
        f"{place}/hid-mouse/type = Battery",
        f"{place}/hid-mouse/scope = Device",
    )
    (battery,) = batteries.collect(machine)
    assert (battery["name"], battery["vendor"], battery["design_capacity_mwh"]) == (
        "BAT0",
        "SMP",
        57000,
    )
    assert "61" not in str(battery)


def test_a_print_queue_keeps_its_password_to_itself(tmp_path: Path) -> None:
    machine = made_of(
        tmp_path,
        "/etc/cups/printers.conf <<",
        "<DefaultPrinter Laser>",
        "MakeModel HP LaserJet M507",
        "DeviceURI smb://ana:hunter2@files.example.test/laser",
        "Shared Yes",
        "</DefaultPrinter>",
        ">>",
    )
    assert printers.collect(machine) == [
        {
            "name": "Laser",
            "model": "HP LaserJet M507",
            "address": "smb://files.example.test/laser",
            "shared": True,
        }
    ]

"""Asks what is plugged into the machine's USB ports."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine

_FOLDER = "/sys/bus/usb/devices"
_HUB = "09"


def collect(machine: Machine) -> list[dict[str, Any]]:
    """USB devices by number and serial; hubs and the ports of the machine itself are left out."""
    if machine.windows:
        from agent.sources.windows import holdings  # noqa: PLC0415 - not needed elsewhere

        return holdings.usb(machine)
    if machine.macos:
        from agent.sources.macos import holdings as of_a_mac  # noqa: PLC0415 - not needed elsewhere

        return of_a_mac.usb(machine)
    found = []
    for place in machine.names(_FOLDER):
        folder = f"{_FOLDER}/{place}"
        vendor_id = machine.word(f"{folder}/idVendor")
        if vendor_id is None or machine.word(f"{folder}/bDeviceClass") == _HUB:
            continue
        product_id = machine.word(f"{folder}/idProduct")
        name = machine.word(f"{folder}/product")
        found.append(
            {
                "name": name or f"{vendor_id}:{product_id}",
                "vendor": machine.word(f"{folder}/manufacturer"),
                "vendor_id": vendor_id,
                "product_id": product_id,
                "serial": machine.word(f"{folder}/serial"),
            }
        )
    return sorted(found, key=lambda row: (row["name"], row["serial"] or "", str(row)))

"""What the firmware says the machine is: sysfs's DMI folder, the device tree on boards without."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent.machine import Machine

_FIELDS = (
    "sys_vendor",
    "product_name",
    "product_serial",
    "product_uuid",
    "chassis_type",
    "chassis_serial",
    "chassis_asset_tag",
    "board_vendor",
    "board_name",
    "board_serial",
    "bios_vendor",
    "bios_version",
    "bios_date",
)

# SMBIOS 3.7, table 17 (system enclosure or chassis types).
_CHASSIS_TYPES = {
    1: "other",
    2: "unknown",
    3: "desktop",
    4: "low-profile desktop",
    5: "pizza box",
    6: "mini tower",
    7: "tower",
    8: "portable",
    9: "laptop",
    10: "notebook",
    11: "hand held",
    12: "docking station",
    13: "all in one",
    14: "sub notebook",
    15: "space-saving",
    16: "lunch box",
    17: "main server chassis",
    18: "expansion chassis",
    19: "sub chassis",
    20: "bus expansion chassis",
    21: "peripheral chassis",
    22: "RAID chassis",
    23: "rack mount chassis",
    24: "sealed-case PC",
    25: "multi-system chassis",
    26: "compact PCI",
    27: "advanced TCA",
    28: "blade",
    29: "blade enclosure",
    30: "tablet",
    31: "convertible",
    32: "detachable",
    33: "IoT gateway",
    34: "embedded PC",
    35: "mini PC",
    36: "stick PC",
}


def firmware_facts(machine: Machine) -> dict[str, str]:
    """Return sysfs's DMI words by their sysfs name, those present.

    Where there is no DMI, the device tree's model and serial stand as `product_name` and
    `product_serial`.

    Serial numbers and the UUID are readable by root alone.
    """
    return machine.once("dmi", _read)


def chassis_type(facts: dict[str, str]) -> str | None:
    """Return the enclosure in SMBIOS's words; the top bit of the number is a lock, not a type.

    >>> chassis_type({"chassis_type": "137"})
    'laptop'
    """
    number = facts.get("chassis_type", "")
    return _CHASSIS_TYPES.get(int(number) & 0x7F) if number.isdecimal() else None


def _read(machine: Machine) -> dict[str, str]:
    if not machine.exists("/sys/class/dmi/id"):
        found = {
            "product_name": machine.word("/proc/device-tree/model"),
            "product_serial": machine.word("/proc/device-tree/serial-number"),
        }
    else:
        found = {field: machine.word(f"/sys/class/dmi/id/{field}") for field in _FIELDS}
    return {field: value for field, value in found.items() if value}

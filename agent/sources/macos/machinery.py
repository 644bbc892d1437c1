"""What a Mac is made of, in the words of the report's sections."""

from __future__ import annotations

import re

from agent.sources.macos.asking import first, leaves, rows, setting
from agent.sources.macos.programs import read_plist
from agent.sources.virtualisation import make_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine

_HARDWARE, _SOFTWARE = "SPHardwareDataType", "SPSoftwareDataType"
_UNITS = {"KB": 1024, "MB": 1024**2, "GB": 1024**3, "TB": 1024**4}
_HEALTH = {"verified": "good", "failing": "failing"}
_BUSES = (("SPNVMeDataType", "nvme"), ("SPSerialATADataType", "sata"))


def identity(machine: Machine, macs: list[str]) -> dict[str, Any]:
    """Return the section `identity`."""
    told = first(machine, _HARDWARE)
    name = machine.uname[1]
    return {
        "uuid": told.get("platform_UUID"),
        "serial": told.get("serial_number"),
        "vendor": "Apple Inc.",
        "macs": macs,
        "hostname": name.partition(".")[0],
        "fqdn": name if "." in name and not name.endswith(".local") else None,
    }


def hardware(machine: Machine) -> dict[str, Any]:
    """Return the section `hardware`."""
    told = first(machine, _HARDWARE)
    model = str(told.get("machine_model") or "")
    make = "apple" if model.startswith("VirtualMac") else make_in(model.casefold())
    portable = "book" in str(told.get("machine_name") or model).casefold()
    return {
        "manufacturer": "Apple Inc.",
        "model": model,
        "serial": told.get("serial_number"),
        "uuid": told.get("platform_UUID"),
        "chassis_type": "laptop" if portable else "desktop",
        "bios_vendor": "Apple Inc.",
        "bios_version": told.get("boot_rom_version"),
        "architecture": machine.uname[3],
        "virtual_role": "guest" if make else "physical",
        "virtualisation": make,
    }


def operating_system(machine: Machine) -> dict[str, Any]:
    """Return name, version and build; what else the section `os` holds is the same everywhere."""
    told = str(first(machine, _SOFTWARE).get("os_version") or "")
    found = re.match(r"(.+?) ([\d.]+) \((\w+)\)", told)
    return {
        "name": found.group(1) if found else "macOS",
        "id": "macos",
        "version": found.group(2) if found else None,
        "pretty_name": told or None,
    }


def cpus(machine: Machine) -> list[dict[str, Any]]:
    """Return the section `cpus`."""
    told = first(machine, _HARDWARE)
    model = setting(machine, "machdep.cpu.brand_string") or told.get("chip_type")
    words = str(model or told.get("cpu_type") or "")
    return [
        {
            "model": words or None,
            "vendor": "Apple" if "Apple" in words else "Intel" if "Intel" in words else None,
            "architecture": machine.uname[3],
            "cores": _whole(setting(machine, "hw.physicalcpu")),
            "threads": _whole(setting(machine, "hw.logicalcpu")),
        }
    ]


def memory(machine: Machine) -> dict[str, Any]:
    """Return the section `memory`; modules only where they are not soldered."""
    modules = [
        {
            "slot": row.get("_name"),
            "size_bytes": in_bytes(row.get("dimm_size")),
            "type": row.get("dimm_type"),
            "manufacturer": row.get("dimm_manufacturer"),
            "serial": row.get("dimm_serial_number"),
            "part_number": row.get("dimm_part_number"),
        }
        for row in leaves(rows(machine, "SPMemoryDataType"))
        if in_bytes(row.get("dimm_size")) and row.get("dimm_serial_number")
    ]
    total = _whole(setting(machine, "hw.memsize"))
    return {
        "total_bytes": total or in_bytes(first(machine, _HARDWARE).get("physical_memory")),
        "modules": modules or None,
    }


def disks(machine: Machine) -> list[dict[str, Any]]:
    """Return the section `disks`, by name."""
    found = []
    for part, bus in _BUSES:
        for row in leaves(rows(machine, part)):
            if row.get("bsd_name"):
                rotates = str(row.get("spsata_medium_type", "")).casefold() == "rotational"
                found.append(
                    {
                        "name": row["bsd_name"],
                        "kind": "nvme" if bus == "nvme" else "hdd" if rotates else "ssd",
                        "size_bytes": row.get("size_in_bytes"),
                        "model": row.get("device_model"),
                        "serial": row.get("device_serial"),
                        "firmware": row.get("device_revision"),
                        "bus": bus,
                        "health": _HEALTH.get(_smart(machine, row)),
                    }
                )
    return sorted(found, key=lambda disk: str(disk["name"]))


def _smart(machine: Machine, row: dict[str, Any]) -> str:
    told = row.get("smart_status")
    if told is None:
        name = str(row["bsd_name"])
        asked = ("/usr/sbin/diskutil", "info", "-plist", name)
        answer = machine.command(asked, known_as=f"diskutil-{name}") or ""
        told = read_plist(machine, answer.encode(), "diskutil").get("SMARTStatus")
    return str(told).casefold()


def in_bytes(told: object) -> int | None:
    """Return a size as system_profiler writes it.

    >>> in_bytes("16 GB"), in_bytes("empty")
    (17179869184, None)
    """
    number, _, unit = str(told).partition(" ")
    factor = _UNITS.get(unit)
    return int(number) * factor if factor and number.isdecimal() else None


def _whole(told: str | None) -> int | None:
    return int(told) if told and told.isdecimal() else None

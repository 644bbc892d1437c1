"""What a Windows machine is made of, in the words of the report's sections."""

from __future__ import annotations

from agent.sources.dmi import chassis_type
from agent.sources.smbios import memory_type
from agent.sources.virtualisation import make_in
from agent.sources.windows.asking import first, moment, rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine

_MIB = 1024 * 1024
_MEDIA = {"SSD": "ssd", "HDD": "hdd", "3": "hdd", "4": "ssd"}
# MSFT_PhysicalDisk.HealthStatus, as a number and as PowerShell writes it.
_HEALTH = {
    "0": "good",
    "1": "worn",
    "2": "failing",
    "Healthy": "good",
    "Warning": "worn",
    "Unhealthy": "failing",
}
# MSFT_PhysicalDisk.BusType, as a number and as PowerShell writes it.
_BUSES = {
    "7": "usb",
    "10": "scsi",
    "11": "sata",
    "17": "nvme",
    "SAS": "scsi",
    "SATA": "sata",
    "USB": "usb",
    "NVMe": "nvme",
}


def identity(machine: Machine, macs: list[str]) -> dict[str, Any]:
    """Return the section `identity`."""
    system, enclosure = (
        first(machine, "Win32_ComputerSystem"),
        first(machine, "Win32_SystemEnclosure"),
    )
    name = str(system.get("DNSHostName") or machine.uname[1])
    domain = system.get("Domain") if system.get("PartOfDomain") else None
    return {
        "machine_id": first(machine, "MachineGuid").get("MachineGuid"),
        "uuid": first(machine, "Win32_ComputerSystemProduct").get("UUID"),
        "serial": first(machine, "Win32_BIOS").get("SerialNumber"),
        "vendor": system.get("Manufacturer"),
        "board_serial": first(machine, "Win32_BaseBoard").get("SerialNumber"),
        "board_vendor": first(machine, "Win32_BaseBoard").get("Manufacturer"),
        "chassis_serial": enclosure.get("SerialNumber"),
        "asset_tag": enclosure.get("SMBIOSAssetTag"),
        "macs": macs,
        "hostname": name.partition(".")[0],
        "fqdn": f"{name.partition('.')[0]}.{domain}".lower() if domain else None,
    }


def firmware_words(machine: Machine) -> dict[str, str]:
    """Return what names a cloud, by the names that Linux has for it."""
    told = {
        "sys_vendor": first(machine, "Win32_ComputerSystem").get("Manufacturer"),
        "product_name": first(machine, "Win32_ComputerSystem").get("Model"),
        "bios_version": first(machine, "Win32_BIOS").get("SMBIOSBIOSVersion"),
        "chassis_asset_tag": first(machine, "Win32_SystemEnclosure").get("SMBIOSAssetTag"),
    }
    return {name: str(word) for name, word in told.items() if word}


def hardware(machine: Machine) -> dict[str, Any]:
    """Return the section `hardware`."""
    system, bios = first(machine, "Win32_ComputerSystem"), first(machine, "Win32_BIOS")
    board = first(machine, "Win32_BaseBoard")
    types = first(machine, "Win32_SystemEnclosure").get("ChassisTypes") or [""]
    words = f"{system.get('Manufacturer')} {system.get('Model')} {bios.get('Manufacturer')}"
    make = _make(words.casefold())
    return {
        "manufacturer": system.get("Manufacturer"),
        "model": system.get("Model"),
        "serial": bios.get("SerialNumber"),
        "uuid": first(machine, "Win32_ComputerSystemProduct").get("UUID"),
        "chassis_type": chassis_type({"chassis_type": str(types[0])}),
        "bios_vendor": bios.get("Manufacturer"),
        "bios_version": bios.get("SMBIOSBIOSVersion"),
        "bios_date": (moment(bios.get("ReleaseDate")) or "")[:10] or None,
        "board_manufacturer": board.get("Manufacturer"),
        "board_model": board.get("Product"),
        "board_serial": board.get("SerialNumber"),
        "architecture": machine.uname[3],
        # A host of Hyper-V runs below a hypervisor too: the firmware's words decide.
        "virtual_role": "guest" if make else "physical",
        "virtualisation": make,
    }


def _make(words: str) -> str | None:
    # Machines by Microsoft are hardware, all but those that are called a virtual machine.
    return "hyperv" if "microsoft" in words and "virtual machine" in words else make_in(words)


def operating_system(machine: Machine) -> dict[str, Any]:
    """Return the section `os`; the version ends with the number of the monthly update."""
    system, release = first(machine, "Win32_OperatingSystem"), first(machine, "Release")
    version, update = system.get("Version"), release.get("UBR")
    name = str(system.get("Caption") or "Windows").replace("Microsoft ", "").strip()
    shown = " ".join(filter(None, (name, str(release.get("DisplayVersion") or ""))))
    booted = moment(system.get("LastBootUpTime"))
    return {
        "name": name,
        "id": "windows",
        "version": f"{version}.{update}" if version and update else version,
        "pretty_name": shown,
        "kernel": "Windows NT",
        "kernel_version": version,
        "architecture": machine.uname[3],
        "time_zone": first(machine, "TimeZone").get("Id"),
        # The clock's corrections move the seconds.
        "boot_time": f"{booted[:17]}00Z" if booted else None,
    }


def cpus(machine: Machine) -> list[dict[str, Any]]:
    """Return the section `cpus`: one entry for each socket."""
    return [
        {
            "model": " ".join(str(row.get("Name") or "").split()) or None,
            "vendor": {"GenuineIntel": "Intel", "AuthenticAMD": "AMD"}.get(
                str(row.get("Manufacturer")), row.get("Manufacturer")
            ),
            "architecture": machine.uname[3],
            "cores": _whole(row.get("NumberOfCores")),
            "threads": _whole(row.get("NumberOfLogicalProcessors")),
            "mhz_max": _whole(row.get("MaxClockSpeed")),
        }
        for row in rows(machine, "Win32_Processor")
    ]


def memory(machine: Machine) -> dict[str, Any]:
    """Return the section `memory`; installed where the modules tell, usable otherwise."""
    modules = [
        {
            "slot": row.get("DeviceLocator"),
            "size_bytes": _whole(row.get("Capacity")),
            "type": memory_type(_whole(row.get("SMBIOSMemoryType")) or 0),
            "speed_mts": _whole(row.get("Speed")),
            "manufacturer": row.get("Manufacturer"),
            "serial": row.get("SerialNumber"),
            "part_number": str(row.get("PartNumber") or "").strip() or None,
        }
        for row in rows(machine, "Win32_PhysicalMemory")
    ]
    usable = _whole(first(machine, "Win32_ComputerSystem").get("TotalPhysicalMemory"))
    swap = [_whole(row.get("AllocatedBaseSize")) for row in rows(machine, "Win32_PageFileUsage")]
    return {
        "total_bytes": sum(one["size_bytes"] or 0 for one in modules) or usable,
        "swap_bytes": sum(one or 0 for one in swap) * _MIB,
        "modules": modules or None,
    }


def disks(machine: Machine) -> list[dict[str, Any]]:
    """Return the section `disks`, by name."""
    kinds = {str(row.get("DeviceId")): row for row in rows(machine, "Disks")}
    doomed = {
        str(row.get("InstanceName")).casefold()
        for row in rows(machine, "Doomed")
        if row.get("PredictFailure") is True
    }
    found = []
    for row in rows(machine, "Win32_DiskDrive"):
        name = str(row.get("DeviceID") or "").rpartition("\\")[2]
        more = kinds.get(name.casefold().removeprefix("physicaldrive"), {})
        bus = _BUSES.get(str(more.get("BusType"))) or str(row.get("InterfaceType") or "").lower()
        kind = "nvme" if bus == "nvme" else _MEDIA.get(str(more.get("MediaType")), "virtual")
        found.append(
            {
                "name": name,
                "kind": kind,
                "size_bytes": _whole(row.get("Size")),
                "model": row.get("Model"),
                "serial": str(row.get("SerialNumber") or "").strip().rstrip(".") or None,
                "firmware": row.get("FirmwareRevision"),
                "bus": bus or None,
                "wwn": more.get("UniqueId"),
                "health": _health(row, more, doomed),
            }
        )
    return sorted(found, key=lambda disk: str(disk["name"]))


def _health(row: dict[str, Any], more: dict[str, Any], doomed: set[str]) -> str | None:
    # WMI numbers the instances of a device: its name and "_0".
    if f"{row.get('PNPDeviceID')}_0".casefold() in doomed:
        return "failing"
    return _HEALTH.get(str(more.get("HealthStatus")))


def _whole(told: object) -> int | None:
    text = str(told).strip()
    return int(text) if text.isdecimal() else None

"""Asks which disks there are, whole ones, and what they are made of."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine

_FOLDER = "/sys/block"
_SECTOR_BYTES = 512  # sysfs counts in these whatever the disk's own sector is
_NOT_DISKS = ("loop", "ram", "zram", "fd", "nbd", "mtdblock")
# "ATA" names the protocol, 0x1af4 the virtio standard: neither made the disk.
_NOT_VENDORS = ("ATA", "0x1af4")
_BUSES = (
    ("/virtio", "virtio"),
    ("/usb", "usb"),
    ("/nvme", "nvme"),
    ("/ata", "sata"),
    ("/mmc_host", "mmc"),
    ("/vbd-", "xen"),
    ("/vmbus", "hyperv"),
    ("/host", "scsi"),
)
# Those that may tell how they are.
_TELLING = ("hdd", "ssd", "nvme", "md")
_MAPPED = (("CRYPT-", "crypt"), ("LVM-", "lvm"))


def collect(machine: Machine) -> list[dict[str, Any]]:
    """Disks, arrays and mapped volumes by name; sizes in bytes. Empty drives have no size."""
    if machine.windows:
        from agent.sources.windows import machinery  # noqa: PLC0415 - not needed elsewhere

        return machinery.disks(machine)
    if machine.macos:
        from agent.sources.macos import machinery as of_a_mac  # noqa: PLC0415 - not needed elsewhere

        return of_a_mac.disks(machine)
    if not machine.linux:
        machine.remark("disks are read on Linux only")
        return []
    disks = listed(machine)
    if any(disk["kind"] in _TELLING for disk in disks):
        from agent.sources import disk_health  # noqa: PLC0415 - guests have no such disks

        disk_health.of_disks(machine, [disk for disk in disks if disk["kind"] in _TELLING])
    return disks


def listed(machine: Machine) -> list[dict[str, Any]]:
    """Return what Linux says of its disks, without asking them how they are."""
    names = (name for name in machine.names(_FOLDER) if not name.startswith(_NOT_DISKS))
    found = (_disk(machine, name) for name in names)
    return [disk for disk in found if disk["size_bytes"] or disk["kind"] == "optical"]


def _disk(machine: Machine, name: str) -> dict[str, Any]:
    folder = f"{_FOLDER}/{name}"
    bus = _bus(machine, folder)
    kind = _kind(machine, name, bus)
    vendor = machine.word(f"{folder}/device/vendor")
    # What lies in an optical drive changes; the drive does not.
    sectors = None if kind == "optical" else machine.number(f"{folder}/size")
    return {
        "name": machine.word(f"{folder}/dm/name") or name,
        "kind": kind,
        "size_bytes": sectors * _SECTOR_BYTES if sectors else None,
        "model": machine.word(f"{folder}/device/model"),
        "serial": _serial(machine, folder),
        "vendor": None if vendor in _NOT_VENDORS else vendor,
        "firmware": machine.word(f"{folder}/device/firmware_rev")
        or machine.word(f"{folder}/device/rev"),
        "bus": bus,
        "wwn": machine.word(f"{folder}/wwid") or machine.word(f"{folder}/device/wwid"),
    }


def _bus(machine: Machine, folder: str) -> str | None:
    device = machine.real(f"{folder}/device") if machine.exists(f"{folder}/device") else ""
    return next((bus for mark, bus in _BUSES if mark in device), None)


def _kind(machine: Machine, name: str, bus: str | None) -> str:
    named = {"sr": "optical", "md": "md"}.get(name.rstrip("0123456789"))
    if named:
        return named
    mapped = machine.word(f"{_FOLDER}/{name}/dm/uuid")
    if mapped:
        return next((kind for mark, kind in _MAPPED if mapped.startswith(mark)), "virtual")
    if bus == "nvme" or name.startswith("nvme"):
        return "nvme"
    if bus in ("virtio", "xen", "hyperv") or not machine.exists(f"{_FOLDER}/{name}/device"):
        return "virtual"
    return "hdd" if machine.number(f"{_FOLDER}/{name}/queue/rotational") else "ssd"


def _serial(machine: Machine, folder: str) -> str | None:
    plain = machine.word(f"{folder}/serial") or machine.word(f"{folder}/device/serial")
    if plain:
        return plain
    # SCSI vital product data, page 0x80 (SPC-4): four bytes of header, then the serial number.
    page = machine.data(f"{folder}/device/vpd_pg80", 260)
    if page and len(page) > 4:
        return page[4:].decode("ascii", "replace").strip(" \0") or None
    return _udev_serial(machine, folder)


def _udev_serial(machine: Machine, folder: str) -> str | None:
    number = machine.word(f"{folder}/dev")
    for line in machine.lines(f"/run/udev/data/b{number}") if number else ():
        if line.startswith("E:ID_SERIAL_SHORT="):
            return line.partition("=")[2] or None
    return None

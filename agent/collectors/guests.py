"""Asks which virtual machines are defined on this one, by libvirt or Proxmox."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine

_LIBVIRT = "/etc/libvirt/qemu"
_PROXMOX = (("/etc/pve/qemu-server", "qemu"), ("/etc/pve/lxc", "lxc"))
_UNITS = {"b": 1, "kib": 1024, "k": 1024, "mib": 1024**2, "m": 1024**2, "gib": 1024**3}
# Texts: what few machines need is compiled there alone.
_UUID = r"uuid=([0-9a-fA-F-]{36})"
_MAC = r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}"


def collect(machine: Machine) -> list[dict[str, Any]]:
    """Return the guests defined here, with the UUID and addresses they know themselves by."""
    found = [*_libvirt(machine), *_proxmox(machine)]
    return sorted(found, key=lambda row: (row["kind"], row["name"]))


def _libvirt(machine: Machine) -> list[dict[str, Any]]:
    found = []
    for file in machine.names(_LIBVIRT):
        text = machine.text(f"{_LIBVIRT}/{file}") if file.endswith(".xml") else None
        if text and "<domain" in text:
            name = _element(text, "name") or file[: -len(".xml")]
            found.append(
                {
                    "name": name,
                    "kind": "libvirt",
                    "uuid": _element(text, "uuid"),
                    "memory_bytes": _memory_bytes(text),
                    "cpus": _whole(_element(text, "vcpu")),
                    "macs": _macs(text),
                    "running": machine.exists(f"/run/libvirt/qemu/{name}.pid"),
                }
            )
    return found


def _element(text: str, name: str) -> str | None:
    """Return an element's text. libvirt writes these files itself, one element a line."""
    found = re.search(rf"<{name}(?:\s[^>]*)?>([^<]*)</{name}>", text)
    return found.group(1).strip() if found else None


def _memory_bytes(text: str) -> int | None:
    found = re.search(r"<memory(?:\s+unit=['\"](\w+)['\"])?>(\d+)</memory>", text)
    if found is None:
        return None
    return int(found.group(2)) * _UNITS.get((found.group(1) or "KiB").casefold(), 1024)


def _proxmox(machine: Machine) -> list[dict[str, Any]]:
    return [
        _of_proxmox(file.partition(".")[0], kind, machine.text(f"{folder}/{file}") or "")
        for folder, kind in _PROXMOX
        for file in machine.names(folder)
    ]


def _of_proxmox(number: str, kind: str, text: str) -> dict[str, Any]:
    # Snapshots follow the guest in the same file, each under a heading.
    guest = text.partition("\n[")[0]
    told = dict(line.split(": ", 1) for line in guest.splitlines() if ": " in line)
    uuid = re.search(_UUID, told.get("smbios1", ""))
    memory = _whole(told.get("memory"))
    return {
        "name": told.get("name") or told.get("hostname") or number,
        "kind": kind,
        "id": number,
        "uuid": uuid.group(1) if uuid else None,
        "memory_bytes": memory * 1024**2 if memory else None,
        "cpus": _whole(told.get("cores")),
        "macs": _macs(guest),
    }


def _macs(text: str) -> list[str]:
    return sorted(set(re.findall(_MAC, text.casefold())))


def _whole(told: str | None) -> int | None:
    return int(told) if told and told.isdecimal() else None

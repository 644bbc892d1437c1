"""Asks what guards the machine: boot, disks, firewall, confinement, antivirus."""

from __future__ import annotations

from agent.sources import units

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine

_SECURE_BOOT = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
# Units of products that look for malware, and what people call them.
_GUARDS = {
    "clamav-daemon.service": "ClamAV",
    "clamd@scan.service": "ClamAV",
    "falcon-sensor.service": "CrowdStrike Falcon",
    "mdatp.service": "Microsoft Defender",
    "sav-protect.service": "Sophos",
    "sentinelone.service": "SentinelOne",
    "ds_agent.service": "Trend Micro Deep Security",
    "wazuh-agent.service": "Wazuh",
}
_FIREWALLS = ("ufw", "firewalld", "nftables", "iptables", "netfilter-persistent")


def collect(machine: Machine) -> list[dict[str, Any]]:
    """Return what guards the machine, in order: each with its kind and whether it is on."""
    if machine.windows:
        from agent.sources.windows import holdings  # noqa: PLC0415 - not needed elsewhere

        return holdings.security(machine)
    if machine.macos:
        from agent.sources.macos import holdings as of_a_mac  # noqa: PLC0415 - not needed elsewhere

        return of_a_mac.security(machine)
    told = [
        ("Secure Boot", "secure boot", _secure_boot(machine)),
        ("TPM", "tpm", True if machine.names("/sys/class/tpm") else None),
        ("SELinux", "confinement", _switch(machine, "/sys/fs/selinux/enforce")),
        ("AppArmor", "confinement", _switch(machine, "/sys/module/apparmor/parameters/enabled")),
        *((name, "disk encryption", True) for name in _encrypted(machine)),
        *_programs(machine),
    ]
    return [
        {"name": name, "kind": kind, "enabled": on} for name, kind, on in told if on is not None
    ]


def _programs(machine: Machine) -> list[tuple[str, str, bool]]:
    enabled, running = units.enabled(machine), units.running(machine)
    there = enabled | running
    found = [
        (name, "antivirus", unit in running or not running)
        for unit, name in _GUARDS.items()
        if unit in there
    ]
    return found + [
        (name, "firewall", name != "ufw" or _ufw(machine))
        for name in _FIREWALLS
        if f"{name}.service" in there
    ]


def _secure_boot(machine: Machine) -> bool | None:
    """Read the variable: its own byte follows four of attributes (UEFI 2.10, section 8.2)."""
    told = machine.data(_SECURE_BOOT, 16)
    return bool(told[4]) if told and len(told) > 4 else None


def _switch(machine: Machine, path: str) -> bool | None:
    told = machine.word(path)
    return None if told is None else told in {"1", "Y"}


def _ufw(machine: Machine) -> bool:
    lines = machine.lines("/etc/ufw/ufw.conf")
    return any(line.strip().casefold() == "enabled=yes" for line in lines)


def _encrypted(machine: Machine) -> list[str]:
    found = []
    for name in machine.names("/sys/block"):
        uuid = machine.word(f"/sys/block/{name}/dm/uuid") or ""
        if uuid.startswith("CRYPT-"):
            found.append(machine.word(f"/sys/block/{name}/dm/name") or name)
    return found

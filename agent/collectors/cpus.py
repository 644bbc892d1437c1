"""Asks which processors sit in the sockets."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine

_VENDORS = {
    "GenuineIntel": "Intel",
    "AuthenticAMD": "AMD",
    "HygonGenuine": "Hygon",
    "CentaurHauls": "VIA",
    "IBM/S390": "IBM",
}
# The implementer register of Arm processors (MIDR_EL1, bits 31 to 24).
_ARM_VENDORS = {
    "0x41": "Arm",
    "0x42": "Broadcom",
    "0x43": "Cavium",
    "0x46": "Fujitsu",
    "0x48": "HiSilicon",
    "0x4e": "NVIDIA",
    "0x51": "Qualcomm",
    "0x61": "Apple",
    "0xc0": "Ampere",
}
_ARM_MODELS = {
    ("0x41", "0xd03"): "Cortex-A53",
    ("0x41", "0xd04"): "Cortex-A35",
    ("0x41", "0xd05"): "Cortex-A55",
    ("0x41", "0xd07"): "Cortex-A57",
    ("0x41", "0xd08"): "Cortex-A72",
    ("0x41", "0xd0a"): "Cortex-A75",
    ("0x41", "0xd0b"): "Cortex-A76",
    ("0x41", "0xd0c"): "Neoverse N1",
    ("0x41", "0xd40"): "Neoverse V1",
    ("0x41", "0xd49"): "Neoverse N2",
    ("0x41", "0xd4f"): "Neoverse V2",
}
_X86_32 = ("i386", "i486", "i586", "i686")


def collect(machine: Machine) -> list[dict[str, Any]]:
    """One entry per socket. Speeds are the greatest in MHz: the present one never stands still."""
    if machine.windows:
        from agent.sources.windows import machinery  # noqa: PLC0415 - not needed elsewhere

        return machinery.cpus(machine)
    if machine.macos:
        from agent.sources.macos import machinery as of_a_mac  # noqa: PLC0415 - not needed elsewhere

        return of_a_mac.cpus(machine)
    if not machine.linux:
        from agent.sources import portable  # noqa: PLC0415 - not needed on Linux

        return portable.cpus(machine)
    sockets: dict[str, list[dict[str, str]]] = {}
    for thread in _threads(machine):
        sockets.setdefault(thread["physical id"], []).append(thread)
    return [_socket(machine, threads) for _, threads in sorted(sockets.items(), key=_socket_order)]


def _socket_order(entry: tuple[str, list[dict[str, str]]]) -> tuple[int, str]:
    return len(entry[0]), entry[0]


def _threads(machine: Machine) -> list[dict[str, str]]:
    """Return the logical processors of /proc/cpuinfo, each with its socket and core."""
    found = []
    for block in (machine.text("/proc/cpuinfo") or "").split("\n\n"):
        pairs = (line.partition(":") for line in block.splitlines())
        fields = {label.strip(): value.strip() for label, _, value in pairs}
        number = fields.get("processor", "")
        if not number.isdecimal():
            continue
        topology = f"/sys/devices/system/cpu/cpu{number}/topology"
        if "physical id" not in fields:
            fields["physical id"] = machine.word(f"{topology}/physical_package_id") or "0"
        if "core id" not in fields:
            fields["core id"] = machine.word(f"{topology}/core_id") or number
        found.append(fields)
    return found


def _socket(machine: Machine, threads: list[dict[str, str]]) -> dict[str, Any]:
    first = threads[0]
    part = (first.get("CPU implementer", ""), first.get("CPU part", ""))
    vendor = first.get("vendor_id")
    model = first.get("model name") or first.get("cpu") or _ARM_MODELS.get(part)
    return {
        "model": " ".join(model.split()) if model else None,
        "vendor": _VENDORS.get(vendor, vendor) if vendor else _ARM_VENDORS.get(part[0]),
        "architecture": _architecture(machine, first),
        "cores": len({thread["core id"] for thread in threads}),
        "threads": len(threads),
        "mhz_max": _mhz_max(machine, first),
    }


def _architecture(machine: Machine, thread: dict[str, str]) -> str:
    # A 32-bit kernel on a 64-bit processor: `lm` is the processor's long mode.
    if machine.uname[3] in _X86_32 and "lm" in thread.get("flags", "").split():
        return "x86_64"
    return machine.uname[3]


def _mhz_max(machine: Machine, thread: dict[str, str]) -> int | None:
    folder = f"/sys/devices/system/cpu/cpu{thread['processor']}/cpufreq"
    kilohertz = machine.number(f"{folder}/cpuinfo_max_freq")
    if kilohertz:
        return kilohertz // 1000
    return _named_mhz(thread.get("model name", ""))


def _named_mhz(model: str) -> int | None:
    """Return the speed that stands in a name.

    >>> _named_mhz("Intel(R) Xeon(R) Gold 6130 CPU @ 2.10GHz")
    2100
    """
    speed, unit, _ = model.rpartition("@")[2].partition("GHz")
    try:
        return round(float(speed) * 1000) if unit else None
    except (ValueError, OverflowError):
        return None

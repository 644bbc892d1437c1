"""Asks which operating system and kernel run, and since when."""

from __future__ import annotations

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine

# The kernel works out the boot time from the clock, so each correction of the clock moves it.
_SAME_BOOT_SECONDS = 300


def collect(machine: Machine) -> dict[str, Any]:
    """Name and version as os-release(5) gives them, kernel, time zone, boot time (UTC)."""
    if machine.windows:
        from agent.sources.windows import machinery  # noqa: PLC0415 - not needed elsewhere

        return machinery.operating_system(machine)
    found = _told(machine)
    if machine.macos:
        from agent.sources.macos import machinery as of_a_mac  # noqa: PLC0415 - nor here

        return {**found, **of_a_mac.operating_system(machine)}
    return found


def _told(machine: Machine) -> dict[str, Any]:
    release = _release(machine)
    name = release.get("ID")
    return {
        "name": release.get("NAME") or machine.uname[0],
        "id": name or machine.uname[0].lower(),
        "version": _version(machine, release),
        "pretty_name": release.get("PRETTY_NAME"),
        "kernel": machine.uname[0],
        "kernel_version": machine.uname[2],
        "architecture": machine.uname[3],
        "time_zone": _time_zone(machine),
        "boot_time": _boot_time(machine),
    }


def _release(machine: Machine) -> dict[str, str]:
    lines = machine.lines("/etc/os-release") or machine.lines("/usr/lib/os-release")
    pairs = (line.partition("=") for line in lines if not line.startswith("#"))
    return {key.strip(): _unquoted(value) for key, _, value in pairs}


def _unquoted(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    return value.replace('\\"', '"').replace("\\$", "$").replace("\\\\", "\\")


def _version(machine: Machine, release: dict[str, str]) -> str | None:
    version = release.get("VERSION_ID") or release.get("BUILD_ID")
    # Debian's os-release stops at the major number; the point release has a file of its own.
    point = machine.word("/etc/debian_version") if release.get("ID") == "debian" else None
    return point if version and point and point.startswith(f"{version}.") else version


def _time_zone(machine: Machine) -> str | None:
    zone = (machine.link("/etc/localtime") or "").partition("zoneinfo/")[2]
    return zone or machine.word("/etc/timezone")


def _boot_time(machine: Machine) -> str | None:
    seconds = _booted_at(machine)
    if seconds is None:
        return None
    boot_id = machine.word("/proc/sys/kernel/random/boot_id")
    kept = machine.memory.get("os", {})
    if (
        kept
        and kept["boot_id"] == boot_id
        and abs(kept["booted_at"] - seconds) < _SAME_BOOT_SECONDS
    ):
        seconds = kept["booted_at"]
    machine.memory["os"] = {"boot_id": boot_id, "booted_at": seconds}
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def _booted_at(machine: Machine) -> int | None:
    if not machine.linux:
        from agent.sources import portable  # noqa: PLC0415 - not needed on Linux

        return int(portable.library().boot_time()) // 60 * 60
    for line in machine.lines("/proc/stat"):
        if line.startswith("btime "):
            return int(line.split()[1]) // 60 * 60
    return None

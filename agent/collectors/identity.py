"""Asks which machine this is: every number and name somebody could know it by."""

from __future__ import annotations

from agent.sources.dmi import firmware_facts
from agent.sources.network_links import network_links
from agent.sources.other_agents import device_ids

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine


def collect(machine: Machine) -> dict[str, Any]:
    """Return identifiers as the machine states them; the server tells junk from truth."""
    if machine.windows:
        from agent.sources.windows import machinery  # noqa: PLC0415 - not needed elsewhere

        told = machinery.identity(machine, _macs(machine))
        return {**told, "cloud": _cloud(machine, machinery.firmware_words(machine))}
    if machine.macos:
        from agent.sources.macos import machinery as of_a_mac  # noqa: PLC0415 - nor here

        return of_a_mac.identity(machine, _macs(machine))
    facts = firmware_facts(machine)
    hostname, fqdn = _names(machine)
    return {
        "machine_id": machine.word("/etc/machine-id") or machine.word("/var/lib/dbus/machine-id"),
        "uuid": facts.get("product_uuid"),
        "serial": facts.get("product_serial"),
        "vendor": facts.get("sys_vendor"),
        "board_serial": facts.get("board_serial"),
        "board_vendor": facts.get("board_vendor"),
        "chassis_serial": facts.get("chassis_serial"),
        "asset_tag": facts.get("chassis_asset_tag"),
        "macs": _macs(machine),
        "hostname": hostname,
        "fqdn": fqdn,
        "device_ids": device_ids(machine) or None,
        "cloud": _cloud(machine, facts),
    }


def _cloud(machine: Machine, firmware: dict[str, str]) -> dict[str, str] | None:
    if not machine.asks_cloud:
        return None
    from agent.sources import cloud  # noqa: PLC0415 - only where somebody wants it asked

    return cloud.instance(machine, firmware)


def _names(machine: Machine) -> tuple[str, str | None]:
    node = machine.word("/proc/sys/kernel/hostname") or machine.uname[1]
    short = node.partition(".")[0]
    if node != short:
        return short, node
    # Never by asking DNS: an answer that depends on the resolver is not the machine's own.
    for line in machine.lines("/etc/hosts"):
        names = line.partition("#")[0].split()[1:]
        full = next((name for name in names if name.startswith(f"{short}.")), None)
        if full and full != f"{short}.localdomain":
            return short, full
    return short, None


def _macs(machine: Machine) -> list[str]:
    if not machine.linux:
        from agent.sources import portable  # noqa: PLC0415 - not needed on Linux

        return sorted({row["mac"] for row in portable.interfaces() if row["mac"]})
    links = network_links(machine)
    return sorted({link.permanent_mac for link in links if link.physical and link.permanent_mac})

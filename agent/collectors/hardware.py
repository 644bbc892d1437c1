"""Asks what it is made of, and whether it is a machine at all or a guest of one."""

from __future__ import annotations

from agent.sources.dmi import chassis_type, firmware_facts
from agent.sources.virtualisation import virtual_role

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine


def collect(machine: Machine) -> dict[str, Any]:
    """Maker, model, board, firmware, and the virtual role with its make."""
    if machine.windows:
        from agent.sources.windows import machinery  # noqa: PLC0415 - not needed elsewhere

        return machinery.hardware(machine)
    if machine.macos:
        from agent.sources.macos import machinery as of_a_mac  # noqa: PLC0415 - not needed elsewhere

        return of_a_mac.hardware(machine)
    facts = firmware_facts(machine)
    role, make = virtual_role(machine) if machine.linux else (None, None)
    return {
        "manufacturer": facts.get("sys_vendor"),
        "model": facts.get("product_name"),
        "serial": facts.get("product_serial"),
        "uuid": facts.get("product_uuid"),
        "chassis_type": chassis_type(facts),
        "bios_vendor": facts.get("bios_vendor"),
        "bios_version": facts.get("bios_version"),
        "bios_date": facts.get("bios_date"),
        "board_manufacturer": facts.get("board_vendor"),
        "board_model": facts.get("board_name"),
        "board_serial": facts.get("board_serial"),
        "architecture": machine.uname[3],
        "virtual_role": role,
        "virtualisation": make,
    }

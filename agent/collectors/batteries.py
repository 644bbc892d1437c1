"""Asks which batteries the machine has; those of mice and keyboards are not its own."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine

_FOLDER = "/sys/class/power_supply"


def collect(machine: Machine) -> list[dict[str, Any]]:
    """Batteries as they were built; how full and how worn they are moves by itself."""
    if machine.windows:
        from agent.sources.windows import holdings  # noqa: PLC0415 - not needed elsewhere

        return holdings.batteries(machine)
    if machine.macos:
        from agent.sources.macos import holdings as of_a_mac  # noqa: PLC0415 - not needed elsewhere

        return of_a_mac.batteries(machine)
    found = []
    for name in machine.names(_FOLDER):
        folder = f"{_FOLDER}/{name}"
        if (
            machine.word(f"{folder}/type") != "Battery"
            or machine.word(f"{folder}/scope") == "Device"
        ):
            continue
        found.append(
            {
                "name": name,
                "vendor": machine.word(f"{folder}/manufacturer"),
                "model": machine.word(f"{folder}/model_name"),
                "serial": machine.word(f"{folder}/serial_number"),
                "chemistry": machine.word(f"{folder}/technology"),
                "design_capacity_mwh": _design_capacity_mwh(machine, folder),
            }
        )
    return found


def _design_capacity_mwh(machine: Machine, folder: str) -> int | None:
    """Drivers tell energy in microwatt-hours, or charge and voltage in micro units."""
    energy = machine.number(f"{folder}/energy_full_design")
    if energy:
        return energy // 1000
    charge = machine.number(f"{folder}/charge_full_design")
    voltage = machine.number(f"{folder}/voltage_min_design")
    return charge * voltage // 1_000_000_000 if charge and voltage else None

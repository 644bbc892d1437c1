"""The question to system_profiler, and the small commands beside it."""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine

    Rows = list[dict[str, Any]]

_TIMEOUT_SECONDS = 120
_PARTS = (
    "SPHardwareDataType",
    "SPSoftwareDataType",
    "SPMemoryDataType",
    "SPNVMeDataType",
    "SPSerialATADataType",
    "SPDisplaysDataType",
    "SPUSBDataType",
    "SPPowerDataType",
)


def rows(machine: Machine, part: str) -> Rows:
    """Return the objects of one part of the answer, none where it has none."""
    told = machine.once("macos", _ask).get(part)
    return [row for row in told if isinstance(row, dict)] if isinstance(told, list) else []


def first(machine: Machine, part: str) -> dict[str, Any]:
    """Return the first object of a part, {} where there is none."""
    return next(iter(rows(machine, part)), {})


def leaves(found: Rows) -> Rows:
    """Return objects with those that hang below them, each before its own."""
    below: Rows = []
    for row in found:
        inner = row.get("_items")
        inner = inner if isinstance(inner, list) else []
        below += [row, *leaves([one for one in inner if isinstance(one, dict)])]
    return below


def setting(machine: Machine, name: str) -> str | None:
    """Return one value of the kernel's, as `sysctl -n` prints it."""
    told = machine.command(("/usr/sbin/sysctl", "-n", name), known_as=f"sysctl-{name}")
    return (told or "").strip() or None


def _ask(machine: Machine) -> dict[str, Any]:
    told = machine.command(
        ("/usr/sbin/system_profiler", "-json", "-detailLevel", "full", *_PARTS), _TIMEOUT_SECONDS
    )
    try:
        found = json.loads(told or "")
    except ValueError:
        machine.remark("system_profiler gave no answer")
        return {}
    return found if isinstance(found, dict) else {}

"""Packages that npm has installed for everybody; those of projects are applications' business."""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from agent.machine import Machine

_FOLDERS = (
    "/usr/lib/node_modules",
    "/usr/local/lib/node_modules",
    "/opt/homebrew/lib/node_modules",
)
_LIMIT_BYTES = 256 * 1024


def installed(machine: Machine) -> Iterator[tuple[str, str, str | None, str | None]]:
    """(ecosystem, name, version, None) of each package, scope included."""
    for folder in _FOLDERS:
        for entry in machine.names(folder):
            scoped = entry.startswith("@")
            inner = machine.names(f"{folder}/{entry}") if scoped else ()
            for name in [f"{entry}/{one}" for one in inner] if scoped else [entry]:
                told = _told(machine, f"{folder}/{name}/package.json")
                if told is not None:
                    yield "npm", name, told, None


def _told(machine: Machine, path: str) -> str | None:
    """Return the version a package names, "" for none; None where there is no package."""
    text = machine.text(path, _LIMIT_BYTES)
    if text is None:
        return None
    try:
        told = json.loads(text)
    except ValueError:
        machine.remark(f"{path}: is no JSON")
        return ""
    version = told.get("version") if isinstance(told, dict) else None
    return version if isinstance(version, str) else ""

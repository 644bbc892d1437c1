"""Applications of macOS, from the description that each carries."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from agent.machine import Machine

_FOLDERS = (
    "/Applications",
    "/Applications/Utilities",
    "/System/Applications",
    "/System/Applications/Utilities",
)
_LIMIT_BYTES = 1024 * 1024


def installed(machine: Machine) -> Iterator[tuple[str, str, str | None, str | None]]:
    """(ecosystem, name, version, None) of each application, of each person too."""
    homes = [f"/Users/{name}/Applications" for name in machine.names("/Users")]
    for folder in (*_FOLDERS, *homes):
        for entry in machine.names(folder):
            if entry.endswith(".app"):
                told = plist(machine, f"{folder}/{entry}/Contents/Info.plist")
                version = told.get("CFBundleShortVersionString") or told.get("CFBundleVersion")
                yield "macos", entry[: -len(".app")], str(version) if version else None, None


def plist(machine: Machine, path: str) -> dict[str, Any]:
    """Return a property list, binary or XML; {} where there is none."""
    data = machine.data(path, _LIMIT_BYTES)
    return {} if data is None else read_plist(machine, data, path)


def read_plist(machine: Machine, data: bytes, told_by: str) -> dict[str, Any]:
    """Read a property list; {} with a remark that names `told_by` where it is none."""
    import plistlib  # noqa: PLC0415 - not needed elsewhere
    from xml.parsers.expat import ExpatError  # noqa: PLC0415

    if not data:
        return {}
    try:
        told = plistlib.loads(data)
    except (ValueError, ExpatError, OverflowError, IndexError):
        machine.remark(f"{told_by}: is no property list")
        return {}
    return told if isinstance(told, dict) else {}

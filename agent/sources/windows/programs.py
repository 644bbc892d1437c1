"""Programs of Windows: uninstall keys of the machine and of each user, and hotfixes."""

from __future__ import annotations

from agent.sources.windows.asking import rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from agent.machine import Machine


def installed(machine: Machine) -> Iterator[tuple[str, str, str | None, str | None]]:
    """(ecosystem, name, version, architecture) as the list of programs shows them.

    Parts of a program (SystemComponent, or a parent key) are not in that list.
    """
    for row in rows(machine, "Programs"):
        name = str(row.get("DisplayName") or "").strip()
        if name and not row.get("SystemComponent") and not row.get("ParentKeyName"):
            version = str(row.get("DisplayVersion") or "").strip()
            yield "windows", name, version or None, _architecture(str(row.get("PSPath")))
    for row in rows(machine, "Win32_QuickFixEngineering"):
        hotfix = str(row.get("HotFixID") or "")
        if hotfix.startswith("KB"):
            yield "windows", hotfix, None, None


def _architecture(key: str) -> str | None:
    return "x86" if "\\wow6432node\\" in key.casefold() else None

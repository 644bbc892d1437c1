"""Applications of Flatpak that are installed for everybody, by their folders."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from agent.machine import Machine

_FOLDER = "/var/lib/flatpak/app"
# What an application says of itself (AppStream): its releases, the newest first.
_ABOUT = ("export/share/metainfo", "files/share/metainfo", "files/share/appdata")
_RELEASE = r"<release\b[^>]*\bversion=[\"']([^\"']+)[\"']"  # compiled where it is needed


def installed(machine: Machine) -> Iterator[tuple[str, str, str | None, str | None]]:
    """(ecosystem, application id, version where it is told, architecture) of each application."""
    for name in machine.names(_FOLDER):
        # The link leads to architecture/branch.
        place = machine.link(f"{_FOLDER}/{name}/current")
        if place:
            yield "flatpak", name, _version(machine, name), place.partition("/")[0]


def _version(machine: Machine, name: str) -> str | None:
    for folder in _ABOUT:
        path = f"{_FOLDER}/{name}/current/active/{folder}"
        for file in machine.names(path):
            if file.startswith(name) and file.endswith(".xml"):
                found = re.search(_RELEASE, machine.text(f"{path}/{file}", 65536) or "")
                if found:
                    return found.group(1)
    return None

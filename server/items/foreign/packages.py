"""The software of a foreign inventory, each package under the ecosystem it came from."""

from collections.abc import Mapping
from typing import Any

from server.items.foreign.reading import rows, table, text

#: What agents write of where a package comes from.
_ECOSYSTEMS = {
    "deb": "deb",
    "dpkg": "deb",
    "rpm": "rpm",
    "registry": "windows",
    "msi": "windows",
    "appx": "windows",
    "android": "android",
    "flatpak": "flatpak",
    "snap": "snap",
    "homebrew": "homebrew",
    "pacman": "pacman",
    "apk": "apk",
    "gem": "gem",
    "pip": "pypi",
    "nix": "nix",
    "pkg": "pkg",
    "freebsd": "pkg",
}
_BY_SYSTEM = {"mac": "macos", "windows": "windows", "darwin": "macos", "android": "android"}


def packages(content: Mapping[str, Any]) -> list[Any]:
    """Return (ecosystem, name, version, architecture) rows; each once, in order."""
    usual = _usual_ecosystem(content)
    found: dict[tuple[str, str, str, str], None] = {}
    for row in rows(content, "softwares"):
        name = text(row, "name")
        if name:
            ecosystem = _ECOSYSTEMS.get(text(row, "from").casefold(), usual)
            package = (ecosystem, name, text(row, "version"), text(row, "arch"))
            found[package] = None
    return sorted(found)


def _usual_ecosystem(content: Mapping[str, Any]) -> str:
    system = table(content, "operatingsystem")
    told = f"{text(system, 'kernel_name')} {text(system, 'name')} {text(system, 'full_name')}"
    told += text(table(content, "hardware"), "osname")
    words = told.casefold()
    return next((found for mark, found in _BY_SYSTEM.items() if mark in words), "other")

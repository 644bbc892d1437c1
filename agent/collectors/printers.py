"""Asks which print queues CUPS keeps."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine

_FILE = "/etc/cups/printers.conf"


def collect(machine: Machine) -> list[dict[str, Any]]:
    """Return print queues by name. An address loses the password that may stand in it."""
    if machine.windows:
        from agent.sources.windows import holdings  # noqa: PLC0415 - not needed elsewhere

        return holdings.printers(machine)
    found: list[dict[str, Any]] = []
    for line in machine.lines(_FILE):
        key, _, told = line.strip().partition(" ")
        if key in {"<Printer", "<DefaultPrinter"}:
            found.append({"name": told.rstrip("> ")})
        elif found and key == "DeviceURI":
            found[-1]["address"] = without_credentials(told)
        elif found and key == "MakeModel":
            found[-1]["model"] = told
        elif found and key == "Shared":
            found[-1]["shared"] = told.casefold() == "yes"
    return sorted(found, key=lambda row: row["name"])


def without_credentials(address: str) -> str:
    """Return a URI without user and password.

    >>> without_credentials("smb://ana:secret@files/laser")
    'smb://files/laser'
    """
    scheme, mark, rest = address.partition("://")
    place, slash, path = rest.partition("/")
    return f"{scheme}{mark}{place.rpartition('@')[2]}{slash}{path}" if mark else address

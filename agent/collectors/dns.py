"""Asks which name servers the machine asks."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine

# Where systemd-resolved stands in between, it writes down whom it asks itself.
_FILES = ("/run/systemd/resolve/resolv.conf", "/etc/resolv.conf")


def collect(machine: Machine) -> list[dict[str, Any]]:
    """Name servers in the order they are asked, and the domains that are tried."""
    if machine.windows:
        from agent.sources.windows import holdings  # noqa: PLC0415 - not needed elsewhere

        return holdings.dns(machine)
    for path in _FILES:
        found = _read(machine, path)
        if found:
            return found
    return []


def _read(machine: Machine, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for line in machine.lines(path):
        words = line.split()
        if len(words) > 1 and words[0] == "nameserver":
            found.append({"name": words[1], "kind": "server"})
        elif len(words) > 1 and words[0] in {"search", "domain"}:
            found += [{"name": word, "kind": "search"} for word in words[1:]]
    return found

"""Formulae and casks of Homebrew, from the names of their folders alone."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from agent.machine import Machine

_PREFIXES = ("/opt/homebrew", "/usr/local", "/home/linuxbrew/.linuxbrew")
_SHELVES = ("Cellar", "Caskroom")


def installed(machine: Machine) -> Iterator[tuple[str, str, str | None, str | None]]:
    """(ecosystem, name, version, None) of each version that is installed."""
    for prefix in _PREFIXES:
        for shelf in _SHELVES:
            for name in machine.names(f"{prefix}/{shelf}"):
                for version in machine.names(f"{prefix}/{shelf}/{name}"):
                    if version[:1] != ".":
                        yield "homebrew", name, version, None

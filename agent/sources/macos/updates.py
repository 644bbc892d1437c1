"""Which updates macOS found when it last looked."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine

_COMMAND = ("/usr/bin/nice", "-n", "19", "/usr/sbin/softwareupdate", "--list", "--no-scan")
_TIMEOUT_SECONDS = 120


def waiting(machine: Machine) -> list[dict[str, Any]] | None:
    """Return the section `updates`; None when there was no answer. Nothing is looked for anew."""
    told = machine.command(_COMMAND, _TIMEOUT_SECONDS, known_as="softwareupdate")
    return None if told is None else read(told)


def read(told: str) -> list[dict[str, Any]]:
    r"""Read the list: below each label its title, its version and more, parted by commas.

    >>> read("* Label: Safari17\n\tTitle: Safari, Version: 17.3, Size: 9K, Recommended: YES, ")
    [{'name': 'Safari', 'available': '17.3', 'security': False}]
    """
    found = []
    for line in told.splitlines():
        words = line.strip()
        if not words.startswith("Title: "):
            continue
        title, _, rest = words[len("Title: ") :].partition(", Version: ")
        version = rest.partition(",")[0].strip()
        if title and version:
            quick = "security" in title.casefold()
            found.append({"name": title, "available": version, "security": quick})
    return found

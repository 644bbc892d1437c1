"""Alpine packages, from apk's database of what is installed (one letter, one field)."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from agent.machine import Machine

# The second place is where /usr-merged releases keep it.
_DATABASES = ("/lib/apk/db/installed", "/usr/lib/apk/db/installed")


def installed(machine: Machine) -> Iterator[tuple[str, str, str | None, str | None]]:
    """(ecosystem, name, version, architecture) of each installed package."""
    text = next(filter(None, map(machine.text, _DATABASES)), "")
    for stanza in text.split("\n\n"):
        fields = {line[:2]: line[2:].strip() for line in stanza.splitlines() if line[1:2] == ":"}
        name = fields.get("P:")
        if name:
            yield "apk", name, fields.get("V:"), fields.get("A:")

"""Debian packages, straight from dpkg's status file (deb-version(7), dpkg-query(1))."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from agent.machine import Machine

_STATUS = "/var/lib/dpkg/status"
_PARTS = "/var/lib/dpkg/status.d"  # distroless images keep one file per package


def installed(machine: Machine) -> Iterator[tuple[str, str, str | None, str | None]]:
    """(ecosystem, name, version, architecture) of each installed package.

    Removed packages that left settings behind have an entry too; they are not installed.
    """
    texts = [machine.text(_STATUS) or ""]
    texts += [
        machine.text(f"{_PARTS}/{name}") or ""
        for name in machine.names(_PARTS)
        if not name.endswith(".md5sums")
    ]
    for text in texts:
        for stanza in text.split("\n\n"):
            name = _field(stanza, "Package")
            status = _field(stanza, "Status")
            if name and (status is None or status.endswith(" installed")):
                yield "deb", name, _field(stanza, "Version"), _field(stanza, "Architecture")


def _field(stanza: str, name: str) -> str | None:
    # Continuation lines begin with a blank, so a label at a line's start is a field.
    label = f"{name}: "
    if stanza.startswith(label):
        start = len(label)
    else:
        found = stanza.find(f"\n{label}")
        if found < 0:
            return None
        start = found + len(label) + 1
    end = stanza.find("\n", start)
    return stanza[start : end if end >= 0 else len(stanza)].strip() or None

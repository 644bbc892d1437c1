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
    yield from _packages(machine.data(_STATUS) or b"")
    for name in machine.names(_PARTS):
        if not name.endswith(".md5sums"):
            yield from _packages(machine.data(f"{_PARTS}/{name}") or b"")


def _packages(told: bytes) -> Iterator[tuple[str, str, str | None, str | None]]:
    # Bytes are searched where they lie; cut into stanzas, megabytes would be copied.
    text = b"\n" + told
    start = 0
    while start < len(text):
        end = text.find(b"\n\n", start)
        if end < 0:
            end = len(text)
        name = _field(text, b"\nPackage: ", start, end)
        status = _field(text, b"\nStatus: ", start, end) if name else None
        if name and (status is None or status.endswith(" installed")):
            version = _field(text, b"\nVersion: ", start, end)
            yield "deb", name, version, _field(text, b"\nArchitecture: ", start, end)
        start = end + 1


def _field(text: bytes, label: bytes, start: int, end: int) -> str | None:
    # Continuation lines begin with a blank, so a label at a line's start is a field.
    found = text.find(label, start, end)
    if found < 0:
        return None
    found += len(label)
    stop = text.find(b"\n", found, end)
    return text[found : stop if stop >= 0 else end].decode("utf-8", "replace").strip() or None

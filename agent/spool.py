"""What waits while the server is away: one report, section by section the newest content.

A report that could not be delivered is folded into the one before it, so the spool's size is that
of one full report however long the outage lasts.
"""

from __future__ import annotations

import json
import zlib

from agent import report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.state import State

FILE_NAME = "spool.json.gz"
LIMIT_BYTES = 4 * 1024 * 1024
_GZIP_OR_ZLIB = 47
_PARTS = {"digests", "sections", "readings", "sequence"}


class Spool:
    """The waiting report of one agent."""

    def __init__(self, state: State, limit_bytes: int = LIMIT_BYTES) -> None:
        self.state = state
        self.limit_bytes = limit_bytes

    def waiting(self) -> dict[str, Any] | None:
        """Return the report to deliver first, None when nothing waits (or it was damaged)."""
        content = self.state.read(FILE_NAME)
        if content is None:
            return None
        try:
            kept = json.loads(zlib.decompress(content, _GZIP_OR_ZLIB))
        except (ValueError, zlib.error):
            kept = None
        if not isinstance(kept, dict) or not _PARTS.issubset(kept):
            self.clear()
            return None
        return kept

    def keep(self, newer: dict[str, Any]) -> None:
        """Fold `newer` into what waits.

        Over the limit the largest section is dropped first: it was never acknowledged, so the
        next report carries it anyway.
        """
        merged = merge(self.waiting(), newer)
        content = packed(merged)
        while len(content) > self.limit_bytes and merged["sections"]:
            sections = dict(merged["sections"])
            largest = max(sections, key=lambda section: len(report.encoded(sections[section])))
            del sections[largest]
            merged = {**merged, "sections": sections}
            content = packed(merged)
        self.state.write(FILE_NAME, content)

    def clear(self) -> None:
        """Forget what waits."""
        self.state.remove(FILE_NAME)


def merge(older: dict[str, Any] | None, newer: dict[str, Any]) -> dict[str, Any]:
    """`newer`, and the sections only `older` holds, unless `newer` saw something else since.

    A section goes back to what the server acknowledged when the newer digest differs and the
    newer report does not carry it.
    """
    if older is None:
        return newer
    digests = {**older["digests"], **newer["digests"]}
    waiting = {
        section: content
        for section, content in older["sections"].items()
        if digests[section] == older["digests"][section]
    }
    return {
        **newer,
        "digests": digests,
        "sections": {**waiting, **newer["sections"]},
        "readings": {**older["readings"], **newer["readings"]},
    }


def packed(content: dict[str, Any]) -> bytes:
    """Return the content as gzip (RFC 1952), the same bytes for the same content."""
    press = zlib.compressobj(6, zlib.DEFLATED, 31)
    return press.compress(report.encoded(content)) + press.flush()

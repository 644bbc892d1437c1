"""The one file through which the processes of a host share a graph, as a process uses it."""

import contextlib
import logging
from pathlib import Path

from cmdb.snapshot.snapshot import Snapshot, from_layout, from_stored
from cmdb.snapshot.storing import Layout, Stored, Unusable, attach, sequence_of, write

_log = logging.getLogger(__name__)


class SharedFile:
    """A snapshot file for graphs over relation types of one ``mark``; without a path, none."""

    def __init__(self, path: Path | None, mark: int) -> None:
        self.path = path
        self.mark = mark

    @property
    def sequence(self) -> int:
        """Return the sequence of the graph in the file; -1 when it cannot be used."""
        return -1 if self.path is None else sequence_of(self.path)

    def load(self) -> Stored | None:
        """Map the file; what cannot be used is removed."""
        if self.path is None:
            return None
        try:
            found = attach(self.path)
        except Unusable as error:
            _log.info("no snapshot to start from: %s", error)
            self.remove()
            return None
        return found if found.model == self.mark else None

    def remove(self) -> None:
        """Remove the file; whoever has mapped it keeps it."""
        with contextlib.suppress(OSError):
            if self.path is not None:
                self.path.unlink()

    def lay_out(self, layout: Layout) -> Snapshot:
        """Hold a graph in arrays that all processes of the host share, else in private ones."""
        if self.path is not None and layout.sequence:
            try:
                if self.sequence < layout.sequence:
                    write(self.path, layout)
                found = attach(self.path)
                there = (found.sequence, found.checksum, found.model)
                if there == (layout.sequence, layout.checksum % 2**64, layout.model):
                    return from_stored(found)
            except (OSError, Unusable) as error:
                _log.info("the snapshot file cannot be used: %s", error)
        return from_layout(layout)

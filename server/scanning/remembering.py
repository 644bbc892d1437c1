"""What one derivation of the topology leaves to the next: a file below the cache folder.

Without it everything is derived from scratch, with the same result. Each host keeps its own.
"""

import os
import tempfile
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

_FILE = "topology"


def recall(folder: Path) -> bytes:
    """Return what was kept, nothing where it is missing or cannot be read."""
    try:
        return (folder / _FILE).read_bytes()
    except OSError:
        return b""


def keep(folder: Path, memory: bytes) -> None:
    """Put it in the place of the old, whole or not at all; a full disk costs time, nothing else."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(prefix=f"{_FILE}.", dir=folder)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(memory)
            Path(draft).replace(folder / _FILE)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
    except OSError as error:
        log.warning("the topology's memory cannot be kept", folder=str(folder), error=str(error))

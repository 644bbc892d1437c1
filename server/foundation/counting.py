"""Lets the processes of one server count together: a scrape meets any one of them.

prometheus_client does it by files that each process maps, one for each kind of figure, and adds
them up when asked. What a process said before it died still counts, as it must.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, values
from prometheus_client.multiprocess import MultiProcessCollector

from server.foundation.settings import tell_library

_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_folder: str | None = None


@contextmanager
def counted_together(processes: int) -> Iterator[None]:
    """Let the processes that are forked inside the block add up their figures.

    Must be entered before the first figure is made. The files go with the process that came first.
    """
    global _folder  # the library has one place for it, too
    if processes == 1:
        yield
        return
    owner, _folder = os.getpid(), tempfile.mkdtemp(prefix="cadastre-figures-")
    tell_library(_FOLDER, _folder)
    values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        if os.getpid() == owner:
            shutil.rmtree(_folder, ignore_errors=True)


def together() -> CollectorRegistry | None:
    """Return a registry that tells the figures of all processes; None where there is but one."""
    if _folder is None:
        return None
    registry = CollectorRegistry()
    MultiProcessCollector(registry, _folder)  # type: ignore[no-untyped-call]
    return registry

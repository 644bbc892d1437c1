"""Serve until a signal comes."""

import socket
from collections.abc import Callable

from server.foundation.counting import counted_together
from server.foundation.settings import Settings
from server.serving.embedded import Embedded
from server.serving.site import load_pages
from server.serving.worker import Worker


def serve(
    settings: Settings, listener: socket.socket, on_ready: Callable[[], None], *, jobs: bool
) -> None:
    """Answer requests until a signal comes, then leave by ``SystemExit`` with code 0.

    The workers leave this function too, in their own processes: whoever cleans up afterwards
    compares process ids. ``on_ready`` is called in the first one once it is about to answer.
    """
    with counted_together(settings.processes):
        load_pages()
        Embedded(settings, listener, Worker(settings, on_ready, jobs=jobs)).run()

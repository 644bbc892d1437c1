"""Serve until a signal comes."""

import socket
from collections.abc import Callable

from server.foundation.settings import Settings
from server.serving.embedded import Embedded
from server.serving.site import load_pages
from server.serving.worker import Worker


def serve(
    settings: Settings, listener: socket.socket, on_ready: Callable[[], None], *, jobs: bool
) -> None:
    """Answer requests until a signal comes, then leave by ``SystemExit`` with code 0.

    The worker leaves this function too, in its own process: whoever cleans up afterwards compares
    process ids. ``on_ready`` is called in the worker once it is about to answer.
    """
    load_pages()
    Embedded(settings, listener, Worker(settings, on_ready, jobs=jobs)).run()

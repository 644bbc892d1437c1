"""Where the agent's own program file lies."""

from __future__ import annotations

import os


def program_file() -> str:
    """Return the file that starts Python with this agent: the zipapp, or `agent/__main__.py`."""
    folder = os.path.dirname(os.path.abspath(__file__))
    archive = os.path.dirname(folder)
    return archive if os.path.isfile(archive) else os.path.join(folder, "__main__.py")

"""Where the agent's own program file lies."""

from __future__ import annotations

import os
import sys


def program_file() -> str:
    """Return the file that starts this agent: zipapp, `agent/__main__.py`, or frozen program."""
    if getattr(sys, "frozen", False):
        return sys.executable
    folder = os.path.dirname(os.path.abspath(__file__))
    archive = os.path.dirname(folder)
    return archive if os.path.isfile(archive) else os.path.join(folder, "__main__.py")

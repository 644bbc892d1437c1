"""The agent as a program: packed into one file, and the interpreters of this machine."""

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from tests.agent.desk import ROOT

BUILDER = ROOT / "deploy" / "agent" / "build_zipapp.py"


def packed(folder: Path) -> Path:
    """Build the one-file program in `folder`, making it."""
    archive = folder / "cadastre-agent.pyz"
    subprocess.run([sys.executable, str(BUILDER), str(archive)], check=True, capture_output=True)
    return archive


@cache
def pythons() -> list[str]:
    """Return this Python and every other one from 3.9 on that answers here."""
    named = (shutil.which(f"python3.{minor}") for minor in range(9, 20))
    answering = [name for name in named if name and _answers(name)]
    return [sys.executable, *answering]


def _answers(python: str) -> bool:
    # A version manager's shim stands for interpreters that are not switched on, too.
    return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0

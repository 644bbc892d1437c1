"""The program in a process of its own, as a person or a script starts it."""

import os
import subprocess
import sys
from collections.abc import Mapping

PROGRAM = [sys.executable, "-W", "error", "-c", "from discovery.cli import main; main()"]
QUICK = ("--timeout", "0.5", "--retries", "1")


def run(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; ``changes`` are variables of its environment."""
    return subprocess.run(
        [*PROGRAM, *arguments],
        env=environment(changes),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def environment(changes: Mapping[str, str]) -> dict[str, str]:
    """Return this environment without settings of Cadastre, and with some changes."""
    kept = {name: value for name, value in os.environ.items() if "CADASTRE" not in name}
    return {**kept, "COLUMNS": "120", **changes}

"""A synchronisation as a worker does it: in a process of its own, with neither site nor tests."""

import json
import sys
import time
from datetime import datetime
from pathlib import Path

from server.foundation.collecting import settle
from server.foundation.database import Database
from server.foundation.secrets import SecretBox
from server.people.sources import Access
from server.people.sync import sync_directory
from server.wiring import REACTIONS


def main(url: str, key: str, number: str, moment: str) -> None:
    """Synchronise everything, and write state and peak of memory (MB) to standard output."""
    settle()
    database = Database(url, REACTIONS)
    access = Access(SecretBox(Path(key)))
    wall, cpu = time.perf_counter(), time.process_time()
    report = sync_directory(database, access, int(number), datetime.fromisoformat(moment))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    told = {"state": report.state, "peak": _peak(), "wall": wall, "cpu": cpu}
    sys.stdout.write("\n" + json.dumps(told))
    database.dispose()


def _peak() -> float:
    """Return the most memory this program had (MB); ru_maxrss would begin with its parent's."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


if __name__ == "__main__":
    main(*sys.argv[1:])

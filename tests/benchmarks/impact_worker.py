"""A worker process of the upkeep benchmark: reads orders by the line, answers in JSON."""

import ctypes
import gc
import json
import logging
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cmdb.engine.graph import ItemId
from cmdb.snapshot.live import LiveGraphs, Snapshot
from cmdb.snapshot.shelf import Upkeep
from server.foundation.database import Database

Answer = dict[str, Any]


class _Work:
    """What one worker holds."""

    def __init__(self, url: str, folder: str) -> None:
        self._database = Database(url, pool_size=1)
        # The tail is measured as it grows: nobody lays the graph out anew meanwhile.
        self._graphs = LiveGraphs(Upkeep(many=10**9, old_seconds=10**9))
        self._graphs.keep_in(Path(folder), self._database.engine)
        with self._database.reading() as session:
            session.connection()
        gc.collect()
        self._before = private_megabytes()

    def see(self) -> Answer:
        """Bring the graph up to date."""
        cpu, started = time.process_time(), time.perf_counter()
        found = self._now()
        seconds = time.perf_counter() - started
        return {
            "seconds": seconds,
            "cpu": time.process_time() - cpu,
            "sequence": found.sequence,
            "behind": found.behind,
        }

    def blast(self, item: str) -> Answer:
        """Measure one impact, answer columns included."""
        graph, failed = self._now().engine, [ItemId(int(item))]

        def many() -> None:
            for _ in range(200):
                len(graph.impact(failed))

        wall, cpu = _median_of(many)
        return {"seconds": wall / 200, "cpu": cpu / 200, "found": len(graph.impact(failed))}

    def names(self, count: str) -> Answer:
        """Measure the names of so many items, spread over all."""
        found = self._now()
        ids = found.engine.held.ids
        some = [item for item in ids[:: len(ids) // int(count) - 1].tolist() if _held(found, item)]
        wall, cpu = _median_of(lambda: found.named(some[: int(count)]))
        return {"seconds": wall, "cpu": cpu}

    def memory(self) -> Answer:
        """Say what the graph costs this process alone, and what all processes share.

        What SQLite keeps of its pages is the database's, not the graph's: it is let go before.
        """
        with self._database.reading() as session:
            session.connection().exec_driver_sql("PRAGMA shrink_memory")
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)
        return {"private": private_megabytes() - self._before, "shared": mapped_megabytes()}

    def _now(self) -> Snapshot:
        with self._database.reading() as session:
            return self._graphs.at(session)


def _median_of(work: Callable[[], object]) -> tuple[float, float]:
    """Return the median seconds of seven runs: by the clock, and of processor time."""
    rounds = []
    for _ in range(7):
        cpu, started = time.process_time(), time.perf_counter()
        work()
        rounds.append((time.perf_counter() - started, time.process_time() - cpu))
    return sorted(one for one, _ in rounds)[3], sorted(one for _, one in rounds)[3]


def _held(found: Snapshot, item: int) -> bool:
    return not found.engine.held.is_idle(int(found.engine.held.ids.searchsorted(item)))


def private_megabytes() -> float:
    """Return the private dirty pages of this process."""
    text = Path("/proc/self/smaps_rollup").read_text(encoding="ascii")
    return sum(int(size) for size in re.findall(r"Private_Dirty:\s+(\d+)", text)) / 1024


def mapped_megabytes() -> float:
    """Return the resident pages of the snapshot file that are not this process's own."""
    text = Path("/proc/self/smaps").read_text(encoding="utf-8")
    found = 0
    for part in re.split(r"\n(?=[0-9a-f]+-[0-9a-f]+ )", text):
        if ".snapshot" in part.partition("\n")[0]:
            sizes = {name: int(size) for name, size in re.findall(r"(\w+):\s+(\d+) kB", part)}
            found += sizes["Rss"] - sizes["Private_Dirty"]
    return found / 1024


def main(url: str, folder: str) -> None:
    """Answer until there are no more orders."""
    logging.disable(logging.CRITICAL)
    work = _Work(url, folder)
    orders: dict[str, Callable[..., Answer]] = {
        "see": work.see,
        "blast": work.blast,
        "names": work.names,
        "memory": work.memory,
    }
    for line in sys.stdin:
        order, *words = line.split()
        sys.stdout.write(json.dumps(orders[order](*words)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])

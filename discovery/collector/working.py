"""One errand under way: done in a thread of its own, its results spooled as they come."""

import threading
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from discovery.collector.errands import CannotDo, Errand, Surroundings, do
from discovery.collector.spool import Spool
from discovery.findings import ScanProgress
from discovery.scan.blocking import Stopped

_MOST_TOGETHER = 10
_LONGEST_SECONDS = 2.0


class Work:
    """An errand that is being done. ``wake`` is called when something waits in the spool."""

    def __init__(
        self, errand: Errand, private_key: str, spool: Spool, wake: threading.Event
    ) -> None:
        self.errand = errand
        self._spool = spool
        self._wake = wake
        self._around = Surroundings(private_key, self._tell, self._stops)
        self._stop = threading.Event()
        self._abandoned = False
        self._progress: ScanProgress | None = None
        self._number = 0
        self._thread = threading.Thread(target=self._run, name=f"errand-{errand.id}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End soon; what was found until then is delivered."""
        self._stop.set()

    def abandon(self) -> None:
        """End soon and say nothing: the server will hand the errand out again."""
        self._abandoned = True
        self._stop.set()

    def join(self, seconds: float) -> None:
        """Wait until it has ended."""
        self._thread.join(seconds)

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return not self._thread.is_alive()

    @property
    def progress(self) -> Mapping[str, int] | None:
        """How far a sweep has come; None before anything was told."""
        last = self._progress
        if last is None:
            return None
        counts = asdict(last)
        return {name: counts[name] for name in ("total", "asked", "answered", "read")}

    def _tell(self, progress: ScanProgress) -> None:
        self._progress = progress

    def _stops(self) -> bool:
        return self._stop.is_set()

    def _run(self) -> None:
        state, reason = "done", ""
        try:
            self._do()
        except CannotDo as error:
            state, reason = "failed", str(error)
        except Stopped:
            state = "stopped"
        except Exception as error:  # noqa: BLE001 - whatever it was, the server must hear of it
            state, reason = "failed", f"{type(error).__name__}: {error}"
        if not self._abandoned:
            state = "stopped" if state == "done" and self._stops() else state
            self._deliver([], state, reason)

    def _do(self) -> None:
        batch: list[Mapping[str, Any]] = []
        begun = time.monotonic()
        for result in do(self.errand, self._around):
            batch.append({**result, "at": time.time()})
            if len(batch) >= _MOST_TOGETHER or time.monotonic() - begun > _LONGEST_SECONDS:
                self._deliver(batch, "running")
                batch, begun = [], time.monotonic()
        if batch:
            self._deliver(batch, "running")

    def _deliver(self, results: list[Mapping[str, Any]], state: str, reason: str = "") -> None:
        delivery = {
            "errand": self.errand.id,
            "attempt": self.errand.attempt,
            "first": self._number + 1,
            "results": results,
            "progress": self.progress,
            "state": state,
            "reason": reason[:1000],
        }
        self._number += len(results)
        if self._spool.put(delivery, lambda: self._abandoned):
            self._wake.set()

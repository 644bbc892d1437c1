"""What waits for the server: deliveries as numbered files, handed over in their order.

The spool is bounded. Where it is full, whoever has results waits until the server has taken some:
nothing is dropped, and a sweep goes on when there is room again.
"""

import json
import threading
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from discovery.collector.keeping import write_whole

LIMIT_BYTES = 256 * 1024 * 1024
_SUFFIX = ".delivery"
_ASIDE = ".refused"
_WAIT_SECONDS = 0.5
_GZIP = 31


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that waits: the file, its content as it is sent, and whose it is."""

    path: Path
    packed: bytes


class Spool:
    """The deliveries of one collector, on disk."""

    def __init__(self, folder: Path, limit_bytes: int = LIMIT_BYTES) -> None:
        self._folder = folder
        self._limit_bytes = limit_bytes
        self._room = threading.Condition()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._sizes = {one: one.stat().st_size for one in sorted(folder.glob(f"*{_SUFFIX}"))}
        self._last = max((_number(one) for one in self._sizes), default=0)
        self._errands = {path: _errand_of(path) for path in self._sizes}

    def __len__(self) -> int:
        return len(self._sizes)

    def errands(self) -> set[tuple[int, int]]:
        """Return the errands (id, attempt) of which something waits."""
        with self._room:
            return set(self._errands.values())

    def put(self, delivery: Mapping[str, Any], given_up: Callable[[], bool]) -> bool:
        """Keep a delivery; waits while there is no room. False when ``given_up`` said so."""
        packed = pack(delivery)
        with self._room:
            while self._sizes and sum(self._sizes.values()) + len(packed) > self._limit_bytes:
                if given_up():
                    return False
                self._room.wait(_WAIT_SECONDS)
            self._last += 1
            path = self._folder / f"{self._last:012d}{_SUFFIX}"
            write_whole(path, packed)
            self._sizes[path] = len(packed)
            self._errands[path] = (int(delivery["errand"]), int(delivery["attempt"]))
        return True

    def first(self) -> Waiting | None:
        """Return the delivery to hand over next."""
        with self._room:
            path = min(self._sizes, default=None)
            return None if path is None else Waiting(path, path.read_bytes())

    def taken(self, waiting: Waiting) -> None:
        """Forget a delivery that the server has taken."""
        waiting.path.unlink(missing_ok=True)
        self._forget(waiting.path)

    def refused(self, waiting: Waiting) -> None:
        """Put a delivery aside that the server will never take, for a person to look at."""
        waiting.path.replace(waiting.path.with_suffix(_ASIDE))
        self._forget(waiting.path)

    def _forget(self, path: Path) -> None:
        with self._room:
            self._sizes.pop(path, None)
            self._errands.pop(path, None)
            self._room.notify_all()


def pack(delivery: Mapping[str, Any]) -> bytes:
    """Return a delivery as gzip."""
    press = zlib.compressobj(6, zlib.DEFLATED, _GZIP)
    text = json.dumps(delivery, separators=(",", ":"), ensure_ascii=False)
    return press.compress(text.encode()) + press.flush()


def _number(path: Path) -> int:
    return int(path.name.partition(".")[0])


def _errand_of(path: Path) -> tuple[int, int]:
    """Return whose delivery it is; (0, 0) for one that was damaged, which the server refuses."""
    try:
        document = json.loads(zlib.decompress(path.read_bytes(), _GZIP))
        return int(document["errand"]), int(document["attempt"])
    except (ValueError, KeyError, TypeError, zlib.error):
        return 0, 0

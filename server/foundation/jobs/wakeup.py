"""Tells the runners of this process that there is work; a hint, for they also look themselves."""

import threading
from weakref import WeakSet


class Wakeup:
    """Something to wait on that any number of threads may ring."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._rung = 0
        _ALL.add(self)

    def ring(self) -> None:
        """Wake everybody who waits."""
        with self._changed:
            self._rung += 1
            self._changed.notify_all()

    def seen(self) -> int:
        """Return a mark to hand to ``wait``, taken before looking for work."""
        return self._rung

    def wait(self, mark: int, timeout_seconds: float) -> None:
        """Return when it was rung after ``mark``, at the latest after the time-out."""
        with self._changed:
            self._changed.wait_for(lambda: self._rung != mark, timeout_seconds)


_ALL: WeakSet[Wakeup] = WeakSet()


def ring_all() -> None:
    """Wake every runner of this process."""
    for wakeup in list(_ALL):
        wakeup.ring()

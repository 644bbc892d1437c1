"""Pure computation over 100 ms runs in spawned children, so that pages stay fast.

A child gets values and returns values (both must pickle); it never sees a session. A child that
dies is replaced, and the computation, being pure, is tried once more.
"""

import multiprocessing
import multiprocessing.util
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, ParamSpec, TypeVar

from cmdb.errors import CadastreError

P = ParamSpec("P")
Result = TypeVar("Result")


class ComputationLost(CadastreError):
    """The child that computed was killed, twice; most likely the machine is out of memory."""


class _Pool:
    """The executor, made at first use and again after a child died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._executor: ProcessPoolExecutor | None = None
        self._owner = 0

    def submit(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Future[Any]:
        with self._lock:
            # After a fork the executor's threads are gone; the child makes its own.
            if self._executor is None or self._owner != os.getpid():
                self._owner = os.getpid()
                self._executor = ProcessPoolExecutor(
                    max_workers=max(1, (os.cpu_count() or 2) - 1),
                    mp_context=multiprocessing.get_context("spawn"),
                    initializer=_settle_in,
                )
            return self._executor.submit(function, *args, **kwargs)

    def drop(self) -> None:
        with self._lock:
            executor, self._executor = self._executor, None
        if executor is not None and self._owner == os.getpid():
            executor.shutdown(wait=False, cancel_futures=True)


_POOL = _Pool()


def run_pure(function: Callable[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
    """Compute ``function(*args, **kwargs)`` in a child process and return its value.

    ``function`` must be importable by name. Raises what it raises, and ``ComputationLost`` when
    its process was killed twice.
    """
    for _ in range(2):
        try:
            result: Result = _POOL.submit(function, *args, **kwargs).result()
        except BrokenProcessPool:
            _POOL.drop()
        else:
            return result
    raise ComputationLost("the computation's process was killed twice; is memory short?")


def stop_pool() -> None:
    """End the children; the next ``run_pure`` starts new ones."""
    _POOL.drop()


def leave_pool() -> None:
    """End the children before ``os._exit``, which skips what multiprocessing does at an exit."""
    stop_pool()
    # The names of its semaphores are given back: otherwise its tracker complains, on the standard
    # error where our log is, that they leaked. Children have them open and go on.
    multiprocessing.util._run_finalizers(0)  # type: ignore[attr-defined]  # noqa: SLF001


def _settle_in() -> None:
    """Leave Ctrl-C to the parent, and do not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.nice(5)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)

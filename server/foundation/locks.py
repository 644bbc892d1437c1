"""A lock between processes of one host, held by an open file: it ends with its process."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cmdb.errors import CadastreError


class LockTaken(CadastreError):
    """Another process holds the lock; ``holder`` is its process id, 0 when unknown."""

    def __init__(self, path: Path, holder: int) -> None:
        self.holder = holder
        super().__init__(f"{path} is held by process {holder or 'unknown'}")


class FileLock:
    """An exclusive lock. It passes to forked children and is free when the last of them ended."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def take(self, *, wait: bool = False) -> None:
        """Take the lock; raises ``LockTaken`` at once unless ``wait``."""
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError as error:
            holder = os.pread(descriptor, 20, 0).decode(errors="replace").strip()
            os.close(descriptor)
            raise LockTaken(self.path, int(holder) if holder.isdigit() else 0) from error
        except BaseException:
            os.close(descriptor)
            raise
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._descriptor = descriptor

    def release(self) -> None:
        """Let go; the file stays, so that nobody locks a name another process has removed."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Wait for the lock and hold it inside the block."""
    lock = FileLock(path)
    lock.take(wait=True)
    try:
        yield
    finally:
        lock.release()

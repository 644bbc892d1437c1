"""The machine under the agent: the only way a collector reads a file, a link or a command.

Every path is read below `root`, so a recorded tree can stand in for a whole machine. pathlib,
dataclasses and typing are left out of the agent on purpose: each costs a short-lived child
about 10 ms, as much as several collectors together.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, TypeVar

    T = TypeVar("T")

FILE_LIMIT_BYTES = 64 * 1024 * 1024
REMARKS_KEPT = 5
_RECORDED = "/.commands"
_CHUNK_BYTES = 256 * 1024
_READ_FLAGS = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_COMMAND_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}


class Machine:
    """One machine, live (`root` is "/") or recorded.

    `memory` is a JSON-able dictionary that survives from one cycle to the next; a collector keeps
    what it needs there under its own section's name. `uname` is (system, host name, release,
    machine) and is asked from the kernel unless given. `remarks` gathers why something could not
    be read; whoever runs the collectors empties it between sections. `asks_cloud` is the setting
    `cloud_id`: whether a cloud's metadata service may be asked.
    """

    def __init__(
        self,
        root: str = "/",
        *,
        memory: dict[str, Any] | None = None,
        uname: tuple[str, str, str, str] | None = None,
        asks_cloud: bool = False,
    ) -> None:
        self.root = root.rstrip("/")
        self.live = not self.root
        self.memory: dict[str, Any] = {} if memory is None else memory
        self.remarks: list[str] = []
        self.asks_cloud = asks_cloud
        self.uname = uname or _uname()
        self.windows = self.uname[0] == "Windows"
        self.macos = self.uname[0] == "Darwin"
        self.linux = self.uname[0] == "Linux"
        self._kept: dict[str, tuple[Any, list[str]]] = {}

    def path(self, path: str) -> str:
        """Return the absolute `path` as the operating system must be asked for it."""
        return self.root + path

    def data(self, path: str, limit_bytes: int = FILE_LIMIT_BYTES) -> bytes | None:
        """Return the first `limit_bytes` of a file; None when it is absent or cannot be read."""
        try:
            descriptor = os.open(self.root + path, _READ_FLAGS)
        except PermissionError:
            self.remark(f"{path}: permission denied")
            return None
        except OSError:
            return None
        try:
            return _read_all(descriptor, limit_bytes)
        except PermissionError:
            self.remark(f"{path}: permission denied")
            return None
        except OSError:
            # sysfs answers EINVAL or EIO where a driver has nothing to say.
            return None
        finally:
            os.close(descriptor)

    def text(self, path: str, limit_bytes: int = FILE_LIMIT_BYTES) -> str | None:
        """Return the file as UTF-8, other bytes replaced; None when it cannot be read."""
        data = self.data(path, limit_bytes)
        return None if data is None else data.decode("utf-8", "replace")

    def word(self, path: str) -> str | None:
        """Return a small file's content without surrounding blanks and NULs; None when empty."""
        text = self.text(path, 4096)
        return (text.strip(" \t\r\n\0") or None) if text else None

    def number(self, path: str) -> int | None:
        """Return a small file holding one decimal number; None when it holds anything else."""
        word = self.word(path)
        if word is None or not word.lstrip("-").isdecimal():
            return None
        return int(word)

    def lines(self, path: str) -> list[str]:
        """Return the file's lines, none when it cannot be read."""
        text = self.text(path)
        return text.splitlines() if text else []

    def names(self, path: str) -> list[str]:
        """Return the sorted names in a folder, none when it is absent or closed to us."""
        try:
            return sorted(os.listdir(self.root + path))
        except OSError:
            return []

    def exists(self, path: str) -> bool:
        """Whether something is at `path`, a dangling link included."""
        return os.path.lexists(self.root + path)

    def link(self, path: str) -> str | None:
        """Return what a symbolic link says, None when it is not a link."""
        try:
            return os.readlink(self.root + path)
        except OSError:
            return None

    def real(self, path: str) -> str:
        """Return the path with every link followed, as seen from `root`."""
        return os.path.realpath(self.root + path)[len(os.path.realpath(self.root or "/")) :]

    def command(
        self,
        argv: Sequence[str],
        timeout_seconds: float = 30,
        *,
        known_as: str = "",
        any_code: bool = False,
    ) -> str | None:
        """Return a fixed command's output; None when absent, too slow, or failing.

        With `any_code` it may end as it likes.

        A recorded tree keeps the answer in a file: `/.commands/` and `known_as`, or the program.
        """
        if not self.live:
            return self.text(f"{_RECORDED}/{known_as or os.path.basename(argv[0])}")
        import subprocess  # noqa: PLC0415 - costs 10 ms, and most machines never need it

        try:
            done = subprocess.run(  # noqa: S603 - argv is a literal of the caller, no shell
                list(argv),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_COMMAND_ENVIRONMENT if os.name == "posix" else None,
                timeout=timeout_seconds,
                check=not any_code,
            )
        except (OSError, subprocess.SubprocessError):
            return None
        return done.stdout.decode("utf-8", "replace")

    def once(self, name: str, read: Callable[[Machine], T]) -> T:
        """Ask `read` the first time only; its remarks are repeated for every section asking."""
        if name not in self._kept:
            before = len(self.remarks)
            value = read(self)
            self._kept[name] = (value, self.remarks[before:])
            return value
        kept, remarks = self._kept[name]
        for remark in remarks:
            self.remark(remark)
        found: T = kept
        return found

    def remark(self, text: str) -> None:
        """Note why something of the current section could not be read."""
        if text not in self.remarks and len(self.remarks) < REMARKS_KEPT:
            self.remarks.append(text)


def _uname() -> tuple[str, str, str, str]:
    if hasattr(os, "uname"):
        kernel = os.uname()
        return (kernel.sysname, kernel.nodename, kernel.release, kernel.machine)
    import platform  # noqa: PLC0415 - only Windows has no os.uname

    named = platform.uname()
    return (named.system, named.node, named.version, named.machine)


def _read_all(descriptor: int, limit_bytes: int) -> bytes:
    pieces: list[bytes] = []
    left = limit_bytes
    while left > 0:
        piece = os.read(descriptor, min(left, _CHUNK_BYTES))
        if not piece:
            break
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)

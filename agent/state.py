"""The agent's own folder: who it is, what the server has acknowledged, what is still waiting.

Every file is written beside its place, synced and renamed over it, and is its owner's alone.
"""

from __future__ import annotations

import json
import os
import time

from agent import report, safety
from agent.errors import AgentError, SettingsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_PROGRESS = "state.json"
_AGENT_ID = "agent-id"
_KEY = "key"
_NEXT = "next"


class State:
    """The folder `folder`, checked to be safe. Raises Unsafe or SettingsError."""

    def __init__(self, folder: str, *, create: bool = False) -> None:
        self.folder = os.path.abspath(folder)
        if create:
            _make(self.folder)
        if not os.path.isdir(self.folder):
            raise SettingsError(
                f"{self.folder} does not exist: run `cadastre-agent enrol` first, as root."
            )
        safety.refuse_open_folder(self.folder)
        safety.refuse_foreign_folder(self.folder)

    def path(self, name: str) -> str:
        """Where the file `name` lies."""
        return os.path.join(self.folder, name)

    def read(self, name: str) -> bytes | None:
        """Return a file's content, None without one. Raises SettingsError when it is closed."""
        try:
            with open(self.path(name), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SettingsError(f"{self.path(name)} cannot be read: {error.strerror}.") from error

    def write(self, name: str, content: bytes) -> None:
        """Replace a file as a whole: after a power cut it is the old one or the new one."""
        place = self.path(name)
        beside = f"{place}.new"
        try:
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, place)
        except OSError as error:
            raise SettingsError(f"{place} cannot be written: {error.strerror}.") from error

    def remove(self, name: str) -> None:
        """Forget a file, whether it is there or not."""
        try:
            os.unlink(self.path(name))
        except FileNotFoundError:
            return

    def agent_id(self) -> str:
        """Return this agent's UUID, made on first use and never again."""
        kept = (self.read(_AGENT_ID) or b"").decode("ascii", "replace").strip()
        if not kept:
            kept = report.new_agent_id()
            self.keep_agent_id(kept)
        return kept

    def keep_agent_id(self, agent_id: str) -> None:
        """Take the id the server settled on."""
        self.write(_AGENT_ID, agent_id.encode("ascii", "replace") + b"\n")

    def key(self) -> str:
        """Return the key the server gave at enrolment.

        Raises SettingsError before it, Unsafe when others may read it.
        """
        kept = (self.read(_KEY) or b"").decode("ascii", "replace").strip()
        if not kept:
            raise SettingsError("This agent is not enrolled: run `cadastre-agent enrol` first.")
        safety.refuse_open_file(self.path(_KEY))
        return kept

    def keep_key(self, key: str) -> None:
        """Keep the key, for its owner's eyes alone."""
        self.write(_KEY, key.encode("ascii") + b"\n")

    def progress(self) -> dict[str, Any]:
        """Return what is remembered between cycles, a fresh start when there is nothing sound."""
        try:
            kept = json.loads(self.read(_PROGRESS) or b"{}")
        except ValueError:
            kept = {}
        if isinstance(kept, dict) and isinstance(kept.get("sequence"), int):
            return kept
        # With its memory lost an enrolled agent must not fall back behind its own numbers.
        return {"sequence": int(time.time()) if self.read(_AGENT_ID) else 0}

    def keep_progress(self, progress: dict[str, Any]) -> None:
        """Remember for the next cycle."""
        self.write(_PROGRESS, report.encoded(progress))

    def keep_next(self, seconds: float) -> None:
        """Tell the supervisor how long to wait."""
        self.write(_NEXT, f"{max(1, round(seconds))}\n".encode())

    def locked(self) -> Lock:
        """Hold the folder for one cycle: `with state.locked(): …`."""
        return Lock(self.path("lock"))


class Lock:
    """Keeps a second process out; let go at the end of the block or of the process.

    Entering raises AgentError while another process holds it. Does nothing where the system has
    no such lock.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._descriptor: int | None = None

    def __enter__(self) -> None:
        try:
            import fcntl  # noqa: PLC0415 - POSIX only
        except ImportError:
            return
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            message = "Another report of this agent is under way; try again in a moment."
            raise AgentError(message) from error
        self._descriptor = descriptor

    def __exit__(self, *raised: object) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _make(folder: str) -> None:
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError as error:
        message = f"{folder} cannot be made: {error.strerror}. Run this as root or use --state-dir."
        raise SettingsError(message) from error

"""What a collector keeps on disk: who it is. Its owner alone may read it."""

import hashlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

from discovery.collector.errors import CollectorError

_IDENTITY = "identity.json"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a collector is: its server, its key there, and the key to which secrets are sealed.

    ``token_mark`` tells the token it enrolled with from others, so that one that stays in a
    service's environment is used once.
    """

    server: str
    collector_id: int
    name: str
    key: str = field(repr=False)
    private_key: str = field(repr=False)
    token_mark: str = ""


def read_identity(folder: Path) -> Identity | None:
    """Return who the collector of this folder is; None before it enrolled.

    Raises CollectorError where the folder is damaged or open to others.
    """
    path = folder / _IDENTITY
    try:
        raw = path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CollectorError(f"{path} cannot be read: {error.strerror}.") from None
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise CollectorError(f"Others may read {path}: chmod 600 it.")
    try:
        return Identity(**json.loads(raw))
    except (ValueError, TypeError):
        raise CollectorError(f"{path} is damaged: delete it and enrol again.") from None


def keep_identity(folder: Path, identity: Identity) -> None:
    """Write who the collector is. Raises CollectorError."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(folder / _IDENTITY, json.dumps(asdict(identity)).encode())
    except OSError as error:
        raise CollectorError(f"{folder} cannot be written: {error.strerror}.") from None


def mark_of(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.strip().encode()).hexdigest()[:16]


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, readable by its owner alone, and durable on return."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)

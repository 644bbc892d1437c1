"""Secrets at rest: AES-256-GCM under a key that lives outside the database and its backups.

A sealed secret names its key and is bound to its table, column and row: moved elsewhere, it does
not open. The key file holds one ``id:base64`` per line; the last line seals, all of them open, so a
new key can be added while the old secrets are sealed anew.
"""

import base64
import binascii
import os
import secrets
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.foundation.errors import SecretUnreadable, SettingsError

_FORMAT = "v1"
_NONCE_BYTES = 12
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed secret lies; part of what the seal protects."""

    table: str
    column: str
    row_id: int

    @property
    def bound(self) -> bytes:
        """Return the associated data."""
        return f"{self.table}|{self.column}|{self.row_id}".encode()


class SecretBox:
    """Seals and opens secrets with the keys of one file, made at first use."""

    def __init__(self, key_file: Path) -> None:
        self._key_file = key_file
        self._loaded: Mapping[str, AESGCM] | None = None
        self._seen: tuple[int, ...] = ()

    def seal(self, secret: str, place: Place) -> str:
        """Return what may be stored at ``place``. An empty secret stays empty."""
        if not secret:
            return ""
        if self._loaded is not None and _look_of(self._key_file) != self._seen:
            # Another process changed the key; what is sealed with an old one may never open again.
            self._loaded = None
        keys = self._keys()
        key_id = list(keys)[-1]
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = nonce + keys[key_id].encrypt(nonce, secret.encode(), place.bound)
        return f"{_FORMAT}.{key_id}.{base64.urlsafe_b64encode(sealed).decode()}"

    def open(self, sealed: str, place: Place) -> str:
        """Return the secret that was sealed for ``place``.

        Raises ``SecretUnreadable`` for a key we do not have, or anything moved or changed.
        """
        if not sealed:
            return ""
        key_id, content = _taken_apart(sealed)
        key = self._keys().get(key_id)
        if key is None:
            # Another process may have added it since we last read the file.
            self._loaded = None
            key = self._keys().get(key_id)
        if key is None:
            raise SecretUnreadable(f"the key {key_id} is not in {self._key_file}")
        try:
            opened = key.decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], place.bound)
        except InvalidTag as error:
            raise SecretUnreadable("a sealed secret was moved or changed") from error
        return opened.decode()

    def is_current(self, sealed: str) -> bool:
        """Say whether the newest key sealed it; if not, seal it anew and the old key can go."""
        return not sealed or _taken_apart(sealed)[0] == list(self._keys())[-1]

    @property
    def key_ids(self) -> Sequence[str]:
        """Return the ids of all keys, the newest last."""
        return list(self._keys())

    @property
    def current_key_id(self) -> str:
        """Return the id of the key that seals."""
        return self.key_ids[-1]

    @property
    def mark(self) -> str:
        """Return what everything begins with that the newest key sealed."""
        return f"{_FORMAT}.{self.current_key_id}."

    def derived(self, purpose: str) -> Sequence[bytes]:
        """Return 32 bytes for a purpose from each key (HKDF, RFC 5869), the newest last.

        Nobody who learns them learns anything of the keys, or of what another purpose has.
        """
        self._loaded = None
        self._keys()
        return [_derived(key, purpose) for key in _raw(self._key_file).values()]

    def drop_old_keys(self) -> int:
        """Keep the newest key alone and return how many others there were."""
        lines = _lines(self._key_file)
        _write(self._key_file, lines[-1:], replace=True)
        self._loaded = None
        return len(lines) - 1

    def add_key(self) -> str:
        """Add a key that seals from now on and return its id. Other processes must read again."""
        lines = [*_lines(self._key_file), _new_line()]
        _write(self._key_file, lines, replace=True)
        self._loaded = None
        return lines[-1].partition(":")[0]

    def _keys(self) -> Mapping[str, AESGCM]:
        loaded = self._loaded
        if loaded is None:
            if not self._key_file.exists():
                _write(self._key_file, [_new_line()], replace=False)
            # Looked at first: a change in between is then seen the next time.
            self._seen = _look_of(self._key_file)
            loaded = self._loaded = _read(self._key_file)
        return loaded


def _taken_apart(sealed: str) -> tuple[str, bytes]:
    try:
        form, key_id, content = sealed.split(".")
        decoded = base64.urlsafe_b64decode(content)
    except (ValueError, binascii.Error) as error:
        raise SecretUnreadable("a sealed secret is damaged") from error
    if form != _FORMAT or len(decoded) <= _NONCE_BYTES:
        raise SecretUnreadable("a sealed secret is damaged")
    return key_id, decoded


def _new_line() -> str:
    key = base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()
    return f"{secrets.token_hex(4)}:{key}"


def _look_of(path: Path) -> tuple[int, ...]:
    """Return what tells one state of the file from the next; it is only ever replaced."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return ()
    return found.st_ino, found.st_mtime_ns, found.st_size


def _lines(path: Path) -> list[str]:
    if not path.exists():
        return []
    return [line for line in path.read_text(encoding="ascii").splitlines() if line.strip()]


def _read(path: Path) -> Mapping[str, AESGCM]:
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise SettingsError(f"others may read the key file {path}: chmod 600 it")
    try:
        keys = {name: AESGCM(key) for name, key in _raw(path).items()}
    except (ValueError, binascii.Error) as error:
        raise SettingsError(f"the key file {path} is damaged") from error
    if not keys:
        raise SettingsError(f"the key file {path} is empty")
    return keys


def _raw(path: Path) -> Mapping[str, bytes]:
    pairs = [line.partition(":") for line in _lines(path)]
    return {name: base64.b64decode(key) for name, _, key in pairs}


def _derived(key: bytes, purpose: str) -> bytes:
    return HKDF(hashes.SHA256(), _KEY_BYTES, None, purpose.encode()).derive(key)


def _write(path: Path, lines: list[str], *, replace: bool) -> None:
    """Write whole or not at all; without ``replace``, whoever wrote first wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # mkstemp gives the file to its owner alone (0600).
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".key-")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write("\n".join(lines) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        if replace:
            Path(name).replace(path)
        else:
            _claim(Path(name), path)
    finally:
        Path(name).unlink(missing_ok=True)


def _claim(written: Path, path: Path) -> None:
    try:
        os.link(written, path)
    except FileExistsError:
        return

"""Signatures of this installation: Ed25519, with a key that lies outside the database.

What is signed can be checked elsewhere with the public key alone, and cannot be made by somebody
who can write to the database.
"""

import base64
import binascii
import json
import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from server.foundation.errors import SettingsError

_FORMAT = "ed25519"


class Signer:
    """Signs documents with the key of one file, made at first use."""

    def __init__(self, key_file: Path) -> None:
        self._key_file = key_file

    def sign(self, document: Mapping[str, Any]) -> str:
        """Return the signature of a document of plain values."""
        signature = self._key.sign(_canonical(document))
        return f"{_FORMAT}.{base64.urlsafe_b64encode(signature).decode()}"

    def vouches(self, document: Mapping[str, Any], signature: str) -> bool:
        """Say whether this installation signed exactly this document."""
        form, _, text = signature.partition(".")
        if form != _FORMAT:
            return False
        try:
            self._key.public_key().verify(base64.urlsafe_b64decode(text), _canonical(document))
        except (InvalidSignature, ValueError, binascii.Error):
            return False
        return True

    @property
    def public_key(self) -> str:
        """Return the public key as PEM text, for those who check signatures elsewhere."""
        return (
            self._key.public_key()
            .public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            .decode("ascii")
        )

    @cached_property
    def _key(self) -> Ed25519PrivateKey:
        if not self._key_file.exists():
            _make(self._key_file)
        if os.name == "posix" and self._key_file.stat().st_mode & 0o077:
            raise SettingsError(f"others may read the key file {self._key_file}: chmod 600 it")
        try:
            loaded = serialization.load_pem_private_key(self._key_file.read_bytes(), None)
        except ValueError as error:
            raise SettingsError(f"the key file {self._key_file} is damaged") from error
        if not isinstance(loaded, Ed25519PrivateKey):
            raise SettingsError(f"the key file {self._key_file} holds another kind of key")
        return loaded


def _canonical(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def _make(path: Path) -> None:
    """Write a new key; of two processes that do so at once, the first one's stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    key = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    draft = path.with_name(f".{path.name}-{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_bytes(key)
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()

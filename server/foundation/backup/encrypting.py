"""An archive that only a passphrase opens: AES-256-GCM in pieces, while it is written and read.

A file begins with ``_MARK`` and a salt; scrypt (RFC 7914) makes the key of salt and passphrase, so
every file has a key of its own. Pieces carry their number and whether they are the last one in the
nonce, as in the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015): none can be
changed, moved, repeated or cut off.
"""

import io
import secrets
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from cmdb.errors import CadastreError

_MARK = b"cadastre-backup-1\n"
_SALT_BYTES = 16
_KEY_BYTES = 32
#: 64 MiB and some tenths of a second for each guess.
_COST, _BLOCKS, _LANES = 2**16, 8, 1
_PIECE_BYTES = 1 << 20
_TAG_BYTES = 16


class WrongPassphrase(CadastreError):
    """The passphrase is not that of the archive, or the archive was changed."""


def is_encrypted(path: Path) -> bool:
    """Say whether a file is an archive that wants a passphrase."""
    try:
        with path.open("rb") as stream:
            return stream.read(len(_MARK)) == _MARK
    except OSError:
        return False


class EncryptingWriter(io.RawIOBase):
    """Encrypts what is written on its way into ``target``; ``finish`` writes the last piece."""

    def __init__(self, target: IO[bytes], passphrase: str) -> None:
        salt = secrets.token_bytes(_SALT_BYTES)
        self._target = target
        self._cipher = _cipher(passphrase, salt)
        self._waiting = bytearray()
        self._number = 0
        target.write(_MARK + salt)

    def writable(self) -> bool:
        """Say yes."""
        return True

    def write(self, content: object) -> int:
        """Take bytes; whole pieces go on at once."""
        taken = bytes(content)  # type: ignore[call-overload]  # a buffer, whatever kind
        self._waiting += taken
        while len(self._waiting) > _PIECE_BYTES:
            self._write_piece(bytes(self._waiting[:_PIECE_BYTES]), last=False)
            del self._waiting[:_PIECE_BYTES]
        return len(taken)

    def finish(self) -> None:
        """Write what is left, as the last piece; nothing may be written afterwards."""
        self._write_piece(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _write_piece(self, content: bytes, *, last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._number, last=last), content, _MARK))
        self._number += 1


class DecryptingReader(io.RawIOBase):
    """Reads an encrypted archive from its beginning.

    Raises ``WrongPassphrase`` at the first piece that does not open, so that no byte of a changed
    archive gets out.
    """

    def __init__(self, source: IO[bytes], passphrase: str) -> None:
        source.read(len(_MARK))
        self._source = source
        self._cipher = _cipher(passphrase, source.read(_SALT_BYTES))
        self._opened = b""
        self._ahead = source.read(_PIECE_BYTES + _TAG_BYTES)
        self._number = 0
        self._ended = False

    def readable(self) -> bool:
        """Say yes."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return ``size`` bytes, or as many as there are."""
        while not self._ended and (size < 0 or len(self._opened) < size):
            self._opened += self._next_piece()
        taken = self._opened if size < 0 else self._opened[:size]
        self._opened = self._opened[len(taken) :]
        return taken

    def _next_piece(self) -> bytes:
        piece, self._ahead = self._ahead, self._source.read(_PIECE_BYTES + _TAG_BYTES)
        self._ended = not self._ahead
        nonce = _nonce(self._number, last=self._ended)
        self._number += 1
        try:
            return self._cipher.decrypt(nonce, piece, _MARK)
        except InvalidTag as error:
            raise WrongPassphrase(
                "the passphrase is not that of the backup, or the backup was changed or cut off"
            ) from error


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    kdf = Scrypt(salt=salt, length=_KEY_BYTES, n=_COST, r=_BLOCKS, p=_LANES)
    return AESGCM(kdf.derive(passphrase.encode()))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])

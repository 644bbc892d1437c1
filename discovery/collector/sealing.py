"""Secrets sealed to one collector: X25519, HKDF-SHA256 and AES-256-GCM.

Each seal has a key pair of its own for the sender, thrown away at once, so nobody but the holder
of the collector's private key opens it, the sender included (RFC 7748, RFC 5869). What it is for
is part of what the seal protects: a seal that is moved to another errand does not open.
"""

import base64
import binascii
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_PURPOSE = b"cadastre collector errand 1"
_KEY_BYTES = 32
_NONCE_BYTES = 12


class SealBroken(ValueError):
    """A seal does not open: damaged, moved, or made for somebody else."""


def new_private_key() -> str:
    """Return a new private key as text; it never leaves the collector."""
    return _text(X25519PrivateKey.generate().private_bytes_raw())


def public_key_of(private_key: str) -> str:
    """Return the public half as text."""
    return _text(_private(private_key).public_key().public_bytes_raw())


def is_public_key(text: str) -> bool:
    """Say whether something can be sealed to this key."""
    try:
        seal("", text, "")
    except ValueError:  # also a key of a small order, which would give everybody the secret
        return False
    return True


def seal(plain: str, public_key: str, purpose: str) -> str:
    """Seal text to the holder of the private half. Raises ValueError for what is no key."""
    receiver = _octets(public_key)
    ephemeral = X25519PrivateKey.generate()
    sender = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(receiver))
    nonce = secrets.token_bytes(_NONCE_BYTES)
    content = _cipher(shared, sender, receiver).encrypt(nonce, plain.encode(), purpose.encode())
    return _text(sender + nonce + content)


def unseal(sealed: str, private_key: str, purpose: str) -> str:
    """Return the text that was sealed to this key for this purpose. Raises ``SealBroken``."""
    key = _private(private_key)
    try:
        content = _octets(sealed)
        sender, rest = content[:_KEY_BYTES], content[_KEY_BYTES:]
        shared = key.exchange(X25519PublicKey.from_public_bytes(sender))
        cipher = _cipher(shared, sender, key.public_key().public_bytes_raw())
        plain = cipher.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], purpose.encode())
    except (ValueError, InvalidTag):
        raise SealBroken("the seal is damaged, or was made for another collector") from None
    return plain.decode()


def _cipher(shared: bytes, sender: bytes, receiver: bytes) -> AESGCM:
    derivation = HKDF(SHA256(), _KEY_BYTES, salt=sender + receiver, info=_PURPOSE)
    return AESGCM(derivation.derive(shared))


def _private(text: str) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(_octets(text))


def _text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode()


def _octets(text: str) -> bytes:
    try:
        return base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise ValueError("this is no base64 text") from None

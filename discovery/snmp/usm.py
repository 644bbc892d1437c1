"""The user-based security model of SNMPv3 (RFC 3414, 3826, 7860).

Pure functions over octets: keys out of passwords, the proof of a message, and its enciphering.
"""

import hashlib
import hmac
from functools import lru_cache

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from discovery.snmp.credentials import User

#: Authentication protocol -> hash, and how many octets of the proof travel.
_HASHES = {
    "MD5": ("md5", 12),
    "SHA": ("sha1", 12),
    "SHA-224": ("sha224", 16),
    "SHA-256": ("sha256", 24),
    "SHA-384": ("sha384", 32),
    "SHA-512": ("sha512", 48),
}
#: Privacy protocol -> octets of its key, with those of the initial vector for DES.
_KEY_OCTETS = {
    "DES": 16,
    "3DES": 32,
    "AES": 16,
    "AES-192": 24,
    "AES-256": 32,
    "AES-192-C": 24,
    "AES-256-C": 32,
}
_LONGEST_PASSWORD_OCTETS = 1 << 20
_SALT_OCTETS = 8
_DES_BLOCK_OCTETS = 8


def proves(user: User, engine_id: bytes, message: bytes, place: tuple[int, int]) -> bool:
    """Say whether a message was made by who knows the user's authentication key.

    ``place`` is where the proof stands in the message; it is reckoned with zeros there.
    """
    start, end = place
    if end - start != proof_octets(user):
        return False
    blank = message[:start] + bytes(end - start) + message[end:]
    return hmac.compare_digest(proof_of(user, engine_id, blank), message[start:end])


def proof_octets(user: User) -> int:
    """Return how many octets of a user's proofs travel; 0 without authentication."""
    return _HASHES[user.auth_protocol][1] if user.auth_protocol else 0


def proof_of(user: User, engine_id: bytes, blank: bytes) -> bytes:
    """Return the proof of a message that has zeros in its place."""
    name, size = _HASHES[user.auth_protocol]
    return hmac.digest(localised(name, user.auth_key, engine_id), blank, name)[:size]


def encipher(
    user: User, engine_id: bytes, clock: tuple[int, int], salt: bytes, content: bytes
) -> bytes:
    """Return the enciphered content; DES fills the last block with zeros."""
    if not user.priv_protocol.startswith("AES"):
        content += bytes(-len(content) % _DES_BLOCK_OCTETS)
    encryptor = _cipher(user, engine_id, clock, salt).encryptor()
    return encryptor.update(content) + encryptor.finalize()


def decipher(
    user: User, engine_id: bytes, clock: tuple[int, int], salt: bytes, content: bytes
) -> bytes:
    """Return the deciphered content, with what fills its last block.

    ``clock`` is (boots, time) as the message tells them. Raises ValueError for what cannot have
    been enciphered so.
    """
    if len(salt) != _SALT_OCTETS:
        raise ValueError("the salt has eight octets")
    decryptor = _cipher(user, engine_id, clock, salt).decryptor()
    return decryptor.update(content) + decryptor.finalize()


def _cipher(
    user: User, engine_id: bytes, clock: tuple[int, int], salt: bytes
) -> Cipher[CFB] | Cipher[CBC]:
    key = privacy_key(user, engine_id)
    if user.priv_protocol.startswith("AES"):
        return Cipher(AES(key), CFB(clock[0].to_bytes(4) + clock[1].to_bytes(4) + salt))
    half = len(key) // 2 if user.priv_protocol == "DES" else 24
    vector = bytes(one ^ other for one, other in zip(key[half : half + 8], salt, strict=True))
    # A triple DES with three equal keys is DES.
    keys = key[:8] * 3 if user.priv_protocol == "DES" else key[:24]
    return Cipher(TripleDES(keys), CBC(vector))


@lru_cache(maxsize=4096)
def privacy_key(user: User, engine_id: bytes) -> bytes:
    """Return the key by which a user's messages with an engine are enciphered.

    A hash that is too short is lengthened as the protocol's name says: by hashing what there is
    (Blumenthal), or by taking it for a password anew (Reeder, Cisco; 3DES too).
    """
    name, _ = _HASHES[user.auth_protocol]
    size = _KEY_OCTETS[user.priv_protocol]
    key = last = localised(name, user.priv_key, engine_id)
    while len(key) < size:
        if user.priv_protocol in {"AES-192", "AES-256"}:
            key += hashlib.new(name, key).digest()
        else:
            last = _localise(name, _stretched(name, last), engine_id)
            key += last
    return key[:size]


@lru_cache(maxsize=4096)
def localised(name: str, password: str, engine_id: bytes) -> bytes:
    r"""Return the key of a password at one engine (RFC 3414, appendix A.2).

    >>> localised("md5", "maplesyrup", bytes(11) + b"\x02").hex()
    '526f5eed9fcce26f8964c2930787d82b'
    """
    return _localise(name, _of_password(name, password), engine_id)


@lru_cache(maxsize=256)
def _of_password(name: str, password: str) -> bytes:
    return _stretched(name, password.encode())


def _stretched(name: str, secret: bytes) -> bytes:
    repeated = secret * (_LONGEST_PASSWORD_OCTETS // len(secret) + 1)
    return hashlib.new(name, repeated[:_LONGEST_PASSWORD_OCTETS]).digest()


def _localise(name: str, key: bytes, engine_id: bytes) -> bytes:
    return hashlib.new(name, key + engine_id + key).digest()

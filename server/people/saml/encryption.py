"""Opens encrypted assertions: RSA-OAEP for the key, AES for the content (XML Encryption 1.1).

RSA 1.5 is refused, because its padding tells an attacker about the key. AES-CBC is opened only in
an answer whose own signature was verified: who may send bent ciphertexts learns the text.
"""

import base64
import binascii
from collections.abc import Callable

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from server.foundation.errors import IdentityRefused
from server.people.saml.documents import ENCRYPTION, NAMES, Element, named

_ENC_11 = "http://www.w3.org/2009/xmlenc11#"
_NAMES = NAMES | {"xenc11": _ENC_11}
_GCM = {f"{_ENC_11}aes{bits}-gcm": bits // 8 for bits in (128, 192, 256)}
_CBC = {f"{ENCRYPTION}aes{bits}-cbc": bits // 8 for bits in (128, 192, 256)}
_OAEP_SHA1 = f"{ENCRYPTION}rsa-oaep-mgf1p"
_OAEP = f"{_ENC_11}rsa-oaep"
_GCM_NONCE = 12
_CBC_BLOCK = 16
#: An assertion is encrypted for us, and perhaps for another machine of ours.
_MOST_KEYS = 5

_Hash = Callable[[], hashes.HashAlgorithm]
#: SHA-1 inside OAEP is no signature: nothing is known against it there.
_HASHES: dict[str, _Hash] = {
    "http://www.w3.org/2000/09/xmldsig#sha1": hashes.SHA1,
    f"{ENCRYPTION}sha256": hashes.SHA256,
    "http://www.w3.org/2001/04/xmldsig-more#sha384": hashes.SHA384,
    f"{ENCRYPTION}sha512": hashes.SHA512,
}
_MASKS: dict[str, _Hash] = {
    f"{_ENC_11}mgf1sha1": hashes.SHA1,
    f"{_ENC_11}mgf1sha256": hashes.SHA256,
    f"{_ENC_11}mgf1sha384": hashes.SHA384,
    f"{_ENC_11}mgf1sha512": hashes.SHA512,
}


def decrypted(envelope: Element, private_key: str, *, was_signed: bool) -> bytes:
    """Return the XML inside an EncryptedAssertion; ``private_key`` is PEM.

    Raises ``IdentityRefused`` for what is not for us, damaged, or encrypted in a weak way.
    """
    contents = envelope.findall("xenc:EncryptedData", NAMES)
    if len(contents) != 1:
        raise IdentityRefused("the encrypted assertion must hold exactly one content")
    algorithm = _algorithm(contents[0])
    if algorithm not in _GCM and not (algorithm in _CBC and was_signed):
        raise IdentityRefused("the assertion is encrypted in a way that is not accepted here")
    length = (_GCM | _CBC)[algorithm]
    content = _value(contents[0])
    for wrapped in list(envelope.iter(named(ENCRYPTION, "EncryptedKey")))[:_MOST_KEYS]:
        key = _unwrapped(wrapped, private_key)
        if key is not None and len(key) == length:
            opened = _open_gcm if algorithm in _GCM else _open_cbc
            return opened(key, content)
    raise IdentityRefused("the assertion is not encrypted for us")


def _unwrapped(wrapped: Element, private_key: str) -> bytes | None:
    method = wrapped.find("xenc:EncryptionMethod", _NAMES)
    algorithm = _algorithm(wrapped)
    if algorithm not in {_OAEP, _OAEP_SHA1}:
        raise IdentityRefused("the key of the assertion is encrypted in a way not accepted here")
    digest = _chosen(_HASHES, _named(method, "ds:DigestMethod"))
    # The older name of OAEP has one mask only.
    mask = _chosen(_MASKS, _named(method, "xenc11:MGF") if algorithm == _OAEP else "")
    label = method.findtext("xenc:OAEPparams", None, _NAMES)
    key = serialization.load_pem_private_key(private_key.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        return None
    scheme = padding.OAEP(padding.MGF1(mask()), digest(), _plain(label) if label else None)
    try:
        return key.decrypt(_value(wrapped), scheme)
    except (ValueError, UnsupportedAlgorithm):
        return None


def _chosen(known: dict[str, _Hash], name: str) -> _Hash:
    """Return a hash by its name; SHA-1 is what XML Encryption means by no name."""
    if name and name not in known:
        raise IdentityRefused("the key of the assertion is encrypted in a way not accepted here")
    return known.get(name, hashes.SHA1)


def _open_gcm(key: bytes, content: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(content[:_GCM_NONCE], content[_GCM_NONCE:], None)
    except (InvalidTag, ValueError) as error:
        raise IdentityRefused("the encrypted assertion is damaged") from error


def _open_cbc(key: bytes, content: bytes) -> bytes:
    if len(content) < 2 * _CBC_BLOCK or len(content) % _CBC_BLOCK:
        raise IdentityRefused("the encrypted assertion is damaged")
    cipher = Cipher(algorithms.AES(key), modes.CBC(content[:_CBC_BLOCK])).decryptor()
    plain = cipher.update(content[_CBC_BLOCK:]) + cipher.finalize()
    # Section 5.2.3: the last byte says how many were added; what the others are is not said.
    if not 1 <= plain[-1] <= _CBC_BLOCK:
        raise IdentityRefused("the encrypted assertion is damaged")
    return plain[: -plain[-1]]


def _algorithm(element: Element) -> str:
    method = element.find("xenc:EncryptionMethod", _NAMES)
    return "" if method is None else method.get("Algorithm") or ""


def _named(method: Element, path: str) -> str:
    found = method.find(path, _NAMES)
    return "" if found is None else found.get("Algorithm") or ""


def _value(element: Element) -> bytes:
    return _plain(element.findtext("xenc:CipherData/xenc:CipherValue", "", NAMES))


def _plain(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise IdentityRefused("the encrypted assertion is damaged") from error

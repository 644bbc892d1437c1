"""Passkeys on the wire (W3C Web Authentication, level 3). The only file that knows fido2.

What a browser is asked for is a document for ``navigator.credentials``; what comes back is the
credential's own ``toJSON()``. Bytes are base64url in both.
"""

import hashlib
import json
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from server.foundation.errors import PasskeyRefused

_LONGEST_ANSWER = 20_000
#: What reading somebody's bytes may raise; all of it means that they are not what they should be.
_UNREADABLE = (
    *(ValueError, KeyError, TypeError, AttributeError, IndexError, AssertionError),
    *(NotImplementedError, RecursionError, struct.error, UnsupportedAlgorithm),
)


@dataclass(frozen=True, slots=True)
class Site:
    """For whom passkeys are made: the name in the address, and that address."""

    host: str
    origin: str


@dataclass(frozen=True, slots=True)
class Owner:
    """For whom a passkey is made."""

    person_id: int
    login: str
    name: str


@dataclass(frozen=True, slots=True)
class NewKey:
    """A passkey that a browser has made."""

    credential: bytes
    credential_hash: str
    signatures: int


def site_of(base_url: str) -> Site | None:
    """Return the site; None when people reach it by an address, for which there are no passkeys.

    >>> site_of("https://desk.example.test/")
    Site(host='desk.example.test', origin='https://desk.example.test')
    >>> site_of("http://127.0.0.1:8080") is None
    True
    """
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    try:
        ip_address(host)
    except ValueError:
        secure = parts.scheme == "https" or host == "localhost"
        return Site(host, f"{parts.scheme}://{parts.netloc}".lower()) if host and secure else None
    return None


def hash_of(credential_id: bytes) -> str:
    """Return what a credential is found by."""
    return hashlib.sha256(credential_id).hexdigest()


def asked_to_make(
    site: Site, owner: Owner, known: Sequence[bytes]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the browser is asked, and what its answer is held against.

    ``known``: the credentials the owner has already; one authenticator holds one.
    """
    handle = hashlib.sha256(f"{site.host}:{owner.person_id}".encode()).digest()
    options, state = _server(site).register_begin(
        PublicKeyCredentialUserEntity(id=handle, name=owner.login, display_name=owner.name),
        [AttestedCredentialData(one) for one in known],
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return dict(options), dict(state)


def made(site: Site, state: Mapping[str, Any], answer: str) -> NewKey:
    """Return the passkey in a browser's answer. Raises ``PasskeyRefused``."""
    found = _read(lambda document: _server(site).register_complete(state, document), answer)
    data = found.credential_data
    if data is None:
        raise PasskeyRefused("there is no key in the answer")
    return NewKey(bytes(data), hash_of(data.credential_id), found.counter)


def asked_to_sign(
    site: Site, known: Sequence[bytes] | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the browser is asked, and what its answer is held against.

    ``known``: the credentials one of which has to sign, after the password. None: any that the
    authenticator has for us, and then it has to make sure itself who holds it.
    """
    verification = (
        UserVerificationRequirement.REQUIRED
        if known is None
        else UserVerificationRequirement.PREFERRED
    )
    credentials = None if known is None else [AttestedCredentialData(one) for one in known]
    options, state = _server(site).authenticate_begin(credentials, verification)
    return dict(options), dict(state)


def signer_of(answer: str) -> str:
    """Return by what the credential that signed is found. Raises ``PasskeyRefused``."""
    return hash_of(
        _read(lambda document: AuthenticationResponse.from_dict(document).raw_id, answer)
    )


def signed(
    site: Site, state: Mapping[str, Any], credential: bytes, signatures: int, answer: str
) -> int:
    """Return how often the credential has signed by now, its signature being right.

    Raises ``PasskeyRefused`` for anything else, a copy of the credential included.
    """

    def check(document: Mapping[str, Any]) -> int:
        known = [AttestedCredentialData(credential)]
        _server(site).authenticate_complete(state, known, document)
        return AuthenticationResponse.from_dict(document).response.authenticator_data.counter

    count: int = _read(check, answer)
    # Section 6.1.1: whoever counts, counts up.
    if (count or signatures) and count <= signatures:
        raise PasskeyRefused("the key has been copied")
    return count


def _server(site: Site) -> Fido2Server:
    party = PublicKeyCredentialRpEntity(id=site.host, name="Cadastre")
    # Exactly our address: other names under the same domain may be somebody else's.
    return Fido2Server(party, verify_origin=lambda origin: origin.lower() == site.origin)


def _read(read: Callable[[Mapping[str, Any]], Any], answer: str) -> Any:
    try:
        if len(answer) > _LONGEST_ANSWER:
            raise PasskeyRefused("the answer is too long")
        return read(json.loads(answer))
    except _UNREADABLE as error:
        raise PasskeyRefused("the answer is not what was asked for") from error

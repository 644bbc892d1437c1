"""Metadata: what a provider publishes is read, what we publish is written (SAML 2.0, metadata).

A provider's document is believed for where it came from: an administrator pasted it, or it was
fetched over HTTPS from the address that they gave. Its own signature is not looked at.
"""

import base64
import binascii
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from lxml import etree

from cmdb.errors import InvalidValue
from server.foundation.errors import AddressRefused
from server.foundation.web_client import checked_url
from server.people.saml.documents import (
    ENCRYPTION,
    METADATA,
    NAMES,
    PERSISTENT,
    POST_BINDING,
    PROTOCOL,
    REDIRECT_BINDING,
    SIGNATURE,
    Element,
    named,
    read_metadata,
)
from server.people.saml.keys import read_certificate
from server.people.saml.values import Agreement, Published

_LONGEST_ENTITY_ID = 1024
_MOST_CERTIFICATES = 10
_ACCEPTED = (
    "http://www.w3.org/2009/xmlenc11#aes256-gcm",
    "http://www.w3.org/2009/xmlenc11#aes128-gcm",
    f"{ENCRYPTION}rsa-oaep-mgf1p",
)


def read_published(text: str, now: datetime) -> Published:
    """Return what a provider's metadata say; raises ``InvalidValue`` naming ``metadata``."""
    try:
        return _published(read_metadata(text), now)
    except ValueError as error:
        raise InvalidValue({"metadata": str(error)}) from error


def our_metadata(agreement: Agreement) -> bytes:
    """Return what the provider has to know of us, as an EntityDescriptor."""
    ours = agreement.ours
    root = etree.Element(
        named(METADATA, "EntityDescriptor"), nsmap={"md": METADATA, "ds": SIGNATURE}
    )
    root.set("entityID", ours.entity_id)
    role = etree.SubElement(root, named(METADATA, "SPSSODescriptor"))
    role.set("AuthnRequestsSigned", "true" if agreement.sign_requests else "false")
    role.set("WantAssertionsSigned", "true")
    role.set("protocolSupportEnumeration", PROTOCOL)
    for use in ("signing", "encryption"):
        _add_key(role, use, ours.certificate)
    etree.SubElement(role, named(METADATA, "NameIDFormat")).text = PERSISTENT
    service = etree.SubElement(role, named(METADATA, "AssertionConsumerService"))
    service.set("Binding", POST_BINDING)
    service.set("Location", ours.answers_url)
    service.set("index", "0")
    service.set("isDefault", "true")
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def _published(root: Element, now: datetime) -> Published:
    entity = _entity(root)
    entity_id = entity.get("entityID") or ""
    if not 0 < len(entity_id) <= _LONGEST_ENTITY_ID or entity_id != entity_id.strip():
        raise ValueError("has no usable entityID")
    until = min(filter(None, (_until(root), _until(entity))), default=None)
    if until is not None and until <= now:
        raise ValueError("is no longer valid")
    role = entity.find("md:IDPSSODescriptor", NAMES)
    return Published(
        entity_id=entity_id,
        sign_in_url=_sign_in_url(role),
        certificates=_certificates(role),
        valid_until=until,
        wants_signed_requests=role.get("WantAuthnRequestsSigned") in {"true", "1"},
    )


def _entity(root: Element) -> Element:
    entities = [
        one
        for one in root.iter(named(METADATA, "EntityDescriptor"))
        if one.find("md:IDPSSODescriptor", NAMES) is not None
    ]
    if len(entities) != 1:
        raise ValueError("must describe exactly one identity provider")
    return entities[0]


def _until(element: Element) -> datetime | None:
    text = element.get("validUntil")
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("validUntil must be in UTC")
    return moment.astimezone(UTC)


def _sign_in_url(role: Element) -> str:
    for service in role.findall("md:SingleSignOnService", NAMES):
        if service.get("Binding") == REDIRECT_BINDING:
            address: str = service.get("Location") or ""
            try:
                checked_url(address)
            except AddressRefused as error:
                raise ValueError("its SingleSignOnService must be an https:// address") from error
            return address
    raise ValueError("has no SingleSignOnService for HTTP-Redirect")


def _certificates(role: Element) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for key in role.findall("md:KeyDescriptor", NAMES):
        if key.get("use") in {None, "signing"}:
            for one in key.findall("ds:KeyInfo/ds:X509Data/ds:X509Certificate", NAMES):
                found[_certificate(one.text or "")] = None
    if not 0 < len(found) <= _MOST_CERTIFICATES:
        raise ValueError(f"must hold 1 to {_MOST_CERTIFICATES} certificates for signing")
    return tuple(found)


def _certificate(text: str) -> str:
    try:
        return read_certificate(base64.b64decode("".join(text.split()), validate=True))
    except (binascii.Error, ValueError, UnsupportedAlgorithm) as error:
        raise ValueError(
            "holds a certificate that cannot be read, or whose key is weaker than RSA of 2048 bits"
        ) from error


def _add_key(role: Element, use: str, certificate: str) -> None:
    read = x509.load_pem_x509_certificate(certificate.encode())
    der = read.public_bytes(serialization.Encoding.DER)
    key = etree.SubElement(role, named(METADATA, "KeyDescriptor"), use=use)
    info = etree.SubElement(key, named(SIGNATURE, "KeyInfo"))
    data = etree.SubElement(info, named(SIGNATURE, "X509Data"))
    etree.SubElement(data, named(SIGNATURE, "X509Certificate")).text = base64.b64encode(
        der
    ).decode()
    if use == "encryption":
        for algorithm in _ACCEPTED:
            etree.SubElement(key, named(METADATA, "EncryptionMethod"), Algorithm=algorithm)

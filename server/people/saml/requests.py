"""Asks a provider to sign somebody in: an AuthnRequest over HTTP-Redirect (bindings, 3.4)."""

import base64
import zlib
from datetime import UTC, datetime
from urllib.parse import urlencode

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

from server.people.saml.documents import ASSERTION, PERSISTENT, POST_BINDING, PROTOCOL, named
from server.people.saml.values import Agreement, Question

_RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


def request_url(agreement: Agreement, question: Question, now: datetime) -> str:
    """Return where the browser goes; the request is signed where that was agreed."""
    query = urlencode(
        {
            "SAMLRequest": _deflated(_request(agreement, question.request_id, now)),
            "RelayState": question.relay_state,
        }
    )
    if agreement.sign_requests:
        query += "&" + urlencode({"SigAlg": _RSA_SHA256})
        query += "&" + urlencode({"Signature": _signature(query, agreement.ours.private_key)})
    address = agreement.theirs.sign_in_url
    return f"{address}{'&' if '?' in address else '?'}{query}"


def _request(agreement: Agreement, request_id: str, now: datetime) -> bytes:
    root = etree.Element(
        named(PROTOCOL, "AuthnRequest"), nsmap={"samlp": PROTOCOL, "saml": ASSERTION}
    )
    root.set("ID", request_id)
    root.set("Version", "2.0")
    root.set("IssueInstant", now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    root.set("Destination", agreement.theirs.sign_in_url)
    root.set("ProtocolBinding", POST_BINDING)
    root.set("AssertionConsumerServiceURL", agreement.ours.answers_url)
    etree.SubElement(root, named(ASSERTION, "Issuer")).text = agreement.ours.entity_id
    policy = etree.SubElement(root, named(PROTOCOL, "NameIDPolicy"))
    policy.set("Format", PERSISTENT)
    policy.set("AllowCreate", "true")
    written: bytes = etree.tostring(root)
    return written


def _deflated(message: bytes) -> str:
    # A negative size of the window leaves out zlib's own frame, as the binding wants it.
    packer = zlib.compressobj(wbits=-15)
    return base64.b64encode(packer.compress(message) + packer.flush()).decode()


def _signature(query: str, private_key: str) -> str:
    key = serialization.load_pem_private_key(private_key.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("our own key is always of RSA")
    signed = key.sign(query.encode(), padding.PKCS1v15(), hashes.SHA256())
    return base64.b64encode(signed).decode()

"""Verifies enveloped XML signatures. The only user of signxml.

A signature counts when it is a child of what it signs, points at exactly that by its id, and is
made with an algorithm of today by a certificate that we were given beforehand; the certificate it
brings along says nothing. What is returned is the signed text read anew, so that nothing beside
it can be read by mistake. Sources: XML Signature Best Practices (W3C, 2013); Somorovsky and others,
"On Breaking SAML" (2012), for the eight ways of wrapping.
"""

from collections.abc import Sequence

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

from server.foundation.errors import IdentityRefused
from server.people.saml.documents import NAMES, SIGNATURE, Element, named, read_message

_METHODS = frozenset(
    {
        SignatureMethod.RSA_SHA256,
        SignatureMethod.RSA_SHA384,
        SignatureMethod.RSA_SHA512,
        SignatureMethod.SHA256_RSA_MGF1,
        SignatureMethod.SHA384_RSA_MGF1,
        SignatureMethod.SHA512_RSA_MGF1,
        SignatureMethod.ECDSA_SHA256,
        SignatureMethod.ECDSA_SHA384,
        SignatureMethod.ECDSA_SHA512,
    }
)
_DIGESTS = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})
_ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
#: What a damaged or odd signature may raise in the library, beside its own exceptions.
_FAULTS = (
    SignXMLException,
    UnsupportedAlgorithm,
    etree.LxmlError,
    ValueError,
    TypeError,
    AttributeError,
    KeyError,
)


def own_signatures(element: Element) -> list[Element]:
    """Return the signatures that are children of an element."""
    return list(element.findall("ds:Signature", NAMES))


def verified(root: Element, signed: Element, certificates: Sequence[str]) -> Element:
    """Return what one signature of ``signed`` (``root`` or a child of it) covers, read anew.

    Raises ``IdentityRefused`` unless one of ``certificates`` (PEM) made it.
    """
    (signature,) = own_signatures(signed)
    _check_shape(signature, signed.get("ID") or "")
    location = "./" if signed is root else f"./{signed.tag}/"
    config = SignatureConfiguration(
        location=location,
        expect_references=1,
        signature_methods=_METHODS,
        digest_algorithms=_DIGESTS,
        ignore_ambiguous_key_info=True,
    )
    text = etree.tostring(root)
    faults = []
    for certificate in certificates:
        try:
            content = _signed_text(text, certificate, config)
        except _FAULTS as error:
            faults.append(type(error).__name__)
            continue
        found = read_message(content)
        if found.tag != signed.tag or found.get("ID") != signed.get("ID"):
            raise IdentityRefused("the signature covers something else")
        return found
    kinds = ", ".join(sorted(set(faults))) or "no certificate is known"
    raise IdentityRefused(f"the signature is not the provider's: {kinds}")


def _signed_text(text: bytes, certificate: str, config: SignatureConfiguration) -> bytes:
    known = x509.load_pem_x509_certificate(certificate.encode())
    result = XMLVerifier().verify(text, x509_cert=known, expect_config=config)
    if isinstance(result, list):
        raise TypeError("one reference was expected")
    return result.signed_data


def _check_shape(signature: Element, signed_id: str) -> None:
    """Refuse signatures that cover more, less or something else than what they stand in."""
    info = signature.findall("ds:SignedInfo", NAMES)
    references = signature.findall(".//ds:Reference", NAMES)
    if len(info) != 1 or len(references) != 1 or references[0].getparent() is not info[0]:
        raise IdentityRefused("the signature must have exactly one reference")
    if not signed_id or references[0].get("URI") != f"#{signed_id}":
        raise IdentityRefused("the signature must cover what it stands in")
    if signature.find(".//ds:Object", NAMES) is not None:
        raise IdentityRefused("the signature must not hold objects")
    method = info[0].find("ds:CanonicalizationMethod", NAMES)
    if method is None or method.get("Algorithm") != _EXCLUSIVE:
        raise IdentityRefused("the signature must be over exclusive canonical XML")
    done = [one.get("Algorithm") for one in signature.iter(named(SIGNATURE, "Transform"))]
    if sorted(map(str, done)) != sorted((_ENVELOPED, _EXCLUSIVE)):
        raise IdentityRefused("the signature must be enveloped, over exclusive canonical XML")

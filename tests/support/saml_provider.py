"""A SAML provider that is only a key: it writes honest answers, and any lie a test wants."""

import base64
import os
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

ENTITY_ID = "https://idp.example.test/saml"
SIGN_IN_URL = "https://idp.example.test/sso"
NAMES = {
    "p": "urn:oasis:names:tc:SAML:2.0:protocol",
    "a": "urn:oasis:names:tc:SAML:2.0:assertion",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "xenc": "http://www.w3.org/2001/04/xmlenc#",
}
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
GCM = "http://www.w3.org/2009/xmlenc11#aes128-gcm"
CBC = "http://www.w3.org/2001/04/xmlenc#aes128-cbc"
_OAEP = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"

Element = Any
Bend = Callable[[Element], None]

_RESPONSE = """<p:Response xmlns:p="{p}" xmlns:a="{a}" ID="_r{n}" Version="2.0"
 IssueInstant="{now}" Destination="{to}" InResponseTo="{asked}"><a:Issuer>{issuer}</a:Issuer>
<p:Status><p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></p:Status>
<a:Assertion ID="_a{n}" Version="2.0" IssueInstant="{now}"><a:Issuer>{issuer}</a:Issuer>
<a:Subject><a:NameID Format="{persistent}">{subject}</a:NameID>
<a:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
<a:SubjectConfirmationData NotOnOrAfter="{end}" Recipient="{to}" InResponseTo="{asked}"/>
</a:SubjectConfirmation></a:Subject>
<a:Conditions NotBefore="{now}" NotOnOrAfter="{end}"><a:AudienceRestriction>
<a:Audience>{us}</a:Audience></a:AudienceRestriction></a:Conditions>
<a:AuthnStatement AuthnInstant="{now}" SessionIndex="_s"><a:AuthnContext>
<a:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</a:AuthnContextClassRef>
</a:AuthnContext></a:AuthnStatement>
<a:AttributeStatement><a:Attribute Name="uid"><a:AttributeValue>{uid}</a:AttributeValue>
</a:Attribute></a:AttributeStatement></a:Assertion></p:Response>"""


@dataclass(frozen=True)
class Asked:
    """What a service asked: which request, from whom, and where the answer goes."""

    request_id: str
    us: str
    to: str
    relay_state: str = ""


def asked_by(address: str) -> Asked:
    """Read the AuthnRequest in the address that a browser was sent to."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    root = etree.fromstring(zlib.decompress(base64.b64decode(query["SAMLRequest"]), -15))
    issuer = root.findtext("a:Issuer", None, NAMES)
    assert issuer is not None
    to = root.get("AssertionConsumerServiceURL")
    return Asked(str(root.get("ID")), issuer, str(to), query["RelayState"])


class SamlForger:
    """The provider. ``bend`` changes what is signed, before it is."""

    def __init__(self, entity_id: str = ENTITY_ID, days: int = 365) -> None:
        self.entity_id = entity_id
        self.subject = "subject-1"
        self.uid = "sam"
        self._count = 0
        self.key, self.certificate = _pair(days)

    def metadata(self, also: Iterable[str] = (), sign_in_url: str = SIGN_IN_URL) -> str:
        """Return what it publishes; ``also``: further certificates, PEM."""
        keys = "".join(
            f"<KeyDescriptor use='signing'><ds:KeyInfo><ds:X509Data><ds:X509Certificate>"
            f"{_bare(one)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>"
            for one in (self.certificate, *also)
        )
        return (
            "<?xml version='1.0'?><!-- made by a test -->"
            "<EntityDescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata' "
            f"xmlns:ds='{NAMES['ds']}' entityID='{self.entity_id}'>"
            f"<IDPSSODescriptor protocolSupportEnumeration='{NAMES['p']}'>{keys}"
            "<SingleSignOnService Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect' "
            f"Location='{sign_in_url}'/></IDPSSODescriptor></EntityDescriptor>"
        )

    def response(self, asked: Asked, now: datetime | None = None) -> Element:
        """Return an answer that nobody has signed yet."""
        self._count += 1
        now = (now or datetime.now(UTC)).replace(microsecond=0)
        text = _RESPONSE.format(
            **NAMES,
            n=f"{self._count}{os.urandom(8).hex()}",
            now=_written(now),
            end=_written(now + timedelta(minutes=5)),
            to=asked.to,
            us=asked.us,
            asked=asked.request_id,
            issuer=self.entity_id,
            persistent=PERSISTENT,
            subject=self.subject,
            uid=self.uid,
        )
        response = etree.fromstring(text)
        if not asked.request_id:
            for one in (response, found(response, ".//a:SubjectConfirmationData")):
                del one.attrib["InResponseTo"]
        return response

    def answer(
        self, asked: Asked, bend: Bend | None = None, after: Bend | None = None, **how: Any
    ) -> str:
        """Return the form field SAMLResponse: bent, then signed, then bent once more."""
        response = self.response(asked)
        if bend is not None:
            bend(response)
        signed = self.signed(response, **how)
        if after is not None:
            after(signed)
        return packed(signed)

    def signed(
        self,
        response: Element,
        *,
        assertion: bool = True,
        whole: bool = False,
        method: SignatureMethod = SignatureMethod.RSA_SHA256,
        digest: DigestAlgorithm = DigestAlgorithm.SHA256,
    ) -> Element:
        """Return the answer with its assertion signed, the whole of it, both, or neither."""
        if assertion:
            plain = found(response, "a:Assertion")
            response.replace(plain, self.sign(plain, method, digest))
        return self.sign(response, method, digest) if whole else response

    def sign(
        self,
        element: Element,
        method: SignatureMethod = SignatureMethod.RSA_SHA256,
        digest: DigestAlgorithm = DigestAlgorithm.SHA256,
    ) -> Element:
        """Return one element with a signature of ours as its child."""
        exclusive = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
        signer = _Signer(
            signature_algorithm=method, digest_algorithm=digest, c14n_algorithm=exclusive
        )
        return signer.sign(
            element,
            key=self.key,
            cert=self.certificate,
            reference_uri=element.get("ID"),
            id_attribute="ID",
        )


class _Signer(XMLSigner):
    """Signs with what is out of use as well, because a test must see it refused."""

    def check_deprecated_methods(self) -> None:
        return


def encrypted(response: Element, certificate: str, algorithm: str = GCM) -> None:
    """Put an EncryptedAssertion for the holder of ``certificate`` in the assertion's place."""
    plain = found(response, "a:Assertion")
    key = os.urandom(16)
    content = _sealed(key, etree.tostring(plain), algorithm)
    public = x509.load_pem_x509_certificate(certificate.encode()).public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    wrapped = public.encrypt(
        key,
        padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None),  # noqa: S303 - OAEP's
    )
    text = (
        "<a:EncryptedAssertion xmlns:a='{a}' xmlns:ds='{ds}' xmlns:xenc='{xenc}'>"
        f"<xenc:EncryptedData><xenc:EncryptionMethod Algorithm='{algorithm}'/><ds:KeyInfo>"
        f"<xenc:EncryptedKey><xenc:EncryptionMethod Algorithm='{_OAEP}'/><xenc:CipherData>"
        f"<xenc:CipherValue>{base64.b64encode(wrapped).decode()}</xenc:CipherValue>"
        "</xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo><xenc:CipherData><xenc:CipherValue>"
        f"{base64.b64encode(content).decode()}</xenc:CipherValue></xenc:CipherData>"
        "</xenc:EncryptedData></a:EncryptedAssertion>"
    ).format(**NAMES)
    response.replace(plain, etree.fromstring(text))


@cache
def published_metadata() -> str:
    """Return the metadata of a provider whose key nobody needs."""
    return SamlForger().metadata()


def packed(element: Element) -> str:
    """Return an element as the form field holds it."""
    return base64.b64encode(etree.tostring(element)).decode()


def found(element: Element, path: str) -> Element:
    """Return what stands at a path; it must be there."""
    there = element.find(path, NAMES)
    assert there is not None, path
    return there


def _sealed(key: bytes, plain: bytes, algorithm: str) -> bytes:
    if algorithm == GCM:
        nonce = os.urandom(12)
        return nonce + AESGCM(key).encrypt(nonce, plain, None)
    start = os.urandom(16)
    missing = 16 - len(plain) % 16
    cipher = Cipher(algorithms.AES(key), modes.CBC(start)).encryptor()
    filled = plain + os.urandom(missing - 1) + bytes([missing])
    return start + cipher.update(filled) + cipher.finalize()


def _pair(days: int) -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp.example.test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode()


def _bare(certificate: str) -> str:
    return "".join(line for line in certificate.splitlines() if "-----" not in line)


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

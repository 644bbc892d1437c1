"""Certificates of a SAML sign-in: our own key pair, and what is told of other people's."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

#: RSA, because encrypted assertions are wrapped with it.
_BITS = 3072
_LIFETIME = timedelta(days=3650)
_SLACK = timedelta(hours=1)
_WEAKEST_RSA = 2048
_WEAKEST_CURVE = 256


@dataclass(frozen=True, slots=True)
class Particulars:
    """What people compare and watch of a certificate: SHA-256 of it in hex, and when it ends."""

    fingerprint: str
    subject: str
    expires_at: datetime


def make_pair(name: str, now: datetime) -> tuple[str, str]:
    """Return (private key, certificate) in PEM; the certificate is its own issuer."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    # X.520 allows a common name of at most 64 characters.
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Cadastre {name}"[:64])])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SLACK)
        .not_valid_after(now + _LIFETIME)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private.decode(), _pem(certificate)


def particulars(certificate: str) -> Particulars:
    """Describe a certificate that was read before; PEM."""
    read = x509.load_pem_x509_certificate(certificate.encode())
    digest = read.fingerprint(hashes.SHA256()).hex()
    return Particulars(digest, read.subject.rfc4514_string(), read.not_valid_after_utc)


def read_certificate(der: bytes) -> str:
    """Return a certificate as PEM; raises ``ValueError`` for none, or one with a weak key."""
    read = x509.load_der_x509_certificate(der)
    key = read.public_key()
    strong = (isinstance(key, rsa.RSAPublicKey) and key.key_size >= _WEAKEST_RSA) or (
        isinstance(key, ec.EllipticCurvePublicKey) and key.key_size >= _WEAKEST_CURVE
    )
    if not strong:
        raise ValueError("its key is too weak")
    return _pem(read)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()

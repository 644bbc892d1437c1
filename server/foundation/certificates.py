"""A small certificate authority of our own, for installations without one; and looking at files.

``HOME/tls/authority.pem`` is what browsers and agents are told to trust. Its key stays beside it,
so that a new server certificate can be issued without telling anybody.
"""

import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from server.foundation.errors import SettingsError

AUTHORITY = Path("tls/authority.pem")
AUTHORITY_KEY = Path("tls/authority.key")
CERTIFICATE = Path("tls/server.pem")
KEY = Path("tls/server.key")

_AUTHORITY_YEARS = timedelta(days=3650)
#: What browsers accept at most for a certificate that is not public: 825 days; we stay below.
_SERVER_DAYS = timedelta(days=397)
_CLOCK_SLACK = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class IssuedFiles:
    """The files of a server certificate that our own authority has signed."""

    authority: Path
    certificate: Path
    key: Path


def issue_own_certificate(home: Path, names: Sequence[str], now: datetime) -> IssuedFiles:
    """Write a server certificate for ``names`` (host names and addresses) below ``home``.

    The authority is made at the first call and used again later, so that what trusts it already
    keeps trusting. The server's file holds the chain.
    """
    (home / AUTHORITY).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority, authority_key = _authority(home, now)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _draft(_named(names[0]), authority.subject, key.public_key(), now, _SERVER_DAYS)
        .add_extension(x509.SubjectAlternativeName([_general(n) for n in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()),
            critical=False,
        )
        .sign(authority_key, hashes.SHA256())
    )
    _write_key(home / KEY, key)
    (home / CERTIFICATE).write_bytes(_pem(certificate) + _pem(authority))
    return IssuedFiles(home / AUTHORITY, home / CERTIFICATE, home / KEY)


def expires_at(path: Path) -> datetime:
    """Return when the first certificate of a PEM file ends.

    Raises ``SettingsError`` when the file cannot be read or is no certificate.
    """
    try:
        return x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
    except OSError as error:
        raise SettingsError(f"the certificate {path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise SettingsError(f"{path} is not a certificate in PEM form") from error


def _authority(home: Path, now: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    path, key_path = home / AUTHORITY, home / AUTHORITY_KEY
    if path.exists() and key_path.exists():
        key = serialization.load_pem_private_key(key_path.read_bytes(), password=None)
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return x509.load_pem_x509_certificate(path.read_bytes()), key
    made = ec.generate_private_key(ec.SECP256R1())
    name = _named("Cadastre authority")
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        _draft(name, name, made.public_key(), now, _AUTHORITY_YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(made, hashes.SHA256())
    )
    _write_key(key_path, made)
    path.write_bytes(_pem(certificate))
    return certificate, made


def _draft(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    now: datetime,
    lifetime: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SLACK)
        .not_valid_after(now + lifetime)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _named(name: str) -> x509.Name:
    # X.520 allows a common name of at most 64 characters; clients read the alternative names.
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    content = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)

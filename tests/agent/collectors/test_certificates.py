"""Certificates of the machine's own: read as another program reads them."""

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.collectors import certificates
from agent.sources.certificates import read_pem
from tests.agent.recordings import made_of

_BEGIN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
_KEY = ec.generate_private_key(ec.SECP256R1())


def issued(name: str, days: int, *hosts: str) -> str:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Örtliche CA")])
    made = (
        x509.CertificateBuilder(issuer, subject, _KEY.public_key(), 0x1234)
        .not_valid_before(_BEGIN)
        .not_valid_after(_BEGIN + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    if hosts:
        names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
        made = made.add_extension(names, critical=False)
    return made.sign(_KEY, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def test_a_certificate_tells_whose_it_is_and_when_it_ends(tmp_path: Path) -> None:
    machine = made_of(tmp_path, "/etc/ssl/certs/ca-certificates.crt = x")
    for path, pem in (
        (
            "etc/letsencrypt/live/www/cert.pem",
            issued("www.example.test", 90, "example.test", "a.test"),
        ),
        ("etc/ssl/private/long.pem", issued("long", 40_000)),
        ("etc/ssl/private/key.pem", "-----BEGIN PRIVATE KEY-----\nhunter2\n"),
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(pem)
    first, second = certificates.collect(machine)
    assert first == {
        "path": "/etc/letsencrypt/live/www/cert.pem",
        "name": "www.example.test",
        "issuer": "Örtliche CA",
        "serial": "1234",
        "not_before": "2026-01-02T03:04:05Z",
        "not_after": "2026-04-02T03:04:05Z",
        "names": ["a.test", "example.test"],
    }
    # Beyond 2049 a moment is written with all four digits of its year.
    assert second["not_after"] == "2135-07-10T03:04:05Z"
    assert machine.remarks == []


@settings(max_examples=50)
@given(st.integers(0, 400), st.binary(min_size=1, max_size=3))
def test_a_damaged_certificate_is_none(at: int, junk: bytes) -> None:
    head, body, tail = (
        issued("x", 1).partition("\n")[0],
        issued("x", 1).splitlines()[1:-1],
        "-----END CERTIFICATE-----",
    )
    raw = bytearray(base64.b64decode("".join(body)))
    raw[at : at + len(junk)] = junk
    read_pem(f"{head}\n{base64.b64encode(bytes(raw)).decode()}\n{tail}")
    assert read_pem(f"{head}\n{base64.b64encode(bytes(raw[:60])).decode()}\n{tail}") is None

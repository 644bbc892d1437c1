"""A real LDAP directory: slapd with memberOf, referential integrity, StartTLS and LDAPS."""

import ssl
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import ldap3
import pytest
from ldap3.core.exceptions import LDAPNoSuchObjectResult

from tests.support.certificates import CertificateAuthority
from tests.support.processes import (
    ServerProcess,
    answers_on,
    free_port,
    private_directory,
    require_program,
    start_on_free_ports,
)

# Two attributes of Active Directory, which sites add where they write down computers, too.
# A reader gets 500 entries at most in one answer, as most directories give: it has to page.
_CONFIGURATION = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/nis.schema
attributetype ( 1.2.840.113556.1.4.619 NAME 'dNSHostName' EQUALITY caseIgnoreMatch SUP name )
attributetype ( 1.2.840.113556.1.4.363 NAME 'operatingSystem' SUP name )
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
moduleload refint
moduleload syncprov
pidfile {directory}/slapd.pid
argsfile {directory}/slapd.args
TLSCACertificateFile {authority}
TLSCertificateFile {certificate}
TLSCertificateKeyFile {key}

database mdb
suffix "{base}"
rootdn "{admin}"
rootpw {password}
directory {directory}/data
maxsize 67108864
dbnosync
index objectClass,entryUUID,entryCSN eq
index uid,mail,member,memberOf eq
limits users size.soft=500 size.hard=500 size.prtotal=unlimited
access to attrs=userPassword by anonymous auth by * none
access to * by users read by * none
overlay memberof
memberof-refint TRUE
overlay refint
refint_attributes member manager
overlay syncprov
"""


class SlapdServer:
    """One slapd over `dc=example,dc=test`; the methods below write as its administrator."""

    base_dn = "dc=example,dc=test"
    admin_dn = "cn=admin,dc=example,dc=test"
    admin_password = "administer"
    reader_dn = "cn=reader,dc=example,dc=test"
    reader_password = "only reading"

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        authority = CertificateAuthority(directory)
        issued = authority.issue("localhost")
        self.authority = authority.certificate
        self.port = 0
        self.tls_port = 0
        self._server: ServerProcess | None = None
        self._connection: Any = None
        (directory / "data").mkdir()
        (directory / "slapd.conf").write_text(
            _CONFIGURATION.format(
                directory=directory,
                authority=self.authority,
                certificate=issued.certificate,
                key=issued.key,
                base=self.base_dn,
                admin=self.admin_dn,
                password=self.admin_password,
            )
        )

    @property
    def url(self) -> str:
        """Plain LDAP, which also offers StartTLS."""
        return f"ldap://127.0.0.1:{self.port}"

    @property
    def tls_url(self) -> str:
        """LDAP over TLS from the first byte, with a certificate of `authority`."""
        return f"ldaps://127.0.0.1:{self.tls_port}"

    def start(self) -> None:
        """Start slapd on two free loopback ports; raises ServerDidNotStartError."""
        self.port, self.tls_port = free_port(), free_port()
        slapd = require_program("slapd", "slapd")
        server = ServerProcess(
            [
                *(slapd, "-d", "0", "-f", str(self._directory / "slapd.conf")),
                *("-h", f"{self.url}/ {self.tls_url}/"),
            ],
            log=self._directory / "slapd.log",
        )
        server.start(lambda: answers_on(self.port) and answers_on(self.tls_port))
        self._server = server

    def stop(self) -> None:
        """Stop the directory; a test may do so to see what a lost directory does."""
        if self._connection is not None:
            self._connection.unbind()
            self._connection = None
        if self._server is not None:
            self._server.stop()

    def add(self, dn: str, object_classes: Sequence[str], attributes: Mapping[str, object]) -> None:
        """Add an entry; raises ldap3's exception for what the directory refuses."""
        self._administrator.add(dn, list(object_classes), dict(attributes))

    def modify(self, dn: str, attributes: Mapping[str, Sequence[object]]) -> None:
        """Replace the values of attributes; an empty sequence removes the attribute."""
        changes = {
            name: [(ldap3.MODIFY_REPLACE, list(values))] for name, values in attributes.items()
        }
        self._administrator.modify(dn, changes)

    def rename(self, dn: str, relative_dn: str) -> None:
        """Give an entry another relative name, as when a person marries."""
        self._administrator.modify_dn(dn, relative_dn)

    def delete(self, dn: str) -> None:
        """Delete one entry."""
        self._administrator.delete(dn)

    def clear(self) -> None:
        """Bring the directory back to its base entry and the reader's account."""
        connection = self._administrator
        for dn in reversed(_entries(connection, self.base_dn)):
            connection.delete(dn)
        connection.add(self.base_dn, ["dcObject", "organization"], {"o": "Example"})
        connection.add(
            self.reader_dn,
            ["organizationalRole", "simpleSecurityObject"],
            {"userPassword": self.reader_password},
        )

    @property
    def _administrator(self) -> Any:
        # Any: the stubs of ldap3 leave its methods untyped. One connection for all, because
        # opening one with TLS costs fifty times an entry.
        if self._connection is None:
            tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=str(self.authority))
            server = ldap3.Server(self.tls_url, tls=tls, get_info=ldap3.NONE)
            connection: Any = ldap3.Connection(
                server, self.admin_dn, self.admin_password, raise_exceptions=True
            )
            connection.bind()
            self._connection = connection
        return self._connection


def _entries(connection: Any, base: str) -> list[str]:
    """Return the names of all entries, parents before children."""
    try:
        connection.search(base, "(objectClass=*)", ldap3.SUBTREE, attributes=[ldap3.NO_ATTRIBUTES])
    except LDAPNoSuchObjectResult:
        return []
    names = [entry["dn"] for entry in connection.response or []]
    return sorted(names, key=lambda dn: dn.count(","))


@pytest.fixture(scope="session")
def slapd_server() -> Iterator[SlapdServer]:
    """One slapd per test process; ask for `directory` to find it empty."""
    with private_directory("slapd") as place:
        server = SlapdServer(place)
        start_on_free_ports(server.start)
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture
def directory(slapd_server: SlapdServer) -> SlapdServer:
    """Return the directory with nothing in it but its base and the reader's account."""
    slapd_server.clear()
    return slapd_server

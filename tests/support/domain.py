"""A real Active Directory domain: Samba as its controller, over verified TLS alone.

Samba's ports are fixed, so each test process has a loopback address of its own; that needs root.
"""

import os
import shutil
import ssl
import struct
import subprocess
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import ldap3
import pytest
from ldap3.protocol.microsoft import security_descriptor_control
from ldap3.utils.conv import escape_bytes

from server.foundation.locks import locked
from tests.support.certificates import CertificateAuthority
from tests.support.processes import (
    ServerProcess,
    answers_on,
    private_directory,
    require_program,
    start_on_free_ports,
)

BASE_DN = "DC=example,DC=test"
_ADMIN_PASSWORD = "Administer-4-tests"
_TLS_PORT = 636

#: For Debian's own Python, which has Samba's modules. The domain is written without ACLs of files,
#: which a container's file system may not know: nobody mounts anything from it. In the end
#: it lets one of two readers see what is deleted.
_PROVISION = """
import logging, sys
from samba import ldb
from samba.auth import system_session
from samba.dsdb import DS_DOMAIN_FUNCTION_2008_R2
from samba.provision import provision
from samba.sd_utils import SDUtils
logging.disable(logging.WARNING)
made = provision(
    logging.getLogger(), system_session(), targetdir=sys.argv[1], realm="EXAMPLE.TEST",
    domain="EXAMPLE", hostname="dc1", hostip="127.0.0.1", adminpass=sys.argv[2],
    serverrole="active directory domain controller", dns_backend="NONE", useeadb=True,
    dom_for_fun_level=DS_DOMAIN_FUNCTION_2008_R2, skip_sysvolacl=True, plaintext_secrets=True,
    batch_mode=True,
)
made.samdb.set_session_info(system_session())
for login in ("reader", "clerk"):
    made.samdb.newuser(login, sys.argv[3])
reader = made.samdb.search("CN=reader,CN=Users,DC=example,DC=test", ldb.SCOPE_BASE)[0]
sid = made.samdb.schema_format_value("objectSid", reader["objectSid"][0]).decode()
graves = "CN=Deleted Objects,DC=example,DC=test"
SDUtils(made.samdb).dacl_add_ace(graves, f"(A;;LCRP;;;{sid})")
"""
#: Gives the database another identity, as `samba-tool domain backup restore` does.
_REPLACE = """
import sys
from samba import ldb
from samba.auth import system_session
from samba.ndr import ndr_pack
from samba.dcerpc import misc
from samba.param import LoadParm
from samba.samdb import SamDB
lp = LoadParm(filename_for_non_global_lp=sys.argv[1])
sam = SamDB(session_info=system_session(), lp=lp)
change = ldb.Message(ldb.Dn(sam, sam.get_dsServiceName()))
octets = ndr_pack(misc.GUID(sys.argv[2]))
change["invocationId"] = ldb.MessageElement(octets, ldb.FLAG_MOD_REPLACE, "invocationId")
sam.modify(change, ["relax:0"])
"""
_CONFIGURATION = """
[global]
server role = active directory domain controller
realm = EXAMPLE.TEST
workgroup = EXAMPLE
netbios name = DC1
server services = ldap
interfaces = {address}/8
bind interfaces only = yes
private dir = {place}/private
state directory = {place}/state
cache directory = {place}/cache
lock directory = {place}/state
pid directory = {place}
ncalrpc dir = {place}/ncalrpc
winbindd socket directory = {place}/winbindd
log level = 0
ldap server require strong auth = yes
tls certfile = {certificate}
tls keyfile = {key}
tls cafile = {authority}
"""
#: The control access right *Replicating Directory Changes* (MS-ADTS, section 5.1.3.2.1).
_GET_CHANGES = uuid.UUID("1131f6aa-9c07-11d1-f79f-00c04fc2dcd2")
_SHOW_DELETED = "1.2.840.113556.1.4.417"
_DELETE_TREE = "1.2.840.113556.1.4.805"
_DACL = 4
_ENABLED, _DISABLED = 0x200, 0x202


class DomainController:
    """One controller of `example.test`; the methods below write as its administrator."""

    base_dn = BASE_DN
    admin_dn = f"CN=Administrator,CN=Users,{BASE_DN}"
    #: Both may read what is there; only the first may learn what changed, and what was deleted.
    reader_dn = f"CN=reader,CN=Users,{BASE_DN}"
    clerk_dn = f"CN=clerk,CN=Users,{BASE_DN}"
    reader_password = "only-Reading-4"

    def __init__(self, place: Path) -> None:
        self._place = place
        self.address = _own_address()
        authority = CertificateAuthority(place)
        self._issued = authority.issue("dc1.example.test", (self.address,))
        self.authority = authority.certificate
        self._server: ServerProcess | None = None
        self._connection: Any = None

    @property
    def tls_url(self) -> str:
        """LDAP over TLS from the first byte, with a certificate of `authority`."""
        return f"ldaps://{self.address}"

    def start(self) -> None:
        """Start Samba on this process's own address; raises ServerDidNotStartError."""
        settings = self._place / "smb.conf"
        settings.write_text(
            _CONFIGURATION.format(
                place=self._place,
                address=self.address,
                certificate=self._issued.certificate,
                key=self._issued.key,
                authority=self.authority,
            )
        )
        samba = require_program("samba", "samba")
        command = [samba, "-i", "-M", "single", "--debug-stdout", f"--configfile={settings}"]
        server = ServerProcess(command, log=self._place / "samba.log")
        server.start(lambda: answers_on(_TLS_PORT, self.address))
        self._server = server

    def stop(self) -> None:
        """Stop the controller."""
        if self._connection is not None:
            self._connection.unbind()
            self._connection = None
        if self._server is not None:
            self._server.stop()
            self._server = None

    def replace(self) -> None:
        """Let another controller answer at the same address: one restored from a backup."""
        self.stop()
        _samba_python(_REPLACE, str(self._place / "smb.conf"), str(uuid.uuid4()))
        self.start()

    def add(self, dn: str, object_classes: Sequence[str], attributes: Mapping[str, object]) -> None:
        """Add an entry; raises ldap3's exception for what the directory refuses."""
        self._act.add(dn, list(object_classes), dict(attributes))

    def hire(self, dn: str, login: str, **attributes: object) -> None:
        """Add an enabled person whose password is ``password_of(login)``."""
        standard = {
            "sAMAccountName": login,
            "userPrincipalName": f"{login}@example.test",
            "unicodePwd": f'"{password_of(login)}"'.encode("utf-16-le"),
            "userAccountControl": _ENABLED,
        }
        self._act.add(dn, ["user"], standard | attributes)

    def modify(self, dn: str, attributes: Mapping[str, Sequence[object]]) -> None:
        """Replace the values of attributes; an empty sequence removes the attribute."""
        self._act.modify(
            dn, {name: [(ldap3.MODIFY_REPLACE, list(new))] for name, new in attributes.items()}
        )

    def join(self, group: str, member: str) -> None:
        """Put somebody into a group."""
        self._act.modify(group, {"member": [(ldap3.MODIFY_ADD, [member])]})

    def leave(self, group: str, member: str) -> None:
        """Take somebody out of a group."""
        self._act.modify(group, {"member": [(ldap3.MODIFY_DELETE, [member])]})

    def disable(self, dn: str) -> None:
        """Disable an account."""
        self.modify(dn, {"userAccountControl": [_DISABLED]})

    def move(self, dn: str, relative_dn: str, below: str) -> None:
        """Give an entry another relative name, another place, or both."""
        self._act.modify_dn(dn, relative_dn, new_superior=below)

    def delete(self, dn: str) -> None:
        """Delete one entry; its tombstone stays."""
        self._act.delete(dn)

    def clear(self, dn: str) -> None:
        """Delete an entry with all below it."""
        self._act.delete(dn, controls=[(_DELETE_TREE, True, None)])

    def restore(self, object_guid: bytes, dn: str) -> None:
        """Bring a deleted entry back, with as much of it as its tombstone has.

        Samba knows the feature "Recycle Bin", and then cannot restore: it is off.
        """
        shown = [(_SHOW_DELETED, True, None)]
        wanted = f"(objectGUID={escape_bytes(object_guid)})"
        graves = f"CN=Deleted Objects,{self.base_dn}"
        self._act.search(graves, wanted, attributes=[ldap3.NO_ATTRIBUTES], controls=shown)
        changes = {
            "isDeleted": [(ldap3.MODIFY_DELETE, [])],
            "distinguishedName": [(ldap3.MODIFY_REPLACE, [dn])],
        }
        self._act.modify(self._act.response[0]["dn"], changes, controls=shown)

    def read(self, dn: str, attribute: str) -> list[bytes]:
        """Return the values of an attribute."""
        self._act.search(dn, "(objectClass=*)", ldap3.BASE, attributes=[attribute])
        values: list[bytes] = self._act.response[0]["raw_attributes"].get(attribute, [])
        return values

    def allow_changes(self, dn: str) -> None:
        """Give an account the right *Replicating Directory Changes*."""
        entry = _replicating(self.read(dn, "objectSid")[0])
        self._write_rules(_with_entry(self._rules(), entry))

    def refuse_changes(self, dn: str) -> None:
        """Take that right back."""
        entry = _replicating(self.read(dn, "objectSid")[0])
        self._write_rules(_without_entry(self._rules(), entry))

    def _rules(self) -> bytes:
        self._act.search(
            self.base_dn,
            "(objectClass=*)",
            ldap3.BASE,
            attributes=["nTSecurityDescriptor"],
            controls=security_descriptor_control(sdflags=_DACL),
        )
        found: bytes = self._act.response[0]["raw_attributes"]["nTSecurityDescriptor"][0]
        return found

    def _write_rules(self, descriptor: bytes) -> None:
        self._act.modify(
            self.base_dn,
            {"nTSecurityDescriptor": [(ldap3.MODIFY_REPLACE, [descriptor])]},
            controls=security_descriptor_control(sdflags=_DACL),
        )

    @property
    def _act(self) -> Any:
        # Any: the stubs of ldap3 leave its methods untyped. One connection for all.
        if self._connection is None:
            tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=str(self.authority))
            server = ldap3.Server(self.tls_url, tls=tls, get_info=ldap3.NONE)
            connection: Any = ldap3.Connection(
                server,
                self.admin_dn,
                _ADMIN_PASSWORD,
                raise_exceptions=True,
                # A tombstone's name holds a line feed.
                check_names=False,
            )
            connection.bind()
            self._connection = connection
        return self._connection


def password_of(login: str) -> str:
    """Return somebody's password, which is as mixed as a domain wants it."""
    return f"Secret-of-{login}-1"


def _with_entry(descriptor: bytes, entry: bytes) -> bytes:
    """Return a self-relative security descriptor (MS-DTYP, 2.4.6) with one entry more."""
    at, head, rest = _taken_apart(descriptor, len(entry), 1)
    return descriptor[:at] + head + entry + rest


def _without_entry(descriptor: bytes, entry: bytes) -> bytes:
    at, head, rest = _taken_apart(descriptor, -len(entry), -1)
    if entry not in rest:
        raise AssertionError("the right was not given")
    return descriptor[:at] + head + rest.replace(entry, b"", 1)


def _taken_apart(descriptor: bytes, more_octets: int, more: int) -> tuple[int, bytes, bytes]:
    """Return where the access list begins, its new head, and its entries."""
    at = struct.unpack_from("<I", descriptor, 16)[0]
    revision, size, count = struct.unpack_from("<HHH", descriptor, at)
    head = struct.pack("<HHHH", revision, size + more_octets, count + more, 0)
    return at, head, descriptor[at + 8 :]


def _replicating(sid: bytes) -> bytes:
    """Return an entry that allows one control access right (MS-DTYP, 2.4.4.3)."""
    allows_object, control_access, names_object = 5, 0x100, 1
    content = struct.pack("<II", control_access, names_object) + _GET_CHANGES.bytes_le + sid
    return struct.pack("<BBH", allows_object, 0, len(content) + 4) + content


def _own_address() -> str:
    """Return a loopback address that no other process of this machine picks."""
    number = os.getpid() & 0x3FFFFF
    return f"127.{64 + (number >> 16)}.{number >> 8 & 255}.{number & 255}"


def _samba_python(program: str, *arguments: str) -> None:
    python = require_program("python3", "python3-samba", "/usr/bin")
    done = subprocess.run(
        [python, "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=False,
        # What is lost when this machine stops is thrown away anyhow.
        env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TDB_NO_FSYNC": "1"},
    )
    if done.returncode:
        needed = "samba, samba-ad-provision and samba-dsdb-modules, by `make system` as root"
        why = f"Samba's domain cannot be written (it needs {needed}): {done.stderr[-2000:]}"
        pytest.fail(why, pytrace=False)


def _provisioned(shared: Path) -> Path:
    """Return a folder that holds a new domain; processes that share a session share it."""
    made = shared / "samba"
    with locked(shared / "samba.lock"):
        if not made.exists():
            unfinished = shared / "samba.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(mode=0o700)
            _samba_python(
                _PROVISION, str(unfinished), _ADMIN_PASSWORD, DomainController.reader_password
            )
            unfinished.rename(made)
    return made


@pytest.fixture(scope="session")
def domain_controller(
    tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[DomainController]:
    """One controller per test process; ask for `domain` for a place in it of the test's own."""
    require_program("samba", "samba")
    if os.geteuid():
        pytest.fail("Samba's ports are fixed: these tests need root", pytrace=False)
    own = tmp_path_factory.getbasetemp()
    made = _provisioned(own if worker_id == "master" else own.parent)
    with private_directory("samba") as place:
        shutil.copytree(made, place, dirs_exist_ok=True)
        controller = DomainController(place)
        try:
            start_on_free_ports(controller.start)
            controller.allow_changes(controller.reader_dn)
            yield controller
        finally:
            controller.stop()

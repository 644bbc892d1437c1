"""A real SNMP agent: Net-SNMP's snmpd about this machine, over v2c and SNMPv3."""

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes import (
    ServerProcess,
    free_port,
    private_directory,
    require_program,
    start_on_free_ports,
)

_CONFIGURATION = """
[snmp] persistentDir {directory}
[snmp] mibs :
sysName {name}
sysLocation {location}
sysContact {contact}
rocommunity {community} 127.0.0.1
createUser {user} SHA-256 "{authentication}" AES "{privacy}"
rouser {user} authpriv
"""


class SnmpdServer:
    """One snmpd on loopback; the attributes are what a client needs to ask it."""

    host = "127.0.0.1"
    community = "cadastre"
    user = "surveyor"
    authentication_password = "authenticate me"
    privacy_password = "nobody listens"
    name = "snmpd.example.test"
    location = "Rack 7, room 2.14"
    contact = "network@example.test"

    def __init__(self, directory: Path) -> None:
        self.port = 0
        self._directory = directory
        self._server: ServerProcess | None = None
        (directory / "snmpd.conf").write_text(
            _CONFIGURATION.format(
                directory=directory,
                name=self.name,
                location=self.location,
                contact=self.contact,
                community=self.community,
                user=self.user,
                authentication=self.authentication_password,
                privacy=self.privacy_password,
            )
        )

    def start(self) -> None:
        """Start snmpd on a free loopback port; raises ServerDidNotStartError."""
        self.port = free_port(socket.SOCK_DGRAM)
        snmpd = require_program("snmpd", "snmpd")
        server = ServerProcess(
            [
                *(snmpd, "-f", "-Lo", "-C", "-c", str(self._directory / "snmpd.conf")),
                *("-p", str(self._directory / "snmpd.pid"), f"udp:{self.host}:{self.port}"),
            ],
            log=self._directory / "snmpd.log",
        )
        server.start(lambda: self.ask("-v2c", "-c", self.community) is not None)
        self._server = server

    def stop(self) -> None:
        """Stop the agent; a test may do so to see a device fall silent."""
        if self._server is not None:
            self._server.stop()

    def ask(self, *credentials: str, oid: str = ".1.3.6.1.2.1.1.5.0") -> str | None:
        """Ask with Net-SNMP's own snmpget (sysName by default); None when nothing answers."""
        snmpget = require_program("snmpget", "snmp")
        asked = subprocess.run(
            [
                *(snmpget, "-m", "", "-Oqv", "-t", "0.5", "-r", "0", *credentials),
                *(f"{self.host}:{self.port}", oid),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        return asked.stdout.strip().strip('"') if asked.returncode == 0 else None


@pytest.fixture(scope="session")
def snmpd_server() -> Iterator[SnmpdServer]:
    """One snmpd per test process, started when the first test asks."""
    with private_directory("snmpd") as place:
        server = SnmpdServer(place)
        start_on_free_ports(server.start)
        try:
            yield server
        finally:
            server.stop()

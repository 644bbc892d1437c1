"""Where this server may connect to, decided on the address that it then connects to.

A name is resolved once; what it resolved to is looked at, and the connection goes to exactly that.
So a name that leads elsewhere a moment later (DNS rebinding) and every other way of writing an
address end at the same check. Whatever connects to an address that people typed goes through here.
"""

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from server.foundation.errors import AddressRefused, SettingsError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

#: (family, type, protocol, canonical name, socket address), as ``socket.getaddrinfo`` gives them.
Candidate = tuple[Any, ...]

#: Where a directory or a mail server of one's own usually stands: on this machine or inside.
INSIDE_NETWORKS = (
    "127.0.0.0/8 ::1/128 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 fc00::/7"
)

#: IPv4 inside IPv6, for translators (RFC 6052).
_NAT64 = ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets connections out: to what is public, and to these networks beside."""

    networks: tuple[Network, ...] = ()

    def allows(self, address: str) -> bool:
        """Say whether an address may be connected to; ``address`` is one, not a name.

        >>> Gate().allows("93.184.215.14"), Gate().allows("::ffff:169.254.169.254")
        (True, False)
        """
        try:
            found = _plain(ip_address(address.partition("%")[0]))
        except ValueError:
            return False
        if any(found in network for network in self.networks if network.version == found.version):
            return True
        return found.is_global and not found.is_multicast

    def candidates(self, host: str, port: int) -> list[Candidate]:
        """Resolve ``host`` and return the addresses that may be connected to.

        Raises ``AddressRefused`` when it leads to none of those, ``OSError`` when to none at all.
        """
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except UnicodeError as error:
            raise AddressRefused(host) from error
        open_ones = [one for one in found if self.allows(str(one[4][0]))]
        if not open_ones:
            raise AddressRefused(host)
        return open_ones

    def connect(self, host: str, port: int, timeout_seconds: float) -> socket.socket:
        """Return a connection to the first allowed address that answers.

        Raises ``AddressRefused`` or ``OSError``.
        """
        fault: OSError | None = None
        for family, kind, protocol, _, address in self.candidates(host, port):
            opened = socket.socket(family, kind, protocol)
            try:
                opened.settimeout(timeout_seconds)
                opened.connect(address)
            except OSError as error:
                opened.close()
                fault = error
            else:
                return opened
        raise fault or OSError(f"{host} has no address")


def gate_of(networks: str, setting: str) -> Gate:
    """Return the gate for the networks that a setting names, parted by blanks or commas.

    Raises ``SettingsError`` naming ``setting`` for what is no network.
    """
    return Gate(tuple(_network(word, setting) for word in networks.replace(",", " ").split()))


def _network(word: str, setting: str) -> Network:
    try:
        return ip_network(word, strict=False)
    except ValueError as error:
        raise SettingsError(f"the setting {setting} holds {word!r}, which is no network") from error


def _plain(address: Address) -> Address:
    """Return the address that is really reached: several forms of IPv6 carry one of IPv4."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    carried: Sequence[IPv4Address | None] = (
        address.ipv4_mapped,
        address.sixtofour,
        address.teredo[1] if address.teredo else None,
    )
    return next((one for one in carried if one is not None), address)


#: For directories and mail servers unless the settings say otherwise.
INSIDE = gate_of(INSIDE_NETWORKS, "directory_networks")

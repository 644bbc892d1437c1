"""The socket: bound early, so that a port in use is said before anything else happens."""

import errno
import ipaddress
import socket

from server.foundation.errors import SettingsError
from server.foundation.settings import Settings

_BACKLOG = 512


def bind(settings: Settings) -> socket.socket:
    """Return a socket that listens on the address of the settings; nobody answers it yet.

    Raises ``SettingsError`` for a port in use, an address that is not ours or not allowed, and
    for an address beyond this machine without encryption.
    """
    address, port = settings.listen_address, settings.listen_port
    refuse_bare_network(settings)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((address, port))
        sock.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        sock.close()
        raise SettingsError(_why_not(address, port, error)) from error
    return sock


def refuse_bare_network(settings: Settings) -> None:
    """Raise ``SettingsError`` when passwords would cross a network in clear."""
    if is_loopback(settings.listen_address) or settings.tls_certificate or settings.proxy_hops:
        return
    raise SettingsError(
        f"listening on {settings.listen_address} would send passwords over the network in clear; "
        "run `cadastre setup` for a certificate, or set proxy_hops when a proxy with TLS stands "
        "in front"
    )


def is_loopback(address: str) -> bool:
    """Say whether only this machine can reach ``address``."""
    try:
        found = socket.getaddrinfo(address, None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    hosts = [ipaddress.ip_address(str(entry[4][0])) for entry in found]
    return all(host.is_loopback for host in hosts)


def near_address(address: str) -> str:
    """Return where this machine reaches a server that listens on ``address``."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if not parsed.is_unspecified:
        return address
    return "127.0.0.1" if parsed.version == 4 else "::1"


def _why_not(address: str, port: int, error: Exception) -> str:
    number = getattr(error, "errno", None)
    if number == errno.EADDRINUSE:
        return (
            f"port {port} on {address} is in use; stop what uses it, or choose another port with "
            "--listen"
        )
    if number == errno.EADDRNOTAVAIL:
        return f"{address} is not an address of this machine"
    if number == errno.EACCES:
        return f"port {port} needs more rights than this user has; choose one above 1023"
    return f"cannot listen on {address} port {port}: {getattr(error, 'strerror', None) or error}"

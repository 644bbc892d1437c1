"""Asks which certificates the machine holds of its own, and when they end."""

from __future__ import annotations

from agent.sources.certificates import read_pem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine

# Where servers keep their own; the authorities that a machine trusts are packages of its system.
_FOLDERS = (
    "/etc/ssl/private",
    "/etc/ssl/localcerts",
    "/etc/ssl/certs",
    "/etc/pki/tls/certs",
    "/etc/nginx/ssl",
    "/etc/nginx/certs",
    "/etc/apache2/ssl",
    "/etc/httpd/ssl",
    "/etc/haproxy/certs",
    "/etc/postfix",
    "/etc/dovecot",
    "/etc/openvpn/server",
    "/etc/kubernetes/pki",
)
_LETS_ENCRYPT = "/etc/letsencrypt/live"
_ENDINGS = (".crt", ".cer", ".pem")
_BUNDLES = frozenset({"ca-certificates.crt", "ca-bundle.crt", "ca-bundle.trust.crt"})
_LIMIT_BYTES = 256 * 1024


def collect(machine: Machine) -> list[dict[str, Any]]:
    """Return the machine's own certificates by file: whose each is, and when it ends."""
    if machine.windows:
        from agent.sources.windows import holdings  # noqa: PLC0415 - not needed elsewhere

        return holdings.certificates(machine)
    found = []
    for path in _paths(machine):
        told = read_pem(machine.text(path, _LIMIT_BYTES) or "")
        if told is not None:
            found.append({"path": path, **told})
    return found


def _paths(machine: Machine) -> list[str]:
    live = [f"{_LETS_ENCRYPT}/{name}/cert.pem" for name in machine.names(_LETS_ENCRYPT)]
    found = [path for path in live if machine.exists(path)]
    for folder in _FOLDERS:
        for name in machine.names(folder):
            path = f"{folder}/{name}"
            wanted = name.endswith(_ENDINGS) and name not in _BUNDLES
            # A link leads to an authority of a package, or to a file that is met by itself.
            if wanted and machine.link(path) is None:
                found.append(path)
    return found

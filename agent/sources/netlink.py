"""The kernel's answers over netlink (RFC 3549): interfaces and addresses, and whatever is asked so.

sysfs lists links but no IPv4 addresses, and an ioctl names only one address per interface;
netlink tells all of them in two short exchanges.
"""

from __future__ import annotations

import os
import socket
import struct
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_ROUTE = 0  # NETLINK_ROUTE
_NEW_LINK, _GET_LINK = 16, 18
_NEW_ADDRESS, _GET_ADDRESS = 20, 22
_ERROR, _DONE = 2, 3
_TIMEOUT_SECONDS = 5
_REQUEST_DUMP = 0x301  # NLM_F_REQUEST | NLM_F_ROOT | NLM_F_MATCH
_HEADER = struct.Struct("=IHHII")  # length, type, flags, sequence, port
_ATTRIBUTE = struct.Struct("=HH")  # length, type
_ADDRESS = struct.Struct("=BBBBI")  # family, prefix length, flags, scope, index
_LINK = struct.Struct("=BxHiII")  # family, hardware type, index, flags, change

_IFA_ADDRESS, _IFA_LOCAL = 1, 2
_IFA_TEMPORARY = 0x01  # on IPv6 only: a privacy address, replaced every day
_IFLA_LINKINFO, _IFLA_PERMANENT_ADDRESS, _IFLA_INFO_KIND = 18, 54, 1
_SCOPES = {0: "global", 200: "site", 253: "link", 254: "host"}


def addresses() -> dict[int, list[dict[str, Any]]]:
    """Every address by interface index; IPv6 privacy addresses are left out, they never last.

    Raises OSError where netlink is not to be had (another system, a tight sandbox).
    """
    return parse_addresses(dump(_ROUTE, _GET_ADDRESS, _ADDRESS.pack(0, 0, 0, 0, 0)))


def links() -> dict[int, dict[str, str]]:
    """`kind` and `permanent_mac` by interface index, each where the kernel knows one.

    Raises OSError as `addresses` does.
    """
    return parse_links(dump(_ROUTE, _GET_LINK, _LINK.pack(0, 0, 0, 0, 0)))


def parse_addresses(answer: bytes) -> dict[int, list[dict[str, Any]]]:
    """Return what a dump of addresses says; see `addresses`."""
    found: dict[int, list[dict[str, Any]]] = {}
    for kind, body in messages(answer):
        if kind != _NEW_ADDRESS:
            continue
        family, prefix_length, flags, scope, index = _ADDRESS.unpack_from(body)
        if family == socket.AF_INET6 and flags & _IFA_TEMPORARY:
            continue
        attributes = dict(_attributes(body, _ADDRESS.size))
        raw = attributes.get(_IFA_LOCAL) or attributes.get(_IFA_ADDRESS)
        if raw and family in (socket.AF_INET, socket.AF_INET6):
            found.setdefault(index, []).append(
                {
                    "address": socket.inet_ntop(family, raw),
                    "prefix_length": prefix_length,
                    "scope": _SCOPES.get(scope),
                }
            )
    return found


def parse_links(answer: bytes) -> dict[int, dict[str, str]]:
    """Return what a dump of links says; see `links`."""
    found: dict[int, dict[str, str]] = {}
    for kind, body in messages(answer):
        if kind != _NEW_LINK:
            continue
        index = _LINK.unpack_from(body)[2]
        attributes = dict(_attributes(body, _LINK.size))
        details = dict(_attributes(attributes.get(_IFLA_LINKINFO, b""), 0))
        link = found.setdefault(index, {})
        if _IFLA_INFO_KIND in details:
            link["kind"] = details[_IFLA_INFO_KIND].rstrip(b"\0").decode("ascii", "replace")
        permanent = attributes.get(_IFLA_PERMANENT_ADDRESS, b"")
        if any(permanent):
            link["permanent_mac"] = ":".join(f"{byte:02x}" for byte in permanent)
    return found


def messages(answer: bytes) -> Iterator[tuple[int, bytes]]:
    """Return the messages of a netlink answer: type and body."""
    offset = 0
    while offset + _HEADER.size <= len(answer):
        length, kind = _HEADER.unpack_from(answer, offset)[:2]
        if length < _HEADER.size:
            return
        yield kind, answer[offset + _HEADER.size : offset + length]
        offset += (length + 3) & ~3


def _attributes(body: bytes, offset: int) -> Iterator[tuple[int, bytes]]:
    while offset + _ATTRIBUTE.size <= len(body):
        length, kind = _ATTRIBUTE.unpack_from(body, offset)
        if length < _ATTRIBUTE.size:
            return
        # The two top bits are flags (nested, byte order), not part of the type.
        yield kind & 0x3FFF, body[offset + _ATTRIBUTE.size : offset + length]
        offset += (length + 3) & ~3


def dump(protocol: int, kind: int, body: bytes) -> bytes:
    """Return the kernel's whole answer to a question of the netlink family `protocol`.

    Raises OSError where netlink, the family or the question is not to be had.
    """
    family = getattr(socket, "AF_NETLINK", None)
    if family is None:
        message = "this system has no netlink"
        raise OSError(message)
    with socket.socket(family, socket.SOCK_RAW, protocol) as channel:
        channel.settimeout(_TIMEOUT_SECONDS)
        channel.bind((0, 0))
        channel.send(_HEADER.pack(_HEADER.size + len(body), kind, _REQUEST_DUMP, 1, 0) + body)
        pieces = []
        while True:
            pieces.append(channel.recv(256 * 1024))
            if _is_last(pieces[-1]):
                return b"".join(pieces)


def _is_last(piece: bytes) -> bool:
    """Whether the answer ends here. Raises OSError when it ends with the kernel's refusal."""
    kind = None
    for kind, body in messages(piece):
        if kind in (_ERROR, _DONE):
            code = int.from_bytes(body[:4], sys.byteorder, signed=True)
            if code < 0:
                raise OSError(-code, os.strerror(-code))
            return True
    return kind is None


def ipv6_text(raw: bytes) -> str:
    """Return sixteen bytes as RFC 5952 writes them.

    >>> ipv6_text(bytes(15) + bytes([1]))
    '::1'
    """
    return socket.inet_ntop(socket.AF_INET6, raw)

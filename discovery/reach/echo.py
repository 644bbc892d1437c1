"""Is a host there: ICMP echo (RFC 792, RFC 4443).

A datagram socket of ICMP needs no privilege where ``net.ipv4.ping_group_range`` lets us, a raw
socket needs root or CAP_NET_RAW; the first that opens is used.
"""

import os
import secrets
import select
import socket
import struct
import time
from contextlib import closing

from discovery.reach.values import CannotCheck, Echoes

_REQUEST = {4: 8, 6: 128}
_REPLY = {4: 0, 6: 129}
_PAYLOAD = b"cadastre"
_HEADER = struct.Struct("!BBHHH")
_PROTOCOLS = {4: socket.IPPROTO_ICMP, 6: socket.IPPROTO_ICMPV6}
_FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}


def ping(address: str, count: int = 4, timeout_seconds: float = 1.0) -> Echoes:
    """Ask ``count`` times, one after the other. Raises CannotCheck where one may not ask."""
    version = 6 if ":" in address else 4
    token = secrets.token_bytes(8) + _PAYLOAD
    with closing(_open(version)) as sock:
        came = [
            taken
            for number in range(count)
            if (taken := _ask(sock, version, address, number, token, timeout_seconds)) is not None
        ]
    return Echoes(address, count, tuple(round(1000 * one, 3) for one in came))


def _open(version: int) -> socket.socket:
    refusal = "no such IP version"
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            return socket.socket(_FAMILIES[version], kind, _PROTOCOLS[version])
        except OSError as error:
            refusal = error.strerror or str(error)
    raise CannotCheck(f"this machine may not send ICMP: {refusal}")


def _ask(
    sock: socket.socket,
    version: int,
    address: str,
    number: int,
    token: bytes,
    timeout_seconds: float,
) -> float | None:
    """Return the seconds until the answer, None without one."""
    started = time.monotonic()
    try:
        sock.sendto(_request(version, number, token), (address, 0))
    except OSError as error:
        raise CannotCheck(f"the packet was not sent: {error.strerror}") from None
    ends = started + timeout_seconds
    while (left := ends - time.monotonic()) > 0:
        if not select.select([sock], [], [], left)[0]:
            break
        # The token is ours alone: whatever repeats it is the answer, with or without an IP header.
        datagram = sock.recv(2048)
        if number.to_bytes(2) + token in datagram and _is_reply(version, datagram):
            return time.monotonic() - started
    return None


def _is_reply(version: int, datagram: bytes) -> bool:
    """Tell an answer from our own question, which a raw socket hears on loopback."""
    raw = version == 4 and datagram[:1] >= b"\x40"
    start = 4 * (datagram[0] & 0x0F) if raw else 0
    return len(datagram) > start and datagram[start] == _REPLY[version]


def _request(version: int, number: int, token: bytes) -> bytes:
    identifier = os.getpid() & 0xFFFF
    header = _HEADER.pack(_REQUEST[version], 0, 0, identifier, number)
    sum_ = 0 if version == 6 else _checksum(header + token)  # the kernel fills that of ICMPv6
    return _HEADER.pack(_REQUEST[version], 0, sum_, identifier, number) + token


def _checksum(octets: bytes) -> int:
    """Return the Internet checksum (RFC 1071).

    >>> hex(_checksum(bytes.fromhex("0001f203f4f5f6f7")))
    '0x220d'
    """
    if len(octets) % 2:
        octets += b"\0"
    total: int = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF

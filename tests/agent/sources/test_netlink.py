"""The kernel's binary answers about interfaces."""

import socket
import struct

from agent.sources import netlink


def _attribute(kind: int, content: bytes) -> bytes:
    padding = bytes(-len(content) % 4)
    return struct.pack("=HH", len(content) + 4, kind) + content + padding


def _message(kind: int, body: bytes) -> bytes:
    return struct.pack("=IHHII", len(body) + 16, kind, 0, 1, 0) + body + bytes(-len(body) % 4)


def _address(family: int, prefix: int, flags: int, scope: int, index: int, text: str) -> bytes:
    head = struct.pack("=BBBBI", family, prefix, flags, scope, index)
    return _message(20, head + _attribute(1, socket.inet_pton(family, text)))


def test_addresses_of_both_families_are_read_with_prefix_and_scope() -> None:
    answer = (
        _address(socket.AF_INET, 24, 0, 0, 2, "192.0.2.7")
        + _address(socket.AF_INET, 8, 0, 254, 1, "127.0.0.1")
        + _address(socket.AF_INET6, 64, 0x80, 253, 2, "fe80::1")
    )
    assert netlink.parse_addresses(answer) == {
        1: [{"address": "127.0.0.1", "prefix_length": 8, "scope": "host"}],
        2: [
            {"address": "192.0.2.7", "prefix_length": 24, "scope": "global"},
            {"address": "fe80::1", "prefix_length": 64, "scope": "link"},
        ],
    }


def test_on_a_point_to_point_link_our_own_end_counts() -> None:
    head = struct.pack("=BBBBI", socket.AF_INET, 32, 0, 0, 7)
    peer, own = (socket.inet_aton(text) for text in ("198.51.100.1", "198.51.100.2"))
    answer = _message(20, head + _attribute(1, peer) + _attribute(2, own))
    assert netlink.parse_addresses(answer)[7][0]["address"] == "198.51.100.2"


def test_a_second_ipv4_address_is_lasting_and_a_privacy_address_is_not() -> None:
    answer = _address(socket.AF_INET, 24, 1, 0, 2, "192.0.2.8") + _address(
        socket.AF_INET6, 64, 1, 0, 2, "2001:db8::5"
    )
    assert [row["address"] for row in netlink.parse_addresses(answer)[2]] == ["192.0.2.8"]


def test_a_link_tells_its_kind_and_the_address_it_was_born_with() -> None:
    head = struct.pack("=BxHiII", 0, 1, 3, 0, 0)
    info = _attribute(18 | 0x8000, _attribute(1, b"bridge\0"))
    born = _attribute(54, bytes.fromhex("2cea7f000010"))
    assert netlink.parse_links(_message(16, head + info + born)) == {
        3: {"kind": "bridge", "permanent_mac": "2c:ea:7f:00:00:10"}
    }


def test_an_answer_cut_short_gives_what_was_whole() -> None:
    answer = _address(socket.AF_INET, 24, 0, 0, 2, "192.0.2.7")
    assert netlink.parse_addresses(answer + b"\x01\x00\x00\x00" * 4)
    assert list(netlink.messages(answer[:10])) == []


def test_this_machine_answers() -> None:
    addresses = [row["address"] for rows in netlink.addresses().values() for row in rows]
    assert "127.0.0.1" in addresses
    assert netlink.links()

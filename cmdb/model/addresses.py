"""Network addresses: the spelling in which they are stored, and keys that sort as they do.

A key is the family's digit and the address in hexadecimal of fixed width, so that IPv4 comes before
IPv6 and every prefix is one range of keys.
"""

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from cmdb.model.refusal import Refusal, shown
from cmdb.model.text import clean

#: Octets in a hardware address: Ethernet, EUI-64, InfiniBand.
_OCTETS = (6, 8, 20)
_HARDWARE = re.compile(r"[0-9a-f]{12,40}")
_NEAT = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}")
_SEPARATORS = str.maketrans("", "", ":-. ")


def read_ip(raw: object) -> str:
    """Return the canonical text of an address.

    A zone (``fe80::1%eth0``) is dropped: it only means something on the machine that said it. An
    IPv4 address in IPv6 clothes (``::ffff:192.0.2.1``) is the IPv4 address.

    >>> read_ip("2001:DB8:0:0::1"), read_ip("::ffff:192.0.2.1")
    ('2001:db8::1', '192.0.2.1')
    """
    return str(_address(raw))


def _address(raw: object) -> IPv4Address | IPv6Address:
    if isinstance(raw, IPv4Address | IPv6Address):
        found = raw
    elif isinstance(raw, str):
        try:
            found = ip_address(clean(raw).partition("%")[0])
        except ValueError:
            raise Refusal(_expected_address(raw)) from None
    else:
        raise Refusal(_expected_address(raw))
    if isinstance(found, IPv6Address):
        return found.ipv4_mapped or IPv6Address(int(found))
    return found


def _expected_address(raw: object) -> str:
    return f"expected an IP address such as 192.0.2.1 or 2001:db8::1, got {shown(raw)}"


def read_prefix(raw: object) -> str:
    """Return the canonical text of a network; bits beyond its length are refused, not dropped.

    >>> read_prefix("192.0.2.0/255.255.255.0")
    '192.0.2.0/24'
    """
    text = clean(raw) if isinstance(raw, str) else str(raw)
    if isinstance(raw, bool | int | float) or "/" not in text or "%" in text:
        raise Refusal(f"expected a network such as 192.0.2.0/24, got {shown(raw)}")
    try:
        network = ip_network(text, strict=False)
        exact = ip_network(text.partition("/")[0]).network_address
    except ValueError:
        raise Refusal(f"expected a network such as 192.0.2.0/24, got {shown(raw)}") from None
    if exact != network.network_address:
        raise Refusal(f"{shown(raw)} is an address in a network; the network is {network}")
    return str(network)


def read_mac(raw: object) -> str:
    """Return a hardware address in lower case with colons.

    >>> read_mac("001A.2B3C.4D5E")
    '00:1a:2b:3c:4d:5e'
    """
    if isinstance(raw, str):
        if _NEAT.fullmatch(raw):
            return str(raw)
        digits = clean(raw).lower().translate(_SEPARATORS)
        if _HARDWARE.fullmatch(digits) and len(digits) // 2 in _OCTETS and len(digits) % 2 == 0:
            return ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))
    raise Refusal(f"expected a MAC address such as 00:1a:2b:3c:4d:5e, got {shown(raw)}")


@lru_cache(maxsize=8192)
def ip_key(stored: str) -> str:
    """Return the sort key of a stored address.

    >>> ip_key("192.0.2.1")
    '4c0000201'
    """
    return _key(ip_address(stored))


@lru_cache(maxsize=8192)
def prefix_key(stored: str) -> str:
    """Return the sort key of a stored network: its first address, then its length.

    >>> prefix_key("192.0.2.0/24")
    '4c000020018'
    """
    network = ip_network(stored)
    return f"{_key(network.network_address)}{network.prefixlen:02x}"


def _key(address: IPv4Address | IPv6Address) -> str:
    return f"{address.version}{int(address):0{address.max_prefixlen // 4}x}"


def address_range(prefix: str) -> tuple[str, str]:
    """Return the first and the last key of the addresses inside a network, both included.

    >>> first, last = address_range("192.0.2.0/24")
    >>> first <= ip_key("192.0.2.77") <= last
    True
    """
    network = ip_network(read_prefix(prefix))
    return _key(network.network_address), _key(network.broadcast_address)

"""Telling addresses from queries: both have colons."""

import re
from ipaddress import ip_address

_MAC = re.compile(r"(?:[0-9a-f]{2}[:-]){5,7}[0-9a-f]{2}", re.IGNORECASE)


def is_address(text: str) -> bool:
    """Say whether a text is an IP or MAC address.

    >>> is_address("fe80::1"), is_address("00:11:22:33:44:55"), is_address("class:server")
    (True, True, False)
    """
    try:
        ip_address(text)
    except ValueError:
        return _MAC.fullmatch(text) is not None
    return True

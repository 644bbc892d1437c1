"""Octets from devices into clean text, MAC addresses and numbers.

Devices send names in Latin-1, padded with NULs, with terminal escapes, or as raw octets; MAC
addresses sometimes come as text. Whatever leaves here is safe to print and to store.
"""

import ipaddress
import re

from discovery.snmp.session import Value

MAX_TEXT = 1024
_BLANKS = re.compile(r"\s+")
_TEXT_MAC = re.compile(r"(?:[0-9A-Fa-f]{1,2}[:\- ]){5}[0-9A-Fa-f]{1,2}\Z")


def text(value: Value | None, *, keep_lines: bool = False) -> str:
    r"""Return octets as one line of clean text; ``keep_lines`` leaves the line ends.

    At most 1,024 characters. UTF-8 where it decodes, else Latin-1; octets that are no text at all
    become hexadecimal.

    >>> text(b"core-1\x00")
    'core-1'
    >>> text(b"M\xfcnchen")
    'München'
    >>> text(b"\x00\x1b\x21\x03")
    '0x001b2103'
    """
    if isinstance(value, int):
        return str(value)
    if not isinstance(value, bytes):
        return ""
    raw = value.rstrip(b"\x00 \t\r\n")[: 4 * MAX_TEXT]
    if _is_binary(raw):
        return "0x" + raw[:64].hex()
    try:
        decoded = raw.decode()
    except UnicodeDecodeError:
        decoded = raw.decode("latin-1")
    return _clean(decoded, keep_lines=keep_lines)


def _is_binary(raw: bytes) -> bool:
    if raw.isascii() and raw.decode().isprintable():
        return False
    odd = sum(octet < 0x20 and octet not in b"\t\r\n\x0b\x0c\x1b" for octet in raw)
    return odd * 4 > len(raw)


def _clean(decoded: str, *, keep_lines: bool) -> str:
    if decoded.isprintable() and "  " not in decoded:  # nearly all names: nothing to mend
        return decoded[:MAX_TEXT].strip()
    lines = decoded.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    printable = ("".join(c if c.isprintable() else " " for c in line) for line in lines)
    cleaned = [_BLANKS.sub(" ", line).strip() for line in printable]
    return ("\n" if keep_lines else " ").join(line for line in cleaned if line)[:MAX_TEXT].strip()


def mac(value: Value | None) -> str:
    r"""Return a hardware address in lower case with colons, empty for none.

    All zeros and all ones are no address. Six octets are the rule; eight and twenty (InfiniBand)
    exist; some agents send text.

    >>> mac(b"\x00\x1b\x21\x0a\x0b\x0c")
    '00:1b:21:0a:0b:0c'
    >>> mac(b"0:1b:21:a:b:c")
    '00:1b:21:0a:0b:0c'
    """
    if not isinstance(value, bytes):
        return ""
    raw = value
    if len(raw) not in {6, 8, 20}:
        words = raw.strip(b"\x00 ").decode("latin-1")
        if not _TEXT_MAC.match(words):
            return ""
        raw = bytes(int(part, 16) for part in re.split(r"[:\- ]", words))
    if not raw.strip(b"\x00") or not raw.strip(b"\xff"):
        return ""
    return raw.hex(":")


def number(value: Value | None) -> int | None:
    """Return an integer; digits in an octet string count, everything else is None.

    >>> number(b"12")
    12
    """
    if isinstance(value, int):
        return value
    if isinstance(value, bytes):
        digits = value.strip(b"\x00 ")
        if digits.isdigit() and len(digits) <= 20:
            return int(digits)
    return None


def ip(value: bytes) -> str:
    r"""Return an IPv4 or IPv6 address of 4 or 16 octets, empty for anything else.

    >>> ip(b"\x0a\x00\x00\x01")
    '10.0.0.1'
    """
    if len(value) not in {4, 16}:
        return ""
    return str(ipaddress.ip_address(value))

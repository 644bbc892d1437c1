"""By what a letter is known again, wherever a server has put it meanwhile."""

import hashlib

#: What tells one letter from the next. A Message-ID alone does not: scanners and printers give
#: every letter the same one.
_NAMES = (b"message-id", b"from", b"date")


def digest_of(headers: bytes) -> str:
    r"""Return what a letter with these header lines is known by; "" where it has no Message-ID.

    >>> digest_of(b"Date: today\r\nMessage-ID:\r\n <1@x>\r\n") == digest_of(
    ...     b"message-id: <1@x>\nDATE:  today\n"
    ... )
    True
    >>> digest_of(b"From: a@b\r\n")
    ''
    """
    found: dict[bytes, list[bytes]] = {}
    name = b""
    for line in headers.splitlines():
        if line[:1] in (b" ", b"\t"):
            found.get(name, []).append(line)
            continue
        name, _, value = line.partition(b":")
        name = name.strip().lower()
        # Of several lines of one name the first counts, as for mail programs.
        found.setdefault(name if name not in found else b"", []).append(value)
    told = [b" ".join(b" ".join(found.get(one, [])).split()) for one in _NAMES]
    return hashlib.sha256(b"\0".join(told)).hexdigest() if told[0] else ""


def digest_of_whole(raw: bytes) -> str:
    """Return what a letter without a Message-ID is known by."""
    return hashlib.sha256(raw).hexdigest()
